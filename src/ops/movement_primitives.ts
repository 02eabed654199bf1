/**
 * Movement as primitives: what changes shape and order but no element. They are layouts over the
 * same storage; only a reshape copies where none will do.
 *
 * @module
 */
import { DTYPE_NAMES, DTYPES, type Item } from "../core/dtype.ts";
import { reshapeError, ShapeError, shapeText } from "../core/errors.ts";
import {
  bind,
  definePrimitive,
  type HostArray,
  type Lowering,
  type Primitive,
} from "../core/primitive.ts";
import { contiguousStrides, isContiguous, type Shape, sizeOf } from "../core/shape.ts";
import { type Aval, freshLayout, type Layout, positions, type Tensor } from "../core/tensor.ts";
import { addressOf, pack, produce } from "../devices/wasm/runtime.ts";

/** Parameters of a primitive that asks for a shape. */
export interface ShapeParams {
  /** Shape of the result. */
  readonly shape: Shape;
}

/** Parameters of a permutation. */
export interface PermuteParams {
  /** Which axis of the operand each axis of the result is. */
  readonly axes: readonly number[];
}

/** Parameters of a strided slice: per axis where it starts, how it steps, how long it is. */
export interface SliceParams {
  /** First index, in range unless the length is 0. */
  readonly starts: readonly number[];
  /** Steps, negative ones included, never 0. */
  readonly steps: readonly number[];
  /** Lengths of the result. */
  readonly lengths: readonly number[];
}

/** A movement in which each element of the result is one of the operand. */
interface Movement<P> {
  readonly name: string;
  readonly shape: (x: Aval, params: P) => Shape;
  readonly view: (x: Layout & Aval, params: P) => Layout | null;
  /** How to copy where the layout does not permit a view. */
  readonly wasm?: Lowering<P>;
  readonly samples: Primitive<P>["samples"];
}

/** Defines a movement; its definition is its own layout over C order. */
function movement<P>({ name, shape, view, wasm, samples }: Movement<P>): Primitive<P> {
  return definePrimitive<P>({
    name,
    rule: ([x], params) => [{ dtype: x!.dtype, shape: shape(x!, params) }],
    view,
    reference: ([x], params) => [moved(x!, (layout) => view(layout, params))],
    lower: wasm ? { wasm } : {},
    dtypes: DTYPE_NAMES,
    samples,
  });
}

/** Elements of a host array in the order of a layout over it. */
function moved(x: HostArray, view: (x: Layout & Aval) => Layout | null): readonly Item[] {
  const fresh = freshLayout(x.shape);
  const layout = view({ ...fresh, dtype: x.dtype })!;
  const start = layout.offset / DTYPES[x.dtype].bytes;
  return [...positions(layout)].map((position) => x.items[start + position]!);
}

/** Lowering of a copy in C order, whatever the shape of the result. */
function packed<P>(): Lowering<P> {
  return ([x], _, [out]) => [
    produce(out!, (target) => {
      if (x!.size > 0) pack(x!, addressOf(x!), target, 0, x!.size);
    }),
  ];
}

const RESHAPE = movement<ShapeParams>({
  name: "reshape",
  shape: (x, { shape }) => {
    if (sizeOf(x.shape) !== sizeOf(shape)) throw reshapeError(x.shape, shape);
    return shape;
  },
  view: (x, { shape }) => {
    const strides = reshapedStrides(x.shape, x.strides, shape);
    return strides && { shape, strides, offset: x.offset };
  },
  wasm: packed(),
  samples: [
    { shapes: [[]], params: { shape: [1, 1] } },
    { shapes: [[2, 3]], params: { shape: [3, 2] } },
    { shapes: [[4, 3]], params: { shape: [2, 2, 3] } },
    { shapes: [[0, 3]], params: { shape: [5, 0] } },
  ],
});

const PERMUTE = movement<PermuteParams>({
  name: "permute",
  shape: (x, { axes }) => axes.map((axis) => x.shape[axis]!),
  view: (x, { axes }) => ({
    shape: axes.map((axis) => x.shape[axis]!),
    strides: axes.map((axis) => x.strides[axis]!),
    offset: x.offset,
  }),
  samples: [
    { shapes: [[]], params: { axes: [] } },
    { shapes: [[2, 3]], params: { axes: [1, 0] } },
    { shapes: [[2, 0, 4]], params: { axes: [2, 0, 1] } },
    { shapes: [[2, 3, 4, 2]], params: { axes: [3, 1, 0, 2] } },
  ],
});

const BROADCAST = movement<ShapeParams>({
  name: "broadcast",
  shape: (x, { shape }) => {
    const shift = shape.length - x.shape.length;
    const fits = shift >= 0 &&
      x.shape.every((length, axis) => length === 1 || length === shape[axis + shift]);
    if (!fits) {
      throw new ShapeError(
        `Cannot broadcast a tensor of shape ${shapeText(x.shape)} to ${shapeText(shape)}: ` +
          `its lengths must be 1 or those of the last axes`,
      );
    }
    return shape;
  },
  view: (x, { shape }) => {
    const shift = shape.length - x.shape.length;
    const strides = new Array<number>(shape.length);
    for (let axis = 0; axis < shape.length; axis++) {
      const own = axis - shift;
      strides[axis] = own < 0 || (x.shape[own] === 1 && shape[axis] !== 1) ? 0 : x.strides[own]!;
    }
    return { shape, strides, offset: x.offset };
  },
  samples: [
    { shapes: [[]], params: { shape: [2, 3] } },
    { shapes: [[1, 3]], params: { shape: [4, 3] } },
    { shapes: [[3, 1]], params: { shape: [2, 3, 0] } },
  ],
});

const SLICE = movement<SliceParams>({
  name: "slice",
  shape: (_, { lengths }) => lengths,
  view: (x, { starts, steps, lengths }) => {
    const strides = new Array<number>(lengths.length);
    let position = 0;
    let empty = false;
    for (let axis = 0; axis < lengths.length; axis++) {
      strides[axis] = x.strides[axis]! * steps[axis]!;
      position += x.strides[axis]! * starts[axis]!;
      empty ||= lengths[axis] === 0;
    }
    const shift = empty ? 0 : position * DTYPES[x.dtype].bytes;
    return { shape: lengths, strides, offset: x.offset + shift };
  },
  samples: [
    { shapes: [[5]], params: { starts: [1], steps: [2], lengths: [2] } },
    { shapes: [[4, 3]], params: { starts: [3, 0], steps: [-1, 1], lengths: [4, 2] } },
    { shapes: [[4, 3]], params: { starts: [4, 0], steps: [1, 1], lengths: [0, 3] } },
  ],
});

/** Parameters of a diagonal: the axes that are walked together. */
export interface DiagonalParams {
  /** The axis that becomes the diagonal. */
  readonly axis: number;
  /** The axis that is dropped; after `axis`. */
  readonly dropped: number;
}

const DIAGONAL = movement<DiagonalParams>({
  name: "diagonal",
  shape: (x, { axis, dropped }) => {
    const length = Math.min(x.shape[axis]!, x.shape[dropped]!);
    return x.shape.with(axis, length).toSpliced(dropped, 1);
  },
  view: (x, { axis, dropped }) => ({
    shape: x.shape.with(axis, Math.min(x.shape[axis]!, x.shape[dropped]!)).toSpliced(dropped, 1),
    strides: x.strides.with(axis, x.strides[axis]! + x.strides[dropped]!).toSpliced(dropped, 1),
    offset: x.offset,
  }),
  samples: [
    { shapes: [[3, 3]], params: { axis: 0, dropped: 1 } },
    { shapes: [[2, 4, 3]], params: { axis: 1, dropped: 2 } },
    { shapes: [[3, 2, 0]], params: { axis: 0, dropped: 2 } },
  ],
});

/** Strides of a shape that differs by axes of length 1 alone, else null. */
function keptStrides(
  shape: Shape,
  strides: readonly number[],
  target: Shape,
): readonly number[] | null {
  const result = new Array<number>(target.length);
  let axis = 0;
  for (let i = 0; i < target.length; i++) {
    const length = target[i]!;
    if (length === 1) {
      result[i] = 1;
      continue;
    }
    while (shape[axis] === 1) axis++;
    if (shape[axis] !== length) return null;
    result[i] = strides[axis++]!;
  }
  while (shape[axis] === 1) axis++;
  return axis === shape.length ? result : null;
}

/** Strides under which the same elements have another shape, or null if they need a copy. */
function reshapedStrides(
  shape: Shape,
  strides: readonly number[],
  target: Shape,
): readonly number[] | null {
  const kept = keptStrides(shape, strides, target);
  if (kept) return kept;
  if (isContiguous(shape, strides)) return contiguousStrides(target);
  const result = new Array<number>(target.length).fill(0);
  const from = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  let i = 0;
  let j = 0;
  while (i < from.length && j < target.length) {
    if (target[j] === 1) {
      result[j++] = 0;
      continue;
    }
    // The smallest groups of axes on both sides with the same number of elements.
    const [start, first] = [i, j];
    let own = shape[from[i++]!]!;
    let wanted = target[j++]!;
    while (own !== wanted) {
      if (own < wanted) own *= shape[from[i++]!]!;
      else wanted *= target[j++]!;
    }
    for (let k = start; k + 1 < i; k++) {
      if (strides[from[k]!] !== strides[from[k + 1]!]! * shape[from[k + 1]!]!) return null;
    }
    let step = strides[from[i - 1]!]!;
    for (let k = j - 1; k >= first; k--) {
      result[k] = step;
      step *= target[k]!;
    }
  }
  return result;
}

/**
 * A tensor with another shape and the same elements in C order.
 *
 * @param x Any tensor.
 * @param shape A shape with as many elements.
 * @returns A view where the layout permits, else a copy.
 */
export function reshaped(x: Tensor, shape: Shape): Tensor {
  return bind(RESHAPE, [x], { shape });
}

/**
 * A tensor with its axes in another order.
 *
 * @param x Any tensor.
 * @param axes Which axis of `x` each axis of the result is.
 * @returns A view.
 */
export function permuted(x: Tensor, axes: readonly number[]): Tensor {
  return bind(PERMUTE, [x], { axes });
}

/**
 * A tensor repeated along axes of length 1 and new leading axes.
 *
 * @param x Any tensor.
 * @param shape Shape of the result.
 * @returns A view, or `x` itself if it has the shape.
 * @throws {ShapeError} If the shapes do not fit.
 */
export function broadcasted(x: Tensor, shape: Shape): Tensor {
  if (x.shape === shape) return x;
  if (x.shape.length === shape.length && x.shape.every((length, i) => length === shape[i])) {
    return x;
  }
  return bind(BROADCAST, [x], { shape });
}

/**
 * A regular part of a tensor.
 *
 * @param x Any tensor.
 * @param params Starts, steps and lengths, checked already.
 * @returns A view.
 */
export function sliced(x: Tensor, params: SliceParams): Tensor {
  return bind(SLICE, [x], params);
}

/**
 * The elements whose indices along two axes are equal.
 *
 * @param x Any tensor.
 * @param axis The axis that becomes the diagonal, from 0.
 * @param dropped The axis that is dropped, after `axis`.
 * @returns A view.
 */
export function diagonalOf(x: Tensor, axis: number, dropped: number): Tensor {
  return bind(DIAGONAL, [x], { axis, dropped });
}
