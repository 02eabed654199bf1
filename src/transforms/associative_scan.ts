/**
 * Running results of an associative function, in logarithmically many steps.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { ShapeError, shapeText } from "../core/errors.ts";
import { normalizeAxis, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import { reshaped } from "../ops/movement_primitives.ts";
import { joined, sliced } from "../ops/region_primitives.ts";
import { checkSame, resultOf } from "./body.ts";

/** How to scan. */
export interface AssociativeScanOptions {
  /** The axis, negative from the end; 0 when absent. */
  readonly axis?: number | undefined;
  /** Whether to start at the end; false when absent. */
  readonly reverse?: boolean | undefined;
}

/**
 * A tree whose tensors have any lengths.
 *
 * @typeParam T The tree.
 */
export type AnyLengths<T> = T extends Tensor<infer D extends DType, infer S extends Shape>
  ? Tensor<D, number extends S["length"] ? number[] : { -readonly [I in keyof S]: number }>
  : T extends (...args: never[]) => unknown ? T
  : T extends readonly unknown[] ? { [K in keyof T]: AnyLengths<T[K]> }
  : T extends object ? { [K in keyof T]: AnyLengths<T[K]> }
  : T;

/** Tensors that are scanned together, each along its axis. */
interface Rows {
  readonly tensors: readonly Tensor[];
  readonly axes: readonly number[];
}

/** Rows from a place on, some of them. */
function rowsFrom(
  { tensors, axes }: Rows,
  start: number,
  step: number,
  length: number,
): readonly Tensor[] {
  return tensors.map((x, i) =>
    sliced(x, {
      starts: x.shape.map((_, axis) => axis === axes[i] ? start : 0),
      steps: x.shape.map((_, axis) => axis === axes[i] ? step : 1),
      lengths: x.shape.with(axes[i]!, length),
    })
  );
}

function concatenated(
  parts: readonly (readonly Tensor[])[],
  axes: readonly number[],
): readonly Tensor[] {
  return axes.map((axis, i) => joined(parts.map((part) => part[i]!), axis));
}

/** Rows of two lists in turn; the first may have one more. */
function alternating(
  even: readonly Tensor[],
  odd: readonly Tensor[],
  axes: readonly number[],
): readonly Tensor[] {
  const count = odd[0]!.shape[axes[0]!]!;
  const own = { tensors: even, axes };
  const pairs = rowsFrom(own, 0, 1, count).map((x, i) => {
    const [axis, y] = [axes[i]!, odd[i]!];
    const spread = x.shape.toSpliced(axis + 1, 0, 1);
    const both = joined([reshaped(x, spread), reshaped(y, spread)], axis + 1);
    return reshaped(both, x.shape.with(axis, 2 * count));
  });
  if (even[0]!.shape[axes[0]!] === count) return pairs;
  return concatenated([pairs, rowsFrom(own, count, 1, 1)], axes);
}

/**
 * Running results of an associative function along an axis: the first part, the first two combined,
 * the first three, and so on. It needs twice as many combinations as `scan`, but each call makes many
 * at once, in logarithmically many steps (G. E. Blelloch, Prefix sums and their applications, 1990).
 *
 * @typeParam X A tree of tensors.
 * @param f Combines two runs of parts, the one nearer to where the scan starts first: it gets two trees
 * whose tensors have some parts along the axis, and combines them part by part. It must be associative.
 * @param xs Tensors with equal lengths along the axis.
 * @param options Axis, direction.
 * @returns The running results, of the type of `xs`.
 * @throws {AxisError} If the axis does not exist.
 * @throws {ShapeError} If lengths along the axis differ, or `f` changes a shape.
 * @throws {DTypeError} If `f` changes a dtype.
 * @throws {TraceError} If `f` changes the structure.
 *
 * @example Usage
 * ```ts
 * import { associativeScan, maximum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 3, 2, 5, 4]);
 * assert.deepEqual(associativeScan(maximum, x).toArray(), [1, 3, 3, 5, 5]);
 * ```
 */
export function associativeScan<const X>(
  f: (a: AnyLengths<X>, b: AnyLengths<X>) => AnyLengths<X>,
  xs: X,
  { axis = 0, reverse = false }: AssociativeScanOptions = {},
): X {
  const { leaves, structure } = flatten(xs);
  const axes = leaves.map((x) => normalizeAxis("scan along", axis, x.ndim));
  const length = lengthAlong(leaves, axes);
  const call = f as (a: Tree, b: Tree) => Tree;
  const combine = (a: readonly Tensor[], b: readonly Tensor[]): readonly Tensor[] => {
    const result = resultOf("scan", call(structure.build(a), structure.build(b)));
    checkSame("scan with a combination", { leaves: a, structure }, result);
    return result.leaves;
  };
  const flip = (tensors: readonly Tensor[]): readonly Tensor[] =>
    reverse && length > 0 ? rowsFrom({ tensors, axes }, length - 1, -1, length) : tensors;
  return structure.build(flip(running(combine, flip(leaves), axes, length))) as X;
}

function lengthAlong(tensors: readonly Tensor[], axes: readonly number[]): number {
  const [first, ...others] = tensors.map((x, i) => x.shape[axes[i]!]!);
  others.forEach((length, i) => {
    if (length === first) return;
    throw new ShapeError(
      `Cannot scan tensors of shape ${shapeText(tensors[0]!.shape)} and ` +
        `${
          shapeText(tensors[i + 1]!.shape)
        }: along the axis they have lengths ${first} and ${length}`,
    );
  });
  return first ?? 0;
}

type Combine = (a: readonly Tensor[], b: readonly Tensor[]) => readonly Tensor[];

/** Combines neighbours, scans these, and fills in what lies between. */
function running(
  combine: Combine,
  tensors: readonly Tensor[],
  axes: readonly number[],
  length: number,
): readonly Tensor[] {
  if (length < 2) return tensors;
  const own = { tensors, axes };
  const half = Math.floor(length / 2);
  const pairs = combine(rowsFrom(own, 0, 2, half), rowsFrom(own, 1, 2, half));
  const odd = running(combine, pairs, axes, half);
  const rest = Math.ceil(length / 2) - 1;
  const first = rowsFrom(own, 0, 1, 1);
  if (rest === 0) return alternating(first, odd, axes);
  const between = combine(rowsFrom({ tensors: odd, axes }, 0, 1, rest), rowsFrom(own, 2, 2, rest));
  return alternating(concatenated([first, between], axes), odd, axes);
}
