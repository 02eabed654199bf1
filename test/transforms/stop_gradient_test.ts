import * as nd from "../../mod.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert } from "../support/assert.ts";

const x = nd.tensor([1, 2, 3]);
type Vector = typeof x;

Deno.test("values pass, derivatives do not", () => {
  const loss = (v: Vector) => nd.sum(nd.multiply(nd.stopGradient(v), v));
  const [value, gradient] = nd.valueAndGrad(loss)(x);
  assert.equal(value.item(), 14);
  assert.deepEqual(gradient.toArray(), [1, 2, 3]);
  const none = (v: Vector) => nd.sum(nd.stopGradient(nd.square(v)));
  assert.deepEqual(nd.grad(none)(x).toArray(), [0, 0, 0]);
  assert.deepEqual(nd.jvp(none, [x], [x])[1].item(), 0);
});

Deno.test("it holds at each level of derivatives and in batches", () => {
  // d/dv of stop(v) v is stop(v), which has no derivative.
  const slope = (v: Vector) =>
    nd.grad((w: Vector) => nd.sum(nd.multiply(nd.stopGradient(w), w)))(v);
  assert.deepEqual(nd.grad((v: Vector) => nd.sum(slope(v)))(x).toArray(), [0, 0, 0]);
  const rows = nd.tensor([[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(nd.vmap(slope)(rows).toArray(), rows.toArray());
  const all = nd.grad((v: nd.Tensor<"float32", [2, 3]>) =>
    nd.sum(nd.vmap(nd.stopGradient<Vector>)(v))
  );
  assert.deepEqual(all(rows).toArray(), [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("trees keep their containers and other values, dtypes of all kinds pass", () => {
  const tree = {
    list: [x, nd.tensor([true])],
    text: nd.tensor(["a"]),
    count: nd.tensor([1], { dtype: "int32" }),
    name: "layer",
  };
  const stopped = nd.stopGradient(tree);
  assert.deepEqual(stopped.list.map((part) => part.toArray()), [[1, 2, 3], [true]]);
  assert.deepEqual(stopped.text.toArray(), ["a"]);
  assert.equal(stopped.count.dtype, "int32");
  assert.equal(stopped.name, "layer");
});

Deno.test("the result is a handle of its own", () => {
  const big = nd.ones([1000, 100]);
  const stopped: Tensor = nd.stopGradient(big);
  assert.notEqual(stopped, big);
  stopped[Symbol.dispose]();
  assert.equal(nd.sum(big).item(), 100000);
});
