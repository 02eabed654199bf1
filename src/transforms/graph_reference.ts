/**
 * Graphs by the definitions of their primitives: what control flow is by definition.
 *
 * @module
 */
import { storeItem } from "../core/item.ts";
import type { Graph, Value } from "../core/graph.ts";
import type { HostArray } from "../core/primitive.ts";

/**
 * Runs a graph by the definitions of its primitives.
 *
 * @param graph The graph.
 * @param inputs Values of its inputs.
 * @returns Values of its results.
 */
export function evaluateReference(
  graph: Graph,
  inputs: readonly HostArray[],
): readonly HostArray[] {
  const known = new Map<Value, HostArray>();
  graph.inputs.forEach((value, i) => known.set(value, inputs[i]!));
  for (const { primitive, inputs: own, params, outputs } of graph.nodes) {
    const results = primitive.reference(own.map((value) => known.get(value)!), params, outputs);
    outputs.forEach(({ dtype, shape }, i) => {
      const items = results[i]!.map((item) => storeItem(dtype, item));
      known.set(outputs[i]!, { dtype, shape, items });
    });
  }
  return graph.outputs.map((value) => known.get(value)!);
}
