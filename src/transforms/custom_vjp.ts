/**
 * Functions with a backward derivative of their own.
 *
 * @module
 */
import { ArgumentError, TraceError } from "../core/errors.ts";
import { bindAll, isTracing, type Primitive } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Structure, type Tree } from "../core/tree.ts";
import { filled } from "../ops/creation.ts";
import { summed } from "../ops/movement_primitives.ts";
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
import { checkLike, isDifferentiable } from "./jvp.ts";
import type { Transformable } from "./types.ts";

/** A function with its adjoint; all take what they close over first. */
interface CustomVjpParams {
  /** Dtypes and shapes of the results. */
  readonly outputs: readonly Aval[];
  /** How many inputs are what the functions close over. */
  readonly constants: number;
  /** How many of these, the first, the function itself closes over. */
  readonly own: number;
  /** The function. */
  readonly call: FlatFunction;
  /** Results and residuals from the inputs. */
  readonly forward: FlatFunction;
  /** Cotangents of the arguments from constants, residuals and cotangents of the results. */
  readonly backward: FlatFunction<Tensor | null>;
}

/** The derivative of such a function at a point: linear in tangents of some arguments. */
interface CustomTangentParams {
  /** Dtypes and shapes of the results. */
  readonly outputs: readonly Aval[];
  /** How many inputs are constants and residuals; the others are tangents. */
  readonly known: number;
  /** Which arguments have the tangents. */
  readonly moving: readonly number[];
  /** Cotangents of the arguments from constants, residuals and cotangents of the results. */
  readonly backward: FlatFunction<Tensor | null>;
}

const CUSTOM_TANGENT: Primitive<CustomTangentParams> = {
  name: "tangent of customVjp",
  rule: (_, { outputs }) => outputs,
  reference: () => [],
  lower: {},
  // Every way forward leads here; backward mode takes its adjoint alone.
  expand: () => {
    throw new TraceError(
      "Cannot push tangents forward through a customVjp function: it has a backward derivative " +
        "alone, use reverse mode (grad, vjp), or define it by customJvp",
    );
  },
  transpose: (cotangents, inputs, { outputs, known, moving, backward }) => {
    const residuals = inputs.slice(0, known) as readonly Tensor[];
    const own = cotangents.map((c, i) => c ?? zerosLike(outputs[i]!));
    const found = backward([...residuals, ...own]);
    return [...residuals.map(() => null), ...moving.map((place) => found[place]!)];
  },
  batch: (inputs, batched, { outputs, known, moving, backward }, size) => {
    const isMoving = moving.map((_, i) => batched[known + i]!);
    return bindAll(CUSTOM_TANGENT, inputs, {
      outputs: overSize(outputs, size),
      known,
      moving,
      backward: (all) => {
        const found = overBatch(backward, all, all.map((_, i) => batched[i]! || i >= known), size);
        return found.map((c, place) => collected(c, isMoving[moving.indexOf(place)] ?? true));
      },
    });
  },
  dtypes: [],
  samples: [],
};

function zerosLike({ dtype, shape }: Aval): Tensor {
  return filled(shape, dtype === "bool" ? false : 0, dtype);
}

/** A cotangent over a batch: what is the same for all examples gets something from each of them. */
function collected(cotangent: Tensor | null, batched: boolean): Tensor | null {
  return cotangent === null || batched ? cotangent : summed(cotangent, [0]);
}

const CUSTOM_VJP: Primitive<CustomVjpParams> = {
  name: "customVjp",
  rule: (_, { outputs }) => outputs,
  reference: () => [],
  lower: {},
  expand: (inputs, { call }) => call(inputs),
  dual: (tangents, primals, { outputs, constants, own, forward, backward }) => {
    checkConstants("customVjp", tangents.slice(0, own));
    const all = forward(primals);
    const known = [...primals.slice(0, constants), ...all.slice(outputs.length)];
    const moving = tangents.slice(constants).flatMap((tangent, i) => tangent ? [i] : []);
    const moves = moving.map((place) => tangents[constants + place]!);
    const params = { outputs, known: known.length, moving, backward };
    return [all.slice(0, outputs.length), bindAll(CUSTOM_TANGENT, [...known, ...moves], params)];
  },
  batch: (inputs, batched, { outputs, constants, own, call, forward, backward }, size) =>
    bindAll(CUSTOM_VJP, inputs, {
      outputs: overSize(outputs, size),
      constants,
      own,
      call: (all) => overBatch(call, all, batched, size),
      forward: (all) => overBatch(forward, all, batched, size),
      backward: (all) => {
        const moving = all.map((_, i) => batched[i]! || i >= constants);
        const found = overBatch(backward, all, moving, size);
        return found.map((c, i) => collected(c, batched[constants + i]!));
      },
    }),
  dtypes: [],
  samples: [],
};

/**
 * The gradients that a backward rule may return: one for each argument, or null where it is zero.
 *
 * @typeParam A The arguments.
 */
export type CustomGradients<A extends readonly unknown[]> = {
  readonly [I in keyof A]: A[I] | null;
};

/**
 * Gives a function a backward derivative of its own, which reverse mode uses instead of that of its
 * steps: also within `vmap` and for first derivatives of higher ones. It has no forward derivative.
 * Under transforms, the functions run with tensors that have no values, and once for each call.
 *
 * @typeParam F The function.
 * @typeParam R What goes from `forward` to `backward`.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param forward Takes `f`'s arguments; returns a pair of its result and of a tree of tensors that
 * `backward` needs.
 * @param backward Takes that tree and a cotangent like the result; returns a list of cotangents, one
 * for each argument, or null where it is zero.
 * @returns The function with that derivative. It has none by tensors that it closes over.
 * @throws {TraceError} When differentiated forward, or by a tensor that `f` closes over.
 * @throws {ArgumentError} When transformed, if a rule does not return what it must.
 *
 * @example Gradients that are clipped
 * ```ts
 * import { clip, customVjp, grad, multiply, sum, tensor, type Tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const clipped = customVjp(
 *   (x: Tensor<"float32", [2]>) => x,
 *   (x) => [x, null],
 *   (_, c) => [clip(c, { min: -1, max: 1 })],
 * );
 *
 * const weights = tensor([0.5, 5]);
 * const loss = (x: Tensor<"float32", [2]>) => sum(multiply(weights, clipped(x)));
 * assert.deepEqual(grad(loss)(tensor([1, 1])).toArray(), [0.5, 1]);
 * ```
 */
export function customVjp<F extends Transformable, const R>(
  f: F,
  forward: (
    ...args: Parameters<F>
  ) => readonly [result: NoInfer<ReturnType<F>>, residuals: R],
  backward: (
    residuals: NoInfer<R>,
    cotangent: ReturnType<F>,
  ) => CustomGradients<Parameters<F>>,
): F {
  let withinRules = false;
  const transformed = (...args: readonly unknown[]): Tree => {
    const call = f as unknown as (...all: readonly unknown[]) => Tree;
    if (!isTracing()) return call(...args);
    const { leaves, structure } = flatten(args);
    const body = captureBody(
      "customVjp",
      (...own) => call(...structure.build(own) as readonly unknown[]),
      leaves,
    );
    const rules = new Rules(forward as Rule, backward as Rule, args, body);
    // Within its own rules it runs them when they are needed: capturing them would not end.
    if (withinRules) {
      const { constants, calls } = closed([body]);
      const from = constants.length;
      return bound(body, constants, leaves, {
        call: calls[0]!,
        forward: (all) => rules.forward(all.slice(from)),
        backward: (all) => rules.backward(all.slice(from)),
      });
    }
    withinRules = true;
    try {
      const there = captureBody("customVjp", (...own) => rules.forward(own), leaves);
      const passed = [
        ...there.graph.outputs.slice(body.graph.outputs.length),
        ...body.graph.outputs,
      ];
      let present: readonly boolean[] = [];
      const back = captureBody("customVjp", (...own) => {
        const found = rules.backward(own);
        present = found.map((c) => c !== null);
        return found;
      }, passed);
      const { constants, calls } = closed([body, there, back]);
      return bound(body, constants, leaves, {
        call: calls[0]!,
        forward: calls[1]!,
        backward: (all) => {
          const found = calls[2]!(all).values();
          return present.map((is) => is ? found.next().value! : null);
        },
      });
    } finally {
      withinRules = false;
    }
  };
  return transformed as unknown as F;
}

type Rule = (...args: readonly unknown[]) => unknown;

function bound(
  { graph: { outputs }, constants: { length: own }, structure }: Captured,
  constants: readonly Tensor[],
  leaves: readonly Tensor[],
  functions: Pick<CustomVjpParams, "call" | "forward" | "backward">,
): Tree {
  const params = { outputs, constants: constants.length, own, ...functions };
  return structure.build(invoke(CUSTOM_VJP, [...constants, ...leaves], params));
}

/** A user's rules as functions of flat tensors. */
class Rules {
  readonly #forward: Rule;
  readonly #backward: Rule;
  readonly #args: readonly unknown[];
  readonly #body: Captured;
  /** What contains the residuals, known once `forward` has run. */
  #residuals: Structure | undefined;

  constructor(forward: Rule, backward: Rule, args: readonly unknown[], body: Captured) {
    this.#forward = forward;
    this.#backward = backward;
    this.#args = args;
    this.#body = body;
  }

  /** The results, then the residuals. */
  forward(inputs: readonly Tensor[]): readonly Tensor[] {
    const verb = "use a forward rule of customVjp";
    const { structure } = flatten(this.#args);
    const all = this.#forward(...structure.build(inputs) as readonly unknown[]);
    const [result, residuals] = pairOf(verb, "the result and what backward needs", all);
    const kept = flatten(residuals);
    this.#residuals = kept.structure;
    const { graph, structure: own } = this.#body;
    return [...leavesLike(verb, "result", result, graph.outputs, own), ...kept.leaves];
  }

  /** A cotangent for each tensor of the arguments, from residuals and cotangents of the results. */
  backward(inputs: readonly Tensor[]): readonly (Tensor | null)[] {
    const residuals = this.#residuals!;
    const { count } = residuals;
    const found = this.#backward(
      residuals.build(inputs.slice(0, count)),
      this.#body.structure.build(inputs.slice(count)),
    );
    const parts: readonly unknown[] = Array.isArray(found) ? found : [found];
    if (parts.length !== this.#args.length) {
      throw new ArgumentError(
        `Cannot use a backward rule of customVjp that returns ${parts.length} gradients for ` +
          `${this.#args.length} arguments: return one for each argument, or null where it is zero`,
      );
    }
    return this.#args.flatMap((arg, i) => gradientsLike(parts[i], flatten(arg).leaves));
  }
}

function gradientsLike(part: unknown, leaves: readonly Tensor[]): readonly (Tensor | null)[] {
  if (part === null || part === undefined) return leaves.map(() => null);
  const own = flatten(part).leaves;
  const floating = leaves.map(isDifferentiable);
  const belongs = (_: unknown, i: number): boolean => floating[i] ?? true;
  const verb = "use a backward rule of customVjp";
  checkLike(verb, "gradient", own.filter(belongs), leaves.filter(belongs));
  return leaves.map((_, i) => floating[i] ? own[i]! : null);
}
