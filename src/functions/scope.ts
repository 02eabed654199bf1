/**
 * Exact control of memory, for those who want it.
 *
 * @module
 */
import { leaves } from "../core/tree.ts";
import { releasing } from "../devices/wasm/device.ts";

/**
 * Runs a function and releases the memory of all tensors that it made, but for
 * those in its result and those that variables hold. Nothing ever requires it; it
 * lets large temporaries be reused at once.
 *
 * @typeParam T Result of the function.
 * @param body A synchronous function; its result is a tensor, or arrays, plain objects, sets and maps of tensors.
 * @returns The function's result.
 * @throws {DisposedError} Later, if a tensor that was released is used.
 *
 * @example Usage
 * ```ts
 * import { add, multiply, ones, scope } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = ones([1000, 1000]);
 * const y = scope(() => add(multiply(x, 2), 1));
 * assert.deepEqual(y.shape, [1000, 1000]);
 * ```
 */
export function scope<T>(body: () => T): T {
  return releasing(body, leaves);
}
