/**
 * Loops whose number of turns is not known, as a primitive over captured graphs.
 *
 * @module
 */
import { runGraph, runLoop } from "../compiler/graph_runner.ts";
import { evaluate, Graph, Value } from "../core/graph.ts";
import { bindAll, definePrimitive, type Primitive, type Sample } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { add, multiply } from "../ops/arithmetic.ts";
import { less } from "../ops/comparison.ts";
import { repeated } from "../ops/movement_primitives.ts";
import { any } from "../ops/reductions.ts";
import { shareConstants } from "./body.ts";
import { capture, isLinear } from "./capture.ts";
import { evaluateReference } from "./graph_reference.ts";
import {
  batchGraph,
  checkInputs,
  chosenByMask,
  type ClosedGraph,
  type Flags,
  grown,
  jvpGraph,
  keyOf,
  placed,
  present,
  remembered,
  zerosFor,
} from "./graph_transforms.ts";
import { Turns } from "./turns.ts";

/** Parameters of a loop. Both graphs take the constants, then the carry. */
export interface WhileParams {
  /** Whether to turn once more. */
  readonly condition: Graph;
  /** The next carry. */
  readonly body: Graph;
  /** How many inputs are the same in each turn. */
  readonly constants: number;
}

/** Another loop that was made of one, and what its graphs close over. */
interface Loop {
  readonly params: WhileParams;
  readonly constants: readonly Tensor[];
  /** Which parts of the carry take part. */
  readonly flags: Flags;
}

/** A loop over graphs that take `constants` further constants after those that they close over. */
function loopOf(
  condition: ClosedGraph,
  body: ClosedGraph,
  constants: number,
  flags: Flags,
): Loop {
  const { constants: own, graphs } = shareConstants([condition, body]);
  const params = {
    condition: graphs[0]!,
    body: graphs[1]!,
    constants: own.length + constants,
  };
  return { params, constants: own, flags };
}

function loop({ params, constants }: Loop, inputs: readonly Tensor[]): readonly Tensor[] {
  return bindAll(WHILE, [...constants, ...inputs], params);
}

/** The loop that carries tangents along. It takes constants and their tangents, carry and tangents. */
function jvpOf(params: WhileParams, moving: Flags): Loop {
  return remembered(params, keyOf("jvp", moving), () => {
    const { condition, body, constants } = params;
    const flags = grown(
      moving,
      constants,
      (all) => jvpGraph(body, all, all.slice(constants)).flags,
    );
    const { graph, constants: own } = jvpGraph(body, flags, flags.slice(constants));
    const [first, inputs] = [graph.inputs.slice(0, own.length), graph.inputs.slice(own.length)];
    const primals = inputs.slice(0, flags.length);
    const tangents = placed(inputs.slice(flags.length), flags, null);
    const ordered = interleaved(primals, tangents, constants);
    const turn = new Graph([...first, ...ordered], graph.nodes, graph.outputs);
    const unused = tangents.map((value) => value && new Value(value));
    const test = new Graph(
      interleaved(condition.inputs, unused, constants),
      condition.nodes,
      condition.outputs,
    );
    const moved = flags.slice(0, constants).filter((flag) => flag).length;
    return loopOf(
      { graph: test, constants: [] },
      { graph: turn, constants: own },
      constants + moved,
      flags,
    );
  });
}

/** Constants and their tangents, then the carry and its tangents. */
function interleaved<T>(
  primals: readonly T[],
  tangents: readonly (T | null)[],
  constants: number,
): readonly T[] {
  return [
    ...primals.slice(0, constants),
    ...present(tangents.slice(0, constants)),
    ...primals.slice(constants),
    ...present(tangents.slice(constants)),
  ];
}

/** The loop over a batch. */
interface BatchedLoop extends Loop {
  /** Which examples turn at all, where they do not all turn together. */
  readonly start: ClosedGraph | null;
}

function batchOf(params: WhileParams, batched: Flags, size: number): BatchedLoop {
  return remembered(params, keyOf(`batch ${size}`, batched), () => {
    const { condition, body, constants } = params;
    const flags = grown(
      batched,
      constants,
      (all) => batchGraph(body, all, size, all.slice(constants)).flags,
    );
    const test = batchGraph(condition, flags, size, [false]);
    if (!test.flags[0]) {
      const turn = batchGraph(body, flags, size, flags.slice(constants));
      return { ...loopOf(test, turn, constants, flags.slice(constants)), start: null };
    }
    const all = flags.map((flag, i) => flag || i >= constants);
    const start = batchGraph(condition, all, size, [true]);
    const turn = batchGraph(body, all, size, all.slice(constants));
    return { ...frozen(start, turn, constants), flags: all.slice(constants), start };
  });
}

/** The loop that turns until all examples are done; the first part of its carry says which are not. */
function frozen(test: ClosedGraph, turn: ClosedGraph, constants: number): Loop {
  const mask: Aval = test.graph.outputs[0]!;
  const inputs = turn.graph.inputs.slice(turn.constants.length);
  const avals = inputs.toSpliced(constants, 0, new Value(mask));
  const anyLeft = capture("vmap", (...own) => any(own[constants] as Tensor<"bool">), avals);
  const next = capture("vmap", (...own) => {
    const [left, rest] = [own[constants]!, own.toSpliced(constants, 1)];
    const before = rest.slice(constants);
    const after = evaluate(turn.graph, [...turn.constants, ...rest])
      .map((x, i) => chosenByMask(left, x, before[i]!));
    const again = evaluate(test.graph, [
      ...test.constants,
      ...rest.slice(0, constants),
      ...after,
    ]);
    return [again[0]!, ...after];
  }, avals);
  return loopOf(anyLeft, next, constants, []);
}

function run(inputs: readonly Tensor[], params: WhileParams): readonly Tensor[] {
  const { condition, body, constants } = params;
  const own = inputs.slice(0, constants);
  const turns = new Turns(inputs);
  let carry = inputs.slice(constants);
  for (let taken = 0;; taken = 1) {
    // From some turn on the rest runs as one program.
    const rest = runLoop(WHILE, [...own, ...carry], params, taken);
    if (rest) {
      turns.drop(carry, rest);
      return rest;
    }
    if (!runGraph(condition, [...own, ...carry])[0]!.item()) return carry;
    const before = carry;
    carry = [...turns.take(() => runGraph(body, [...own, ...before]))];
    turns.drop(before, carry);
  }
}

/** Turns as long as a condition holds. */
export const WHILE: Primitive<WhileParams> = definePrimitive<WhileParams>({
  name: "whileLoop",
  rule: (inputs, { condition, body }) => {
    checkInputs("whileLoop", condition.inputs, inputs);
    checkInputs("whileLoop", body.inputs, inputs);
    return body.outputs;
  },
  reference: (inputs, { condition, body, constants }) => {
    const own = inputs.slice(0, constants);
    let carry = inputs.slice(constants);
    while (evaluateReference(condition, [...own, ...carry])[0]!.items[0]) {
      carry = [...evaluateReference(body, [...own, ...carry])];
    }
    return carry.map(({ items }) => items);
  },
  lower: {},
  control: ({ condition, body, constants }) => ({ kind: "while", condition, body, constants }),
  expand: run,
  dual: (tangents, primals, params) => {
    const moving = jvpOf(params, tangents.map((tangent) => tangent !== null));
    const all = moving.flags.map((flag, i) => flag ? tangents[i] ?? zerosFor(primals[i]!) : null);
    const together = loop(moving, interleaved(primals, all, params.constants));
    const flags = moving.flags.slice(params.constants);
    const changes = placed(together.slice(flags.length), flags, null);
    // What is recorded to be run backward knows no values.
    const results = tangents.some(isLinear)
      ? bindAll(WHILE, primals, params)
      : together.slice(0, flags.length);
    return [results, changes];
  },
  forwardOnly: "the number of its turns is not known, use scan, or forLoop with bounds that are " +
    "numbers, or forward mode (jvp)",
  batch: (inputs, batched, params, size) => {
    const { constants } = params;
    const over = batchOf(params, batched, size);
    const carry = inputs.slice(constants).map((x, i) =>
      over.flags[i] && !batched[constants + i] ? repeated(x, size) : x
    );
    const own = inputs.slice(0, constants);
    if (over.start) {
      const [left] = evaluate(over.start.graph, [...over.start.constants, ...own, ...carry]);
      return loop(over, [...own, left!, ...carry]).slice(1);
    }
    return loop(over, [...own, ...carry]).map((x, i) => over.flags[i] ? x : repeated(x, size));
  },
  dtypes: ["float64"],
  get samples() {
    return samples();
  },
});

/** Squares a vector some times; captured when it is asked for: importing captures nothing. */
function samples(): readonly Sample<WhileParams>[] {
  const number: Aval = { dtype: "int32", shape: [] };
  const avals: readonly Aval[] = [
    number,
    number,
    { dtype: "float64", shape: [3] },
    number,
    { dtype: "float64", shape: [3] },
  ];
  type Count = Tensor<"int32", []>;
  type Vector = Tensor<"float64", [3]>;
  const condition = capture(
    "whileLoop",
    (_, end, _scale, i) => less(i as Count, end as Count),
    avals,
  );
  const body = capture("whileLoop", (one, _, scale, i, x) => [
    add(i as Count, one as Count),
    multiply(x as Vector, add(x as Vector, scale as Vector)),
  ], avals);
  return [{
    shapes: avals.map(({ shape }) => shape),
    params: { condition: condition.graph, body: body.graph, constants: 3 },
    dtypes: ["int32", "int32", undefined, "int32"],
    bounds: [[1, 1], [2, 4], undefined, [0, 1]],
  }];
}
