/**
 * Rounding, element by element.
 *
 * @module
 */
import {
  type DType,
  DTYPES,
  dtypesOfKind,
  type NumericDType,
  type RealDType,
} from "../core/dtype.ts";
import { ArgumentError, valueText } from "../core/errors.ts";
import { roundHalfEven } from "../core/half.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { divide, multiply } from "./arithmetic.ts";
import { converted } from "./cast_primitive.ts";
import { complex, imag, real } from "./complex.ts";
import {
  elementwise,
  type ElementwisePrimitive,
  tensorOperand,
  unary,
  unchanged,
} from "./elementwise.ts";

function isInteger({ dtype }: Tensor): boolean {
  return DTYPES[dtype].kind === "int" || DTYPES[dtype].kind === "uint";
}

/** Rounds floats; integers are round already. */
function toWhole(p: ElementwisePrimitive, x: TensorLike): Tensor {
  const operand = tensorOperand(p.verb, x);
  return isInteger(operand) ? unchanged(operand) : unary(p, operand);
}

const FLOOR = elementwise({
  name: "floor",
  lanes: { float: [0, "floor"] },
  verb: "take floors of",
  arity: 1,
  dtypes: dtypesOfKind("float"),
  allowed: "real",
  scalar: { float: Math.floor },
  derivatives: [null],
});

/**
 * Largest integer that is not above each element. Integers stay.
 *
 * @typeParam D Dtype of the operand: real.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not real.
 *
 * @example Usage
 * ```ts
 * import { floor, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(floor(tensor([1.5, -1.5])).toArray(), [1, -2]);
 * ```
 */
export function floor<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take floors of", D, RealDType, "real">,
): Tensor<D, S> {
  return toWhole(FLOOR, x) as Tensor<D, S>;
}

const CEIL = elementwise({
  name: "ceil",
  lanes: { float: [0, "ceil"] },
  verb: "take ceilings of",
  arity: 1,
  dtypes: dtypesOfKind("float"),
  allowed: "real",
  scalar: { float: Math.ceil },
  derivatives: [null],
});

/**
 * Smallest integer that is not below each element. Integers stay.
 *
 * @typeParam D Dtype of the operand: real.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not real.
 *
 * @example Usage
 * ```ts
 * import { ceil, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(ceil(tensor([1.5, -1.5])).toArray(), [2, -1]);
 * ```
 */
export function ceil<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take ceilings of", D, RealDType, "real">,
): Tensor<D, S> {
  return toWhole(CEIL, x) as Tensor<D, S>;
}

const TRUNC = elementwise({
  name: "trunc",
  lanes: { float: [0, "trunc"] },
  verb: "truncate",
  arity: 1,
  dtypes: dtypesOfKind("float"),
  allowed: "real",
  scalar: { float: Math.trunc },
  derivatives: [null],
});

/**
 * Each element without its fraction. Integers stay.
 *
 * @typeParam D Dtype of the operand: real.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not real.
 *
 * @example Usage
 * ```ts
 * import { tensor, trunc } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(trunc(tensor([1.5, -1.5])).toArray(), [1, -1]);
 * ```
 */
export function trunc<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"truncate", D, RealDType, "real">,
): Tensor<D, S> {
  return toWhole(TRUNC, x) as Tensor<D, S>;
}

const ROUND = elementwise({
  name: "round",
  lanes: { float: [0, "nearest"] },
  arity: 1,
  dtypes: dtypesOfKind("float", "complex"),
  allowed: "numeric",
  scalar: {
    float: roundHalfEven,
    complex: ({ re, im }) => ({ re: roundHalfEven(re), im: roundHalfEven(im) }),
  },
  derivatives: [null],
});

/** How to round. */
export interface RoundOptions {
  /** Digits to keep after the point, before it when negative; 0 when absent. */
  readonly decimals?: number | undefined;
}

/**
 * Nearest integer of each element, the even one of two that are equally near; of complex
 * numbers part by part. With `decimals`, elements are scaled by a power of ten before and
 * after, so that 2.675, which is less than it seems, still gives 2.68.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand; integers change with negative `decimals` alone.
 * @param options Digits to keep after the point, before it when negative.
 * @returns A tensor of the same dtype and shape.
 * @throws {ArgumentError} If `decimals` is not an integer.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { round, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(round(tensor([0.5, 1.5, -2.7])).toArray(), [0, 2, -3]);
 * const x = tensor([2.675, 1234], { dtype: "float64" });
 * assert.deepEqual(round(x, { decimals: 2 }).toArray(), [2.68, 1234]);
 * ```
 */
export function round<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"round", D, NumericDType, "numeric">,
  { decimals = 0 }: RoundOptions = {},
): Tensor<D, S> {
  if (!Number.isInteger(decimals)) {
    throw new ArgumentError(
      `Cannot round to ${valueText(decimals)} decimals: their number must be an integer`,
    );
  }
  const operand = tensorOperand("round", x);
  return (decimals === 0 ? toWhole(ROUND, operand) : roundTo(operand, decimals)) as Tensor<D, S>;
}

function roundTo(x: Tensor, decimals: number): Tensor {
  if (isInteger(x)) {
    if (decimals > 0) return unchanged(x);
    return converted(roundTo(converted(x, DTYPES[x.dtype].floating), decimals), x.dtype);
  }
  if (DTYPES[x.dtype].kind === "complex") {
    const z = x as Tensor<"complex64">;
    return complex(roundTo(real(z), decimals) as Tensor<"float32">, roundTo(imag(z), decimals));
  }
  const scale = 10 ** Math.abs(decimals);
  if (decimals > 0) return divide(unary(ROUND, multiply(x as Tensor<"float32">, scale)), scale);
  return multiply(unary(ROUND, divide(x as Tensor<"float32">, scale)), scale);
}
