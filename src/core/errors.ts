/**
 * Error classes and all messages. One function a case builds the message, so
 * that types, run time and tests share the words.
 *
 * @module
 */
import type { DType } from "./dtype.ts";

/**
 * A shape does not fit.
 *
 * @example A length that does not divide the size
 * ```ts
 * import { reshape, ShapeError, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => reshape(tensor([1, 2, 3]) as never, [2, 2] as never), ShapeError);
 * ```
 */
export class ShapeError extends RangeError {
  /** Name of the class. */
  override readonly name = "ShapeError";
}

/**
 * An axis is out of range or repeated.
 *
 * @example The third axis of a vector
 * ```ts
 * import { AxisError, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => sum(tensor([1, 2]), { axis: 2 as never }), AxisError);
 * ```
 */
export class AxisError extends RangeError {
  /** Name of the class. */
  override readonly name = "AxisError";
}

/**
 * An index is out of range or malformed.
 *
 * @example Behind the end
 * ```ts
 * import { IndexError, slice, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => slice(tensor([1, 2]), 2 as never), IndexError);
 * ```
 */
export class IndexError extends RangeError {
  /** Name of the class. */
  override readonly name = "IndexError";
}

/**
 * A dtype does not fit, or a value cannot be represented in it.
 *
 * @example A fraction as an integer
 * ```ts
 * import { DTypeError, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => tensor([1.5], { dtype: "int32" }), DTypeError);
 * ```
 */
export class DTypeError extends TypeError {
  /** Name of the class. */
  override readonly name = "DTypeError";
}

/**
 * An argument has a value that means nothing.
 *
 * @example A range that makes no steps
 * ```ts
 * import { arange, ArgumentError } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => arange(0, 3, { step: 0 }), ArgumentError);
 * ```
 */
export class ArgumentError extends RangeError {
  /** Name of the class. */
  override readonly name = "ArgumentError";
}

/**
 * A device cannot do what is asked.
 *
 * @example More memory than there is
 * ```ts
 * import { DeviceError, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => zeros([1e6, 1e6]).data(), DeviceError);
 * ```
 */
export class DeviceError extends Error {
  /** Name of the class. */
  override readonly name = "DeviceError";
}

/** A traced value was used where only a concrete one can be. */
export class TraceError extends Error {
  /** Name of the class. */
  override readonly name = "TraceError";
}

/**
 * A file is malformed or of an unsupported kind.
 *
 * @example Bytes that are no file of NumPy
 * ```ts
 * import { FormatError } from "@denum/denum";
 * import { loadNpy } from "@denum/denum/io";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => loadNpy(new Uint8Array([1, 2, 3])), FormatError);
 * ```
 */
export class FormatError extends Error {
  /** Name of the class. */
  override readonly name = "FormatError";
}

/**
 * A tensor was used after its memory was released.
 *
 * @example After the end of its scope
 * ```ts
 * import { add, DisposedError, scope, type Tensor, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * let made: Tensor | undefined;
 * scope(() => {
 *   made = add(zeros([100, 100]), 1);
 * });
 * assert.throws(() => made?.data(), DisposedError);
 * ```
 */
export class DisposedError extends Error {
  /** Name of the class. */
  override readonly name = "DisposedError";
}

/**
 * Shape as text.
 *
 * @param shape Lengths of the axes.
 * @returns For example `[2, 3]`.
 */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Shapes that do not broadcast.
 *
 * @param verb What the caller does, for example `add`.
 * @param a Shape of the left operand.
 * @param b Shape of the right operand.
 * @param axis Axis that disagrees, negative, counted from the end.
 * @returns The error.
 */
export function broadcastError(
  verb: string,
  a: readonly number[],
  b: readonly number[],
  axis: number,
): ShapeError {
  return new ShapeError(
    `Cannot ${verb} tensors of shape ${shapeText(a)} and ${shapeText(b)}: ` +
      `axis ${axis} has lengths ${a[a.length + axis]} and ${b[b.length + axis]}`,
  );
}

/**
 * Operands of two dtypes.
 *
 * @param verb What the caller does, for example `add`.
 * @param a Dtype of the left operand.
 * @param b Dtype of the right operand.
 * @returns The error.
 */
export function mixedDTypesError(verb: string, a: DType, b: DType): DTypeError {
  return new DTypeError(`Cannot ${verb} ${a} and ${b}: cast one of them first`);
}

/**
 * A dtype for which an op has no meaning.
 *
 * @param verb What the caller does, for example `add`.
 * @param dtype Dtype of the operand.
 * @param allowed Dtypes or families that work, as words.
 * @returns The error.
 */
export function unsupportedDTypeError(
  verb: string,
  dtype: DType,
  allowed: string,
): DTypeError {
  return new DTypeError(
    `Cannot ${verb} ${dtype}: the operand must be ${allowed}`,
  );
}

/**
 * A JavaScript value that a dtype cannot hold.
 *
 * @param value The value.
 * @param dtype The dtype.
 * @returns The error.
 */
export function unrepresentableError(value: unknown, dtype: DType): DTypeError {
  return new DTypeError(
    `Cannot represent ${valueText(value)} as ${dtype}: ` +
      `pass a value of that dtype, or cast the tensor to one that holds it`,
  );
}

/**
 * An axis that the operand does not have.
 *
 * @param verb What the caller does, for example `sum over`.
 * @param axis The axis.
 * @param rank Rank of the operand.
 * @returns The error.
 */
export function axisError(verb: string, axis: number, rank: number): AxisError {
  const range = rank === 0
    ? "a tensor of rank 0 has no axes"
    : `axis must be from ${-rank} to ${rank - 1}`;
  return new AxisError(
    `Cannot ${verb} axis ${axis} of a tensor of rank ${rank}: ${range}`,
  );
}

/**
 * An axis that is given twice.
 *
 * @param verb What the caller does, for example `sum over`.
 * @param axes The axes as given.
 * @returns The error.
 */
export function repeatedAxisError(
  verb: string,
  axes: readonly number[],
): AxisError {
  return new AxisError(
    `Cannot ${verb} axes ${shapeText(axes)}: an axis is given twice, ` +
      `each may stand once`,
  );
}

/**
 * An index outside of its axis.
 *
 * @param index The index.
 * @param axis The axis.
 * @param length Length of the axis.
 * @returns The error.
 */
export function indexError(
  index: number,
  axis: number,
  length: number,
): IndexError {
  const range = length === 0
    ? "the axis is empty"
    : `an index must be from ${-length} to ${length - 1}`;
  return new IndexError(
    `Cannot take index ${index} of axis ${axis} with length ${length}: ${range}`,
  );
}

/**
 * Memory that the runtime does not have.
 *
 * @param bytes How many bytes.
 * @returns The error.
 */
export function memoryError(bytes: number): DeviceError {
  return new DeviceError(
    `Cannot allocate ${bytes} bytes: the runtime has no memory of that size, ` +
      `work on smaller tensors`,
  );
}

/**
 * More indices than axes.
 *
 * @param count Number of indices.
 * @param rank Rank of the operand.
 * @returns The error.
 */
export function tooManyIndicesError(count: number, rank: number): IndexError {
  return new IndexError(
    `Cannot take ${count} indices of a tensor of rank ${rank}: there is one index an axis at most`,
  );
}

/**
 * Operands of matmul whose contracted axes differ.
 *
 * @param a Shape of the left operand.
 * @param b Shape of the right operand.
 * @returns The error.
 */
export function matmulError(
  a: readonly number[],
  b: readonly number[],
): ShapeError {
  if (a.length === 0 || b.length === 0) {
    return new ShapeError(
      `Cannot matmul tensors of shape ${shapeText(a)} and ${shapeText(b)}: ` +
        `both operands need at least 1 axis`,
    );
  }
  const k = a[a.length - 1];
  const l = b[Math.max(0, b.length - 2)];
  return new ShapeError(
    `Cannot matmul tensors of shape ${shapeText(a)} and ${shapeText(b)}: ` +
      `inner lengths ${k} and ${l} differ`,
  );
}

/**
 * A reshape that does not keep the number of elements.
 *
 * @param from Shape of the operand.
 * @param to Shape asked for.
 * @returns The error.
 */
export function reshapeError(
  from: readonly number[],
  to: readonly number[],
): ShapeError {
  const count = from.reduce((x, y) => x * y, 1);
  return new ShapeError(
    `Cannot reshape a tensor of shape ${shapeText(from)} to ${shapeText(to)}: ` +
      `it has ${count} elements`,
  );
}

/**
 * A JavaScript value as text for messages, cut at 60 characters.
 *
 * @param value Any value.
 * @returns Its text.
 */
export function valueText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value).slice(0, 60);
  return (typeof value === "object" && value !== null ? objectText(value) : String(value))
    .slice(0, 60);
}

/** Most parts of an array or object that are written. */
const PARTS = 20;

function objectText(value: object): string {
  if (Array.isArray(value)) {
    const parts = value.slice(0, PARTS).map((x) => Array.isArray(x) ? "[...]" : valueText(x));
    return `[${parts.join(", ")}]`;
  }
  if ("re" in value && "im" in value) {
    const { re, im } = value as { re: number; im: number };
    return `${re}${im < 0 ? "-" : "+"}${Math.abs(im)}i`;
  }
  const { constructor } = value;
  if (constructor === Object || constructor === undefined) {
    return `{ ${Object.keys(value).slice(0, PARTS).join(", ")} }`;
  }
  const text = String(value).replace(/\s+/g, " ");
  return text.startsWith("[object") ? `an object of ${constructor.name}` : text;
}
