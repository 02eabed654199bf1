/**
 * Angles of complex numbers.
 *
 * @module
 */
import {
  type DType,
  DTYPES,
  type FloatingOf,
  type NumericDType,
  type RealOf,
} from "../core/dtype.ts";
import { unsupportedDTypeError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { imag, real } from "../ops/complex.ts";
import { tensorOperand } from "../ops/elementwise.ts";
import { arctan2 } from "../ops/trigonometric.ts";

/**
 * Angle of each element in the complex plane, from -pi to pi; of real numbers 0 or pi.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A real tensor of the same shape, in radians: float64 for integers.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { angle, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const z = tensor([{ re: 0, im: 2 }, { re: -1, im: 0 }], { dtype: "complex128" });
 * assert.deepEqual(angle(z).toArray(), [Math.PI / 2, Math.PI]);
 * ```
 */
export function angle<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take angles of", D, NumericDType, "numeric">,
): Tensor<RealOf<FloatingOf<D>>, S> {
  return angleOf(x) as Tensor<RealOf<FloatingOf<D>>, S>;
}

function angleOf(x: TensorLike): Tensor {
  const operand = tensorOperand("take angles of", x);
  const { kind } = DTYPES[operand.dtype];
  if (kind === "bool" || kind === "string") {
    throw unsupportedDTypeError("take angles of", operand.dtype, "numeric");
  }
  const z = operand as Tensor<"complex64">;
  return arctan2(imag(z), real(z));
}
