/**
 * Choosing a branch, as a primitive over captured graphs.
 *
 * @module
 */
import type { Item } from "../core/dtype.ts";
import { runGraph } from "../compiler/graph_runner.ts";
import { evaluate, Graph, Value } from "../core/graph.ts";
import { bindAll, definePrimitive, type Primitive, Unknown } from "../core/primitive.ts";
import { sameShape, type Shape } from "../core/shape.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import type { Tree } from "../core/tree.ts";
import { add, multiply, negative, subtract } from "../ops/arithmetic.ts";
import { equal } from "../ops/comparison.ts";
import { scalarLike } from "../ops/elementwise.ts";
import { logicalNot } from "../ops/logical.ts";
import { shareConstants } from "./body.ts";
import { capture, isLinear } from "./capture.ts";
import { evaluateReference } from "./graph_reference.ts";
import {
  batchGraph,
  checkInputs,
  chosenByMask,
  type ClosedGraph,
  either,
  type Flags,
  jvpGraph,
  keyOf,
  linearizeGraph,
  placed,
  present,
  remembered,
  transposeGraph,
  zerosFor,
} from "./graph_transforms.ts";

/** Parameters of a choice. */
export interface CondParams {
  /** Graphs of the same inputs and results; a bool index takes the first when false. */
  readonly branches: readonly Graph[];
}

/** Another choice that was made of one, and what its branches close over. */
interface Choice {
  readonly params: CondParams;
  readonly constants: readonly Tensor[];
  /** Which results (inputs, for the adjoint) take part. */
  readonly flags: Flags;
}

function choiceOf(branches: readonly ClosedGraph[], flags: Flags): Choice {
  const { constants, graphs } = shareConstants(branches);
  return { params: { branches: graphs }, constants, flags };
}

function choose(
  index: Tensor,
  { params, constants }: Choice,
  operands: readonly Tensor[],
): readonly Tensor[] {
  return bindAll(COND, [index, ...constants, ...operands], params);
}

/** Which branch an index takes. */
function branchAt(index: Item, branches: readonly Graph[]): Graph {
  if (typeof index === "boolean") return branches[Number(index)]!;
  return branches[Number(index)] ?? branches.at(-1)!;
}

/** Which results take part in one of the branches. */
function inAny(
  branches: readonly Graph[],
  flagsOf: (branch: Graph) => Flags,
): Flags {
  return branches.map(flagsOf).reduce(either);
}

function noneOf(list: readonly unknown[]): Flags {
  return list.map(() => false);
}

/** Results and tangents in one choice. */
function jvpOf(params: CondParams, moving: Flags): Choice {
  return remembered(params, keyOf("jvp", moving), () => {
    const { branches } = params;
    const moves = inAny(branches, (one) => jvpGraph(one, moving, noneOf(one.outputs)).flags);
    return choiceOf(branches.map((one) => jvpGraph(one, moving, moves)), moves);
  });
}

/** A choice of results and residuals, and a linear one of residuals and tangents. */
interface LinearizedChoice {
  readonly known: Choice;
  readonly linear: CondParams;
}

/**
 * Linearizes all branches. What their derivatives need to know shares slots: a branch fills those
 * that it does not need with zeros.
 */
function linearizedOf(params: CondParams, moving: Flags): LinearizedChoice {
  return remembered(params, keyOf("linearize", moving), () => {
    const { branches } = params;
    const moves = inAny(
      branches,
      (one) => linearizeGraph(one, moving, noneOf(one.outputs)).flags,
    );
    const parts = branches.map((one) => linearizeGraph(one, moving, moves));
    const slots: Aval[] = [];
    const places = parts.map(({ residuals }) => slotsFor(residuals, slots));
    const known = parts.map((part, k) => filling(part.known, slots, places[k]!));
    const linear = parts.map(({ linear: graph, residuals }, k) => {
      const own = slots.map((slot, i) => residuals[places[k]!.indexOf(i)] ?? new Value(slot));
      const tangents = graph.inputs.slice(residuals.length);
      return new Graph([...own, ...tangents], graph.nodes, graph.outputs);
    });
    return { known: choiceOf(known, moves), linear: { branches: linear } };
  });
}

/** A slot for each value, one of its dtype and shape; new ones where there is none. */
function slotsFor(values: readonly Aval[], slots: Aval[]): readonly number[] {
  const taken = new Set<number>();
  return values.map((value) => {
    let place = slots.findIndex((slot, i) =>
      !taken.has(i) && slot.dtype === value.dtype && sameShape(slot.shape, value.shape)
    );
    if (place < 0) place = slots.push(value) - 1;
    taken.add(place);
    return place;
  });
}

/** A branch that puts its last results into slots, and zeros into the other slots. */
function filling(
  { graph, constants }: ClosedGraph,
  slots: readonly Aval[],
  places: readonly number[],
): ClosedGraph {
  const captured = capture("cond", (...inputs) => {
    const all = evaluate(graph, inputs);
    const count = all.length - places.length;
    const own = all.slice(count);
    return [
      ...all.slice(0, count),
      ...slots.map((slot, i) => own[places.indexOf(i)] ?? zerosFor(slot)),
    ];
  }, graph.inputs);
  return { graph: captured.graph, constants: [...captured.constants, ...constants] };
}

/** The adjoint: the same choice between the adjoints of the branches. */
function adjointOf(params: CondParams, unknown: Flags, given: Flags): Choice {
  return remembered(params, keyOf("transpose", unknown, given), () => {
    const { branches } = params;
    const flows = inAny(
      branches,
      (one) => transposeGraph(one, unknown, given, noneOf(unknown)).flags,
    );
    return choiceOf(branches.map((one) => transposeGraph(one, unknown, given, flows)), flows);
  });
}

/** The choice over a batch in which all examples take the same branch. */
function batchOf(params: CondParams, batched: Flags, size: number): Choice {
  return remembered(params, keyOf(`batch ${size}`, batched), () => {
    const { branches } = params;
    const all = branches[0]!.outputs.map(() => true);
    return choiceOf(branches.map((one) => batchGraph(one, batched, size, all)), all);
  });
}

/** Each example takes another branch: all branches run, and each example chooses a result. */
function chooseEach(
  index: Tensor,
  { params: { branches }, constants }: Choice,
  operands: readonly Tensor[],
): readonly Tensor[] {
  const results = branches.map((branch) => evaluate(branch, [...constants, ...operands]));
  const takes = (k: number): Tensor => {
    if (index.dtype === "bool") return logicalNot(index as Tensor<"bool">);
    return equal(index as Tensor<"int32">, scalarLike(k, index) as Tensor<"int32">);
  };
  return results.slice(0, -1).reduceRight<readonly Tensor[]>((others, own, k) => {
    const mask = takes(k);
    return own.map((x, i) => chosenByMask(mask, x, others[i]!));
  }, results.at(-1)!);
}

/** Runs one of several graphs. */
export const COND: Primitive<CondParams> = definePrimitive<CondParams>({
  name: "cond",
  rule: ([, ...operands], { branches }) => {
    for (const branch of branches) checkInputs("cond", branch.inputs, operands);
    return branches[0]!.outputs;
  },
  reference: ([index, ...operands], { branches }) =>
    evaluateReference(branchAt(index!.items[0]!, branches), operands).map(({ items }) => items),
  lower: {},
  control: ({ branches }) => ({ kind: "branch", branches }),
  expand: ([index, ...operands], { branches }) =>
    runGraph(branchAt(index!.item(), branches), operands),
  dual: ([, ...tangents], [index, ...operands], params) => {
    const moving = tangents.map((tangent) => tangent !== null);
    const moved = present(tangents);
    if (!tangents.some(isLinear)) {
      const choice = jvpOf(params, moving);
      const { length } = choice.flags;
      const all = choose(index!, choice, [...operands, ...moved]);
      return [all.slice(0, length), placed(all.slice(length), choice.flags, null)];
    }
    const { known, linear } = linearizedOf(params, moving);
    const all = choose(index!, known, operands);
    const results = all.slice(0, known.flags.length);
    if (!known.flags.includes(true)) return [results, results.map(() => null)];
    const residuals = all.slice(results.length);
    const changes = bindAll(COND, [index!, ...residuals, ...moved], linear);
    return [results, placed(changes, known.flags, null)];
  },
  transpose: (cotangents, [index, ...operands], params) => {
    const unknown = operands.map((x) => x instanceof Unknown);
    const choice = adjointOf(params, unknown, cotangents.map((cotangent) => cotangent !== null));
    const known = operands.filter((x): x is Tensor => !(x instanceof Unknown));
    const found = choose(index as Tensor, choice, [...known, ...present(cotangents)]);
    return [null, ...placed(found, choice.flags, null)];
  },
  batch: ([index, ...operands], [differs, ...batched], params, size) => {
    const choice = batchOf(params, batched, size);
    return differs ? chooseEach(index!, choice, operands) : choose(index!, choice, operands);
  },
  dtypes: ["float64"],
  get samples() {
    return samples();
  },
});

type Float = Tensor<"float64">;

/** Branches over vectors, captured when they are asked for: importing captures nothing. */
function branchesOf(...all: readonly ((x: Float, y: Float) => Tree)[]): CondParams {
  const aval: Aval = { dtype: "float64", shape: [3] };
  return {
    branches: all.map((f) =>
      capture("cond", (x, y) => f(x as Float, y as Float), [aval, aval]).graph
    ),
  };
}

function samples(): Primitive<CondParams>["samples"] {
  const shapes: readonly Shape[] = [[], [3], [3]];
  const sums = branchesOf(
    (x, y) => [add(x, y), negative(x)],
    (x, y) => [negative(y), subtract(y, x)],
  );
  // The branches are linear in the same operands: the adjoint is that of all of them.
  const products = branchesOf(
    (x, y) => [multiply(x, y), multiply(x, x)],
    (x, y) => [negative(y), multiply(multiply(x, x), y)],
    (x, y) => [multiply(y, multiply(x, x)), add(multiply(x, x), y)],
  );
  return [
    { shapes, params: sums, dtypes: ["bool"] },
    { shapes, params: products, dtypes: ["int32"], bounds: [[-1, 3]] },
  ];
}
