/**
 * The default device: Rust kernels over WebAssembly memory.
 *
 * @module
 */
import { type DType, DTYPES, type Item } from "../../core/dtype.ts";
import { memoryError } from "../../core/errors.ts";
import { readItem, writeItem } from "../../core/item.ts";
import { type Device, isTracing, type Primitive } from "../../core/primitive.ts";
import { contiguousStrides, isContiguous, type Shape, sizeOf } from "../../core/shape.ts";
import { type Aval, Tensor } from "../../core/tensor.ts";
import { hostItem, HostStorage, hostTensor, runReference } from "../host.ts";
import { addressOf, pack, runtime, setOwner, temporary, withTemporaries } from "./runtime.ts";
import type { WasmStorage } from "./storage.ts";

function fresh(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw memoryError(bytes);
  }
}

class WasmDevice implements Device {
  readonly name = "wasm";

  run<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
    const outputs = p.rule(inputs, params);
    if (p.view) {
      const x = inputs[0]!;
      const layout = p.view(x, params);
      if (layout) {
        return [new Tensor(x.dtype, layout.shape, layout.strides, layout.offset, x.storage)];
      }
    }
    if (p.defer && mayWait(inputs, outputs[0]!)) {
      const put = p.defer(p, inputs, params, outputs);
      if (put) return put;
    }
    const lower = p.lower.wasm;
    if (lower && !hasStrings(inputs) && outputs[0]!.dtype !== "string") {
      return lower(inputs, params, outputs);
    }
    if (p.expand) return p.expand(inputs, params);
    return runReference(p, inputs, params, outputs).map((values, i) =>
      this.fromItems(outputs[i]!.dtype, outputs[i]!.shape, values)
    );
  }

  fromBytes(dtype: DType, shape: Shape, bytes: Uint8Array): Tensor {
    const { pool } = runtime();
    const storage = pool.reserve(bytes.length);
    const { offset } = pool;
    if (storage.address >= 0) runtime().heap.u8.set(bytes, storage.address + offset);
    else storage.buffer.set(bytes, offset);
    return new Tensor(dtype, shape, contiguousStrides(shape), offset, storage);
  }

  fromItems(dtype: DType, shape: Shape, values: readonly Item[]): Tensor {
    if (dtype === "string") return hostTensor(this, dtype, shape, values);
    const { bytes } = DTYPES[dtype];
    const { pool } = runtime();
    const storage = pool.reserve(bytes * values.length);
    const { offset } = pool;
    const view = storage.address >= 0 ? runtime().heap.view : storage.view;
    let at = Math.max(0, storage.address) + offset;
    for (let i = 0; i < values.length; i++, at += bytes) writeItem(dtype, view, at, values[i]!);
    return new Tensor(dtype, shape, contiguousStrides(shape), offset, storage);
  }

  toBytes(x: Tensor): Uint8Array<ArrayBuffer> {
    const bytes = sizeOf(x.shape) * DTYPES[x.dtype].bytes;
    const result = fresh(bytes);
    if (bytes === 0) return result;
    const storage = x.storage as WasmStorage;
    if (storage.pending) storage.pending.force();
    if (isContiguous(x.shape, x.strides)) {
      const all = storage.address >= 0 ? runtime().heap.u8 : storage.buffer;
      const at = Math.max(0, storage.address) + x.offset;
      result.set(all.subarray(at, at + bytes));
      return result;
    }
    withTemporaries(() => {
      const target = temporary(bytes);
      pack(x, addressOf(x), target, 0, sizeOf(x.shape));
      result.set(runtime().heap.u8.subarray(target, target + bytes));
    });
    return result;
  }

  item(x: Tensor, position: number): Item {
    if (x.storage instanceof HostStorage) return hostItem(x, position);
    const storage = x.storage as WasmStorage;
    if (storage.pending) storage.pending.force();
    const at = x.offset + position * DTYPES[x.dtype].bytes;
    return storage.address >= 0
      ? readItem(x.dtype, runtime().heap.view, storage.address + at)
      : readItem(x.dtype, storage.view, at);
  }
}

/** Calls on fewer elements are never put off, unless they reduce what was. */
const LEAST_WAITING = 4096;

function mayWait(inputs: readonly Tensor[], { shape }: Aval): boolean {
  if (sizeOf(shape) >= LEAST_WAITING) return true;
  return inputs.length === 1 && !!(inputs[0]!.storage as WasmStorage).pending;
}

function hasStrings(inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i]!.dtype === "string") return true;
  }
  return false;
}

let device: WasmDevice | undefined;

/**
 * The wasm device; its kernels start with the first tensor.
 *
 * @returns The device.
 */
export function wasmDevice(): Device {
  if (!device) setOwner(device = new WasmDevice());
  return device;
}

/**
 * Runs a function and releases all large tensors that it made, except those in
 * its result and those that a variable holds.
 *
 * @typeParam T Result of the function.
 * @param body The function.
 * @param keep Lists the tensors of the result.
 * @returns The result.
 */
export function releasing<T>(body: () => T, keep: (result: T) => Iterable<Tensor>): T {
  // What a transform has seen may be needed after the function.
  return isTracing() ? body() : releasingKnown(body, keep);
}

/**
 * The same for a function of known tensors, which no transform that is running sees.
 *
 * @typeParam T Result of the function.
 * @param body The function.
 * @param keep Lists the tensors of the result.
 * @returns The result.
 */
export function releasingKnown<T>(body: () => T, keep: (result: T) => Iterable<Tensor>): T {
  wasmDevice();
  const [result, made] = runtime().pool.record(body);
  const live = new Set<unknown>();
  for (const x of keep(result)) live.add(x.storage);
  // What stays is computed while everything that it needs is there.
  for (const storage of made) {
    if (storage.keepers > 0 || live.has(storage)) storage.pending?.force();
  }
  for (const storage of made) {
    if (storage.keepers === 0 && !live.has(storage)) storage.release();
  }
  return result;
}
