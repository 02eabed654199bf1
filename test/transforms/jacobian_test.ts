import * as nd from "../../mod.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert, assertAllClose, assertThrows } from "../support/assert.ts";

const x = nd.tensor([1, 2, 3], { dtype: "float64" });
type Vector = typeof x;

const w = nd.tensor([[1, 2, 3], [4, 5, 6]], { dtype: "float64" });
const affine = (v: Vector) => nd.matmul(w, v);
const MODES = ["forward", "reverse", undefined] as const;

Deno.test("both modes give the matrix of a linear map", () => {
  for (const mode of MODES) {
    assert.deepEqual(nd.jacobian(affine, { mode })(x).toArray(), w.toArray());
  }
});

Deno.test("axes of the result come first, then those of the argument", () => {
  const m = nd.tensor([[1, 2, 3], [4, 5, 6]], { dtype: "float64" });
  const f = (v: typeof m) => nd.sum(nd.square(v), { axis: 1, keepDims: true });
  for (const mode of MODES) {
    const found = nd.jacobian(f, { mode })(m);
    assert.deepEqual(found.shape, [2, 1, 2, 3]);
    assert.deepEqual(found.toArray(), [
      [[[2, 4, 6], [0, 0, 0]]],
      [[[0, 0, 0], [8, 10, 12]]],
    ]);
  }
  const scalar = nd.jacobian((v: Vector) => nd.sum(nd.square(v)))(x);
  assert.deepEqual(scalar.toArray(), [2, 4, 6]);
  const one = nd.tensor(3, { dtype: "float64" });
  assert.equal(nd.jacobian((v: typeof one) => nd.square(v))(one).item(), 6);
});

Deno.test("what takes fewer runs is chosen", () => {
  // A function without a forward derivative tells which mode was taken.
  const backward = nd.customVjp((v: Vector) => v, (v) => [v, null], (_, c) => [c]);
  const narrow = nd.jacobian((v: Vector) => nd.sum(backward(v)));
  assert.deepEqual(narrow(x).toArray(), [1, 1, 1]);
  assert.deepEqual(nd.jacobian(backward)(x).toArray(), nd.eye(3).toArray());
  const wide = nd.jacobian((v: Vector) => nd.tile(backward(v), [2]));
  assertThrows(() => wide(x), nd.TraceError, /^Cannot push tangents forward/);
});

Deno.test("trees give trees of trees, several arguments lists", () => {
  const p = { a: x, b: [nd.tensor([10, 20], { dtype: "float64" })] as const };
  const f = (q: typeof p, factor: number) => ({
    sums: [nd.add(nd.sum(q.a), nd.sum(q.b[0])), nd.multiply(nd.square(q.b[0]), factor)] as const,
    label: "y",
  });
  for (const mode of MODES) {
    const { sums, label } = nd.jacobian(f, { mode })(p, 3);
    assert.equal(label, "y");
    assert.deepEqual(sums[0].a.toArray(), [1, 1, 1]);
    assert.deepEqual(sums[0].b[0].toArray(), [1, 1]);
    assert.deepEqual(sums[1].a.toArray(), [[0, 0, 0], [0, 0, 0]]);
    assert.deepEqual(sums[1].b[0].toArray(), [[60, 0], [0, 120]]);
    const g = (v: Vector, u: Vector) => nd.multiply(v, u);
    const [by, other] = nd.jacobian(g, { argnums: [1, 0], mode })(x, nd.add(x, 1));
    assert.deepEqual(by.toArray(), [[1, 0, 0], [0, 2, 0], [0, 0, 3]]);
    assert.deepEqual(other.toArray(), [[2, 0, 0], [0, 3, 0], [0, 0, 4]]);
  }
});

Deno.test("dtypes are those of the results in both modes", () => {
  const f = (v: Vector) => nd.cast(nd.square(v), "float32");
  for (const mode of MODES) {
    const found = nd.jacobian(f, { mode })(x);
    assert.equal(found.dtype, "float32");
    assert.deepEqual(found.toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
  }
});

Deno.test("empty arguments and results have empty matrices", () => {
  const none = nd.zeros([0], { dtype: "float64" });
  for (const mode of MODES) {
    const wide = nd.jacobian((v: Tensor) => nd.add(nd.sum(v), x as Tensor), { mode })(none);
    assert.deepEqual(wide.shape, [3, 0]);
    const flat = nd.jacobian((v: Vector) => nd.slice(v, "0:0"), { mode })(x);
    assert.deepEqual(flat.shape, [0, 3]);
  }
});

Deno.test("results that do not depend on the argument have zeros", () => {
  for (const mode of MODES) {
    const found = nd.jacobian((_: Vector) => nd.ones([2], { dtype: "float64" }), { mode })(x);
    assert.deepEqual(found.toArray(), [[0, 0, 0], [0, 0, 0]]);
  }
});

Deno.test("they nest, are batched and differentiated", () => {
  const cubes = (v: Vector) => nd.power(v, 3);
  const rows = nd.tensor([[1, 2, 3], [4, 5, 6]], { dtype: "float64" });
  for (const mode of MODES) {
    const each = nd.vmap(nd.jacobian(cubes, { mode }))(rows);
    assertAllClose(
      each,
      nd.multiply(
        nd.eye(3, { dtype: "float64" }),
        nd.expandDims(nd.multiply(nd.square(rows), 3), 1),
      ),
    );
    const second = nd.jacobian(nd.jacobian(cubes, { mode }), { mode })(x);
    assert.deepEqual(second.shape, [3, 3, 3]);
    const trace = nd.grad((v: Vector) => nd.sum(nd.jacobian(cubes, { mode })(v)))(x);
    assert.deepEqual(trace.toArray(), [6, 12, 18]);
  }
});

Deno.test("hessians are symmetric, and blocks of several arguments fit", () => {
  const f = (v: Vector) => nd.multiply(nd.sum(nd.square(v)), nd.prod(v));
  const found = nd.hessian(f)(x);
  assertAllClose(found, nd.transpose(found), { ulps: 4 });
  // d2/dx0 dx1 of (x0² + x1² + x2²) x0 x1 x2.
  assert.equal((found.toArray() as number[][])[0]![1], 3 * (3 * 1 + 3 * 4 + 9));
  const bilinear = (v: Vector, u: Vector) => nd.sum(nd.multiply(nd.square(v), u));
  const [[vv, vu], [uv, uu]] = nd.hessian(bilinear, { argnums: [0, 1] })(x, x);
  assert.deepEqual(vv.toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
  assert.deepEqual(vu.toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
  assert.deepEqual(uv.toArray(), vu.toArray());
  assert.deepEqual(uu.toArray(), nd.zeros([3, 3]).toArray());
  const tree = nd.hessian((p: { a: Vector }) => nd.sum(nd.power(p.a, 3)))({ a: x });
  assert.deepEqual(tree.a.a.toArray(), [[6, 0, 0], [0, 12, 0], [0, 0, 18]]);
});

Deno.test("what has no real derivatives is refused", () => {
  const z = nd.complex(x, x);
  const words = "a jacobian has real derivatives of real floating numbers, " +
    "split complex ones into real and imag";
  assertThrows(
    () => nd.jacobian((v: typeof z) => nd.abs(v))(z),
    nd.DTypeError,
    `Cannot take the jacobian by complex128: ${words}`,
  );
  assertThrows(
    () => nd.jacobian((v: Vector) => nd.complex(v, v))(x),
    nd.DTypeError,
    `Cannot take the jacobian of a function that returns complex128: ${words}`,
  );
  assertThrows(
    () => nd.jacobian((v: Vector) => nd.argmax(v))(x),
    nd.DTypeError,
    `Cannot take the jacobian of a function that returns int32: ${words}`,
  );
  assertThrows(
    () => nd.jacobian(affine, { mode: "sideways" as "forward" }),
    nd.ArgumentError,
    'Cannot take the jacobian in mode "sideways": the mode is "forward" or "reverse"',
  );
  assertThrows(
    () => nd.hessian(affine as unknown as (v: Vector) => Tensor<"float64", []>)(x),
    nd.ShapeError,
  );
});
