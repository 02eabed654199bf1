/**
 * Shapes of concatenated and stacked tensors.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { AxisReason, NormalAxis } from "./axes.ts";
import type { SameLength, Unequal } from "./matmul.ts";
import type { Check, LengthsReason, Mistake, UnknownLengths } from "./mistake.ts";
import type { Inserted } from "./movement.ts";
import type { Add } from "./numbers.ts";
import type { OneDTypeCheck, ShapesOf, TensorLike } from "./operands.ts";
import type { LengthText, ShapeText } from "./text.ts";

/**
 * Shape of tensors joined along an axis, or the reason why there is none.
 *
 * @typeParam T Shapes of the tensors.
 * @typeParam A The axis.
 */
export type Concat<T extends readonly Shape[], A extends number> = [number] extends
  [T[number]["length"]] ? number[]
  : [number] extends [A] ? SomeLengths<T[number]>
  : T extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? [NormalAxis<First, A>] extends [never] ? `along ${AxisReason<First, A>}`
    : ConcatRest<First, First, Rest, NormalAxis<First, A>>
  : T extends readonly [] ? NoneReason
  : ConcatMany<T[number], A>;

/**
 * Joins one shape after the other to `Done`.
 *
 * @internal
 */
export type ConcatRest<
  First extends Shape,
  Done extends Shape,
  T extends readonly Shape[],
  A extends number,
> = T extends readonly [infer Next extends Shape, ...infer Rest extends readonly Shape[]]
  ? JoinPair<First, Next, Done, A> extends infer Result
    ? Result extends infer R extends number[] ? ConcatRest<First, R, Rest, A> : Result
  : never
  : [...Done];

/**
 * Joins two shapes of one rank along axis `A`; all other lengths agree. No axis is joined when
 * `A` is never.
 *
 * @internal
 */
export type JoinPair<
  First extends Shape,
  Next extends Shape,
  Done extends Shape,
  A extends number,
> = [Next["length"]] extends [First["length"]] ? JoinedPair<First, Next, Done, Next, A>
  : RanksReason<First, Next>;

/**
 * Joins two shapes axis by axis.
 *
 * @internal
 */
export type JoinedPair<
  WholeS extends Shape,
  WholeT extends Shape,
  S extends Shape,
  T extends Shape,
  A extends number,
  Done extends number[] = [],
> = S extends readonly [infer M extends number, ...infer RestS extends number[]]
  ? T extends readonly [infer N extends number, ...infer RestT extends number[]]
    ? [Done["length"]] extends [A]
      ? JoinedPair<WholeS, WholeT, RestS, RestT, A, [...Done, Add<M, N>]>
    : Unequal<M, N> extends true
      ? LengthsReason<WholeS, WholeT, `-${S["length"]}`, LengthText<M>, LengthText<N>>
    : JoinedPair<WholeS, WholeT, RestS, RestT, A, [...Done, SameLength<M, N>]>
  : Done
  : Done;

/**
 * Shape of any number of tensors of one shape joined along an axis.
 *
 * @internal
 */
export type ConcatMany<S extends Shape, A extends number> = S extends unknown
  ? [NormalAxis<S, A>] extends [never] ? `along ${AxisReason<S, A>}`
  : { -readonly [I in keyof S]: I extends `${NormalAxis<S, A>}` ? number : S[I] }
  : never;

/**
 * Shape of stacked tensors, or the reason why there is none.
 *
 * @typeParam T Shapes of the tensors.
 * @typeParam A The new axis.
 */
export type Stack<T extends readonly Shape[], A extends number> = [number] extends
  [T[number]["length"]] ? number[]
  : [number] extends [A] ? SomeLengths<readonly [...T[number], number]>
  : T extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? StackRest<First, First, Rest, A, T["length"]>
  : T extends readonly [] ? NoneReason
  : StackOn<T[number], A, number>;

/**
 * Finds the common shape `Done` and inserts the new axis.
 *
 * @internal
 */
export type StackRest<
  First extends Shape,
  Done extends Shape,
  T extends readonly Shape[],
  A extends number,
  Count extends number,
> = T extends readonly [infer Next extends Shape, ...infer Rest extends readonly Shape[]]
  ? JoinPair<First, Next, Done, never> extends infer Result
    ? Result extends infer R extends number[] ? StackRest<First, R, Rest, A, Count> : Result
  : never
  : StackOn<Done, A, Count>;

/**
 * Shape `S` with the length `Count` at the new axis `A`.
 *
 * @internal
 */
export type StackOn<S extends Shape, A extends number, Count extends number> = S extends unknown
  ? StackAt<S, NormalAxis<readonly [...S, Count], A>, Count, readonly [...S, Count], A>
  : never;

/**
 * Shape `S` with the length `Count` at `Place`; never stands for an axis that the result lacks.
 *
 * @internal
 */
export type StackAt<
  S extends Shape,
  Place,
  Count extends number,
  Slots extends Shape,
  A extends number,
> = [Place] extends [never] ? `along ${AxisReason<Slots, A>}`
  : Inserted<S, `${Place & number}`, Count, Slots>;

/**
 * Unknown lengths of the one rank of `S`.
 *
 * @internal
 */
export type SomeLengths<S extends Shape> = S extends unknown ? UnknownLengths<S> : never;

/**
 * Operands of two ranks.
 *
 * @internal
 */
export type RanksReason<S extends Shape, T extends Shape> = `tensors of shape ${ShapeText<
  S
>} and ${ShapeText<T>}: their ranks ${S["length"]} and ${T["length"]} differ`;

/**
 * No operands.
 *
 * @internal
 */
export type NoneReason = "no tensors: pass at least one";

/**
 * Constraint on tensors to concatenate: one dtype, shapes that fit, an axis that they have.
 *
 * @typeParam T The tensors.
 * @typeParam A The axis.
 */
export type ConcatCheck<T extends readonly TensorLike[], A extends number> = [
  OneDTypeCheck<"concatenate", T>,
] extends [Mistake<string>] ? OneDTypeCheck<"concatenate", T>
  : Check<"concatenate", Concat<ShapesOf<T>, A>>;

/**
 * Constraint on tensors to stack: one dtype, one shape, an axis that the result has.
 *
 * @typeParam T The tensors.
 * @typeParam A The new axis.
 */
export type StackCheck<T extends readonly TensorLike[], A extends number> = [
  OneDTypeCheck<"stack", T>,
] extends [Mistake<string>] ? OneDTypeCheck<"stack", T>
  : Check<"stack", Stack<ShapesOf<T>, A>>;
