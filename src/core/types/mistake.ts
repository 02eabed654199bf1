/**
 * The form that a mistake takes at compile time: an argument's type becomes
 * one that the argument does not have, whose name carries the sentence.
 *
 * Every computation of a shape yields a shape or, for operands that do not
 * fit, a reason: the text which follows "Cannot add" or another verb. The words are
 * those of `errors.ts`.
 *
 * Code that is generic in shapes or dtypes compiles because of how checks are written. The
 * compiler accepts an argument for a conditional type that it cannot decide yet if it
 * fits both branches; it leaves out the first one if the condition fails with a wildcard in
 * place of each type parameter. So a mistake always stands in the first branch, and the condition is a
 * question such as {@linkcode None} whose answer for the wildcard is false. A wildcard
 * fits every type, never included, but only it (and any) has unknown fit into it. Unions are distributed by
 * `extends unknown`, which unlike `extends Shape` leaves the type as it is.
 *
 * @module
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { ShapeText } from "./text.ts";

/**
 * What a wrong argument would have to be. No value has this type: the
 * compiler's message shows the sentence.
 *
 * @typeParam Sentence What is wrong, in the words of the run-time error.
 */
export interface Mistake<Sentence extends string> {
  /** What is wrong. */
  readonly mistake: Sentence;
}

/**
 * Constraint on an argument: none when `Result` is a shape, a
 * {@linkcode Mistake} when it is a reason.
 *
 * @typeParam Verb What the function does, for example `add`.
 * @typeParam Result A shape or a reason.
 */
export type Check<Verb extends string, Result> = IsReason<Result> extends true
  ? Mistake<`Cannot ${Verb} ${Result & string}`>
  : unknown;

/**
 * Whether `Result` is a reason.
 *
 * @internal
 */
export type IsReason<Result> = [unknown] extends [Result] ? false
  : [Result] extends [string] ? true
  : false;

/**
 * Whether `T` is never.
 *
 * @internal
 */
export type None<T> = [unknown] extends [T] ? false : [T] extends [never] ? true : false;

/**
 * The shape in `Result`; `number[]` after a mistake, which the argument has
 * reported, so that the next call does not report it again.
 *
 * @typeParam Result A shape or a reason.
 */
export type ShapeFrom<Result> = [Result] extends [string] ? number[]
  : Result extends infer S extends number[] ? S
  : never;

/**
 * Lengths of a literal without `readonly`.
 *
 * @typeParam S Shape, as `const` type parameters infer it.
 */
export type Mutable<S extends Shape> = { -readonly [I in keyof S]: S[I] };

/**
 * The rank of `S` with unknown lengths.
 *
 * @internal
 */
export type UnknownLengths<S extends Shape> = { -readonly [I in keyof S]: number };

/**
 * Whether two types are one, also where they hold type parameters.
 *
 * @internal
 */
export type Same<A, B> = { readonly is: A } extends { readonly is: B }
  ? { readonly is: B } extends { readonly is: A } ? true : false
  : false;

/**
 * Two lengths that differ.
 *
 * @internal
 */
export type LengthsReason<
  A extends Shape,
  B extends Shape,
  Axis extends string,
  M extends string,
  N extends string,
> = `tensors of shape ${ShapeText<A>} and ${ShapeText<B>}: axis ${Axis} has lengths ${M} and ${N}`;

/**
 * Operands of two dtypes.
 *
 * @internal
 */
export type MixedDTypes<A extends DType, B extends DType> = `${A} and ${B}: cast one of them first`;

/**
 * A dtype for which the function has no meaning.
 *
 * @internal
 */
export type UnsupportedDType<D extends DType, Words extends string> =
  `${D}: the operand must be ${Words}`;
