/**
 * The 16-bit floating-point formats, in terms of numbers.
 *
 * @module
 */

const scratch: DataView = new DataView(new ArrayBuffer(8));

/**
 * Value of a float16.
 *
 * @param bits Its 16 bits.
 * @returns The number.
 */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Nearest float16, ties to even.
 *
 * @param value Any number.
 * @returns Its 16 bits; a NaN keeps its sign and becomes quiet.
 */
export function float16Bits(value: number): number {
  return narrowBits(value, 10, 15);
}

/**
 * Value of a bfloat16.
 *
 * @param bits Its 16 bits.
 * @returns The number.
 */
export function bfloat16Value(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/**
 * Nearest bfloat16, ties to even.
 *
 * @param value Any number.
 * @returns Its 16 bits; a NaN keeps its sign and becomes quiet.
 */
export function bfloat16Bits(value: number): number {
  return narrowBits(value, 7, 127);
}

/** Rounds once from float64 to a format of 16 bits. */
function narrowBits(value: number, fractionBits: number, bias: number): number {
  scratch.setFloat64(0, value);
  const sign = (scratch.getUint8(0) & 0x80) << 8;
  const top = 0x7fff & ~((1 << fractionBits) - 1);
  if (Number.isNaN(value)) return sign | top | (1 << (fractionBits - 1));
  const magnitude = Math.abs(value);
  if (magnitude === 0 || magnitude === Infinity) return sign | (magnitude === 0 ? 0 : top);
  const exponent = Math.max(((scratch.getUint16(0) >> 4) & 2047) - 1023, 1 - bias);
  // In units of the last place; the quotient is exact because it divides by a power of two.
  const units = magnitude / 2 ** (exponent - fractionBits);
  const rounded = roundHalfEven(units);
  const bits = rounded + ((exponent + bias - 1) << fractionBits);
  return sign | Math.min(bits, top);
}

/**
 * Nearest integer, ties to even.
 *
 * @param value Any number.
 * @returns The integer, with the sign of `value` when it is 0.
 */
export function roundHalfEven(value: number): number {
  if (Math.abs(value) >= 2 ** 52 || Number.isNaN(value)) return value;
  const floor = Math.floor(value);
  const rest = value - floor;
  const result = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return result === 0 && (value < 0 || Object.is(value, -0)) ? -0 : result;
}
