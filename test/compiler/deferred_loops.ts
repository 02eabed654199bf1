/**
 * Loops whose calls wait, nobody helping: run by a process of its own, which tells its largest resident
 * size in MB after each, what programs of many structures leave behind, and how many of the results
 * that nobody holds any more are still there.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { limits } from "../../src/compiler/chain.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";

type Vector = nd.Tensor<"float32", [number]>;

const MEGABYTE = 262_144;

function vector(step: number): Vector {
  return nd.tensor(Float32Array.from({ length: MEGABYTE }, (_, i) => i * step % 5));
}

const [a, b, c] = [vector(1), vector(2), vector(3)];
const FUNCTIONS = [nd.sin, nd.abs, nd.negative, nd.square, nd.sqrt, nd.floor, nd.sign, nd.ceil];

const LOOPS: Readonly<Record<string, () => void>> = {
  "results that are never read"() {
    for (let i = 0; i < 100_000; i++) nd.add(nd.multiply(a, b), c);
  },
  "one result of ten is read"() {
    for (let i = 0; i < 10_000; i++) {
      const x = nd.add(nd.multiply(a, b), c);
      if (i % 10 === 0) nd.slice(x, 0).item();
    }
  },
  "one long chain"() {
    let x = a;
    for (let i = 0; i < 100_000; i++) x = nd.add(x, c);
    if (nd.slice(x, 1).item() !== 300_001) throw new Error("Cannot go on: the sum is wrong");
  },
  "a long chain of fresh operands"() {
    let x = a;
    for (let i = 0; i < 1000; i++) x = nd.add(x, nd.tensor(new Float32Array(MEGABYTE).fill(1)));
    if (nd.slice(x, 1).item() !== 1001) throw new Error("Cannot go on: the sum is wrong");
  },
  "a variable"() {
    const v = nd.variable(new Float32Array(MEGABYTE));
    for (let i = 0; i < 10_000; i++) {
      v.assignAdd(nd.multiply(c, 0.5));
      if (i % 100 === 0) v.at(0).assign(1);
    }
  },
};

/** Compiles and runs chains of different structures. */
function structures(from: number, to: number): void {
  const { earned } = limits;
  limits.earned = 0;
  const [small, other] = [nd.slice(a, ":16384"), nd.slice(b, ":16384")];
  for (let i = from; i < to; i++) {
    let x: nd.Tensor<"float32", number[]> = small;
    for (let k = i; k > 0; k = Math.floor(k / 8)) {
      x = nd.add(FUNCTIONS[k % 8]!(x) as typeof x, other) as typeof x;
    }
    nd.slice(x, 0).item();
  }
  limits.earned = earned;
}

/** Largest resident size so far in MB. */
function peak(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
}

async function collect(): Promise<void> {
  const { gc } = globalThis as unknown as { readonly gc: () => void };
  for (let i = 0; i < 5; i++) {
    await new Promise((done) => setTimeout(done, 0));
    gc();
  }
}

/** By how many MB objects grow from five hundred structures to a thousand. */
async function growth(): Promise<number> {
  const sizes: number[] = [];
  for (const from of [1000, 1500]) {
    structures(from, from + 500);
    await collect();
    sizes.push(Deno.memoryUsage().heapUsed / 2 ** 20);
  }
  return sizes[1]! - sizes[0]!;
}

/** Results, read or not, of an operand that stays: how many of them does the collector leave? */
async function leftOf(count: number): Promise<number> {
  const made: WeakRef<object>[] = [];
  for (let i = 0; i < count; i++) {
    const x = nd.multiply(a, i);
    const y = nd.add(x, a);
    if (i % 2 === 0) nd.slice(y, 0).item();
    if (i % 4 === 0) nd.sum(x).item();
    made.push(new WeakRef(x.storage), new WeakRef(y.storage));
  }
  await collect();
  return made.filter((ref) => ref.deref() !== undefined).length;
}

if (import.meta.main) {
  const peaks: Record<string, number> = {};
  for (const [name, run] of Object.entries(LOOPS)) {
    run();
    peaks[name] = peak();
  }
  const grown = await growth();
  const left = await leftOf(200);
  console.log(JSON.stringify({ peaks, grown, left, used: runtime().heap.used / 2 ** 20 }));
}
