/**
 * The assertions of all tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { writeItem } from "../../src/core/item.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { sameShape } from "../../src/core/shape.ts";
import { items, Tensor } from "../../src/core/tensor.ts";
import { difference, type Tolerance } from "./compare.ts";

export { assert };

/** A tensor, or an array of JavaScript values. */
export type Values = Tensor | HostArray;

function bytesOf(x: Values): Uint8Array {
  if (x instanceof Tensor) return x.storage.device.toBytes(x);
  const { bytes } = DTYPES[x.dtype];
  const result = new Uint8Array(x.items.length * bytes);
  const view = new DataView(result.buffer);
  x.items.forEach((item, i) => writeItem(x.dtype, view, i * bytes, item));
  return result;
}

function stringsOf(x: Values): readonly Item[] {
  return x instanceof Tensor ? [...items(x)] : x.items;
}

/**
 * Says in which way two arrays differ.
 *
 * @param actual The one that is judged.
 * @param expected The one that is right.
 * @param tolerance How far they may be apart.
 * @returns A sentence, or undefined if they agree in dtype, shape and values.
 */
export function disagreement(
  actual: Values,
  expected: Values,
  tolerance: Tolerance = {},
): string | undefined {
  const { dtype, shape } = expected;
  if (actual.dtype !== dtype) return `dtype is ${actual.dtype}, expected ${dtype}`;
  if (!sameShape(actual.shape, shape)) {
    return `shape is [${actual.shape.join(", ")}], expected [${shape.join(", ")}]`;
  }
  if (dtype === "string") {
    const [own, right] = [stringsOf(actual), stringsOf(expected)];
    const at = own.findIndex((x, i) => x !== right[i]);
    return at < 0 ? undefined : place(at, shape, 1, own[at]!, right[at]!);
  }
  const found = difference(dtype, bytesOf(actual), bytesOf(expected), tolerance);
  return found && place(found.index, shape, found.count, found.actual, found.expected);
}

function place(
  index: number,
  shape: readonly number[],
  count: number,
  actual: Item,
  expected: Item,
): string {
  const at: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  const others = count > 1 ? ` (${count} elements differ)` : "";
  return `element [${at.join(", ")}] of shape [${shape.join(", ")}] is ${itemText(actual)}, ` +
    `expected ${itemText(expected)}${others}`;
}

/**
 * An element as text that can be pasted into code.
 *
 * @param item The element.
 * @returns Its text.
 */
export function itemText(item: Item): string {
  if (typeof item === "object") return `{ re: ${itemText(item.re)}, im: ${itemText(item.im)} }`;
  if (typeof item === "bigint") return `${item}n`;
  if (typeof item === "string") return JSON.stringify(item);
  return Object.is(item, -0) ? "-0" : String(item);
}

/**
 * Asserts that two arrays have the same dtype, shape and elements; NaN equals
 * NaN, 0 does not equal -0.
 *
 * @param actual The one that is judged.
 * @param expected The one that is right.
 * @param message What is compared.
 */
export function assertTensorEqual(actual: Values, expected: Values, message = ""): void {
  assertAllClose(actual, expected, { ulps: 0 }, message);
}

/**
 * Asserts that two arrays have the same dtype and shape and close elements.
 *
 * @param actual The one that is judged.
 * @param expected The one that is right.
 * @param tolerance Units in the last place by which floats may be apart, 2 when absent.
 * @param message What is compared.
 */
export function assertAllClose(
  actual: Values,
  expected: Values,
  tolerance: Tolerance = { ulps: 2 },
  message = "",
): void {
  const found = disagreement(actual, expected, tolerance);
  if (found !== undefined) assert.fail(message === "" ? found : `${message}: ${found}`);
}

/**
 * Asserts that a function throws an error of a class with a message.
 *
 * @param body The function.
 * @param type Class of the error.
 * @param message The whole message, or what it matches.
 */
export function assertThrows(
  body: () => unknown,
  type: new (message: string) => Error,
  message?: string | RegExp,
): void {
  let result: unknown;
  try {
    result = body();
  } catch (error) {
    assert.ok(
      error instanceof Error && error.constructor === type,
      `${type.name} was expected, thrown was ${String(error)}`,
    );
    if (typeof message === "string") assert.equal(error.message, message);
    else if (message) assert.match(error.message, message);
    return;
  }
  assert.fail(`${type.name} was expected, nothing was thrown and ${String(result)} returned`);
}

/**
 * Asserts that a message follows the grammar of the library's errors.
 *
 * @param message The message.
 */
export function assertMessage(message: string): void {
  assert.match(message, /^Cannot .+: .*[^.\s]$/s);
}

/**
 * An array from nested JavaScript values.
 *
 * @param dtype Its dtype.
 * @param shape Its shape.
 * @param values Its elements in C order.
 * @returns The array.
 */
export function array(
  dtype: DType,
  shape: readonly number[],
  values: readonly Item[],
): HostArray {
  return { dtype, shape, items: values };
}
