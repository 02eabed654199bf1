/**
 * Element types: one table from which every dtype fact and type derives.
 *
 * @module
 */

/**
 * All facts about each dtype, one row a dtype:
 * `kind` is the family; `bytes` the size of an element; `kernel` the suffix of
 * its Rust kernels; `compute` the dtype in which kernels calculate; `sum` the
 * dtype of sums and products; `real` that of magnitudes; `floating` that of
 * true division and real functions; `npy` the code of NumPy's file format.
 *
 * @example Size and family
 * ```ts
 * import { DTYPES } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(DTYPES.complex64.bytes, 8);
 * assert.equal(DTYPES.bfloat16.kind, "float");
 * ```
 */
export const DTYPES = {
  bool: {
    kind: "bool",
    bytes: 1,
    kernel: "u8",
    compute: "bool",
    sum: "int32",
    real: "bool",
    floating: "float64",
    npy: "b1",
  },
  int8: {
    kind: "int",
    bytes: 1,
    kernel: "i8",
    compute: "int8",
    sum: "int32",
    real: "int8",
    floating: "float64",
    npy: "i1",
  },
  int16: {
    kind: "int",
    bytes: 2,
    kernel: "i16",
    compute: "int16",
    sum: "int32",
    real: "int16",
    floating: "float64",
    npy: "i2",
  },
  int32: {
    kind: "int",
    bytes: 4,
    kernel: "i32",
    compute: "int32",
    sum: "int32",
    real: "int32",
    floating: "float64",
    npy: "i4",
  },
  int64: {
    kind: "int",
    bytes: 8,
    kernel: "i64",
    compute: "int64",
    sum: "int64",
    real: "int64",
    floating: "float64",
    npy: "i8",
  },
  uint8: {
    kind: "uint",
    bytes: 1,
    kernel: "u8",
    compute: "uint8",
    sum: "uint32",
    real: "uint8",
    floating: "float64",
    npy: "u1",
  },
  uint16: {
    kind: "uint",
    bytes: 2,
    kernel: "u16",
    compute: "uint16",
    sum: "uint32",
    real: "uint16",
    floating: "float64",
    npy: "u2",
  },
  uint32: {
    kind: "uint",
    bytes: 4,
    kernel: "u32",
    compute: "uint32",
    sum: "uint32",
    real: "uint32",
    floating: "float64",
    npy: "u4",
  },
  uint64: {
    kind: "uint",
    bytes: 8,
    kernel: "u64",
    compute: "uint64",
    sum: "uint64",
    real: "uint64",
    floating: "float64",
    npy: "u8",
  },
  float16: {
    kind: "float",
    bytes: 2,
    kernel: "f16",
    compute: "float32",
    sum: "float16",
    real: "float16",
    floating: "float16",
    npy: "f2",
  },
  bfloat16: {
    kind: "float",
    bytes: 2,
    kernel: "bf16",
    compute: "float32",
    sum: "bfloat16",
    real: "bfloat16",
    floating: "bfloat16",
    npy: "V2",
  },
  float32: {
    kind: "float",
    bytes: 4,
    kernel: "f32",
    compute: "float32",
    sum: "float32",
    real: "float32",
    floating: "float32",
    npy: "f4",
  },
  float64: {
    kind: "float",
    bytes: 8,
    kernel: "f64",
    compute: "float64",
    sum: "float64",
    real: "float64",
    floating: "float64",
    npy: "f8",
  },
  complex64: {
    kind: "complex",
    bytes: 8,
    kernel: "c64",
    compute: "complex64",
    sum: "complex64",
    real: "float32",
    floating: "complex64",
    npy: "c8",
  },
  complex128: {
    kind: "complex",
    bytes: 16,
    kernel: "c128",
    compute: "complex128",
    sum: "complex128",
    real: "float64",
    floating: "complex128",
    npy: "c16",
  },
  string: {
    kind: "string",
    bytes: 1,
    kernel: "",
    compute: "string",
    sum: "string",
    real: "string",
    floating: "string",
    npy: "",
  },
} as const;

/** Name of a dtype. */
export type DType = keyof typeof DTYPES;

/** Family of a dtype. */
export type Kind = (typeof DTYPES)[DType]["kind"];

/** Dtypes of the families `K`. */
export type DTypeOfKind<K extends Kind> = {
  [D in DType]: (typeof DTYPES)[D]["kind"] extends K ? D : never;
}[DType];

/** Signed and unsigned integer dtypes. */
export type IntegerDType = DTypeOfKind<"int" | "uint">;
/** Real floating-point dtypes. */
export type FloatDType = DTypeOfKind<"float">;
/** Complex dtypes. */
export type ComplexDType = DTypeOfKind<"complex">;
/** Dtypes with an order and arithmetic: integers and real floats. */
export type RealDType = IntegerDType | FloatDType;
/** Dtypes with arithmetic. */
export type NumericDType = RealDType | ComplexDType;

/** Dtype of sums and products of elements of dtype `D`. */
export type SumDType<D extends DType> = (typeof DTYPES)[D]["sum"];
/** Dtype of the magnitude of elements of dtype `D`. */
export type RealOf<D extends DType> = (typeof DTYPES)[D]["real"];
/** Dtype of true division and real functions of elements of dtype `D`. */
export type FloatingOf<D extends DType> = (typeof DTYPES)[D]["floating"];

/** A complex number. */
export interface Complex {
  /** Real part. */
  readonly re: number;
  /** Imaginary part. */
  readonly im: number;
}

/** One element of dtype `D` as a JavaScript value. */
export type Item<D extends DType = DType> = D extends "bool" ? boolean
  : D extends "string" ? string
  : D extends "int64" | "uint64" ? bigint
  : D extends ComplexDType ? Complex
  : number;

/** Nested arrays of elements of dtype `D`, as `toArray()` returns them. */
export type NestedItems<D extends DType = DType> =
  | Item<D>
  | readonly NestedItems<D>[];

/**
 * The array that `data()` returns for dtype `D`. Booleans are bytes 0 and 1,
 * bfloat16 is widened to float32, complex numbers are pairs (re, im).
 */
export type DataOf<D extends DType> = D extends "bool" | "uint8" ? Uint8Array<ArrayBuffer>
  : D extends "int8" ? Int8Array<ArrayBuffer>
  : D extends "int16" ? Int16Array<ArrayBuffer>
  : D extends "uint16" ? Uint16Array<ArrayBuffer>
  : D extends "int32" ? Int32Array<ArrayBuffer>
  : D extends "uint32" ? Uint32Array<ArrayBuffer>
  : D extends "int64" ? BigInt64Array<ArrayBuffer>
  : D extends "uint64" ? BigUint64Array<ArrayBuffer>
  : D extends "float16" ? Float16Array<ArrayBuffer>
  : D extends "bfloat16" | "float32" | "complex64" ? Float32Array<ArrayBuffer>
  : D extends "float64" | "complex128" ? Float64Array<ArrayBuffer>
  : string[];

/** The scalars that may stand where a tensor of dtype `D` can. */
export type ScalarOf<D extends DType> = D extends "bool" ? boolean
  : D extends "string" ? string
  : D extends IntegerDType ? number | bigint
  : D extends ComplexDType ? number | Complex
  : number;

/** All dtypes, in the order of the table. */
export const DTYPE_NAMES: readonly DType[] = Object.keys(DTYPES) as DType[];

/**
 * Dtypes of the given families.
 *
 * @typeParam K Families of dtypes.
 * @param kinds Families of dtypes.
 * @returns Their dtypes in the order of the table.
 *
 * @example Usage
 * ```ts
 * import { dtypesOfKind } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(dtypesOfKind("complex"), ["complex64", "complex128"]);
 * ```
 */
export function dtypesOfKind<K extends Kind>(...kinds: readonly K[]): readonly DTypeOfKind<K>[] {
  const wanted: readonly Kind[] = kinds;
  return DTYPE_NAMES.filter((name): name is DTypeOfKind<K> => wanted.includes(DTYPES[name].kind));
}
