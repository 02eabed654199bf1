/**
 * Order of bytes in elements, and of elements in arrays.
 *
 * @module
 */
import { sizeOf } from "../core/shape.ts";

/**
 * Reverses the bytes of each number, in place.
 *
 * @param bytes The numbers.
 * @param width Bytes of a number.
 */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let i = start, j = start + width - 1; i < j; i++, j--) {
      const byte = bytes[i]!;
      bytes[i] = bytes[j]!;
      bytes[j] = byte;
    }
  }
}

/** The widest unsigned integers of which elements consist; the bytes are aligned to 4. */
function unitsOf(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
  width: number,
): Uint8Array | Uint16Array | Uint32Array {
  if (width % 4 === 0) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  if (width % 2 === 0) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Reverses the axes of an array: C order becomes Fortran order and back.
 *
 * @param bytes Elements in C order.
 * @param shape Lengths of the axes.
 * @param width Bytes of an element.
 * @returns The elements of the transposed array in C order.
 */
export function reverseAxes(
  bytes: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  width: number,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  const size = sizeOf(shape);
  if (size === 0 || width === 0) return result;
  const from = unitsOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice(), width);
  const to = unitsOf(result, width);
  const count = width / to.BYTES_PER_ELEMENT;
  // The first axis is the last of the result: walk it in the inner loop.
  const [length = 1, ...outer] = shape;
  const step = (size / length) * count;
  const index = new Array<number>(outer.length).fill(0);
  const steps = outer.map((_, axis) => sizeOf(outer.slice(axis + 1)) * count);
  let source = 0;
  for (let target = 0; target < to.length;) {
    for (let i = 0, at = source; i < length; i++, at += step) {
      for (let k = 0; k < count; k++) to[target++] = from[at + k]!;
    }
    for (let axis = 0; axis < outer.length; axis++) {
      source += steps[axis]!;
      if (++index[axis]! < outer[axis]!) break;
      source -= steps[axis]! * outer[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
