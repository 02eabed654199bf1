/**
 * Memory in loops that nobody helps: each runs in a process of its own, which tells
 * its largest resident size and the time of each tenth.
 *
 * @module
 */
import * as nd from "../mod.ts";
import { numbers } from "./data.ts";

/** A loop: how often it runs, and its body. */
interface Loop {
  readonly count: number;
  readonly run: (count: number, tick: () => void) => void | Promise<void>;
}

type Vector = nd.Tensor<"float32", [number]>;
type Matrix = nd.Tensor<"float32", [number, number]>;

function vector(count: number, seed: number): Vector {
  return nd.tensor(numbers(count, seed));
}

const MEGABYTE = 262_144;

/** Reads an element, before which a result that nobody uses may not be calculated at all. */
function calculated(x: Vector): void {
  nd.slice(x, 0).item();
}

/** The loops by name. */
export const LOOPS: Readonly<Record<string, Loop>> = {
  "add(multiply(a, b), c), 1 MB, synchronous": {
    count: 100_000,
    run(count, tick) {
      const [a, b, c] = [vector(MEGABYTE, 1), vector(MEGABYTE, 2), vector(MEGABYTE, 3)];
      for (let i = 0; i < count; i++, tick()) calculated(nd.add(nd.multiply(a, b), c));
    },
  },
  "add(multiply(a, b), c), 1 MB, with awaits": {
    count: 100_000,
    async run(count, tick) {
      const [a, b, c] = [vector(MEGABYTE, 1), vector(MEGABYTE, 2), vector(MEGABYTE, 3)];
      for (let i = 0; i < count; i++, tick()) {
        calculated(nd.add(nd.multiply(a, b), c));
        await Promise.resolve();
      }
    },
  },
  "x = add(x, c), 10 elements": {
    count: 10_000_000,
    run(count, tick) {
      const c = vector(10, 1);
      let x = vector(10, 2);
      for (let i = 0; i < count; i++, tick()) x = nd.add(x, c);
    },
  },
  "jitted training step, synchronous": {
    count: 100_000,
    run(count, tick) {
      const step = nd.jit(trainingStep());
      const [x, y] = [matrix(32, 64, 4), matrix(32, 10, 5)];
      for (let i = 0; i < count; i++, tick()) step(x, y);
    },
  },
  "eager training step, synchronous": {
    count: 20_000,
    run(count, tick) {
      const step = trainingStep();
      const [x, y] = [matrix(32, 64, 4), matrix(32, 10, 5)];
      for (let i = 0; i < count; i++, tick()) step(x, y);
    },
  },
  "jit of one function for another shape each turn": {
    count: 1000,
    run(count, tick) {
      const f = nd.jit((x: Vector) => nd.sum(nd.multiply(nd.add(x, 1), x)));
      for (let i = 0; i < count; i++, tick()) generated(f, vector(10_000 + i, 1));
    },
  },
  "jit of a function with another constant each turn": {
    count: 1000,
    run(count, tick) {
      const x = vector(10_000, 1);
      for (let i = 0; i < count; i++, tick()) {
        generated(nd.jit((x: Vector) => nd.sum(nd.multiply(nd.add(x, i), x))), x);
      }
    },
  },
};

function matrix(rows: number, columns: number, seed: number): Matrix {
  return nd.reshape(vector(rows * columns, seed), [rows, columns]) as nd.Tensor as Matrix;
}

/** Calls a compiled function so often that code is generated for it. */
function generated(f: (x: Vector) => nd.Tensor, x: Vector): void {
  for (let i = 0; i < 60; i++) f(x);
}

/** Gradient descent on a network of two layers that holds its parameters in variables. */
function trainingStep(): (x: Matrix, y: Matrix) => nd.Tensor<"float32", []> {
  const variables = [nd.variable(matrix(64, 128, 1)), nd.variable(matrix(128, 10, 2))];
  return (x, y) => {
    const [loss, found] = nd.valueAndGradients(() => {
      const hidden = nd.maximum(nd.matmul(x, variables[0]!.value), 0);
      const missed = nd.subtract(nd.matmul(hidden, variables[1]!.value), y);
      return nd.mean(nd.square(missed));
    }, variables);
    variables.forEach((variable, i) => {
      variable.assign(nd.subtract(variable.value, nd.multiply(found[i]!, 0.01)) as Matrix);
    });
    return loss;
  };
}

/**
 * Runs a loop in a process of its own.
 *
 * @param name Name of the loop.
 * @param quick Whether a tenth of it is enough.
 * @returns A line for the report.
 */
export async function measureLoop(name: string, quick: boolean): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.url, name, quick ? "0.1" : "1"],
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Largest resident size so far, in MB. */
function peak(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  } catch {
    return Deno.memoryUsage().rss / 2 ** 20;
  }
}

if (import.meta.main) {
  const [name, part] = Deno.args;
  const loop = LOOPS[name!];
  if (!loop) throw new Error(`Cannot run loop ${name}: there is none of that name`);
  const count = loop.count * Number(part);
  const tenths: number[] = [];
  let done = 0;
  let start = performance.now();
  await loop.run(count, () => {
    if (++done % (count / 10) !== 0) return;
    tenths.push(performance.now() - start);
    start = performance.now();
  });
  const median = tenths.toSorted((a, b) => a - b)[5]!;
  const slowest = Math.max(...tenths) / median;
  const size = peak();
  const good = size < 600 && slowest <= 2;
  console.log(
    `${name}: ${(median / count * 1e4).toPrecision(3)} us a turn, ` +
      `${size.toFixed(0)} MB at most (of 600), slowest tenth ${slowest.toFixed(2)} x the median ` +
      `(of 2): ${good ? "met" : "MISSED"}`,
  );
}
