/**
 * Files: tensors from and to NumPy's npy and npz formats.
 *
 * The functions work on the content of files as bytes, so they need no permission.
 *
 * @example Through a file of NumPy
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { loadNpz, saveNpz } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const bytes = saveNpz({ x: tensor([1, 2, 3]) });
 * // await Deno.writeFile("x.npz", bytes), then in Python: numpy.load("x.npz")["x"]
 * assert.deepEqual(loadNpz(bytes).get("x").toArray(), [1, 2, 3]);
 * ```
 *
 * @module
 */
export type {
  BytesEncoding,
  DecodeNpyOptions,
  EncodeNpyOptions,
  NumericArray,
  RawArray,
  StringArray,
} from "./npy_format.ts";
export type { EncodeNpzOptions, NpzArchive } from "./npz_format.ts";
export { loadNpy, type LoadNpyOptions, saveNpy, type SaveNpyOptions } from "./npy.ts";
export { loadNpz, NpzFile, saveNpz, type SaveNpzOptions } from "./npz.ts";
