/**
 * A program that can be run: planned for the layouts of its inputs, first step by step, then as
 * generated code.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import { evaluate, type Graph, type Value } from "../core/graph.ts";
import { isContiguous, sizeOf } from "../core/shape.ts";
import { freshLayout, type Layout, type Storage, Tensor } from "../core/tensor.ts";
import type { Block } from "../devices/wasm/heap.ts";
import { addressOf, runtime, temporary, withTemporaries } from "../devices/wasm/runtime.ts";
import type { WasmStorage } from "../devices/wasm/storage.ts";
import { generate } from "./generate.ts";
import { type Runner, runnerOf } from "./interpreter.ts";
import type { KnownGraph } from "./passes.ts";
import { ARENA, INPUTS, TABLES } from "./place.ts";
import { planOf } from "./plan.ts";
import type { Program } from "./program.ts";

/** Code is generated after so many elements were computed; each step counts as many more. */
const EARNED = 1e6;
const PER_STEP = 1000;
/** Layouts of inputs for which one graph is planned at a time. */
const MOST_LAYOUTS = 4;

/** Blocks of memory that belong to plans; given back when a plan is collected. */
const finalizer = new FinalizationRegistry<Block>((block) => runtime().heap.free(block));

/** A program planned for certain layouts. */
class Planned {
  readonly program: Program;
  /** Address of the frame: one word with the address of each region. */
  readonly #frame: number;
  readonly #tables: number;
  readonly #work: number;
  #done = 0;
  #steps: readonly Runner[] | null = null;
  #code: ((frame: number) => void) | null = null;
  #refused = false;

  constructor(graph: Graph, layouts: readonly Layout[]) {
    const program = this.program = planOf(graph, layouts);
    const { heap } = runtime();
    const regions = INPUTS + program.inputs.length + program.fresh.length;
    const tables = program.tables.length * 4;
    const block = heap.allocate(tables + regions * 4)!;
    finalizer.register(this, block);
    this.#tables = block.address;
    this.#frame = block.address + tables;
    for (let i = 0; i < program.tables.length; i++) {
      heap.u32[(block.address >> 2) + i] = program.tables[i]!;
    }
    this.#work = graph.nodes.reduce(
      (sum, { outputs }) => sum + PER_STEP + outputs.reduce((n, { shape }) => n + sizeOf(shape), 0),
      0,
    );
  }

  /** Whether it runs as generated code. */
  get isGenerated(): boolean {
    return this.#code !== null;
  }

  run(inputs: readonly Tensor[]): readonly Tensor[] {
    return this.#placed(inputs, (bases) => this.#execute(bases));
  }

  /** Best times of the steps in microseconds, and that of all as generated code. */
  measure(
    inputs: readonly Tensor[],
    runs: number,
  ): { readonly times: readonly number[]; readonly whole: number | null } {
    const steps = this.program.steps.map(runnerOf);
    const times = steps.map(() => Infinity);
    let whole: number | null = Infinity;
    for (let k = 0; k < runs; k++) {
      this.#placed(inputs, (bases) =>
        steps.forEach((step, i) => {
          const start = performance.now();
          step(bases);
          times[i] = Math.min(times[i]!, 1000 * (performance.now() - start));
        }));
    }
    this.earn();
    for (let k = 0; k < runs && whole !== null; k++) {
      this.#placed(inputs, (bases) => {
        const start = performance.now();
        this.#execute(bases);
        whole = this.#code ? Math.min(whole!, 1000 * (performance.now() - start)) : null;
      });
    }
    return { times, whole };
  }

  /** Runs something with memory for the results and for what is in between. */
  #placed(
    inputs: readonly Tensor[],
    execute: (bases: readonly number[]) => void,
  ): readonly Tensor[] {
    return withTemporaries(() => {
      const { program } = this;
      const { pool } = runtime();
      const count = program.inputs.length;
      const bases = new Array<number>(INPUTS + count + program.fresh.length);
      const storages: WasmStorage[] = [];
      const offsets: number[] = [];
      for (let i = 0; i < count; i++) bases[INPUTS + i] = addressOf(inputs[i]!);
      program.fresh.forEach(({ dtype, shape }, i) => {
        const bytes = sizeOf(shape) * DTYPES[dtype].bytes;
        const storage = pool.reserve(bytes);
        storages.push(storage);
        offsets.push(pool.offset);
        bases[INPUTS + count + i] = storage.address >= 0
          ? storage.address + pool.offset
          : temporary(bytes + 64);
      });
      bases[TABLES] = this.#tables;
      bases[ARENA] = program.arena > 0 ? temporary(program.arena) : 0;
      execute(bases);
      program.fresh.forEach(({ dtype, shape }, i) => {
        const storage = storages[i]!;
        if (storage.address >= 0) return;
        const from = bases[INPUTS + count + i]!;
        const bytes = sizeOf(shape) * DTYPES[dtype].bytes;
        storage.buffer.set(runtime().heap.u8.subarray(from, from + bytes), offsets[i]!);
      });
      return program.outputs.map(({ aval, place }) => {
        const at = place.region - INPUTS;
        const [storage, offset]: readonly [Storage, number] = at < count
          ? [inputs[at]!.storage, inputs[at]!.offset]
          : [storages[at - count]!, offsets[at - count]!];
        return new Tensor(aval.dtype, aval.shape, place.strides, offset + place.offset, storage);
      });
    });
  }

  #execute(bases: readonly number[]): void {
    if (!this.#code && !this.#refused) {
      this.#done += this.#work;
      if (this.#done > EARNED) {
        this.#code = generate(this.program, (frame) => basesAt(frame, bases.length));
        this.#refused = this.#code === null;
      }
    }
    if (!this.#code) {
      this.#steps ??= this.program.steps.map(runnerOf);
      for (const step of this.#steps) step(bases);
      return;
    }
    const { u32 } = runtime().heap;
    const at = this.#frame >>> 2;
    for (let i = 0; i < bases.length; i++) u32[at + i] = bases[i]!;
    this.#code(this.#frame);
  }

  /** Generates code at the next run rather than when it has been earned. */
  earn(): void {
    this.#done = EARNED;
  }
}

function basesAt(frame: number, count: number): ArrayLike<number> {
  const { u32 } = runtime().heap;
  return u32.subarray(frame >>> 2, (frame >>> 2) + count);
}

/** Whether a value can be in WebAssembly memory. */
function isNumeric({ dtype }: Value): boolean {
  return dtype !== "string";
}

/** A compiled graph. */
export class Executable {
  readonly #known: KnownGraph;
  readonly #constants: readonly (Tensor | undefined)[];
  readonly #plans = new Map<string, Planned>();
  readonly #plain: boolean;

  /**
   * Compiles a graph.
   *
   * @param known The graph after all passes, with the inputs that are known.
   */
  constructor(known: KnownGraph) {
    this.#known = known;
    const { graph } = known;
    this.#constants = graph.inputs.map((value) => known.known.get(value));
    // A scope in which the graph was captured leaves them alone.
    for (const constant of this.#constants) if (constant) constant.storage.keepers++;
    this.#plain = [...graph.inputs, ...graph.outputs].every(isNumeric) &&
      graph.nodes.every(({ inputs, outputs }) => [...inputs, ...outputs].every(isNumeric));
  }

  /**
   * Runs it.
   *
   * @param inputs A tensor for each input that is not known, in order.
   * @returns The results.
   */
  run(inputs: readonly Tensor[]): readonly Tensor[] {
    let next = 0;
    const all = this.#constants.map((constant) => constant ?? inputs[next++]!);
    return this.#plain ? this.#planFor(all).run(all) : evaluate(this.#known.graph, all);
  }

  /**
   * Runs it several times, step by step and then as generated code, and measures.
   *
   * @param inputs A tensor for each input that is not known, in order.
   * @param runs How often.
   * @returns The program, the best time of each step, and that of the generated code, or null if code
   * may not be generated; in microseconds.
   */
  measure(inputs: readonly Tensor[], runs: number): {
    readonly program: Program;
    readonly times: readonly number[];
    readonly whole: number | null;
  } {
    let next = 0;
    const all = this.#constants.map((constant) => constant ?? inputs[next++]!);
    const plan = this.#planFor(all);
    return { program: plan.program, ...plan.measure(all, runs) };
  }

  /**
   * Generates code at the next run rather than when it has been earned.
   *
   * @param inputs A tensor for each input that is not known, in order.
   */
  earn(inputs: readonly Tensor[]): void {
    if (!this.#plain) return;
    let next = 0;
    this.#planFor(this.#constants.map((constant) => constant ?? inputs[next++]!)).earn();
  }

  #planFor(inputs: readonly Tensor[]): Planned {
    let key = "";
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i]!;
      if (!isContiguous(x.shape, x.strides)) key += `${i}:${x.strides};`;
    }
    const found = this.#plans.get(key);
    if (found) return found;
    // To copy what has other layouts would change the order in which elements are added.
    if (this.#plans.size >= MOST_LAYOUTS) this.#plans.delete(this.#plans.keys().next().value!);
    const layouts = inputs.map(({ shape, strides }): Layout =>
      isContiguous(shape, strides) ? freshLayout(shape) : { shape, strides, offset: 0 }
    );
    const plan = new Planned(this.#known.graph, layouts);
    this.#plans.set(key, plan);
    return plan;
  }
}
