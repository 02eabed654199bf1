/**
 * Users' functions as parameters of primitives: of flat tensors, closed over nothing that is traced.
 *
 * @module
 */
import { ArgumentError, TraceError, valueText } from "../core/errors.ts";
import { evaluate } from "../core/graph.ts";
import { bindAll, interpret, type Primitive } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Structure, type Tree } from "../core/tree.ts";
import { shareConstants } from "./body.ts";
import type { Captured } from "./capture.ts";
import { checkLike } from "./jvp.ts";
import { Batch } from "./vmap.ts";

/** A function of flat tensors. */
export type FlatFunction<R extends Tensor | null = Tensor> = (
  inputs: readonly Tensor[],
) => readonly R[];

/** Captured functions with what they close over as their first inputs. */
export interface Closed {
  /** All tensors from outside that one of them uses; those of the first function come first. */
  readonly constants: readonly Tensor[];
  /** The functions: each takes all the constants, then its own inputs. */
  readonly calls: readonly FlatFunction[];
}

/**
 * Makes what captured functions close over their inputs, so that they can run under other
 * transforms than those that were active when they were captured.
 *
 * @param captures The captured functions.
 * @returns The functions with shared constants.
 */
export function closed(captures: readonly Captured[]): Closed {
  const { constants, graphs } = shareConstants(captures);
  return { constants, calls: graphs.map((graph) => (inputs) => evaluate(graph, inputs)) };
}

/**
 * Runs a function over a batch.
 *
 * @typeParam R What the function returns: tensors, or also null.
 * @param f The function of one example.
 * @param inputs Its inputs, with the examples along the first axis where they are batched.
 * @param batched Which of them are.
 * @param size How many examples there are.
 * @returns Its results, all with the examples along the first axis.
 */
export function overBatch<R extends Tensor | null>(
  f: FlatFunction<R>,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): readonly R[] {
  return interpret((level) => new Batch(level, size), (trace) => {
    const results = f(inputs.map((x, i) => batched[i] ? trace.one(x) : x));
    return results.map((x) => x === null ? x : trace.whole(x)) as readonly Tensor[] as readonly R[];
  });
}

/**
 * Dtypes and shapes with a new leading axis.
 *
 * @param avals Dtypes and shapes.
 * @param size Length of the axis.
 * @returns Dtypes and shapes.
 */
export function overSize(avals: readonly Aval[], size: number): readonly Aval[] {
  return avals.map(({ dtype, shape }) => ({ dtype, shape: [size, ...shape] }));
}

/**
 * The two parts of what a rule returned.
 *
 * @param verb What the caller does, for messages.
 * @param what What the pair must be.
 * @param result What a user's rule returned.
 * @returns The pair.
 * @throws {ArgumentError} If it is none.
 */
export function pairOf(
  verb: string,
  what: string,
  result: unknown,
): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new ArgumentError(
    `Cannot ${verb} that returns ${
      Array.isArray(result) ? `${result.length} values` : valueText(result)
    }: return a pair of ${what}`,
  );
}

/**
 * Checks that no derivative is asked for by what a function closes over: its rule does not know it.
 *
 * @param name Name of the transform.
 * @param tangents Tangents of these tensors.
 * @throws {TraceError} If one of them is not null.
 */
export function checkConstants(name: string, tangents: readonly (Tensor | null)[]): void {
  if (tangents.every((tangent) => tangent === null)) return;
  throw new TraceError(
    `Cannot differentiate a ${name} function by a tensor or variable that it closes over: ` +
      `pass it as an argument, or wrap it in stopGradient`,
  );
}

/**
 * Checks that a rule's results are those of the function.
 *
 * @param verb What the caller does, for messages.
 * @param what What they are, for example `result`.
 * @param tree What the rule returned.
 * @param expected Dtypes and shapes of the function's results.
 * @param structure What contains them.
 * @returns The tensors of the tree.
 * @throws {ArgumentError} If the structures differ.
 * @throws {ShapeError} If a shape differs.
 * @throws {DTypeError} If a dtype differs.
 */
export function leavesLike(
  verb: string,
  what: string,
  tree: Tree,
  expected: readonly Aval[],
  structure: Structure,
): readonly Tensor[] {
  const own = flatten(tree);
  if (own.structure.key !== structure.key) {
    throw new ArgumentError(
      `Cannot ${verb} that returns ${what}s in another structure than the function: ` +
        `return the same arrays and objects, with a tensor for each tensor`,
    );
  }
  checkLike(verb, what, own.leaves, expected);
  return own.leaves;
}

/**
 * Applies a primitive that runs a function, or the function itself where there is nothing to follow.
 *
 * @typeParam P Type of its parameters.
 * @param p The primitive.
 * @param inputs Its inputs.
 * @param params Its parameters.
 * @returns The results.
 */
export function invoke<P extends { readonly call: FlatFunction }>(
  p: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
): readonly Tensor[] {
  return inputs.length === 0 ? params.call(inputs) : bindAll(p, inputs, params);
}
