// Both builds come from one source: they export the same kernels and agree.
import assert from "node:assert/strict";
import { CORE_PLAIN } from "../../src/devices/wasm/generated/core_plain.ts";
import { CORE_THREADS } from "../../src/devices/wasm/generated/core_threads.ts";

type Kernel = (...args: number[]) => number;

function start(base64: string, shared: boolean): {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Readonly<Record<string, Kernel>>;
} {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared });
  const module = new WebAssembly.Module(Uint8Array.fromBase64(base64));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, kernels: exports as Record<string, Kernel> };
}

const plain = start(CORE_PLAIN, false);
const threads = start(CORE_THREADS, true);

Deno.test("both builds export the same kernels", () => {
  const names = (kernels: object): readonly string[] =>
    Object.keys(kernels).filter((name) => !name.startsWith("__")).sort();
  assert.deepEqual(names(plain.kernels), names(threads.kernels));
  assert(names(plain.kernels).includes("matmul_f32"));
});

/** Runs a kernel of one operand on both builds. */
function unary(name: string, x: Float32Array | Float64Array): readonly (readonly number[])[] {
  return [plain, threads].map(({ memory, kernels }) => {
    const at = (kernels.heap_base!() + 63) & -64;
    const bytes = x.byteLength;
    new Uint8Array(memory.buffer, at, bytes).set(new Uint8Array(x.buffer));
    kernels[name]!(at, at + bytes, x.length);
    const copy = new Uint8Array(bytes);
    copy.set(new Uint8Array(memory.buffer, at + bytes, bytes));
    const array = x instanceof Float32Array ? Float32Array : Float64Array;
    return [...new array(copy.buffer)];
  });
}

for (const name of ["exp", "log", "sin", "cos", "tanh", "sqrt", "floor", "negative"]) {
  Deno.test(`${name} is the same in both builds, but for rounding`, () => {
    const values = [0, -0, 1, -1, 0.5, 3.7, 88, -104, 1e-40, 1e30, Infinity, -Infinity, NaN];
    for (
      const [suffix, x, ulp] of [
        ["f32", Float32Array.from(values), 2 ** -23],
        ["f64", Float64Array.from(values), 2 ** -52],
      ] as const
    ) {
      const [a, b] = unary(`${name}_${suffix}`, x);
      a!.forEach((value, i) => {
        const close = Object.is(value, b![i]) ||
          Math.abs(value - b![i]!) <= 2 * ulp * Math.max(Math.abs(value), 1e-37);
        assert(close, `${name}_${suffix}(${x[i]}): ${value} and ${b![i]}`);
      });
    }
  });
}
