/**
 * Shape and dtype of the data from which a tensor is made, and of shapes asked for.
 *
 * @module
 */
import type { Complex } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Mutable } from "./mistake.ts";
import type { Scalar, ScalarDType } from "./operands.ts";
import type { ShapeText } from "./text.ts";

/** Dtype of each typed array's elements. */
export interface TypedArrayDTypes {
  /** Booleans have no typed array of their own; bytes are uint8. */
  Uint8Array: "uint8";
  /** Clamped bytes are bytes. */
  Uint8ClampedArray: "uint8";
  /** Signed bytes. */
  Int8Array: "int8";
  /** 16 bits. */
  Int16Array: "int16";
  /** 16 bits without sign. */
  Uint16Array: "uint16";
  /** 32 bits. */
  Int32Array: "int32";
  /** 32 bits without sign. */
  Uint32Array: "uint32";
  /** 64 bits. */
  BigInt64Array: "int64";
  /** 64 bits without sign. */
  BigUint64Array: "uint64";
  /** Half precision. */
  Float16Array: "float16";
  /** Single precision. */
  Float32Array: "float32";
  /** Double precision. */
  Float64Array: "float64";
}

/** A typed array whose elements have a dtype. */
export interface TypedData {
  /** Number of elements. */
  readonly length: number;
  /** Name of the array's class. */
  readonly [Symbol.toStringTag]: keyof TypedArrayDTypes;
}

/** Nested arrays of scalars. */
export type NestedArray = readonly (Scalar | NestedArray)[];

/** What a tensor is made from: a scalar, nested arrays of scalars, a typed array. */
export type TensorData = Scalar | NestedArray | TypedData;

/**
 * Shape of data, or the reason why it has none. Data of unknown depth gives `number[]`.
 *
 * @typeParam T The data, as a `const` type parameter infers it.
 */
export type DataShape<T> = DataWalk<T, T>;

/**
 * Shape of data, axis by axis.
 *
 * @internal
 */
export type DataWalk<Whole, T, Done extends number[] = []> = [T] extends [Scalar] ? Done
  : [T] extends [TypedData] ? [...Done, number]
  : [T] extends [readonly unknown[]] ? [T[number]] extends [never] ? [...Done, T["length"]]
    : [Uneven<RowLength<T>>] extends [never] ? DataWalk<Whole, T[number], [...Done, T["length"]]>
    : RaggedReason<FirstLengths<Whole>, [...Done, 0]["length"]>
  : number[];

/**
 * Lengths of the first array of each depth.
 *
 * @internal
 */
export type FirstLengths<T, Done extends number[] = []> = T extends
  readonly [infer First, ...unknown[]] ? FirstLengths<First, [...Done, T["length"]]>
  : T extends readonly [] ? [...Done, 0]
  : Done;

/**
 * Lengths of the rows of nested arrays, never if they are scalars.
 *
 * @internal
 */
export type RowLength<T extends readonly unknown[]> = [T[number]] extends [readonly unknown[]]
  ? T[number]["length"]
  : never;

/**
 * The numbers of a union of two or more, else never.
 *
 * @internal
 */
export type Uneven<N extends number, Each extends number = N> = N extends unknown
  ? [Each] extends [N] ? never : N
  : never;

/**
 * Rows of several lengths.
 *
 * @internal
 */
export type RaggedReason<First extends Shape, Axis extends number> =
  `a tensor of ragged arrays: the first elements have shape ${ShapeText<
    First
  >}, axis ${Axis} has another length or depth elsewhere`;

/**
 * Dtype of data: float32 for numbers, bool for booleans, int64 for bigints, string for
 * strings, complex64 where a complex number is among the numbers, a typed array's own.
 *
 * @typeParam T The data.
 */
export type DataDType<T> = T extends
  { readonly [Symbol.toStringTag]: infer Name extends keyof TypedArrayDTypes }
  ? TypedArrayDTypes[Name]
  : LeafDType<Leaf<T>>;

/**
 * Elements of nested arrays.
 *
 * @internal
 */
export type Leaf<T> = [T] extends [never] ? never
  : [T] extends [readonly unknown[]] ? Leaf<T[number]>
  : T;

/**
 * Dtype of elements, float32 if there are none.
 *
 * @internal
 */
export type LeafDType<T> = [T] extends [never] ? "float32"
  : [T] extends [number] ? "float32"
  : [T] extends [number | Complex] ? "complex64"
  : ScalarDType<T>;

/**
 * Shape asked for without `readonly`, or the reason why no tensor has it.
 *
 * @typeParam S Lengths of the axes.
 */
export type NewShape<S extends Shape> = [number] extends [S[number]] ? Mutable<S>
  : [Extract<`${S[number]}`, `-${string}` | `${string}.${string}`>] extends [never] ? Mutable<S>
  : `a tensor of shape ${ShapeText<S>}: a length is an integer from 0 on`;
