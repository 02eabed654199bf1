// What TensorFlow's `tf.function` prints, as far as it has a counterpart.
import {
  add,
  cond,
  forLoop,
  grad,
  greater,
  jit,
  multiply,
  power,
  slice,
  subtract,
  sum,
  tensor,
  TraceError,
  variable,
  zeros,
} from "../../mod.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert, assertTensorEqual, assertThrows } from "../support/assert.ts";

type Any = Tensor;

function int(value: number): Any {
  return tensor(new Int32Array([value])) as Any;
}

Deno.test("cube: tensors are traced once a dtype and shape", () => {
  const traces: string[] = [];
  const cube = jit((x: Any) => {
    traces.push(`${x.dtype}[${x.shape}]`);
    return power(x, 3);
  });
  const scalar = (value: number): Any => slice(int(value), 0) as Any;
  assert.equal(cube(scalar(2)).item(), 8);
  assert.equal(cube(scalar(3)).item(), 27);
  assert.equal(cube(tensor(2)).item(), 8);
  assert.deepEqual(cube(tensor([2, 1])).toArray(), [8, 1]);
  assert.deepEqual(cube(tensor([2, 1, 5])).toArray(), [8, 1, 125]);
  assert.deepEqual(cube(tensor(new Float64Array([1, 2]))).toArray(), [1, 8]);
  assert.equal(cube(tensor(5)).item(), 125);
  assert.deepEqual(traces, ["int32[]", "float32[]", "float32[2]", "float32[3]", "float64[2]"]);
});

Deno.test("cube: Python's numbers are static, ours only if asked for; truth values are", () => {
  const traces: unknown[] = [];
  const body = (x: unknown): Any => {
    traces.push(typeof x === "object" ? "number" : x);
    return power(multiply(int(1), x as number), 3);
  };
  const cube = jit(body, { staticArgs: [0] });
  assert.deepEqual([2, 2, 3, 2.0].map((x) => cube(x).toArray()), [[8], [8], [27], [8]]);
  assert.deepEqual(traces.splice(0), [2, 3]);
  const traced = jit(body);
  assert.deepEqual([2, 2, 3, 2.0].map((x) => traced(x).toArray()), [[8], [8], [27], [8]]);
  assert.deepEqual(traces.splice(0), ["number"]);
  const flag = jit((x: boolean) => {
    traces.push(x);
    return int(x ? 1 : 0);
  });
  assert.deepEqual([true, false, true].map((x) => flag(x).toArray()), [[1], [0], [1]]);
  assert.deepEqual(traces, [true, false]);
});

Deno.test("side: variables outside are read and assigned at each call", () => {
  const v = variable(0);
  const side = jit((x: Any) => v.assignAdd(x as never).value as Any);
  assert.equal(side(tensor(1)).item(), 1);
  assert.equal(side(tensor(1)).item(), 2);
});

Deno.test("mk: a variable that each call would make is refused", () => {
  assertThrows(
    () => jit((x: Any) => add(variable(1).value, x))(tensor(1)),
    TraceError,
    /^Cannot make a variable inside jit/,
  );
});

Deno.test("add_10: a loop is one node, a loop of the language as many as it has turns", () => {
  let turns = 0;
  const loop = jit((x: Any) =>
    forLoop(0, 10, (_, carry: Any) => {
      turns++;
      return add(carry, 1);
    }, x)
  );
  const unrolled = jit((x: Any) => {
    let y = x;
    for (let i = 0; i < 10; i++) y = add(y, 1);
    return y;
  });
  assert.equal(loop(tensor(1)).item(), 11);
  assert.equal(unrolled(tensor(1)).item(), 11);
  assert.equal(turns, 1);
});

Deno.test("branches on symbolic values need cond, reading them is refused", () => {
  const f = jit((x: Any) =>
    cond(greater(x, 0) as Tensor<"bool", []>, (y: Any) => multiply(y, 2), (y: Any) => y, x)
  );
  assert.deepEqual([3, -3].map((x) => f(tensor(x)).item()), [6, -3]);
  const refused = /use cond, where or whileLoop to branch on it, or return it and read it outside$/;
  assertThrows(
    () => jit((x: Any) => Number(greater(x, 0)) ? x : multiply(x, 2))(tensor(1)),
    TraceError,
    refused,
  );
  assertThrows(() => jit((x: Any) => x.data())(tensor(1)), TraceError, refused);
});

Deno.test("what is random outside of the library is drawn once, effects happen once", () => {
  let effects = 0;
  const f = jit((x: Any) => {
    effects++;
    return multiply(x, Math.random());
  });
  assertTensorEqual(f(tensor(1)), f(tensor(1)));
  assert.equal(effects, 1);
});

Deno.test("each shape is traced, values are not", () => {
  let traces = 0;
  const f = jit((x: Any) => {
    traces++;
    return sum(x);
  });
  for (const length of [1, 2, 3, 4, 1, 2, 3, 4]) f(zeros([length]));
  assert.equal(traces, 4);
});

Deno.test("the gradient of a compiled function, and a compiled gradient", () => {
  const f = jit((x: Tensor<"float32", []>) => multiply(x, subtract(x, 1)));
  assert.equal(grad(f)(tensor(2)).item(), 3);
  assert.equal(jit(grad(f))(tensor(2)).item(), 3);
});
