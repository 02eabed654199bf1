/**
 * From a graph to a program: where every value lies, and which kernels run in which order.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Graph, Node, Value } from "../core/graph.ts";
import { contiguousStrides, sizeOf } from "../core/shape.ts";
import { type Aval, freshLayout, type Layout } from "../core/tensor.ts";
import { divertKernels } from "../devices/wasm/instance.ts";
import { staged, tensorAt } from "../devices/wasm/runtime.ts";
import { isDynamic } from "../devices/wasm/dynamic.ts";
import { Arena } from "./arena.ts";
import { loopOf } from "./block.ts";
import { type Group, nodesOf, schedule, type Task } from "./fusion.ts";
import { addressIn, ARENA, INPUTS, type Place, planned, TABLES } from "./place.ts";
import { mergeRows } from "./rows.ts";
import type { CallStep, Placed, PlanMemory, Program, Step } from "./program.ts";

/** A lowering that calls more kernels than this runs by itself. */
const MOST_CALLS = 256;

/** Bytes of an array of some dtype and shape. */
function bytesOf({ dtype, shape }: Aval): number {
  return sizeOf(shape) * DTYPES[dtype].bytes;
}

/** What the parts of planning share. */
class Planner implements PlanMemory {
  /** Temporary memory. */
  readonly arena = new Arena();
  /** Lengths and strides for kernels. */
  readonly tables: number[] = [];
  /** What runs. */
  readonly steps: Step[] = [];
  readonly #places = new Map<Value, Place>();
  /** Layouts of inputs and views; all other values lie in C order. */
  readonly #layouts = new Map<Value, Layout>();
  /** Values whose memory is that of another value. */
  readonly #bases = new Map<Value, Value>();
  readonly #consumers = new Map<Value, Node[]>();
  readonly #lastUse = new Map<Value, number>();
  readonly #fresh: Aval[] = [];
  readonly #targets = new Map<Value, number>();
  readonly #graph: Graph;
  readonly #inputs: readonly Placed[];

  /**
   * Starts a plan.
   *
   * @param graph The graph.
   * @param layouts Layouts of its inputs.
   */
  constructor(graph: Graph, layouts: readonly Layout[]) {
    this.#graph = graph;
    this.#inputs = graph.inputs.map((aval, i) => {
      const place = { ...layouts[i]!, offset: 0, region: INPUTS + i };
      this.#places.set(aval, place);
      return { aval, place };
    });
  }

  /**
   * Plans everything.
   *
   * @returns The program.
   */
  plan(): Program {
    this.#findBases();
    const tasks = mergeRows(schedule(this.#graph), this.#layouts);
    this.#findUses(tasks);
    this.#findResults();
    tasks.forEach((task, i) => {
      if (task.kind === "group") this.#group(task);
      else this.#single(task.node);
      this.#release(task, i);
    });
    return {
      steps: this.steps,
      inputs: this.#inputs,
      fresh: this.#fresh,
      outputs: this.#graph.outputs.map((aval) => ({ aval, place: this.placeOf(aval) })),
      arena: this.arena.size,
      tables: this.tables,
    };
  }

  /**
   * Where a value lies.
   *
   * @param value A value that has been planned.
   * @returns Its place.
   */
  placeOf(value: Value): Place {
    return this.#places.get(value)!;
  }

  /**
   * Shape and strides of a value, known before its place is.
   *
   * @param value The value.
   * @returns The layout.
   */
  layoutOf(value: Value): Layout {
    return this.#layouts.get(value) ?? freshLayout(value.shape);
  }

  /**
   * Places a view of a value that has a place.
   *
   * @param node The node that views it.
   */
  view({ primitive, inputs, params, outputs }: Node): void {
    const x = inputs[0]!;
    const from = this.placeOf(x);
    const layout = primitive.view!({ ...from, dtype: x.dtype }, params)!;
    this.#places.set(outputs[0]!, { ...layout, region: from.region });
  }

  /**
   * A place for a result: where the user gets it, or in the arena.
   *
   * @param value The result.
   * @returns The place, in C order.
   */
  make(value: Value): Place {
    const target = this.#targets.get(value);
    const [region, offset] = target === undefined
      ? [ARENA, this.arena.take(bytesOf(value))]
      : [target, 0];
    const place = { shape: value.shape, strides: contiguousStrides(value.shape), region, offset };
    this.#places.set(value, place);
    return place;
  }

  /**
   * Whether anything outside of some nodes needs a value.
   *
   * @param value The value.
   * @param nodes The nodes.
   * @returns Whether it needs memory of its own.
   */
  isNeeded(value: Value, nodes: ReadonlySet<Node>): boolean {
    if (this.#targets.has(value) || this.#graph.outputs.includes(value)) return true;
    const users = this.#consumers.get(value) ?? [];
    return users.some((node) =>
      !nodes.has(node) ||
      (this.#layouts.has(node.outputs[0]!) && this.isNeeded(node.outputs[0]!, nodes))
    );
  }

  /**
   * Stores the lengths and strides of an operand for kernels.
   *
   * @param shape Lengths.
   * @param strides Strides in elements.
   * @returns The planned address of the lengths; the strides follow 128 bytes later.
   */
  table(shape: readonly number[], strides: readonly number[]): number {
    const words = new Array<number>(64).fill(0);
    shape.forEach((length, i) => words[i] = length);
    strides.forEach((step, i) => words[32 + i] = step);
    return this.words(words);
  }

  /**
   * Stores numbers.
   *
   * @param values The numbers.
   * @returns The planned address of the first one.
   */
  words(values: readonly number[]): number {
    const at = this.tables.length * 4;
    for (const value of values) this.tables.push(value);
    return planned(TABLES, at);
  }

  /** Views share the memory of what they view, if its layout permits. */
  #findBases(): void {
    this.#inputs.forEach(({ place }, i) => this.#layouts.set(this.#graph.inputs[i]!, place));
    for (const { primitive, inputs, params, outputs } of this.#graph.nodes) {
      const [x] = inputs;
      if (!primitive.view || !x) continue;
      const layout = primitive.view({ ...this.layoutOf(x), dtype: x.dtype }, params);
      if (!layout) continue;
      this.#layouts.set(outputs[0]!, layout);
      this.#bases.set(outputs[0]!, this.#baseOf(x));
    }
  }

  #baseOf(value: Value): Value {
    return this.#bases.get(value) ?? value;
  }

  #findUses(tasks: readonly Task[]): void {
    for (const node of this.#graph.nodes) {
      for (const value of node.inputs) {
        const users = this.#consumers.get(value);
        if (users) users.push(node);
        else this.#consumers.set(value, [node]);
      }
    }
    tasks.forEach((task, i) => {
      for (const { inputs } of nodesOf(task)) {
        for (const value of inputs) this.#lastUse.set(this.#baseOf(value), i);
      }
    });
  }

  /** Results that are no views of inputs get memory of their own. */
  #findResults(): void {
    const inputs = new Set(this.#graph.inputs);
    for (const value of this.#graph.outputs) {
      const base = this.#baseOf(value);
      if (inputs.has(base) || this.#targets.has(base)) continue;
      this.#targets.set(base, INPUTS + this.#graph.inputs.length + this.#fresh.length);
      this.#fresh.push({ dtype: base.dtype, shape: base.shape });
    }
  }

  /** Gives the memory of values back that were used for the last time. */
  #release(task: Task, i: number): void {
    const touched = new Set(
      nodesOf(task).flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).map((v) =>
        this.#baseOf(v)
      ),
    );
    for (const value of touched) {
      const place = this.#places.get(value);
      if (place?.region !== ARENA || (this.#lastUse.get(value) ?? -1) > i) continue;
      this.arena.give(place.offset, bytesOf(value));
      this.#places.delete(value);
    }
  }

  #group(group: Group): void {
    if (sizeOf(group.shape) > 0) {
      this.steps.push(loopOf(this, group));
      return;
    }
    for (const { outputs } of nodesOf(group)) this.make(outputs[0]!);
  }

  #single(node: Node): void {
    const { primitive, inputs, params, outputs } = node;
    const [x] = inputs;
    if (x && this.#bases.has(outputs[0]!)) {
      this.view(node);
      return;
    }
    const targets = outputs.map((value) => this.make(value));
    const calls = this.#lowered(node, targets);
    if (calls) {
      this.steps.push(...calls);
      return;
    }
    this.steps.push({
      kind: "host",
      label: primitive.name,
      primitive,
      params,
      inputs: inputs.map((aval) => ({ aval, place: this.placeOf(aval) })),
      outputs: outputs.map((aval, i) => ({ aval, place: targets[i]! })),
    });
  }

  /** The calls that a lowering makes, unless it looks at elements or makes very many. */
  #lowered(
    { primitive, inputs, params, outputs }: Node,
    targets: readonly Place[],
  ): readonly CallStep[] | null {
    const lower = primitive.lower.wasm;
    if (!lower || isDynamic(lower) || outputs.length !== 1) return null;
    const calls: CallStep[] = [];
    const taken: [number, number][] = [];
    const stage = {
      target: addressIn(targets[0]!),
      temporary: (bytes: number): number => {
        const offset = this.arena.take(bytes);
        taken.push([offset, bytes]);
        return planned(ARENA, offset);
      },
      axes: (shape: readonly number[], strides: readonly number[]): number =>
        this.table(shape, strides),
    };
    const operands = inputs.map((value) => {
      const place = this.placeOf(value);
      return tensorAt(value, place.strides, addressIn(place));
    });
    staged(stage, () =>
      divertKernels(
        (kernel, args) =>
          calls.push({ kind: "call", label: primitive.name, kernel, args: [...args] }),
        () => lower(operands, params, outputs),
      ));
    for (const [offset, bytes] of taken) this.arena.give(offset, bytes);
    return calls.length > MOST_CALLS ? null : calls;
  }
}

/**
 * Plans a program.
 *
 * @param graph The graph.
 * @param layouts Layouts of its inputs.
 * @returns The program.
 */
export function planOf(graph: Graph, layouts: readonly Layout[]): Program {
  return new Planner(graph, layouts).plan();
}
