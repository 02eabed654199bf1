/**
 * Floating-point numbers as text, positional and scientific.
 *
 * @module
 */
import { DTYPES, type FloatDType } from "./dtype.ts";
import { ArgumentError, unsupportedDTypeError, valueText } from "./errors.ts";
import { storeItem } from "./item.ts";
import { type Decimal, decimalDigits, withoutZeros } from "./print_digits.ts";

/**
 * What happens to trailing zeros: `k` keeps them, `.` drops them and keeps the
 * point, `0` drops all but one after the point, `-` drops the point as well.
 */
export type FloatTrim = "k" | "." | "0" | "-";

/** How to write a number, for both notations. */
export interface FormatFloatOptions {
  /** Format in whose precision digits are unique; default float64. */
  readonly dtype?: FloatDType;
  /** Most digits after the point; default as many as are needed. */
  readonly precision?: number | undefined;
  /** Whether to stop where the digits tell the number from its neighbours; default true. */
  readonly unique?: boolean;
  /** Trailing zeros; default `k`. */
  readonly trim?: FloatTrim;
  /** Whether to write `+`; default false. */
  readonly sign?: boolean;
  /** Fewest characters left of the point, filled with spaces; default 0. */
  readonly padLeft?: number | undefined;
  /** Fewest digits after the point, with `unique`; default 0. */
  readonly minDigits?: number | undefined;
}

/** How to write a number in positional notation. */
export interface FormatFloatPositionalOptions extends FormatFloatOptions {
  /** Whether `precision` and `minDigits` count digits after the point, else all; default true. */
  readonly fractional?: boolean;
  /** Fewest characters right of the point, filled with spaces; default none. */
  readonly padRight?: number | undefined;
}

/** How to write a number in scientific notation. */
export interface FormatFloatScientificOptions extends FormatFloatOptions {
  /** Fewest digits of the exponent; default 2. */
  readonly expDigits?: number | undefined;
}

/** Limit of digits, so that nobody asks for gigabytes of zeros. */
const MOST_DIGITS = 16_000;

/**
 * Checks a number of digits or characters.
 *
 * @param name Name of the option.
 * @param value Its value.
 * @returns The value.
 * @throws {ArgumentError} If it is no integer from 0 to 16,000.
 */
export function checkCount(name: string, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < 0 || value > MOST_DIGITS) {
    throw new ArgumentError(
      `Cannot format with ${name} ${valueText(value)}: ` +
        `it must be an integer from 0 to ${MOST_DIGITS}`,
    );
  }
  return value;
}

function checkOptions(options: FormatFloatPositionalOptions & FormatFloatScientificOptions): void {
  const { dtype = "float64", precision, minDigits, unique = true, fractional = true } = options;
  if (DTYPES[dtype]?.kind !== "float") throw unsupportedDTypeError("format", dtype, "a real float");
  checkCount("precision", precision);
  checkCount("minDigits", minDigits);
  checkCount("padLeft", options.padLeft);
  checkCount("padRight", options.padRight);
  checkCount("expDigits", options.expDigits);
  if (!unique && precision === undefined) {
    throw new ArgumentError("Cannot format with unique false: give the precision");
  }
  if (!fractional && precision === 0) {
    throw new ArgumentError(
      "Cannot format with precision 0 and fractional false: at least 1 digit is needed",
    );
  }
  if (minDigits && precision && minDigits > precision) {
    throw new ArgumentError(
      `Cannot format with minDigits ${minDigits} and precision ${precision}: ` +
        `minDigits must not exceed precision`,
    );
  }
}

function signText(x: number, plus: boolean): string {
  return x < 0 || Object.is(x, -0) ? "-" : plus ? "+" : "";
}

function nonFinite(x: number, plus: boolean): string {
  return Number.isNaN(x) ? "nan" : `${signText(x, plus)}inf`;
}

/**
 * A number in positional notation, with the fewest digits that tell it from its
 * neighbours in its own format.
 *
 * NumPy's `format_float_positional`. The number is rounded to `dtype` first.
 *
 * @param x The number.
 * @param options How to write it.
 * @returns The text; `nan`, `inf` or `-inf` without padding if it is not finite.
 * @throws {ArgumentError} If an option is out of range or contradicts another.
 *
 * @example Digits in the element's own precision
 * ```ts
 * import { formatFloatPositional } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatFloatPositional(Math.PI, { dtype: "float32" }), "3.1415927");
 * assert.equal(formatFloatPositional(0.1, { dtype: "float16" }), "0.1");
 * assert.equal(formatFloatPositional(1e21, { trim: "-" }), "1000000000000000000000");
 * ```
 */
export function formatFloatPositional(
  x: number,
  options: FormatFloatPositionalOptions = {},
): string {
  checkOptions(options);
  return positional(storeItem(options.dtype ?? "float64", x) as number, options);
}

/**
 * A number in scientific notation, with the fewest digits that tell it from its
 * neighbours in its own format.
 *
 * NumPy's `format_float_scientific`. The number is rounded to `dtype` first.
 *
 * @param x The number.
 * @param options How to write it.
 * @returns The text; `nan`, `inf` or `-inf` without padding if it is not finite.
 * @throws {ArgumentError} If an option is out of range or contradicts another.
 *
 * @example Digits in the element's own precision
 * ```ts
 * import { formatFloatScientific } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatFloatScientific(Math.PI, { dtype: "float32" }), "3.1415927e+00");
 * assert.equal(formatFloatScientific(1.23e24, { expDigits: 4 }), "1.23e+0024");
 * ```
 */
export function formatFloatScientific(
  x: number,
  options: FormatFloatScientificOptions = {},
): string {
  checkOptions(options);
  return scientific(storeItem(options.dtype ?? "float64", x) as number, options);
}

/**
 * `formatFloatPositional` without checks.
 *
 * @param x A number of the dtype.
 * @param options How to write it.
 * @returns The text.
 */
export function positional(x: number, options: FormatFloatPositionalOptions): string {
  const { dtype = "float64", precision, minDigits, padLeft = 0, padRight = -1 } = options;
  const { unique = true, fractional = true, trim = "k", sign: plus = false } = options;
  if (!Number.isFinite(x)) return nonFinite(x, plus);
  const sign = signText(x, plus);
  const decimal = decimalDigits(Math.abs(x), dtype, {
    unique,
    total: !fractional,
    most: precision,
    fewest: minDigits,
  });
  const { whole, fraction: exact } = parts(decimal);
  const wanted = ((unique ? minDigits : precision) ?? 0) - (fractional ? 0 : whole.length);
  let fraction = trim === "k" ? exact.padEnd(wanted, "0") : withoutZeros(exact, 0);
  if (trim === "0" && fraction === "") fraction = "0";
  const point = trim !== "-" || fraction !== "" ? "." : padRight >= 0 ? " " : "";
  return (sign + whole).padStart(padLeft) + point + fraction.padEnd(padRight);
}

/** Digits before and after the point. */
function parts({ digits, exponent }: Decimal): { whole: string; fraction: string } {
  if (exponent < 0) return { whole: "0", fraction: "0".repeat(-exponent - 1) + digits };
  const length = exponent + 1;
  return { whole: digits.slice(0, length).padEnd(length, "0"), fraction: digits.slice(length) };
}

/**
 * `formatFloatScientific` without checks.
 *
 * @param x A number of the dtype.
 * @param options How to write it.
 * @returns The text.
 */
export function scientific(x: number, options: FormatFloatScientificOptions): string {
  const { dtype = "float64", precision, minDigits, padLeft = 0, expDigits = 2 } = options;
  const { unique = true, trim = "k", sign: plus = false } = options;
  if (!Number.isFinite(x)) return nonFinite(x, plus);
  const { digits, exponent } = decimalDigits(Math.abs(x), dtype, {
    unique,
    total: true,
    most: precision === undefined ? undefined : precision + 1,
    fewest: minDigits === undefined ? undefined : minDigits + 1,
  });
  const exact = digits.slice(1);
  const wanted = (unique ? minDigits : precision) ?? 0;
  let fraction = trim === "k" ? exact.padEnd(wanted, "0") : withoutZeros(exact, 0);
  if (trim === "0" && fraction === "") fraction = "0";
  // As in NumPy, "-" drops the point only if no zeros had to be dropped after it.
  const point = trim === "-" && exact === "" ? "" : ".";
  const power = `${Math.abs(exponent)}`.padStart(Math.min(expDigits, 5), "0");
  const whole = (signText(x, plus) + digits[0]).padStart(padLeft);
  return `${whole}${point}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}
