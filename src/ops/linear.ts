/**
 * The matrix product.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import type { MatMul, MatMulCheck } from "../core/types/matmul.ts";
import type { ShapeFrom } from "../core/types/mistake.ts";
import type { CommonDType, ShapeOf, TensorLike } from "../core/types/operands.ts";
import { matrixProduct } from "./matmul_primitive.ts";

/**
 * Matrix product. Vectors get an axis which the result drops again; leading
 * axes broadcast. Integers wrap; of booleans it is an or of ands.
 *
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 * @param a Left operand, of rank 1 or more.
 * @param b Right operand of the same dtype, of rank 1 or more.
 * @returns The product, of shape `[...batch, m, n]` for `[..., m, k]` and `[..., k, n]`.
 * @throws {ShapeError} If a rank is 0, or the inner lengths differ.
 * @throws {DTypeError} If the dtypes differ or are strings.
 *
 * @example Usage
 * ```ts
 * import { matmul, tensor, transpose } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(matmul(x, transpose(x)).toArray(), [[14, 32], [32, 77]]);
 * ```
 */
export function matmul<A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B & MatMulCheck<A, B, Exclude<DType, "string">, "numeric or bool">,
): Tensor<CommonDType<A, B>, ShapeFrom<MatMul<ShapeOf<A>, ShapeOf<B>>>> {
  return matrixProduct(a, b) as Tensor<
    CommonDType<A, B>,
    ShapeFrom<MatMul<ShapeOf<A>, ShapeOf<B>>>
  >;
}
