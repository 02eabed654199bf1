/**
 * Denum in the benchmark.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { instance } from "../../src/devices/wasm/instance.ts";
import { numbers } from "../data.ts";
import type { Peer, Task } from "../peer.ts";
import { transformTasks } from "./denum_transforms.ts";

type Any = nd.Tensor<"float32", number[]>;

function f32(shape: readonly number[], seed: number): Any {
  const count = shape.reduce((x, y) => x * y, 1);
  return nd.reshape(nd.tensor(numbers(count, seed)), shape) as nd.Tensor as Any;
}

function f64(shape: readonly number[], seed: number): Any {
  return nd.cast(f32(shape, seed), "float64") as nd.Tensor as Any;
}

/**
 * Nobody frees small results; large ones are released as the rivals' are, but one element is read
 * before, for a result that nobody uses may not be calculated at all.
 */
function task(make: () => nd.Tensor, small = false): Task {
  const large = (): void => {
    using x = make();
    using first = nd.slice(x, ...x.shape.map(() => 0));
    first.item();
  };
  return {
    run: small ? () => void make() : large,
    value: () => Array.from(make().data() as ArrayLike<number>),
  };
}

const CASES: Readonly<Record<string, () => Task>> = {
  "add f32[10]": () => {
    const [a, b] = [f32([10], 1), f32([10], 2)];
    return task(() => nd.add(a, b), true);
  },
  "add scalar f32[10]": () => {
    const a = f32([10], 1);
    return task(() => nd.add(a, 10), true);
  },
  "slice": () => {
    const a = f32([10, 10], 1);
    return task(() => nd.slice(a, ":", 1), true);
  },
  "transpose": () => {
    const a = f32([10, 10], 1);
    return task(() => nd.transpose(a), true);
  },
  "add f32[1e6]": () => {
    const [a, b] = [f32([1000, 1000], 1), f32([1000, 1000], 2)];
    return task(() => nd.add(a, b));
  },
  "add row": () => {
    const [a, b] = [f32([1000, 1000], 1), f32([1000], 2)];
    return task(() => nd.add(a, b));
  },
  "add column": () => {
    const [a, b] = [f32([1000, 1000], 1), f32([1000, 1], 2)];
    return task(() => nd.add(a, b));
  },
  "add A + B^T": () => {
    const [a, b] = [f32([1000, 1000], 1), nd.transpose(f32([1000, 1000], 2)) as Any];
    return task(() => nd.add(a, b));
  },
  "exp f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.exp(a));
  },
  "sin f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.sin(a));
  },
  "tanh f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.tanh(a));
  },
  "power f32[1e6]": () => {
    const [a, b] = [nd.abs(f32([1000000], 1)), f32([1000000], 2)];
    return task(() => nd.power(a, b));
  },
  "sum f32[1e6]": () => {
    const a = f32([1000, 1000], 1);
    return task(() => nd.sum(a));
  },
  "sum axis 0": () => {
    const a = f32([1000, 1000], 1);
    return task(() => nd.sum(a, { axis: 0 }) as nd.Tensor);
  },
  "sum axis 1": () => {
    const a = f32([1000, 1000], 1);
    return task(() => nd.sum(a, { axis: 1 }) as nd.Tensor);
  },
  "max f32[1e6]": () => {
    const a = f32([1000, 1000], 1);
    return task(() => nd.max(a));
  },
  "argmax f32[1e6]": () => {
    const a = f32([1000, 1000], 1);
    return task(() => nd.argmax(a));
  },
  "matmul f32 512": () => {
    const [a, b] = [f32([512, 512], 1), f32([512, 512], 2)];
    return task(() => nd.matmul(a, b));
  },
  "matmul f32 511": () => {
    const [a, b] = [f32([511, 511], 1), f32([511, 511], 2)];
    return task(() => nd.matmul(a, b));
  },
  "matmul f32 A B^T 512": () => {
    const [a, b] = [f32([512, 512], 1), nd.transpose(f32([512, 512], 2)) as Any];
    return task(() => nd.matmul(a, b));
  },
  "matmul f64 512": () => {
    const [a, b] = [f64([512, 512], 1), f64([512, 512], 2)];
    return task(() => nd.matmul(a, b));
  },
  "matmul f64 511": () => {
    const [a, b] = [f64([511, 511], 1), f64([511, 511], 2)];
    return task(() => nd.matmul(a, b));
  },
  "einsum bij,bjk->bik": () => {
    const [a, b] = [f32([32, 64, 64], 1), f32([32, 64, 64], 2)];
    return task(() => nd.einsum("bij,bjk->bik", a, b));
  },
  "sort f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.sort(a));
  },
  "sort f64[1e6]": () => {
    const a = f64([1000000], 1);
    return task(() => nd.sort(a));
  },
  "argsort f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.argsort(a));
  },
  "cumsum f32[1e6]": () => {
    const a = f32([1000000], 1);
    return task(() => nd.cumsum(a) as nd.Tensor);
  },
  "softmax 1000x1000": () => {
    const a = f32([1000, 1000], 1);
    return task(() =>
      nd.scope(() => {
        const shifted = nd.exp(nd.subtract(a, nd.max(a, { axis: 1, keepDims: true })));
        return nd.divide(shifted, nd.sum(shifted, { axis: 1, keepDims: true })) as nd.Tensor;
      })
    );
  },
};

/**
 * Denum.
 *
 * @returns The library.
 */
export function load(): Peer {
  const transforms = transformTasks();
  return {
    name: "Denum",
    version: `${instance().build} build`,
    task: (name) => (CASES[name] ?? transforms[name])?.(),
  };
}
