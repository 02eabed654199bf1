/**
 * Conversion between dtypes.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import { checkDType } from "../core/item.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { converted } from "./cast_primitive.ts";
import { tensorOperand, unchanged } from "./elementwise.ts";

/**
 * The elements in another dtype, as NumPy's `astype` gives them: integers wrap, floats become
 * integers toward zero, complex numbers lose their imaginary part, and what is not zero, NaN
 * included, is true. Floats beyond an integer dtype give its nearest integer and NaN gives 0,
 * which NumPy leaves open. Strings stay strings: they are not converted.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam E Dtype of the result.
 * @param x The operand.
 * @param dtype Dtype of the result.
 * @returns A tensor of that dtype and the same shape.
 * @throws {DTypeError} If just one of the dtypes is string, or there is no such dtype.
 *
 * @example Usage
 * ```ts
 * import { cast, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(cast(tensor([1.7, -1.7, NaN]), "int32").toArray(), [1, -1, 0]);
 * assert.deepEqual(cast(tensor([300], { dtype: "int32" }), "uint8").toArray(), [44]);
 * ```
 */
export function cast<D extends DType, S extends Shape, E extends DType>(
  x: TensorLike<D, S>,
  dtype: E,
): Tensor<E, S> {
  const operand = tensorOperand("cast", x);
  checkDType(`cast ${operand.dtype} to`, dtype);
  if (operand.dtype === (dtype as DType)) return unchanged(operand) as Tensor<E, S>;
  if (operand.dtype === "string" || dtype === "string") {
    throw new DTypeError(
      `Cannot cast ${operand.dtype} to ${dtype}: ` +
        `convert the values in JavaScript and make a tensor of them`,
    );
  }
  return converted(operand, dtype) as Tensor<E, S>;
}
