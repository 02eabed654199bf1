/**
 * Tensors from and to NumPy's npy files.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { ArgumentError, DTypeError, valueText } from "../core/errors.ts";
import { items, type Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { tensorOperand } from "../ops/elementwise.ts";
import {
  decodeNpy,
  type DecodeNpyOptions,
  encodeNpy,
  type EncodeNpyOptions,
  type RawArray,
} from "./npy_format.ts";

/**
 * How to read an npy file.
 *
 * @typeParam D Dtype of the elements.
 */
export interface LoadNpyOptions<D extends DType = DType> extends DecodeNpyOptions {
  /** Dtype that the file must have; default any. Nothing is converted. */
  readonly dtype?: D | undefined;
}

/** How to write an npy file. */
export type SaveNpyOptions = EncodeNpyOptions;

/**
 * Checks that an argument is the content of a file.
 *
 * @param kind Ending of the file's name.
 * @param bytes The argument.
 * @returns A plain view of the content.
 * @throws {ArgumentError} If it is no Uint8Array.
 */
export function checkContent(kind: "npy" | "npz", bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) {
    // A view without Node's Buffer, whose slices are no copies.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  throw new ArgumentError(
    `Cannot read ${kind} file: its content must be a Uint8Array, not ${valueText(bytes)}`,
  );
}

/**
 * Makes a tensor of an array that was read from a file.
 *
 * @typeParam D Dtype of the elements.
 * @param array The array.
 * @param dtype Dtype that it must have, or undefined for any.
 * @returns The tensor.
 * @throws {DTypeError} If the array has another dtype.
 */
export function tensorOfRaw<D extends DType>(
  array: RawArray,
  dtype: D | undefined,
): Tensor<D, number[]> {
  if (dtype !== undefined && dtype !== array.dtype) {
    throw new DTypeError(
      `Cannot load an array of ${array.dtype} as ${dtype}: load it as it is and use cast`,
    );
  }
  const device = wasmDevice();
  const x = array.dtype === "string"
    ? device.fromItems("string", array.shape, array.strings)
    : device.fromBytes(array.dtype, array.shape, array.bytes);
  return x as Tensor<D, number[]>;
}

/**
 * The elements of a tensor as files hold them.
 *
 * @param x The tensor.
 * @returns Its elements in C order.
 */
export function rawOfTensor(x: Tensor): RawArray {
  const { dtype, shape } = tensorOperand("save", x);
  return dtype === "string"
    ? { dtype, shape, strings: [...items(x)] as string[] }
    : { dtype, shape, bytes: x.storage.device.toBytes(x) };
}

/**
 * Reads a tensor from the content of an npy file, as `numpy.load` does.
 *
 * All versions of the format are read, in C and Fortran order and with both
 * orders of bytes. The 2-byte void type is read as bfloat16, which is what NumPy
 * writes for the bfloat16 of ml_dtypes; unicode and byte strings become string.
 * Files with pickled objects or structured types are refused, and so are files
 * with anything after the array.
 *
 * @typeParam D Dtype of the elements, any if the option `dtype` is not given.
 * @param bytes Content of the file.
 * @param options Dtype that the file must have, and encoding of byte strings.
 * @returns A tensor of the array's dtype and shape.
 * @throws {FormatError} If the file is malformed or of a kind that is not read.
 * @throws {DTypeError} If the option `dtype` is given and the file has another.
 *
 * @example Writing and reading
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { loadNpy, saveNpy } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const bytes = saveNpy(tensor([[1, 2], [3, 4]]));
 * const x = loadNpy(bytes, { dtype: "float32" });
 * assert.deepEqual(x.toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export function loadNpy<D extends DType = DType>(
  bytes: Uint8Array,
  options: LoadNpyOptions<D> = {},
): Tensor<D, number[]> {
  return tensorOfRaw(decodeNpy(checkContent("npy", bytes), options), options.dtype);
}

/**
 * Writes a tensor as an npy file of version 1.0, byte for byte as `numpy.save` does.
 *
 * Strings are written as NumPy's unicode type, as wide as the longest of them;
 * bfloat16 as the 2-byte void type, as NumPy writes the bfloat16 of ml_dtypes.
 *
 * @param x The tensor.
 * @param options Whether to write in Fortran order.
 * @returns Content of the file.
 * @throws {FormatError} If a string ends with a NUL character, which the format drops.
 *
 * @example The first bytes
 * ```ts
 * import { tensor } from "@denum/denum";
 * import { saveNpy } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * const bytes = saveNpy(tensor([1, 2, 3]));
 * assert.equal(new TextDecoder("latin1").decode(bytes.slice(1, 6)), "NUMPY");
 * assert.equal(bytes.length, 128 + 3 * 4);
 * ```
 */
export function saveNpy(x: Tensor, options: SaveNpyOptions = {}): Uint8Array<ArrayBuffer> {
  return encodeNpy(rawOfTensor(x), options);
}
