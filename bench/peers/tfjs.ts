/**
 * TensorFlow.js in the benchmark: WebAssembly with SIMD, one thread, results disposed.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
import "npm:@tensorflow/tfjs-backend-cpu@4.22.0";
import * as wasm from "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
import { numbers } from "../data.ts";
import type { Peer, Task } from "../peer.ts";
import { withoutWay } from "../transform_cases.ts";
import { transformTasks } from "./tfjs_transforms.ts";

function f32(shape: number[], seed: number): tf.Tensor {
  return tf.tensor(numbers(shape.reduce((x, y) => x * y, 1), seed), shape);
}

function task(make: () => tf.Tensor): Task {
  return { run: () => make().dispose(), value: () => make().dataSync() };
}

const CASES: Readonly<Record<string, () => () => tf.Tensor>> = {
  "add f32[10]": () => binary([10], [10], tf.add),
  "add scalar f32[10]": () => unary([10], (a) => tf.add(a, 10)),
  "slice": () => unary([10, 10], (a) => tf.slice(a, [0, 1], [10, 1])),
  "transpose": () => unary([10, 10], (a) => tf.transpose(a)),
  "add f32[1e6]": () => binary([1000, 1000], [1000, 1000], tf.add),
  "add row": () => binary([1000, 1000], [1000], tf.add),
  "add column": () => binary([1000, 1000], [1000, 1], tf.add),
  "exp f32[1e6]": () => unary([1000000], tf.exp),
  "sin f32[1e6]": () => unary([1000000], tf.sin),
  "tanh f32[1e6]": () => unary([1000000], tf.tanh),
  "sum f32[1e6]": () => unary([1000, 1000], (a) => tf.sum(a)),
  "sum axis 0": () => unary([1000, 1000], (a) => tf.sum(a, 0)),
  "sum axis 1": () => unary([1000, 1000], (a) => tf.sum(a, 1)),
  "max f32[1e6]": () => unary([1000, 1000], (a) => tf.max(a)),
  "matmul f32 512": () => binary([512, 512], [512, 512], (a, b) => tf.matMul(a, b)),
  "matmul f32 511": () => binary([511, 511], [511, 511], (a, b) => tf.matMul(a, b)),
  "matmul f32 A B^T 512": () =>
    binary([512, 512], [512, 512], (a, b) => tf.matMul(a, b, false, true)),
  "einsum bij,bjk->bik": () => binary([32, 64, 64], [32, 64, 64], (a, b) => tf.matMul(a, b)),
  "cumsum f32[1e6]": () => unary([1000000], (a) => tf.cumsum(a)),
  "softmax 1000x1000": () => unary([1000, 1000], (a) => tf.softmax(a)),
};

function unary(shape: number[], f: (a: tf.Tensor) => tf.Tensor): () => tf.Tensor {
  const a = f32(shape, 1);
  return () => f(a);
}

function binary(
  left: number[],
  right: number[],
  f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): () => tf.Tensor {
  const [a, b] = [f32(left, 1), f32(right, 2)];
  return () => f(a, b);
}

/**
 * TensorFlow.js.
 *
 * @returns The library.
 */
export async function load(): Promise<Peer> {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const main = fileURLToPath(import.meta.resolve("npm:@tensorflow/tfjs-backend-wasm@4.22.0"));
  wasm.setWasmPaths(`${dirname(main)}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  const transforms = transformTasks();
  return {
    name: "tfjs",
    version: `${tf.version_core}, ${tf.getBackend()}, SIMD, 1 thread`,
    task: (name) => {
      const make = CASES[name];
      return make ? task(make()) : transforms[withoutWay(name)]?.();
    },
  };
}
