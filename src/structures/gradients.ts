/**
 * Gradients by variables that a loss reads: TensorFlow's tape as a function.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { ArgumentError, DTypeError, valueText } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import { flatten, leaves, type Structure, type Tree } from "../core/tree.ts";
import { releasing } from "../devices/wasm/device.ts";
import { add } from "../ops/arithmetic.ts";
import { converted } from "../ops/cast_primitive.ts";
import { filled } from "../ops/creation.ts";
import { scalarLike } from "../ops/elementwise.ts";
import { joined } from "../ops/region_primitives.ts";
import { resultTensor } from "../transforms/capture.ts";
import { checkLoss } from "../transforms/grad.ts";
import { checkDifferentiable } from "../transforms/jvp.ts";
import { type Cotangent, linearizeFlat, transposeLinear } from "../transforms/linear.ts";
import type { LossCheck, VariablesCheck } from "../transforms/mistakes.ts";
import { type IndexedSlices, indexedSlices, toDense } from "./indexed_slices.ts";
import { cellOf, Variable } from "./variable.ts";

/** How gradients by variables are found. */
export interface GradientsOptions<
  U extends Unconnected = Unconnected,
  P extends boolean = boolean,
> {
  /** What a variable gets that the loss does not depend on: zeros, or null; zeros when absent. */
  readonly unconnected?: U | undefined;
  /**
   * Whether gradients of which only rows are not zero, because the loss reads these alone, stay rows;
   * false when absent.
   */
  readonly sparse?: P | undefined;
}

/** What a variable gets that the loss does not depend on: zeros, or null. */
export type Unconnected = "zeros" | "none";

/**
 * A tree of variables with a gradient in place of each.
 *
 * @typeParam V The tree.
 * @typeParam U What stands for a variable that the loss does not depend on.
 * @typeParam P Whether gradients may be rows.
 */
export type Gradients<V, U extends Unconnected = "zeros", P extends boolean = false> = V extends
  Variable<infer D extends DType, infer S extends Shape> ?
    | Tensor<D, S>
    | (P extends true ? IndexedSlices<D> : never)
    | (U extends "none" ? null : never)
  : V extends readonly unknown[] ? { -readonly [K in keyof V]: Gradients<V[K], U, P> }
  : V extends ReadonlyMap<infer K, infer X> ? Map<K, Gradients<X, U, P>>
  : V extends object ? { -readonly [K in keyof V]: Gradients<V[K], U, P> }
  : V;

/**
 * The value of a loss together with its gradients by variables.
 *
 * @typeParam L The loss.
 * @typeParam V A variable, or a tree of variables.
 * @typeParam U What stands for a variable that the loss does not depend on.
 * @typeParam P Whether gradients may be rows.
 * @param loss A function that reads variables and returns a floating tensor of rank 0.
 * @param variables The variables, in arrays and objects.
 * @param options What unconnected variables get, and whether rows stay rows.
 * @returns The loss and the gradients, as {@linkcode gradients} gives them.
 * @throws {ShapeError} If the loss has axes.
 * @throws {DTypeError} If the loss or a variable is not floating.
 *
 * @example Usage
 * ```ts
 * import { multiply, sum, valueAndGradients, variable } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const w = variable([1, 2, 3]);
 * const [loss, gradient] = valueAndGradients(() => sum(multiply(w.value, w.value)), w);
 *
 * assert.equal(loss.item(), 14);
 * assert.deepEqual(gradient.toArray(), [2, 4, 6]);
 * ```
 */
export function valueAndGradients<
  L,
  const V,
  U extends Unconnected = "zeros",
  P extends boolean = false,
>(
  loss: (() => L) & LossCheck<L>,
  variables: V & VariablesCheck<V>,
  options: GradientsOptions<U, P> = {},
): [value: L, gradients: Gradients<V, U, P>] {
  const [value, found] = derive(loss, variables, options);
  return [value as L, found as Gradients<V, U, P>];
}

/**
 * Gradients of a loss by variables that it reads. Each reading of a variable counts, whatever was
 * assigned before; what is assigned is a constant, and so are variables that are not named.
 *
 * It differs from TensorFlow's tape where that is silent: what the loss does not depend on has zeros
 * unless null is asked for, a loss with axes is not summed but refused, and so are variables of
 * integers; variables that are not trainable count when they are named.
 *
 * @typeParam L The loss.
 * @typeParam V A variable, or a tree of variables.
 * @typeParam U What stands for a variable that the loss does not depend on.
 * @typeParam P Whether gradients may be rows.
 * @param loss A function that reads variables and returns a floating tensor of rank 0.
 * @param variables The variables, in arrays and objects; trainable or not.
 * @param options What unconnected variables get, and whether rows stay rows.
 * @returns The same arrays and objects with a gradient for each variable. Within other transforms
 * and other `gradients` it is differentiated like everything else.
 * @throws {ShapeError} If the loss has axes.
 * @throws {DTypeError} If the loss or a variable is not floating.
 * @throws {ArgumentError} If no variable is named.
 *
 * @example Usage
 * ```ts
 * import { gradients, matmul, sum, tensor, variable } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const parameters = { w: variable([[1, 2], [3, 4]]), b: variable([0, 0]) };
 * const found = gradients(() => sum(matmul(parameters.w.value, tensor([1, 10]))), parameters);
 *
 * assert.deepEqual(found.w.toArray(), [[1, 10], [1, 10]]);
 * assert.deepEqual(found.b.toArray(), [0, 0]);
 * ```
 */
export function gradients<
  L,
  const V,
  U extends Unconnected = "zeros",
  P extends boolean = false,
>(
  loss: (() => L) & LossCheck<L>,
  variables: V & VariablesCheck<V>,
  options: GradientsOptions<U, P> = {},
): Gradients<V, U, P> {
  return derive(loss, variables, options)[1] as Gradients<V, U, P>;
}

const VERB = "differentiate";

function derive(
  loss: () => unknown,
  tree: Tree,
  { unconnected = "zeros", sparse = false }: GradientsOptions,
): readonly [value: Tensor, gradients: Tree] {
  const { variables, structure } = variablesOf(tree);
  const own = [...new Set(variables)];
  const { results, structure: result, map } = linearizeFlat(loss, [], own.map(cellOf));
  const value = resultTensor(VERB, result.build(results));
  checkLoss(VERB, value);
  const rows = new Set(sparse ? map.inputs : []);
  const found = releasing(() => {
    const parts = transposeLinear(map, [scalarLike(1, value)], rows);
    return own.map((variable, i) => gradientOf(variable, parts[i]!, unconnected));
  }, leaves);
  return [value, structure.build(variables.map((variable) => found[own.indexOf(variable)]))];
}

function variablesOf(
  tree: Tree,
): { readonly variables: readonly Variable[]; readonly structure: Structure } {
  const isLeaf = (value: unknown): boolean => value instanceof Variable || value instanceof Tensor;
  const { leaves: found, structure } = flatten(tree, isLeaf);
  const variables = found.map((leaf) => {
    if (leaf instanceof Variable) return leaf as Variable;
    throw new DTypeError(
      `Cannot ${VERB} by a tensor that is no variable: make it one with variable(), ` +
        `or an argument of the loss and use grad`,
    );
  });
  if (variables.length === 0) {
    throw new ArgumentError(
      `Cannot ${VERB} by ${valueText(tree)}: pass a variable, or arrays and objects of variables`,
    );
  }
  checkDifferentiable(`${VERB} by`, variables);
  return { variables, structure };
}

function gradientOf(
  { dtype, shape }: Variable,
  { dense, sparse }: Cotangent,
  unconnected: Unconnected,
): Tensor | IndexedSlices | null {
  const rows = sparse.length === 0 ? null : together(sparse, shape);
  if (rows && dense) return add(dense, toDense(rows) as Tensor);
  return rows ?? dense ?? (unconnected === "none" ? null : filled(shape, 0, dtype));
}

/** All rows in one list; where a number repeats they add up. */
function together(parts: Cotangent["sparse"], denseShape: Shape): IndexedSlices {
  const numbers = parts.map(({ indices }) => indices);
  const same = numbers.every(({ dtype }) => dtype === numbers[0]!.dtype);
  const indices = joined(same ? numbers : numbers.map((x) => converted(x, "int64")), 0);
  const values = joined(parts.map((part) => part.values), 0);
  return indexedSlices(values, indices as Tensor<"int32" | "int64">, { denseShape });
}
