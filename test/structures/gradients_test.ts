import * as nd from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { scan } from "../../src/transforms/scan.ts";
import { assert, assertThrows } from "../support/assert.ts";

const x = nd.tensor([1, 2, 3]);
const ints = (values: number[]) => nd.tensor(values, { dtype: "int32" });

function rowsOf(found: nd.Tensor | nd.IndexedSlices): nd.IndexedSlices {
  assert.ok(!(found instanceof nd.Tensor), "the gradient is dense");
  return found;
}

Deno.test("trees of variables get trees of gradients", () => {
  const w = nd.variable([[1, 2, 3], [4, 5, 6]]);
  const b = nd.variable([10, 20]);
  const loss = () => nd.sum(nd.square(nd.add(nd.matmul(w.value, x), b.value)));
  const [value, found] = nd.valueAndGradients(loss, { layer: [w], b });
  assert.equal(value.item(), 24 ** 2 + 52 ** 2);
  assert.deepEqual(found.b.toArray(), [48, 104]);
  assert.deepEqual(found.layer[0].toArray(), [[48, 96, 144], [104, 208, 312]]);
  assert.deepEqual(nd.gradients(loss, b).toArray(), [48, 104]);
  assert.deepEqual(nd.gradients(loss, [b, b]).map((g) => g.toArray()), [[48, 104], [48, 104]]);
  const map = new Map([["b", b]]);
  assert.deepEqual(nd.gradients(loss, map).get("b")!.toArray(), [48, 104]);
});

Deno.test("all readings of a variable count", () => {
  const w = nd.variable([1, 2, 3]);
  const loss = () => nd.add(nd.sum(nd.multiply(w.value, w.value)), nd.sum(w.at(0).value));
  assert.deepEqual(nd.gradients(loss, w).toArray(), [3, 4, 6]);
  assert.deepEqual(nd.gradients(() => nd.sum(w.sparseRead(ints([0, 0, 2]))), w).toArray(), [
    2,
    0,
    1,
  ]);
});

Deno.test("variables that are not named are constants, trainable or not", () => {
  const w = nd.variable(3, { trainable: false });
  const v = nd.variable(5);
  const loss = () => nd.multiply(w.value, v.value);
  assert.equal(nd.gradients(loss, w).item(), 5);
  assert.equal(nd.gradients(loss, v).item(), 3);
});

Deno.test("a loss that does not depend on a variable gives zeros or null", () => {
  const [w, v] = [nd.variable(3), nd.variable([1, 2], { dtype: "float64" })];
  const loss = () => nd.square(w.value);
  const zeros = nd.gradients(loss, { w, v });
  assert.equal(zeros.w.item(), 6);
  assert.deepEqual(zeros.v.toArray(), [0, 0]);
  assert.equal(zeros.v.dtype, "float64");
  const none = nd.gradients(loss, { w, v }, { unconnected: "none" });
  assert.ok(none.v === null);
  assert.equal(none.w!.item(), 6);
  const stopped = () => nd.add(nd.stopGradient(nd.sum(nd.cast(v.value, "float32"))), w.value);
  assert.ok(nd.gradients(stopped, v, { unconnected: "none" }) === null);
});

Deno.test("assignments happen, and what is assigned is a constant", () => {
  const w = nd.variable(5);
  const v = nd.variable(2);
  const loss = () => {
    w.assign(nd.multiply(w.value, v.value));
    return nd.multiply(w.value, w.value);
  };
  const found = nd.gradients(loss, { w, v }, { unconnected: "none" });
  assert.equal(w.value.item(), 10);
  assert.equal(found.w!.item(), 20);
  assert.ok(found.v === null);
  // A tensor read before an assignment keeps its value and its gradient.
  const before = () => {
    const old = w.value;
    w.assign(1);
    return nd.multiply(old, 3);
  };
  assert.equal(nd.gradients(before, w).item(), 3);
  const part = nd.variable([1, 2, 3]);
  const partly = () => {
    part.at(0).assign(10);
    return nd.sum(nd.square(part.value));
  };
  assert.deepEqual(nd.gradients(partly, part).toArray(), [20, 4, 6]);
  assert.deepEqual(part.value.toArray(), [10, 2, 3]);
});

Deno.test("rows of a table stay rows when asked for", () => {
  const table = nd.variable([[1, 2], [3, 4], [5, 6]]);
  const loss = () => nd.sum(nd.square(nd.take(table.value, ints([0, 0, 2]), { axis: 0 })));
  const dense = nd.gradients(loss, table);
  assert.deepEqual(dense.toArray(), [[4, 8], [0, 0], [10, 12]]);
  const rows = rowsOf(nd.gradients(loss, table, { sparse: true }));
  assert.deepEqual(rows.values.toArray(), [[2, 4], [2, 4], [10, 12]]);
  assert.deepEqual(rows.indices.toArray(), [0, 0, 2]);
  assert.deepEqual(rows.denseShape, [3, 2]);
  assert.deepEqual(nd.toDense(rows).toArray(), dense.toArray());
});

Deno.test("rows of several readings are joined, indices of any rank and dtype", () => {
  const table = nd.variable([[1, 2], [3, 4], [5, 6]]);
  const square = ints([0, -1, 1, 1]);
  const loss = () =>
    nd.add(
      nd.sum(nd.take(table.value, nd.reshape(square, [2, 2]), { axis: 0 })),
      nd.multiply(nd.sum(table.sparseRead(nd.tensor([2n]))), 10),
    );
  const rows = rowsOf(nd.gradients(loss, table, { sparse: true }));
  assert.equal(rows.indices.dtype, "int64");
  assert.deepEqual(rows.indices.shape, [5]);
  assert.deepEqual(nd.toDense(rows).toArray(), [[1, 1], [2, 2], [11, 11]]);
});

Deno.test("rows beside a dense gradient become dense", () => {
  const table = nd.variable([[1, 2], [3, 4], [5, 6]]);
  const loss = () =>
    nd.add(nd.sum(nd.take(table.value, ints([1]), { axis: 0 })), nd.sum(table.value));
  const found = nd.gradients(loss, table, { sparse: true });
  assert.ok(found instanceof nd.Tensor);
  assert.deepEqual(found.toArray(), [[1, 1], [2, 2], [1, 1]]);
});

Deno.test("unconnected variables are as asked for beside rows", () => {
  const [table, w] = [nd.variable([[1, 2], [3, 4]]), nd.variable(1)];
  const loss = () => nd.sum(nd.take(table.value, ints([1]), { axis: 0 }));
  const found = nd.gradients(loss, { table, w }, { sparse: true, unconnected: "none" });
  assert.ok(found.w === null);
  assert.deepEqual(rowsOf(found.table!).indices.toArray(), [1]);
});

Deno.test("they nest: second derivatives and products with hessians", () => {
  const w = nd.variable([1, 2, 3]);
  const cubes = () => nd.sum(nd.power(w.value, 3));
  const second = nd.gradients(() => nd.sum(nd.gradients(cubes, w)), w);
  assert.deepEqual(second.toArray(), [6, 12, 18]);
  const direction = nd.tensor([1, 0, 2]);
  const product = nd.gradients(() => nd.sum(nd.multiply(nd.gradients(cubes, w), direction)), w);
  assert.deepEqual(product.toArray(), [6, 0, 36]);
  const third = nd.gradients(
    () => nd.sum(nd.gradients(() => nd.sum(nd.gradients(cubes, w)), w)),
    w,
  );
  assert.deepEqual(third.toArray(), [6, 6, 6]);
  const [v, u] = [nd.variable(2), nd.variable(3)];
  const mixed = nd.gradients(
    () => nd.gradients(() => nd.multiply(nd.square(v.value), u.value), v),
    u,
  );
  assert.equal(mixed.item(), 4);
});

Deno.test("they compose with grad, jvp, vmap and jit", () => {
  const w = nd.variable([1, 2, 3]);
  const inner = (v: typeof x) => nd.gradients(() => nd.sum(nd.multiply(nd.square(w.value), v)), w);
  assert.deepEqual(nd.grad((v: typeof x) => nd.sum(inner(v)))(x).toArray(), [2, 4, 6]);
  assert.deepEqual(nd.jvp(inner, [x], [nd.tensor([1, 0, 0])])[1].toArray(), [2, 0, 0]);
  const rows = nd.tensor([[1, 1, 1], [0, 0, 2]]);
  assert.deepEqual(nd.vmap(inner)(rows).toArray(), [[2, 4, 6], [0, 0, 12]]);
  assert.deepEqual(jit(inner)(x).toArray(), [2, 8, 18]);
  const outer = nd.gradients(
    () => nd.sum(nd.grad((v: typeof x) => nd.sum(nd.multiply(nd.square(w.value), v)))(x)),
    w,
  );
  assert.deepEqual(outer.toArray(), [2, 4, 6]);
  const compiled = jit((v: typeof x) => nd.sum(nd.multiply(nd.square(w.value), v)));
  assert.deepEqual(nd.gradients(() => compiled(x), w).toArray(), [2, 8, 18]);
  const loop = () =>
    nd.sum(
      scan((c: typeof x, _: null) => [nd.multiply(c, w.value), null], x, null, { length: 2 })[0],
    );
  assert.deepEqual(nd.gradients(loop, w).toArray(), [2, 8, 18]);
});

Deno.test("an update step as one compiled function", () => {
  const w = nd.variable([1, 2, 3]);
  const step = jit((v: typeof x) => {
    const [loss, gradient] = nd.valueAndGradients(
      () => nd.sum(nd.multiply(nd.square(w.value), v)),
      w,
    );
    w.assignSub(nd.multiply(gradient, 0.125));
    return loss;
  });
  const ones = nd.ones([3]);
  assert.equal(step(ones).item(), 14);
  assert.deepEqual(w.value.toArray(), [0.75, 1.5, 2.25]);
  assert.equal(step(ones).item(), 7.875);
  assert.deepEqual(w.value.toArray(), [0.5625, 1.125, 1.6875]);
});

Deno.test("a loss falls when variables follow their gradients", () => {
  const w = nd.variable(nd.zeros([3]));
  const target = nd.tensor([1, -2, 3]);
  const losses: number[] = [];
  for (let i = 0; i < 50; i++) {
    const [loss, gradient] = nd.valueAndGradients(
      () => nd.sum(nd.square(nd.subtract(w.value, target))),
      w,
    );
    losses.push(loss.item());
    w.assignSub(nd.multiply(gradient, 0.25));
  }
  assert.equal(losses[0], 14);
  assert.ok(losses.at(-1)! < 1e-10);
});

Deno.test("what cannot be differentiated is refused", () => {
  const w = nd.variable([1, 2, 3]);
  const loose = nd.gradients as (loss: () => unknown, variables: unknown) => unknown;
  assertThrows(
    () => loose(() => nd.square(w.value), w),
    nd.ShapeError,
    "Cannot differentiate a function that returns shape [3]: a loss has rank 0, " +
      "reduce it with sum or mean, or use jacobian or vjp",
  );
  assertThrows(
    () => loose(() => nd.sum(x), nd.variable([1], { dtype: "int32" })),
    nd.DTypeError,
    "Cannot differentiate by int32: derivatives need floating dtypes, cast the tensor to float32 " +
      "or leave it out of the differentiated arguments",
  );
  assertThrows(
    () => loose(() => nd.sum(x), [w, x]),
    nd.DTypeError,
    "Cannot differentiate by a tensor that is no variable: make it one with variable(), " +
      "or an argument of the loss and use grad",
  );
  assertThrows(
    () => loose(() => nd.sum(x), []),
    nd.ArgumentError,
    /^Cannot differentiate by .*: pass a variable, or arrays and objects of variables$/,
  );
  assertThrows(() => loose(() => 1, w), nd.TraceError, /returns number: return a tensor$/);
});
