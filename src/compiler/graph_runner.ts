/**
 * Running loops, and the graphs of loops and branches: compiled, once they have run a few times.
 *
 * @module
 */
import { evaluate, Graph, type Node, Value } from "../core/graph.ts";
import type { Primitive } from "../core/primitive.ts";
import type { Tensor } from "../core/tensor.ts";
import { controlOf } from "./control.ts";
import { Executable } from "./executable.ts";
import { optimized } from "./passes.ts";

/** A graph is compiled at this run: planning costs as much as some runs of its primitives. */
const EARNED = 4;
/** A loop is compiled as a whole when it has taken so many turns. */
const EARNED_TURNS = 16;

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
  if (!areHere(inputs)) return evaluate(graph, inputs);
  let entry = entries.get(graph);
  if (!entry) entries.set(graph, entry = { runs: 0, executable: undefined });
  if (!entry.executable && ++entry.runs >= EARNED) {
    entry.executable = new Executable(optimized({ graph, known: new Map() }));
  }
  return entry.executable ? entry.executable.run(inputs) : evaluate(graph, inputs);
}

function areHere(inputs: readonly Tensor[]): boolean {
  return inputs.every(({ storage }) => storage.device.name === "wasm");
}

interface Loop {
  turns: number;
  /** The loop as a program, null if only the host can run it. */
  executable: Executable | null | undefined;
}

const loops = new WeakMap<object, Loop>();

/**
 * Runs a loop as one compiled program, once that is worth it.
 *
 * @typeParam P Type of its parameters.
 * @param primitive The loop.
 * @param inputs A known tensor for each of its inputs.
 * @param params Its parameters, by which it is remembered.
 * @param turns How many turns it takes, or has taken since the last time.
 * @returns Its results; null if it must take its turns one by one.
 */
export function runLoop<P extends object>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  turns: number,
): readonly Tensor[] | null {
  let loop = loops.get(params);
  if (!loop) loops.set(params, loop = { turns: 0, executable: undefined });
  loop.turns += turns;
  if (loop.turns < EARNED_TURNS || !areHere(inputs)) return null;
  if (loop.executable === undefined) loop.executable = compiled(primitive, inputs, params);
  return loop.executable && loop.executable.run(inputs);
}

function compiled<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
): Executable | null {
  const values = inputs.map((x) => new Value(x));
  const outputs = primitive.rule(values, params).map((aval) => new Value(aval));
  const node: Node = {
    primitive: primitive as unknown as Primitive,
    inputs: values,
    params,
    outputs,
  };
  if (outputs.length === 0 || !controlOf(node)) return null;
  return new Executable({ graph: new Graph(values, [node], outputs), known: new Map() });
}
