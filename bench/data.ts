/**
 * The numbers that all libraries are measured on.
 *
 * @module
 */

/**
 * Numbers between -0.5 and 0.5 that look random; `numpy_data.py` makes the same.
 *
 * @param count How many.
 * @param seed Which ones.
 * @returns The numbers, exact in float32.
 */
export function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const mixed = Math.imul(i + seed * 7919, 2654435761) >>> 0;
    result[i] = (mixed >>> 8) / 2 ** 24 - 0.5;
  }
  return result;
}

/**
 * Labels as rows with a one; `numpy_data.py` makes the same.
 *
 * @param count How many.
 * @param classes How many there are to choose from.
 * @returns The rows, one after the other.
 */
export function oneHot(count: number, classes: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) result[i * classes + i * 7 % classes] = 1;
  return result;
}

/**
 * The numbers of several results.
 *
 * @param parts The numbers of each.
 * @returns All of them, one result after the other.
 */
export function joined(parts: readonly ArrayLike<number>[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
