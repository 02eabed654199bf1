import * as nd from "../../mod.ts";
import { IndexError } from "../../mod.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import { assert, assertTensorEqual, assertThrows } from "../support/assert.ts";
import { counted } from "./counted.ts";

const { add, exp, grad, jit, multiply, subtract, sum, tensor, variable } = nd;

/** A tensor of any shape. */
type Any = Tensor;

const x: Any = tensor([1, 2, 3]);

function assertItems(actual: Any, expected: readonly unknown[], dtype: DType = "float32"): void {
  assert.equal(actual.dtype, dtype);
  assert.deepEqual(actual.toArray(), expected);
}

/** Changes variables and tensors afterwards in every way that may write in place. */
function changed(v: nd.Variable<"float32", [number]>): void {
  v.scatterNdUpdate([[0]], [100]);
  v.at(1).assign(200);
  v.assignAdd(nd.ones([v.shape[0]]) as never);
  v.scatterNdAdd([[2]], [300]);
}

Deno.test("variables are read at each call, and never traced again", () => {
  const v = variable([1, 2, 3]);
  const { call, traces } = counted((a: Any) => multiply(a, v.value));
  assertItems(call(x), [1, 4, 9]);
  v.assign([2, 2, 2]);
  assertItems(call(x), [2, 4, 6]);
  v.at(0).assign(10);
  assertItems(call(x), [10, 4, 6]);
  v.scatterNdUpdate([[1]], [5]);
  assertItems(call(x), [10, 10, 6]);
  assert.equal(traces(), 1);
});

Deno.test("variables are assigned after each call; what was read from them stays", () => {
  const v = variable([1, 2, 3]);
  const { call, traces } = counted((a: Any) => {
    v.assignAdd(a as never);
    v.assign(multiply(v.value, 2) as never);
    return v.value;
  });
  const before = v.value;
  const first = call(x);
  const held = v.value;
  const second = call(x);
  assertItems(before, [1, 2, 3]);
  assertItems(first, [4, 8, 12]);
  assertItems(held, [4, 8, 12]);
  assertItems(second, [10, 20, 30]);
  assertItems(v.value, [10, 20, 30]);
  assert.equal(traces(), 1);
});

Deno.test("variables may be assigned without being read, twice, and read in between", () => {
  const [v, w] = [variable([0, 0, 0]), variable([0, 0, 0])];
  const f = jit((a: Any) => {
    v.assign(a as never);
    const between = v.value;
    v.assign(exp(a) as never);
    w.assign(between as never);
    w.assignAdd(v.value);
    return [between, v.value];
  });
  const [between, last] = f(x);
  assertItems(between!, [1, 2, 3]);
  assertTensorEqual(last!, exp(x));
  assertTensorEqual(v.value, exp(x));
  assertTensorEqual(w.value, add(x, exp(x)));
});

Deno.test("results that are what a variable is assigned, views of it or of arguments never change", () => {
  // Of both kinds: in a slab with others, and with memory of its own.
  for (const length of [3, 5000]) {
    const a: Any = add(nd.ones([length]), 1);
    const ones = nd.zeros([length]);
    const [v, w] = [0, 1].map(() => variable(nd.zeros([length]) as Tensor<"float32", [number]>));
    const bodies: readonly ((value: Any) => unknown)[] = [
      (value) => (v!.assign(value as never), value),
      (value) => (v!.assign(exp(value) as never), exp(value)),
      (value) => {
        v!.assign(exp(value) as never);
        w!.assign(exp(value) as never);
        return nd.flip(v!.value, { axis: 0 });
      },
      (value) => (v!.assign(nd.flip(value, { axis: 0 }) as never), v!.value),
      (value) => (v!.assign(multiply(exp(ones), value) as never), [value]),
      (value) => (v!.assign(multiply(nd.broadcastTo(exp(tensor(0)), [length]), value) as never)),
      () => [v!.value, nd.flip(w!.value, { axis: 0 })],
      () => (v!.assign(w!.value), w!.assign(v!.value), [v!.value, w!.value]),
      (value) => {
        const [old, other] = [v!.value, w!.value];
        v!.assign(other);
        w!.assign(old);
        return [old, multiply(1, other), value];
      },
    ];
    for (const body of bodies) {
      const f = jit(body);
      for (const reading of [false, true, false]) {
        const results = [f(a)].flat().filter((r) => r instanceof nd.Tensor) as Any[];
        // Variables whose values were read are not written in place anyway.
        const held = [...results, a, ...reading ? [v!.value, w!.value] : []];
        const items = held.map((held) => held.toArray());
        changed(w!);
        changed(v!);
        f(a);
        changed(v!);
        changed(w!);
        held.forEach((value, i) => assert.deepEqual(value.toArray(), items[i]));
      }
    }
  }
});

Deno.test("variables are swapped, and assigned themselves", () => {
  const [v, w] = [variable([1, 2]), variable([3, 4])];
  const swap = jit(() => {
    const old = v.value;
    v.assign(w.value);
    w.assign(old);
  });
  const itself = jit(() => {
    v.assign(v.value);
  });
  swap();
  itself();
  assertItems(v.value, [3, 4]);
  swap();
  swap();
  itself();
  assertItems(v.value, [3, 4]);
  assertItems(w.value, [1, 2]);
});

Deno.test("variables under gradients inside jit: a training step is one program", () => {
  const w = variable([0, 0], { dtype: "float64" });
  const data: Any = tensor([[1, 2], [3, 4], [5, 6]], { dtype: "float64" });
  const wanted: Any = tensor([5, 11, 17], { dtype: "float64" });
  const loss = (): Any => sum(nd.square(subtract(nd.matmul(data, w.value), wanted)));
  const { call, traces } = counted((rate: number) => {
    const [value, gradients] = nd.valueAndGradients(loss as never, [w] as never) as unknown as [
      Any,
      readonly Any[],
    ];
    w.assignSub(multiply(gradients[0]!, rate) as never);
    return value;
  });
  const losses = Array.from({ length: 200 }, () => call(0.005).item() as number);
  assert.equal(traces(), 1);
  assert.ok(losses.at(-1)! < 1e-3 * losses[0]!);
  assert.ok(losses.every((value, i) => i === 0 || value < losses[i - 1]!));
});

Deno.test("a failing call leaves variables and memory as they were", () => {
  const v = variable([0, 0, 0]);
  const f = jit((a: Any, i: Any) => {
    v.assign(exp(a) as never);
    return sum(nd.take(multiply(a, 2), i as Tensor<"int32">));
  });
  const indices = (...list: number[]): Any => tensor(new Int32Array(list));
  const { heap } = runtime();
  assert.equal(f(x, indices(0, 2)).item(), 8);
  const held = v.value;
  for (let time = 0; time < 2000; time++) {
    if (time === 10) v.assign([7, 7, 7]);
    const used = heap.used;
    assertThrows(() => f(x, indices(0, 3)), IndexError, /index 3 of axis 0 with length 3/);
    // Slabs for indices aside.
    assert.ok(heap.used - used <= 65536 + 64);
  }
  assertItems(v.value, [7, 7, 7]);
  assertTensorEqual(held, exp(x));
  assert.equal(f(x, indices(-1, -1)).item(), 12);
  assertTensorEqual(v.value, exp(x));
});

Deno.test("results may be arguments, views of them, constants and each other", () => {
  const constant: Any = tensor([7, 8]);
  const f = jit((a: Any) => {
    const y = exp(a);
    return [a, a, nd.flip(a, { axis: 0 }), y, y, nd.expandDims(y, 0), constant, nd.ones([2])];
  });
  for (let time = 0; time < 2; time++) {
    const results = f(x) as unknown as readonly Any[];
    const [a, b, c, y, z, row, seven, ones] = results as [Any, Any, Any, Any, Any, Any, Any, Any];
    assert.deepEqual([a, b, c].map((one) => one.toArray()), [[1, 2, 3], [1, 2, 3], [3, 2, 1]]);
    assertTensorEqual(y, exp(x));
    // Each is a handle of its own.
    for (const one of [a, y, seven, ones]) one[Symbol.dispose]();
    assertTensorEqual(z, exp(x));
    assertTensorEqual(row, nd.expandDims(exp(x), 0));
    assertTensorEqual(b, x);
  }
  assertItems(constant, [7, 8]);
});

Deno.test("functions may dispose of what they use", () => {
  for (const length of [3, 5000]) {
    const f = jit((a: Any) => {
      using constant = nd.full([length], 2);
      using between = multiply(a, constant as unknown as Any);
      return add(between, 1);
    });
    const own: Any = nd.ones([length]);
    for (let time = 0; time < 3; time++) {
      using result = f(own);
      assertTensorEqual(result, add(multiply(own, 2), 1));
    }
    const gradient = grad((a: Any) => {
      using constant = nd.full([length], 2);
      using between = multiply(a, constant as unknown as Any);
      return sum(nd.square(between)) as Tensor<"float32", []>;
    });
    assertTensorEqual(gradient(own as never) as Any, multiply(own, 8));
  }
});

Deno.test("scopes around calls, and around the first, release results alone", () => {
  const large: Any = nd.ones([5000]);
  const constant = nd.scope(() => add(large, 1)) as Any;
  const f = jit((a: Any) => {
    const folded = multiply(exp(nd.zeros([5000])), constant);
    return nd.scope(() => [add(a, folded), sum(a)]);
  });
  const kept = nd.scope(() => f(large)[0]!) as Any;
  assertTensorEqual(kept, add(large, constant));
  for (let time = 0; time < 3; time++) {
    nd.scope(() => assertTensorEqual(f(large)[0] as Any, kept));
    assertTensorEqual(f(large)[0] as Any, kept);
  }
  const before = runtime().heap.used;
  for (let time = 0; time < 50; time++) {
    nd.scope(() => {
      f(large);
    });
  }
  assert.ok(runtime().heap.used - before < 100_000);
});

Deno.test("many shapes and constants do not pile up", async () => {
  const f = jit((a: Any) => {
    const y = exp(multiply(a, 2));
    return [sum(y), nd.sort(y), add(y, nd.ones(y.shape))];
  });
  for (let i = 0; i < 1000; i++) {
    f(nd.ones([1000 + i]));
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const constants: Any[] = [];
  for (let i = 0; i < 200; i++) {
    const constant: Any = nd.full([2000], i);
    constants.push(jit((a: Any) => multiply(a, constant))(nd.ones([2000])));
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  assert.ok(runtime().heap.used < 96 * 2 ** 20, `${runtime().heap.used} bytes are used`);
});

Deno.test("a hundred thousand calls without a pause run in constant memory", () => {
  const v = variable([0, 0, 0]);
  const f = jit((a: Any, n: number) => {
    v.assign(a as never);
    return add(multiply(a, n), 1);
  });
  let [y, used, length] = [x, 0, 0];
  const { heap } = runtime();
  for (let i = 0; i < 100_000; i++) {
    y = f(y, i % 2 === 0 ? 0.5 : 0.25);
    if (i === 20_000) [used, length] = [heap.used, heap.u8.length];
  }
  // Within the budget of memory; beyond it results are JavaScript buffers.
  assert.ok(heap.used - used < 40 * 2 ** 20, `${heap.used - used} bytes more are used`);
  assert.ok(heap.u8.length - length < 60 * 2 ** 20);
  assert.ok(nd.all(nd.isfinite(y)).item());
});
