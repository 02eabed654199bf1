/**
 * Tensors that are written part by part.
 *
 * @module
 */
import { DTYPES } from "../../core/dtype.ts";
import { contiguousStrides, sizeOf } from "../../core/shape.ts";
import { type Aval, Tensor } from "../../core/tensor.ts";
import { contiguousAddress, copyBytes, runtime, withTemporaries } from "./runtime.ts";
import type { WasmStorage } from "./storage.ts";

/** A tensor whose parts along the first axis come one after the other. */
export class Stack {
  /** The tensor, not of dtype string; complete when all parts were set. */
  readonly tensor: Tensor;
  readonly #storage: WasmStorage;
  readonly #bytes: number;

  /**
   * Reserves the memory.
   *
   * @param aval Dtype and shape of the whole.
   */
  constructor({ dtype, shape }: Aval) {
    this.#bytes = sizeOf(shape.slice(1)) * DTYPES[dtype].bytes;
    const { pool } = runtime();
    this.#storage = pool.reserve(this.#bytes * shape[0]!);
    this.tensor = new Tensor(dtype, shape, contiguousStrides(shape), pool.offset, this.#storage);
  }

  /**
   * Writes a part.
   *
   * @param index Its index.
   * @param part Its elements: a tensor on this device.
   */
  set(index: number, part: Tensor): void {
    const bytes = this.#bytes;
    if (bytes === 0) return;
    const at = this.tensor.offset + index * bytes;
    const storage = this.#storage;
    withTemporaries(() => {
      const source = contiguousAddress(part, part.dtype);
      if (storage.address >= 0) copyBytes(source, storage.address + at, bytes);
      else storage.buffer.set(runtime().heap.u8.subarray(source, source + bytes), at);
    });
  }
}
