/**
 * Functions that primitives run, as graphs: what is known of a graph can be compared and changed.
 *
 * @module
 */
import { evaluate, Graph, type Node } from "../core/graph.ts";
import type { Primitive } from "../core/primitive.ts";
import { flatten } from "../core/tree.ts";
import { capture } from "./capture.ts";
import type { ClosedGraph } from "./graph_transforms.ts";

/** Runs a graph. It stands in recorded programs alone, where nothing is left to transform. */
const CALL: Primitive<ClosedGraph> = {
  name: "call",
  rule: (_, { graph }) => graph.outputs,
  reference: () => [],
  lower: {},
  expand: (inputs, { graph, constants }) => evaluate(graph, [...constants, ...inputs]),
  dtypes: [],
  samples: [],
};

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/**
 * A graph none of whose primitives has functions among its parameters: what they do is captured.
 *
 * @param graph The graph.
 * @returns A graph that computes the same; the graph itself if there is nothing to do.
 */
export function withoutFunctions(graph: Graph): Graph {
  const nodes = graph.nodes.map(captured);
  if (nodes.every((node, i) => node === graph.nodes[i])) return graph;
  return new Graph(graph.inputs, nodes, graph.outputs);
}

function captured(node: Node): Node {
  const { primitive, inputs, params, outputs } = node;
  const { leaves, structure } = flatten(params, (x) => isFunction(x) || x instanceof Graph);
  const { expand } = primitive;
  if (expand && leaves.some(isFunction)) {
    const { graph, constants } = capture("jit", (...own) => expand(own, params), inputs);
    for (const { storage } of constants) storage.keepers++;
    const own: ClosedGraph = { graph: withoutFunctions(graph), constants };
    return { primitive: CALL as unknown as Primitive, inputs, params: own, outputs };
  }
  const own = leaves.map((x) => x instanceof Graph ? withoutFunctions(x) : x);
  return own.every((x, i) => x === leaves[i]) ? node : { ...node, params: structure.build(own) };
}
