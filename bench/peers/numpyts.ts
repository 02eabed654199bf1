/**
 * numpy-ts in the benchmark: results disposed, WebAssembly memory of 1 GiB.
 *
 * @module
 */
import * as library from "npm:numpy-ts@1.7.0";
import { numbers } from "../data.ts";
import type { Peer, Task } from "../peer.ts";

/** The part of its arrays that is used. */
interface Matrix {
  readonly data: ArrayLike<number>;
  readonly T: Matrix;
  reshape(shape: number[]): Matrix;
  astype(dtype: string): Matrix;
  slice(...parts: string[]): Matrix;
  dispose?(): void;
}

type Function = (...operands: unknown[]) => Matrix;
const np = library as unknown as Readonly<Record<string, Function>>;

function array(shape: number[], seed: number, dtype = "float32"): Matrix {
  const data = numbers(shape.reduce((x, y) => x * y, 1), seed);
  return np.array!(data).reshape(shape).astype(dtype);
}

function task(make: () => Matrix | number): Task {
  return {
    run: () => {
      const result = make();
      if (typeof result === "object") result.dispose?.();
    },
    value: () => {
      const result = make();
      return typeof result === "number" ? [result] : result.data;
    },
  };
}

function unary(shape: number[], f: (a: Matrix) => Matrix, dtype?: string): () => Matrix {
  const a = array(shape, 1, dtype);
  return () => f(a);
}

function binary(
  left: number[],
  right: number[],
  f: (a: Matrix, b: Matrix) => Matrix,
  dtype?: string,
): () => Matrix {
  const [a, b] = [array(left, 1, dtype), array(right, 2, dtype)];
  return () => f(a, b);
}

const CASES: Readonly<Record<string, () => () => Matrix>> = {
  "add f32[10]": () => binary([10], [10], np.add!),
  "add scalar f32[10]": () => unary([10], (a) => np.add!(a, 10)),
  "slice": () => unary([10, 10], (a) => a.slice(":", "1")),
  "transpose": () => unary([10, 10], np.transpose!),
  "add f32[1e6]": () => binary([1000, 1000], [1000, 1000], np.add!),
  "add row": () => binary([1000, 1000], [1000], np.add!),
  "add column": () => binary([1000, 1000], [1000, 1], np.add!),
  "add A + B^T": () => binary([1000, 1000], [1000, 1000], (a, b) => np.add!(a, b.T)),
  "exp f32[1e6]": () => unary([1000000], np.exp!),
  "sin f32[1e6]": () => unary([1000000], np.sin!),
  "tanh f32[1e6]": () => unary([1000000], np.tanh!),
  "power f32[1e6]": () => {
    const [a, b] = [np.absolute!(array([1000000], 1)), array([1000000], 2)];
    return () => np.power!(a, b);
  },
  "sum f32[1e6]": () => unary([1000, 1000], (a) => np.sum!(a)),
  "sum axis 0": () => unary([1000, 1000], (a) => np.sum!(a, 0)),
  "sum axis 1": () => unary([1000, 1000], (a) => np.sum!(a, 1)),
  "max f32[1e6]": () => unary([1000, 1000], (a) => np.max!(a)),
  "argmax f32[1e6]": () => unary([1000, 1000], (a) => np.argmax!(a)),
  "matmul f32 512": () => binary([512, 512], [512, 512], np.matmul!),
  "matmul f32 511": () => binary([511, 511], [511, 511], np.matmul!),
  "matmul f64 512": () => binary([512, 512], [512, 512], np.matmul!, "float64"),
  "matmul f64 511": () => binary([511, 511], [511, 511], np.matmul!, "float64"),
  "sort f32[1e6]": () => unary([1000000], (a) => np.sort!(a)),
  "sort f64[1e6]": () => unary([1000000], (a) => np.sort!(a), "float64"),
  "cumsum f32[1e6]": () => unary([1000000], (a) => np.cumsum!(a)),
};

/**
 * numpy-ts.
 *
 * @returns The library.
 */
export function load(): Peer {
  np.configureWasm?.({ maxMemory: 2 ** 30 });
  return {
    name: "numpy-ts",
    version: "1.7.0",
    task: (name) => {
      const make = CASES[name];
      return make && task(make());
    },
  };
}
