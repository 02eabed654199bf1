/**
 * Trigonometric functions, angles and hypotenuses, element by element.
 *
 * @module
 */
import {
  type DType,
  dtypesOfKind,
  type FloatingOf,
  type NumericDType,
  type RealDType,
} from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, DTypeCheck, Operand, TensorLike } from "../core/types/operands.ts";
import { add, divide, multiply, negative, sign, square, subtract } from "./arithmetic.ts";
import { complexCos, complexSin, complexTan, complexTanh } from "./complex_functions.ts";
import { binary, constantLike, elementwise, floats, unary } from "./elementwise.ts";
import { angleOf, copySign, hyperbolicTangent, hypotenuseOf } from "./float_scalar.ts";

const FLOAT = dtypesOfKind("float");
const FLOATING = dtypesOfKind("float", "complex");

const SIN = elementwise({
  name: "sin",
  verb: "take sines of",
  arity: 1,
  dtypes: FLOATING,
  converts: floats("bool", "int", "uint"),
  allowed: "numeric or bool",
  scalar: { float: Math.sin, complex: complexSin },
  ulps: 1,
  complexUlps: 4,
  derivatives: [(t, [x]) => multiply(t, cos(x!))],
});

/**
 * Sine of each element, accurate over the whole range; NaN of infinities.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x Angles in radians.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { sin, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sin(tensor([0, Infinity])).toArray(), [0, NaN]);
 * ```
 */
export function sin<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take sines of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(SIN, x) as Tensor<FloatingOf<D>, S>;
}

const COS = elementwise({
  name: "cos",
  verb: "take cosines of",
  arity: 1,
  dtypes: FLOATING,
  converts: floats("bool", "int", "uint"),
  allowed: "numeric or bool",
  scalar: { float: Math.cos, complex: complexCos },
  ulps: 1,
  complexUlps: 4,
  derivatives: [(t, [x]) => multiply(t, negative(sin(x!)))],
});

/**
 * Cosine of each element, accurate over the whole range; NaN of infinities.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x Angles in radians.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { cos, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(cos(tensor([0, Infinity])).toArray(), [1, NaN]);
 * ```
 */
export function cos<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take cosines of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(COS, x) as Tensor<FloatingOf<D>, S>;
}

const TAN = elementwise({
  name: "tan",
  verb: "take tangents of",
  arity: 1,
  dtypes: FLOATING,
  converts: floats("bool", "int", "uint"),
  allowed: "numeric or bool",
  scalar: { float: Math.tan, complex: complexTan },
  ulps: 1,
  complexUlps: 4,
  domain: [-1.25, 1.25],
  derivatives: [(t, _, __, result) => multiply(t, add(square(result), 1))],
});

/**
 * Tangent of each element, accurate over the whole range; NaN of infinities.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x Angles in radians.
 * @returns A tensor of the same shape: float64 for integers and bool, else of the operand's
 * dtype.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { tan, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tan(tensor([0, Infinity])).toArray(), [0, NaN]);
 * ```
 */
export function tan<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take tangents of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(TAN, x) as Tensor<FloatingOf<D>, S>;
}

const TANH = elementwise({
  name: "tanh",
  verb: "take hyperbolic tangents of",
  arity: 1,
  dtypes: FLOATING,
  converts: floats("bool", "int", "uint"),
  allowed: "numeric or bool",
  scalar: { float: hyperbolicTangent, complex: complexTanh },
  ulps: 2,
  complexUlps: 4,
  derivatives: [(t, _, __, result) => multiply(t, subtract(1, square(result)))],
});

/**
 * Hyperbolic tangent of each element.
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
 * import { tanh, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tanh(tensor([0, Infinity])).toArray(), [0, 1]);
 * ```
 */
export function tanh<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take hyperbolic tangents of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<FloatingOf<D>, S> {
  return unary(TANH, x) as Tensor<FloatingOf<D>, S>;
}

const ARCTAN2 = elementwise({
  name: "arctan2",
  verb: "take angles of",
  arity: 2,
  dtypes: FLOAT,
  converts: floats("int", "uint"),
  allowed: "real",
  scalar: { float: angleOf },
  ulps: 1,
  // (x dy - y dx) / r^2; divided twice so that r^2 does not overflow.
  derivatives: [
    (t, [y, x]) => multiply(t, overSquare(x!, hypot(x!, y!))),
    (t, [y, x]) => multiply(t, negative(overSquare(y!, hypot(x!, y!)))),
  ],
});

function overSquare(x: Tensor, y: Tensor): Tensor {
  return divide(divide(x, y), y);
}

/**
 * Angle of each point (x, y) from the positive x axis, from -pi to pi; the signs of zeros choose
 * the side of the cut along the negative x axis. The derivatives at the origin are NaN.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param y Ordinates, of any shape.
 * @param x Abscissas, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape: float64 for integers, else of the operands' dtype.
 * @throws {DTypeError} If the dtypes differ, are not real, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { arctan2, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const y = tensor([0, 1], { dtype: "float64" });
 * assert.deepEqual(arctan2(y, tensor([1, 0], { dtype: "float64" })).toArray(), [0, Math.PI / 2]);
 * ```
 */
export function arctan2<const A extends Operand, const B extends Operand>(
  y: A,
  x: B & BinaryCheck<"take angles of", A, B, RealDType, "real">,
): Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>> {
  return binary(ARCTAN2, y, x) as Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>>;
}

const HYPOT = elementwise({
  name: "hypot",
  verb: "take hypotenuses of",
  arity: 2,
  dtypes: FLOAT,
  converts: floats("int", "uint"),
  allowed: "real",
  scalar: (round) => ({ float: hypotenuseOf(round) }),
  derivatives: [
    (t, [x], _, result) => multiply(t, divide(x!, result)),
    (t, [, y], _, result) => multiply(t, divide(y!, result)),
  ],
});

/**
 * Square root of the sum of two squares, for each pair of elements, which does not overflow on
 * the way; infinity if one is infinite, also beside NaN. The derivatives at the origin are NaN.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape: float64 for integers, else of the operands' dtype.
 * @throws {DTypeError} If the dtypes differ, are not real, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { hypot, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(hypot(tensor([3, 5e37]), tensor([4, 1.2e38])).toArray(), [5, 1.3e38].map(Math.fround));
 * ```
 */
export function hypot<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take hypotenuses of", A, B, RealDType, "real">,
): Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>> {
  return binary(HYPOT, a, b) as Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>>;
}

const COPYSIGN = elementwise({
  name: "copysign",
  verb: "copy signs of",
  arity: 2,
  dtypes: FLOAT,
  converts: floats("int", "uint"),
  allowed: "real",
  scalar: { float: copySign },
  // |x| times a sign.
  derivatives: [
    (t, [x, y]) => multiply(t, multiply(sign(x!), copysign(constantLike(1, y!), y!))),
    null,
  ],
});

/**
 * Magnitude of each left element with the sign of the right one, that of -0 included.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape: float64 for integers, else of the operands' dtype.
 * @throws {DTypeError} If the dtypes differ, are not real, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { copysign, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(copysign(tensor([1, 2]), tensor([-0, 3])).toArray(), [-1, 2]);
 * ```
 */
export function copysign<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"copy signs of", A, B, RealDType, "real">,
): Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>> {
  return binary(COPYSIGN, a, b) as Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>>;
}
