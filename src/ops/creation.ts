/**
 * Making tensors.
 *
 * @module
 */
import {
  type DType,
  DTYPES,
  type FloatDType,
  type Item,
  type NumericDType,
  type RealDType,
} from "../core/dtype.ts";
import {
  ArgumentError,
  DTypeError,
  ShapeError,
  shapeText,
  unrepresentableError,
  unsupportedDTypeError,
  valueText,
} from "../core/errors.ts";
import { checkDType, checkItem, integerRange, isComplex } from "../core/item.ts";
import { checkShape, type Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Check, Mutable, ShapeFrom } from "../core/types/mistake.ts";
import type { DataDType, DataShape, NewShape, TensorData } from "../core/types/nested.ts";
import type { Scalar, ScalarDType } from "../core/types/operands.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { converted } from "./cast_primitive.ts";
import { broadcasted, reshaped } from "./movement_primitives.ts";
import { progression } from "./progression.ts";
import { joined, replaced } from "./region_primitives.ts";

/** Elements of one dtype as a typed array. */
type Typed = ArrayBufferView & ArrayLike<number | bigint>;

/** Dtypes of typed arrays by the names of their classes. */
const TYPED: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Int16Array: "int16",
  Uint16Array: "uint16",
  Int32Array: "int32",
  Uint32Array: "uint32",
  BigInt64Array: "int64",
  BigUint64Array: "uint64",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

function typedDType(data: unknown): DType | undefined {
  if (!ArrayBuffer.isView(data)) return undefined;
  return TYPED[Object.prototype.toString.call(data).slice(8, -1)];
}

/**
 * Makes a tensor of values; the core of the public `tensor`.
 *
 * @param data Nested arrays, a typed array, a JavaScript value or a tensor.
 * @param dtype Dtype wanted, or undefined to follow the values.
 * @returns The tensor.
 */
export function tensorOf(data: unknown, dtype?: DType): Tensor {
  if (dtype !== undefined) checkDType("make a tensor of", dtype);
  if (data instanceof Tensor) {
    if (dtype === undefined || dtype === data.dtype) return data;
    throw new DTypeError(
      `Cannot make a tensor of ${dtype} from one of ${data.dtype}: use cast to convert it`,
    );
  }
  const typed = typedDType(data);
  if (typed !== undefined) return tensorOfTyped(data as Typed, typed, dtype);
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  checkShape(shape);
  const values: unknown[] = [];
  flatten(data, shape, 0, values);
  const kind = dtype ?? inferred(values);
  return wasmDevice().fromItems(kind, shape, values.map((value) => checkItem(kind, value)));
}

function tensorOfTyped(data: Typed, own: DType, dtype: DType | undefined): Tensor {
  const shape = [data.length];
  const wanted = dtype ?? own;
  if (wanted === own) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return wasmDevice().fromBytes(own, shape, bytes);
  }
  if (DTYPES[wanted].kind === "complex" && DTYPES[own].kind === "float") {
    throw new DTypeError(
      `Cannot make a tensor of ${wanted} from a typed array of ${own}: ` +
        `use complex(re, im) on two tensors`,
    );
  }
  return wasmDevice().fromItems(wanted, shape, Array.from(data, (x) => checkItem(wanted, x)));
}

function flatten(data: unknown, shape: Shape, axis: number, values: unknown[]): void {
  if (axis === shape.length) {
    if (Array.isArray(data) || ArrayBuffer.isView(data)) throw raggedError(shape, axis);
    values.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[axis]) throw raggedError(shape, axis);
  for (const part of data) flatten(part, shape, axis + 1, values);
}

function raggedError(shape: Shape, axis: number): ShapeError {
  return new ShapeError(
    `Cannot make a tensor of ragged arrays: the first elements have shape ${shapeText(shape)}, ` +
      `axis ${axis} has another length or depth elsewhere`,
  );
}

/** Dtype of JavaScript values: that of the first, which all must share. */
function inferred(values: readonly unknown[]): DType {
  let dtype: DType | undefined;
  for (const value of values) {
    const own = dtypeOfValue(value);
    if (dtype === undefined || dtype === own) dtype = own;
    else if (isNumeric(dtype) && isNumeric(own)) dtype = "complex64";
    else {
      throw new DTypeError(
        `Cannot make a tensor of ${dtype} and ${own}: ${valueText(value)} differs in kind, ` +
          `give the dtype or convert the values`,
      );
    }
  }
  return dtype ?? "float32";
}

function isNumeric(dtype: DType): boolean {
  return dtype === "float32" || dtype === "complex64";
}

function dtypeOfValue(value: unknown): DType {
  switch (typeof value) {
    case "number":
      return "float32";
    case "boolean":
      return "bool";
    case "bigint":
      return "int64";
    case "string":
      return "string";
  }
  if (isComplex(value)) return "complex64";
  throw new DTypeError(
    `Cannot make a tensor of ${valueText(value)}: ` +
      `an element is a number, bigint, boolean, string or complex number`,
  );
}

/**
 * A tensor of equal elements; the core of `full`, `zeros` and `ones`.
 *
 * @param shape Lengths of the axes.
 * @param value The element.
 * @param dtype Its dtype.
 * @returns One element, broadcast.
 */
export function filled(shape: Shape, value: unknown, dtype: DType): Tensor {
  checkDType("make a tensor of", dtype);
  const scalar = wasmDevice().fromItems(dtype, [], [checkItem(dtype, value)]);
  return broadcasted(scalar, [...checkShape(shape)]);
}

/** Dtype of a new tensor. */
export interface DTypeOptions<D extends DType> {
  /** Dtype of the elements. */
  readonly dtype?: D | undefined;
}

/**
 * Makes a tensor of values. Numbers give float32, booleans bool, bigints int64,
 * strings string, complex numbers complex64, a typed array its own dtype.
 *
 * @typeParam T The data.
 * @typeParam D Dtype of the tensor.
 * @param data A scalar, nested arrays of equal lengths, or a typed array (rank 1), which is copied.
 * @param options The dtype, where the data does not tell it.
 * @returns A tensor of the data's shape.
 * @throws {ShapeError} If nested arrays are ragged.
 * @throws {DTypeError} If the dtype cannot represent a value, or kinds are mixed.
 *
 * @example Usage
 * ```ts
 * import { tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tensor([[1, 2], [3, 4]]).dtype, "float32");
 * assert.deepEqual(tensor([1, 2, 3], { dtype: "int32" }).data(), new Int32Array([1, 2, 3]));
 * ```
 */
export function tensor<const T extends TensorData, D extends DType = DataDType<T>>(
  data: T & Check<"make", DataShape<T>>,
  { dtype }: DTypeOptions<D> = {},
): Tensor<NoInfer<D>, ShapeFrom<DataShape<T>>> {
  return tensorOf(data, dtype) as Tensor<D, ShapeFrom<DataShape<T>>>;
}

/**
 * Makes a tensor of zeros (false, the empty string).
 *
 * @typeParam S Shape of the tensor.
 * @typeParam D Dtype of the tensor.
 * @param shape Lengths of the axes.
 * @param options The dtype, float32 when absent.
 * @returns A tensor that takes the memory of one element until it is written to.
 * @throws {ShapeError} If a length is negative or fractional.
 *
 * @example Usage
 * ```ts
 * import { zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(zeros([2, 2]).toArray(), [[0, 0], [0, 0]]);
 * ```
 */
export function zeros<const S extends Shape, D extends DType = "float32">(
  shape: S & Check<"make", NewShape<S>>,
  { dtype = "float32" as D }: DTypeOptions<D> = {},
): Tensor<NoInfer<D>, Mutable<S>> {
  return filled(shape, plain(dtype, 0), dtype) as Tensor<D, Mutable<S>>;
}

/**
 * Makes a tensor of ones (true).
 *
 * @typeParam S Shape of the tensor.
 * @typeParam D Dtype of the tensor.
 * @param shape Lengths of the axes.
 * @param options The dtype, float32 when absent.
 * @returns A tensor that takes the memory of one element until it is written to.
 * @throws {ShapeError} If a length is negative or fractional.
 * @throws {DTypeError} If the dtype is string.
 *
 * @example Usage
 * ```ts
 * import { ones } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(ones([3], { dtype: "int32" }).toArray(), [1, 1, 1]);
 * ```
 */
export function ones<const S extends Shape, D extends DType = "float32">(
  shape: S & Check<"make", NewShape<S>>,
  { dtype = "float32" as D }: DTypeOptions<D> = {},
): Tensor<NoInfer<D>, Mutable<S>> {
  if (dtype === "string") throw unsupportedDTypeError("make ones of", dtype, "numeric or bool");
  return filled(shape, plain(dtype, 1), dtype) as Tensor<D, Mutable<S>>;
}

/** 0 or 1 as an element of a dtype. */
function plain(dtype: DType, value: 0 | 1): Item {
  const { kind } = DTYPES[checkDType("make a tensor of", dtype)];
  return kind === "bool" ? value === 1 : kind === "string" ? "" : value;
}

/**
 * Makes a tensor of equal elements.
 *
 * @typeParam S Shape of the tensor.
 * @typeParam V The element.
 * @typeParam D Dtype of the tensor.
 * @param shape Lengths of the axes.
 * @param value The element.
 * @param options The dtype; that of `tensor(value)` when absent.
 * @returns A tensor that takes the memory of one element until it is written to.
 * @throws {ShapeError} If a length is negative or fractional.
 * @throws {DTypeError} If the dtype cannot represent the value.
 *
 * @example Usage
 * ```ts
 * import { full } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(full([2], 7).toArray(), [7, 7]);
 * assert.equal(full([2], true).dtype, "bool");
 * ```
 */
export function full<
  const S extends Shape,
  const V extends Scalar,
  D extends DType = ScalarDType<V>,
>(
  shape: S & Check<"make", NewShape<S>>,
  value: V,
  { dtype = dtypeOfValue(value) as D }: DTypeOptions<D> = {},
): Tensor<NoInfer<D>, Mutable<S>> {
  return filled(shape, value, dtype) as Tensor<D, Mutable<S>>;
}

/** Step and dtype of a range of numbers. */
export interface ArangeOptions<D extends DType> extends DTypeOptions<D> {
  /** Difference of neighbours, 1 when absent; not 0. */
  readonly step?: number | bigint | undefined;
}

/**
 * Numbers at equal distances, from a start up to but without a stop.
 *
 * @typeParam D Dtype of the tensor, float32 when absent.
 * @param start First element.
 * @param stop Where the numbers end; it is not among them.
 * @param options Step and dtype.
 * @returns A tensor of rank 1 and length `ceil((stop - start) / step)`.
 * @throws {ArgumentError} If the step is 0 or a bound is not finite.
 * @throws {DTypeError} If the dtype cannot represent start or step.
 *
 * @example Usage
 * ```ts
 * import { arange } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(arange(0, 3).toArray(), [0, 1, 2]);
 * assert.deepEqual(arange(10, 0, { step: -4, dtype: "int32" }).toArray(), [10, 6, 2]);
 * ```
 */
export function arange<D extends RealDType = "float32">(
  start: number | bigint,
  stop: number | bigint,
  { step = 1, dtype = "float32" as D }: ArangeOptions<D> = {},
): Tensor<NoInfer<D>, [number]> {
  const range = integerRange(checkDType("make a range of", dtype));
  if (range === undefined && DTYPES[dtype].kind !== "float") {
    throw unsupportedDTypeError("make a range of", dtype, "real");
  }
  if (Number(step) === 0) {
    throw new ArgumentError(
      `Cannot make a range from ${valueText(start)} to ${valueText(stop)} in steps of 0: ` +
        `the step must not be 0`,
    );
  }
  const length = rangeLength(start, stop, step);
  const wide = range !== undefined && DTYPES[dtype].bytes === 8;
  const first = checkItem(dtype, start) as number | bigint;
  // A step may be negative where the dtype is unsigned: only the elements must fit.
  if (range !== undefined && !Number.isInteger(Number(step))) {
    throw unrepresentableError(step, dtype);
  }
  if (range !== undefined && length > 0) {
    checkItem(dtype, BigInt(start) + BigInt(length - 1) * BigInt(step));
  }
  return progression({
    length,
    start: wide ? BigInt(first) : Number(first),
    step: wide ? BigInt(step) : Number(step),
    dtype,
  }) as Tensor<D, [number]>;
}

function rangeLength(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
): number {
  const exact = [start, stop, step].every((x) => typeof x === "bigint" || Number.isInteger(x));
  if (exact) {
    const [by, distance] = [BigInt(step), BigInt(stop) - BigInt(start)];
    const count = distance / by + (distance % by !== 0n && distance > 0n === by > 0n ? 1n : 0n);
    return Number(count < 0n ? 0n : count);
  }
  const count = Math.ceil((Number(stop) - Number(start)) / Number(step));
  if (!Number.isFinite(count)) {
    throw new ArgumentError(
      `Cannot make a range from ${valueText(start)} to ${valueText(stop)} in steps of ` +
        `${valueText(step)}: the bounds must be finite`,
    );
  }
  return Math.max(0, count);
}

/** Number of elements, end and dtype of evenly spaced numbers. */
export interface LinspaceOptions<D extends DType> extends DTypeOptions<D> {
  /** Number of elements, 50 when absent. */
  readonly num?: number | undefined;
  /** Whether the last element is `stop`; true when absent. */
  readonly endpoint?: boolean | undefined;
}

/**
 * Numbers evenly spaced over an interval.
 *
 * @typeParam D Dtype of the tensor, float32 when absent.
 * @param start First element.
 * @param stop Last element, or the first one left out when `endpoint` is false.
 * @param options Number of elements, whether `stop` is one of them, dtype.
 * @returns A tensor of rank 1 and length `num`; the last element is exact.
 * @throws {ArgumentError} If `num` is negative or fractional.
 * @throws {DTypeError} If the dtype is no float.
 *
 * @example Usage
 * ```ts
 * import { linspace } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(linspace(0, 1, { num: 5 }).toArray(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace<D extends FloatDType = "float32">(
  start: number,
  stop: number,
  { num = 50, endpoint = true, dtype = "float32" as D }: LinspaceOptions<D> = {},
): Tensor<NoInfer<D>, [number]> {
  if (DTYPES[checkDType("space numbers of", dtype)].kind !== "float") {
    throw unsupportedDTypeError("space numbers of", dtype, "a real float");
  }
  if (!Number.isInteger(num) || num < 0) {
    throw new ArgumentError(
      `Cannot space ${valueText(num)} numbers: their count is an integer from 0 on`,
    );
  }
  for (const bound of [start, stop]) {
    if (typeof bound !== "number") throw unrepresentableError(bound, dtype);
  }
  const parts = endpoint ? num - 1 : num;
  const step = parts > 0 ? (stop - start) / parts : 0;
  const ends = endpoint && num > 1;
  const line = progression({ length: ends ? num - 1 : num, start, step, dtype: "float64" });
  const last = wasmDevice().fromItems("float64", [1], [stop]);
  return converted(ends ? joined([line, last], 0) : line, dtype) as Tensor as Tensor<D, [number]>;
}

/** Columns, diagonal and dtype of a matrix of ones on a diagonal. */
export interface EyeOptions<D extends DType, M extends number> extends DTypeOptions<D> {
  /** Number of columns; that of rows when absent. */
  readonly columns?: M | undefined;
  /** Which diagonal: above the main one if positive. */
  readonly k?: number | undefined;
}

/**
 * Makes a matrix with ones on a diagonal and zeros elsewhere.
 *
 * @typeParam N Number of rows.
 * @typeParam M Number of columns.
 * @typeParam D Dtype of the tensor, float32 when absent.
 * @param rows Number of rows.
 * @param options Number of columns, diagonal, dtype.
 * @returns A tensor of rank 2.
 * @throws {ShapeError} If a number is negative or fractional.
 * @throws {ArgumentError} If the diagonal is fractional.
 *
 * @example Usage
 * ```ts
 * import { eye } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(eye(2).toArray(), [[1, 0], [0, 1]]);
 * assert.deepEqual(eye(2, { columns: 3, k: 1 }).toArray(), [[0, 1, 0], [0, 0, 1]]);
 * ```
 */
export function eye<
  const N extends number,
  const M extends number = N,
  D extends NumericDType | "bool" = "float32",
>(
  rows: N,
  { columns, k = 0, dtype = "float32" as D }: EyeOptions<D, M> = {},
): Tensor<D, [N, M]> {
  const width = columns ?? rows as number;
  if (checkDType("make a matrix of", dtype) === "string") {
    throw unsupportedDTypeError("make a matrix of", dtype, "numeric or bool");
  }
  checkShape([rows, width]);
  if (!Number.isInteger(k)) {
    throw new ArgumentError(
      `Cannot make a matrix with diagonal ${valueText(k)}: its number is an integer`,
    );
  }
  const above = Math.max(0, k);
  const below = Math.max(0, -k);
  const count = Math.max(0, Math.min(rows - below, width - above));
  const empty = filled([rows * width], plain(dtype, 0), dtype);
  const ones = filled([count], plain(dtype, 1), dtype);
  const diagonal = { starts: [below * width + above], steps: [width + 1], lengths: [count] };
  return reshaped(count === 0 ? empty : replaced(empty, ones, diagonal), [
    rows,
    width,
  ]) as Tensor as Tensor<D, [N, M]>;
}
