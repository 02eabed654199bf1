/**
 * Indexing as primitives: gathering and scattering by index tensors, replacing
 * a region, joining.
 *
 * @module
 */
import { type Complex, DTYPE_NAMES, DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import {
  DTypeError,
  indexError,
  ShapeError,
  shapeText,
  tooManyIndicesError,
} from "../core/errors.ts";
import { storeItem } from "../core/item.ts";
import { bind, definePrimitive, type HostArray, type Primitive } from "../core/primitive.ts";
import { contiguousStrides, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { type Aval, type Layout, positions, type Tensor } from "../core/tensor.ts";
import {
  gatherRows,
  joinRows,
  replaceRegion,
  type ScatterMode,
  scatterRows,
} from "../devices/wasm/indexing.ts";
import { complexLessEqual, complexProduct, hasNaN } from "./complex_scalar.ts";
import type { Round } from "./elementwise.ts";
import type { SliceParams } from "./movement_primitives.ts";

/** Flat numbers of the rows that index arrays select. */
function rowsOf(shape: Shape, indices: readonly HostArray[]): readonly number[] {
  return indices[0]!.items.map((_, i) =>
    indices.reduce((row, { items }, axis) => {
      const [index, length] = [Number(items[i]), shape[axis]!];
      if (index < -length || index >= length) throw indexError(index, axis, length);
      return row * length + (index < 0 ? index + length : index);
    }, 0)
  );
}

/** Shape of what index tensors select. */
function selectedShape(name: string, shape: Shape, indices: readonly Aval[]): Shape {
  const [first] = indices;
  for (const { dtype, shape: own } of indices) {
    if (dtype !== "int32" && dtype !== "int64") {
      throw new DTypeError(
        `Cannot ${name} by indices of ${dtype}: cast them to int32 or int64`,
      );
    }
    if (!sameShape(own, first!.shape)) {
      throw new ShapeError(
        `Cannot ${name} by indices of shape ${shapeText(first!.shape)} and ${shapeText(own)}: ` +
          `broadcast them to one shape`,
      );
    }
  }
  if (indices.length > shape.length) throw tooManyIndicesError(indices.length, shape.length);
  return [...first!.shape, ...shape.slice(indices.length)];
}

const GATHER: Primitive<void> = definePrimitive<void>({
  name: "gather",
  rule: ([x, ...indices]) => [
    { dtype: x!.dtype, shape: selectedShape("gather", x!.shape, indices) },
  ],
  reference: ([x, ...indices]) => {
    const inner = sizeOf(x!.shape.slice(indices.length));
    return [
      rowsOf(x!.shape, indices).flatMap((row) => x!.items.slice(row * inner, (row + 1) * inner)),
    ];
  },
  lower: { wasm: gatherRows() },
  dtypes: DTYPE_NAMES,
  samples: [
    {
      shapes: [[5], [3]],
      params: undefined,
      dtypes: [undefined, "int32"],
      bounds: [undefined, [-5, 4]],
    },
    {
      shapes: [[4, 3], [2, 2]],
      params: undefined,
      dtypes: [undefined, "int64"],
      bounds: [undefined, [-4, 3]],
    },
    {
      shapes: [[4, 3, 2], [5], [5]],
      params: undefined,
      dtypes: [undefined, "int32", "int32"],
      bounds: [undefined, [-4, 3], [-3, 2]],
    },
    {
      shapes: [[4, 3], [0]],
      params: undefined,
      dtypes: [undefined, "int32"],
      bounds: [undefined, [0, 0]],
    },
    {
      shapes: [[4, 0], [3]],
      params: undefined,
      dtypes: [undefined, "int32"],
      bounds: [undefined, [0, 3]],
    },
  ],
});

/** Parameters of a scatter. */
export interface ScatterParams {
  /** How an update combines with what is there. */
  readonly mode: ScatterMode;
}

type Combine = (old: Item, update: Item) => Item;

const complexMin =
  ((x: Complex, y: Complex) => hasNaN(x) || complexLessEqual(x, y) ? x : y) as Combine;

const complexMax =
  ((x: Complex, y: Complex) => hasNaN(x) || complexLessEqual(y, x) ? x : y) as Combine;

/** What each mode does, for integers as bigint, floats as numbers, complex as pairs. */
const COMBINE: { readonly [M in ScatterMode]: (kind: string, round: Round) => Combine } = {
  set: () => (_, update) => update,
  add: (kind) =>
    arithmetic(kind, (x, y) => x + y, (x, y) => x + y, (a, b) => ({
      re: a.re + b.re,
      im: a.im + b.im,
    })),
  sub: (kind) =>
    arithmetic(kind, (x, y) => x - y, (x, y) => x - y, (a, b) => ({
      re: a.re - b.re,
      im: a.im - b.im,
    })),
  mul: (kind, round) => arithmetic(kind, (x, y) => x * y, (x, y) => x * y, complexProduct(round)),
  min: (kind) => kind === "complex" ? complexMin : (x, y) => (isNaN(x) || x < y ? x : y),
  max: (kind) => kind === "complex" ? complexMax : (x, y) => (isNaN(x) || x > y ? x : y),
};

function isNaN(x: Item): boolean {
  return Number.isNaN(x);
}

function arithmetic(
  kind: string,
  float: (x: number, y: number) => number,
  int: (x: bigint, y: bigint) => bigint,
  complex: (x: Complex, y: Complex) => Complex,
): Combine {
  if (kind === "float") return (x, y) => float(x as number, y as number);
  if (kind === "complex") {
    return (x, y) => complex(x as Complex, y as Complex);
  }
  return (x, y) => int(BigInt(x as number), BigInt(y as number));
}

const SCATTER: Primitive<ScatterParams> = definePrimitive<ScatterParams>({
  name: "scatter",
  rule: ([x, updates, ...indices]) => {
    const shape = selectedShape("scatter", x!.shape, indices);
    if (!sameShape(shape, updates!.shape)) {
      throw new ShapeError(
        `Cannot scatter updates of shape ${shapeText(updates!.shape)}: ` +
          `the indices select shape ${shapeText(shape)}`,
      );
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  reference: ([x, updates, ...indices], { mode }) => {
    const { compute } = DTYPES[x!.dtype];
    const { kind } = DTYPES[compute];
    const round: Round = compute === "complex64" ? Math.fround : (x) => x;
    const combine = COMBINE[mode](kind, round);
    const inner = sizeOf(x!.shape.slice(indices.length));
    const items = [...x!.items];
    rowsOf(x!.shape, indices).forEach((row, i) => {
      for (let j = 0; j < inner; j++) {
        const at = row * inner + j;
        items[at] = storeItem(compute, combine(items[at]!, updates!.items[i * inner + j]!));
      }
    });
    return [items];
  },
  lower: { wasm: scatterRows() },
  dtypes: dtypesOfKind("int", "uint", "float", "complex"),
  samples: (["set", "add", "sub", "mul", "min", "max"] as const).flatMap((mode) => [
    scatterSample([5], [3], mode, [-5, 4]),
    scatterSample([4, 3], [7], mode, [-4, 3]),
    scatterSample([4, 3], [0], mode, [0, 0]),
    scatterSample([4, 0], [2], mode, [0, 3]),
  ]),
});

function scatterSample(
  shape: Shape,
  index: Shape,
  mode: ScatterMode,
  range: readonly [number, number],
): Primitive<ScatterParams>["samples"][number] {
  return {
    shapes: [shape, [...index, ...shape.slice(1)], index],
    params: { mode },
    dtypes: [undefined, undefined, "int32"],
    bounds: [undefined, undefined, range],
  };
}

/** Layout of a region over a fresh layout of its tensor. */
function regionOf(x: Aval, { starts, steps, lengths }: SliceParams): Layout {
  const strides = contiguousStrides(x.shape);
  let position = 0;
  for (let axis = 0; axis < strides.length; axis++) position += starts[axis]! * strides[axis]!;
  const empty = sizeOf(lengths) === 0;
  return {
    shape: lengths,
    strides: strides.map((stride, axis) => stride * steps[axis]!),
    offset: empty ? 0 : position * DTYPES[x.dtype].bytes,
  };
}

const REPLACE: Primitive<SliceParams> = definePrimitive<SliceParams>({
  name: "replace",
  rule: ([x, value], { lengths }) => {
    if (!sameShape(value!.shape, lengths)) {
      throw new ShapeError(
        `Cannot replace a region of shape ${shapeText(lengths)} ` +
          `by a tensor of shape ${shapeText(value!.shape)}: the shapes must be equal`,
      );
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  reference: ([x, value], params) => {
    const items = [...x!.items];
    const layout = regionOf(x!, params);
    const start = layout.offset / DTYPES[x!.dtype].bytes;
    let i = 0;
    for (const position of positions(layout)) items[start + position] = value!.items[i++]!;
    return [items];
  },
  lower: { wasm: replaceRegion(regionOf) },
  dtypes: DTYPE_NAMES,
  samples: [
    { shapes: [[5], [2]], params: { starts: [1], steps: [2], lengths: [2] } },
    { shapes: [[4, 3], [4, 2]], params: { starts: [3, 0], steps: [-1, 1], lengths: [4, 2] } },
    { shapes: [[4, 3], [0, 3]], params: { starts: [0, 0], steps: [1, 1], lengths: [0, 3] } },
    { shapes: [[], []], params: { starts: [], steps: [], lengths: [] } },
  ],
});

/** Parameters of a join. */
export interface JoinParams {
  /** The axis along which the inputs follow each other, from 0. */
  readonly axis: number;
}

const JOIN: Primitive<JoinParams> = definePrimitive<JoinParams>({
  name: "concat",
  rule: (inputs, { axis }) => {
    const [first] = inputs;
    const length = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return [{ dtype: first!.dtype, shape: first!.shape.with(axis, length) }];
  },
  reference: (inputs, { axis }, [out]) => {
    const outer = sizeOf(out!.shape.slice(0, axis));
    const result: Item[] = [];
    for (let i = 0; i < outer; i++) {
      for (const { items, shape } of inputs) {
        const row = sizeOf(shape.slice(axis));
        result.push(...items.slice(i * row, (i + 1) * row));
      }
    }
    return [result];
  },
  lower: { wasm: joinRows() },
  dtypes: DTYPE_NAMES,
  samples: [
    { shapes: [[3], [0], [2]], params: { axis: 0 } },
    { shapes: [[2, 3], [4, 3]], params: { axis: 0 } },
    { shapes: [[2, 3], [2, 1], [2, 2]], params: { axis: 1 } },
    { shapes: [[2, 0, 3], [2, 0, 3]], params: { axis: 2 } },
  ],
});

/**
 * Rows of a tensor at the indices of its leading axes.
 *
 * @param x Any tensor.
 * @param indices One int32 or int64 tensor for each leading axis, of equal shape.
 * @returns A tensor of shape `[...indices, ...rest of x]`.
 * @throws {IndexError} If an index is out of range.
 */
export function gathered(x: Tensor, indices: readonly Tensor[]): Tensor {
  return bind(GATHER, [x, ...indices], undefined);
}

/**
 * A copy with rows changed at the indices of its leading axes, in their order.
 *
 * @param x Any tensor.
 * @param updates A tensor of shape `[...indices, ...rest of x]`.
 * @param indices One int32 or int64 tensor for each leading axis, of equal shape.
 * @param mode How an update combines with what is there.
 * @returns A tensor like `x`.
 * @throws {IndexError} If an index is out of range.
 */
export function scattered(
  x: Tensor,
  updates: Tensor,
  indices: readonly Tensor[],
  mode: ScatterMode,
): Tensor {
  return bind(SCATTER, [x, updates, ...indices], { mode });
}

/**
 * A copy with a regular region replaced.
 *
 * @param x Any tensor.
 * @param value A tensor of the region's shape.
 * @param params Starts, steps and lengths, checked already.
 * @returns A tensor like `x`.
 */
export function replaced(x: Tensor, value: Tensor, params: SliceParams): Tensor {
  return bind(REPLACE, [x, value], params);
}

/**
 * Tensors one after the other along an axis.
 *
 * @param tensors Tensors whose other axes agree, checked already.
 * @param axis The axis, from 0.
 * @returns The joined tensor.
 */
export function joined(tensors: readonly Tensor[], axis: number): Tensor {
  return bind(JOIN, tensors, { axis });
}
