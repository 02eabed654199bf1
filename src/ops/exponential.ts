/**
 * Exponentials, logarithms and square roots, element by element.
 *
 * @module
 */
import { type DType, dtypesOfKind, type FloatingOf, type NumericDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import {
  complexExp,
  complexExpm1,
  complexLog,
  complexLog1p,
  complexSqrt,
} from "./complex_functions.ts";
import type { ComplexUnary } from "./complex_scalar.ts";
import { elementwise, type ElementwisePrimitive, floats, unary } from "./elementwise.ts";

/** Defines a function of floats, through which integers and bool go as float64. */
function floating(
  name: string,
  verb: string,
  float: (x: number) => number,
  complex: ComplexUnary,
  ulps?: number,
): ElementwisePrimitive {
  return elementwise({
    name,
    verb,
    arity: 1,
    dtypes: dtypesOfKind("float", "complex"),
    converts: floats("bool", "int", "uint"),
    allowed: "numeric or bool",
    scalar: { float, complex },
    ...(ulps === undefined ? {} : { ulps, complexUlps: 4 }),
  });
}

const EXP = floating("exp", "take exponentials of", Math.exp, complexExp, 1);

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

const EXPM1 = floating("expm1", "take expm1 of", Math.expm1, complexExpm1, 1);

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

const LOG = floating("log", "take logarithms of", Math.log, complexLog, 1);

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

const LOG1P = floating("log1p", "take log1p of", Math.log1p, complexLog1p, 1);

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

const SQRT = floating("sqrt", "take square roots of", Math.sqrt, complexSqrt);

/**
 * Square root of each element, correctly rounded for real numbers: NaN of negative ones; of
 * complex ones in the right half plane.
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
