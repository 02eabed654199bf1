/**
 * Which elements are NaN, infinite, finite or negative.
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
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { equal, less, notEqual } from "./comparison.ts";
import { hasNaN } from "./complex_scalar.ts";
import { elementwise, type ElementwisePrimitive, tensorOperand, unary } from "./elementwise.ts";

/** Answers for floats by a kernel, for dtypes without NaN and infinities by a comparison. */
function classified(
  p: ElementwisePrimitive,
  x: TensorLike,
  exact: (x: Tensor) => Tensor,
): Tensor {
  const operand = tensorOperand(p.verb, x);
  const { kind } = DTYPES[operand.dtype];
  return kind === "int" || kind === "uint" || kind === "bool" ? exact(operand) : unary(p, operand);
}

function isInfinite(x: number): boolean {
  return Math.abs(x) === Infinity;
}

const ISNAN = elementwise({
  name: "isnan",
  lanes: { float: [0, 0, "ne"] },
  verb: "look for NaN in",
  arity: 1,
  dtypes: dtypesOfKind("float", "complex"),
  allowed: "numeric or bool",
  result: () => "bool",
  scalar: {
    float: Number.isNaN,
    complex: hasNaN,
  },
});

/**
 * Whether each element is NaN, or has a part that is.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A bool tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { isnan, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(isnan(tensor([1, NaN])).toArray(), [false, true]);
 * ```
 */
export function isnan<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"look for NaN in", D, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", S> {
  return classified(ISNAN, x, (own) => notEqual(own, own)) as Tensor<"bool", S>;
}

const ISINF = elementwise({
  name: "isinf",
  verb: "look for infinities in",
  arity: 1,
  dtypes: dtypesOfKind("float", "complex"),
  allowed: "numeric or bool",
  result: () => "bool",
  scalar: {
    float: isInfinite,
    complex: ({ re, im }) => isInfinite(re) || isInfinite(im),
  },
});

/**
 * Whether each element is infinite, or has a part that is.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A bool tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { isinf, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(isinf(tensor([1, -Infinity, NaN])).toArray(), [false, true, false]);
 * ```
 */
export function isinf<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"look for infinities in", D, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", S> {
  return classified(ISINF, x, (own) => notEqual(own, own)) as Tensor<"bool", S>;
}

const ISFINITE = elementwise({
  name: "isfinite",
  verb: "look for finite numbers in",
  arity: 1,
  dtypes: dtypesOfKind("float", "complex"),
  allowed: "numeric or bool",
  result: () => "bool",
  scalar: {
    float: Number.isFinite,
    complex: ({ re, im }) => Number.isFinite(re) && Number.isFinite(im),
  },
});

/**
 * Whether each element is finite: neither NaN nor infinite in any part.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A bool tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { isfinite, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(isfinite(tensor([1, -Infinity, NaN])).toArray(), [true, false, false]);
 * ```
 */
export function isfinite<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"look for finite numbers in", D, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", S> {
  return classified(ISFINITE, x, (own) => equal(own, own)) as Tensor<"bool", S>;
}

const SIGNBIT = elementwise({
  name: "signbit",
  verb: "take sign bits of",
  arity: 1,
  dtypes: dtypesOfKind("float"),
  allowed: "real",
  result: () => "bool",
  scalar: { float: (x) => x < 0 || Object.is(x, -0) },
});

/**
 * Whether each element is negative, -0 included. The answer for NaN follows its bits, which
 * JavaScript does not fix.
 *
 * @typeParam D Dtype of the operand: real.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A bool tensor of the same shape.
 * @throws {DTypeError} If the operand is not real.
 *
 * @example Usage
 * ```ts
 * import { signbit, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(signbit(tensor([1, -0, -2])).toArray(), [false, true, true]);
 * ```
 */
export function signbit<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take sign bits of", D, RealDType, "real">,
): Tensor<"bool", S> {
  return signs(x) as Tensor<"bool", S>;
}

function signs(x: TensorLike): Tensor {
  const operand = tensorOperand(SIGNBIT.verb, x);
  const { kind } = DTYPES[operand.dtype];
  return kind === "int" || kind === "uint"
    ? less(operand as Tensor<"int32">, 0)
    : unary(SIGNBIT, operand);
}
