/**
 * Loops and branches as steps of a program: their graphs are planned in place.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Graph, Node, Value } from "../core/graph.ts";
import type { Control } from "../core/primitive.ts";
import { isContiguous, sizeOf } from "../core/shape.ts";
import { type Aval, freshLayout, type Tensor } from "../core/tensor.ts";
import { optimized } from "./passes.ts";
import { addressIn, type Place, planned } from "./place.ts";
import type { Move, Step } from "./program.ts";

/** A graph that was planned within another. */
export interface Within {
  /** Its steps. */
  readonly steps: readonly Step[];
  /** Where its results lie. */
  readonly results: readonly Place[];
  /** Gives the memory of its results back. */
  release(): void;
}

/** What planning a loop or branch needs of the plan around it. */
export interface ControlPlanner {
  /** Where a value lies that was planned before. */
  placeOf(value: Value): Place;
  /** Plans a graph here: where its inputs lie, and where values go that have a place already. */
  within(
    graph: Graph,
    places: readonly Place[],
    targets: ReadonlyMap<Value, Place>,
  ): Within;
  /** Steps that copy a value to a place in C order. */
  copied(x: Aval, from: Place, to: Place): readonly Step[];
  /** Temporary memory in C order, until it is given back. */
  take(x: Aval): Place;
  /** Gives it back. */
  give(x: Aval, place: Place): void;
  /** A region that is not in use: no step around the loop that takes it reads it. */
  takeRegion(): number;
  /** Gives it back. */
  giveRegion(region: number): void;
  /** Where a tensor lies that is always the same. */
  constant(x: Tensor): Place;
}

/**
 * What a node does with graphs, if these can be planned.
 *
 * @param node The node.
 * @returns What it does, or undefined if it runs no graphs, or some that only the host can run.
 */
export function controlOf({ primitive, params, inputs }: Node): Control<Graph> | undefined {
  const control = primitive.control?.(params) as Control<Graph> | undefined;
  if (!control || !graphsOf(control).every(isNumeric)) return undefined;
  const index = inputs[0]?.dtype;
  if (control.kind === "branch" && index !== "bool" && index !== "int32") return undefined;
  return control;
}

function graphsOf(control: Control<Graph>): readonly Graph[] {
  if (control.kind === "branch") return control.branches;
  return control.kind === "while" ? [control.condition, control.body] : [control.body];
}

/** Whether no value of a graph, nor of those within it, is a string. */
function isNumeric(graph: Graph): boolean {
  const isNumber = ({ dtype }: Aval): boolean => dtype !== "string";
  return graph.inputs.every(isNumber) && graph.nodes.every(({ primitive, params, outputs }) => {
    const inner = primitive.control?.(params) as Control<Graph> | undefined;
    return outputs.every(isNumber) && (!inner || graphsOf(inner).every(isNumeric));
  });
}

/**
 * How many elements a graph computes, with so many more for each primitive.
 *
 * @param graph The graph.
 * @param perNode What each primitive counts beside its elements.
 * @returns The count; loops whose turns are not known count as some.
 */
export function workOf(graph: Graph, perNode: number): number {
  return graph.nodes.reduce((sum, { primitive, params, outputs }) => {
    const control = primitive.control?.(params) as Control<Graph> | undefined;
    const own = outputs.reduce((n, { shape }) => n + sizeOf(shape), perNode);
    if (!control) return sum + own;
    const turns = control.kind === "scan" ? control.length : control.kind === "while" ? 10 : 1;
    return sum + turns * Math.max(...graphsOf(control).map((inner) => workOf(inner, perNode)));
  }, 0);
}

/**
 * Plans a loop or branch.
 *
 * @param planner The plan around it.
 * @param node The node.
 * @param control What it does.
 * @param targets Where its results go, in C order.
 * @returns The steps.
 */
export function plannedControl(
  planner: ControlPlanner,
  node: Node,
  control: Control<Graph>,
  targets: readonly Place[],
): readonly Step[] {
  if (control.kind === "branch") return branch(planner, node, control, targets);
  return control.kind === "while"
    ? loop(planner, node, control, targets)
    : scan(planner, node, control, targets);
}

/** A graph after all passes, and where the inputs lie that these have added. */
function compact(
  planner: ControlPlanner,
  graph: Graph,
): { readonly graph: Graph; readonly added: readonly Place[] } {
  const { graph: own, known } = optimized({ graph, known: new Map() });
  const added = own.inputs.slice(graph.inputs.length).map((value) =>
    planner.constant(known.get(value)!)
  );
  return { graph: own, added };
}

/**
 * Values that nodes of a graph make, and those in another shape: each lies in C order wherever there is a
 * place for it.
 */
function madeBy({ nodes }: Graph): ReadonlyMap<Value, Value> {
  const made = new Map<Value, Value>();
  for (const { primitive, inputs: [x], params, outputs } of nodes) {
    if (!primitive.view) {
      for (const value of outputs) made.set(value, value);
      continue;
    }
    const base = x && made.get(x);
    const layout = base && primitive.view({ ...freshLayout(x.shape), dtype: x.dtype }, params);
    if (!layout || layout.offset !== 0 || sizeOf(layout.shape) !== sizeOf(x.shape)) continue;
    if (isContiguous(layout.shape, layout.strides)) made.set(outputs[0]!, base);
  }
  return made;
}

/** Places for results that can be made there at once. */
function direct(graph: Graph, places: readonly (Place | null)[]): Map<Value, Place> {
  const made = madeBy(graph);
  const targets = new Map<Value, Place>();
  graph.outputs.forEach((value, i) => {
    const place = places[i];
    const base = made.get(value);
    if (place && base && !targets.has(base)) {
      targets.set(base, placeAt(base, place.region, place.offset));
    }
  });
  return targets;
}

/** Copies of results that did not go where they should be. */
function settled(
  planner: ControlPlanner,
  graph: Graph,
  results: readonly Place[],
  places: readonly (Place | null)[],
): readonly Step[] {
  return graph.outputs.flatMap((x, i) => {
    const place = places[i];
    return !place || isThere(results[i]!, place) ? [] : planner.copied(x, results[i]!, place);
  });
}

/** Whether a result lies where it should be: it does if it was made there, and else somewhere else. */
function isThere(result: Place, place: Place): boolean {
  return result.region === place.region && result.offset === place.offset;
}

type Only<K> = Extract<Control<Graph>, { readonly kind: K }>;

function branch(
  planner: ControlPlanner,
  { primitive, inputs }: Node,
  { branches }: Only<"branch">,
  targets: readonly Place[],
): readonly Step[] {
  const [index, ...operands] = inputs;
  const places = operands.map((value) => planner.placeOf(value));
  const lists = branches.map((own) => {
    const { graph, added } = compact(planner, own);
    const inner = planner.within(graph, [...places, ...added], direct(graph, targets));
    const steps = [...inner.steps, ...settled(planner, graph, inner.results, targets)];
    inner.release();
    return steps;
  });
  return [{
    kind: "branch",
    label: primitive.name,
    index: addressIn(planner.placeOf(index!)),
    width: DTYPES[index!.dtype].bytes,
    branches: lists,
  }];
}

/** A part of the carry while a loop turns. */
interface Held {
  /** Where it lies within a turn. */
  readonly place: Place;
  /** Where its first value goes. */
  readonly first: Place;
  /** Where a turn puts the next one, unless that lies somewhere anyway. */
  readonly next: Place | null;
  /** Whether the last one does not lie where it is wanted. */
  readonly strays: boolean;
  /** How it gets from turn to turn. */
  readonly moves: readonly Move[];
  /** Memory for it beside the place where it is wanted. */
  readonly spare: Place | null;
}

/** A part of the carry that no turn changes. */
function staying(target: Place): Held {
  const moves: readonly Move[] = [];
  return { place: target, first: target, next: null, strays: false, moves, spare: null };
}

/** A part of the carry that is, in the next turn, a part of an array. */
function following(planner: ControlPlanner, x: Aval, target: Place, part: Place): Held {
  const region = planner.takeRegion();
  const moves = [{ region, first: addressIn(target), next: addressIn(part) }];
  const place = placeAt(x, region, 0);
  return { place, first: target, next: null, strays: true, moves, spare: null };
}

/**
 * A part of the carry that turns write to two places by turns, so that the old one stays while a new one
 * is made. If it is not known how many turns there are, it may end in either.
 */
function alternating(planner: ControlPlanner, x: Aval, target: Place, turns?: number): Held {
  const [region, next] = [planner.takeRegion(), planner.takeRegion()];
  const spare = planner.take(x);
  const [first, second] = turns !== undefined && turns % 2 === 1
    ? [spare, target]
    : [target, spare];
  const moves = [
    { region, first: addressIn(first), next: planned(next, 0) },
    { region: next, first: addressIn(second), next: planned(region, 0) },
  ];
  const strays = turns === undefined;
  return { place: placeAt(x, region, 0), first, next: placeAt(x, next, 0), strays, moves, spare };
}

/** Steps that give the carry its first values. */
function started(
  planner: ControlPlanner,
  first: readonly Value[],
  places: readonly Place[],
): readonly Step[] {
  return first.flatMap((x, i) => planner.copied(x, planner.placeOf(x), places[i]!));
}

/** Steps after the last turn, when regions and memory of the carry are given back. */
function ended(
  planner: ControlPlanner,
  held: readonly Held[],
  values: readonly Value[],
  targets: readonly Place[],
): readonly Step[] {
  return held.flatMap(({ place, strays, moves, spare }, i) => {
    for (const { region } of moves) planner.giveRegion(region);
    if (spare) planner.give(values[i]!, spare);
    return strays ? planner.copied(values[i]!, place, targets[i]!) : [];
  });
}

function loop(
  planner: ControlPlanner,
  { primitive, inputs }: Node,
  control: Only<"while">,
  targets: readonly Place[],
): readonly Step[] {
  const { constants } = control;
  const first = inputs.slice(constants);
  const { graph: body, added } = compact(planner, control.body);
  const held = body.outputs.map((x, i) =>
    x === body.inputs[constants + i] || sizeOf(x.shape) === 0
      ? staying(targets[i]!)
      : alternating(planner, x, targets[i]!)
  );
  const places = [
    ...inputs.slice(0, constants).map((value) => planner.placeOf(value)),
    ...held.map(({ place }) => place),
  ];
  const condition = compact(planner, control.condition);
  const test = planner.within(condition.graph, [...places, ...condition.added], new Map());
  test.release();
  const next = held.map((own) => own.next);
  const turn = planner.within(body, [...places, ...added], direct(body, next));
  const steps = [...turn.steps, ...settled(planner, body, turn.results, next)];
  turn.release();
  return [
    ...started(planner, first, held.map((own) => own.first)),
    {
      kind: "while",
      label: primitive.name,
      test: test.steps,
      flag: addressIn(test.results[0]!),
      moves: held.flatMap(({ moves }) => moves),
      body: steps,
      after: ended(planner, held, body.outputs, targets),
    },
  ];
}

function scan(
  planner: ControlPlanner,
  { primitive, inputs }: Node,
  control: Only<"scan">,
  targets: readonly Place[],
): readonly Step[] {
  const { constants, carry, length, reverse } = control;
  const first = inputs.slice(constants, constants + carry);
  if (length === 0) return started(planner, first, targets);
  const parts: Move[] = [];
  const partOf = (x: Value, place: Place): Place => {
    const pitch = place.strides[0]! * DTYPES[x.dtype].bytes;
    const offset = place.offset + (reverse ? (length - 1) * pitch : 0);
    const region = planner.takeRegion();
    const next = planned(region, reverse ? -pitch : pitch);
    parts.push({ region, first: planned(place.region, offset), next });
    return { shape: place.shape.slice(1), strides: place.strides.slice(1), offset: 0, region };
  };
  const xs = inputs.slice(constants + carry).map((x) => partOf(x, planner.placeOf(x)));
  const { graph: body, added } = compact(planner, control.body);
  const ys = body.outputs.slice(carry).map((x, i) => partOf(x, targets[carry + i]!));
  const made = madeBy(body);
  const held = targets.slice(0, carry).map((target, i): Held => {
    const x = body.outputs[i]!;
    if (x === body.inputs[constants + i] || sizeOf(x.shape) === 0) return staying(target);
    const base = made.get(x);
    const part = base
      ? ys.find((_, k) => made.get(body.outputs[carry + k]!) === base)
      : xs[body.inputs.indexOf(x) - constants - carry];
    return part && isContiguous(part.shape, part.strides)
      ? following(planner, x, target, part)
      : alternating(planner, x, target, length);
  });
  const places = [
    ...inputs.slice(0, constants).map((value) => planner.placeOf(value)),
    ...held.map(({ place }) => place),
    ...xs,
    ...added,
  ];
  const next = [...held.map((own) => own.next), ...ys];
  const turn = planner.within(body, places, direct(body, next));
  const steps = [...turn.steps, ...settled(planner, body, turn.results, next)];
  turn.release();
  for (const { region } of parts) planner.giveRegion(region);
  return [
    ...started(planner, first, held.map((own) => own.first)),
    {
      kind: "scan",
      label: primitive.name,
      turns: length,
      moves: [...parts, ...held.flatMap(({ moves }) => moves)],
      body: steps,
      after: ended(planner, held, body.outputs, targets),
    },
  ];
}

/** A place in C order. */
export function placeAt(x: Aval, region: number, offset: number): Place {
  return { ...freshLayout(x.shape), region, offset };
}
