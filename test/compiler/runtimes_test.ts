// Runtimes without shared memory, and such that do not permit to generate code.
import { Executable } from "../../src/compiler/executable.ts";
import { optimized } from "../../src/compiler/passes.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { add, exp, matmul, multiply, sum, tensor } from "../../mod.ts";
import { programOf } from "../laws/compiled.ts";
import { assert, assertTensorEqual } from "../support/assert.ts";

Deno.test("programs run in memory that is not shared", async () => {
  const worker = new Worker(import.meta.resolve("./plain_worker.ts"), { type: "module" });
  const result = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.terminate();
  assert.deepEqual(result, { build: "plain", wrong: [] });
});

Deno.test("programs run step by step where no code may be generated", () => {
  const x: Tensor = tensor([[1, 2], [3, 4]]);
  const f = (a: Tensor): Tensor[] => [
    sum(add(multiply(exp(a), a), 1)),
    matmul(a, exp(a) as Tensor<"float32", number[]>) as Tensor,
  ];
  const program = optimized(programOf((a) => f(a!), [x]));
  const executable = new Executable(program);
  const expected = f(x);
  const { Module } = WebAssembly;
  let tries = 0;
  try {
    WebAssembly.Module = class {
      constructor() {
        tries++;
        throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
      }
    } as unknown as typeof Module;
    for (let time = 0; time < 3; time++) {
      executable.earn([x]);
      executable.run([x]).forEach((result, i) => assertTensorEqual(result, expected[i]!));
    }
  } finally {
    WebAssembly.Module = Module;
  }
  assert.equal(tries, 1);
});
