/**
 * Calls that wait for each other, and how they run: one after the other at first, as one program once
 * many elements have gone through calls of the same structure.
 *
 * @module
 */
import { DeviceError } from "../core/errors.ts";
import { Graph, type Node, Value } from "../core/graph.ts";
import type { Lowering, Primitive } from "../core/primitive.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { flatten } from "../core/tree.ts";
import { runtime } from "../devices/wasm/runtime.ts";
import type { Pending, WasmStorage } from "../devices/wasm/storage.ts";
import { Executable } from "./executable.ts";

/** What decides whether and how calls wait; tests change it. */
export const limits = {
  /** Results of fewer bytes are computed at once: the books would cost more than the memory. */
  leastBytes: 65536,
  /**
   * A structure of calls is compiled when so many elements went through it: that takes about a tenth
   * of the time that they took, or less than it saves if they come at once.
   */
  earned: 1e7,
};

/** Of so many structures elements are counted, and of so many programs are kept. */
const MOST_COUNTED = 4096;
const MOST_PROGRAMS = 256;

/** A call and what it needs. */
export interface Call {
  /** The primitive. */
  readonly primitive: Primitive;
  /** Its parameters. */
  readonly params: unknown;
  /** Its operands. */
  readonly inputs: readonly Tensor[];
  /** Dtype and shape of its result. */
  readonly aval: Aval;
}

/** What waits for a call, where some of it may be counted several times. */
export interface Extent {
  /** Calls that wait for it to be computed, itself included. */
  readonly calls: number;
  /** Bytes of operands that are kept for it. */
  readonly bytes: number;
}

/** A call that was put off. */
export class Deferred implements Call, Extent, Pending {
  readonly primitive: Primitive;
  readonly params: unknown;
  /** Its operands: handles of their own, which keep what they need alive. */
  readonly inputs: readonly Tensor[];
  readonly aval: Aval;
  readonly calls: number;
  readonly bytes: number;
  /** Equal for equal structures, and seldom for others. */
  readonly hash: number;
  /** Whether it consists of vector instructions alone, so that it may well run twice. */
  readonly isCheap: boolean;
  /** The storage of its result. */
  readonly storage: WasmStorage;
  /** Whether it was computed as part of something else. */
  consumed = false;
  /** Number of the chain that last visited it. */
  chain = 0;
  /** Its place in that chain. */
  place = 0;
  /** How many operands of calls in that chain it is. */
  inside = 0;

  /**
   * Puts a call off.
   *
   * @param call The call.
   * @param extent What waits for it.
   */
  constructor(call: Call, { calls, bytes }: Extent) {
    const { primitive, params, inputs, aval } = call;
    this.primitive = primitive;
    this.params = params;
    this.aval = aval;
    this.calls = calls;
    this.bytes = bytes;
    this.hash = hashOf(call);
    const own = new Array<Tensor>(inputs.length);
    let isCheap = primitive.lanes !== undefined;
    for (let i = 0; i < inputs.length; i++) {
      const { dtype, shape, strides, offset, storage } = inputs[i]!;
      own[i] = new Tensor(dtype, shape, strides, offset, storage);
      (storage as WasmStorage).readers++;
      isCheap &&= pendingOf(own[i]!)?.isCheap ?? true;
    }
    this.inputs = own;
    this.isCheap = isCheap;
    this.storage = runtime().pool.putOff(this);
  }

  force(): void {
    // What is computed belongs to the storage that waits for it, whatever scope that was made in.
    runtime().pool.unrecorded(() => compute(this));
  }

  drop(): void {
    for (const input of this.inputs) {
      (input.storage as WasmStorage).readers--;
      input[Symbol.dispose]();
    }
  }

  /**
   * Takes the bytes of a result, and lets go of the operands.
   *
   * @param x The result, which nobody else uses.
   */
  settle(x: Tensor): void {
    this.storage.adopt(x.storage as WasmStorage);
    this.drop();
  }
}

/**
 * The call that an operand's storage waits for.
 *
 * @param x The operand.
 * @returns The call, or undefined if the bytes are there.
 */
export function pendingOf({ storage }: Tensor): Deferred | undefined {
  const { pending } = storage as WasmStorage;
  return pending instanceof Deferred ? pending : undefined;
}

/** Chains so far. */
let chains = 0;

/** A call with all calls that it waits for. */
class Chain {
  readonly #root: Call;
  /** The other calls, each after those that it needs. */
  readonly calls: Deferred[] = [];
  /** Operands that are there, each once. */
  readonly #operands: Tensor[] = [];
  /** Calls whose results are stored because they may be used again. */
  readonly #kept: readonly Deferred[];
  /** The same for equal structures. */
  readonly key: string;

  constructor(root: Call) {
    this.#root = root;
    chains++;
    let key = this.#visit(root);
    for (const { dtype, strides } of this.#operands) key += `${dtype}:${strides} `;
    // Who else has it may need it: for what other calls wait, and what is needed a second time.
    this.#kept = this.calls.filter(({ storage: { handles, readers }, inside, consumed }) =>
      handles > inside && (consumed || readers > inside)
    );
    for (const { place } of this.#kept) key += `${place} `;
    this.key = key + root.inputs[0]!.shape;
  }

  #visit(call: Call): string {
    const { primitive, params, inputs } = call;
    let [before, own] = ["", ""];
    for (let i = 0; i < inputs.length; i++) {
      const waiting = pendingOf(inputs[i]!);
      if (!waiting) {
        own += ` ${this.#placeOf(inputs[i]!)}`;
        continue;
      }
      if (waiting.chain !== chains) {
        waiting.chain = chains;
        waiting.inside = 0;
        before += this.#visit(waiting);
        waiting.place = this.calls.push(waiting) - 1;
      }
      own += ` _${waiting.place}`;
      if (call instanceof Deferred) waiting.inside++;
    }
    if (params !== undefined) own += flatten(params, () => false).structure.key;
    return `${before}${primitive.name}${own};`;
  }

  #placeOf(x: Tensor): number {
    const operands = this.#operands;
    for (let i = 0; i < operands.length; i++) {
      const other = operands[i]!;
      const same = other.storage === x.storage && other.offset === x.offset &&
        other.dtype === x.dtype && sameShape(other.strides, x.strides);
      if (same) return i;
    }
    return operands.push(x) - 1;
  }

  compile(): Executable {
    const inputs = this.#operands.map((x) => new Value(x));
    const made = this.calls.map(({ aval }) => new Value(aval));
    const result = new Value(this.#root.aval);
    const valueOf = (x: Tensor): Value => {
      const waiting = pendingOf(x);
      return waiting ? made[waiting.place]! : inputs[this.#placeOf(x)]!;
    };
    const nodeOf = ({ primitive, params, inputs: own }: Call, out: Value): Node => ({
      primitive,
      params,
      inputs: own.map(valueOf),
      outputs: [out],
    });
    const nodes = this.calls.map((call, i) => nodeOf(call, made[i]!));
    const kept = this.#kept.map(({ place }) => made[place]!);
    const graph = new Graph(inputs, [...nodes, nodeOf(this.#root, result)], [result, ...kept]);
    // No pass may make a result of an operand: the memory of results must be their own.
    const program = new Executable({ graph, known: new Map() });
    program.earn(this.#operands);
    return program;
  }

  /** Computes the call, and those that are kept. */
  run(program: Executable): Tensor {
    const [result, ...kept] = program.run(this.#operands);
    for (const call of this.calls) call.consumed = true;
    this.#kept.forEach((call, i) => call.settle(kept[i]!));
    return result!;
  }
}

/** Remembers what was used lately: up to a number of values, and at least half as many. */
class Recent<K, V> {
  readonly #half: number;
  #now = new Map<K, V>();
  #before = new Map<K, V>();

  constructor(most: number) {
    this.#half = most / 2;
  }

  get(key: K): V | undefined {
    return this.#now.get(key) ?? this.#before.get(key);
  }

  set(key: K, value: V): void {
    this.#now.set(key, value);
    if (this.#now.size < this.#half) return;
    this.#before = this.#now;
    this.#now = new Map();
  }
}

/** Elements that went through calls of some structure, by its hash. */
const counts = new Recent<number, number>(MOST_COUNTED);
const programs = new Recent<string, Executable>(MOST_PROGRAMS);

/** A number for the structure of a call and those that it waits for. */
function hashOf({ primitive, inputs, aval }: Call): number {
  let hash = sizeOf(aval.shape);
  const { name } = primitive;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash, 31) + name.charCodeAt(i);
  for (let i = 0; i < inputs.length; i++) {
    hash = Math.imul(hash, 31) + (pendingOf(inputs[i]!)?.hash ?? 7);
  }
  return hash | 0;
}

/** Whether enough elements went through calls of the structure of this one. */
function hasEarned(hash: number, { inputs }: Call): boolean {
  const done = (counts.get(hash) ?? 0) + inputs[0]!.size;
  counts.set(hash, done);
  return done > limits.earned;
}

/** Runs a chain as one program, if there is memory for that. */
function runChain(chain: Chain): Tensor | undefined {
  try {
    const program = programs.get(chain.key) ?? chain.compile();
    programs.set(chain.key, program);
    return chain.run(program);
  } catch (error) {
    // One call after the other needs neither code nor copies of operands in JavaScript buffers.
    if (error instanceof DeviceError) return undefined;
    throw error;
  }
}

/**
 * Runs a call and the calls that it waits for as one program, if that has been earned.
 *
 * @param call The call.
 * @returns The result, or undefined where what it waits for had better be computed first.
 */
export function together(call: Call): Tensor | undefined {
  return hasEarned(hashOf(call), call) ? runChain(new Chain(call)) : undefined;
}

/** Computes a call, and what it needs. */
function compute(call: Deferred): void {
  const waits = call.inputs.some(pendingOf);
  const result = waits && hasEarned(call.hash, call) ? runChain(new Chain(call)) : undefined;
  if (result) call.settle(result);
  else computeAlone(call);
}

/** Computes a call after those that it waits for. */
function computeAlone(call: Deferred): void {
  const { primitive, inputs, params, aval } = call;
  for (let i = 0; i < inputs.length; i++) {
    const waiting = pendingOf(inputs[i]!);
    if (waiting) computeAlone(waiting);
  }
  const lower: Lowering<unknown> = primitive.lower.wasm!;
  call.settle(lower(inputs, params, [aval])[0]!);
}
