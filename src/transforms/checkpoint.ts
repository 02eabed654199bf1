/**
 * Rematerialisation: memory for time in reverse mode.
 *
 * @module
 */
import { bindAll, isTracing, type Primitive } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import { repeated } from "../ops/movement_primitives.ts";
import { captureBody } from "./body.ts";
import { closed, type FlatFunction, invoke, overBatch, overSize } from "./functions.ts";
import { isDifferentiable, jvpFlat } from "./jvp.ts";
import { filled, linearizeFlat, transposeLinear } from "./linear.ts";
import type { Transformable } from "./types.ts";

/** A function whose steps derivatives do not keep. */
interface CheckpointParams {
  /** Dtypes and shapes of the results. */
  readonly outputs: readonly Aval[];
  /** The function. */
  readonly call: FlatFunction;
}

/** The derivative of a function, from its inputs and tangents of some of them. */
interface CheckpointTangentParams {
  /** Dtypes and shapes of the function's results; those that have derivatives have tangents. */
  readonly outputs: readonly Aval[];
  /** Which inputs have the tangents. */
  readonly moving: readonly number[];
  /** The function. */
  readonly call: FlatFunction;
}

const CHECKPOINT: Primitive<CheckpointParams> = {
  name: "checkpoint",
  rule: (_, { outputs }) => outputs,
  reference: () => [],
  lower: {},
  expand: (inputs, { call }) => call(inputs),
  jvp: tangentsOf,
  batch: (inputs, batched, { outputs, call }, size) =>
    bindAll(CHECKPOINT, inputs, {
      outputs: overSize(outputs, size),
      call: (all) => overBatch(call, all, batched, size),
    }),
  dtypes: [],
  samples: [],
};

const CHECKPOINT_TANGENT: Primitive<CheckpointTangentParams> = {
  name: "tangent of checkpoint",
  rule: (_, { outputs }) => outputs.filter(isDifferentiable),
  reference: () => [],
  lower: {},
  expand: (inputs, params) => pushed(params)(inputs),
  jvp: (tangents, inputs, params) =>
    tangentsOf(tangents, inputs, {
      outputs: params.outputs.filter(isDifferentiable),
      call: pushed(params),
    }),
  // The steps run again when the cotangents are there.
  transpose: (cotangents, inputs, params) => {
    const { moving } = params;
    const primals = inputs.slice(0, inputs.length - moving.length) as readonly Tensor[];
    const given = cotangents.map((c) => c !== null);
    const found = bindAll(CHECKPOINT, [...primals, ...cotangents.filter((c) => c !== null)], {
      outputs: moving.map((place) => avalOf(primals[place]!)),
      call: pulled(params, given),
    });
    return [...primals.map(() => null), ...found];
  },
  batch: (inputs, batched, { outputs, moving, call }, size) => {
    const count = inputs.length - moving.length;
    // A tangent has the shape of its primal.
    const own = batched.slice(0, count).map((is, i) => is || batched[count + moving.indexOf(i)]!);
    const all = [...own, ...moving.map((place) => own[place]!)];
    const whole = inputs.map((x, i) => all[i] && !batched[i] ? repeated(x, size) : x);
    return bindAll(CHECKPOINT_TANGENT, whole, {
      outputs: overSize(outputs, size),
      moving,
      call: (examples) => overBatch(call, examples, own, size),
    });
  },
  dtypes: [],
  samples: [],
};

function avalOf({ dtype, shape }: Aval): Aval {
  return { dtype, shape };
}

function tangentsOf(
  tangents: readonly (Tensor | null)[],
  primals: readonly Tensor[],
  { outputs, call }: CheckpointParams,
): readonly (Tensor | null)[] {
  const moving = tangents.flatMap((tangent, i) => tangent ? [i] : []);
  const own = tangents.filter((tangent) => tangent !== null);
  const found = bindAll(CHECKPOINT_TANGENT, [...primals, ...own], { outputs, moving, call });
  const next = found.values();
  return outputs.map((out) => isDifferentiable(out) ? next.next().value! : null);
}

/** Tangents of the results from primals and tangents. */
function pushed({ outputs, moving, call }: CheckpointTangentParams): FlatFunction {
  return (all) => {
    const primals = all.slice(0, all.length - moving.length);
    const tangents = new Array<Tensor | null>(primals.length).fill(null);
    moving.forEach((place, i) => tangents[place] = all[primals.length + i]!);
    const [, found] = jvpFlat((...own) => call(own), primals, tangents);
    return (found as readonly Tensor[]).filter((_, i) => isDifferentiable(outputs[i]!));
  };
}

/** Cotangents of the moving inputs from primals and those cotangents of results that are given. */
function pulled(
  { outputs, moving, call }: CheckpointTangentParams,
  given: readonly boolean[],
): FlatFunction {
  return (all) => {
    const count = all.length - given.filter((is) => is).length;
    const point = moving.map((place) => all[place]!);
    const { map } = linearizeFlat((...moved) => {
      const own = all.slice(0, count);
      moving.forEach((place, i) => own[place] = moved[i]!);
      return call(own);
    }, point);
    const next = all.slice(count).values();
    const flows = given.values();
    const cotangents = outputs.map((out) =>
      isDifferentiable(out) && flows.next().value ? next.next().value! : null
    );
    return filled(transposeLinear(map, cotangents), point);
  };
}

/**
 * A function of which reverse mode keeps the arguments alone: its steps run again when the gradient
 * passes through. It costs the time of one more run and spares the memory of all that is between.
 * Under transforms, the function runs with tensors that have no values.
 *
 * @typeParam F The function.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @returns The same function, with the same derivatives.
 *
 * @example Usage
 * ```ts
 * import { checkpoint, grad, square, sum, tensor, type Tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const layer = checkpoint((x: Tensor<"float32", [2]>) => square(square(x)));
 * const loss = (x: Tensor<"float32", [2]>) => sum(layer(x));
 *
 * assert.deepEqual(grad(loss)(tensor([1, 2])).toArray(), [4, 32]);
 * ```
 */
export function checkpoint<F extends Transformable>(f: F): F {
  const transformed = (...args: readonly unknown[]): Tree => {
    const call = f as unknown as (...all: readonly unknown[]) => Tree;
    if (!isTracing()) return call(...args);
    const { leaves, structure } = flatten(args);
    const body = captureBody(
      "checkpoint",
      (...own) => call(...structure.build(own) as readonly unknown[]),
      leaves,
    );
    const { constants, calls } = closed([body]);
    const params = { outputs: body.graph.outputs.map(avalOf), call: calls[0]! };
    return body.structure.build(invoke(CHECKPOINT, [...constants, ...leaves], params));
  };
  return transformed as unknown as F;
}
