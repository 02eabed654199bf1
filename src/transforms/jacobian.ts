/**
 * Matrices of derivatives.
 *
 * @module
 */
import { DTYPES, type FloatDType } from "../core/dtype.ts";
import { ArgumentError, DTypeError, valueText } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { converted } from "../ops/cast_primitive.ts";
import { eye } from "../ops/creation.ts";
import { permuted, reshaped } from "../ops/movement_primitives.ts";
import { partial } from "./arguments.ts";
import { overBatch } from "./functions.ts";
import { grad } from "./grad.ts";
import { applyLinear, filled, linearizeFlat, type LinearMap, transposeLinear } from "./linear.ts";
import { zerosOf } from "./tracer.ts";
import type { ArgnumsCheck, GradCheck } from "./mistakes.ts";
import type { Argnums, ArgumentsAt, Jacobian, Transformable } from "./types.ts";

/** How a jacobian is found. */
export interface JacobianOptions<N extends Argnums = Argnums> {
  /** Position of the argument to differentiate by, or positions; 0 when absent. */
  readonly argnums?: N | undefined;
  /**
   * Whether each element of the arguments is pushed forward or each element of the result pulled
   * back; what takes fewer runs when absent.
   */
  readonly mode?: "forward" | "reverse" | undefined;
}

const VERB = "take the jacobian";

/**
 * The function that returns all derivatives of all elements of a result, found in one batched run
 * over the elements of the arguments, or over those of the result.
 *
 * @typeParam F The function.
 * @typeParam N Position or positions of the differentiated arguments.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param options Which arguments to differentiate by, and how.
 * @returns A function of the same arguments that returns, for a result of shape `[...out]` and an
 * argument of shape `[...in]`, a tensor of shape `[...out, ...in]` of the result's dtype; for trees the
 * result's tree with such a tree of the argument in place of each tensor.
 * @throws {DTypeError} When called, if an argument or a result is not of a real floating dtype.
 * @throws {ArgumentError} If there is no such mode.
 *
 * @example Usage
 * ```ts
 * import { jacobian, square, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const all = jacobian((a: typeof x) => square(a))(x);
 *
 * assert.deepEqual(all.toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
 * ```
 */
export function jacobian<F extends Transformable, const N extends Argnums = 0>(
  f: F & ArgnumsCheck<"take the jacobian", F, N>,
  { argnums = 0 as N, mode }: JacobianOptions<N> = {},
): (...args: Parameters<F>) => Jacobian<ReturnType<F>, ArgumentsAt<Parameters<F>, N>> {
  if (mode !== undefined && mode !== "forward" && mode !== "reverse") {
    throw new ArgumentError(
      `Cannot ${VERB} in mode ${valueText(mode)}: the mode is "forward" or "reverse"`,
    );
  }
  return (...args) => {
    const { inputs, call, build } = partial(VERB, f, args, argnums);
    const { results, structure, map } = linearizeFlat(call, inputs);
    checkReal(`${VERB} by`, inputs);
    checkReal(`${VERB} of a function that returns`, results);
    const forward = mode === undefined ? count(inputs) < count(results) : mode === "forward";
    const rows = forward ? columnsOf(map, inputs, results) : rowsOf(map, inputs, results);
    return structure.build(rows.map(build)) as Jacobian<
      ReturnType<F>,
      ArgumentsAt<Parameters<F>, N>
    >;
  };
}

/**
 * The function that returns all second derivatives of a loss: its gradient pushed forward.
 *
 * @typeParam F The loss function.
 * @typeParam N Position or positions of the differentiated arguments.
 * @param f A function of trees of tensors that returns a floating tensor of rank 0.
 * @param options `argnums`: which arguments to differentiate by; 0 when absent.
 * @returns A function of the same arguments that returns, for an argument of shape `[...in]`, a tensor of
 * shape `[...in, ...in]`; for trees and several arguments a tree of trees.
 * @throws {DTypeError} When called, if an argument or the loss is not of a real floating dtype.
 * @throws {ShapeError} When called, if the loss has axes.
 *
 * @example Usage
 * ```ts
 * import { hessian, power, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2]);
 * const second = hessian((a: typeof x) => sum(power(a, 3)))(x);
 *
 * assert.deepEqual(second.toArray(), [[6, 0], [0, 12]]);
 * ```
 */
export function hessian<F extends Transformable, const N extends Argnums = 0>(
  f: F & GradCheck<F, N, false>,
  { argnums = 0 as N }: { readonly argnums?: N | undefined } = {},
): (
  ...args: Parameters<F>
) => Jacobian<ArgumentsAt<Parameters<F>, N>, ArgumentsAt<Parameters<F>, N>> {
  const gradient = grad(f as Transformable, { argnums });
  return jacobian(gradient, { argnums, mode: "forward" }) as ReturnType<typeof hessian<F, N>>;
}

function checkReal(verb: string, tensors: readonly Tensor[]): void {
  for (const { dtype } of tensors) {
    if (DTYPES[dtype].kind === "float") continue;
    throw new DTypeError(
      `Cannot ${verb} ${dtype}: a jacobian has real derivatives of real floating numbers, ` +
        `split complex ones into real and imag`,
    );
  }
}

function count(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** One tensor for each element, with 1 there and 0 elsewhere. */
function basisOf({ dtype, shape }: Tensor): Tensor {
  const size = sizeOf(shape);
  return reshaped(eye(size, { dtype: dtype as FloatDType }), [size, ...shape]);
}

/** Derivatives of each result by each input, a column an element of the input. */
function columnsOf(
  map: LinearMap,
  inputs: readonly Tensor[],
  results: readonly Tensor[],
): readonly (readonly Tensor[])[] {
  const still = inputs.map(zerosOf);
  const columns = inputs.map((x, i) => {
    const push = ([basis]: readonly Tensor[]): readonly Tensor[] =>
      applyLinear(map, still.with(i, basis!)).map((t, j) => t ?? zerosOf(results[j]!));
    return overBatch(push, [basisOf(x)], [true], sizeOf(x.shape)).map((column) => {
      const axes = column.shape.map((_, axis) => axis);
      const last = permuted(column, [...axes.slice(1), 0]);
      return reshaped(last, [...column.shape.slice(1), ...x.shape]);
    });
  });
  return results.map((_, j) => columns.map((column) => column[j]!));
}

/** Derivatives of each result by each input, a row an element of the result. */
function rowsOf(
  map: LinearMap,
  inputs: readonly Tensor[],
  results: readonly Tensor[],
): readonly (readonly Tensor[])[] {
  return results.map((y, j) => {
    const pull = ([basis]: readonly Tensor[]): readonly Tensor[] =>
      filled(transposeLinear(map, results.map((_, k) => k === j ? basis! : null)), inputs);
    return overBatch(pull, [basisOf(y)], [true], sizeOf(y.shape)).map((row, i) => {
      const own = reshaped(row, [...y.shape, ...inputs[i]!.shape]);
      return own.dtype === y.dtype ? own : converted(own, y.dtype);
    });
  });
}
