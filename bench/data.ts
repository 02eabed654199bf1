/**
 * The numbers that all libraries are measured on.
 *
 * @module
 */

/**
 * Numbers between -0.5 and 0.5 that look random; `numpy_peer.py` makes the same.
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
