/**
 * Shapes that broadcast, as NumPy's rule has it: axes are aligned at the end, a length
 * of 1 stretches.
 *
 * @module
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Check, LengthsReason, Mistake, None, Same, ShapeFrom } from "./mistake.ts";
import type { DTypeOf, DTypesCheck, MixedCheck, Scalar, ScalarDType, ShapeOf } from "./operands.ts";
import type { LengthText } from "./text.ts";

/**
 * Length to which two lengths broadcast, never if they do not. An unknown
 * length beside a literal one is taken to fit.
 *
 * @internal
 */
export type BroadcastLength<M extends number, N extends number> = Same<M, N> extends true ? M
  : [number] extends [M] ? ([N] extends [1] ? number : N)
  : [number] extends [N] ? ([M] extends [1] ? number : M)
  : KnownLength<M, N>;

/**
 * Length to which two literal lengths broadcast, never if they do not.
 *
 * @internal
 */
export type KnownLength<M extends number, N extends number> = M extends 1 ? N
  : N extends 1 | M ? M
  : never;

/**
 * Whether two lengths do not broadcast.
 *
 * @internal
 */
export type Differ<M extends number, N extends number> = Same<M, N> extends true ? false
  : None<BroadcastLength<M, N>>;

/**
 * Shape to which `A` and `B` broadcast, or the reason why they do not.
 *
 * @typeParam A Shape of the left operand.
 * @typeParam B Shape of the right operand.
 */
export type Broadcast<A extends Shape, B extends Shape> = [number] extends [A["length"]] ? number[]
  : [number] extends [B["length"]] ? number[]
  : A extends unknown ? B extends unknown ? Aligned<A, B, A, B> : never
  : never;

/**
 * Broadcasts from the last axis on. `A` and `B` are what is left, `Shape` what is done.
 *
 * @internal
 */
export type Aligned<
  WholeA extends Shape,
  WholeB extends Shape,
  A extends Shape,
  B extends Shape,
  Done extends number[] = [],
> = A extends readonly [...infer RestA extends number[], infer M extends number]
  ? B extends readonly [...infer RestB extends number[], infer N extends number]
    ? Differ<M, N> extends true ? LengthsReason<
        WholeA,
        WholeB,
        `-${[...Done, 0]["length"] & number}`,
        LengthText<M>,
        LengthText<N>
      >
    : Aligned<WholeA, WholeB, RestA, RestB, [BroadcastLength<M, N>, ...Done]>
  : [...A, ...Done]
  : [...B, ...Done];

/**
 * Shape of the result of two operands. Where one is a scalar, or both have one shape,
 * it is known also in code that is generic in the shape.
 *
 * @typeParam A Shape of the left operand.
 * @typeParam B Shape of the right operand.
 */
export type BroadcastShape<A extends Shape, B extends Shape> = Same<B, []> extends true ? A
  : Same<A, []> extends true ? B
  : Same<A, B> extends true ? A
  : ShapeFrom<Broadcast<A, B>>;

/**
 * Shape of the result of two operands, of which one may be a scalar: that of the other one,
 * also in code that is generic in the shape.
 *
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 */
export type ResultShape<A, B> = B extends Scalar ? ShapeOf<A>
  : A extends Scalar ? ShapeOf<B>
  : BroadcastShape<ShapeOf<A>, ShapeOf<B>>;

/**
 * Constraint on the second of two operands that are combined element by
 * element: one dtype among `Allowed`, shapes that broadcast.
 *
 * @typeParam Verb What the function does, for example `add`.
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 * @typeParam Allowed Dtypes for which the function has a meaning.
 * @typeParam Words The same as words, for example `numeric`.
 */
export type BinaryCheck<
  Verb extends string,
  A,
  B,
  Allowed extends DType = DType,
  Words extends string = "a tensor",
> = [DTypesCheck<Verb, A, B, Allowed, Words>] extends [Mistake<string>]
  ? DTypesCheck<Verb, A, B, Allowed, Words>
  : Check<Verb, Broadcast<ShapeOf<A>, ShapeOf<B>>>;

/**
 * Constraint on the last operand of `where`: it fits the other choice, and both fit the condition.
 *
 * @typeParam Verb What the function does.
 * @typeParam C Condition.
 * @typeParam A Choice where the condition is true.
 * @typeParam B Choice where it is false.
 */
export type WhereCheck<Verb extends string, C, A, B> = None<
  DTypeOf<A> | DTypeOf<B>
> extends true ? MixedCheck<Verb, ScalarDType<A>, ScalarDType<B>>
  : [BinaryCheck<Verb, A, B>] extends [Mistake<string>] ? BinaryCheck<Verb, A, B>
  : Check<Verb, Broadcast<ShapeOf<C>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>>>;
