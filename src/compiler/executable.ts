/**
 * A program that can be run: planned for the layouts of its inputs, first step by step, then as
 * generated code.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import { memoryError } from "../core/errors.ts";
import { evaluate, type Graph, type KnownGraph, type Value } from "../core/graph.ts";
import { isContiguous, sizeOf } from "../core/shape.ts";
import { freshLayout, type Layout, type Storage, Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import type { Block } from "../devices/wasm/heap.ts";
import { addressOf, runtime, temporary, withTemporaries } from "../devices/wasm/runtime.ts";
import type { WasmStorage } from "../devices/wasm/storage.ts";
import { workOf } from "./control.ts";
import { generate } from "./generate.ts";
import { type Runner, runnerOf } from "./interpreter.ts";
import { ARENA, INPUTS, TABLES } from "./place.ts";
import { planOf } from "./plan.ts";
import type { Program } from "./program.ts";

/** Code is generated after so many elements were computed; each step counts as many more. */
const EARNED = 1e6;
const PER_STEP = 1000;
/** Layouts of inputs for which one graph is planned at a time. */
const MOST_LAYOUTS = 4;

/** Arenas of up to so many bytes are kept between runs. */
const LARGEST_KEPT = 16384;
/** Room behind arrays for whole vectors; what is kept is aligned to it. */
const SPARE = 64;

/** Blocks of memory that belong to plans; given back when a plan is collected. */
const finalizer = new FinalizationRegistry<Block>((block) => runtime().heap.free(block));

/** A program planned for certain layouts. */
class Planned {
  readonly program: Program;
  /** Address of the frame: one word with the address of each region. */
  readonly #frame: number;
  readonly #tables: number;
  /** Address of the arena; -1 if it is too large to be kept between runs. */
  readonly #arena: number;
  /** Bytes of each fresh result. */
  readonly #bytes: readonly number[];
  /** Where small results are computed that end in JavaScript buffers. */
  readonly #spill: readonly (number | undefined)[];
  readonly #work: number;
  #done = 0;
  #steps: readonly Runner[] | null = null;
  #code: ((frame: number) => void) | null = null;
  #refused = false;

  constructor(graph: Graph, layouts: readonly Layout[]) {
    const program = this.program = planOf(graph, layouts);
    // A scope in which the program was planned leaves them alone.
    for (const { tensor } of program.constants) tensor.storage.keepers++;
    const { heap } = runtime();
    const { regions } = program;
    const tables = program.tables.length * 4;
    const arena = program.arena <= LARGEST_KEPT ? program.arena : 0;
    this.#bytes = program.fresh.map(({ dtype, shape }) => sizeOf(shape) * DTYPES[dtype].bytes);
    let end = Math.ceil((tables + regions * 4 + arena) / SPARE + 1) * SPARE;
    const spill = this.#bytes.map((bytes) => {
      if (bytes > LARGEST_KEPT) return undefined;
      end += Math.ceil(bytes / SPARE) * SPARE + SPARE;
      return end - Math.ceil(bytes / SPARE) * SPARE - SPARE;
    });
    const block = heap.allocate(end);
    if (!block) throw memoryError(end);
    finalizer.register(this, block);
    this.#tables = block.address;
    this.#frame = block.address + tables;
    this.#arena = arena < program.arena
      ? -1
      : Math.ceil((this.#frame + regions * 4) / SPARE) * SPARE;
    this.#spill = spill.map((offset) => offset === undefined ? undefined : block.address + offset);
    for (let i = 0; i < program.tables.length; i++) {
      heap.u32[(block.address >>> 2) + i] = program.tables[i]!;
    }
    this.#work = workOf(graph, PER_STEP);
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
    execute: (bases: number[]) => void,
  ): readonly Tensor[] {
    return withTemporaries(() => {
      const { constants, fresh, outputs } = this.program;
      const { pool } = runtime();
      const first = INPUTS + inputs.length;
      const bases = new Array<number>(this.program.regions).fill(0);
      const storages = new Array<WasmStorage>(fresh.length);
      const offsets = new Array<number>(fresh.length);
      for (let i = 0; i < inputs.length; i++) bases[INPUTS + i] = addressOf(inputs[i]!);
      for (const { region, tensor } of constants) bases[region] = addressOf(tensor);
      for (let i = 0; i < fresh.length; i++) {
        const storage = storages[i] = pool.reserve(this.#bytes[i]!);
        offsets[i] = pool.offset;
        bases[first + i] = storage.address >= 0
          ? storage.address + pool.offset
          : this.#spill[i] ?? temporary(this.#bytes[i]! + SPARE);
      }
      bases[TABLES] = this.#tables;
      bases[ARENA] = this.#arena >= 0 ? this.#arena : temporary(this.program.arena);
      execute(bases);
      for (let i = 0; i < fresh.length; i++) {
        if (storages[i]!.address < 0) {
          this.#copyOut(bases[first + i]!, storages[i]!, offsets[i]!, i);
        }
      }
      const results = new Array<Tensor>(outputs.length);
      for (let i = 0; i < outputs.length; i++) {
        const { aval, place } = outputs[i]!;
        const at = place.region - INPUTS;
        const made = at - inputs.length;
        const storage: Storage = made < 0 ? inputs[at]!.storage : storages[made]!;
        const offset = place.offset + (made < 0 ? inputs[at]!.offset : offsets[made]!);
        results[i] = new Tensor(aval.dtype, aval.shape, place.strides, offset, storage);
      }
      return results;
    });
  }

  /** Takes a result to a JavaScript buffer. */
  #copyOut(from: number, storage: WasmStorage, offset: number, i: number): void {
    const { u8 } = runtime().heap;
    storage.buffer.set(u8.subarray(from, from + this.#bytes[i]!), offset);
  }

  #execute(bases: number[]): void {
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

function basesAt(frame: number, count: number): Uint32Array {
  const { u32 } = runtime().heap;
  return u32.subarray(frame >>> 2, (frame >>> 2) + count);
}

/** Whether a value can be in WebAssembly memory. */
function isNumeric({ dtype }: Value): boolean {
  return dtype !== "string";
}

/** Whether a tensor has memory of the device. */
function isHere({ storage }: Tensor): boolean {
  return storage.device === wasmDevice();
}

/** A compiled graph. */
export class Executable {
  readonly #known: KnownGraph;
  readonly #constants: readonly (Tensor | undefined)[];
  readonly #plans = new Map<string, Planned>();
  readonly #plain: boolean;
  /** The plan for inputs in C order. */
  #usual: Planned | undefined;

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
    const all = this.#all(inputs);
    // What lies elsewhere, was disposed of or has leaked from a transform runs, or fails, by single calls.
    const plain = this.#plain && all.every(isHere);
    return plain ? this.#planFor(all).run(all) : evaluate(this.#known.graph, all);
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
    const all = this.#all(inputs);
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
    this.#planFor(this.#all(inputs)).earn();
  }

  /** The inputs together with those that are known. */
  #all(inputs: readonly Tensor[]): readonly Tensor[] {
    if (this.#known.known.size === 0) return inputs;
    let next = 0;
    return this.#constants.map((constant) => constant ?? inputs[next++]!);
  }

  #planFor(inputs: readonly Tensor[]): Planned {
    let key = "";
    for (let i = 0; i < inputs.length; i++) {
      const { shape, strides } = inputs[i]!;
      if (!isContiguous(shape, strides)) key += `${i}:${strides};`;
    }
    if (key === "") return this.#usual ??= this.#plan(inputs);
    const found = this.#plans.get(key);
    if (found) return found;
    // To copy what has other layouts would change the order in which elements are added.
    if (this.#plans.size >= MOST_LAYOUTS) this.#plans.delete(this.#plans.keys().next().value!);
    const plan = this.#plan(inputs);
    this.#plans.set(key, plan);
    return plan;
  }

  #plan(inputs: readonly Tensor[]): Planned {
    const layouts = inputs.map(({ shape, strides }): Layout =>
      isContiguous(shape, strides) ? freshLayout(shape) : { shape, strides, offset: 0 }
    );
    return new Planned(this.#known.graph, layouts);
  }
}
