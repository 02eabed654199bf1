/**
 * Where new tensors lie: WebAssembly memory or, as when the budget is used up,
 * JavaScript buffers.
 *
 * @module
 */
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";

/** A kind of storage. */
export type StorageKind = "wasm" | "buffer";

/**
 * Runs a function whose new tensors lie in one kind of storage.
 *
 * @typeParam T Result of the function.
 * @param kind The kind.
 * @param body The function, synchronous.
 * @returns Its result.
 */
export function storedIn<T>(kind: StorageKind, body: () => T): T {
  wasmDevice();
  const { pool } = runtime();
  const { budget } = pool;
  pool.budget = kind === "wasm" ? Infinity : 0;
  try {
    finishSlab(kind);
    return body();
  } finally {
    pool.budget = budget;
    if (kind === "buffer") finishSlab("wasm");
  }
}

/** Small tensors share a slab: takes room until there is a slab of the kind, if there can be. */
function finishSlab(kind: StorageKind): void {
  const { pool } = runtime();
  for (let taken = 0; taken <= 16; taken++) {
    if ((pool.reserve(4096).address >= 0) === (kind === "wasm")) return;
  }
}
