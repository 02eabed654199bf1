/**
 * Shapes, strides and axes: pure functions on arrays of numbers.
 *
 * @module
 */
import {
  axisError,
  broadcastError,
  repeatedAxisError,
  ShapeError,
  shapeText,
  valueText,
} from "./errors.ts";

/** Lengths of the axes: a literal tuple when known, `number[]` when not. */
export type Shape = readonly number[];

/** Highest rank of a tensor. */
export const MAX_RANK = 32;

/**
 * Number of elements.
 *
 * @param shape Lengths of the axes.
 * @returns Their product, 1 for rank 0.
 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

/**
 * Strides of a C-order tensor, in elements.
 *
 * @param shape Lengths of the axes.
 * @returns One stride an axis.
 */
export function contiguousStrides(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/**
 * Tells whether elements lie in C order without gaps.
 *
 * @param shape Lengths of the axes.
 * @param strides Strides in elements.
 * @returns Whether the layout is that of a fresh tensor. Strides of axes of
 * length 1 do not matter, nor do any strides of an empty tensor.
 */
export function isContiguous(
  shape: Shape,
  strides: readonly number[],
): boolean {
  let step = 1;
  let contiguous = true;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i]!;
    if (length === 0) return true;
    if (length !== 1) {
      if (strides[i] !== step) contiguous = false;
      step *= length;
    }
  }
  return contiguous;
}

/**
 * Whether two shapes are equal.
 *
 * @param a One shape.
 * @param b Other shape.
 * @returns Whether rank and lengths agree.
 */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Checks a shape given by a user.
 *
 * @param shape Lengths of the axes.
 * @returns The shape.
 * @throws {ShapeError} If a length is negative, fractional or too large, or
 * the rank is over 32.
 */
export function checkShape(shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    throw new ShapeError(
      `Cannot make a tensor of shape ${valueText(shape)}: a shape is an array of lengths`,
    );
  }
  if (shape.length > MAX_RANK) {
    throw new ShapeError(
      `Cannot make a tensor of rank ${shape.length}: the rank is at most ${MAX_RANK}`,
    );
  }
  let size = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ShapeError(
        `Cannot make a tensor of shape ${shapeText(shape)}: ` +
          `a length is an integer from 0 on`,
      );
    }
    size *= length;
  }
  if (size > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(
      `Cannot make a tensor of shape ${shapeText(shape)}: it has too many elements`,
    );
  }
  return shape;
}

/**
 * Shape to which two shapes broadcast.
 *
 * @param verb What the caller does, for the message.
 * @param a Shape of the left operand.
 * @param b Shape of the right operand.
 * @returns The common shape; `a` or `b` itself if it is that one.
 * @throws {ShapeError} If an axis has two lengths, neither of which is 1.
 */
export function broadcastShapes(verb: string, a: Shape, b: Shape): Shape {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 1; axis <= rank; axis++) {
    const x = axis > a.length ? 1 : a[a.length - axis]!;
    const y = axis > b.length ? 1 : b[b.length - axis]!;
    if (x !== y && x !== 1 && y !== 1) throw broadcastError(verb, a, b, -axis);
    shape[rank - axis] = x === 1 ? y : x;
  }
  if (sameShape(shape, a)) return a;
  if (sameShape(shape, b)) return b;
  return shape;
}

/**
 * Checks an axis and counts it from the front.
 *
 * @param verb What the caller does, for the message.
 * @param axis The axis, negative from the end.
 * @param rank Rank of the operand.
 * @returns The axis from 0 to `rank - 1`.
 * @throws {AxisError} If there is no such axis.
 */
export function normalizeAxis(
  verb: string,
  axis: number,
  rank: number,
): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw axisError(verb, axis, rank);
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * Checks axes and counts them from the front.
 *
 * @param verb What the caller does, for the message.
 * @param axes One axis, several, or all when undefined.
 * @param rank Rank of the operand.
 * @returns The axes from 0 to `rank - 1`, in the order given.
 * @throws {AxisError} If there is no such axis, or one is given twice.
 */
export function normalizeAxes(
  verb: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): readonly number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof axes === "number") return [normalizeAxis(verb, axes, rank)];
  if (!Array.isArray(axes)) throw axisError(verb, axes as unknown as number, rank);
  const result = axes.map((axis) => normalizeAxis(verb, axis, rank));
  if (new Set(result).size !== result.length) {
    throw repeatedAxisError(verb, axes);
  }
  return result;
}

/**
 * Shape after a reduction.
 *
 * @param shape Lengths of the axes.
 * @param axes Axes to reduce, from 0.
 * @param keepDims Whether reduced axes stay with length 1.
 * @returns The reduced shape.
 */
export function reducedShape(
  shape: Shape,
  axes: readonly number[],
  keepDims: boolean,
): Shape {
  return keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}
