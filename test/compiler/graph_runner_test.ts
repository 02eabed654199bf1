import * as nd from "../../mod.ts";
import { runGraph, runLoop } from "../../src/compiler/graph_runner.ts";
import { IndexError } from "../../src/core/errors.ts";
import type { Graph } from "../../src/core/graph.ts";
import { bindAll } from "../../src/core/primitive.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { referenceDevice } from "../../src/devices/reference.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import { SCAN } from "../../src/transforms/scan_primitive.ts";
import { programOf } from "../laws/compiled.ts";
import { assert, assertTensorEqual } from "../support/assert.ts";
import { tensorFrom } from "../support/layouts.ts";
import { storedIn } from "../support/storages.ts";
import {
  add,
  integer,
  jvp,
  less,
  logicalAnd,
  max,
  multiply,
  type Program,
  reshape,
  scan,
  slice,
  take,
  tanh,
  type Tensors,
  transpose,
  where,
  whileLoop,
} from "./functions.ts";
import { kept } from "./ways.ts";

function numbers(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const items = Array.from({ length: size }, (_, i) => (i * 37 % 199) / 99.5 - 1);
  return tensorFrom({ dtype: "float32", shape, items });
}

/** The graph of a function that uses no other tensors. */
function graphOf(f: Program, inputs: Tensors): Graph {
  const { graph, known } = programOf(f, inputs);
  assert.equal(known.size, 0);
  return graph;
}

function assertSame(results: Tensors, expected: Tensors, message: string): void {
  assert.deepEqual(results.map(kept), expected.map(kept), message);
}

const [c, xs] = [numbers([3]), numbers([40, 3])];

const turn: Program = (c, x) => {
  const next = tanh(multiply(c!, x!));
  return [next, add(next, x!)];
};

/** Parameters of a loop with this turn; each is remembered by itself. */
function loopOf(length: number) {
  return { body: graphOf(turn, [c, slice(xs, 0)]), constants: 0, carry: 1, length, reverse: false };
}

Deno.test("a graph gives the same in its first runs and compiled", () => {
  const graph = graphOf((a, b) => [multiply(transpose(a!), b!), reshape(b!, [6]), a!], [
    numbers([2, 3]),
    numbers([3, 2]),
  ]);
  const inputs = [numbers([2, 3]), transpose(numbers([2, 3]))];
  const expected = [
    multiply(transpose(inputs[0]!), inputs[1]!),
    reshape(inputs[1]!, [6]),
    inputs[0]!,
  ];
  for (let run = 0; run < 8; run++) assertSame(runGraph(graph, inputs), expected, `run ${run}`);
  const others = inputs.map((x) => referenceDevice.fromItems(x.dtype, x.shape, kept(x).items));
  const results = runGraph(graph, others);
  assert.ok(results.every(({ storage }) => storage.device === referenceDevice));
  assertSame(results, expected, "on the reference device");
});

Deno.test("a loop runs as a whole when it has taken some turns", () => {
  const [[last], [all]] = scan(
    ([own], [x]) => {
      const [next, y] = turn(own!, x!);
      return [[next!], [y!]];
    },
    [c],
    [xs],
  );
  const long = loopOf(40);
  for (const kind of ["wasm", "buffer"] as const) {
    const results = storedIn(kind, () => runLoop(SCAN, [c, xs], long, 40));
    assertSame(results!, [last!, all!], `results in a ${kind}`);
  }
  const short = loopOf(5);
  const part = slice(xs, ":5");
  const counts = [1, 2, 3, 4, 5].map(() => runLoop(SCAN, [c, part], short, 5) !== null);
  assert.deepEqual(counts, [false, false, false, true, true]);
  // Turns one by one, and all at once.
  const once = loopOf(5);
  const runs = Array.from({ length: 6 }, () => bindAll(SCAN, [c, part], once));
  for (const run of runs) assertSame(run, runs[0]!, "in turns or as a whole");
});

Deno.test("a loop that only the host can run takes its turns there", () => {
  const names = nd.tensor(["a", "b", "a"]) as Tensor;
  const [size, turns] = [30_000, 200];
  const other = nd.zeros([size]) as Tensor;
  const program: Program = (c) =>
    scan(
      ([own], [name]) => {
        const isFirst = nd.equal(name as Tensor<"string">, "a") as Tensor;
        return [[where(isFirst, add(multiply(own!, 0.5), 1), own!)], [max(own!)]];
      },
      [c!],
      [take(names, nd.remainder(nd.arange(0, turns, { dtype: "int32" }), 3) as Tensor, {
        axis: 0,
      })],
    )
      .flat();
  const expected = program(other);
  const { pool, heap } = runtime();
  const [before, overflows] = [heap.used, pool.overflows];
  const [results] = jvp(program, [other], [other]);
  assertSame(results, expected, "on the host");
  // Of 200 turns with results of 120 kB few are there at a time.
  assert.ok(heap.used - before < 40 * 4 * size);
  assert.equal(pool.overflows, overflows);
  const loop = { ...loopOf(40), body: graphOf((c, s) => [c!, s!], [c, slice(names, 0)]) };
  const inputs = [c, take(names, nd.zeros([40], { dtype: "int32" }) as Tensor, { axis: 0 })];
  assert.equal(runLoop(SCAN, inputs, loop, 40), null);
  const here = { dtype: "float32", shape: [3], items: [1, 2, 3] } as const;
  const reference = (x: Tensor): Tensor => tensorFrom(kept(x), referenceDevice);
  assert.equal(
    runLoop(SCAN, [tensorFrom(here, referenceDevice), reference(xs)], loopOf(40), 40),
    null,
  );
});

Deno.test("a loop with a condition goes on as a whole, whenever it began", () => {
  const limits = [0, 1, 15, 16, 17, 60];
  const program = (limit: number): Program => (x) =>
    whileLoop(
      ([i, own]) => logicalAnd(less(i!, limit), less(max(own!), 1e9)),
      ([i, own, before]) => [add(i!, 1), add(multiply(own!, 1.25), before!), own!],
      [integer(0), x!, x!],
    );
  for (const limit of limits) {
    const expected = program(limit)(c);
    for (let run = 0; run < 3; run++) {
      const [results] = jvp((x) => program(limit)(x!).slice(1), [c], [c]);
      assertSame(results, expected.slice(1), `${limit} turns, run ${run}`);
    }
  }
});

Deno.test("an index out of range in a loop that runs as a whole is an error, and the loop runs again", () => {
  const table = numbers([6, 3]);
  const program: Program = (c, indices) =>
    scan(
      ([own], [i]) => [[multiply(own!, take(table, i!, { axis: 0 }))], []],
      [c!],
      [indices!],
    )[0];
  const good = tensorFrom({
    dtype: "int32",
    shape: [20],
    items: [...Array(20).keys()].map((i) => i % 6),
  });
  const bad = tensorFrom({ dtype: "int32", shape: [20], items: Array(20).fill(6) });
  const expected = program(c, good);
  const forward = (indices: Tensor): Tensors => jvp((x) => program(x!, indices), [c], [c])[0];
  for (let run = 0; run < 3; run++) {
    assertTensorEqual(forward(good)[0]!, kept(expected[0]!), `run ${run}`);
    assert.throws(() => forward(bad), IndexError);
  }
});
