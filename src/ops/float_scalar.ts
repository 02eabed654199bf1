/**
 * Calculations with numbers that JavaScript does not have, for definitions of ops.
 *
 * @module
 */
import type { Round } from "./elementwise.ts";

/**
 * The magnitude of one number with the sign of another, that of -0 included.
 *
 * @param x Gives the magnitude.
 * @param y Gives the sign; NaN counts as positive.
 * @returns The number.
 */
export function copySign(x: number, y: number): number {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

/**
 * A sum and its rounding error (D. E. Knuth, The Art of Computer Programming, 4.2.2).
 *
 * @param x A number.
 * @param y A number.
 * @returns The sum and what it lacks.
 */
export function exactSum(x: number, y: number): readonly [number, number] {
  const sum = x + y;
  const part = sum - x;
  return [sum, x - (sum - part) + (y - part)];
}

function split(x: number): readonly [number, number] {
  const wide = x * 134217729;
  const high = x - wide + wide;
  return [high, x - high];
}

/**
 * A product and its rounding error (T. J. Dekker 1971, A floating-point technique for extending
 * the available precision).
 *
 * @param x A number.
 * @param y A number.
 * @returns The product and what it lacks.
 */
export function exactProduct(x: number, y: number): readonly [number, number] {
  const [[a, b], [c, d]] = [split(x), split(y)];
  const product = x * y;
  return [product, a * c - product + a * d + b * c + b * d];
}

/**
 * sqrt(x^2 + y^2) that neither overflows nor loses small numbers on the way, within one unit
 * in the last place (musl, hypot.c: squares with their rounding errors).
 *
 * @param x A number.
 * @param y A number.
 * @returns The hypotenuse; infinity if one number is infinite, also beside NaN.
 */
export function hypotenuse(x: number, y: number): number {
  if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) return Infinity;
  const [large, small] = [Math.max(Math.abs(x), Math.abs(y)), Math.min(Math.abs(x), Math.abs(y))];
  // Also where one is NaN, which both are then.
  if (!(small > 0) || large >= small * 2 ** 54) return large + small;
  const back = large > 2 ** 510 ? 2 ** 700 : small < 2 ** -450 ? 2 ** -700 : 1;
  const [square, error] = exactProduct(large / back, large / back);
  const [other, rest] = exactProduct(small / back, small / back);
  return back * Math.sqrt(rest + error + other + square);
}

/**
 * sqrt(x^2 + y^2) of elements: those of float32 are squared in float64, which has room.
 *
 * @param round Rounding to the dtype.
 * @returns The function.
 */
export function hypotenuseOf(round: Round): (x: number, y: number) => number {
  if (round !== Math.fround) return hypotenuse;
  return (x, y) => {
    if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) return Infinity;
    return round(Math.sqrt(x * x + y * y));
  };
}

/**
 * tanh x = (e^2x - 1) / (e^2x + 1) with the rounding errors of sum and quotient, as
 * Math.tanh is off by more than 2 units in the last place.
 *
 * @param x A number.
 * @returns The hyperbolic tangent, off by less than 1.5 units.
 */
export function hyperbolicTangent(x: number): number {
  const size = Math.abs(x);
  if (!(size < 22)) return Math.sign(x);
  const above = Math.expm1(2 * size);
  const [sum, lost] = exactSum(above, 2);
  const quotient = above / sum;
  const [product, rest] = exactProduct(quotient, sum);
  return Math.sign(x) * (quotient + (above - product - rest - quotient * lost) / sum);
}

/**
 * The angle of a point; Math.atan2 loses the sign of y in V8 where the quotient underflows.
 *
 * @param y Ordinate.
 * @param x Abscissa.
 * @returns The angle, with the sign of y.
 */
export function angleOf(y: number, x: number): number {
  return copySign(Math.atan2(y, x), y);
}
