/**
 * What arithmetic and comparison of complex numbers mean, one number at a time, with NumPy's
 * special values. Functions that take a rounding apply it to every step.
 *
 * @module
 */
import type { Complex } from "../core/dtype.ts";
import type { Round } from "./elementwise.ts";
import { hypotenuseOf } from "./float_scalar.ts";

/** A complex function of one number. */
export type ComplexUnary = (z: Complex) => Complex;

/** A complex function of two numbers. */
export type ComplexBinary = (x: Complex, y: Complex) => Complex;

/** A test of two complex numbers. */
export type ComplexTest = (x: Complex, y: Complex) => boolean;

/**
 * Whether either part is NaN.
 *
 * @param z A number.
 * @returns Whether one is.
 */
export function hasNaN({ re, im }: Complex): boolean {
  return Number.isNaN(re) || Number.isNaN(im);
}

/**
 * Whether both parts are equal; NaN equals nothing.
 *
 * @param x A number.
 * @param y A number.
 * @returns Whether they are.
 */
export function complexEqual(x: Complex, y: Complex): boolean {
  return x.re === y.re && x.im === y.im;
}

/**
 * Lexicographic order; false where NaN is in the way.
 *
 * @param x A number.
 * @param y A number.
 * @returns Whether `x` comes before `y`.
 */
export function complexLess(x: Complex, y: Complex): boolean {
  return (x.re < y.re && !Number.isNaN(x.im) && !Number.isNaN(y.im)) ||
    (x.re === y.re && x.im < y.im);
}

/**
 * Lexicographic order or equality; false where NaN is in the way.
 *
 * @param x A number.
 * @param y A number.
 * @returns Whether `x` comes before `y` or equals it.
 */
export function complexLessEqual(x: Complex, y: Complex): boolean {
  return (x.re < y.re && !Number.isNaN(x.im) && !Number.isNaN(y.im)) ||
    (x.re === y.re && x.im <= y.im);
}

/**
 * The product without special treatment of infinities, as NumPy's.
 *
 * @param round Rounding of each step.
 * @returns The function.
 */
export function complexProduct(round: Round): ComplexBinary {
  return (x, y) => ({
    re: round(round(x.re * y.re) - round(x.im * y.im)),
    im: round(round(x.re * y.im) + round(x.im * y.re)),
  });
}

/**
 * The quotient (R. Smith 1962, Algorithm 116: complex division), as NumPy's.
 *
 * @param round Rounding of each step.
 * @returns The function.
 */
export function complexQuotient(round: Round): ComplexBinary {
  const madd = (x: number, y: number, z: number): number => round(x + round(y * z));
  return (x, y) => {
    if (Math.abs(y.re) >= Math.abs(y.im)) {
      if (y.re === 0 && y.im === 0) return { re: x.re / 0, im: x.im / 0 };
      const ratio = round(y.im / y.re);
      const scale = round(1 / madd(y.re, y.im, ratio));
      return { re: madd(x.re, x.im, ratio) * scale, im: madd(x.im, -x.re, ratio) * scale };
    }
    const ratio = round(y.re / y.im);
    const scale = round(1 / madd(y.im, y.re, ratio));
    return { re: madd(x.im, x.re, ratio) * scale, im: madd(-x.re, x.im, ratio) * scale };
  };
}

/**
 * The reciprocal, as NumPy's: Smith's quotient with numerator 1.
 *
 * @param round Rounding of each step.
 * @returns The function.
 */
export function complexReciprocal(round: Round): ComplexUnary {
  return ({ re, im }) => {
    if (Math.abs(im) <= Math.abs(re)) {
      const ratio = round(im / re);
      const scale = round(re + round(im * ratio));
      return { re: 1 / scale, im: -ratio / scale };
    }
    const ratio = round(re / im);
    const scale = round(round(re * ratio) + im);
    return { re: ratio / scale, im: -1 / scale };
  };
}

/**
 * z / |z|, as NumPy's: 0 for 0, a unit for one infinite part, NaN for two.
 *
 * @param round Rounding of each step.
 * @returns The function.
 */
export function complexSign(round: Round): ComplexUnary {
  const magnitude = hypotenuseOf(round);
  return ({ re, im }) => {
    const size = magnitude(re, im);
    if (size === Infinity) {
      const unit = (x: number): number => Math.abs(x) === Infinity ? Math.sign(x) : 0;
      const both = Math.abs(re) === Infinity && Math.abs(im) === Infinity;
      return both ? { re: NaN, im: NaN } : { re: unit(re), im: unit(im) };
    }
    return size === 0 ? { re: 0, im: 0 } : { re: re / size, im: im / size };
  };
}
