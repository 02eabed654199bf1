/**
 * What runs in one loop: elementwise chains, and reductions of their rows.
 *
 * Each node has a level, one higher than those of its inputs, except that an elementwise node may
 * share the level of a producer of its own shape. Nodes of one level and shape never wait for each
 * other through anything else, so those that are connected run in one loop.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Graph, Node, Value } from "../core/graph.ts";
import { sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { isMap } from "../devices/wasm/map.ts";
import type { ReduceParams } from "../devices/wasm/reduce.ts";

/** What a loop does to a block before the next stage may begin. */
export interface Stage {
  /** Elementwise nodes in order. */
  readonly nodes: readonly Node[];
  /** Reductions of rows. */
  readonly folds: readonly Node[];
  /** Views of what is reduced, for the next stage. */
  readonly views: readonly Node[];
}

/** Nodes that run in one loop. */
export interface Group {
  readonly kind: "group";
  /** Shape over which the loop runs. */
  readonly shape: Shape;
  /** What happens to each block, in order. */
  readonly stages: readonly Stage[];
  /** Length of a row; the whole size where nothing is reduced. */
  readonly row: number;
}

/** A node that runs alone. */
export interface Single {
  readonly kind: "single";
  readonly node: Node;
}

/** What a schedule consists of. */
export type Task = Group | Single;

/**
 * All nodes of a task.
 *
 * @param task The task.
 * @returns Its nodes, in order.
 */
export function nodesOf(task: Task): readonly Node[] {
  if (task.kind === "single") return [task.node];
  return task.stages.flatMap(({ nodes, folds, views }) => [...nodes, ...folds, ...views]);
}

/** Loops with more nodes than this are cut: registers and caches are limited. */
const LARGEST_GROUP = 48;

/** Whether a node is one kernel over contiguous elements. */
export function isFusible({ primitive, outputs }: Node): boolean {
  return primitive.elementwise === true && isMap(primitive.lower.wasm) &&
    outputs[0]!.dtype !== "string";
}

/**
 * Length of the rows that a node reduces, if it can be part of a loop.
 *
 * @param node The node.
 * @returns The length, or undefined if it runs alone.
 */
export function foldedRow({ primitive, inputs, params, outputs }: Node): number | undefined {
  if (primitive.fold === undefined) return undefined;
  const { axes } = params as ReduceParams;
  const { shape, dtype } = inputs[0]!;
  const first = shape.length - axes.length;
  const trailing = axes.length > 0 && axes.every((axis, i) => axis === first + i);
  const row = sizeOf(shape.slice(first));
  const { dtype: result } = outputs[0]!;
  const plain = DTYPES[dtype].compute === dtype && DTYPES[result].compute === result;
  const real = DTYPES[dtype].kind !== "complex";
  return trailing && plain && real && row > 1 && sizeOf(shape) > 0 ? row : undefined;
}

/** Levels of all nodes. */
function levelsOf(graph: Graph, producers: ReadonlyMap<Value, Node>): Map<Node, number> {
  const levels = new Map<Node, number>();
  for (const node of graph.nodes) {
    const fusible = isFusible(node);
    const folds = foldedRow(node) !== undefined;
    let level = 0;
    for (const value of node.inputs) {
      const producer = producers.get(value);
      if (!producer) continue;
      const joins = isFusible(producer) &&
        (folds || (fusible && sameShape(value.shape, node.outputs[0]!.shape)));
      const view = node.primitive.view !== undefined;
      level = Math.max(level, levels.get(producer)! + (joins || view ? 0 : 1));
    }
    levels.set(node, level);
  }
  return levels;
}

/** Moves cheap nodes down to where they are used, so that their results need no memory. */
function sink(
  graph: Graph,
  levels: Map<Node, number>,
  consumers: ReadonlyMap<Value, readonly Node[]>,
): void {
  const kept = new Set(graph.outputs);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    const [out] = node.outputs;
    if (!isFusible(node) || kept.has(out!) || !node.primitive.lanes) continue;
    const large = node.inputs.filter((value) => sizeOf(value.shape) > 1);
    const users = consumers.get(out!) ?? [];
    if (large.length > 1 || users.length === 0) continue;
    const fits = (user: Node): boolean =>
      isFusible(user) && sameShape(user.outputs[0]!.shape, out!.shape);
    if (!users.every(fits)) continue;
    levels.set(node, Math.min(...users.map((user) => levels.get(user)!)));
  }
}

/** Sets of nodes that are joined step by step. */
class Union {
  readonly #parent = new Map<Node, Node>();

  root(node: Node): Node {
    let at = node;
    for (let next = this.#parent.get(at); next; next = this.#parent.get(at)) at = next;
    return at;
  }

  join(a: Node, b: Node): void {
    const [x, y] = [this.root(a), this.root(b)];
    if (x !== y) this.#parent.set(y, x);
  }
}

/**
 * Decides what runs together, and in which order.
 *
 * @param graph The program.
 * @returns Groups and single nodes in an order in which they can run.
 */
export function schedule(graph: Graph): readonly Task[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((v) => [v, node])));
  const consumers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const value of node.inputs) {
      const users = consumers.get(value);
      if (users) users.push(node);
      else consumers.set(value, [node]);
    }
  }
  const levels = levelsOf(graph, producers);
  sink(graph, levels, consumers);
  const union = new Union();
  const together = (a: Node, b: Node): boolean =>
    isFusible(a) && isFusible(b) && levels.get(a) === levels.get(b) &&
    sameShape(a.outputs[0]!.shape, b.outputs[0]!.shape);
  for (const node of graph.nodes) {
    if (!isFusible(node)) continue;
    for (const value of node.inputs) {
      const producer = producers.get(value);
      if (producer && together(producer, node)) union.join(producer, node);
      if (sizeOf(value.shape) < 2) continue;
      // What reads the same values had better read them once.
      const other = consumers.get(value)!.find((user) => user !== node && together(user, node));
      if (other) union.join(other, node);
    }
  }
  return ordered(graph, levels, producers, union);
}

function ordered(
  graph: Graph,
  levels: ReadonlyMap<Node, number>,
  producers: ReadonlyMap<Value, Node>,
  union: Union,
): readonly Task[] {
  const members = new Map<Node, Node[]>();
  const folds = new Map<Node, { row: number; nodes: Node[] }>();
  const folded = new Set<Node>();
  for (const node of graph.nodes) {
    if (isFusible(node)) {
      const root = union.root(node);
      members.set(root, [...members.get(root) ?? [], node]);
      continue;
    }
    const row = foldedRow(node);
    const producer = producers.get(node.inputs[0]!);
    if (row === undefined || !producer || !isFusible(producer)) continue;
    if (levels.get(producer) !== levels.get(node)) continue;
    const root = union.root(producer);
    const own = folds.get(root) ?? { row, nodes: [] };
    folds.set(root, own);
    if (own.row !== row) continue;
    own.nodes.push(node);
    folded.add(node);
  }
  const tasks = new Map<number, Task[]>();
  const at = (node: Node): Task[] => {
    const level = levels.get(node)!;
    let list = tasks.get(level);
    if (!list) tasks.set(level, list = []);
    return list;
  };
  // Groups come first within a level: reductions that did not fit into one follow it.
  for (const [root, nodes] of members) {
    const { shape } = root.outputs[0]!;
    const own = folds.get(root);
    at(root).push(...cut(nodes, shape, own?.nodes ?? [], own?.row ?? sizeOf(shape)));
  }
  for (const node of graph.nodes) {
    if (!isFusible(node) && !folded.has(node)) at(node).push({ kind: "single", node });
  }
  return [...tasks.keys()].sort((a, b) => a - b).flatMap((level) => tasks.get(level)!);
}

/** A group, or several in order if it is too large for one loop. */
function cut(
  nodes: readonly Node[],
  shape: Shape,
  folds: readonly Node[],
  row: number,
): readonly Group[] {
  const groups: Group[] = [];
  for (let from = 0; from < nodes.length; from += LARGEST_GROUP) {
    const own = nodes.slice(from, from + LARGEST_GROUP);
    const made = new Set(own.flatMap(({ outputs }) => outputs));
    const ending = folds.filter(({ inputs }) => made.has(inputs[0]!));
    groups.push({
      kind: "group",
      shape,
      stages: [{ nodes: own, folds: ending, views: [] }],
      row: ending.length > 0 ? row : sizeOf(shape),
    });
  }
  return groups;
}
