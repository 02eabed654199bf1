/**
 * Movement as primitives: what changes shape and order but no element. They are layouts over the
 * same storage; only a reshape copies where none will do. The sum over axes is here, too: it is the
 * adjoint of broadcasting.
 *
 * @module
 */
import { DTYPE_NAMES, DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import { reshapeError, ShapeError, shapeText } from "../core/errors.ts";
import {
  bind,
  definePrimitive,
  type HostArray,
  type Lowering,
  type Primitive,
} from "../core/primitive.ts";
import {
  contiguousStrides,
  isContiguous,
  reducedShape,
  sameShape,
  type Shape,
  sizeOf,
} from "../core/shape.ts";
import { type Aval, freshLayout, type Layout, positions, type Tensor } from "../core/tensor.ts";
import { addressOf, pack, produce } from "../devices/wasm/runtime.ts";
import { fold, reduction, type ReductionPrimitive } from "./reduction.ts";

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

/** A movement in which each element of the result is one of the operand. */
export interface Movement<P> {
  /** Name of the primitive. */
  readonly name: string;
  /** Shape of the result. */
  readonly shape: (x: Aval, params: P) => Shape;
  /** Layout of the result over the operand's storage, or null if there is none. */
  readonly view: (x: Layout & Aval, params: P) => Layout | null;
  /** How to copy where the layout does not permit a view. */
  readonly wasm?: Lowering<P>;
  /** Its adjoint: the cotangent of the operand from that of the result. */
  readonly transpose: (cotangent: Tensor, x: Aval, params: P) => Tensor;
  /** The same movement of an operand with a new leading axis. */
  readonly batch: (x: Tensor, params: P) => Tensor;
  /** Whether it changes nothing. */
  readonly isIdentity?: (x: Aval, params: P) => boolean;
  /** Calls that the laws try. */
  readonly samples: Primitive<P>["samples"];
}

/**
 * Defines a movement. Its definition is its own layout over C order, and it is linear, so that
 * tangents move as their values do.
 *
 * @typeParam P Type of its parameters.
 * @param op What makes it up.
 * @returns The primitive.
 */
export function movement<P>(op: Movement<P>): Primitive<P> {
  const { name, shape, view, wasm, transpose, batch, isIdentity, samples } = op;
  const record: Primitive<P> = {
    name,
    rule: ([x], params) => [{ dtype: x!.dtype, shape: shape(x!, params) }],
    view,
    reference: ([x], params) => [moved(x!, (layout) => view(layout, params))],
    lower: wasm ? { wasm } : {},
    simplify: ([x], params) => isIdentity?.(x!, params) ? 0 : undefined,
    derivatives: [(t, _, params) => bind(record, [t], params)],
    transpose: ([c], [x], params) => [transpose(c!, x!, params)],
    batch: ([x], _, params) => [batch(x!, params)],
    dtypes: DTYPE_NAMES,
    samples,
  };
  return definePrimitive(record);
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
  isIdentity: (x, { shape }) => sameShape(x.shape, shape),
  shape: (x, { shape }) => {
    if (sizeOf(x.shape) !== sizeOf(shape)) throw reshapeError(x.shape, shape);
    return shape;
  },
  view: (x, { shape }) => {
    const strides = reshapedStrides(x.shape, x.strides, shape);
    return strides && { shape, strides, offset: x.offset };
  },
  wasm: packed(),
  transpose: (c, x) => reshaped(c, x.shape),
  batch: (x, { shape }) => reshaped(x, [x.shape[0]!, ...shape]),
  samples: [
    { shapes: [[]], params: { shape: [1, 1] } },
    { shapes: [[2, 3]], params: { shape: [3, 2] } },
    { shapes: [[4, 3]], params: { shape: [2, 2, 3] } },
    { shapes: [[0, 3]], params: { shape: [5, 0] } },
  ],
});

const PERMUTE = movement<PermuteParams>({
  name: "permute",
  isIdentity: (_, { axes }) => axes.every((axis, i) => axis === i),
  shape: (x, { axes }) => axes.map((axis) => x.shape[axis]!),
  view: (x, { axes }) => ({
    shape: axes.map((axis) => x.shape[axis]!),
    strides: axes.map((axis) => x.strides[axis]!),
    offset: x.offset,
  }),
  transpose: (c, _, { axes }) => permuted(c, axes.map((_, axis) => axes.indexOf(axis))),
  batch: (x, { axes }) => permuted(x, [0, ...axes.map((axis) => axis + 1)]),
  samples: [
    { shapes: [[]], params: { axes: [] } },
    { shapes: [[2, 3]], params: { axes: [1, 0] } },
    { shapes: [[2, 0, 4]], params: { axes: [2, 0, 1] } },
    { shapes: [[2, 3, 4, 2]], params: { axes: [3, 1, 0, 2] } },
  ],
});

const BROADCAST = movement<ShapeParams>({
  name: "broadcast",
  isIdentity: (x, { shape }) => sameShape(x.shape, shape),
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
  transpose: (c, x) => {
    const shift = c.shape.length - x.shape.length;
    const axes = c.shape.flatMap((length, axis) =>
      axis < shift || (x.shape[axis - shift] === 1 && length !== 1) ? [axis] : []
    );
    return reshaped(summed(c, axes), x.shape);
  },
  batch: (x, { shape }) => {
    const [size, ...own] = x.shape;
    const added = new Array<number>(shape.length - own.length).fill(1);
    return broadcasted(reshaped(x, [size!, ...added, ...own]), [size!, ...shape]);
  },
  samples: [
    { shapes: [[]], params: { shape: [2, 3] } },
    { shapes: [[1, 3]], params: { shape: [4, 3] } },
    { shapes: [[3, 1]], params: { shape: [2, 3, 0] } },
  ],
});

/** The sum over axes. */
export const SUM: ReductionPrimitive = reduction({
  name: "reduceSum",
  verb: "sum over",
  dtypes: dtypesOfKind("bool", "int", "uint", "float", "complex"),
  allowed: "numeric or bool",
  result: (dtype) => DTYPES[dtype].sum,
  identity: true,
  of: (items, dtype) =>
    fold(items, dtype, 0, (x, y) => x + y, (x, y) => x + y, (x, y) => ({
      re: x.re + y.re,
      im: x.im + y.im,
    })),
  kernel: "reduce_sum",
  joins: true,
  ulps: 64,
  derivatives: [(t, _, { axes }) => summed(t, axes)],
  transpose: ([c], [x], { axes }) => {
    const { shape } = x!;
    return [broadcasted(reshaped(c!, reducedShape(shape, axes, true)), shape)];
  },
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
 * A tensor repeated along a new leading axis.
 *
 * @param x Any tensor.
 * @param count How many times.
 * @returns A view.
 */
export function repeated(x: Tensor, count: number): Tensor {
  return broadcasted(x, [count, ...x.shape]);
}

/**
 * Sums over axes.
 *
 * @param x A tensor that holds no strings.
 * @param axes The axes, from 0, ascending.
 * @returns The sums, of the dtype of `sum`; `x` itself if it has it and there are no axes.
 */
export function summed(x: Tensor, axes: readonly number[]): Tensor {
  return axes.length === 0 && DTYPES[x.dtype].sum === x.dtype ? x : bind(SUM, [x], { axes });
}
