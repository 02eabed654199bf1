/**
 * Regular parts of tensors as primitives: reading and replacing them, joining.
 *
 * @module
 */
import { DTYPE_NAMES, DTYPES, type Item } from "../core/dtype.ts";
import { ShapeError, shapeText } from "../core/errors.ts";
import { bind, definePrimitive, type Primitive, Unknown } from "../core/primitive.ts";
import { contiguousStrides, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { type Aval, type Layout, positions, type Tensor } from "../core/tensor.ts";
import { joinRows, replaceRegion } from "../devices/wasm/indexing.ts";
import { scalarLike } from "./elementwise.ts";
import { broadcasted, movement, permuted, repeated, reshaped } from "./movement_primitives.ts";

/** Parameters of a strided slice: per axis where it starts, how it steps, how long it is. */
export interface SliceParams {
  /** First index, in range unless the length is 0. */
  readonly starts: readonly number[];
  /** Steps, negative ones included, never 0. */
  readonly steps: readonly number[];
  /** Lengths of the result. */
  readonly lengths: readonly number[];
}

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
  transpose: (c, x, params) => replaced(zerosLike(c, x.shape), c, params),
  batch: (x, params) => sliced(x, over(params, x.shape[0]!)),
  samples: [
    { shapes: [[5]], params: { starts: [1], steps: [2], lengths: [2] } },
    { shapes: [[4, 3]], params: { starts: [3, 0], steps: [-1, 1], lengths: [4, 2] } },
    { shapes: [[4, 3]], params: { starts: [4, 0], steps: [1, 1], lengths: [0, 3] } },
  ],
});

/** The same region of each part along a new leading axis. */
function over({ starts, steps, lengths }: SliceParams, size: number): SliceParams {
  return { starts: [0, ...starts], steps: [1, ...steps], lengths: [size, ...lengths] };
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
  // Linear in both together: what one of them does not change is 0.
  jvp: ([x, value], primals, params) => {
    const [tangent, own] = [x ?? value!, primals[1]!.shape];
    return [
      replaced(
        x ?? zerosLike(tangent, primals[0]!.shape),
        value ?? zerosLike(tangent, own),
        params,
      ),
    ];
  },
  transpose: ([c], [x, value], params) => [
    x instanceof Unknown ? replaced(c!, zerosLike(c!, params.lengths), params) : null,
    value instanceof Unknown ? sliced(c!, params) : null,
  ],
  batch: ([x, value], batched, params, size) => [
    replaced(
      batched[0] ? x! : repeated(x!, size),
      batched[1] ? value! : repeated(value!, size),
      over(params, size),
    ),
  ],
  dtypes: DTYPE_NAMES,
  samples: [
    { shapes: [[5], [2]], params: { starts: [1], steps: [2], lengths: [2] } },
    { shapes: [[4, 3], [4, 2]], params: { starts: [3, 0], steps: [-1, 1], lengths: [4, 2] } },
    { shapes: [[4, 3], [0, 3]], params: { starts: [0, 0], steps: [1, 1], lengths: [0, 3] } },
    { shapes: [[], []], params: { starts: [], steps: [], lengths: [] } },
  ],
});

/** Parameters of a diagonal: the axes that are walked together. */
export interface DiagonalParams {
  /** The axis that becomes the diagonal. */
  readonly axis: number;
  /** The axis that is dropped; after `axis`. */
  readonly dropped: number;
}

/** Axes in an order that puts two of them last. */
function withLast(rank: number, ...last: readonly number[]): readonly number[] {
  const others = Array.from({ length: rank }, (_, axis) => axis);
  return [...others.filter((axis) => !last.includes(axis)), ...last];
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
  transpose: (c, x, { axis, dropped }) => {
    // Of a matrix in one row every (columns + 1)-th element is on the diagonal.
    const order = withLast(x.shape.length, axis, dropped);
    const shape = order.map((own) => x.shape[own]!);
    const [columns, length] = [x.shape[dropped]!, c.shape[axis]!];
    const flat = [...shape.slice(0, -2), x.shape[axis]! * columns];
    const region = {
      starts: flat.map(() => 0),
      steps: flat.map((_, own) => own === flat.length - 1 ? columns + 1 : 1),
      lengths: flat.with(-1, length),
    };
    const rows = permuted(c, withLast(c.shape.length, axis));
    const placed = reshaped(replaced(zerosLike(c, flat), rows, region), shape);
    return permuted(placed, order.map((_, own) => order.indexOf(own)));
  },
  batch: (x, { axis, dropped }) => diagonalOf(x, axis + 1, dropped + 1),
  samples: [
    { shapes: [[3, 3]], params: { axis: 0, dropped: 1 } },
    { shapes: [[2, 4, 3]], params: { axis: 1, dropped: 2 } },
    { shapes: [[3, 2, 0]], params: { axis: 0, dropped: 2 } },
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
  jvp: (tangents, primals, { axis }) => {
    const moving = tangents.find((t) => t !== null)!;
    return [joined(tangents.map((t, i) => t ?? zerosLike(moving, primals[i]!.shape)), axis)];
  },
  transpose: ([c], inputs, { axis }) => {
    let end = 0;
    return inputs.map((x) => {
      const start = end;
      end += x.shape[axis]!;
      return x instanceof Unknown ? partAlong(c!, axis, start, x.shape[axis]!) : null;
    });
  },
  batch: (inputs, batched, { axis }, size) => [
    joined(inputs.map((x, i) => batched[i] ? x : repeated(x, size)), axis + 1),
  ],
  dtypes: DTYPE_NAMES,
  samples: [
    { shapes: [[3], [0], [2]], params: { axis: 0 } },
    { shapes: [[2, 3], [4, 3]], params: { axis: 0 } },
    { shapes: [[2, 3], [2, 1], [2, 2]], params: { axis: 1 } },
    { shapes: [[2, 0, 3], [2, 0, 3]], params: { axis: 2 } },
  ],
});

/**
 * Zeros of another tensor's dtype on its device: false for bool, empty strings for string.
 *
 * @param like The other tensor.
 * @param shape Shape of the zeros.
 * @returns A view of one zero.
 */
export function zerosLike(like: Tensor, shape: Shape): Tensor {
  const { kind } = DTYPES[like.dtype];
  const zero = kind === "bool" ? false : kind === "string" ? "" : 0;
  return broadcasted(scalarLike(zero, like), shape);
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
 * A part of a tensor along one axis.
 *
 * @param x Any tensor.
 * @param axis The axis, from 0.
 * @param start Its first index.
 * @param length How many indices; in range.
 * @returns A view.
 */
export function partAlong(x: Tensor, axis: number, start: number, length: number): Tensor {
  return sliced(x, {
    starts: x.shape.map((_, own) => own === axis ? start : 0),
    steps: x.shape.map(() => 1),
    lengths: x.shape.with(axis, length),
  });
}

/**
 * A tensor backwards along one axis.
 *
 * @param x Any tensor.
 * @param axis The axis, from 0.
 * @returns A view.
 */
export function reversed(x: Tensor, axis: number): Tensor {
  return sliced(x, {
    starts: x.shape.map((length, own) => own === axis ? Math.max(0, length - 1) : 0),
    steps: x.shape.map((_, own) => own === axis ? -1 : 1),
    lengths: x.shape,
  });
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
