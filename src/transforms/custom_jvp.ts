/**
 * Functions with a forward derivative of their own.
 *
 * @module
 */
import { bindAll, isTracing, type Primitive } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import { captureBody } from "./body.ts";
import type { Captured } from "./capture.ts";
import {
  checkConstants,
  closed,
  type FlatFunction,
  invoke,
  leavesLike,
  overBatch,
  overSize,
  pairOf,
} from "./functions.ts";
import { zerosOf } from "./tracer.ts";
import type { Transformable } from "./types.ts";

/** A function with its derivative; both take what they close over first. */
interface CustomJvpParams {
  /** Dtypes and shapes of the results. */
  readonly outputs: readonly Aval[];
  /** How many inputs are what the functions close over. */
  readonly constants: number;
  /** How many of these, the first, the function itself closes over. */
  readonly own: number;
  /** The function. */
  readonly call: FlatFunction;
  /** Results and their tangents from the inputs and a tangent of each argument. */
  readonly push: FlatFunction;
}

const CUSTOM_JVP: Primitive<CustomJvpParams> = {
  name: "customJvp",
  rule: (_, { outputs }) => outputs,
  reference: () => [],
  lower: {},
  expand: (inputs, { call }) => call(inputs),
  dual: (tangents, primals, { outputs, constants, own, push }) => {
    checkConstants("customJvp", tangents.slice(0, own));
    const moves = tangents.map((t, i) => t ?? zerosOf(primals[i]!)).slice(constants);
    const all = push([...primals, ...moves]);
    return [all.slice(0, outputs.length), all.slice(outputs.length)];
  },
  batch: (inputs, batched, { outputs, constants, own, call, push }, size) => {
    const withTangents = [...batched, ...batched.slice(constants)];
    return bindAll(CUSTOM_JVP, inputs, {
      outputs: overSize(outputs, size),
      constants,
      own,
      call: (all) => overBatch(call, all, batched, size),
      push: (all) => overBatch(push, all, withTangents, size),
    });
  },
  dtypes: [],
  samples: [],
};

/**
 * Gives a function a forward derivative of its own, which all derivatives use instead of that of its
 * steps: also those in reverse mode, within `vmap` and of higher order. Under transforms, function and
 * rule run with tensors that have no values, and once for each call.
 *
 * @typeParam F The function.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param rule Takes the arguments and a tangent of each (zeros where nothing changes), both as lists;
 * returns the result and its tangent. It must be linear in the tangents for reverse mode.
 * @returns The function with that derivative. It has none by tensors that it closes over.
 * @throws {TraceError} When differentiated by a tensor that `f` closes over.
 * @throws {ArgumentError} When transformed, if the rule does not return a pair.
 *
 * @example A derivative that does not overflow
 * ```ts
 * import { add, customJvp, divide, exp, grad, log1p, multiply, sum, tensor, type Tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const softplus = customJvp(
 *   (x: Tensor<"float32", [2]>) => log1p(exp(x)),
 *   ([x], [t]) => [log1p(exp(x)), divide(t, add(exp(multiply(x, -1)), 1))],
 * );
 *
 * const slope = grad((x: Tensor<"float32", [2]>) => sum(softplus(x)))(tensor([0, 100]));
 * assert.deepEqual(slope.toArray(), [0.5, 1]);
 * ```
 */
export function customJvp<F extends Transformable>(
  f: F,
  rule: (
    primals: Parameters<F>,
    tangents: Parameters<F>,
  ) => readonly [result: NoInfer<ReturnType<F>>, tangent: NoInfer<ReturnType<F>>],
): F {
  let withinRule = false;
  const transformed = (...args: readonly unknown[]): Tree => {
    const call = f as unknown as (...all: readonly unknown[]) => Tree;
    if (!isTracing()) return call(...args);
    const { leaves, structure } = flatten(args);
    const build = (own: readonly Tensor[]): readonly unknown[] =>
      structure.build(own) as readonly unknown[];
    const body = captureBody("customJvp", (...own) => call(...build(own)), leaves);
    const push = (...own: readonly Tensor[]): Tree =>
      pushed(
        rule as (...sides: readonly unknown[]) => unknown,
        [build(own.slice(0, leaves.length)), build(own.slice(leaves.length))],
        body,
      );
    // Within its own rule it runs the rule when that is needed: capturing it would not end.
    if (withinRule) {
      const { constants, calls } = closed([body]);
      const lazy: FlatFunction = (own) => push(...own.slice(constants.length)) as Tensor[];
      return bound(body, constants, leaves, calls[0]!, lazy);
    }
    withinRule = true;
    try {
      const captured = captureBody("customJvp", push, [...leaves, ...leaves]);
      const { constants, calls } = closed([body, captured]);
      return bound(body, constants, leaves, calls[0]!, calls[1]!);
    } finally {
      withinRule = false;
    }
  };
  return transformed as unknown as F;
}

function bound(
  { graph, constants: { length: own }, structure }: Captured,
  constants: readonly Tensor[],
  leaves: readonly Tensor[],
  call: FlatFunction,
  push: FlatFunction,
): Tree {
  const { outputs } = graph;
  const params = { outputs, constants: constants.length, own, call, push };
  return structure.build(invoke(CUSTOM_JVP, [...constants, ...leaves], params));
}

/** What a rule gives, as a flat list: the results, then their tangents. */
function pushed(
  rule: (...sides: readonly unknown[]) => unknown,
  sides: readonly (readonly unknown[])[],
  { graph, structure }: Captured,
): readonly Tensor[] {
  const verb = "use a customJvp rule";
  const [result, tangent] = pairOf(verb, "the result and its tangent", rule(...sides));
  return [
    ...leavesLike(verb, "result", result, graph.outputs, structure),
    ...leavesLike(verb, "tangent", tangent, graph.outputs, structure),
  ];
}
