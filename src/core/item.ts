/**
 * Elements as JavaScript values: their bytes, their checks, their rounding.
 *
 * @module
 */
import { type Complex, type DataOf, type DType, DTYPE_NAMES, DTYPES, type Item } from "./dtype.ts";
import { DTypeError, unrepresentableError, valueText } from "./errors.ts";
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value } from "./half.ts";

/** Reads and writes elements of one dtype in little-endian bytes. */
interface Codec {
  /** Reads the element at a byte offset. */
  readonly get: (view: DataView, at: number) => Item;
  /** Writes an element that `checkItem` accepted. */
  readonly set: (view: DataView, at: number, value: Item) => void;
  /** The typed array that users see, over fresh bytes. */
  readonly data: (bytes: Uint8Array<ArrayBuffer>) => DataOf<DType>;
  /** Smallest and largest integer, for integers. */
  readonly range?: readonly [bigint, bigint];
}

type View<T> = new (buffer: ArrayBuffer, offset: number, length: number) => T;

function viewer<T extends DataOf<DType>>(array: View<T>, width: number): Codec["data"] {
  return (bytes) => new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / width);
}

function integer(bits: number, signed: boolean): [bigint, bigint] {
  const one = 1n;
  return signed
    ? [-(one << BigInt(bits - 1)), (one << BigInt(bits - 1)) - one]
    : [0n, (one << BigInt(bits)) - one];
}

/** One row a dtype. */
const CODECS: { readonly [D in Exclude<DType, "string">]: Codec } = {
  bool: {
    get: (v, at) => v.getUint8(at) !== 0,
    set: (v, at, x) => v.setUint8(at, x ? 1 : 0),
    data: viewer(Uint8Array, 1),
  },
  int8: {
    get: (v, at) => v.getInt8(at),
    set: (v, at, x) => v.setInt8(at, Number(x)),
    data: viewer(Int8Array, 1),
    range: integer(8, true),
  },
  int16: {
    get: (v, at) => v.getInt16(at, true),
    set: (v, at, x) => v.setInt16(at, Number(x), true),
    data: viewer(Int16Array, 2),
    range: integer(16, true),
  },
  int32: {
    get: (v, at) => v.getInt32(at, true),
    set: (v, at, x) => v.setInt32(at, Number(x), true),
    data: viewer(Int32Array, 4),
    range: integer(32, true),
  },
  int64: {
    get: (v, at) => v.getBigInt64(at, true),
    set: (v, at, x) => v.setBigInt64(at, BigInt(x as number | bigint), true),
    data: viewer(BigInt64Array, 8),
    range: integer(64, true),
  },
  uint8: {
    get: (v, at) => v.getUint8(at),
    set: (v, at, x) => v.setUint8(at, Number(x)),
    data: viewer(Uint8Array, 1),
    range: integer(8, false),
  },
  uint16: {
    get: (v, at) => v.getUint16(at, true),
    set: (v, at, x) => v.setUint16(at, Number(x), true),
    data: viewer(Uint16Array, 2),
    range: integer(16, false),
  },
  uint32: {
    get: (v, at) => v.getUint32(at, true),
    set: (v, at, x) => v.setUint32(at, Number(x), true),
    data: viewer(Uint32Array, 4),
    range: integer(32, false),
  },
  uint64: {
    get: (v, at) => v.getBigUint64(at, true),
    set: (v, at, x) => v.setBigUint64(at, BigInt(x as number | bigint), true),
    data: viewer(BigUint64Array, 8),
    range: integer(64, false),
  },
  float16: {
    get: (v, at) => float16Value(v.getUint16(at, true)),
    set: (v, at, x) => v.setUint16(at, float16Bits(x as number), true),
    // Where the runtime has no Float16Array yet, the values come as float32.
    data: (bytes) =>
      typeof Float16Array === "function"
        ? viewer(Float16Array, 2)(bytes)
        : widened(bytes, float16Value),
  },
  bfloat16: {
    get: (v, at) => bfloat16Value(v.getUint16(at, true)),
    set: (v, at, x) => v.setUint16(at, bfloat16Bits(x as number), true),
    data: (bytes) => widened(bytes, bfloat16Value),
  },
  float32: {
    get: (v, at) => v.getFloat32(at, true),
    set: (v, at, x) => v.setFloat32(at, x as number, true),
    data: viewer(Float32Array, 4),
  },
  float64: {
    get: (v, at) => v.getFloat64(at, true),
    set: (v, at, x) => v.setFloat64(at, x as number, true),
    data: viewer(Float64Array, 8),
  },
  complex64: {
    get: (v, at) => ({ re: v.getFloat32(at, true), im: v.getFloat32(at + 4, true) }),
    set: (v, at, x) => {
      const { re, im } = complexOf(x);
      v.setFloat32(at, re, true);
      v.setFloat32(at + 4, im, true);
    },
    data: viewer(Float32Array, 4),
  },
  complex128: {
    get: (v, at) => ({ re: v.getFloat64(at, true), im: v.getFloat64(at + 8, true) }),
    set: (v, at, x) => {
      const { re, im } = complexOf(x);
      v.setFloat64(at, re, true);
      v.setFloat64(at + 8, im, true);
    },
    data: viewer(Float64Array, 8),
  },
};

function codecOf(dtype: DType): Codec {
  if (dtype === "string") throw new TypeError("Cannot take bytes of string: it has no fixed size");
  return CODECS[dtype];
}

function widened(
  bytes: Uint8Array<ArrayBuffer>,
  value: (bits: number) => number,
): Float32Array<ArrayBuffer> {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = value(bits[i]!);
  return result;
}

/**
 * A number or complex number as a complex number.
 *
 * @param value A number or complex number.
 * @returns Real and imaginary part.
 */
export function complexOf(value: unknown): Complex {
  return typeof value === "object" ? value as Complex : { re: value as number, im: 0 };
}

/**
 * Reads one element.
 *
 * @param dtype Dtype of the element.
 * @param view Bytes that hold it.
 * @param at Byte offset.
 * @returns The element.
 */
export function readItem(dtype: DType, view: DataView, at: number): Item {
  return codecOf(dtype).get(view, at);
}

/**
 * Writes one element.
 *
 * @param dtype Dtype of the element.
 * @param view Bytes to write to.
 * @param at Byte offset.
 * @param value An element that `checkItem` accepts.
 */
export function writeItem(dtype: DType, view: DataView, at: number, value: Item): void {
  codecOf(dtype).set(view, at, value);
}

/**
 * The typed array that users see of C-order bytes.
 *
 * @param dtype Dtype of the elements.
 * @param bytes Fresh bytes, aligned to 16.
 * @returns A view of the bytes, or widened values for bfloat16.
 */
export function dataOfBytes(dtype: DType, bytes: Uint8Array<ArrayBuffer>): DataOf<DType> {
  return codecOf(dtype).data(bytes);
}

/**
 * Smallest and largest value of an integer dtype.
 *
 * @param dtype Any dtype.
 * @returns The bounds, or undefined if the dtype is no integer.
 */
export function integerRange(dtype: DType): readonly [bigint, bigint] | undefined {
  return dtype === "string" ? undefined : CODECS[dtype].range;
}

/**
 * Checks that a JavaScript value can stand for an element of a dtype.
 *
 * @param dtype Dtype of the element.
 * @param value The value.
 * @returns The value; integers beyond 32 bits as bigint.
 * @throws {DTypeError} If the dtype cannot represent the value.
 */
export function checkItem(dtype: DType, value: unknown): Item {
  const { kind } = DTYPES[dtype];
  switch (kind) {
    case "float":
      if (typeof value === "number") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "complex":
      if (typeof value === "number") return { re: value, im: 0 };
      if (isComplex(value)) return value;
      break;
    default:
      if (isInteger(value)) {
        const [low, high] = CODECS[dtype as "int32"].range!;
        if (value >= low && value <= high) {
          return DTYPES[dtype].bytes === 8 ? BigInt(value) : Number(value);
        }
      }
  }
  throw unrepresentableError(value, dtype);
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

/**
 * Whether a value has the form of a complex number.
 *
 * @param value Any value.
 * @returns Whether it is an object with numbers `re` and `im`.
 */
export function isComplex(value: unknown): value is Complex {
  return typeof value === "object" && value !== null &&
    typeof (value as Complex).re === "number" && typeof (value as Complex).im === "number";
}

const rounding: DataView = new DataView(new ArrayBuffer(16));

/**
 * Rounds or wraps a computed value to a dtype, as storing it would.
 *
 * @param dtype Dtype of the element.
 * @param value A value of the dtype's kind; integers may be bigint of any size.
 * @returns The nearest element (floats), or the value modulo 2^bits (integers).
 */
export function storeItem(dtype: DType, value: Item): Item {
  const { kind, bytes } = DTYPES[dtype];
  if (kind === "string" || kind === "bool") return value;
  if (kind === "int" || kind === "uint") {
    const wide = BigInt(value as number | bigint);
    const wrapped = kind === "int"
      ? BigInt.asIntN(bytes * 8, wide)
      : BigInt.asUintN(bytes * 8, wide);
    return bytes === 8 ? wrapped : Number(wrapped);
  }
  const codec = CODECS[dtype as "float32"];
  codec.set(rounding, 0, value);
  return codec.get(rounding, 0);
}

/**
 * Checks that a value given as dtype is one.
 *
 * @param verb What the caller does with it, for example `make a tensor of`.
 * @param dtype The value.
 * @returns The dtype.
 * @throws {DTypeError} If there is no such dtype.
 */
export function checkDType(verb: string, dtype: unknown): DType {
  if (typeof dtype === "string" && Object.hasOwn(DTYPES, dtype)) return dtype as DType;
  throw new DTypeError(
    `Cannot ${verb} ${valueText(dtype)}: it must be one of the dtypes ${DTYPE_NAMES.join(", ")}`,
  );
}
