/**
 * jax-js in the benchmark: its WebAssembly device, read synchronously, which runs a kernel on one
 * thread. Operands are kept by reference counts.
 *
 * @module
 */
import { numbers } from "../data.ts";
import type { Peer, Task } from "../peer.ts";
import { type Library, transformTasks, type Value } from "./jaxjs_transforms.ts";

/**
 * jax-js.
 *
 * @returns The library.
 */
export async function load(): Promise<Peer> {
  const jax = await import("npm:@jax-js/jax@0.1.25") as unknown as Library;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const np = jax.numpy;
  const f32 = (shape: number[], seed: number): Value =>
    np.array!(numbers(shape.reduce((x, y) => x * y, 1), seed)).reshape(shape);
  const unary = (shape: number[], f: (a: Value) => Value): () => Value => {
    const a = f32(shape, 1);
    return () => f(a.ref);
  };
  const binary = (
    left: number[],
    right: number[],
    f: (a: Value, b: Value) => Value,
  ): () => Value => {
    const [a, b] = [f32(left, 1), f32(right, 2)];
    return () => f(a.ref, b.ref);
  };
  const cases: Readonly<Record<string, () => () => Value>> = {
    "add f32[10]": () => binary([10], [10], (a, b) => a.add(b)),
    "add f32[1e6]": () => binary([1000, 1000], [1000, 1000], (a, b) => a.add(b)),
    "add row": () => binary([1000, 1000], [1000], (a, b) => a.add(b)),
    "add column": () => binary([1000, 1000], [1000, 1], (a, b) => a.add(b)),
    "add A + B^T": () => binary([1000, 1000], [1000, 1000], (a, b) => a.add(b.transpose())),
    "exp f32[1e6]": () => unary([1000000], (a) => np.exp!(a)),
    "sin f32[1e6]": () => unary([1000000], (a) => np.sin!(a)),
    "tanh f32[1e6]": () => unary([1000000], (a) => np.tanh!(a)),
    "sum f32[1e6]": () => unary([1000, 1000], (a) => a.sum()),
    "sum axis 0": () => unary([1000, 1000], (a) => a.sum(0)),
    "sum axis 1": () => unary([1000, 1000], (a) => a.sum(1)),
    "matmul f32 512": () => binary([512, 512], [512, 512], (a, b) => np.matmul!(a, b)),
    "matmul f32 511": () => binary([511, 511], [511, 511], (a, b) => np.matmul!(a, b)),
    "sort f32[1e6]": () => unary([1000000], (a) => np.sort!(a)),
  };
  const task = (make: () => Value): Task => ({
    // A kernel runs when its result is read; reading the whole is part of its cost.
    run: () => void make().dataSync(),
    value: () => make().dataSync(),
  });
  const transforms = transformTasks(jax);
  return {
    name: "jax-js",
    version: "0.1.25, wasm, 1 thread, with reading",
    task: (name) => {
      const make = cases[name];
      return make ? task(make()) : transforms[name]?.();
    },
  };
}
