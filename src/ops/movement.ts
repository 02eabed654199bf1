/**
 * Changing the shape and the order of axes; nothing is copied unless said so.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { reshapeError, ShapeError, shapeText, valueText } from "../core/errors.ts";
import { checkShape, normalizeAxes, normalizeAxis, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Check, ShapeFrom } from "../core/types/mistake.ts";
import type {
  BroadcastTo,
  ExpandDims,
  MoveAxis,
  Permute,
  Squeeze,
  SwapAxes,
} from "../core/types/movement.ts";
import type { TensorLike } from "../core/types/operands.ts";
import type { Reshape } from "../core/types/reshape.ts";
import { notTensorError } from "./elementwise.ts";
import { broadcasted, permuted, reshaped } from "./movement_primitives.ts";
import { sliced } from "./region_primitives.ts";

/** The tensor that an argument is. */
function checked(verb: string, x: TensorLike): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(verb, x);
  return x;
}

/**
 * The same elements in C order under another shape. Copies only where the
 * layout does not permit a view.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam N Shape asked for.
 * @param x The operand.
 * @param shape Lengths of the axes, of which one may be -1: it follows from the others.
 * @returns A tensor of that shape.
 * @throws {ShapeError} If the number of elements differs, or -1 is ambiguous.
 *
 * @example Usage
 * ```ts
 * import { reshape, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(reshape(tensor([1, 2, 3, 4]), [2, -1]).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export function reshape<D extends DType, S extends Shape, const N extends Shape>(
  x: TensorLike<D, S>,
  shape: N & Check<"reshape", Reshape<S, N>>,
): Tensor<D, ShapeFrom<Reshape<S, N>>> {
  const operand = checked("reshape", x);
  return reshaped(operand, inferLength(operand, shape)) as Tensor<D, ShapeFrom<Reshape<S, N>>>;
}

/** Replaces a length of -1 by what the others leave. */
function inferLength(x: Tensor, shape: Shape): Shape {
  const at = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (at < 0) {
    checkShape(shape);
    if (sizeOf(shape) !== x.size) throw reshapeError(x.shape, shape);
    return [...shape];
  }
  const rest = shape.toSpliced(at, 1);
  if (rest.includes(-1)) {
    throw new ShapeError(
      `Cannot reshape a tensor of shape ${shapeText(x.shape)} to ${shapeText(shape)}: ` +
        `only one length may be -1`,
    );
  }
  checkShape(rest);
  const others = sizeOf(rest);
  if (others === 0 || x.size % others !== 0) throw reshapeError(x.shape, shape);
  return shape.with(at, x.size / others);
}

/**
 * The axes in another order, reversed by default.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam P The order.
 * @param x The operand.
 * @param axes Which axis of the operand each axis of the result is; reversed when absent.
 * @returns A view.
 * @throws {ShapeError} If the number of axes is not the rank.
 * @throws {AxisError} If an axis does not exist or is given twice.
 *
 * @example Usage
 * ```ts
 * import { tensor, transpose } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(transpose(tensor([[1, 2], [3, 4]])).toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function transpose<
  D extends DType,
  S extends Shape,
  const P extends readonly number[] | undefined = undefined,
>(
  x: TensorLike<D, S>,
  axes?: P & Check<"transpose", Permute<S, P>>,
): Tensor<D, ShapeFrom<Permute<S, P>>> {
  const operand = checked("transpose", x);
  const rank = operand.shape.length;
  let order: readonly number[];
  if (axes === undefined) {
    const reversed = new Array<number>(rank);
    for (let i = 0; i < rank; i++) reversed[i] = rank - 1 - i;
    order = reversed;
  } else {
    if (!Array.isArray(axes) || axes.length !== rank) {
      throw new ShapeError(
        `Cannot transpose a tensor of shape ${shapeText(operand.shape)} by axes ` +
          `${valueText(axes)}: each of its axes must stand once`,
      );
    }
    order = normalizeAxes("transpose", axes, rank);
  }
  return permuted(operand, order) as Tensor<D, ShapeFrom<Permute<S, P>>>;
}

/**
 * Two axes exchanged.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam A One axis.
 * @typeParam B Other axis.
 * @param x The operand.
 * @param first One axis, negative from the end.
 * @param second Other axis, negative from the end.
 * @returns A view.
 * @throws {AxisError} If an axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { swapaxes, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(swapaxes(zeros([2, 3, 4]), 0, -1).shape, [4, 3, 2]);
 * ```
 */
export function swapaxes<
  D extends DType,
  S extends Shape,
  const A extends number,
  const B extends number,
>(
  x: TensorLike<D, S>,
  first: A,
  second: B & Check<"swap", SwapAxes<S, A, B>>,
): Tensor<D, ShapeFrom<SwapAxes<S, A, B>>> {
  const operand = checked("swap axes of", x);
  const i = normalizeAxis("swap", first, operand.ndim);
  const j = normalizeAxis("swap", second, operand.ndim);
  const order = operand.shape.map((_, axis) => axis).with(i, j).with(j, i);
  return permuted(operand, order) as Tensor<D, ShapeFrom<SwapAxes<S, A, B>>>;
}

/**
 * One axis moved to another place, the others keeping their order.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam A Where the axis is.
 * @typeParam B Where it goes.
 * @param x The operand.
 * @param source The axis, negative from the end.
 * @param destination Its place in the result, negative from the end.
 * @returns A view.
 * @throws {AxisError} If an axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { moveaxis, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(moveaxis(zeros([2, 3, 4]), 0, -1).shape, [3, 4, 2]);
 * ```
 */
export function moveaxis<
  D extends DType,
  S extends Shape,
  const A extends number,
  const B extends number,
>(
  x: TensorLike<D, S>,
  source: A,
  destination: B & Check<"move", MoveAxis<S, A, B>>,
): Tensor<D, ShapeFrom<MoveAxis<S, A, B>>> {
  const operand = checked("move an axis of", x);
  const from = normalizeAxis("move", source, operand.ndim);
  const to = normalizeAxis("move", destination, operand.ndim);
  const order = operand.shape.map((_, axis) => axis).toSpliced(from, 1).toSpliced(to, 0, from);
  return permuted(operand, order) as Tensor<D, ShapeFrom<MoveAxis<S, A, B>>>;
}

/**
 * New axes of length 1.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam A The axes.
 * @param x The operand.
 * @param axis Where they stand in the result: one place or several, negative from the end.
 * @returns A view.
 * @throws {AxisError} If a place does not exist or is given twice.
 *
 * @example Usage
 * ```ts
 * import { expandDims, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(expandDims(zeros([3]), 0).shape, [1, 3]);
 * ```
 */
export function expandDims<
  D extends DType,
  S extends Shape,
  const A extends number | readonly number[],
>(
  x: TensorLike<D, S>,
  axis: A & Check<"insert", ExpandDims<S, A>>,
): Tensor<D, ShapeFrom<ExpandDims<S, A>>> {
  const operand = checked("expand", x);
  const places = Array.isArray(axis) ? axis as readonly number[] : [axis as number];
  const rank = operand.ndim + places.length;
  const inserted = normalizeAxes("insert", places, rank);
  const rest = operand.shape.values();
  const shape = Array.from(
    { length: rank },
    (_, i) => inserted.includes(i) ? 1 : rest.next().value!,
  );
  return reshaped(operand, checkShape(shape)) as Tensor<D, ShapeFrom<ExpandDims<S, A>>>;
}

/**
 * Axes of length 1 removed.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam A The axes.
 * @param x The operand.
 * @param options `axis`: one axis or several; all of length 1 when absent.
 * @returns A view.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {ShapeError} If an axis is not of length 1.
 *
 * @example Usage
 * ```ts
 * import { squeeze, zeros } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(squeeze(zeros([1, 3, 1])).shape, [3]);
 * assert.deepEqual(squeeze(zeros([1, 3, 1]), { axis: 0 }).shape, [3, 1]);
 * ```
 */
export function squeeze<
  D extends DType,
  S extends Shape,
  const A extends number | readonly number[] | undefined = undefined,
>(
  x: TensorLike<D, S>,
  options?: { readonly axis?: A & Check<"squeeze", Squeeze<S, A>> },
): Tensor<D, ShapeFrom<Squeeze<S, A>>> {
  const operand = checked("squeeze", x);
  const { shape } = operand;
  const axis = options?.axis as number | readonly number[] | undefined;
  const gone = axis === undefined
    ? shape.flatMap((length, i) => length === 1 ? [i] : [])
    : normalizeAxes("squeeze", axis, operand.ndim);
  for (const i of gone) {
    if (shape[i] === 1) continue;
    throw new ShapeError(
      `Cannot squeeze axis ${i} of a tensor of shape ${shapeText(shape)}: ` +
        `its length is ${shape[i]}, only an axis of length 1 can be removed`,
    );
  }
  const kept = shape.filter((_, i) => !gone.includes(i));
  return reshaped(operand, kept) as Tensor<D, ShapeFrom<Squeeze<S, A>>>;
}

/**
 * A tensor repeated along axes of length 1 and new leading axes.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam N Shape asked for.
 * @param x The operand.
 * @param shape Lengths of the axes.
 * @returns A view.
 * @throws {ShapeError} If an axis has another length than 1 or that asked for.
 *
 * @example Usage
 * ```ts
 * import { broadcastTo, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(broadcastTo(tensor([1, 2]), [2, 2]).toArray(), [[1, 2], [1, 2]]);
 * ```
 */
export function broadcastTo<D extends DType, S extends Shape, const N extends Shape>(
  x: TensorLike<D, S>,
  shape: N & Check<"broadcast", BroadcastTo<S, N>>,
): Tensor<D, ShapeFrom<BroadcastTo<S, N>>> {
  const operand = checked("broadcast", x);
  return broadcasted(operand, [...checkShape(shape)]) as Tensor<D, ShapeFrom<BroadcastTo<S, N>>>;
}

/**
 * The elements in C order as one axis.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A view where the layout permits, else a copy.
 *
 * @example Usage
 * ```ts
 * import { ravel, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(ravel(tensor([[1, 2], [3, 4]])).toArray(), [1, 2, 3, 4]);
 * ```
 */
export function ravel<D extends DType, S extends Shape>(
  x: TensorLike<D, S>,
): Tensor<D, ShapeFrom<Reshape<S, [-1]>>> {
  const operand = checked("ravel", x);
  return reshaped(operand, [operand.size]) as Tensor<D, ShapeFrom<Reshape<S, [-1]>>>;
}

/**
 * The elements along axes in reverse order.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @param options `axis`: one axis or several; all when absent.
 * @returns A view.
 * @throws {AxisError} If an axis does not exist or is given twice.
 *
 * @example Usage
 * ```ts
 * import { flip, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(flip(tensor([[1, 2], [3, 4]]), { axis: 1 }).toArray(), [[2, 1], [4, 3]]);
 * ```
 */
export function flip<D extends DType, S extends Shape>(
  x: TensorLike<D, S>,
  { axis }: { readonly axis?: number | readonly number[] | undefined } = {},
): Tensor<D, S> {
  const operand = checked("flip", x);
  const { shape } = operand;
  const axes = normalizeAxes("flip", axis, operand.ndim);
  return sliced(operand, {
    starts: shape.map((length, i) => axes.includes(i) ? Math.max(0, length - 1) : 0),
    steps: shape.map((_, i) => axes.includes(i) ? -1 : 1),
    lengths: shape,
  }) as Tensor<D, S>;
}
