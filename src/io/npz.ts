/**
 * Tensors from and to NumPy's npz files.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkContent, type LoadNpyOptions, rawOfTensor, tensorOfRaw } from "./npy.ts";
import { decodeNpz, encodeNpz, type EncodeNpzOptions, type NpzArchive } from "./npz_format.ts";

/** How to write an npz file. */
export type SaveNpzOptions = EncodeNpzOptions;

/**
 * An npz file whose tensors are read when they are asked for.
 *
 * @example Reading one tensor
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { loadNpz, saveNpz } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const file = loadNpz(saveNpz({ x: tensor([1, 2]), y: tensor([3n]) }));
 * assert.deepEqual(file.names, ["x", "y"]);
 * assert.deepEqual(file.get("y", { dtype: "int64" }).toArray(), [3n]);
 * ```
 */
export class NpzFile {
  readonly #archive: NpzArchive;

  /**
   * Opens a file; `loadNpz` is the function for it.
   *
   * @param archive The archive.
   */
  constructor(archive: NpzArchive) {
    this.#archive = archive;
  }

  /** Names of the tensors in the order of the file. */
  get names(): readonly string[] {
    return this.#archive.names;
  }

  /**
   * Whether the file has a tensor of a name.
   *
   * @param name The name.
   * @returns Whether `get` can read it.
   */
  has(name: string): boolean {
    return this.#archive.names.includes(name);
  }

  /**
   * Reads a tensor.
   *
   * @typeParam D Dtype of the elements, any if the option `dtype` is not given.
   * @param name Its name.
   * @param options Dtype that it must have, and encoding of byte strings.
   * @returns The tensor; a new one each time.
   * @throws {ArgumentError} If the file has no tensor of that name.
   * @throws {FormatError} If its part of the file is damaged or of a kind that is not read.
   * @throws {DTypeError} If the option `dtype` is given and the array has another.
   */
  get<D extends DType = DType>(
    name: string,
    options: LoadNpyOptions<D> = {},
  ): Tensor<D, number[]> {
    return tensorOfRaw(this.#archive.read(name, options), options.dtype);
  }

  /**
   * Iterates over all tensors.
   *
   * @returns Names and tensors, each read when it is reached.
   */
  *[Symbol.iterator](): Generator<[name: string, x: Tensor<DType, number[]>], void> {
    for (const name of this.names) yield [name, this.get(name)];
  }
}

/**
 * Opens the content of an npz file, as `numpy.load` does: the table of contents is
 * checked at once, each tensor when it is read.
 *
 * Stored and deflated archives are read, with zip64 fields too. Sizes, positions
 * and checksums are checked; damaged, encrypted or overlapping entries are refused,
 * and what unpacks to more than it claims.
 *
 * @param bytes Content of the file; it is copied.
 * @returns The file.
 * @throws {FormatError} If the archive is malformed or of a kind that is not read.
 *
 * @example All tensors of a file
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { loadNpz, saveNpz } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const bytes = saveNpz({ x: tensor([1, 2]), y: tensor(true) }, { compress: true });
 * const { x, y } = Object.fromEntries(loadNpz(bytes));
 * assert.deepEqual(x?.toArray(), [1, 2]);
 * assert.equal(y?.item(), true);
 * ```
 */
export function loadNpz(bytes: Uint8Array): NpzFile {
  return new NpzFile(decodeNpz(checkContent("npz", bytes).slice()));
}

/**
 * Writes tensors as an npz file, as `numpy.savez` does (byte for byte), or
 * `numpy.savez_compressed`.
 *
 * @param tensors Tensors by their names.
 * @param options Whether to compress them.
 * @returns Content of the file.
 * @throws {FormatError} If a name is no path in a folder, a string ends with a NUL
 * character, or the file would have 4 GiB or more.
 *
 * @example Several tensors in one file
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { loadNpz, saveNpz } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const bytes = saveNpz({ weights: tensor([[0.5, 2]]), labels: tensor(["a", "b"]) });
 * assert.deepEqual(loadNpz(bytes).get("labels").toArray(), ["a", "b"]);
 * ```
 */
export function saveNpz(
  tensors: Readonly<Record<string, Tensor>>,
  options: SaveNpzOptions = {},
): Uint8Array<ArrayBuffer> {
  const arrays = new Map(Object.entries(tensors).map(([name, x]) => [name, rawOfTensor(x)]));
  return encodeNpz(arrays, options);
}
