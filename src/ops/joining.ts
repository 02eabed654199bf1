/**
 * Joining and splitting tensors.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import {
  ArgumentError,
  mixedDTypesError,
  ShapeError,
  shapeText,
  valueText,
} from "../core/errors.ts";
import { normalizeAxis, sameShape, type Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Concat, ConcatCheck, Stack, StackCheck } from "../core/types/join.ts";
import type { ShapeFrom } from "../core/types/mistake.ts";
import type { DTypeOfAll, ShapesOf, TensorLike } from "../core/types/operands.ts";
import { notTensorError } from "./elementwise.ts";
import { broadcasted, reshaped } from "./movement_primitives.ts";
import { joined, sliced } from "./region_primitives.ts";

/** An axis. */
export interface AxisOption<A extends number> {
  /** The axis, negative from the end; 0 when absent. */
  readonly axis?: A | undefined;
}

function checkedAll(verb: string, tensors: readonly TensorLike[]): readonly Tensor[] {
  if (!Array.isArray(tensors)) {
    throw new ArgumentError(`Cannot ${verb} ${valueText(tensors)}: pass an array of tensors`);
  }
  if (tensors.length === 0) {
    throw new ArgumentError(`Cannot ${verb} no tensors: pass at least one`);
  }
  for (const x of tensors) {
    if (!(x instanceof Tensor)) throw notTensorError(verb, x);
    if (x.dtype !== tensors[0]!.dtype) throw mixedDTypesError(verb, tensors[0]!.dtype, x.dtype);
  }
  return tensors as readonly Tensor[];
}

/**
 * Tensors one after the other along an axis.
 *
 * @typeParam T The tensors.
 * @typeParam A The axis.
 * @param tensors Tensors of one dtype and rank whose other lengths agree; at least one.
 * @param options The axis, 0 when absent.
 * @returns A copy.
 * @throws {ShapeError} If ranks or lengths differ, or the rank is 0.
 * @throws {DTypeError} If the dtypes differ.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { concat, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2]]);
 * assert.deepEqual(concat([x, x]).toArray(), [[1, 2], [1, 2]]);
 * assert.deepEqual(concat([x, x], { axis: 1 }).toArray(), [[1, 2, 1, 2]]);
 * ```
 */
export function concat<const T extends readonly TensorLike[], const A extends number = 0>(
  tensors: T & ConcatCheck<T, A>,
  { axis = 0 as A }: AxisOption<A> = {},
): Tensor<DTypeOfAll<T>, ShapeFrom<Concat<ShapesOf<T>, A>>> {
  const operands = checkedAll("concatenate", tensors);
  const first = operands[0]!;
  const along = normalizeAxis("concatenate along", axis, first.ndim);
  for (const { shape } of operands) {
    if (shape.length !== first.ndim) throw ranksError("concatenate", first.shape, shape);
    shape.forEach((length, i) => {
      if (i !== along && length !== first.shape[i]) {
        throw lengthsError("concatenate", first.shape, shape, i - shape.length);
      }
    });
  }
  return joined(operands, along) as Tensor<DTypeOfAll<T>, ShapeFrom<Concat<ShapesOf<T>, A>>>;
}

function ranksError(verb: string, a: Shape, b: Shape): ShapeError {
  return new ShapeError(
    `Cannot ${verb} tensors of shape ${shapeText(a)} and ${shapeText(b)}: ` +
      `their ranks ${a.length} and ${b.length} differ`,
  );
}

function lengthsError(verb: string, a: Shape, b: Shape, axis: number): ShapeError {
  return new ShapeError(
    `Cannot ${verb} tensors of shape ${shapeText(a)} and ${shapeText(b)}: ` +
      `axis ${axis} has lengths ${a.at(axis)} and ${b.at(axis)}`,
  );
}

/**
 * Tensors of one shape side by side along a new axis.
 *
 * @typeParam T The tensors.
 * @typeParam A The new axis.
 * @param tensors Tensors of one dtype and shape; at least one.
 * @param options The axis in the result, 0 when absent.
 * @returns A copy.
 * @throws {ShapeError} If the shapes differ.
 * @throws {DTypeError} If the dtypes differ.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { stack, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const [x, y] = [tensor([1, 2]), tensor([3, 4])];
 * assert.deepEqual(stack([x, y]).toArray(), [[1, 2], [3, 4]]);
 * assert.deepEqual(stack([x, y], { axis: -1 }).toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function stack<const T extends readonly TensorLike[], const A extends number = 0>(
  tensors: T & StackCheck<T, A>,
  { axis = 0 as A }: AxisOption<A> = {},
): Tensor<DTypeOfAll<T>, ShapeFrom<Stack<ShapesOf<T>, A>>> {
  const operands = checkedAll("stack", tensors);
  const { shape } = operands[0]!;
  const at = normalizeAxis("stack along", axis, shape.length + 1);
  for (const x of operands) {
    if (sameShape(x.shape, shape)) continue;
    if (x.ndim !== shape.length) throw ranksError("stack", shape, x.shape);
    const differs = shape.findIndex((length, i) => length !== x.shape[i]);
    throw lengthsError("stack", shape, x.shape, differs - shape.length);
  }
  const expanded = shape.toSpliced(at, 0, 1);
  const parts = operands.map((x) => reshaped(x, expanded));
  return joined(parts, at) as Tensor<DTypeOfAll<T>, ShapeFrom<Stack<ShapesOf<T>, A>>>;
}

/**
 * The parts of a tensor between places along an axis.
 *
 * @typeParam D Dtype of the operand.
 * @param x The operand.
 * @param sections Number of equal parts, or the places at which to cut.
 * @param options The axis, 0 when absent.
 * @returns Views.
 * @throws {ArgumentError} If the length is no multiple of the number of parts.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { split, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3, 4]);
 * assert.deepEqual(split(x, 2).map((part) => part.toArray()), [[1, 2], [3, 4]]);
 * assert.deepEqual(split(x, [1, 3]).map((part) => part.size), [1, 2, 1]);
 * ```
 */
export function split<D extends DType>(
  x: TensorLike<D>,
  sections: number | readonly number[],
  { axis = 0 }: AxisOption<number> = {},
): readonly Tensor<D, number[]>[] {
  if (!(x instanceof Tensor)) throw notTensorError("split", x);
  const operand: Tensor = x;
  const along = normalizeAxis("split along", axis, operand.ndim);
  const length = operand.shape[along]!;
  const places = Array.isArray(sections)
    ? sections as readonly number[]
    : equalPlaces(sections as number, length);
  const bounded = places.map((place) => {
    if (!Number.isInteger(place)) {
      throw new ArgumentError(`Cannot split at ${valueText(place)}: a place is an integer`);
    }
    return Math.min(length, Math.max(0, place < 0 ? place + length : place));
  });
  return [...bounded, length].map((stop, i) => {
    const start = i === 0 ? 0 : bounded[i - 1]!;
    return between(operand, along, start, Math.max(start, stop)) as Tensor<D, number[]>;
  });
}

function equalPlaces(sections: number, length: number): readonly number[] {
  if (!Number.isInteger(sections) || sections < 1 || length % sections !== 0) {
    throw new ArgumentError(
      `Cannot split an axis of length ${length} into ${valueText(sections)} equal parts: ` +
        `the number of parts must divide the length, or pass the places to cut at`,
    );
  }
  return Array.from({ length: sections - 1 }, (_, i) => (i + 1) * length / sections);
}

/** The part of a tensor from a start up to a stop along an axis. */
function between(x: Tensor, axis: number, start: number, stop: number): Tensor {
  return sliced(x, {
    starts: x.shape.map((_, i) => i === axis && stop > start ? start : 0),
    steps: x.shape.map(() => 1),
    lengths: x.shape.with(axis, stop - start),
  });
}

/**
 * A tensor several times side by side along its axes.
 *
 * @typeParam D Dtype of the operand.
 * @param x The operand.
 * @param repetitions How often along each axis; the shorter of shape and repetitions gets leading
 * ones.
 * @returns A copy.
 * @throws {ArgumentError} If a number is negative or fractional.
 *
 * @example Usage
 * ```ts
 * import { tensor, tile } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tile(tensor([1, 2]), [2, 2]).toArray(), [[1, 2, 1, 2], [1, 2, 1, 2]]);
 * ```
 */
export function tile<D extends DType>(
  x: TensorLike<D>,
  repetitions: readonly number[],
): Tensor<D, number[]> {
  if (!(x instanceof Tensor)) throw notTensorError("tile", x);
  const operand: Tensor = x;
  if (!Array.isArray(repetitions)) {
    throw new ArgumentError(
      `Cannot tile ${valueText(repetitions)} times: give an array, a number for each axis`,
    );
  }
  for (const count of repetitions) checkCount("tile", count);
  const rank = Math.max(operand.ndim, repetitions.length);
  const pad = (values: readonly number[]): readonly number[] => [
    ...new Array<number>(rank - values.length).fill(1),
    ...values,
  ];
  const [shape, counts] = [pad(operand.shape), pad(repetitions)];
  // [2, 3] becomes [1, 2, 1, 3], is broadcast to [a, 2, b, 3] and read as [2a, 3b].
  const spaced = reshaped(operand, shape.flatMap((length) => [1, length]));
  const repeated = broadcasted(spaced, shape.flatMap((length, i) => [counts[i]!, length]));
  return reshaped(repeated, shape.map((length, i) => length * counts[i]!)) as Tensor<D, number[]>;
}

function checkCount(verb: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new ArgumentError(
      `Cannot ${verb} ${valueText(count)} times: a number of repetitions is an integer from 0 on`,
    );
  }
}

/**
 * Each element several times in a row.
 *
 * @typeParam D Dtype of the operand.
 * @param x The operand.
 * @param count How often each element stands.
 * @param options `axis`: the axis; all elements in C order when absent.
 * @returns A copy.
 * @throws {ArgumentError} If the number is negative or fractional.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { repeat, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(repeat(tensor([1, 2]), 2).toArray(), [1, 1, 2, 2]);
 * ```
 */
export function repeat<D extends DType>(
  x: TensorLike<D>,
  count: number,
  { axis }: { readonly axis?: number | undefined } = {},
): Tensor<D, number[]> {
  if (!(x instanceof Tensor)) throw notTensorError("repeat", x);
  checkCount("repeat", count);
  const flat: Tensor = x;
  const operand = axis === undefined ? reshaped(flat, [flat.size]) : flat;
  const along = normalizeAxis("repeat along", axis ?? 0, operand.ndim);
  const { shape } = operand;
  const spaced = reshaped(operand, shape.toSpliced(along + 1, 0, 1));
  const repeated = broadcasted(spaced, shape.toSpliced(along + 1, 0, count));
  return reshaped(repeated, shape.with(along, shape[along]! * count)) as Tensor<D, number[]>;
}

/**
 * Elements shifted along axes; those that leave one end come in at the other.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @param shift By how many places, negative toward the front.
 * @param options `axis`: the axis; all elements in C order when absent.
 * @returns A copy.
 * @throws {ArgumentError} If the shift is fractional.
 * @throws {AxisError} If the axis does not exist.
 *
 * @example Usage
 * ```ts
 * import { roll, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(roll(tensor([1, 2, 3]), 1).toArray(), [3, 1, 2]);
 * ```
 */
export function roll<D extends DType, S extends Shape>(
  x: TensorLike<D, S>,
  shift: number,
  { axis }: { readonly axis?: number | undefined } = {},
): Tensor<D, S> {
  if (!(x instanceof Tensor)) throw notTensorError("roll", x);
  if (!Number.isInteger(shift)) {
    throw new ArgumentError(`Cannot roll by ${valueText(shift)} places: use an integer`);
  }
  const operand: Tensor = x;
  const flat = axis === undefined ? reshaped(operand, [operand.size]) : operand;
  const along = normalizeAxis("roll along", axis ?? 0, flat.ndim);
  const length = flat.shape[along]!;
  if (length === 0) return x as Tensor as Tensor<D, S>;
  const cut = ((-shift % length) + length) % length;
  const moved = joined([between(flat, along, cut, length), between(flat, along, 0, cut)], along);
  return reshaped(moved, operand.shape) as Tensor<D, S>;
}
