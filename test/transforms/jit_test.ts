import * as nd from "../../mod.ts";
import { ArgumentError, DTypeError } from "../../mod.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { referenceDevice } from "../../src/devices/reference.ts";
import { assert, assertTensorEqual, assertThrows } from "../support/assert.ts";
import { layouts, tensorFrom } from "../support/layouts.ts";
import { storedIn } from "../support/storages.ts";
import { counted } from "./counted.ts";

const { add, divide, exp, grad, jit, multiply, sin, subtract, sum, tensor, vmap } = nd;

/** A tensor of any shape. */
type Any = Tensor;

const x: Any = tensor([1, 2, 3]);
const double = (value: Any): Any => add(value, value);

function assertItems(actual: Any, expected: readonly unknown[], dtype: DType = "float32"): void {
  assert.equal(actual.dtype, dtype);
  assert.deepEqual(actual.toArray(), expected);
}

Deno.test("a function is traced once for each dtype and shape", () => {
  const { call, traces } = counted(double);
  const shapes: readonly Any[] = [
    x,
    tensor([4, 5, 6]),
    tensor([[1, 2, 3]]),
    tensor(1),
    tensor([1, 2, 3], { dtype: "float64" }),
    tensor(new Int32Array([1, 2, 3])),
    nd.zeros([0]),
    nd.zeros([0, 3]),
  ];
  for (let round = 0; round < 3; round++) {
    for (const value of shapes) assertTensorEqual(call(value), double(value));
  }
  assert.equal(traces(), shapes.length - 1);
});

Deno.test("layouts and storages of arguments do not matter", () => {
  const { call, traces } = counted((a: Any) => [sum(exp(a), { axis: 0 }), a]);
  const items = Array.from({ length: 24 }, (_, i) => Math.sin(i));
  const array = { dtype: "float64", shape: [2, 3, 4], items } as const;
  const expected = [sum(exp(tensorFrom(array)), { axis: 0 }), tensorFrom(array)];
  for (const kind of ["wasm", "buffer", "wasm"] as const) {
    for (const { tensor: view } of storedIn(kind, () => layouts(array))) {
      for (const made of ["wasm", "buffer"] as const) {
        const results = storedIn(made, () => call(view));
        results.forEach((result, i) =>
          assert.ok(
            nd.all(nd.less(nd.abs(subtract(result, expected[i]!)), 1e-12)).item(),
          )
        );
      }
    }
  }
  assert.equal(traces(), 1);
});

Deno.test("structures of arguments tell programs apart, down to their names", () => {
  const { call, traces } = counted((tree: unknown) => tree);
  const trees: readonly unknown[] = [
    [x, x],
    [[x], x],
    [x, [x]],
    { a: x, b: x },
    { b: x, a: x },
    { a: x, c: x },
    [{ a: x }, x],
    new Map([["a", x], ["b", x]]),
    [x, "a"],
    [x, "b"],
    [x, null],
    [x, undefined],
    [x, true],
    [x, "true"],
    ["|float32", x],
    ["*|float323", x],
    [x],
  ];
  for (let round = 0; round < 2; round++) {
    for (const tree of trees) assert.deepEqual(call(tree as never), tree);
  }
  assert.equal(traces(), trees.length);
});

Deno.test("static arguments are part of the program: numbers by value, functions by identity", () => {
  const { call, traces } = counted(
    (a: Any, axis: number, f: (value: Any) => Any) => sum(f(a), { axis }),
    { staticArgs: [1, 2] },
  );
  const y: Any = tensor([[1, 2], [3, 4]]);
  const [first, second] = [1, 2].map((by) => (value: Any): Any => multiply(value, by));
  assertItems(call(y, 0, first!), [4, 6]);
  assertItems(call(y, 1, first!), [3, 7]);
  assertItems(call(y, 1, second!), [6, 14]);
  assertItems(call(y, 1, first!), [3, 7]);
  assert.equal(traces(), 3);
});

Deno.test("static functions of the same text, objects of the same content, zeros of either sign", () => {
  const make = (by: number) => (value: Any): Any => multiply(value, by);
  const { call, traces } = counted((a: Any, f: (value: Any) => Any) => f(a), { staticArgs: [1] });
  const functions = [1, 2, 3].map(make);
  for (let round = 0; round < 2; round++) {
    functions.forEach((f, i) => assertItems(call(x, f), [i + 1, 2 * (i + 1), 3 * (i + 1)]));
  }
  assert.equal(traces(), 3);

  const keyed = counted((a: Any, _: unknown) => a, { staticArgs: [1] });
  const statics: readonly unknown[] = [
    ...[0, -0, 1, NaN, "0", "1", 1n, true, null, undefined, [], {}, [0], [[0]], ["0"], { a: 0 }],
    ...[{ a: [0] }, new Date(0), new Date(0), Symbol("a"), Symbol("a"), tensor(0), tensor(0)],
  ];
  for (const value of [...statics, ...statics, [0], { a: 0 }]) keyed.call(x, value);
  assert.equal(keyed.traces(), statics.length);
});

Deno.test("functions among other arguments are static by identity", () => {
  const { call, traces } = counted((f: (value: Any) => Any, a: Any) => f(a));
  const triple = (value: Any): Any => multiply(value, 3);
  assertItems(call(double, x), [2, 4, 6]);
  assertItems(call(triple, x), [3, 6, 9]);
  assertItems(call(double, x), [2, 4, 6]);
  assert.equal(traces(), 2);
});

Deno.test("static positions and the number of programs are checked", () => {
  for (const staticArgs of [[-1], [0.5], [NaN]]) {
    assertThrows(() => jit(double, { staticArgs }), ArgumentError, /from 0 on$/);
  }
  for (const cacheSize of [0, -1, 1.5, NaN]) {
    assertThrows(() => jit(double, { cacheSize }), ArgumentError, /from 1 on$/);
  }
  // A position beyond the arguments is that of one which is absent.
  assertItems(jit(double, { staticArgs: [5] })(x), [2, 4, 6]);
});

Deno.test("the programs used last are kept, so many of them", () => {
  const { call, traces } = counted(double, { cacheSize: 2 });
  const [one, two, three] = [1, 2, 3].map((length): Any => nd.ones([length]));
  const after = (value: Any): number => {
    assertTensorEqual(call(value), double(value));
    return traces();
  };
  assert.deepEqual([one, two, one, two].map((value) => after(value!)), [1, 2, 2, 2]);
  // The third takes the place of the first, which was used earlier.
  assert.deepEqual([three, two, one].map((value) => after(value!)), [3, 3, 4]);
  assert.deepEqual([two, three, one].map((value) => after(value!)), [4, 5, 6]);
});

Deno.test("numbers change without tracing again, in every dtype in which they are used", () => {
  const { call, traces } = counted((a: Any, n: number) => [
    add(a, n),
    divide(multiply(nd.cast(a, "int32"), n), 2),
    nd.where(nd.greater(a, n), a, n),
    nd.power(a, n),
    nd.clip(a, { min: n }),
  ]);
  for (const n of [2, 3, 0, -1, 2]) {
    const results = call(x, n);
    assertTensorEqual(results[0]!, add(x, n));
    assertTensorEqual(results[1]!, divide(multiply(nd.cast(x, "int32"), n), 2));
    assertTensorEqual(results[2]!, nd.where(nd.greater(x, n), x, n));
    assertTensorEqual(results[3]!, nd.power(x, n));
    assertTensorEqual(results[4]!, nd.clip(x, { min: n }));
  }
  assert.equal(traces(), 1);
});

Deno.test("numbers that a dtype cannot represent are refused at each call, as without jit", () => {
  const { call, traces } = counted((a: Any, n: number | bigint) => add(a, n as number));
  const bytes: Any = tensor(new Uint8Array([1, 2]));
  assertItems(call(bytes, 5), [6, 7], "uint8");
  for (const n of [1.5, 300, -1, NaN]) {
    let message = "";
    try {
      add(bytes, n);
    } catch (error) {
      message = (error as Error).message;
    }
    assertThrows(() => call(bytes, n), DTypeError, message);
  }
  assertItems(call(bytes, 6n), [7, 8], "uint8");
  const both = jit((a: Any, n: number) => [multiply(a, n), multiply(nd.cast(a, "int32"), n)]);
  assertItems(both(x, 2)[1]!, [2, 4, 6], "int32");
  assertThrows(() => both(x, 1.5), DTypeError, /^Cannot represent 1.5 as int32/);
  assert.equal(traces(), 1);
  const wide: Any = tensor([1n]);
  assertItems(call(wide, 2n ** 62n), [2n ** 62n + 1n], "int64");
  assertItems(jit((a: Any, n: number) => multiply(a, n))(x, -0), [-0, -0, -0]);
  assertItems(jit((a: Any, n: number) => multiply(a, n))(x, NaN), [NaN, NaN, NaN]);
});

Deno.test("numbers are returned as they are, wherever they stand", () => {
  const { call, traces } = counted((
    state: { readonly lr: number; readonly w: Any },
    n: bigint,
  ) => ({
    w: multiply(state.w, state.lr),
    kept: [state.lr, n, state.w],
    lr: state.lr,
  }));
  for (const lr of [0.5, 2]) {
    const { w, kept, lr: same } = call({ lr, w: x }, 7n);
    assert.deepEqual(w.toArray(), [lr, 2 * lr, 3 * lr]);
    assert.deepEqual([kept[0], kept[1], same], [lr, 7n, lr]);
    assert.deepEqual((kept[2] as Any).toArray(), [1, 2, 3]);
  }
  assert.equal(traces(), 1);
});

Deno.test("empty tensors, rank 0, no results and no arguments", () => {
  const f = jit((
    a: Any,
  ) => [exp(a), sum(a), nd.reshape(a, [0, 3]), nd.concat([a, a], { axis: 0 })]);
  assert.deepEqual(f(nd.zeros([0])).map((one) => (one as Any).shape), [[0], [], [0, 3], [0]]);
  assertItems(jit((a: Any) => exp(sin(a)))(tensor(0)), 1 as never);
  assert.equal(jit((_: Any) => undefined)(x), undefined);
  assert.deepEqual(jit(() => [])(), []);
  assertItems(jit(() => add(nd.ones([2]), 1))(), [2, 2]);
  assert.deepEqual(jit((_: Any) => ({ name: "a", list: [1, null] }))(x), {
    name: "a",
    list: [1, null],
  });
});

Deno.test("strings are told apart, and run by single calls", () => {
  const { call, traces } = counted((words: Any) => [nd.equal(words, "a"), words]);
  const words: Any = tensor(["a", "b"]);
  for (let time = 0; time < 2; time++) {
    const [mask, same] = call(words);
    assertItems(mask as Any, [true, false], "bool");
    assertItems(same as Any, ["a", "b"], "string");
  }
  assert.equal(traces(), 1);
});

Deno.test("tensors of another device run by single calls there", () => {
  const own = tensorFrom({ dtype: "float64", shape: [2], items: [1, 2] }, referenceDevice);
  const result = jit((a: Any) => multiply(exp(a), a))(own);
  assert.equal(result.device, referenceDevice.name);
  assertTensorEqual(result, multiply(exp(own), own));
});

Deno.test("jit inside of jit, grad and vmap is a part of these", () => {
  const inner = counted((a: Any) => exp(multiply(a, 2)));
  const loss = (a: Any): Tensor<"float32", []> => sum(inner.call(a)) as Tensor<"float32", []>;
  const outer = jit((a: Any) => add(inner.call(a), 1));
  for (let time = 0; time < 2; time++) {
    assertTensorEqual(outer(x), add(exp(multiply(x, 2)), 1));
    assertTensorEqual(grad(loss)(x as never) as Any, multiply(exp(multiply(x, 2)), 2));
    assertTensorEqual(vmap((a: Any) => inner.call(a))(x as never) as Any, exp(multiply(x, 2)));
  }
  // Once for jit, and whenever the others run.
  assert.equal(inner.traces(), 5);
});

Deno.test("calls that differ in parameters alone stay apart", () => {
  const y: Any = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
  const f = (a: Any): Any[] => [
    nd.slice(a, "0:2") as Any,
    nd.slice(a, "1:3") as Any,
    nd.slice(a, ":", "0:2") as Any,
    sum(a, { axis: 0 }),
    sum(a, { axis: 1 }),
    nd.transpose(a) as Any,
    nd.argmax(a, { axis: 0 }),
    nd.argmax(a, { axis: 1 }),
    nd.full([2], 1) as Any,
    nd.full([2], 2) as Any,
    nd.arange(0, 3) as Any,
    nd.arange(1, 4) as Any,
  ];
  const expected = f(y);
  (jit(f)(y) as Any[]).forEach((one, i) => assertTensorEqual(one, expected[i]!));
});
