/**
 * Making tensors.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../core/dtype.ts";
import { ArgumentError, DTypeError, ShapeError, shapeText, valueText } from "../core/errors.ts";
import { checkItem, integerRange, isComplex } from "../core/item.ts";
import type { Device } from "../core/primitive.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { broadcasted, reshaped } from "./movement_primitives.ts";
import { progression } from "./progression.ts";

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
  const scalar = wasmDevice().fromItems(dtype, [], [checkItem(dtype, value)]);
  return broadcasted(scalar, [...checkShape(shape)]);
}
