/**
 * Putting elementwise calls off: chains of them on large tensors run as one pass when a value is needed.
 *
 * Shapes and dtypes are checked at the call, the arithmetic waits. A value is computed at most twice:
 * within what it was needed for first, and once by itself if it is used again. Nobody can observe any
 * of it: tensors never change, and values do not depend on how they are computed.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import { Graph, type Node, Value } from "../core/graph.ts";
import type { Lowering, Primitive } from "../core/primitive.ts";
import { contiguousStrides, isContiguous, sameShape, sizeOf } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { flatten } from "../core/tree.ts";
import { runtime } from "../devices/wasm/runtime.ts";
import type { Pending, WasmStorage } from "../devices/wasm/storage.ts";
import { Executable } from "./executable.ts";

/** Results of fewer bytes are computed at once: the books would cost more than the memory. */
const LEAST_BYTES = 65536;
/** Chains are at most so long: longer ones hold too much memory. */
const LONGEST = 24;
/** A structure of calls is compiled when it has computed so many elements. */
const EARNED = 1e6;
/** So many structures are remembered. */
const MOST = 256;

/** A call that was put off. */
class Deferred implements Pending {
  readonly primitive: Primitive;
  readonly params: unknown;
  /** Its operands: handles of their own, which keep what they need alive. */
  readonly inputs: readonly Tensor[];
  readonly aval: Aval;
  /** Calls that wait for it to be computed, itself included. */
  readonly length: number;
  /** How many other calls were made with it. */
  uses = 0;
  /** Whether it was computed as part of something else. */
  consumed = false;
  readonly storage: WasmStorage;

  constructor(primitive: Primitive, inputs: readonly Tensor[], params: unknown, aval: Aval) {
    this.primitive = primitive;
    this.params = params;
    this.aval = aval;
    let length = 1;
    this.inputs = inputs.map(({ dtype, shape, strides, offset, storage }) => {
      const waiting = pendingOf(storage as WasmStorage);
      if (waiting) {
        waiting.uses++;
        length += waiting.length;
      }
      return new Tensor(dtype, shape, strides, offset, storage);
    });
    this.length = length;
    this.storage = runtime().pool.putOff(this);
  }

  force(): void {
    runtime().pool.unrecorded(() => computeCall(this));
  }

  /** Takes the bytes, and lets go of the operands. */
  settle(x: Tensor): void {
    this.storage.adopt(x.storage as WasmStorage);
    for (const input of this.inputs) input[Symbol.dispose]();
  }
}

/** The call that a storage waits for. */
function pendingOf({ pending }: WasmStorage): Deferred | undefined {
  return pending instanceof Deferred ? pending : undefined;
}

/** The call that an operand waits for, if the operand is all of its result as it will lie. */
function waitingFor({ storage, shape, strides }: Tensor): Deferred | undefined {
  const waiting = pendingOf(storage as WasmStorage);
  if (!waiting || !sameShape(waiting.aval.shape, shape)) return undefined;
  return isContiguous(shape, strides) ? waiting : undefined;
}

/** Whether an operand is in C order, or one element or row for all. */
function isPlain({ shape, strides }: Tensor): boolean {
  if (isContiguous(shape, strides)) return true;
  const last = shape.length - 1;
  return strides.includes(0) && (strides[last] === 0 || strides[last] === 1);
}

/**
 * Puts an elementwise call off if its result is large.
 *
 * @typeParam P Parameters of the primitive.
 * @param primitive The primitive.
 * @param inputs Its operands.
 * @param params Its parameters.
 * @param outputs Dtype and shape of its result.
 * @returns The result, or undefined where the call had better run at once.
 */
export function deferred<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
): readonly Tensor[] | undefined {
  const out = outputs[0]!;
  if (sizeOf(out.shape) * DTYPES[out.dtype].bytes < LEAST_BYTES) return undefined;
  let length = 1;
  for (const x of inputs) {
    if (x.dtype === "string") return undefined;
    const waiting = pendingOf(x.storage as WasmStorage);
    if (waiting) {
      if (waiting.consumed || !waitingFor(x)) waiting.force();
      else length += waiting.length;
    }
    if (!isPlain(x)) return undefined;
  }
  if (length > LONGEST) {
    for (const x of inputs) (x.storage as WasmStorage).pending?.force();
  }
  const call = new Deferred(primitive as unknown as Primitive, inputs, params, out);
  const strides = contiguousStrides(out.shape);
  return [new Tensor(out.dtype, out.shape, strides, 0, call.storage)];
}

/**
 * Computes a reduction together with the chain that its operand waits for.
 *
 * @typeParam P Parameters of the primitive.
 * @param primitive The primitive.
 * @param inputs Its operand.
 * @param params Its parameters.
 * @param outputs Dtype and shape of its result.
 * @returns The result, or undefined where the operand waits for nothing that is cheap.
 */
export function reducedTogether<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
): readonly Tensor[] | undefined {
  const x = inputs[0]!;
  const waiting = pendingOf(x.storage as WasmStorage);
  if (!waiting) return undefined;
  if (waiting.consumed || !waitingFor(x) || !isCheap(waiting)) return undefined;
  const root = { primitive: primitive as unknown as Primitive, params, inputs, aval: outputs[0]! };
  const chain = new Chain(root);
  const program = programOf(chain);
  // Until the program has been earned the chain is computed first.
  return program && [chain.run(program)];
}

/** Whether a chain consists of vector instructions alone, so that it may run twice. */
function isCheap({ primitive, inputs }: Deferred): boolean {
  return primitive.lanes !== undefined && inputs.every((x) => {
    const waiting = waitingFor(x);
    return waiting === undefined || isCheap(waiting);
  });
}

/** A call and what it needs. */
type Call = Pick<Deferred, "primitive" | "params" | "inputs" | "aval">;

/** A call with all calls that it waits for. */
class Chain {
  readonly #root: Call;
  /** The other calls, each after those that it needs. */
  readonly calls: Deferred[] = [];
  /** Operands that are there, each once. */
  readonly #operands: Tensor[] = [];
  /** The same for equal structures. */
  readonly key: string;

  constructor(root: Call) {
    this.#root = root;
    const parts: string[] = [];
    this.#visit(root, parts);
    for (const { dtype, shape } of this.#operands) parts.push(dtype, shape.join());
    parts.push(root.aval.shape.join(), this.#kept().join());
    this.key = parts.join(" ");
  }

  /** Elements that all calls compute. */
  get work(): number {
    return this.calls.reduce(
      (sum, { aval }) => sum + sizeOf(aval.shape),
      sizeOf(this.#root.aval.shape),
    );
  }

  #visit(call: Call, parts: string[]): void {
    const own: string[] = [];
    for (const x of call.inputs) {
      const waiting = waitingFor(x);
      if (!waiting) {
        own.push(`o${this.#operand(x)}`);
        continue;
      }
      if (!this.calls.includes(waiting)) {
        this.#visit(waiting, parts);
        this.calls.push(waiting);
      }
      own.push(`c${this.calls.indexOf(waiting)}`);
    }
    const { primitive, params } = call;
    const detail = params === undefined ? "" : flatten(params, () => false).structure.key;
    parts.push(`${primitive.name}${detail}(${own.join()})`);
  }

  #operand(x: Tensor): number {
    const found = this.#operands.findIndex((other) =>
      other.storage === x.storage && other.offset === x.offset &&
      sameShape(other.shape, x.shape) && sameShape(other.strides, x.strides)
    );
    return found >= 0 ? found : this.#operands.push(x) - 1;
  }

  /** Places of calls that others wait for, too. */
  #kept(): readonly number[] {
    return this.calls.flatMap((call, i) => {
      const users: readonly Call[] = [...this.calls, this.#root];
      const inside = users.reduce(
        (sum, { inputs }) => sum + inputs.filter((x) => waitingFor(x) === call).length,
        0,
      );
      return call.uses > inside ? [i] : [];
    });
  }

  compile(): Executable {
    const inputs = this.#operands.map((x) => new Value(x));
    const made = this.calls.map(({ aval }) => new Value(aval));
    const result = new Value(this.#root.aval);
    const valueOf = (x: Tensor): Value => {
      const waiting = waitingFor(x);
      return waiting ? made[this.calls.indexOf(waiting)]! : inputs[this.#operand(x)]!;
    };
    const nodeOf = ({ primitive, params, inputs: own }: Call, out: Value): Node => ({
      primitive,
      params,
      inputs: own.map(valueOf),
      outputs: [out],
    });
    const nodes = [
      ...this.calls.map((call, i) => nodeOf(call, made[i]!)),
      nodeOf(this.#root, result),
    ];
    const outputs = [result, ...this.#kept().map((i) => made[i]!)];
    // No pass may make a result of an operand: the memory of results must be their own.
    return new Executable({ graph: new Graph(inputs, nodes, outputs), known: new Map() });
  }

  /** Computes the call, and those that others wait for. */
  run(program: Executable): Tensor {
    const [result, ...kept] = program.run(this.#operands);
    for (const call of this.calls) call.consumed = true;
    this.#kept().map((i) => this.calls[i]!).forEach((call, i) => call.settle(kept[i]!));
    return result!;
  }
}

/** A structure of calls: how much was computed with it, and its program once that was much. */
interface Entry {
  work: number;
  program: Executable | undefined;
}

const entries = new Map<string, Entry>();

/** The program of a chain, if it has been earned. */
function programOf(chain: Chain): Executable | undefined {
  let entry = entries.get(chain.key);
  if (entry) {
    // Those used last stay longest.
    entries.delete(chain.key);
  } else {
    entry = { work: 0, program: undefined };
    if (entries.size >= MOST) entries.delete(entries.keys().next().value!);
  }
  entries.set(chain.key, entry);
  entry.work += chain.work;
  if (!entry.program && entry.work > EARNED) entry.program = chain.compile();
  return entry.program;
}

/** Computes one call, and what it needs. */
function computeCall(call: Deferred): void {
  if (call.inputs.every((x) => !waitingFor(x))) {
    call.settle(lowered(call));
    return;
  }
  const chain = new Chain(call);
  const program = programOf(chain);
  if (program) {
    call.settle(chain.run(program));
    return;
  }
  for (const earlier of chain.calls) earlier.settle(lowered(earlier));
  call.settle(lowered(call));
}

function lowered({ primitive, inputs, params, aval }: Call): Tensor {
  const lower: Lowering<unknown> = primitive.lower.wasm!;
  return lower(inputs, params, [aval])[0]!;
}
