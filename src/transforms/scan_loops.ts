/**
 * The loops that transforms make of a loop. They run no primitive: each is a plan that is remembered.
 *
 * @module
 */
import { evaluate, Graph, type Value } from "../core/graph.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { add } from "../ops/arithmetic.ts";
import { capture } from "./capture.ts";
import {
  batchGraph,
  chosen,
  type Flags,
  grown,
  jvpGraph,
  keyOf,
  linearizeGraph,
  placed,
  present,
  pruned,
  remembered,
  splitGraph,
  transposeGraph,
} from "./graph_transforms.ts";

/** Parameters of a loop. Inputs are constants, the first carry and what is looped over. */
export interface ScanParams {
  /** Takes the constants, the carry and a part of each `xs`; gives the next carry and parts of results. */
  readonly body: Graph;
  /** How many inputs are the same in each turn. */
  readonly constants: number;
  /** How many inputs are carried from turn to turn. */
  readonly carry: number;
  /** How many turns there are. */
  readonly length: number;
  /** Whether it starts at the end. */
  readonly reverse: boolean;
}

/** A list in three: for the constants, the carry and what is looped over. */
export type Three<T> = readonly [constants: readonly T[], carry: readonly T[], xs: readonly T[]];

/**
 * A list in three.
 *
 * @typeParam T Type of the elements.
 * @param list An element for each input.
 * @param params The loop.
 * @returns The parts.
 */
export function three<T>(
  list: readonly T[],
  { constants, carry }: Pick<ScanParams, "constants" | "carry">,
): Three<T> {
  return [
    list.slice(0, constants),
    list.slice(constants, constants + carry),
    list.slice(constants + carry),
  ];
}

/** Another loop that was made of one. */
export interface Loop {
  /** The loop. */
  readonly params: ScanParams;
  /** What its body closes over: its first inputs. */
  readonly constants: readonly Tensor[];
}

/** A loop over a graph whose inputs come in another order. */
function loopOf(
  graph: Graph,
  closedOver: readonly Tensor[],
  [constants, carry, xs]: Three<Value>,
  { length, reverse }: Pick<ScanParams, "length" | "reverse">,
): Loop {
  const first = graph.inputs.slice(0, closedOver.length);
  return {
    params: {
      body: new Graph([...first, ...constants, ...carry, ...xs], graph.nodes, graph.outputs),
      constants: first.length + constants.length,
      carry: carry.length,
      length,
      reverse,
    },
    constants: closedOver,
  };
}

/**
 * Two lists in the order of a loop.
 *
 * @typeParam T Type of the elements.
 * @param first For constants, carry and what is looped over.
 * @param second The same.
 * @returns Constants of both, carry of both, what both loop over.
 */
export function merged<T>([a, b, c]: Three<T>, [d, e, f]: Three<T>): Three<T> {
  return [[...a, ...d], [...b, ...e], [...c, ...f]];
}

/**
 * The parts without null.
 *
 * @typeParam T Type of the elements.
 * @param parts Elements and null.
 * @returns The elements.
 */
export function presentOf<T>([constants, carry, xs]: Three<T | null>): Three<T> {
  return [present(constants), present(carry), present(xs)];
}

/** The loop that carries tangents along. */
export interface MovingLoop extends Loop {
  /** Which inputs have tangents, after the carry of some turns. */
  readonly moving: Flags;
  /** Which results have tangents. */
  readonly moves: Flags;
}

/** Which results of a turn need a tangent: the carry that has one. */
function carried(flags: Flags, params: ScanParams): Flags {
  const [, carry] = three(flags, params);
  return params.body.outputs.map((_, i) => carry[i] ?? false);
}

/**
 * Makes the loop that carries tangents along.
 *
 * @param params The loop.
 * @param given Which inputs have tangents.
 * @returns A loop that gives carry, tangents of it, results and tangents of them.
 */
export function movingLoop(params: ScanParams, given: Flags): MovingLoop {
  return remembered(params, keyOf("jvp", given), () => {
    const { body, constants, carry } = params;
    const transformed = (flags: Flags): ReturnType<typeof jvpGraph> =>
      jvpGraph(body, flags, carried(flags, params));
    const moving = grown(given, constants, (flags) => transformed(flags).flags.slice(0, carry));
    const { graph, constants: own, flags: moves } = transformed(moving);
    const inputs = graph.inputs.slice(own.length);
    const primals = three(inputs.slice(0, moving.length), params);
    const tangents = three(placed(inputs.slice(moving.length), moving, null), params);
    const results = graph.outputs.slice(0, moves.length);
    const changes = placed(graph.outputs.slice(moves.length), moves, null);
    const ordered = new Graph(graph.inputs, graph.nodes, [
      ...results.slice(0, carry),
      ...present(changes.slice(0, carry)),
      ...results.slice(carry),
      ...present(changes.slice(carry)),
    ]);
    const all = merged(primals, presentOf(tangents));
    return { ...loopOf(ordered, own, all, params), moving, moves };
  });
}

/** The loop over a batch. */
export interface BatchedLoop extends Loop {
  /** Which inputs have the batch axis, after the carry of some turns. */
  readonly batched: Flags;
  /** Which results of a turn have it. */
  readonly results: Flags;
}

/**
 * Makes the loop over a batch.
 *
 * @param params The loop.
 * @param given Which inputs have the batch axis.
 * @param size Its length.
 * @returns A loop whose turns have it in front.
 */
export function batchedLoop(params: ScanParams, given: Flags, size: number): BatchedLoop {
  return remembered(params, keyOf(`batch ${size}`, given), () => {
    const { body, constants, carry } = params;
    const over = (flags: Flags): ReturnType<typeof batchGraph> =>
      batchGraph(body, flags, size, carried(flags, params));
    const batched = grown(given, constants, (flags) => over(flags).flags.slice(0, carry));
    const { graph, constants: own, flags: results } = over(batched);
    const order = three(graph.inputs.slice(own.length), params);
    return { ...loopOf(graph, own, order, params), batched, results };
  });
}

/** A loop over what is known, and a linear one over tangents. */
export interface LinearizedLoop {
  /** What is the same in all turns, from the constants. */
  readonly ahead: Graph;
  /** Gives the results, then what the derivative needs of each turn. */
  readonly known: ScanParams;
  /** What the body closes over: the first inputs of `ahead`. */
  readonly constants: readonly Tensor[];
  /** Values of one turn that the derivative needs: the same in all turns, or not. */
  readonly residuals: { readonly fixed: readonly Value[]; readonly varying: readonly Value[] };
  /** The values that `known` adds to the results. */
  readonly stacked: readonly Value[];
  /** Takes the residuals and tangents, gives tangents. */
  readonly linear: ScanParams;
  /** Which inputs have tangents, after the carry of some turns. */
  readonly moving: Flags;
  /** Which results have tangents. */
  readonly moves: Flags;
}

/**
 * Linearizes a loop. What its derivative needs is kept of each turn, but for what is the same in all
 * turns: weights and what is made of them would fill the memory.
 *
 * @param params The loop.
 * @param given Which inputs have tangents.
 * @returns Two loops.
 */
export function linearizedLoop(params: ScanParams, given: Flags): LinearizedLoop {
  return remembered(params, keyOf("linearize", given), () => {
    const { body, constants, carry } = params;
    const linearize = (flags: Flags): ReturnType<typeof linearizeGraph> =>
      linearizeGraph(body, flags, carried(flags, params));
    const moving = grown(given, constants, (flags) => linearize(flags).flags.slice(0, carry));
    const { known, residuals, linear, flags: moves } = linearize(moving);
    const { graph, constants: own } = known;
    const { first, second, early } = splitGraph(
      graph,
      graph.inputs.map((_, i) => i < own.length + constants),
    );
    const sources = graph.outputs.slice(moves.length);
    const xs = new Set(graph.inputs.slice(own.length + constants + carry));
    const stacked = [...new Set(sources.filter((value) => !early.has(value) && !xs.has(value)))];
    const outputs = [...graph.outputs.slice(0, moves.length), ...stacked];
    const count = first.outputs.length + own.length + constants;
    const isFixed = sources.map((value) => early.has(value));
    const isVarying = isFixed.map((flag) => !flag);
    const tangents = three(placed(linear.inputs.slice(residuals.length), moving, null), params);
    const places: Three<Value> = [chosen(residuals, isFixed), [], chosen(residuals, isVarying)];
    return {
      ahead: first,
      known: {
        ...params,
        body: pruned(new Graph(second.inputs, second.nodes, outputs)),
        constants: count,
      },
      constants: own,
      residuals: { fixed: chosen(sources, isFixed), varying: chosen(sources, isVarying) },
      stacked,
      linear: loopOf(linear, [], merged(places, presentOf(tangents)), params).params,
      moving,
      moves,
    };
  });
}

/** The adjoint of a loop that is linear in its carry: a loop from the other end. */
export interface AdjointLoop extends Loop {
  /** Which inputs get a cotangent. */
  readonly flags: Flags;
}

/**
 * The adjoint loop carries the cotangents of the carry, and adds up those of the constants. The whole
 * carry counts as unknown: a known one is the zero with which it starts.
 *
 * @param params The loop.
 * @param unknown Which inputs are unknown.
 * @param given Which results have a cotangent; that of the carry always has one.
 * @returns A loop that gives cotangents of the carry, of the constants, of what is looped over.
 */
export function adjointLoop(params: ScanParams, unknown: Flags, given: Flags): AdjointLoop {
  return remembered(params, keyOf("transpose", unknown, given), () => {
    const { body, constants, carry, length, reverse } = params;
    const inCarry = unknown.map((_, i) => i >= constants && i < constants + carry);
    const all = unknown.map((flag, i) => flag || inCarry[i]!);
    const flowing = given.map((flag, i) => flag || i < carry);
    const { graph, constants: own, flags } = transposeGraph(body, all, flowing, inCarry);
    const known = three(body.inputs.map((value, i) => all[i] ? null : value), params);
    const [knownConstants, , knownXs] = presentOf(known);
    const sums = chosen(body.inputs.slice(0, constants), flags);
    const cotangents = body.outputs.slice(0, carry);
    const parts = chosen(body.outputs.slice(carry), given.slice(carry));
    const order: Three<Aval> = [knownConstants, [...cotangents, ...sums], [...knownXs, ...parts]];
    const counts = order.map((list) => list.length);
    const captured = capture("a derivative", (...inputs) => {
      const turn = { constants: counts[0]!, carry: counts[1]! };
      const [first, state, rest] = three(inputs, turn);
      const found = evaluate(graph, [
        ...own,
        ...first,
        ...rest.slice(0, knownXs.length),
        ...state.slice(0, carry),
        ...rest.slice(knownXs.length),
      ]);
      return [
        ...found.slice(sums.length, sums.length + carry),
        ...sums.map((_, i) => add(state[carry + i]!, found[i]!)),
        ...found.slice(sums.length + carry),
      ];
    }, order.flat());
    return {
      params: {
        body: captured.graph,
        constants: captured.constants.length + counts[0]!,
        carry: counts[1]!,
        length,
        reverse: !reverse,
      },
      constants: captured.constants,
      flags: flags.map((flag, i) => flag && unknown[i]!),
    };
  });
}
