/**
 * Sorting, searching and running sums.
 *
 * @module
 */
import type { DType, SumDType } from "../core/dtype.ts";
import { mixedDTypesError, ShapeError, shapeText, unsupportedDTypeError } from "../core/errors.ts";
import { normalizeAxis, type Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { notTensorError } from "./elementwise.ts";
import { gathered } from "./indexing_primitives.ts";
import { flip } from "./movement.ts";
import { permuted, reshaped } from "./movement_primitives.ts";
import { progression } from "./progression.ts";
import type { SummableDType } from "./reductions.ts";
import { runningProduct, runningSum } from "./scan_primitives.ts";
import { rowOrder, searched, sortedRows } from "./sorting_primitives.ts";

/** Axis and direction of a sort. */
export interface SortOptions {
  /** The axis, negative from the end; the last one when absent. */
  readonly axis?: number | undefined;
  /** Whether the largest come first; false when absent. */
  readonly descending?: boolean | undefined;
}

/** Applies a function of the last axis along another one. */
function along(
  verb: string,
  x: TensorLike,
  axis: number,
  apply: (rows: Tensor) => Tensor,
): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(verb, x);
  const operand: Tensor = x;
  const rank = operand.ndim;
  const at = normalizeAxis(`${verb} along`, axis, rank);
  if (at === rank - 1) return apply(operand);
  const last = operand.shape.map((_, i) => i).toSpliced(at, 1).concat(at);
  const back = Array.from({ length: rank - 1 }, (_, i) => i).toSpliced(at, 0, rank - 1);
  return permuted(apply(permuted(operand, last)), back);
}

/**
 * Elements in ascending order along an axis. NaN counts as the largest; complex
 * numbers are ordered by real and then imaginary part. Derivatives move with their elements.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @param x The operand, of rank 1 or more.
 * @param options Axis, the last one when absent, and direction.
 * @returns A sorted copy.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { sort, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sort(tensor([3, 1, 2])).toArray(), [1, 2, 3]);
 * assert.deepEqual(sort(tensor([3, 1, 2]), { descending: true }).toArray(), [3, 2, 1]);
 * ```
 */
export function sort<D extends DType, S extends Shape>(
  x: TensorLike<D, S>,
  { axis = -1, descending = false }: SortOptions = {},
): Tensor<D, S> {
  return along("sort", x, axis, (rows) => {
    const sorted = sortedRows(rows);
    return descending ? flip(sorted, { axis: -1 }) : sorted;
  }) as Tensor<D, S>;
}

/**
 * Positions that sort the elements along an axis; equal elements keep their order.
 *
 * @typeParam S Shape of the operand.
 * @param x The operand, of rank 1 or more.
 * @param options Axis, the last one when absent, and direction; NaN counts as the largest.
 * @returns Positions along the axis, int32.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { argsort, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(argsort(tensor([3, 1, 2])).toArray(), [1, 2, 0]);
 * ```
 */
export function argsort<S extends Shape>(
  x: TensorLike<DType, S>,
  { axis = -1, descending = false }: SortOptions = {},
): Tensor<"int32", S> {
  return along("sort", x, axis, (rows) => {
    if (!descending) return rowOrder(rows);
    // The last of equal elements comes first in reverse, so both are reversed.
    const order = flip(rowOrder(flip(rows, { axis: -1 })), { axis: -1 });
    return mirrored(order, rows.shape[rows.ndim - 1]!);
  }) as Tensor<"int32", S>;
}

/** Positions counted from the other end. */
function mirrored(order: Tensor, length: number): Tensor {
  const reversed = progression({ length, start: length - 1, step: -1, dtype: "int32" });
  return gathered(reversed, [order]);
}

/**
 * Where values would be inserted into a sorted vector to keep it sorted.
 *
 * @typeParam D Dtype of both operands.
 * @typeParam S Shape of the values.
 * @param sorted A tensor of rank 1 in ascending order, NaN last.
 * @param values Values of the same dtype.
 * @param options `side`: before (`"left"`, the default) or after equal elements.
 * @returns Positions from 0 to the length of `sorted`, int32.
 * @throws {ShapeError} If `sorted` is not of rank 1.
 * @throws {DTypeError} If the dtypes differ.
 *
 * @example Usage
 * ```ts
 * import { searchsorted, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(searchsorted(tensor([1, 3, 5]), tensor([3, 4])).toArray(), [1, 2]);
 * ```
 */
export function searchsorted<D extends DType, S extends Shape>(
  sorted: TensorLike<D>,
  values: TensorLike<D, S>,
  { side = "left" }: { readonly side?: "left" | "right" | undefined } = {},
): Tensor<"int32", S> {
  if (!(sorted instanceof Tensor)) throw notTensorError("search", sorted);
  if (!(values instanceof Tensor)) throw notTensorError("search for", values);
  const [from, what]: Tensor[] = [sorted, values];
  if (from!.dtype !== what!.dtype) throw mixedDTypesError("search", from!.dtype, what!.dtype);
  if (from!.ndim !== 1) {
    throw new ShapeError(
      `Cannot search a tensor of shape ${shapeText(from!.shape)}: it must be of rank 1`,
    );
  }
  return searched(from!, what!, side === "right") as Tensor<"int32", S>;
}

function scanAlong(
  verb: string,
  x: TensorLike,
  axis: number | undefined,
  run: (x: Tensor, axis: number) => Tensor,
): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(verb, x);
  const operand: Tensor = x;
  if (operand.dtype === "string") throw unsupportedDTypeError(verb, "string", "numeric or bool");
  if (axis === undefined) return run(reshaped(operand, [operand.size]), 0);
  return run(operand, normalizeAxis(`${verb} along`, axis, operand.ndim));
}

/** Shape of a scan: that of the operand, or one axis when no axis is given. */
export type ScanShape<S extends Shape, A> = [A] extends [undefined] ? number[] : S;

/**
 * Running sums along an axis, added one after the other.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A The axis.
 * @param x The operand.
 * @param options `axis`: the axis; all elements in C order when absent.
 * @returns The sums, of the dtype of `sum`.
 * @throws {AxisError} If the axis does not exist.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { cumsum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(cumsum(tensor([1, 2, 3])).toArray(), [1, 3, 6]);
 * ```
 */
export function cumsum<
  D extends DType,
  S extends Shape,
  const A extends number | undefined = undefined,
>(
  x: TensorLike<D, S> & DTypeCheck<"sum", D, SummableDType, "numeric or bool">,
  { axis }: { readonly axis?: A } = {},
): Tensor<SumDType<D>, ScanShape<S, A>> {
  return scanAlong("sum", x, axis, runningSum) as Tensor<SumDType<D>, ScanShape<S, A>>;
}

/**
 * Running products along an axis, multiplied one after the other. Derivatives are exact beside zeros,
 * too.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A The axis.
 * @param x The operand.
 * @param options `axis`: the axis; all elements in C order when absent.
 * @returns The products, of the dtype of `prod`.
 * @throws {AxisError} If the axis does not exist.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { cumprod, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(cumprod(tensor([1, 2, 3])).toArray(), [1, 2, 6]);
 * ```
 */
export function cumprod<
  D extends DType,
  S extends Shape,
  const A extends number | undefined = undefined,
>(
  x: TensorLike<D, S> & DTypeCheck<"multiply", D, SummableDType, "numeric or bool">,
  { axis }: { readonly axis?: A } = {},
): Tensor<SumDType<D>, ScanShape<S, A>> {
  return scanAlong("multiply", x, axis, runningProduct) as Tensor<SumDType<D>, ScanShape<S, A>>;
}
