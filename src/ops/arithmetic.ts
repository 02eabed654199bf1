/**
 * Arithmetic, element by element.
 *
 * @module
 */
import {
  type ComplexDType,
  type DType,
  DTYPES,
  dtypesOfKind,
  type FloatDType,
  type FloatingOf,
  type NumericDType,
  type RealOf,
} from "../core/dtype.ts";
import { Unknown } from "../core/primitive.ts";
import type { SimplifyInput } from "../core/primitive.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, DTypeCheck, Operand, TensorLike } from "../core/types/operands.ts";
import { converted } from "./cast_primitive.ts";
import { conjugated, realPart } from "./complex.ts";
import { equal } from "./comparison.ts";
import {
  complexProduct,
  complexQuotient,
  complexReciprocal,
  complexSign,
} from "./complex_scalar.ts";
import { binary, elementwise, floats, unary } from "./elementwise.ts";
import { hypotenuseOf } from "./float_scalar.ts";
import { where } from "./where.ts";

const NUMERIC = dtypesOfKind("int", "uint", "float", "complex");
const FLOATING = dtypesOfKind("float", "complex");

/** Whether all elements are known to be 1; products with complex ones may differ in NaN. */
function isOne({ constant }: SimplifyInput): boolean {
  return constant === 1 || constant === 1n;
}

const ADD = elementwise({
  name: "add",
  lanes: { float: [0, 1, "add"], int: [0, 1, "add"], uint: [0, 1, "add"] },
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x, y) => x + y,
    int: (x, y) => x + y,
    complex: (x, y) => ({ re: x.re + y.re, im: x.im + y.im }),
  },
  derivatives: [(t) => t, (t) => t],
  transpose: ([c]) => [c!, c!],
});

/**
 * Sum of each pair of elements. Integers wrap.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { add, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(add(x, 10).toArray(), [[11, 12, 13], [14, 15, 16]]);
 * ```
 */
export function add<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"add", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(ADD, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const SUBTRACT = elementwise({
  name: "subtract",
  lanes: { float: [0, 1, "sub"], int: [0, 1, "sub"], uint: [0, 1, "sub"] },
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x, y) => x - y,
    int: (x, y) => x - y,
    complex: (x, y) => ({ re: x.re - y.re, im: x.im - y.im }),
  },
  derivatives: [(t) => t, (t) => negative(t)],
  transpose: ([c], [, b]) => [c!, b instanceof Unknown ? negative(c!) : null],
});

/**
 * Difference of each pair of elements. Integers wrap.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { subtract, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(subtract(tensor([5, 7]), tensor([1, 2])).toArray(), [4, 5]);
 * ```
 */
export function subtract<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"subtract", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(SUBTRACT, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const MULTIPLY = elementwise({
  name: "multiply",
  simplify: ([x, y]) => isOne(y!) ? 0 : isOne(x!) ? 1 : undefined,
  lanes: { float: [0, 1, "mul"], int: [0, 1, "mul"], uint: [0, 1, "mul"] },
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: (round) => ({
    float: (x, y) => x * y,
    int: (x, y) => x * y,
    complex: complexProduct(round),
  }),
  derivatives: [(t, [, y]) => multiply(t, y!), (t, [x]) => multiply(x!, t)],
  // The adjoint of a factor z is its conjugate.
  transpose: ([c], [a, b]) =>
    a instanceof Unknown
      ? [multiply(c!, conjugated(b as Tensor)), null]
      : [null, multiply(conjugated(a!), c!)],
});

/**
 * Product of each pair of elements. Integers wrap.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { multiply, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(multiply(2, tensor([1, 2, 3])).toArray(), [2, 4, 6]);
 * ```
 */
export function multiply<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"multiply", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(MULTIPLY, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const DIVIDE = elementwise({
  name: "divide",
  simplify: ([, y]) => isOne(y!) ? 0 : undefined,
  lanes: { float: [0, 1, "div"] },
  arity: 2,
  dtypes: FLOATING,
  converts: floats("int", "uint"),
  allowed: "numeric",
  scalar: (round) => ({
    float: (x, y) => x / y,
    complex: complexQuotient(round),
  }),
  // d(x / y) = dx / y - x / y^2 dy
  derivatives: [
    (t, [, y]) => divide(t, y!),
    (t, [, y], _, result) => multiply(t, negative(divide(result, y!))),
  ],
  transpose: ([c], [, y]) => [divide(c!, conjugated(y as Tensor)), null],
});

/**
 * Quotient of each pair of elements. Integers are divided as float64; a number over zero is an
 * infinity or NaN.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape: float64 for integers, else of the operands' dtype.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { divide, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(divide(tensor([1, 2, 3]), 2).toArray(), [0.5, 1, 1.5]);
 *
 * const counts = tensor([1, 3], { dtype: "int32" });
 * assert.equal(divide(counts, 2).dtype, "float64");
 * ```
 */
export function divide<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"divide", A, B, NumericDType, "numeric">,
): Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>> {
  return binary(DIVIDE, a, b) as Tensor<FloatingOf<CommonDType<A, B>>, ResultShape<A, B>>;
}

const NEGATIVE = elementwise({
  name: "negative",
  lanes: { float: [0, "neg"], int: [0, "neg"], uint: [0, "neg"] },
  verb: "negate",
  arity: 1,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x) => -x,
    int: (x) => -x,
    complex: ({ re, im }) => ({ re: -re, im: -im }),
  },
  derivatives: [(t) => negative(t)],
  transpose: ([c]) => [negative(c!)],
});

/**
 * Each element with the opposite sign. Integers wrap: the least signed one stays, 1 becomes the
 * largest unsigned one.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { negative, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(negative(tensor([1, -2])).toArray(), [-1, 2]);
 * ```
 */
export function negative<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"negate", D, NumericDType, "numeric">,
): Tensor<D, S> {
  return unary(NEGATIVE, x) as Tensor<D, S>;
}

const ABS = elementwise({
  name: "abs",
  lanes: { float: [0, "abs"], int: [0, "abs"], uint: [0] },
  verb: "take magnitudes of",
  arity: 1,
  dtypes: NUMERIC,
  allowed: "numeric",
  result: (dtype) => DTYPES[dtype].real,
  scalar: (round) => {
    const magnitude = hypotenuseOf(round);
    return {
      float: (x) => Math.abs(x),
      int: (x) => x < 0n ? -x : x,
      complex: ({ re, im }) => magnitude(re, im),
    };
  },
  // d|z| = Re(conj(z / |z|) dz), and 0 at 0.
  derivatives: [(t, [x]) => realPart(multiply(t, conjugated(sign(x!))))],
});

/**
 * Magnitude of each element, that of a complex number without overflow on the way. The least
 * signed integer stays, as its magnitude has no room. The derivative at 0 is 0.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A real tensor of the same shape: float32 for complex64, float64 for complex128, else
 * of the operand's dtype.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { abs, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(abs(tensor([-1.5, 2])).toArray(), [1.5, 2]);
 * assert.deepEqual(abs(tensor([{ re: 3, im: -4 }])).toArray(), [5]);
 * ```
 */
export function abs<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take magnitudes of", D, NumericDType, "numeric">,
): Tensor<RealOf<D>, S> {
  return unary(ABS, x) as Tensor<RealOf<D>, S>;
}

const SIGN = elementwise({
  name: "sign",
  verb: "take signs of",
  arity: 1,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: (round) => ({
    float: (x) => x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN,
    int: (x) => x > 0n ? 1n : x < 0n ? -1n : 0n,
    complex: complexSign(round),
  }),
  jvp: ([t], [x], _, [result]) => [
    DTYPES[x!.dtype].kind === "complex" ? turning(t!, x!, result!) : null,
  ],
});

/** What a change of z does to s = z / |z|: (dz - s Re(conj(s) dz)) / |z|; nothing at 0. */
function turning(t: Tensor, z: Tensor, s: Tensor): Tensor {
  const along = converted(realPart(multiply(conjugated(s), t)), z.dtype);
  const size: Tensor = abs(z);
  const inverse = reciprocal(where(equal(size, 0), Infinity, size));
  return multiply(converted(inverse, z.dtype), subtract(t, multiply(s, along)));
}

/**
 * Sign of each element: -1, 0 or 1; z / |z| for complex numbers. NaN stays NaN. The derivative
 * is 0 for real numbers and at 0.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { sign, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sign(tensor([-3, 0, 5])).toArray(), [-1, 0, 1]);
 * ```
 */
export function sign<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take signs of", D, NumericDType, "numeric">,
): Tensor<D, S> {
  return unary(SIGN, x) as Tensor<D, S>;
}

const SQUARE = elementwise({
  name: "square",
  lanes: { float: [0, 0, "mul"], int: [0, 0, "mul"], uint: [0, 0, "mul"] },
  arity: 1,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: (round) => {
    const product = complexProduct(round);
    return {
      float: (x) => x * x,
      int: (x) => x * x,
      complex: (z) => product(z, z),
    };
  },
  derivatives: [(t, [x]) => multiply(t, add(x!, x!))],
});

/**
 * Square of each element. Integers wrap.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { square, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(square(tensor([1, -2, 3])).toArray(), [1, 4, 9]);
 * ```
 */
export function square<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"square", D, NumericDType, "numeric">,
): Tensor<D, S> {
  return unary(SQUARE, x) as Tensor<D, S>;
}

const RECIPROCAL = elementwise({
  name: "reciprocal",
  lanes: { float: ["one", 0, "div"] },
  verb: "take reciprocals of",
  arity: 1,
  dtypes: FLOATING,
  allowed: "floating-point or complex",
  scalar: (round) => ({
    float: (x) => 1 / x,
    complex: complexReciprocal(round),
  }),
  derivatives: [(t, _, __, result) => multiply(t, negative(square(result)))],
});

/**
 * One over each element. Integers are refused, whose reciprocals are no integers: cast them, or
 * divide 1 by them.
 *
 * @typeParam D Dtype of the operand: floating-point or complex.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not floating-point or complex.
 *
 * @example Usage
 * ```ts
 * import { reciprocal, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(reciprocal(tensor([2, -4])).toArray(), [0.5, -0.25]);
 * ```
 */
export function reciprocal<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take reciprocals of", D, FloatDType | ComplexDType, "floating-point or complex">,
): Tensor<D, S> {
  return unary(RECIPROCAL, x) as Tensor<D, S>;
}
