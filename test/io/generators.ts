/** Arrays for the tests of files. */
import fc from "fast-check";
import { DTYPE_NAMES, DTYPES } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { RawArray } from "../../src/io/npy_format.ts";

/** Arrays of every dtype, of rank 0 to 5 and some empty. */
export function rawArrays(): fc.Arbitrary<RawArray> {
  const shapes = fc.array(fc.nat(4), { maxLength: 5 });
  return fc.tuple(fc.constantFrom(...DTYPE_NAMES), shapes).chain(([dtype, shape]) => {
    const size = sizeOf(shape);
    if (dtype === "string") {
      const words = fc.string({ unit: "grapheme", maxLength: 6 })
        .map((text) => text.replace(/\0+$/, ""));
      return fc.array(words, { minLength: size, maxLength: size })
        .map((strings): RawArray => ({ dtype, shape, strings }));
    }
    const length = size * DTYPES[dtype].bytes;
    return fc.uint8Array({ minLength: length, maxLength: length, max: dtype === "bool" ? 1 : 255 })
      .map((bytes): RawArray => ({ dtype, shape, bytes: new Uint8Array(bytes) }));
  });
}
