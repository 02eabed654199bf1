/**
 * Comparing arrays by their bytes: exactly, or to some units in the last place.
 * NaN equals NaN whatever its bits; zeros of different sign differ.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { readItem } from "../../src/core/item.ts";
import { floatFacts } from "./values.ts";

/** How far results may be off. */
export interface Tolerance {
  /** Units in the last place; 0 when absent. Complex numbers: of the larger part. */
  readonly ulps?: number | undefined;
  /**
   * Magnitudes to whose last place `ulps` refers instead of the result's own, one an
   * element: for sums, whose terms may cancel.
   */
  readonly scale?: ArrayLike<number> | undefined;
  /** Whether 0 and -0 are the same; false when absent. */
  readonly zerosEqual?: boolean | undefined;
  /**
   * Whether the sign of a part is open beside a part that is NaN, as C99, annex G, often
   * leaves it; false when absent.
   */
  readonly signsOpen?: boolean | undefined;
}

/** An element at which two arrays differ. */
export interface Difference {
  /** Its flat index. */
  readonly index: number;
  /** How many elements differ. */
  readonly count: number;
  /** The element as it is. */
  readonly actual: Item;
  /** The element as it should be. */
  readonly expected: Item;
}

/**
 * Compares two arrays of one dtype and size.
 *
 * @param dtype Their dtype, not string.
 * @param actual Bytes of the one that is judged.
 * @param expected Bytes of the one that is right.
 * @param tolerance How far they may be apart.
 * @returns The first difference, or undefined.
 */
export function difference(
  dtype: DType,
  actual: Uint8Array,
  expected: Uint8Array,
  tolerance: Tolerance = {},
): Difference | undefined {
  const { bytes } = DTYPES[dtype];
  const equal = closenessOf(dtype, tolerance);
  const [own, right] = [dataView(actual), dataView(expected)];
  const words = actual.length >> 2;
  let first: number | undefined;
  let count = 0;
  const judge = (index: number): void => {
    const [x, y] = [readItem(dtype, own, index * bytes), readItem(dtype, right, index * bytes)];
    if (equal(x, y, index)) return;
    first ??= index;
    count++;
  };
  let word = 0;
  while (word < words) {
    if (own.getInt32(word * 4, true) === right.getInt32(word * 4, true)) {
      word++;
      continue;
    }
    // All elements of the word, or the one that it is part of.
    const from = Math.floor(word * 4 / bytes);
    const to = Math.max(from + 1, Math.floor((word * 4 + 4) / bytes));
    for (let index = from; index < to; index++) judge(index);
    word = Math.max(word + 1, Math.floor(to * bytes / 4));
  }
  for (let index = Math.floor(words * 4 / bytes); index < actual.length / bytes; index++) {
    judge(index);
  }
  if (first === undefined) return undefined;
  return {
    index: first,
    count,
    actual: readItem(dtype, own, first * bytes),
    expected: readItem(dtype, right, first * bytes),
  };
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type Closeness = (actual: Item, expected: Item, index: number) => boolean;

function closenessOf(
  dtype: DType,
  { ulps = 0, scale, zerosEqual = false, signsOpen = false }: Tolerance,
): Closeness {
  const { kind } = DTYPES[dtype];
  if (kind !== "float" && kind !== "complex") return (x, y) => x === y;
  const { epsilon, subnormal, largest } = floatFacts(dtype);
  const close = (x: number, y: number, size: number): boolean => {
    if (Object.is(x, y) || (zerosEqual && x === y)) return true;
    if (ulps === 0 || Number.isNaN(x) || Number.isNaN(y)) return false;
    if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) {
      // The one was rounded to infinity, the other just not.
      return Math.sign(x) === Math.sign(y) &&
        Math.min(Math.abs(x), Math.abs(y)) >= largest * (1 - ulps * epsilon);
    }
    // Zero and zero of the other sign are not close unless terms may have cancelled.
    if (x === 0 && y === 0) return scale !== undefined;
    return Math.abs(x - y) <= ulps * Math.max(size * epsilon, subnormal);
  };
  if (kind === "float") {
    return (x, y, index) => close(x as number, y as number, scale?.[index] ?? binade(y as number));
  }
  return (x, y, index) => {
    const [a, b] = [x as Complex, y as Complex];
    const size = scale?.[index] ?? Math.max(binade(b.re), binade(b.im));
    const part = (x: number, y: number, beside: number): boolean =>
      close(x, y, size) || (signsOpen && Number.isNaN(beside) && close(-x, y, size));
    return part(a.re, b.re, b.im) && part(a.im, b.im, b.re);
  };
}

/** Largest power of two that is not larger: one unit in the last place is epsilon of it. */
function binade(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return 0;
  return 2 ** Math.floor(Math.log2(Math.abs(x)));
}
