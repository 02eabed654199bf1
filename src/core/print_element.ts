/**
 * Elements as text: one format for all elements of an array that are shown.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type FloatDType, type Item } from "./dtype.ts";
import { storeItem } from "./item.ts";
import { decimalPrecision } from "./print_digits.ts";
import { positional, scientific } from "./print_float.ts";

/** How many digits after the point floats get: see `PrintOptions`. */
export type FloatMode = "fixed" | "unique" | "maxprec" | "maxprec_equal";

/** The sign of numbers that are not negative: none, `+`, or a space. */
export type SignMode = "-" | "+" | " ";

/** Options of the format of elements. */
export interface ElementOptions {
  /** Most digits after the point. */
  readonly precision: number;
  /** What `precision` means. */
  readonly floatMode: FloatMode;
  /** Whether floats are never in scientific notation. */
  readonly suppress: boolean;
  /** The sign of numbers that are not negative. */
  readonly sign: SignMode;
}

/** Formats one element. */
export type ElementFormat = (item: Item) => string;

/**
 * The common format of elements, as NumPy finds it.
 *
 * @param dtype Their dtype.
 * @param items All elements that are shown.
 * @param rank Rank of the array.
 * @param options How to format them.
 * @returns A function that formats each of them.
 */
export function elementFormat(
  dtype: DType,
  items: readonly Item[],
  rank: number,
  options: ElementOptions,
): ElementFormat {
  const { kind, real } = DTYPES[dtype];
  switch (kind) {
    case "bool":
      return (item) => item ? (rank === 0 ? "True" : " True") : "False";
    case "int":
    case "uint":
      return integerFormat(items as readonly (number | bigint)[], options.sign);
    case "float":
      return floatFormat(dtype as FloatDType, items as readonly number[], options) as ElementFormat;
    case "complex":
      return complexFormat(real as FloatDType, items as readonly Complex[], options);
    case "string":
      return (item) => quoted(item as string);
  }
}

function integerFormat(items: readonly (number | bigint)[], mode: SignMode): ElementFormat {
  let low = items[0]!;
  let high = low;
  for (const item of items) {
    if (item < low) low = item;
    if (item > high) high = item;
  }
  const plus = mode === " " && low < 0 ? "" : mode === "-" ? "" : mode;
  const text = (item: Item): string => (item as number) < 0 ? `${item}` : `${plus}${item}`;
  const width = Math.max(text(low).length, text(high).length);
  return (item) => text(item).padStart(width);
}

/** Whether an array of floats is written in scientific notation. */
function isScientific(
  dtype: FloatDType,
  finite: readonly number[],
  suppress: boolean,
): boolean {
  let low = Infinity;
  let high = 0;
  for (const x of finite) {
    const magnitude = Math.abs(x);
    if (magnitude === 0) continue;
    if (magnitude < low) low = magnitude;
    if (magnitude > high) high = magnitude;
  }
  if (high === 0) return false;
  if (high >= 10 ** Math.min(8, decimalPrecision(dtype))) return true;
  // The bounds and the ratio are compared in the dtype's own precision.
  return !suppress && (low < (storeItem(dtype, 1e-4) as number) ||
    (storeItem(dtype, high / low) as number) > 1000);
}

function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

/** Characters that finite numbers need left and right of the point, and how to write one. */
interface FiniteFormat {
  readonly left: number;
  readonly right: number;
  readonly write: (x: number, left: number) => string;
}

/** Widest part of each of the texts of finite numbers, split by a separator. */
function widths(texts: Iterable<readonly string[]>): number[] {
  const result: number[] = [];
  for (const text of texts) {
    text.forEach((part, i) => {
      result[i] = Math.max(result[i] ?? 0, part.length);
    });
  }
  return result;
}

function scientificFormat(
  dtype: FloatDType,
  finite: readonly number[],
  { precision, floatMode, sign: mode }: ElementOptions,
): FiniteFormat {
  const unique = floatMode !== "fixed";
  const sign = mode === "+";
  const most = floatMode === "unique" ? undefined : precision;
  const first = { dtype, precision: most, unique, trim: unique ? "." : "k", sign } as const;
  const texts = finite.map((x) => scientific(x, first).split(/[.e]/));
  const [left = 0, digits = 0, exponent = 0] = widths(texts);
  const expDigits = exponent - 1;
  const last = { dtype, precision: digits, minDigits: digits, unique, sign, expDigits };
  return {
    left,
    right: expDigits + 2 + digits,
    write: (x, padLeft) => scientific(x, { ...last, padLeft }),
  };
}

function positionalFormat(
  dtype: FloatDType,
  finite: readonly number[],
  { precision, floatMode, sign: mode }: ElementOptions,
): FiniteFormat {
  const unique = floatMode !== "fixed";
  const sign = mode === "+";
  const most = floatMode === "unique" ? undefined : precision;
  const first = { dtype, precision: most, unique, trim: unique ? "." : "k", sign } as const;
  const [left = 0, right = 0] = widths(finite.map((x) => positional(x, first).split(".")));
  const last = floatMode === "fixed" || floatMode === "maxprec_equal"
    ? { dtype, precision: right, minDigits: right, unique, sign, padRight: right }
    : { dtype, precision: most, unique, trim: "." as const, sign, padRight: right };
  return { left, right, write: (x, padLeft) => positional(x, { ...last, padLeft }) };
}

function floatFormat(
  dtype: FloatDType,
  items: readonly number[],
  options: ElementOptions,
): (x: number) => string {
  const { sign, suppress } = options;
  const finite = items.filter(Number.isFinite);
  const format = finite.length === 0
    ? { left: 0, right: 0, write: String }
    : isScientific(dtype, finite, suppress)
    ? scientificFormat(dtype, finite, options)
    : positionalFormat(dtype, finite, options);
  const { right, write } = format;
  let { left } = format;
  if (sign === " " && !finite.some(isNegative)) left++;
  if (finite.length < items.length) {
    const wide = sign !== "-" || items.includes(-Infinity);
    left = Math.max(left, "nan".length - right - 1, "inf".length + Number(wide) - right - 1);
  }
  return (x) => {
    if (Number.isFinite(x)) return write(x, left);
    const plus = sign === "+" ? "+" : "";
    const text = Number.isNaN(x) ? `${plus}nan` : x < 0 ? "-inf" : `${plus}inf`;
    return text.padStart(left + right + 1);
  };
}

function complexFormat(
  part: FloatDType,
  items: readonly Complex[],
  options: ElementOptions,
): ElementFormat {
  const real = floatFormat(part, items.map(({ re }) => re), options);
  const imaginary = floatFormat(part, items.map(({ im }) => im), { ...options, sign: "+" });
  return (item) => {
    const { re, im } = item as Complex;
    const text = imaginary(im);
    const end = text.trimEnd().length;
    return `${real(re)}${text.slice(0, end)}j${text.slice(end)}`;
  };
}

/** Characters that Python's `repr` escapes: controls, format characters, odd spaces. */
const ESCAPED = /[\p{C}\p{Zl}\p{Zp}\p{Zs}\\]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  " ": " ",
};

function escaped(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/**
 * A string in quotes, as Python's `repr` writes it.
 *
 * @param text Any string.
 * @returns The string in single quotes, or in double ones where that saves escapes.
 */
export function quoted(text: string): string {
  const body = text.replace(ESCAPED, escaped);
  if (!body.includes("'")) return `'${body}'`;
  return body.includes('"') ? `'${body.replaceAll("'", "\\'")}'` : `"${body}"`;
}
