/**
 * Reductions over axes.
 *
 * @module
 */
import type { DType, NumericDType, SumDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Axes, Reduce } from "../core/types/axes.ts";
import type { Check, ShapeFrom } from "../core/types/mistake.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { SUM } from "./movement_primitives.ts";
import { ALL, ANY, ARGMAX, ARGMIN, MAX, MIN, PROD, reduced } from "./reduction_primitives.ts";

/** Axes to reduce, and whether they stay. */
export interface ReduceOptions<A, K extends boolean> {
  /** One axis or several, negative from the end; all when absent. */
  readonly axis?: A;
  /** Whether reduced axes stay with length 1; false when absent. */
  readonly keepDims?: K | undefined;
}

/** The dtypes that can be summed and counted. */
export type SummableDType = NumericDType | "bool";

/**
 * Sum over axes. Floats are added pairwise, integers wrap.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to sum over.
 * @typeParam K Whether they stay.
 * @param x The operand; true counts as 1.
 * @param options Axes to sum over, all when absent, and whether they stay with length 1.
 * @returns The sums: int32 for bool and narrow integers, uint32 for narrow unsigned ones, else the
 * operand's dtype; 0 over no element.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.equal(sum(x).item(), 21);
 * assert.deepEqual(sum(x, { axis: 0 }).toArray(), [5, 7, 9]);
 * assert.deepEqual(sum(x, { axis: -1, keepDims: true }).shape, [2, 1]);
 * ```
 */
export function sum<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"sum over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"sum over", Reduce<S, A, K>>, K>,
): Tensor<SumDType<D>, ShapeFrom<Reduce<S, A, K>>> {
  return reduced(SUM, x, options) as Tensor<SumDType<D>, ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Product over axes. Integers wrap. Derivatives are exact beside zeros, too.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes to reduce, all when absent, and whether they stay with length 1.
 * @returns The products: int32 for bool and narrow integers, uint32 for narrow unsigned ones, else the
 * operand's dtype; 1 over no element.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { prod, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(prod(tensor([2, 3, 4])).item(), 24);
 * ```
 */
export function prod<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"multiply over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"multiply over", Reduce<S, A, K>>, K>,
): Tensor<SumDType<D>, ShapeFrom<Reduce<S, A, K>>> {
  return reduced(PROD, x, options) as Tensor<SumDType<D>, ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Largest element over axes. NaN passes everything; complex numbers are ordered by real and then
 * imaginary part. Elements that are equally large share the derivative evenly; it is NaN beside NaN.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes to reduce, all when absent, and whether they stay with length 1.
 * @returns The largest elements, of the operand's dtype.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand is not numeric or bool.
 * @throws {ArgumentError} If there is no element to reduce.
 *
 * @example Usage
 * ```ts
 * import { max, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(max(tensor([[1, 5], [7, 2]]), { axis: 1 }).toArray(), [5, 7]);
 * ```
 */
export function max<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"take the maximum over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"take the maximum over", Reduce<S, A, K>>, K>,
): Tensor<D, ShapeFrom<Reduce<S, A, K>>> {
  return reduced(MAX, x, options) as Tensor<D, ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Smallest element over axes. NaN passes everything; complex numbers are ordered by real and then
 * imaginary part. Elements that are equally small share the derivative evenly; it is NaN beside NaN.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes to reduce, all when absent, and whether they stay with length 1.
 * @returns The smallest elements, of the operand's dtype.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand is not numeric or bool.
 * @throws {ArgumentError} If there is no element to reduce.
 *
 * @example Usage
 * ```ts
 * import { min, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(min(tensor([[1, 5], [7, 2]]), { axis: 1 }).toArray(), [1, 2]);
 * ```
 */
export function min<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"take the minimum over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"take the minimum over", Reduce<S, A, K>>, K>,
): Tensor<D, ShapeFrom<Reduce<S, A, K>>> {
  return reduced(MIN, x, options) as Tensor<D, ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Whether any element is true, over axes.
 *
 * @typeParam D Dtype of the operand: bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes to reduce, all when absent, and whether they stay with length 1.
 * @returns Booleans; false over no element.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand is not bool.
 *
 * @example Usage
 * ```ts
 * import { any, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(any(tensor([[true, false], [false, false]]), { axis: 1 }).toArray(), [true, false]);
 * ```
 */
export function any<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"combine by or over", D, "bool", "bool, compare with 0 to make it so">,
  options?: ReduceOptions<A & Check<"combine by or over", Reduce<S, A, K>>, K>,
): Tensor<"bool", ShapeFrom<Reduce<S, A, K>>> {
  return reduced(ANY, x, options) as Tensor<"bool", ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Whether all elements are true, over axes.
 *
 * @typeParam D Dtype of the operand: bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes to reduce, all when absent, and whether they stay with length 1.
 * @returns Booleans; true over no element.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand is not bool.
 *
 * @example Usage
 * ```ts
 * import { all, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(all(tensor([[true, true], [false, true]]), { axis: 1 }).toArray(), [true, false]);
 * ```
 */
export function all<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"combine by and over", D, "bool", "bool, compare with 0 to make it so">,
  options?: ReduceOptions<A & Check<"combine by and over", Reduce<S, A, K>>, K>,
): Tensor<"bool", ShapeFrom<Reduce<S, A, K>>> {
  return reduced(ALL, x, options) as Tensor<"bool", ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Position of the largest element along an axis, or in C order: the first NaN if there is one,
 * else the first of equal elements.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A The axis.
 * @typeParam K Whether it stays.
 * @param x The operand.
 * @param options The axis, all elements in C order when absent, and whether it stays with length 1.
 * @returns Positions, int32.
 * @throws {AxisError} If the axis does not exist.
 * @throws {ArgumentError} If there is no element.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { argmax, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(argmax(tensor([[1, 9, 5], [6, 2, 7]]), { axis: 1 }).toArray(), [1, 2]);
 * ```
 */
export function argmax<
  D extends DType,
  S extends Shape,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"find the maximum over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"find the maximum over", Reduce<S, A, K>>, K>,
): Tensor<"int32", ShapeFrom<Reduce<S, A, K>>> {
  return reduced(ARGMAX, x, options) as Tensor<"int32", ShapeFrom<Reduce<S, A, K>>>;
}

/**
 * Position of the smallest element along an axis, or in C order: the first NaN if there is one,
 * else the first of equal elements.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A The axis.
 * @typeParam K Whether it stays.
 * @param x The operand.
 * @param options The axis, all elements in C order when absent, and whether it stays with length 1.
 * @returns Positions, int32.
 * @throws {AxisError} If the axis does not exist.
 * @throws {ArgumentError} If there is no element.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { argmin, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(argmin(tensor([[1, 9, 5], [6, 2, 7]]), { axis: 1 }).toArray(), [0, 1]);
 * ```
 */
export function argmin<
  D extends DType,
  S extends Shape,
  const A extends number | undefined = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"find the minimum over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"find the minimum over", Reduce<S, A, K>>, K>,
): Tensor<"int32", ShapeFrom<Reduce<S, A, K>>> {
  return reduced(ARGMIN, x, options) as Tensor<"int32", ShapeFrom<Reduce<S, A, K>>>;
}
