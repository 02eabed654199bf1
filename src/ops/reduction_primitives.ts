/**
 * Reductions as primitives, and the call that public functions share. The sum is with broadcasting,
 * in `movement_primitives.ts`.
 *
 * @module
 */
import { DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import { ArgumentError, shapeText, unsupportedDTypeError } from "../core/errors.ts";
import { bind, type Derivative } from "../core/primitive.ts";
import { normalizeAxes, reducedShape, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { TensorLike } from "../core/types/operands.ts";
import type { ReduceParams } from "../devices/wasm/reduce.ts";
import { divide, multiply } from "./arithmetic.ts";
import { converted } from "./cast_primitive.ts";
import { equal } from "./comparison.ts";
import { notTensorError } from "./elementwise.ts";
import { broadcasted, permuted, reshaped, summed } from "./movement_primitives.ts";
import { compareItems } from "./order.ts";
import { fold, reduction, type ReductionPrimitive } from "./reduction.ts";
import { reversed } from "./region_primitives.ts";
import { productsBefore } from "./scan_primitives.ts";
import { where } from "./where.ts";

const ORDERED = dtypesOfKind("bool", "int", "uint", "float", "complex");

/** Axes to reduce, and whether they stay. */
export interface ReduceOptions {
  /** One axis or several, negative from the end; all when absent. */
  readonly axis?: number | readonly number[] | undefined;
  /** Whether reduced axes stay with length 1; false when absent. */
  readonly keepDims?: boolean | undefined;
}

/** Products of all other elements of the group of each one: without division zeros are exact. */
function productsOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const grouped = permuted(x, order);
  const rows = reshaped(grouped, [
    sizeOf(kept.map((axis) => x.shape[axis]!)),
    sizeOf(axes.map((axis) => x.shape[axis]!)),
  ]);
  const after = reversed(productsBefore(reversed(rows, 1), 1), 1);
  const products = reshaped(multiply(productsBefore(rows, 1), after), grouped.shape);
  return permuted(products, order.map((_, axis) => order.indexOf(axis)));
}

/** The product over axes. */
export const PROD: ReductionPrimitive = reduction({
  name: "reduceProd",
  verb: "multiply over",
  dtypes: ORDERED,
  allowed: "numeric or bool",
  result: (dtype) => DTYPES[dtype].sum,
  identity: true,
  of: (items, dtype) =>
    fold(items, dtype, 1, (x, y) => x * y, (x, y) => x * y, (x, y) => ({
      re: x.re * y.re - x.im * y.im,
      im: x.re * y.im + x.im * y.re,
    })),
  kernel: "reduce_prod",
  joins: true,
  ulps: 64,
  derivatives: [
    (t, [x], { axes }) => summed(multiply(t, productsOfOthers(x!, axes)), axes),
  ],
});

/** Position of the first item that no other one passes, NaN passing all. */
function firstExtreme(items: readonly Item[], sign: 1 | -1): number {
  let best = 0;
  for (let i = 1; i < items.length && !hasNaN(items[best]!); i++) {
    if (hasNaN(items[i]!) || sign * compareItems(items[i]!, items[best]!) > 0) best = i;
  }
  return best;
}

function hasNaN(x: Item): boolean {
  return typeof x === "object" ? Number.isNaN(x.re) || Number.isNaN(x.im) : Number.isNaN(x);
}

/** Equal extremes share evenly: the mean of their changes. */
const ofExtremes: Derivative<ReduceParams> = (t, [x], { axes }, result) => {
  const { shape } = x!;
  const spread = broadcasted(reshaped(result, reducedShape(shape, axes, true)), shape);
  const ties = equal(x!, spread);
  return divide(summed(where(ties, t, 0), axes), converted(summed(ties, axes), t.dtype));
};

/** The largest element over axes. */
export const MAX: ReductionPrimitive = reduction({
  name: "reduceMax",
  verb: "take the maximum over",
  dtypes: ORDERED,
  allowed: "numeric or bool",
  result: (dtype) => dtype,
  identity: false,
  of: (items) => items[firstExtreme(items, 1)]!,
  kernel: "reduce_max",
  joins: true,
  derivatives: [ofExtremes],
});

/** The smallest element over axes. */
export const MIN: ReductionPrimitive = reduction({
  name: "reduceMin",
  verb: "take the minimum over",
  dtypes: ORDERED,
  allowed: "numeric or bool",
  result: (dtype) => dtype,
  identity: false,
  of: (items) => items[firstExtreme(items, -1)]!,
  kernel: "reduce_min",
  joins: true,
  derivatives: [ofExtremes],
});

/** Position of the largest element over axes. */
export const ARGMAX: ReductionPrimitive = reduction({
  name: "argmax",
  verb: "find the maximum over",
  dtypes: ORDERED,
  allowed: "numeric or bool",
  result: () => "int32",
  identity: false,
  of: (items) => firstExtreme(items, 1),
  kernel: "argmax",
});

/** Position of the smallest element over axes. */
export const ARGMIN: ReductionPrimitive = reduction({
  name: "argmin",
  verb: "find the minimum over",
  dtypes: ORDERED,
  allowed: "numeric or bool",
  result: () => "int32",
  identity: false,
  of: (items) => firstExtreme(items, -1),
  kernel: "argmin",
});

/** Whether any element is true over axes. */
export const ANY: ReductionPrimitive = reduction({
  name: "any",
  verb: "combine by or over",
  dtypes: ["bool"],
  allowed: "bool, compare with 0 to make it so",
  result: () => "bool",
  identity: true,
  of: (items) => items.includes(true),
  kernel: "reduce_any",
  joins: true,
});

/** Whether all elements are true over axes. */
export const ALL: ReductionPrimitive = reduction({
  name: "all",
  verb: "combine by and over",
  dtypes: ["bool"],
  allowed: "bool, compare with 0 to make it so",
  result: () => "bool",
  identity: true,
  of: (items) => !items.includes(false),
  kernel: "reduce_all",
  joins: true,
});

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
