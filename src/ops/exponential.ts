/**
 * Exponentials, logarithms and square roots, element by element.
 *
 * @module
 */
import { type DType, dtypesOfKind, type FloatingOf, type NumericDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { add, divide, multiply } from "./arithmetic.ts";
import {
  complexExp,
  complexExpm1,
  complexLog,
  complexLog1p,
  complexSqrt,
} from "./complex_functions.ts";
import {
  type Elementwise,
  elementwise,
  type ElementwisePrimitive,
  floats,
  unary,
} from "./elementwise.ts";

/** Defines a function of floats, through which integers and bool go as float64. */
function floating(op: Omit<Elementwise, "arity" | "dtypes" | "allowed">): ElementwisePrimitive {
  return elementwise({
    arity: 1,
    dtypes: dtypesOfKind("float", "complex"),
    converts: floats("bool", "int", "uint"),
    allowed: "numeric or bool",
    ...op,
  });
}

const EXP = floating({
  name: "exp",
  verb: "take exponentials of",
  scalar: { float: Math.exp, complex: complexExp },
  ulps: 1,
  complexUlps: 4,
  derivatives: [(t, _, __, result) => multiply(t, result)],
});

/**
 * The number e to the power of each element.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { exp, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(exp(tensor([0, -Infinity])).toArray(), [1, 0]);
 * ```
 */
export function exp<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take exponentials of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(EXP, x) as Tensor<FloatingOf<D>, S>;
}

const EXPM1 = floating({
  name: "expm1",
  verb: "take expm1 of",
  scalar: { float: Math.expm1, complex: complexExpm1 },
  ulps: 1,
  complexUlps: 4,
  // Not the result plus 1, which loses the digits of small ones.
  derivatives: [(t, [x]) => multiply(t, exp(x!))],
});

/**
 * e to the power of each element, less 1, accurate for elements near 0.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { expm1, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(expm1(tensor([0, 1e-20], { dtype: "float64" })).toArray(), [0, 1e-20]);
 * ```
 */
export function expm1<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take expm1 of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(EXPM1, x) as Tensor<FloatingOf<D>, S>;
}

const LOG = floating({
  name: "log",
  verb: "take logarithms of",
  scalar: { float: Math.log, complex: complexLog },
  ulps: 1,
  complexUlps: 4,
  domain: [0.25, 4],
  derivatives: [(t, [x]) => divide(t, x!)],
});

/**
 * Natural logarithm of each element: minus infinity of 0, NaN of negative real numbers; of
 * complex ones with the cut along the negative real axis.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { log, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(log(tensor([1, 0, -1])).toArray(), [0, -Infinity, NaN]);
 * ```
 */
export function log<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take logarithms of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(LOG, x) as Tensor<FloatingOf<D>, S>;
}

const LOG1P = floating({
  name: "log1p",
  verb: "take log1p of",
  scalar: { float: Math.log1p, complex: complexLog1p },
  ulps: 1,
  complexUlps: 4,
  domain: [-0.75, 4],
  derivatives: [(t, [x]) => divide(t, add(x!, 1))],
});

/**
 * Natural logarithm of 1 plus each element, accurate for elements near 0.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { log1p, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(log1p(tensor([0, 1e-20], { dtype: "float64" })).toArray(), [0, 1e-20]);
 * ```
 */
export function log1p<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take log1p of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(LOG1P, x) as Tensor<FloatingOf<D>, S>;
}

const SQRT = floating({
  name: "sqrt",
  lanes: { float: [0, "sqrt"] },
  verb: "take square roots of",
  scalar: { float: Math.sqrt, complex: complexSqrt },
  domain: [0.25, 4],
  derivatives: [(t, _, __, result) => divide(t, add(result, result))],
});

/**
 * Square root of each element, correctly rounded for real numbers: NaN of negative ones; of
 * complex ones in the right half plane. The derivative at 0 is infinite.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { sqrt, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sqrt(tensor([4, 2.25, -1])).toArray(), [2, 1.5, NaN]);
 * ```
 */
export function sqrt<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take square roots of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(SQRT, x) as Tensor<FloatingOf<D>, S>;
}
