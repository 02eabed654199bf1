/**
 * Running the graphs of loops and branches: compiled, once they have run a few times.
 *
 * @module
 */
import { evaluate, type Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { Executable } from "./executable.ts";
import { optimized } from "./passes.ts";

/** A graph is compiled at this run: planning costs as much as some runs of its primitives. */
const EARNED = 4;

interface Entry {
  runs: number;
  executable: Executable | undefined;
}

const entries = new WeakMap<Graph, Entry>();

/**
 * Runs a graph: at first one primitive after the other, then as a compiled program.
 *
 * @param graph The graph.
 * @param inputs A known tensor for each of its inputs: no transform that is running sees what they
 * become.
 * @returns Its results.
 */
export function runGraph(graph: Graph, inputs: readonly Tensor[]): readonly Tensor[] {
  if (!inputs.every(({ storage }) => storage.device.name === "wasm")) {
    return evaluate(graph, inputs);
  }
  let entry = entries.get(graph);
  if (!entry) entries.set(graph, entry = { runs: 0, executable: undefined });
  if (!entry.executable && ++entry.runs >= EARNED) {
    entry.executable = new Executable(optimized({ graph, known: new Map() }));
  }
  return entry.executable ? entry.executable.run(inputs) : evaluate(graph, inputs);
}
