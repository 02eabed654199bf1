/**
 * From a graph to a program: where every value lies, and which kernels run in which order.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Graph, Node, Value } from "../core/graph.ts";
import { contiguousStrides, isContiguous, sizeOf } from "../core/shape.ts";
import { type Aval, freshLayout, type Layout, type Tensor } from "../core/tensor.ts";
import { divertKernels } from "../devices/wasm/instance.ts";
import { copyBytes, pack, staged, tensorAt } from "../devices/wasm/runtime.ts";
import { isDynamic } from "../devices/wasm/dynamic.ts";
import { Arena } from "./arena.ts";
import { loopOf } from "./block.ts";
import { controlOf, type ControlPlanner, placeAt, plannedControl, type Within } from "./control.ts";
import { type Group, nodesOf, schedule, type Task } from "./fusion.ts";
import { addressIn, ARENA, INPUTS, type Place, planned, TABLES } from "./place.ts";
import { mergeRows } from "./rows.ts";
import type { CallStep, Constant, PlanMemory, Program, Step } from "./program.ts";

/** A lowering that calls more kernels than this runs by itself. */
const MOST_CALLS = 256;

/** Bytes of an array of some dtype and shape. */
function bytesOf({ dtype, shape }: Aval): number {
  return sizeOf(shape) * DTYPES[dtype].bytes;
}

/** What the plans of a graph and of the graphs within it share. */
class Workspace {
  /** Temporary memory. */
  readonly arena: Arena = new Arena();
  /** Lengths, strides and other numbers for kernels. */
  readonly tables: number[] = [];
  /** Tensors that graphs within the graph use, and their regions. */
  readonly constants: Constant[] = [];
  /** How many regions there are. */
  regions: number;
  /** Regions that no step reads any more. */
  readonly freeRegions: number[] = [];

  /**
   * Starts with regions for inputs and results.
   *
   * @param regions How many there are.
   */
  constructor(regions: number) {
    this.regions = regions;
  }
}

/**
 * For each view what it views in the end.
 *
 * @param graph The graph.
 * @param own Layouts of its inputs.
 * @param layouts Is told the layouts of the views.
 * @returns The values that have memory of their own, by view.
 */
function viewedBases(
  graph: Graph,
  own: readonly Layout[],
  layouts: Map<Value, Layout> = new Map(),
): ReadonlyMap<Value, Value> {
  const bases = new Map<Value, Value>();
  graph.inputs.forEach((value, i) => layouts.set(value, own[i]!));
  for (const { primitive, inputs, params, outputs } of graph.nodes) {
    const [x] = inputs;
    if (!primitive.view || !x) continue;
    const from = layouts.get(x) ?? freshLayout(x.shape);
    const layout = primitive.view({ ...from, dtype: x.dtype }, params);
    if (!layout) continue;
    layouts.set(outputs[0]!, layout);
    bases.set(outputs[0]!, bases.get(x) ?? x);
  }
  return bases;
}

/** Plans one graph. */
class Planner implements PlanMemory, ControlPlanner {
  /** What runs. */
  readonly steps: Step[] = [];
  readonly #space: Workspace;
  readonly #places = new Map<Value, Place>();
  /** Layouts of inputs and views; all other values lie in C order. */
  readonly #layouts = new Map<Value, Layout>();
  /** Values whose memory is that of another value. */
  readonly #bases = new Map<Value, Value>();
  readonly #consumers = new Map<Value, Node[]>();
  readonly #lastUse = new Map<Value, number>();
  /** Inputs and results, which are not given back on the way. */
  readonly #kept = new Set<Value>();
  /** Where results go that the caller has a place for. */
  readonly #targets: ReadonlyMap<Value, Place>;
  readonly #graph: Graph;

  /**
   * Starts a plan.
   *
   * @param space What it shares with others.
   * @param graph The graph.
   * @param places Where its inputs lie.
   * @param targets Where values go that are no views; others stay where they are made.
   */
  constructor(
    space: Workspace,
    graph: Graph,
    places: readonly Place[],
    targets: ReadonlyMap<Value, Place>,
  ) {
    this.#space = space;
    this.#graph = graph;
    this.#targets = targets;
    graph.inputs.forEach((value, i) => {
      this.#places.set(value, places[i]!);
      this.#layouts.set(value, places[i]!);
    });
  }

  /** Temporary memory. */
  get arena(): Arena {
    return this.#space.arena;
  }

  /**
   * Plans everything.
   *
   * @returns Where the results lie.
   */
  plan(): readonly Place[] {
    this.#findBases();
    const tasks = mergeRows(schedule(this.#graph), this.#layouts);
    this.#findUses(tasks);
    tasks.forEach((task, i) => {
      if (task.kind === "group") this.#group(task);
      else this.#single(task.node);
      this.#release(task, i);
    });
    return this.#graph.outputs.map((value) => this.placeOf(value));
  }

  /**
   * Plans a graph within this one.
   *
   * @param graph The graph.
   * @param places Where its inputs lie.
   * @param targets Where values go that have a place already.
   * @returns Its steps and results.
   */
  within(
    graph: Graph,
    places: readonly Place[],
    targets: ReadonlyMap<Value, Place>,
  ): Within {
    const inner = new Planner(this.#space, graph, places, targets);
    const results = inner.plan();
    return { steps: inner.steps, results, release: () => inner.#releaseResults() };
  }

  /**
   * Steps that copy a value.
   *
   * @param x The value.
   * @param from Where it lies.
   * @param to Where it goes, in C order.
   * @returns The steps.
   */
  copied(x: Aval, from: Place, to: Place): readonly Step[] {
    if (sizeOf(x.shape) === 0) return [];
    const source = { dtype: x.dtype, shape: x.shape, strides: from.strides };
    return this.#recorded("copy", addressIn(to), () => {
      if (isContiguous(x.shape, from.strides)) {
        copyBytes(addressIn(from), addressIn(to), bytesOf(x));
      } else {
        pack(source, addressIn(from), addressIn(to), 0, sizeOf(x.shape));
      }
    });
  }

  /** Temporary memory in C order. */
  take(x: Aval): Place {
    return placeAt(x, ARENA, this.arena.take(bytesOf(x)));
  }

  /** Gives temporary memory back. */
  give(x: Aval, { offset }: Place): void {
    this.arena.give(offset, bytesOf(x));
  }

  /** A region that is not in use. */
  takeRegion(): number {
    return this.#space.freeRegions.pop() ?? this.#space.regions++;
  }

  /** Gives it back. */
  giveRegion(region: number): void {
    this.#space.freeRegions.push(region);
  }

  /**
   * Where a tensor lies that is always the same.
   *
   * @param tensor The tensor.
   * @returns Its place.
   */
  constant(tensor: Tensor): Place {
    const region = this.#space.regions++;
    this.#space.constants.push({ region, tensor });
    return { shape: tensor.shape, strides: tensor.strides, offset: 0, region };
  }

  /** Gives the memory of results back that the caller has no place for. */
  #releaseResults(): void {
    for (const value of new Set(this.#graph.outputs.map((own) => this.#baseOf(own)))) {
      const place = this.#places.get(value);
      if (place?.region !== ARENA || this.#graph.inputs.includes(value)) continue;
      if (!this.#targets.has(value)) this.arena.give(place.offset, bytesOf(value));
    }
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
    const place: Place = this.#targets.get(value) ?? {
      shape: value.shape,
      strides: contiguousStrides(value.shape),
      region: ARENA,
      offset: this.arena.take(bytesOf(value)),
    };
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
    const { tables } = this.#space;
    const at = tables.length * 4;
    for (const value of values) tables.push(value);
    return planned(TABLES, at);
  }

  /** Views share the memory of what they view, if its layout permits. */
  #findBases(): void {
    const layouts = this.#graph.inputs.map((value) => this.layoutOf(value));
    for (const [value, base] of viewedBases(this.#graph, layouts, this.#layouts)) {
      this.#bases.set(value, base);
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
    for (const value of [...this.#graph.inputs, ...this.#graph.outputs]) {
      this.#kept.add(this.#baseOf(value));
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
      if (this.#targets.has(value) || this.#kept.has(value)) continue;
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
    const control = controlOf(node);
    if (control) {
      this.steps.push(...plannedControl(this, node, control, targets));
      return;
    }
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
    const operands = inputs.map((value) => {
      const place = this.placeOf(value);
      return tensorAt(value, place.strides, addressIn(place));
    });
    const calls = this.#recorded(
      primitive.name,
      addressIn(targets[0]!),
      () => lower(operands, params, outputs),
    );
    return calls.length > MOST_CALLS ? null : calls;
  }

  /** The calls of kernels that a function makes. */
  #recorded(label: string, target: number, body: () => void): readonly CallStep[] {
    const calls: CallStep[] = [];
    const taken: [number, number][] = [];
    const stage = {
      target,
      temporary: (bytes: number): number => {
        const offset = this.arena.take(bytes);
        taken.push([offset, bytes]);
        return planned(ARENA, offset);
      },
      axes: (shape: readonly number[], strides: readonly number[]): number =>
        this.table(shape, strides),
    };
    const take = (kernel: string, args: readonly number[]): void => {
      calls.push({ kind: "call", label, kernel, args: [...args] });
    };
    staged(stage, () => divertKernels(take, body));
    for (const [offset, bytes] of taken) this.arena.give(offset, bytes);
    return calls;
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
  const bases = viewedBases(graph, layouts);
  const fresh: Value[] = [];
  const targets = new Map<Value, Place>();
  for (const value of graph.outputs) {
    const base = bases.get(value) ?? value;
    // Results that are no views of inputs get memory of their own.
    if (graph.inputs.includes(base) || targets.has(base)) continue;
    const region = INPUTS + graph.inputs.length + fresh.length;
    targets.set(base, { ...freshLayout(base.shape), region });
    fresh.push(base);
  }
  const space = new Workspace(INPUTS + graph.inputs.length + fresh.length);
  const places = layouts.map((layout, i): Place => ({ ...layout, offset: 0, region: INPUTS + i }));
  const planner = new Planner(space, graph, places, targets);
  const results = planner.plan();
  return {
    steps: planner.steps,
    inputs: graph.inputs.map((aval, i) => ({ aval, place: places[i]! })),
    fresh,
    outputs: graph.outputs.map((aval, i) => ({ aval, place: results[i]! })),
    constants: space.constants,
    regions: space.regions,
    arena: space.arena.size,
    tables: space.tables,
  };
}
