import { Executable } from "../../src/compiler/executable.ts";
import { optimized } from "../../src/compiler/passes.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import {
  abs,
  add,
  broadcastTo,
  cast,
  equal,
  exp,
  max,
  maximum,
  min,
  multiply,
  prod,
  reshape,
  sort,
  sum,
} from "../../mod.ts";
import { assert } from "../support/assert.ts";
import { tensorFrom } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import { randomArray } from "../support/values.ts";
import { called, COMPILED_LAWS, programOf, wrongRun } from "./compiled.ts";
import { testLaws } from "./table.ts";

testLaws(COMPILED_LAWS);

/** A long tensor whose values repeat now and then. */
function long(dtype: DType, size: number, label: string): Tensor {
  const { items, ...pattern } = randomArray(new Random(label), dtype, [4999], "moderate");
  return tensorFrom({
    ...pattern,
    shape: [size],
    items: Array.from({ length: size }, (_, i) => items[(i + i % 7) % 4999]!),
  });
}

type Reductions = (x: Tensor, y: Tensor, axis: number | undefined) => Tensor[];

const FLOATS: Reductions = (x, y, axis) => {
  const z = add(multiply(x, y), exp(x));
  return [sum(z, { axis }), max(z, { axis }), prod(maximum(z, 0.75), { axis }), sum(y, { axis })];
};
const INTEGERS: Reductions = (x, y, axis) => {
  const z = add(multiply(x, y), abs(x));
  return [sum(z, { axis }), min(z, { axis }), sum(cast(z, "int64"), { axis }), z];
};

for (const size of [100_000, 1_000_003]) {
  for (const dtype of ["float32", "float64", "int32", "int8"] as const) {
    Deno.test(`reductions of rows of ${size} ${dtype} in a loop give the same bits`, () => {
      const f = dtype.startsWith("int") ? INTEGERS : FLOATS;
      const [x, y] = [long(dtype, size, "x"), long(dtype, size, "y")];
      const rows = size % 5 === 0 ? [5, size / 5] : [1, size];
      const calls: readonly (readonly [readonly Tensor[], number | undefined])[] = [
        [[x, y], undefined],
        [[x, y].map((whole) => reshape(whole, rows) as Tensor), 1],
      ];
      for (const [inputs, axis] of calls) {
        const call = (a: Tensor, b: Tensor): Tensor[] => f(a, b, axis);
        const program = programOf((a, b) => call(a!, b!), inputs);
        const executable = new Executable(optimized(program));
        const constants = program.graph.inputs.flatMap((value) => program.known.get(value) ?? []);
        const expected = called(program.graph, [...constants, ...inputs]);
        assert.equal(wrongRun(executable, inputs, expected), undefined);
      }
    });
  }
}

Deno.test("rows that are no whole vectors leave alone what lies behind them", () => {
  const random = new Random("rows");
  for (const dtype of ["float32", "float64", "int32", "uint64"] as const) {
    for (const length of [1, 2, 3, 5, 6, 7, 125]) {
      const row = tensorFrom(randomArray(random, dtype, [length]));
      const rows = tensorFrom(randomArray(random, dtype, [16, length]));
      const f = (x: Tensor, y: Tensor): Tensor[] => {
        // Computed first, and placed behind the other.
        const sorted = sort(y, { axis: 0 }) as Tensor;
        return [equal(broadcastTo(x, [16, length]), sorted) as Tensor, maximum(x, sorted), sorted];
      };
      const program = programOf((x, y) => f(x!, y!), [row, rows]);
      const expected = called(program.graph, [row, rows]);
      assert.equal(wrongRun(new Executable(optimized(program)), [row, rows], expected), undefined);
    }
  }
});
