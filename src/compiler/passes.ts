/**
 * Passes over a captured graph: each leaves a graph that computes the same.
 *
 * @module
 */
import type { Item } from "../core/dtype.ts";
import { checkGraph, Graph, type KnownGraph, type Node, type Value } from "../core/graph.ts";
import { bindAll, type SimplifyInput } from "../core/primitive.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten } from "../core/tree.ts";
import { inlined } from "./inline.ts";

/** One pass, for people and for running it. */
export interface Pass {
  /** What it does. */
  readonly name: string;
  /** Does it. */
  readonly run: (graph: KnownGraph) => KnownGraph;
}

/** Results of so many elements and more are computed at each run rather than kept. */
const LARGEST_CONSTANT = 16384;

/** Results that no primitive needs to compute: of known inputs, small or views. */
function foldConstants({ graph, known }: KnownGraph): KnownGraph {
  const values = new Map(known);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((value) => values.get(value));
    const small = node.primitive.view !== undefined ||
      node.outputs.every(({ shape }) => sizeOf(shape) < LARGEST_CONSTANT);
    if (!small || inputs.length === 0 || !inputs.every((x) => x !== undefined)) {
      nodes.push(node);
      continue;
    }
    const results = bindAll(node.primitive, inputs, node.params);
    node.outputs.forEach((value, i) => values.set(value, results[i]!));
  }
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  const fresh = [...values.keys()].filter((value) =>
    used.has(value) && !graph.inputs.includes(value)
  );
  return {
    graph: new Graph([...graph.inputs, ...fresh], nodes, graph.outputs),
    known: new Map([...values].filter(([value]) => used.has(value) || known.has(value))),
  };
}

/** Replaces values by others everywhere. */
function replaced(
  graph: Graph,
  visit: (node: Node) => readonly Value[] | null,
  equal: ReadonlyMap<Value, Value> = new Map(),
): Graph {
  const same = new Map<Value, Value>(equal);
  const now = (value: Value): Value => same.get(value) ?? value;
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const moved = { ...node, inputs: node.inputs.map(now) };
    const found = visit(moved);
    if (found) node.outputs.forEach((value, i) => same.set(value, found[i]!));
    else nodes.push(moved);
  }
  return new Graph(graph.inputs, nodes, graph.outputs.map(now));
}

/** Calls whose result is one of their inputs, exactly. */
function applyIdentities({ graph, known }: KnownGraph): KnownGraph {
  const describe = (value: Value): SimplifyInput => {
    const x = known.get(value);
    return { dtype: value.dtype, shape: value.shape, constant: x && uniformItem(x) };
  };
  return {
    graph: replaced(graph, ({ primitive, inputs, params }) => {
      const which = primitive.simplify?.(inputs.map(describe), params);
      return which === undefined ? null : [inputs[which]!];
    }),
    known,
  };
}

/** The element that stands for all of a tensor, if its layout tells that there is one. */
function uniformItem(x: Tensor): Item | undefined {
  const uniform = sizeOf(x.shape) > 0 &&
    x.strides.every((step, axis) => step === 0 || x.shape[axis] === 1);
  return uniform ? x.storage.device.item(x, 0) : undefined;
}

/** Known inputs of one value everywhere that are equal to an earlier one. */
function equalConstants(known: ReadonlyMap<Value, Tensor>): ReadonlyMap<Value, Value> {
  const first = new Map<string, Value>();
  const equal = new Map<Value, Value>();
  for (const [value, x] of known) {
    const item = uniformItem(x);
    if (item === undefined) continue;
    const key = `${x.dtype}${x.shape} ${flatten(item, () => false).structure.key}`;
    const found = first.get(key);
    if (found) equal.set(value, found);
    else first.set(key, value);
  }
  return equal;
}

/** Calls that were made before. */
function shareCalls({ graph, known }: KnownGraph): KnownGraph {
  const names = new Map<Value, number>();
  const nameOf = (value: Value): number => {
    const name = names.get(value) ?? names.size;
    names.set(value, name);
    return name;
  };
  const seen = new Map<string, readonly Value[]>();
  return {
    graph: replaced(graph, ({ primitive, inputs, params, outputs }) => {
      const own = flatten(params, () => false).structure.key;
      const key = `${primitive.name} ${inputs.map(nameOf)} ${own}`;
      const found = seen.get(key);
      if (!found) seen.set(key, outputs);
      return found ?? null;
    }, equalConstants(known)),
    known,
  };
}

/** Calls whose results nobody uses. */
function dropDead({ graph, known }: KnownGraph): KnownGraph {
  const used = new Set<Value>(graph.outputs);
  const nodes: Node[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (!node.outputs.some((value) => used.has(value))) continue;
    nodes.unshift(node);
    for (const value of node.inputs) used.add(value);
  }
  // Known inputs that are not used need not be passed.
  const inputs = graph.inputs.filter((value) => !known.has(value) || used.has(value));
  return {
    graph: new Graph(inputs, nodes, graph.outputs),
    known: new Map([...known].filter(([value]) => used.has(value))),
  };
}

/** All passes in their order. */
export const PASSES: readonly Pass[] = [
  { name: "dead code", run: dropDead },
  { name: "constants", run: foldConstants },
  { name: "identities", run: applyIdentities },
  { name: "common calls", run: shareCalls },
  // Steps that are to run again must not be taken for those that ran before.
  { name: "composite calls", run: inlined },
  { name: "constants again", run: foldConstants },
  { name: "dead code again", run: dropDead },
];

/**
 * Runs all passes, and checks the graph after each.
 *
 * @param start The graph.
 * @param seen Is told of the graph after each pass.
 * @returns The graph after the last.
 */
export function optimized(
  start: KnownGraph,
  seen?: (pass: string, graph: KnownGraph) => void,
): KnownGraph {
  let current = start;
  for (const { name, run } of PASSES) {
    current = run(current);
    checkGraph(current.graph, `pass "${name}"`);
    seen?.(name, current);
  }
  return current;
}
