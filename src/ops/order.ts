/**
 * The order of elements: NaN last, complex numbers by real and then imaginary
 * part, as NumPy sorts.
 *
 * @module
 */
import type { Complex, Item } from "../core/dtype.ts";

function compareNumbers(x: number, y: number): number {
  if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1;
  if (Number.isNaN(y)) return -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** 0 without NaN, then NaN in the imaginary part, in the real part, in both. */
function nanClass({ re, im }: Complex): number {
  return (Number.isNaN(re) ? 2 : 0) + (Number.isNaN(im) ? 1 : 0);
}

function compareComplex(x: Complex, y: Complex): number {
  const byClass = nanClass(x) - nanClass(y);
  if (byClass !== 0) return byClass;
  return compareNumbers(x.re, y.re) || compareNumbers(x.im, y.im);
}

/** A UTF-16 code unit in the order of code points: surrogates stand for the highest ones. */
function codePointRank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Compares two strings by their code points, as NumPy does.
 *
 * @param x One string.
 * @param y Other string.
 * @returns Negative if `x` comes first, positive if `y` does, 0 if they are equal.
 */
export function compareStrings(x: string, y: string): number {
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [x.charCodeAt(i), y.charCodeAt(i)];
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return x.length - y.length;
}

/**
 * Compares two elements of one dtype for sorting.
 *
 * @param x One element.
 * @param y Other element.
 * @returns Negative if `x` comes first, positive if `y` does, 0 if they are equal.
 */
export function compareItems(x: Item, y: Item): number {
  if (typeof x === "number") return compareNumbers(x, y as number);
  if (typeof x === "object") return compareComplex(x, y as Complex);
  if (typeof x === "string") return compareStrings(x, y as string);
  return x < y ? -1 : x > y ? 1 : 0;
}
