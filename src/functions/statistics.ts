/**
 * Means and spreads over axes.
 *
 * @module
 */
import { type DType, DTYPES, type FloatingOf, type RealOf } from "../core/dtype.ts";
import { ArgumentError, unsupportedDTypeError, valueText } from "../core/errors.ts";
import { normalizeAxes, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Axes, Reduce } from "../core/types/axes.ts";
import type { Check, ShapeFrom } from "../core/types/mistake.ts";
import type { DTypeCheck, TensorLike } from "../core/types/operands.ts";
import { divide, multiply, square, subtract } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { conj, real } from "../ops/complex.ts";
import { notTensorError } from "../ops/elementwise.ts";
import { sqrt } from "../ops/exponential.ts";
import { type ReduceOptions, sum, type SummableDType } from "../ops/reductions.ts";

type Options = ReduceOptions<number | readonly number[] | undefined, boolean>;

/** The operand as floats, for an average. */
function floating(verb: string, x: TensorLike): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(verb, x);
  const operand: Tensor = x;
  if (operand.dtype === "string") throw unsupportedDTypeError(verb, "string", "numeric or bool");
  const { floating } = DTYPES[operand.dtype];
  return floating === operand.dtype ? operand : cast(operand, floating);
}

/** Number of elements in each average. */
function countOf(verb: string, x: Tensor, { axis }: Options): number {
  return sizeOf(normalizeAxes(verb, axis, x.ndim).map((i) => x.shape[i]!));
}

/** The mean of narrow floats is accumulated in float32. */
function meanOf(verb: string, x: Tensor, options: Options): Tensor {
  const { compute } = DTYPES[x.dtype];
  const wide = compute === x.dtype ? x : cast(x, compute);
  const mean = divide(sum(wide, options), countOf(verb, x, options));
  return compute === x.dtype ? mean : cast(mean, x.dtype);
}

/**
 * Arithmetic mean over axes.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to average over.
 * @typeParam K Whether they stay.
 * @param x The operand; true counts as 1.
 * @param options Axes to average over, all when absent, and whether they stay with length 1.
 * @returns The means: float64 for bool and integers, else of the operand's dtype; NaN over no element.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { mean, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(mean(tensor([[1, 2], [3, 4]]), { axis: 0 }).toArray(), [2, 3]);
 * ```
 */
export function mean<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"average over", D, SummableDType, "numeric or bool">,
  options?: ReduceOptions<A & Check<"average over", Reduce<S, A, K>>, K>,
): Tensor<FloatingOf<D>, ShapeFrom<Reduce<S, A, K>>> {
  const operand = floating("average over", x);
  return meanOf("average over", operand, (options ?? {}) as Options) as Tensor<
    FloatingOf<D>,
    ShapeFrom<Reduce<S, A, K>>
  >;
}

/** Options of variance and standard deviation. */
export interface VarOptions<A, K extends boolean> extends ReduceOptions<A, K> {
  /** Subtracted from the number of elements in the divisor; 0 when absent, 1 for a sample's estimate. */
  readonly ddof?: number | undefined;
}

type VarianceOptions = VarOptions<Options["axis"], boolean>;

function varianceOf(verb: string, x: Tensor, { ddof = 0, ...options }: VarianceOptions): Tensor {
  if (!Number.isFinite(ddof)) {
    throw new ArgumentError(`Cannot ${verb} with ddof ${valueText(ddof)}: it must be finite`);
  }
  const { compute, real: realDType } = DTYPES[x.dtype];
  const wide = compute === x.dtype ? x : cast(x, compute);
  const centre = meanOf(verb, wide, { ...options, keepDims: true });
  const distance = subtract(wide, centre);
  const squares = DTYPES[compute].kind === "complex"
    ? real(multiply(distance, conj(distance)))
    : square(distance);
  const divisor = Math.max(0, countOf(verb, x, options) - ddof);
  const result: Tensor = divide(sum(squares, options), divisor);
  return result.dtype === realDType ? result : cast(result, realDType);
}

/**
 * Variance over axes: the mean of squared distances from the mean.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes, all when absent, whether they stay, and `ddof`.
 * @returns The variances, real: float64 for bool and integers.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { tensor, variance } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(variance(tensor([1, 2, 3, 4])).item(), 1.25);
 * ```
 */
export function variance<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"take the variance over", D, SummableDType, "numeric or bool">,
  options?: VarOptions<A & Check<"take the variance over", Reduce<S, A, K>>, K>,
): Tensor<RealOf<FloatingOf<D>>, ShapeFrom<Reduce<S, A, K>>> {
  const verb = "take the variance over";
  const operand = floating(verb, x);
  return varianceOf(verb, operand, (options ?? {}) as VarianceOptions) as Tensor<
    RealOf<FloatingOf<D>>,
    ShapeFrom<Reduce<S, A, K>>
  >;
}

/**
 * Standard deviation over axes: the square root of the variance.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to reduce.
 * @typeParam K Whether they stay.
 * @param x The operand.
 * @param options Axes, all when absent, whether they stay, and `ddof`.
 * @returns The deviations, real: float64 for bool and integers.
 * @throws {AxisError} If an axis does not exist or is given twice.
 * @throws {DTypeError} If the operand holds strings.
 *
 * @example Usage
 * ```ts
 * import { std, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.equal(std(tensor([1, 3])).item(), 1);
 * ```
 */
export function std<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S> & DTypeCheck<"take the deviation over", D, SummableDType, "numeric or bool">,
  options?: VarOptions<A & Check<"take the deviation over", Reduce<S, A, K>>, K>,
): Tensor<RealOf<FloatingOf<D>>, ShapeFrom<Reduce<S, A, K>>> {
  const verb = "take the deviation over";
  const operand = floating(verb, x);
  const { compute, real } = DTYPES[operand.dtype];
  // The root is taken before narrow floats are rounded.
  const wide = compute === operand.dtype ? operand : cast(operand, compute);
  const root: Tensor = sqrt(varianceOf(verb, wide, (options ?? {}) as VarianceOptions));
  return (root.dtype === real ? root : cast(root, real)) as Tensor<
    RealOf<FloatingOf<D>>,
    ShapeFrom<Reduce<S, A, K>>
  >;
}
