/**
 * Loops and branches as steps of a program: their graphs are planned in place.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Graph, Node, Value } from "../core/graph.ts";
import type { Control } from "../core/primitive.ts";
import { isContiguous, sameShape, sizeOf } from "../core/shape.ts";
import { type Aval, freshLayout, type Tensor } from "../core/tensor.ts";
import { optimized } from "./passes.ts";
import { addressIn, type Place, planned } from "./place.ts";
import type { Part, Step } from "./program.ts";

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

/** Places for results that are made by nodes of a graph and lie in C order anyway. */
function direct(graph: Graph, places: readonly (Place | null)[]): Map<Value, Place> {
  const made = new Set(
    graph.nodes.filter(({ primitive }) => !primitive.view).flatMap(({ outputs }) => outputs),
  );
  const targets = new Map<Value, Place>();
  graph.outputs.forEach((value, i) => {
    const place = places[i];
    if (place && made.has(value) && !targets.has(value)) targets.set(value, place);
  });
  return targets;
}

/** Copies of results that did not go where they should be. */
function settled(
  planner: ControlPlanner,
  graph: Graph,
  results: readonly Place[],
  places: readonly Place[],
): readonly Step[] {
  return graph.outputs.flatMap((x, i) =>
    isSame(results[i]!, places[i]!) ? [] : planner.copied(x, results[i]!, places[i]!)
  );
}

function isSame(a: Place, b: Place): boolean {
  return a.region === b.region && a.offset === b.offset && sameShape(a.shape, b.shape) &&
    isContiguous(a.shape, a.strides);
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

/** Steps that give a carry its first value. */
function started(
  planner: ControlPlanner,
  first: readonly Value[],
  carry: readonly Place[],
): readonly Step[] {
  return first.flatMap((x, i) => planner.copied(x, planner.placeOf(x), carry[i]!));
}

/** Steps that replace a carry all at once. */
function replaced(
  planner: ControlPlanner,
  values: readonly Value[],
  results: readonly Place[],
  carry: readonly Place[],
): readonly Step[] {
  const before: Step[] = [];
  const after: Step[] = [];
  const taken: [Aval, Place][] = [];
  values.forEach((x, i) => {
    const from = results[i]!;
    if (isSame(from, carry[i]!)) return;
    // What lies in the carry itself is saved before any of it is replaced.
    const old = carry.some((place, k) => overlaps(from, place, values[k]!));
    if (old) {
      const saved = planner.take(x);
      taken.push([x, saved]);
      before.push(...planner.copied(x, from, saved));
      after.push(...planner.copied(x, saved, carry[i]!));
    } else {
      after.push(...planner.copied(x, from, carry[i]!));
    }
  });
  for (const [x, place] of taken) planner.give(x, place);
  return [...before, ...after];
}

function overlaps(view: Place, place: Place, x: Aval): boolean {
  if (view.region !== place.region) return false;
  const bytes = sizeOf(x.shape) * DTYPES[x.dtype].bytes;
  return view.offset >= place.offset && view.offset < place.offset + Math.max(1, bytes);
}

function loop(
  planner: ControlPlanner,
  { primitive, inputs }: Node,
  control: Only<"while">,
  targets: readonly Place[],
): readonly Step[] {
  const { constants } = control;
  const places = [
    ...inputs.slice(0, constants).map((value) => planner.placeOf(value)),
    ...targets,
  ];
  const condition = compact(planner, control.condition);
  const test = planner.within(condition.graph, [...places, ...condition.added], new Map());
  test.release();
  const { graph: body, added } = compact(planner, control.body);
  const turn = planner.within(body, [...places, ...added], new Map());
  const steps = [...turn.steps, ...replaced(planner, body.outputs, turn.results, targets)];
  turn.release();
  return [
    ...started(planner, inputs.slice(constants), targets),
    {
      kind: "while",
      label: primitive.name,
      test: test.steps,
      flag: addressIn(test.results[0]!),
      body: steps,
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
  const own = targets.slice(0, carry);
  const start = started(planner, inputs.slice(constants, constants + carry), own);
  if (length === 0) return start;
  const parts: Part[] = [];
  const partOf = (x: Value, place: Place): Place => {
    const pitch = place.strides[0]! * DTYPES[x.dtype].bytes;
    const first = place.offset + (reverse ? (length - 1) * pitch : 0);
    const region = planner.takeRegion();
    parts.push({ region, first: planned(place.region, first), pitch: reverse ? -pitch : pitch });
    return { shape: place.shape.slice(1), strides: place.strides.slice(1), offset: 0, region };
  };
  const xs = inputs.slice(constants + carry).map((x) => partOf(x, planner.placeOf(x)));
  const { graph: body, added } = compact(planner, control.body);
  const ys = body.outputs.slice(carry).map((x, i) => partOf(x, targets[carry + i]!));
  const places = [
    ...inputs.slice(0, constants).map((value) => planner.placeOf(value)),
    ...own,
    ...xs,
    ...added,
  ];
  const stacked: readonly (Place | null)[] = [...own.map(() => null), ...ys];
  const turn = planner.within(body, places, direct(body, stacked));
  const steps = [
    ...turn.steps,
    // Parts first: they may be what the carry is before it is replaced.
    ...ys.flatMap((place, i) => {
      const from = turn.results[carry + i]!;
      return isSame(from, place) ? [] : planner.copied(body.outputs[carry + i]!, from, place);
    }),
    ...replaced(planner, body.outputs.slice(0, carry), turn.results.slice(0, carry), own),
  ];
  turn.release();
  for (const { region } of parts) planner.giveRegion(region);
  return [...start, { kind: "scan", label: primitive.name, turns: length, parts, body: steps }];
}

/** A place in C order. */
export function placeAt(x: Aval, region: number, offset: number): Place {
  return { ...freshLayout(x.shape), region, offset };
}
