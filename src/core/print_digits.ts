/**
 * Exact decimal digits of floating-point numbers, for every float format.
 *
 * @module
 */
import type { FloatDType } from "./dtype.ts";

/** Fraction bits and exponent of the smallest normal number of each float format. */
const FORMATS: {
  readonly [D in FloatDType]: { readonly fraction: number; readonly lowest: number };
} = {
  float16: { fraction: 10, lowest: -14 },
  bfloat16: { fraction: 7, lowest: -126 },
  float32: { fraction: 23, lowest: -126 },
  float64: { fraction: 52, lowest: -1022 },
};

/** Decimal digits of a number: `d.ddd` times ten to the exponent. */
export interface Decimal {
  /** The digits, at least one. */
  readonly digits: string;
  /** Exponent of the first digit. */
  readonly exponent: number;
}

/** How many digits are wanted. */
export interface DigitOptions {
  /** Stop as soon as the digits tell the number from its neighbours in its format. */
  readonly unique: boolean;
  /** Whether limits count all digits; else they count those after the point. */
  readonly total: boolean;
  /** Most digits, or undefined for no limit. */
  readonly most?: number | undefined;
  /** Fewest digits, or undefined for no limit; only with `unique`. */
  readonly fewest?: number | undefined;
}

/** A number times `unit`, its distances to the neighbours halved, all exact. */
interface Scaled {
  readonly value: bigint;
  readonly unit: bigint;
  readonly low: bigint;
  readonly high: bigint;
  /** Whether the ends of the interval that rounds to the number belong to it. */
  readonly closed: boolean;
}

/** A number rounded at a place. */
interface Cut extends Decimal {
  /** Whether the digits suffice to tell the number from its neighbours. */
  readonly unique: boolean;
}

const POWERS: bigint[] = [1n];

function powerOfTen(n: number): bigint {
  for (let i = POWERS.length; i <= n; i++) POWERS.push(POWERS[i - 1]! * 10n);
  return POWERS[n]!;
}

/**
 * Decimal precision that every number of a format has.
 *
 * @param dtype A float format.
 * @returns For example 6 for float32.
 */
export function decimalPrecision(dtype: FloatDType): number {
  return Math.floor(FORMATS[dtype].fraction * Math.LOG10E * Math.LN2);
}

const scratch: DataView = new DataView(new ArrayBuffer(8));

function binaryExponent(x: number): number {
  scratch.setFloat64(0, x);
  const biased = (scratch.getUint16(0) >> 4) & 2047;
  return biased === 0 ? -1022 : biased - 1023;
}

/** Splits a positive number of a format into an integer and a power of two. */
function scaled(x: number, dtype: FloatDType): Scaled {
  const { fraction, lowest } = FORMATS[dtype];
  const last = Math.max(binaryExponent(x), lowest) - fraction;
  // Two exact steps, since 2 ** -last alone overflows for subnormal numbers.
  const half = Math.trunc(last / 2);
  const mantissa = BigInt(x / 2 ** half / 2 ** (last - half));
  const odd = (mantissa & 1n) === 1n;
  // Below a power of two the numbers lie twice as close as above it.
  const uneven = mantissa === 1n << BigInt(fraction) && last > lowest - fraction;
  const shift = uneven ? 2n : 1n;
  const up = last > 0 ? BigInt(last) : 0n;
  const down = last > 0 ? 0n : BigInt(-last);
  const low = 1n << up;
  return {
    value: mantissa << (shift + up),
    unit: 1n << (shift + down),
    low,
    high: uneven ? low << 1n : low,
    closed: !odd,
  };
}

/** Position of the first digit: the largest k with 10^k at most the number. */
function firstDigit(x: number, { value, unit }: Scaled): number {
  const guess = Math.floor(Math.log10(x));
  for (let k = guess + 1;; k--) {
    const reached = k >= 0 ? value >= unit * powerOfTen(k) : value * powerOfTen(-k) >= unit;
    if (reached) return k;
  }
}

/**
 * Rounds at a decimal place. Where the digits suffice to tell the number, the
 * remainder goes the way that stays in the number's interval (Steele and White,
 * How to Print Floating-Point Numbers Accurately, 1990), else to the nearest.
 *
 * @param x The number.
 * @param place Digits after the point; negative before it.
 * @param unique Whether intervals count; else only the exact value does.
 */
function cutAt(x: Scaled, place: number, unique: boolean): Cut {
  const up = place > 0 ? powerOfTen(place) : 1n;
  const value = x.value * up;
  const unit = place < 0 ? x.unit * powerOfTen(-place) : x.unit;
  const quotient = value / unit;
  const rest = value - quotient * unit;
  let low = false;
  let high = false;
  if (unique) {
    const below = x.low * up;
    const above = rest + x.high * up;
    low = x.closed ? rest <= below : rest < below;
    high = x.closed ? above >= unit : above > unit;
  }
  let roundUp = high;
  if (low === high) {
    const double = rest << 1n;
    roundUp = double > unit || (double === unit && (quotient & 1n) === 1n);
  }
  const all = `${roundUp ? quotient + 1n : quotient}`;
  // Zeros that a carry leaves behind are no digits, nor are those after an exact end.
  const digits = roundUp || (!unique && rest === 0n) ? withoutZeros(all, 1) : all;
  return { digits, exponent: all.length - 1 - place, unique: low || high };
}

/**
 * Drops trailing zeros.
 *
 * @param digits Decimal digits.
 * @param fewest How many digits stay at least.
 * @returns The digits without zeros at the end.
 */
export function withoutZeros(digits: string, fewest: number): string {
  let end = digits.length;
  while (end > fewest && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/** Most significant digits that any float format needs. */
const ENOUGH = 17;

/** The fewest digits after the point that tell a number from its neighbours. */
function uniquePlace(x: Scaled, first: number, most: number): number {
  let low = -first;
  let high = Math.min(most, low + ENOUGH - 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (cutAt(x, middle, true).unique) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Decimal digits of a number, as the algorithm Dragon4 gives them.
 *
 * @param x A finite number that is not negative, of the format `dtype`.
 * @param dtype Its format.
 * @param options How many digits.
 * @returns The digits.
 */
export function decimalDigits(x: number, dtype: FloatDType, options: DigitOptions): Decimal {
  if (x === 0) return { digits: "0", exponent: 0 };
  const { unique, total, most = Infinity, fewest = -Infinity } = options;
  const number = scaled(x, dtype);
  const first = firstDigit(x, number);
  const offset = total ? -first - 1 : 0;
  const last = most + offset;
  const place = unique
    ? Math.min(last, Math.max(uniquePlace(number, first, last), fewest + offset))
    : last;
  return cutAt(number, place, unique);
}
