/**
 * Shape of a matrix product, with NumPy's rules for vectors and stacks of matrices.
 *
 * @module
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Aligned } from "./broadcast.ts";
import type { Check, Mistake, None, Same } from "./mistake.ts";
import type { DTypesCheck, ShapeOf, TensorLike } from "./operands.ts";
import type { LengthText, ShapeText } from "./text.ts";

/**
 * Length of two axes that must agree, never if they do not. An unknown length
 * is taken to fit.
 *
 * @internal
 */
export type SameLength<M extends number, N extends number> = Same<M, N> extends true ? M
  : [number] extends [M] ? N
  : [number] extends [N] ? M
  : M & N;

/**
 * Whether two axes that must agree do not.
 *
 * @internal
 */
export type Unequal<M extends number, N extends number> = Same<M, N> extends true ? false
  : None<SameLength<M, N>>;

/**
 * Shape of the matrix product, or the reason why there is none.
 *
 * @typeParam A Shape of the left operand.
 * @typeParam B Shape of the right operand.
 */
export type MatMul<A extends Shape, B extends Shape> = [number] extends [A["length"]] ? number[]
  : [number] extends [B["length"]] ? number[]
  : A extends
    readonly [...infer BatchA extends number[], infer M extends number, infer K extends number]
    ? B extends
      readonly [...infer BatchB extends number[], infer L extends number, infer N extends number]
      ? Unequal<K, L> extends true ? InnerReason<A, B, K, L>
      : Aligned<A, B, BatchA, BatchB, [M, N]>
    : B extends readonly [infer L extends number]
      ? Unequal<K, L> extends true ? InnerReason<A, B, K, L> : [...BatchA, M]
    : RankReason<A, B>
  : A extends readonly [infer K extends number]
    ? B extends
      readonly [...infer BatchB extends number[], infer L extends number, infer N extends number]
      ? Unequal<K, L> extends true ? InnerReason<A, B, K, L> : [...BatchB, N]
    : B extends readonly [infer L extends number]
      ? Unequal<K, L> extends true ? InnerReason<A, B, K, L> : []
    : RankReason<A, B>
  : RankReason<A, B>;

/**
 * Contracted axes that differ.
 *
 * @internal
 */
export type InnerReason<A extends Shape, B extends Shape, K extends number, L extends number> =
  `tensors of shape ${ShapeText<A>} and ${ShapeText<B>}: inner lengths ${LengthText<
    K
  >} and ${LengthText<L>} differ`;

/**
 * An operand of rank 0.
 *
 * @internal
 */
export type RankReason<A extends Shape, B extends Shape> = `tensors of shape ${ShapeText<
  A
>} and ${ShapeText<B>}: both operands need at least 1 axis`;

/**
 * Constraint on the right operand of a matrix product: the dtype of the left one, a
 * shape that fits.
 *
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 * @typeParam Allowed Dtypes for which there is a product.
 * @typeParam Words The same as words.
 */
export type MatMulCheck<
  A extends TensorLike,
  B extends TensorLike,
  Allowed extends DType = DType,
  Words extends string = "a tensor",
> = [DTypesCheck<"matmul", A, B, Allowed, Words>] extends [Mistake<string>]
  ? DTypesCheck<"matmul", A, B, Allowed, Words>
  : Check<"matmul", MatMul<ShapeOf<A>, ShapeOf<B>>>;
