// What TensorFlow 2.21 prints, line by line: tapes, jacobians, custom gradients, accumulators. The lines
// gr(...) of single functions are in edges_test.ts. Left out is what has no counterpart: persistent
// tapes, reset, segments.
import * as nd from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { assert, assertThrows } from "../support/assert.ts";

type Scalar = nd.Tensor<"float32", []>;

const w1 = nd.variable(5);
const w2 = nd.variable(3);
const c1 = nd.tensor(5);
const c2 = nd.tensor(3);
const x = nd.tensor([1, 2, 3]);
const xb = nd.tensor([[1, 2], [3, 4]]);
const ints = (values: number[]) => nd.tensor(values, { dtype: "int32" });

const f = (a: Scalar, b: Scalar): Scalar =>
  nd.add(nd.multiply(nd.square(a), 3), nd.multiply(nd.multiply(a, b), 2));
const z = () => f(w1.value, w2.value);
const twice = () => nd.multiply(w1.value, 2);

function values(found: readonly (nd.Tensor | null)[]): readonly unknown[] {
  return found.map((gradient) => gradient && gradient.toArray());
}

Deno.test("golden: tape.gradient of variables and of watched tensors", () => {
  assert.deepEqual(values(nd.gradients(z, [w1, w2])), [36, 10]);
  assert.equal(nd.gradients(z, w1).item(), 36);
  assert.equal(nd.gradients(z, w2).item(), 10);
  // What is not watched has None; here one names what one wants.
  assert.deepEqual(values(nd.grad(f, { argnums: [0, 1] })(c1, c2)), [36, 10]);
});

Deno.test("golden: unconnected gradients, where zeros are the default here", () => {
  assert.ok(nd.gradients(twice, w2, { unconnected: "none" }) === null);
  assert.equal(nd.gradients(twice, w2).item(), 0);
  const found = nd.gradients(twice, { a: w1, b: w2 }, { unconnected: "none" });
  assert.equal(found.a!.item(), 2);
  assert.ok(found.b === null);
});

Deno.test("golden: several targets add up, where one must add them here", () => {
  const both = () => nd.add(twice(), nd.multiply(w1.value, 3));
  assert.equal(nd.gradients(both, w1).item(), 5);
  const pair = () => nd.multiply(w1.value, nd.tensor([1, 2]));
  assert.equal(nd.gradients(() => nd.sum(pair()), w1).item(), 3);
  // @ts-expect-error: the loss has axes.
  assertThrows(() => nd.gradients(pair, w1), nd.ShapeError, /a loss has rank 0/);
  // output_gradients.
  const [, pull] = nd.vjp((w: Scalar) => nd.multiply(w, nd.tensor([1, 2])), [c1]);
  assert.equal(pull(nd.tensor([1, 10]))[0].item(), 21);
});

Deno.test("golden: what is stopped has no gradient", () => {
  const stopped = () => nd.add(nd.stopGradient(twice()), w1.value);
  assert.equal(nd.gradients(stopped, w1).item(), 1);
  // tape.stop_recording.
  const paused = () => nd.add(twice(), nd.stopGradient(nd.multiply(w1.value, 3)));
  assert.equal(nd.gradients(paused, w1).item(), 2);
});

Deno.test("golden: integers have None there and are an error here", () => {
  const i = nd.variable(2, { dtype: "int32" });
  assertThrows(
    // @ts-expect-error: int32 has no derivatives.
    () => nd.gradients(() => nd.cast(nd.multiply(i.value, i.value), "float32"), i),
    nd.DTypeError,
    /^Cannot differentiate by int32: /,
  );
});

Deno.test("golden: variables that are not trained have None there, unless watched", () => {
  const nt = nd.variable(2, { trainable: false });
  // Naming it is watching it.
  assert.equal(nd.gradients(() => nd.multiply(nt.value, 2), nt).item(), 2);
});

Deno.test("golden: a gradient inside the tape, and of higher order", () => {
  const cube = () => nd.power(w1.value, 3);
  const [dy, d2] = nd.valueAndGradients(() => nd.gradients(cube, w1), w1);
  assert.equal(dy.item(), 75);
  assert.equal(d2.item(), 30);
});

Deno.test("golden: jacobians", () => {
  const square = (v: typeof x) => nd.multiply(v, v);
  assert.deepEqual(nd.jacobian(square)(x).toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
  const column = nd.jacobian((v: typeof x) => nd.reshape(square(v), [3, 1]))(x);
  assert.deepEqual(column.shape, [3, 1, 3]);
  // batch_jacobian.
  const each = nd.vmap(nd.jacobian((v: nd.Tensor<"float32", [2]>) => nd.multiply(v, v)))(xb);
  assert.deepEqual(each.toArray(), [[[2, 0], [0, 4]], [[6, 0], [0, 8]]]);
  // None there.
  const unconnected = nd.jacobian((_: typeof x) => nd.tensor([1, 2]))(x);
  assert.deepEqual(unconnected.toArray(), [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("golden: hessians", () => {
  const cubes = (v: nd.Tensor<"float32", [3]>) => nd.sum(nd.power(v, 3));
  const expected = [[6, 0, 0], [0, 12, 0], [0, 0, 18]];
  assert.deepEqual(nd.hessian(cubes)(x).toArray(), expected);
  assert.deepEqual(nd.jacobian(nd.grad(cubes), { mode: "reverse" })(x).toArray(), expected);
  // tf.hessians within tf.function.
  const pair = (v: nd.Tensor<"float32", [2]>) => nd.sum(nd.power(v, 3));
  assert.deepEqual(jit(nd.hessian(pair))(nd.tensor([1, 2])).toArray(), [[6, 0], [0, 12]]);
});

Deno.test("golden: custom_gradient of a softplus that does not overflow", () => {
  type One = nd.Tensor<"float32", [1]>;
  const value = (v: One): One =>
    nd.add(nd.log(nd.add(nd.exp(nd.negative(nd.abs(v))), 1)), nd.maximum(v, 0));
  const softplus = nd.customVjp(value, (v) => [value(v), v], (v, upstream) => [
    nd.multiply(upstream, nd.subtract(1, nd.divide(1, nd.add(nd.exp(v), 1)))),
  ]);
  const [result, pull] = nd.vjp(softplus, [nd.tensor([1000])]);
  assert.deepEqual(result.toArray(), [1000]);
  assert.deepEqual(pull(nd.ones([1]))[0].toArray(), [1]);
});

Deno.test("golden: custom_gradient with one gradient for two arguments", () => {
  const two = (backward: (none: unknown, upstream: Scalar) => unknown) =>
    nd.customVjp(
      (a: Scalar, b: Scalar) => nd.multiply(a, b),
      (a, b) => [nd.multiply(a, b), null],
      backward as (none: unknown, upstream: Scalar) => [Scalar, null],
    );
  // "expected to return 2 gradients, but returned 1 instead".
  const one = two((_, upstream) => nd.multiply(upstream, 10));
  assertThrows(
    () => nd.gradients(() => one(w1.value, w2.value), [w1, w2]),
    nd.ArgumentError,
    "Cannot use a backward rule of customVjp that returns 1 gradients for 2 arguments: " +
      "return one for each argument, or null where it is zero",
  );
  const right = two((_, upstream) => [nd.multiply(upstream, 10), null]);
  const loss = () => right(w1.value, w2.value);
  assert.deepEqual(values(nd.gradients(loss, [w1, w2], { unconnected: "none" })), [10, null]);
});

Deno.test("golden: grad_pass_through", () => {
  const through = (v: Scalar) => nd.add(v, nd.stopGradient(nd.subtract(nd.round(v), v)));
  const [value, gradient] = nd.valueAndGrad(through)(nd.tensor(1.5));
  assert.equal(value.item(), 2);
  assert.equal(gradient.item(), 1);
});

Deno.test("golden: variables that change within the tape", () => {
  const v = nd.variable(5);
  const loss = () => {
    v.assign(7);
    const result = nd.multiply(v.value, v.value);
    v.assign(2);
    return result;
  };
  assert.equal(nd.gradients(loss, v).item(), 14);
  assert.equal(v.value.item(), 2);
  const added = () => {
    v.assignAdd(w2.value);
    return nd.multiply(v.value, 1);
  };
  assert.ok(nd.gradients(added, w2, { unconnected: "none" }) === null);
  assert.equal(v.value.item(), 5);
});

Deno.test("golden: gather on a variable gives rows and their numbers", () => {
  const V = nd.variable([[1, 2], [3, 4], [5, 6]]);
  const gathered = () => nd.sum(nd.square(nd.take(V.value, ints([0, 0, 2]), { axis: 0 })));
  const gg = nd.gradients(gathered, V, { sparse: true });
  assert.ok(!(gg instanceof nd.Tensor));
  assert.deepEqual(gg.values.toArray(), [[2, 4], [2, 4], [10, 12]]);
  assert.equal(gg.indices.dtype, "int32");
  assert.deepEqual(gg.indices.toArray(), [0, 0, 2]);
  assert.deepEqual(gg.denseShape, [3, 2]);
  const beside = () => nd.add(nd.sum(V.sparseRead(ints([1]))), nd.sum(V.value));
  const dense = nd.gradients(beside, V, { sparse: true });
  assert.ok(dense instanceof nd.Tensor);
  assert.deepEqual(dense.toArray(), [[1, 1], [2, 2], [1, 1]]);
  const row = nd.gradients(() => nd.sum(V.at(0).value), V);
  assert.deepEqual(row.toArray(), [[1, 1], [0, 0], [0, 0]]);
});

Deno.test("golden: ForwardAccumulator", () => {
  const square = (v: typeof x) => nd.multiply(v, v);
  const [, along] = nd.jvp(square, [x], [nd.tensor([1, 0, 0])]);
  assert.deepEqual(along.toArray(), [2, 0, 0]);
  // None there unless zeros are asked for.
  const [, none] = nd.jvp((_: typeof x) => nd.tensor(1), [x], [x]);
  assert.equal(none.item(), 0);
  const cube = (v: Scalar) => nd.power(v, 3);
  assert.equal(nd.jvp(nd.grad(cube), [c1], [nd.tensor(1)])[1].item(), 30);
});

Deno.test("golden: gradients within compiled functions", () => {
  assert.equal(jit(nd.grad((a: Scalar) => nd.multiply(a, a)))(nd.tensor(3)).item(), 6);
  const v = nd.variable(3);
  const compiled = jit((a: Scalar) => nd.multiply(v.value, a));
  assert.equal(nd.grad(compiled)(nd.tensor(2)).item(), 3);
});

Deno.test("golden: loops of the language, run again backward or not", () => {
  const fourth = (c: Scalar): Scalar => {
    let y = c;
    for (let i = 0; i < 3; i++) y = nd.multiply(y, c);
    return y;
  };
  assert.equal(nd.grad(fourth)(c1).item(), 500);
  assert.equal(nd.grad(nd.checkpoint(fourth))(c1).item(), 500);
});

Deno.test("golden: vectorized_map", () => {
  const square = (q: Scalar) => nd.multiply(q, q);
  assert.deepEqual(nd.vmap(square)(nd.tensor([1, 2])).toArray(), [1, 4]);
});

Deno.test("golden: map_fn, scan and folds", () => {
  const square = (q: Scalar) => nd.multiply(q, q);
  assert.deepEqual(nd.map(square, nd.tensor([1, 2])).toArray(), [1, 4]);
  type Count = nd.Tensor<"int32", []>;
  const both = nd.map((q: Count) => [q, nd.multiply(q, 2)] as const, ints([1, 2]));
  assert.deepEqual(both.map((part) => part.toArray()), [[1, 2], [2, 4]]);
  const numbers = ints([1, 2, 3]);
  const start = nd.tensor(0, { dtype: "int32" });
  const sums = (a: Count, b: Count) => {
    const next = nd.add(a, b);
    return [next, next] as const;
  };
  assert.deepEqual(nd.scan(sums, start, numbers)[1].toArray(), [1, 3, 6]);
  assert.deepEqual(nd.scan(sums, start, numbers, { reverse: true })[1].toArray(), [6, 5, 3]);
  const products = (a: Count, b: Count) => {
    const next = nd.multiply(a, b);
    return [next, next] as const;
  };
  const one = nd.tensor(1, { dtype: "int32" });
  assert.deepEqual(nd.scan(products, one, ints([2, 3, 4]))[1].toArray(), [2, 6, 24]);
  // foldl and foldr begin with the first and the last part, and have no name of their own.
  const less = (a: Count, b: Count) => [nd.subtract(a, b), null] as const;
  assert.equal(nd.scan(less, one, ints([2, 3]))[0].item(), -4);
  const last = nd.tensor(3, { dtype: "int32" });
  assert.equal(nd.scan(less, last, ints([1, 2]), { reverse: true })[0].item(), 0);
  const ten = nd.tensor(10, { dtype: "int32" });
  assert.equal(nd.scan(sums, ten, numbers)[0].item(), 16);
});

Deno.test("golden: while_loop, cond and case", () => {
  const turns = nd.whileLoop(
    (i) => nd.less(i, 10),
    (i) => nd.add(i, 1),
    nd.tensor(0, { dtype: "int32" }),
  );
  assert.equal(turns.item(), 10);
  assert.equal(nd.cond(nd.tensor(true), () => 1, () => 2), 1);
  // A number is no condition here.
  assertThrows(
    () => nd.cond(nd.tensor(1) as unknown as nd.Tensor<"bool", []>, () => 1, () => 2),
    nd.DTypeError,
  );
  // What is out of range takes the last branch.
  assert.equal(nd.switchCase(5, [() => 1, () => 2]), 2);
});
