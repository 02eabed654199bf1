/**
 * Making equal graphs one, so that what was made of one serves for all: a loop in training captures
 * an equal body in each step.
 *
 * @module
 */
import type { Graph, Value } from "../core/graph.ts";
import { flatten } from "../core/tree.ts";

/** How many graphs, and how many parameters, are kept: those used last. */
const KEPT = 128;

/** What was used last, by text. */
class Recent<T> {
  readonly #all = new Map<string, T>();

  /** What was kept under an equal text, or else this. */
  intern(key: string, own: T): T {
    const found = this.#all.get(key);
    if (found !== undefined) this.#all.delete(key);
    this.#all.set(key, found ?? own);
    if (this.#all.size > KEPT) this.#all.delete(this.#all.keys().next().value!);
    return found ?? own;
  }
}

const graphs = new Recent<Graph>();
const parameters = new Recent<object>();

const identities = new WeakMap<object, number>();
let identity = 0;

function identityOf(value: object): number {
  let own = identities.get(value);
  if (own === undefined) identities.set(value, own = identity++);
  return own;
}

/** The same for equal contents; graphs and functions inside count by identity. */
function textOf(value: unknown): string {
  return flatten(value, () => false).structure.key;
}

function graphText({ inputs, nodes, outputs }: Graph): string {
  const numbers = new Map<Value, number>();
  const define = (value: Value): string => {
    numbers.set(value, numbers.size);
    return `${value.dtype}${value.shape}`;
  };
  const use = (value: Value): number => numbers.get(value)!;
  const parts = [inputs.map(define).join(" ")];
  for (const { primitive, inputs: own, params, outputs: results, device } of nodes) {
    const call = `${identityOf(primitive)} ${device?.name ?? ""} ${own.map(use)}`;
    parts.push(`${call} ${textOf(params)}`);
    parts.push(results.map(define).join(" "));
  }
  parts.push(String(outputs.map(use)));
  return parts.join("\n");
}

/**
 * One graph for all that are equal.
 *
 * @param graph A graph.
 * @returns The graph, or one like it that was there before.
 */
export function internedGraph(graph: Graph): Graph {
  return graphs.intern(graphText(graph), graph);
}

/**
 * One object for all that are equal.
 *
 * @typeParam P Type of the parameters.
 * @param params Parameters of a primitive, whose graphs are interned.
 * @returns The parameters, or equal ones that were there before.
 */
export function internedParams<P extends object>(params: P): P {
  return parameters.intern(textOf(params), params) as P;
}
