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

/**
 * A square and its rounding error (T. J. Dekker 1971, A floating-point technique for extending
 * the available precision).
 *
 * @param x A number.
 * @returns The square and what it lacks.
 */
export function exactSquare(x: number): readonly [number, number] {
  const wide = x * 134217729;
  const high = x - wide + wide;
  const low = x - high;
  const square = x * x;
  return [square, high * high - square + 2 * high * low + low * low];
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
  const [square, error] = exactSquare(large / back);
  const [other, rest] = exactSquare(small / back);
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
