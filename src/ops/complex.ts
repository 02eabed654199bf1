/**
 * Complex numbers and their parts, element by element.
 *
 * @module
 */
import {
  type ComplexDType,
  type DType,
  DTYPES,
  dtypesOfKind,
  type NumericDType,
  type RealOf,
} from "../core/dtype.ts";
import { bind } from "../core/primitive.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, DTypeCheck, Operand, TensorLike } from "../core/types/operands.ts";
import { mapPair } from "../devices/wasm/map.ts";
import {
  binary,
  constantLike,
  elementwise,
  type ElementwisePrimitive,
  tensorOperand,
  unary,
  unchanged,
} from "./elementwise.ts";

const COMPLEX = dtypesOfKind("complex");

/** Applies a function of complex numbers, or what it is for real ones. */
function ofComplex(
  p: ElementwisePrimitive,
  x: TensorLike,
  ofReal: (x: Tensor) => Tensor,
): Tensor {
  const operand = tensorOperand(p.verb, x);
  const { kind } = DTYPES[operand.dtype];
  const isReal = kind === "int" || kind === "uint" || kind === "float";
  return isReal ? ofReal(operand) : unary(p, operand);
}

const CONJ = elementwise({
  name: "conj",
  verb: "conjugate",
  arity: 1,
  dtypes: COMPLEX,
  allowed: "numeric",
  kernel: "conjugate",
  scalar: { complex: ({ re, im }) => ({ re, im: -im }) },
  derivatives: [(t) => conjugated(t)],
  transpose: ([c]) => [conjugated(c!)],
});

/**
 * Complex conjugates, for rules of derivatives.
 *
 * @param x A floating tensor.
 * @returns The conjugates, or `x` itself if it is real.
 */
export function conjugated(x: Tensor): Tensor {
  return DTYPES[x.dtype].kind === "complex" ? bind(CONJ, [x], undefined) : x;
}

/**
 * Real parts, for rules of derivatives.
 *
 * @param x A floating tensor.
 * @returns The real parts, or `x` itself if it is real.
 */
export function realPart(x: Tensor): Tensor {
  return DTYPES[x.dtype].kind === "complex" ? bind(REAL, [x], undefined) : x;
}

/**
 * Complex conjugate of each element; real numbers are their own.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { conj, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(conj(tensor([{ re: 1, im: 2 }])).toArray(), [{ re: 1, im: -2 }]);
 * ```
 */
export function conj<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"conjugate", D, NumericDType, "numeric">,
): Tensor<D, S> {
  return ofComplex(CONJ, x, unchanged) as Tensor<D, S>;
}

const REAL = elementwise({
  name: "real",
  verb: "take real parts of",
  arity: 1,
  dtypes: COMPLEX,
  allowed: "numeric",
  result: (dtype) => DTYPES[dtype].real,
  scalar: { complex: ({ re }) => re },
  derivatives: [(t) => real(t)],
  // Re(conj(z) c) of a real c is Re(z) c.
  transpose: ([c]) => [complex(c!, zeros(c!))],
});

/**
 * Real part of each element; real numbers are their own.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A real tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { real, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(real(tensor([{ re: 1, im: 2 }])).toArray(), [1]);
 * ```
 */
export function real<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take real parts of", D, NumericDType, "numeric">,
): Tensor<RealOf<D>, S> {
  return ofComplex(REAL, x, unchanged) as Tensor<RealOf<D>, S>;
}

const IMAG = elementwise({
  name: "imag",
  verb: "take imaginary parts of",
  arity: 1,
  dtypes: COMPLEX,
  allowed: "numeric",
  result: (dtype) => DTYPES[dtype].real,
  scalar: { complex: ({ im }) => im },
  derivatives: [(t) => imag(t)],
  // Re(conj(z) ic) of a real c is Im(z) c.
  transpose: ([c]) => [complex(zeros(c!), c!)],
});

/**
 * Imaginary part of each element; that of real numbers is 0.
 *
 * @typeParam D Dtype of the operand: numeric.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A real tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric.
 *
 * @example Usage
 * ```ts
 * import { imag, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(imag(tensor([{ re: 1, im: 2 }])).toArray(), [2]);
 * ```
 */
export function imag<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take imaginary parts of", D, NumericDType, "numeric">,
): Tensor<RealOf<D>, S> {
  return ofComplex(IMAG, x, zeros) as Tensor<RealOf<D>, S>;
}

function zeros(x: Tensor): Tensor {
  return constantLike(0, x);
}

/** Dtype of complex numbers whose parts are of dtype `D`. */
export type ComplexOf<D extends DType> = {
  [C in ComplexDType]: RealOf<C> extends D ? C : never;
}[ComplexDType];

const MAKE_COMPLEX = elementwise({
  name: "complex",
  verb: "make complex numbers of",
  arity: 2,
  dtypes: COMPLEX.map((dtype) => DTYPES[dtype].real),
  allowed: "float32 or float64",
  result: (part) => COMPLEX.find((dtype) => DTYPES[dtype].real === part)!,
  scalar: { float: (re, im) => ({ re, im }) },
  wasm: mapPair("complex"),
  derivatives: [(t) => complex(t, zeros(t)), (t) => complex(zeros(t), t)],
  transpose: ([c]) => [real(c!), imag(c!)],
});

/**
 * Complex numbers of real and imaginary parts.
 *
 * @typeParam A Real parts: a tensor or a scalar.
 * @typeParam B Imaginary parts: a tensor or a scalar.
 * @param re Real parts, float32 or float64, of any shape.
 * @param im Imaginary parts, of the same dtype and a shape that broadcasts.
 * @returns A complex64 or complex128 tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not float32 or float64, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { complex, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(complex(tensor([1]), tensor([2])).toArray(), [{ re: 1, im: 2 }]);
 * ```
 */
export function complex<const A extends Operand, const B extends Operand>(
  re: A,
  im: B & BinaryCheck<"make complex numbers of", A, B, "float32" | "float64", "float32 or float64">,
): Tensor<ComplexOf<CommonDType<A, B>>, ResultShape<A, B>> {
  return binary(MAKE_COMPLEX, re, im) as Tensor<
    ComplexOf<CommonDType<A, B>>,
    ResultShape<A, B>
  >;
}
