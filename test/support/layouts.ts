/**
 * The same values in many layouts: what a view of any kind may look like.
 *
 * @module
 */
import { type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import type { Device, HostArray } from "../../src/core/primitive.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../src/core/shape.ts";
import { positions, Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { specials } from "./values.ts";

/** Name of a layout. */
export type LayoutName =
  | "contiguous"
  | "offset"
  | "sliced"
  | "stepped"
  | "transposed"
  | "rotated"
  | "reversed"
  | "mirrored"
  | "odd"
  | "broadcast";

/** Where the elements of an array lie in a larger one, in elements. */
interface Place {
  readonly strides: readonly number[];
  readonly first: number;
  readonly length: number;
}

/** A tensor and the whole array that it views. */
export interface Placed {
  /** Name of the layout. */
  readonly layout: LayoutName;
  /** The view. */
  readonly tensor: Tensor;
  /** What it is a view of, of rank 1. */
  readonly base: Tensor;
}

/** C order over lengths that are larger than the array's, from a first index in steps. */
function padded(
  shape: Shape,
  lengths: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): Place {
  const strides = contiguousStrides(lengths);
  return {
    strides: shape.map((_, axis) => strides[axis]! * steps[axis]!),
    first: starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0),
    length: Math.max(1, sizeOf(lengths)),
  };
}

function permutedPlace(shape: Shape, order: readonly number[]): Place {
  const packed = contiguousStrides(order.map((axis) => shape[axis]!));
  const strides = new Array<number>(shape.length);
  order.forEach((axis, i) => strides[axis] = packed[i]!);
  return { strides, first: 0, length: Math.max(1, sizeOf(shape)) };
}

const PLACES: { readonly [L in Exclude<LayoutName, "broadcast">]: (shape: Shape) => Place } = {
  contiguous: (shape) => ({
    strides: contiguousStrides(shape),
    first: 0,
    length: Math.max(1, sizeOf(shape)),
  }),
  offset: (shape) => ({
    strides: contiguousStrides(shape),
    first: 3,
    length: sizeOf(shape) + 5,
  }),
  sliced: (shape) =>
    padded(
      shape,
      shape.map((length) => length + 2),
      shape.map(() => 1),
      shape.map(() => 1),
    ),
  stepped: (shape) =>
    padded(
      shape,
      shape.map((length) => 2 * length + 1),
      shape.map(() => 1),
      shape.map(() => 2),
    ),
  transposed: (shape) => permutedPlace(shape, shape.map((_, axis) => axis).reverse()),
  rotated: (shape) => {
    const axes = shape.map((_, axis) => axis);
    return permutedPlace(shape, [...axes.slice(1), ...axes.slice(0, 1)]);
  },
  reversed: (shape) =>
    padded(
      shape,
      shape.map((length) => Math.max(1, length)),
      shape.map((length) => Math.max(0, length - 1)),
      shape.map(() => -1),
    ),
  // Only the last axis runs backwards, with gaps.
  mirrored: (shape) => {
    const last = shape.length - 1;
    return padded(
      shape,
      shape.map((length, axis) => axis === last ? 2 * length + 1 : length),
      shape.map((length, axis) => axis === last ? Math.max(0, 2 * length - 1) : 0),
      shape.map((_, axis) => axis === last ? -2 : 1),
    );
  },
  // Strides of axes of length 1 mean nothing and may be anything.
  odd: (shape) => ({
    strides: contiguousStrides(shape).map((step, axis) => shape[axis] === 1 ? 12345 : step),
    first: 0,
    length: Math.max(1, sizeOf(shape)),
  }),
};

/** All layouts that any array can have. */
export const LAYOUTS: readonly LayoutName[] = Object.keys(PLACES) as LayoutName[];

/**
 * Makes a tensor with a layout.
 *
 * @param array Its values.
 * @param layout The layout; `broadcast` steps by 0 along each axis on which the values do not change.
 * @param device The device; the default one when absent.
 * @returns The tensor, and the array that it views, which has other values in between.
 */
export function placed(
  array: HostArray,
  layout: LayoutName,
  device: Device = wasmDevice(),
): Placed {
  const { dtype, shape, items } = array;
  const place = layout === "broadcast" ? broadcastPlace(array) : PLACES[layout](shape);
  const filler = specials(dtype, "finite").at(-1)!;
  const values: Item[] = new Array<Item>(place.length).fill(filler);
  let i = 0;
  for (const position of positions({ shape, strides: place.strides })) {
    values[place.first + position] = items[i++]!;
  }
  const base = device.fromItems(dtype, [values.length], values);
  const offset = base.offset + place.first * DTYPES[dtype].bytes;
  return { layout, base, tensor: new Tensor(dtype, shape, place.strides, offset, base.storage) };
}

/**
 * A tensor of given values in C order.
 *
 * @param array The values.
 * @param device The device; the default one when absent.
 * @returns The tensor.
 */
export function tensorFrom(array: HostArray, device: Device = wasmDevice()): Tensor {
  return device.fromItems(array.dtype, array.shape, array.items);
}

/**
 * The same values in all layouts that they can have.
 *
 * @param array The values.
 * @returns A tensor each, with its name.
 */
export function layouts(array: HostArray): readonly Placed[] {
  const names: readonly LayoutName[] = isRepeated(array) ? [...LAYOUTS, "broadcast"] : LAYOUTS;
  return names.map((name) => placed(array, name));
}

/** Axes of some length along which all values repeat. */
function repeatedAxes({ shape, items, dtype }: HostArray): readonly number[] {
  const strides = contiguousStrides(shape);
  const same = (x: Item, y: Item): boolean => Object.is(key(dtype, x), key(dtype, y));
  return shape.flatMap((length, axis) => {
    if (length < 2 || items.length === 0) return [];
    const step = strides[axis]!;
    const inRow = (i: number): boolean => Math.floor(i / step) % length > 0;
    return items.every((item, i) => !inRow(i) || same(item, items[i - step]!)) ? [axis] : [];
  });
}

function key(dtype: DType, item: Item): unknown {
  if (DTYPES[dtype].kind !== "complex") return item;
  const { re, im } = item as { re: number; im: number };
  return `${Object.is(re, -0) ? "-0" : re} ${Object.is(im, -0) ? "-0" : im}`;
}

/**
 * Whether values repeat along an axis, so that they can be broadcast.
 *
 * @param array The values.
 * @returns Whether the layout `broadcast` differs from C order.
 */
export function isRepeated(array: HostArray): boolean {
  return repeatedAxes(array).length > 0;
}

function broadcastPlace(array: HostArray): Place {
  const repeated = repeatedAxes(array);
  const shape = array.shape.map((length, axis) => repeated.includes(axis) ? 1 : length);
  const strides = contiguousStrides(shape);
  return {
    strides: strides.map((step, axis) => repeated.includes(axis) ? 0 : step),
    first: 0,
    length: Math.max(1, sizeOf(shape)),
  };
}

/**
 * Makes values repeat along some axes.
 *
 * @param array The values.
 * @param axes The axes.
 * @returns An array of the same shape, with the first values along these axes everywhere.
 */
export function repeatedAlong(array: HostArray, axes: readonly number[]): HostArray {
  const own = contiguousStrides(array.shape);
  const strides = own.map((step, axis) => axes.includes(axis) ? 0 : step);
  const items = [...positions({ shape: array.shape, strides })].map((at) => array.items[at]!);
  return { ...array, items };
}
