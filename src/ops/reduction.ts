/**
 * Reductions as primitives, and the call that public functions share.
 *
 * @module
 */
import type { DType, Item } from "../core/dtype.ts";
import { ArgumentError, shapeText, unsupportedDTypeError } from "../core/errors.ts";
import { bind, definePrimitive, type HostArray, type Primitive } from "../core/primitive.ts";
import { normalizeAxes, reducedShape, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { reduce, type ReduceParams } from "../devices/wasm/reduce.ts";
import { notTensorError } from "./elementwise.ts";
import { reshaped } from "./movement_primitives.ts";

/** What makes up a reduction. */
export interface Reduction {
  /** Name of the primitive. */
  readonly name: string;
  /** What it does, in messages, for example `sum over`. */
  readonly verb: string;
  /** Dtypes for which it is defined. */
  readonly dtypes: readonly DType[];
  /** Those dtypes in words. */
  readonly allowed: string;
  /** Dtype of the result. */
  readonly result: (dtype: DType) => DType;
  /** Whether the reduction of no element has a value. */
  readonly identity: boolean;
  /** Definition: the elements of one result, in C order, to the result. */
  readonly of: (items: readonly Item[], dtype: DType) => Item;
  /** Prefix of its kernels. */
  readonly kernel: string;
  /** Units in the last place that kernels may be off, for floats. */
  readonly ulps?: number;
}

/** A reduction and what public functions need to call it. */
export interface ReductionPrimitive extends Primitive<ReduceParams> {
  /** What it does, in messages. */
  readonly verb: string;
  /** The dtypes in words. */
  readonly allowed: string;
  /** Whether the reduction of no element has a value. */
  readonly identity: boolean;
}

/** Axes to reduce, and whether they stay. */
export interface ReduceOptions {
  /** One axis or several, negative from the end; all when absent. */
  readonly axis?: number | readonly number[] | undefined;
  /** Whether reduced axes stay with length 1; false when absent. */
  readonly keepDims?: boolean | undefined;
}

/**
 * Defines a reduction.
 *
 * @param op What makes it up.
 * @returns The primitive.
 */
export function reduction(op: Reduction): ReductionPrimitive {
  const record: ReductionPrimitive = {
    name: op.name,
    verb: op.verb,
    allowed: op.allowed,
    identity: op.identity,
    rule: ([x], { axes }) => [
      { dtype: op.result(x!.dtype), shape: reducedShape(x!.shape, axes, false) },
    ],
    reference: ([x], { axes }) => [
      groups(x!, axes).map((items) => op.of(items, x!.dtype)),
    ],
    lower: { wasm: reduce(op.kernel) },
    dtypes: op.dtypes,
    samples: [
      { shapes: [[]], params: { axes: [] } },
      { shapes: [[9]], params: { axes: [0] } },
      { shapes: [[2, 37]], params: { axes: [1] } },
      { shapes: [[5, 6]], params: { axes: [0] } },
      { shapes: [[5, 6]], params: { axes: [] } },
      { shapes: [[2, 3, 4, 2]], params: { axes: [0, 2] } },
      { shapes: [[3, 2, 5]], params: { axes: [1] } },
      { shapes: [[3, 0]], params: { axes: [0] } },
      ...(op.identity ? [{ shapes: [[3, 0]], params: { axes: [1] } }] : []),
    ],
    ...(op.ulps === undefined ? {} : { ulps: op.ulps }),
  };
  definePrimitive(record);
  return record;
}

/** The elements that go into each result, in C order. */
function groups(x: HostArray, axes: readonly number[]): readonly Item[][] {
  const { shape, items } = x;
  const result: Item[][] = Array.from(
    { length: sizeOf(reducedShape(shape, axes, false)) },
    () => [],
  );
  items.forEach((item, flat) => {
    let [rest, target, step] = [flat, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (axes.includes(axis)) continue;
      target += index * step;
      step *= shape[axis]!;
    }
    result[target]!.push(item);
  });
  return result;
}

/**
 * Calls a reduction.
 *
 * @param p The primitive.
 * @param x Its operand.
 * @param options Axes to reduce, and whether they stay.
 * @returns Its result.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If it is not defined for the dtype.
 * @throws {ArgumentError} If there is nothing to reduce and no identity.
 */
export function reduced(
  p: ReductionPrimitive,
  x: TensorLike,
  { axis, keepDims = false }: ReduceOptions = {},
): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(p.verb, x);
  if (!p.dtypes.includes(x.dtype)) throw unsupportedDTypeError(p.verb, x.dtype, p.allowed);
  const axes = [...normalizeAxes(p.verb, axis, x.shape.length)].sort((i, j) => i - j);
  const empty = axes.some((i) => x.shape[i] === 0);
  if (empty && !p.identity) throw emptyError(p.verb, x.shape);
  const result = bind(p, [x], { axes });
  return keepDims ? reshaped(result, reducedShape(x.shape, axes, true)) : result;
}

/**
 * The error for a reduction of nothing.
 *
 * @param verb What the caller does.
 * @param shape Shape of the operand.
 * @returns The error.
 */
export function emptyError(verb: string, shape: Shape): ArgumentError {
  return new ArgumentError(
    `Cannot ${verb} an empty axis of a tensor of shape ${shapeText(shape)}: ` +
      `there is no identity, reduce at least one element`,
  );
}
