/**
 * Some rows of a larger tensor.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { DTypeError, ShapeError, shapeText } from "../core/errors.ts";
import { sameShape, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { zeros } from "../ops/creation.ts";
import { tensorOperand } from "../ops/elementwise.ts";
import { at } from "../ops/indexing.ts";

/**
 * Rows of a larger tensor and where they belong, as gradients of gathering give them.
 *
 * @typeParam D Dtype of the rows.
 */
export interface IndexedSlices<D extends DType = DType> {
  /** The rows, stacked along the first axis. */
  readonly values: Tensor<D, Shape>;
  /** Number of each row in the larger tensor, of rank 1. */
  readonly indices: Tensor<"int32" | "int64", Shape>;
  /** Shape of the larger tensor, where it is known. */
  readonly denseShape: Shape | undefined;
}

/**
 * Names some rows of a larger tensor.
 *
 * @typeParam D Dtype of the rows.
 * @param values The rows, stacked along the first axis.
 * @param indices Number of each row, of rank 1 and as long as there are rows.
 * @param options `denseShape`: shape of the larger tensor.
 * @returns The rows with their numbers.
 * @throws {ShapeError} If the numbers are not one for each row, or the rows are of another shape
 * than those of the larger tensor.
 * @throws {DTypeError} If the numbers are no integers.
 *
 * @example Usage
 * ```ts
 * import { indexedSlices, tensor, toDense } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const rows = tensor([[1, 2], [3, 4]]);
 * const numbers = tensor([0, 2], { dtype: "int32" });
 * const slices = indexedSlices(rows, numbers, { denseShape: [3, 2] });
 * assert.deepEqual(toDense(slices).toArray(), [[1, 2], [0, 0], [3, 4]]);
 * ```
 */
export function indexedSlices<D extends DType>(
  values: Tensor<D, Shape>,
  indices: Tensor<"int32" | "int64", Shape>,
  { denseShape }: { readonly denseShape?: Shape | undefined } = {},
): IndexedSlices<D> {
  tensorOperand("number rows in", values);
  const { dtype } = tensorOperand("number rows by", indices);
  if (dtype !== "int32" && dtype !== "int64") {
    throw new DTypeError(
      `Cannot number rows by ${dtype}: the indices must be int32 or int64, cast them`,
    );
  }
  if (indices.ndim !== 1 || values.ndim < 1 || values.shape[0] !== indices.shape[0]) {
    throw new ShapeError(
      `Cannot number rows of shape ${shapeText(values.shape)} by indices of shape ` +
        `${shapeText(indices.shape)}: give one index for each row`,
    );
  }
  if (denseShape !== undefined && !sameShape(values.shape.slice(1), denseShape.slice(1))) {
    throw new ShapeError(
      `Cannot number rows of shape ${shapeText(values.shape)} in a tensor of shape ` +
        `${shapeText(denseShape)}: only the first lengths may differ`,
    );
  }
  return { values, indices, denseShape };
}

/**
 * The larger tensor with zeros in all other rows. Rows of one number add up.
 *
 * @typeParam D Dtype of the rows.
 * @param slices The rows, with a `denseShape`.
 * @returns A tensor of the dense shape.
 * @throws {ShapeError} If the dense shape is not known, or the rows do not fit it.
 *
 * @example Usage
 * ```ts
 * import { indexedSlices, tensor, toDense } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const same = tensor([0, 0], { dtype: "int32" });
 * const slices = indexedSlices(tensor([[1, 2], [3, 4]]), same, { denseShape: [1, 2] });
 * assert.deepEqual(toDense(slices).toArray(), [[4, 6]]);
 * ```
 */
export function toDense<D extends DType>(slices: IndexedSlices<D>): Tensor<D, number[]> {
  const { values, indices, denseShape } = indexedSlices(slices.values, slices.indices, slices);
  if (denseShape === undefined) {
    throw new ShapeError(
      `Cannot make rows of shape ${shapeText(values.shape)} dense: ` +
        `the dense shape is not known, give it to indexedSlices`,
    );
  }
  const empty: Tensor = zeros(denseShape, { dtype: values.dtype });
  return at(empty, indices).add(values) as Tensor as Tensor<D, number[]>;
}
