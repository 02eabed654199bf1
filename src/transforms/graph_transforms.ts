/**
 * Transforms of captured graphs: each gives another graph. They are what control flow does to the
 * functions that it runs, and are remembered, so that a loop in training captures nothing again.
 *
 * @module
 */
import { shapeText, TraceError } from "../core/errors.ts";
import { evaluate, Graph, type Node, Value } from "../core/graph.ts";
import { interpret } from "../core/primitive.ts";
import { sameShape } from "../core/shape.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { broadcasted, reshaped } from "../ops/movement_primitives.ts";
import { where } from "../ops/where.ts";
import { capture } from "./capture.ts";
import { Jvp } from "./jvp.ts";
import { linearizeFlat, transposeLinear } from "./linear.ts";
import { Batch } from "./vmap.ts";

/** One flag for each input or result of a graph. */
export type Flags = readonly boolean[];

/** A graph with the tensors for its first inputs. */
export interface ClosedGraph {
  /** The program: its first inputs are the constants. */
  readonly graph: Graph;
  /** The tensors for them. */
  readonly constants: readonly Tensor[];
}

/** What a transform makes of a graph where not all results take part. */
export interface Transformed extends ClosedGraph {
  /** Which results (inputs, for the adjoint) take part. */
  readonly flags: Flags;
}

const memory = new WeakMap<object, Map<string, unknown>>();

/**
 * What is made of something, once for all.
 *
 * @typeParam T What is made.
 * @param owner A graph, or parameters with graphs, which never change.
 * @param key Says what and how.
 * @param make Makes it.
 * @returns It.
 */
export function remembered<T>(owner: object, key: string, make: () => T): T {
  let all = memory.get(owner);
  if (!all) memory.set(owner, all = new Map());
  if (!all.has(key)) all.set(key, make());
  return all.get(key) as T;
}

/**
 * Flags as a part of a key.
 *
 * @param what What they are for.
 * @param lists The flags.
 * @returns For example `jvp 101 00`.
 */
export function keyOf(what: string, ...lists: readonly Flags[]): string {
  return [what, ...lists.map((flags) => flags.map(Number).join(""))].join(" ");
}

/**
 * The elements that are flagged.
 *
 * @typeParam T Type of the elements.
 * @param list A list.
 * @param flags A flag for each element.
 * @returns The elements whose flag is set.
 */
export function chosen<T>(list: readonly T[], flags: Flags): readonly T[] {
  return list.filter((_, i) => flags[i]);
}

/**
 * Elements at the places that are flagged.
 *
 * @typeParam T Type of the elements.
 * @typeParam U Type of what stands elsewhere.
 * @param list The elements.
 * @param flags The places.
 * @param other What stands elsewhere.
 * @returns A list as long as the flags.
 */
export function placed<T, U>(list: readonly T[], flags: Flags, other: U): readonly (T | U)[] {
  let next = 0;
  return flags.map((flag) => flag ? list[next++]! : other);
}

/**
 * The elements that are there.
 *
 * @typeParam T Type of the elements.
 * @param list Elements and null.
 * @returns The elements without null.
 */
export function present<T>(list: readonly (T | null)[]): readonly T[] {
  return list.filter((x) => x !== null);
}

/**
 * Which of either list is flagged.
 *
 * @param a Flags.
 * @param b Flags, as many.
 * @returns Flags.
 */
export function either(a: Flags, b: Flags): Flags {
  return a.map((flag, i) => flag || b[i]!);
}

/**
 * Grows the flags of a carry until a turn gives no further ones.
 *
 * @param flags A flag for each input of a loop's body.
 * @param start Where the carry starts among the inputs.
 * @param turn Which parts of the next carry are flagged.
 * @returns A flag for each input.
 */
export function grown(flags: Flags, start: number, turn: (flags: Flags) => Flags): Flags {
  for (;;) {
    const next = turn(flags);
    if (next.every((flag, i) => !flag || flags[start + i])) return flags;
    flags = flags.map((flag, i) => flag || (next[i - start] ?? false));
  }
}

/**
 * Checks the inputs of a primitive that runs a graph.
 *
 * @param name Name of the primitive.
 * @param expected What the graph takes.
 * @param given What the primitive gets.
 * @throws {TraceError} If they differ.
 */
export function checkInputs(
  name: string,
  expected: readonly Aval[],
  given: readonly Aval[],
): void {
  const differs = (aval: Aval, i: number): boolean =>
    aval.dtype !== given[i]?.dtype || !sameShape(aval.shape, given[i].shape);
  if (expected.length === given.length && !expected.some(differs)) return;
  const text = (avals: readonly Aval[]): string =>
    avals.map(({ dtype, shape }) => dtype + shapeText(shape)).join(", ") || "nothing";
  throw new TraceError(
    `Cannot run ${name} on ${text(given)}: its graph takes ${text(expected)}`,
  );
}

/**
 * Zeros of a dtype and shape.
 *
 * @param aval Dtype and shape.
 * @returns One zero, broadcast.
 */
export function zerosFor({ dtype, shape }: Aval): Tensor {
  const zero = dtype === "string" ? "" : 0;
  return broadcasted(wasmDevice().fromItems(dtype, [], [zero]), shape);
}

/**
 * A captured graph that outlives scopes: they leave its constants alone.
 *
 * @param graph The graph.
 * @param constants The tensors for its first inputs.
 * @returns Both, without what the results do not need.
 */
function lasting({ graph, constants }: ClosedGraph): ClosedGraph {
  for (const { storage } of constants) storage.keepers++;
  return { graph: pruned(graph), constants };
}

/**
 * A graph without the nodes that its results do not need.
 *
 * @param graph The graph.
 * @returns A graph of the same inputs and results.
 */
export function pruned(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    nodes.push(node);
    for (const value of node.inputs) needed.add(value);
  }
  if (nodes.length === graph.nodes.length) return graph;
  return new Graph(graph.inputs, nodes.reverse(), graph.outputs);
}

/**
 * Forward mode: results and their tangents.
 *
 * @param graph The graph.
 * @param moving Which inputs have tangents.
 * @param wanted Which results need tangents, zeros if nothing moves.
 * @returns A graph of the inputs and their tangents whose results are those of the graph and
 * tangents of those that are flagged.
 */
export function jvpGraph(graph: Graph, moving: Flags, wanted: Flags): Transformed {
  return remembered(graph, keyOf("jvp", moving, wanted), () => {
    let flags: Flags = [];
    const captured = capture("jvp", (...inputs) => {
      const primals = inputs.slice(0, graph.inputs.length);
      const tangents = placed(inputs.slice(graph.inputs.length), moving, null);
      return interpret((level) => new Jvp(level), (trace) => {
        const results = evaluate(graph, primals.map((x, i) => trace.dual(x, tangents[i]!)));
        const pairs = results.map((x) => trace.split(x));
        flags = pairs.map(([, tangent], i) => tangent !== null || wanted[i]!);
        const moved = pairs.map(([primal, tangent]) => tangent ?? zerosFor(primal));
        return [...pairs.map(([primal]) => primal), ...chosen(moved, flags)];
      });
    }, [...graph.inputs, ...chosen(graph.inputs, moving)]);
    return { ...lasting(captured), flags };
  });
}

/** A graph split into what is known at a point and its derivative there. */
export interface LinearizedGraph {
  /** Gives the results, then the residuals. */
  readonly known: ClosedGraph;
  /** What the derivative needs to know: the last results of `known`, the first inputs of `linear`. */
  readonly residuals: readonly Value[];
  /** Takes the residuals, then tangents of the moving inputs; gives tangents of the results. */
  readonly linear: Graph;
  /** Which results have tangents. */
  readonly flags: Flags;
}

/**
 * Linearization: results, and a linear graph of the tangents.
 *
 * @param graph The graph.
 * @param moving Which inputs have tangents.
 * @param wanted Which results need tangents, zeros if nothing moves.
 * @returns Two graphs.
 */
export function linearizeGraph(graph: Graph, moving: Flags, wanted: Flags): LinearizedGraph {
  return remembered(graph, keyOf("linearize", moving, wanted), () => {
    let [flags, linear, needed]: [Flags, Graph, readonly Value[]] = [[], graph, []];
    const captured = capture("a derivative", (...inputs) => {
      const f = (...duals: readonly Tensor[]): readonly Tensor[] =>
        evaluate(graph, placed(duals, moving, null).map((x, i) => x ?? inputs[i]!));
      const { results, map } = linearizeFlat(f, chosen(inputs, moving));
      const residuals = new Map(map.residuals);
      flags = map.outputs.map((value, i) => value !== null || wanted[i]!);
      const tangents = map.outputs.map((value, i) => {
        if (value !== null || !wanted[i]) return value;
        const zero = new Value(graph.outputs[i]!);
        residuals.set(zero, zerosFor(zero));
        return zero;
      });
      const outputs = tangents.filter((value) => value !== null);
      const whole = pruned(new Graph([], map.nodes, outputs));
      const used = new Set([...outputs, ...whole.nodes.flatMap((node) => node.inputs)]);
      needed = [...residuals.keys()].filter((value) => used.has(value));
      linear = new Graph([...needed, ...map.inputs], whole.nodes, outputs);
      return [...results, ...needed.map((value) => residuals.get(value)!)];
    }, graph.inputs);
    return { known: lasting(captured), residuals: needed, linear, flags };
  });
}

/**
 * The adjoint of a graph that is linear in some inputs.
 *
 * @param graph The graph.
 * @param unknown In which inputs it is linear.
 * @param given Which results have a cotangent; that of the others is zero.
 * @param wanted Which inputs need a cotangent, zeros if nothing flows.
 * @returns A graph of the known inputs and the given cotangents, whose results are the cotangents
 * of the inputs that are flagged.
 */
export function transposeGraph(
  graph: Graph,
  unknown: Flags,
  given: Flags,
  wanted: Flags,
): Transformed {
  return remembered(graph, keyOf("transpose", unknown, given, wanted), () => {
    let flags: Flags = [];
    const known = unknown.map((flag) => !flag);
    const count = known.filter((flag) => flag).length;
    const captured = capture("a derivative", (...inputs) => {
      const residuals = new Map<Value, Tensor>();
      chosen(graph.inputs, known).forEach((value, i) => residuals.set(value, inputs[i]!));
      const nodes = withoutKnown(graph.nodes, residuals);
      const unknowns = chosen(graph.inputs, unknown);
      const map = { inputs: unknowns, nodes, outputs: graph.outputs, residuals };
      const found = placed(
        transposeLinear(map, placed(inputs.slice(count), given, null)),
        unknown,
        null,
      );
      flags = found.map((part, i) => unknown[i]! && (wanted[i]! || Boolean(part?.dense)));
      return chosen(found, flags).map((part, i) =>
        part?.dense ?? zerosFor(chosen(graph.inputs, flags)[i]!)
      );
    }, [...chosen(graph.inputs, known), ...chosen(graph.outputs, given)]);
    return { ...lasting(captured), flags };
  });
}

/** Runs the nodes whose inputs are all known; the others are left. */
function withoutKnown(nodes: readonly Node[], known: Map<Value, Tensor>): readonly Node[] {
  return nodes.filter((node) => {
    if (!node.inputs.every((value) => known.has(value))) return true;
    const tensors = node.inputs.map((value) => known.get(value)!);
    const results = evaluate(new Graph(node.inputs, [node], node.outputs), tensors);
    node.outputs.forEach((value, i) => known.set(value, results[i]!));
    return false;
  });
}

/**
 * Batching: the graph over a new leading axis.
 *
 * @param graph The graph.
 * @param batched Which inputs have the axis.
 * @param size Its length.
 * @param wanted Which results must have it, repeated if all are the same.
 * @returns A graph, and which of its results have the axis.
 */
export function batchGraph(
  graph: Graph,
  batched: Flags,
  size: number,
  wanted: Flags,
): Transformed {
  return remembered(graph, keyOf(`batch ${size}`, batched, wanted), () => {
    let flags: Flags = [];
    const avals = graph.inputs.map(({ dtype, shape }, i) => ({
      dtype,
      shape: batched[i] ? [size, ...shape] : shape,
    }));
    const captured = capture(
      "vmap",
      (...inputs) =>
        interpret((level) => new Batch(level, size), (trace) => {
          const results = evaluate(graph, inputs.map((x, i) => batched[i] ? trace.one(x) : x));
          flags = results.map((x, i) => trace.batchOf(x) !== null || wanted[i]!);
          return results.map((x, i) => flags[i] ? trace.whole(x) : x);
        }),
      avals,
    );
    return { ...lasting(captured), flags };
  });
}

/**
 * Chooses between two batches, example by example.
 *
 * @param mask One bool for each example.
 * @param x What to take where it is true.
 * @param y What to take where it is false.
 * @returns A batch.
 */
export function chosenByMask(mask: Tensor, x: Tensor, y: Tensor): Tensor {
  const spread = reshaped(mask, [...mask.shape, ...x.shape.slice(1).map(() => 1)]);
  return where(spread as Tensor<"bool">, x, y) as Tensor;
}

/** A graph in two: what follows from some inputs alone, and the rest. */
export interface Split {
  /** Gives what follows from these inputs alone and is needed later. */
  readonly first: Graph;
  /** Takes that, then all inputs; gives the results. */
  readonly second: Graph;
  /** All values that follow from these inputs alone. */
  readonly early: ReadonlySet<Value>;
}

/**
 * Splits a graph by what can be computed before all inputs are there.
 *
 * @param graph The graph.
 * @param there Which inputs are there first.
 * @returns Two graphs.
 */
export function splitGraph(graph: Graph, there: Flags): Split {
  const inputs = chosen(graph.inputs, there);
  const early = new Set<Value>(inputs);
  const [before, after]: [Node[], Node[]] = [[], []];
  for (const node of graph.nodes) {
    const isEarly = node.inputs.every((value) => early.has(value));
    (isEarly ? before : after).push(node);
    if (isEarly) { for (const value of node.outputs) early.add(value); }
  }
  const used = new Set([...graph.outputs, ...after.flatMap((node) => node.inputs)]);
  const handed = before.flatMap(({ outputs }) => outputs.filter((value) => used.has(value)));
  return {
    first: pruned(new Graph(inputs, before, handed)),
    second: new Graph([...handed, ...graph.inputs], after, graph.outputs),
    early,
  };
}
