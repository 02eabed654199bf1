import * as nd from "../../mod.ts";
import { assert, assertAllClose, assertThrows } from "../support/assert.ts";

const x = nd.tensor([0.5, 1, 2]);
const rows = nd.tensor([[0.5, 1, 2], [-1, 0, 3]]);
type Vector = typeof x;
type Scalar = nd.Tensor<"float32", []>;

const total = (f: (v: Vector) => Vector) => (v: Vector): Scalar => nd.sum(f(v));

/** The sine whose derivative is thrice the cosine, so that one sees which rule was used. */
const sine = nd.customJvp(
  (v: Vector) => nd.sin(v),
  ([v], [t]) => [nd.sin(v), nd.multiply(nd.multiply(t, nd.cos(v)), 3)],
);

const thrice = (f: (v: Vector) => Vector) => (v: Vector) => nd.multiply(f(v), 3);
const slope = thrice(nd.cos);

Deno.test("outside of transforms the function runs alone", () => {
  let calls = 0;
  const f = nd.customJvp((v: Vector) => {
    calls++;
    return v.data()[0]! > 0 ? nd.negative(v) : v;
  }, () => assert.fail("the rule was called"));
  assert.deepEqual(f(x).toArray(), [-0.5, -1, -2]);
  assert.equal(calls, 1);
});

Deno.test("all derivatives use the rule", () => {
  const ones = nd.ones([3]);
  assertAllClose(nd.jvp(sine, [x], [ones])[1], slope(x));
  assertAllClose(nd.linearize(sine, [x])[1](ones), slope(x));
  assertAllClose(nd.grad(total(sine))(x), slope(x));
  assertAllClose(nd.vjp(sine, [x])[1](ones)[0], slope(x));
  const [value] = nd.valueAndGrad(total(sine))(x);
  assertAllClose(value, nd.sum(nd.sin(x)));
});

Deno.test("within vmap and around it", () => {
  assertAllClose(nd.vmap(sine)(rows), nd.sin(rows));
  const expected = nd.multiply(nd.cos(rows), 3);
  assertAllClose(nd.vmap(nd.grad(total(sine)))(rows), expected);
  const whole = (m: typeof rows) => nd.sum(nd.vmap(sine)(m));
  assertAllClose(nd.grad(whole)(rows), expected);
  const twice = (m: nd.Tensor<"float32", [1, 2, 3]>) => nd.sum(nd.vmap(nd.vmap(sine))(m));
  assertAllClose(nd.grad(twice)(nd.reshape(rows, [1, 2, 3])), nd.reshape(expected, [1, 2, 3]));
});

Deno.test("arguments that are the same for all examples get the sum", () => {
  const product = nd.customJvp(
    (a: Vector, b: Vector) => nd.multiply(a, b),
    ([a, b], [t, u]) => [nd.multiply(a, b), nd.add(nd.multiply(t, b), nd.multiply(a, u))],
  );
  const loss = (w: Vector) => nd.sum(nd.vmap(product, { inAxes: [null, 0] })(w, rows));
  assertAllClose(nd.grad(loss)(x), nd.sum(rows, { axis: 0 }));
  const other = (m: typeof rows) => nd.sum(nd.vmap(product, { inAxes: [null, 0] })(x, m));
  assertAllClose(nd.grad(other)(rows), nd.add(nd.multiply(rows, 0), x));
});

Deno.test("derivatives of the rule are those of its steps", () => {
  // The rule's cosine is differentiated, by the rule of cosines.
  const second = nd.grad(total(nd.grad(total(sine))))(x);
  assertAllClose(second, nd.multiply(nd.sin(x), -3));
  const forward = nd.jvp(nd.grad(total(sine)), [x], [nd.ones([3])])[1];
  assertAllClose(forward, nd.multiply(nd.sin(x), -3));
});

Deno.test("a rule that calls the function itself is used at each order", () => {
  // e has the derivative 2 e: each order doubles.
  const e: (v: Vector) => Vector = nd.customJvp(
    (v: Vector) => nd.exp(v),
    ([v], [t]) => [e(v), nd.multiply(t, nd.multiply(e(v), 2))],
  );
  const first = nd.grad(total(e));
  const second = nd.grad(total(first));
  assertAllClose(first(x), nd.multiply(nd.exp(x), 2), { ulps: 4 });
  assertAllClose(second(x), nd.multiply(nd.exp(x), 4), { ulps: 4 });
  assertAllClose(nd.grad(total(second))(x), nd.multiply(nd.exp(x), 8), { ulps: 4 });
  assertAllClose(nd.vmap(second)(rows), nd.multiply(nd.exp(rows), 4), { ulps: 4 });
});

Deno.test("trees go in and out, arguments of other dtypes have tangents that are zero", () => {
  const f = nd.customJvp(
    (p: { a: Vector; n: nd.Tensor<"int32", [3]> }, factor: number) => ({
      product: [nd.multiply(p.a, nd.cast(p.n, "float32"))],
      count: p.n,
      factor,
    }),
    ([p, factor], [t]) => [
      { product: [nd.multiply(p.a, nd.cast(p.n, "float32"))], count: p.n, factor },
      { product: [nd.multiply(t.a, 7)], count: t.n, factor },
    ],
  );
  const n = nd.tensor([1, 2, 3], { dtype: "int32" });
  const loss = (a: Vector): Scalar => {
    const { product, count, factor } = f({ a, n }, 5);
    assert.equal(factor, 5);
    return nd.add(nd.sum(product[0]!), nd.cast(nd.sum(count), "float32")) as Scalar;
  };
  assert.deepEqual(nd.grad(loss)(x).toArray(), [7, 7, 7]);
});

Deno.test("what a function closes over is a constant of its derivative", () => {
  const scaled = (w: Vector): (v: Vector) => Vector =>
    nd.customJvp(
      (v: Vector) => nd.multiply(v, w),
      ([v], [t]) => [nd.multiply(v, w), nd.multiply(t, nd.multiply(w, 10))],
    );
  // A batched and an outer tensor.
  const each = nd.vmap((w: Vector) => nd.grad(total(scaled(w)))(x))(rows);
  assertAllClose(each, nd.multiply(rows, 10));
  const outer = (w: Vector) => nd.sum(nd.grad(total(scaled(w)))(x));
  assert.deepEqual(nd.grad(outer)(x).toArray(), [10, 10, 10]);
  // The derivative is taken when the transform that made the constant has ended.
  const [, pull] = nd.vjp((v: Vector) => scaled(nd.stopGradient(nd.square(v)))(v), [x]);
  assertAllClose(pull(nd.ones([3]))[0], nd.multiply(nd.square(x), 10));
});

Deno.test("no derivative by what a function closes over is made up", () => {
  const message = "Cannot differentiate a customJvp function by a tensor or variable that it " +
    "closes over: pass it as an argument, or wrap it in stopGradient";
  const product = (w: Vector): Vector =>
    nd.customJvp((v: Vector) => nd.multiply(v, w), ([v], [t]) => [nd.multiply(v, w), t])(x);
  assertThrows(() => nd.grad(total(product))(x), nd.TraceError, message);
  const variable = nd.variable([1, 2, 3]);
  const read = nd.customJvp((v: Vector) => nd.multiply(v, variable.value), ([v], [t]) => [v, t]);
  assertThrows(() => nd.gradients(() => nd.sum(read(x)), variable), nd.TraceError, message);
});

Deno.test("what a rule returns is checked", () => {
  const broken = (rule: unknown): () => unknown => () =>
    nd.grad(total(nd.customJvp(nd.square<"float32", [3]>, rule as never)))(x);
  assertThrows(
    broken(([v]: [Vector]) => v),
    nd.ArgumentError,
    /^Cannot use a customJvp rule that returns .*: return a pair of the result and its tangent$/s,
  );
  assertThrows(
    broken(([v]: [Vector]) => [v, v, v]),
    nd.ArgumentError,
    "Cannot use a customJvp rule that returns 3 values: return a pair of the result and its tangent",
  );
  assertThrows(
    broken(([v]: [Vector]) => [v, nd.sum(v)]),
    nd.ShapeError,
    "Cannot use a customJvp rule with a tangent of shape [] for a tensor of shape [3]: " +
      "the shapes must be equal",
  );
  assertThrows(
    broken(([v]: [Vector]) => [v, nd.cast(v, "float64")]),
    nd.DTypeError,
    "Cannot use a customJvp rule with a tangent of float64 for a tensor of float32: cast it first",
  );
  assertThrows(
    broken(([v]: [Vector]) => [v, [v]]),
    nd.ArgumentError,
    "Cannot use a customJvp rule that returns tangents in another structure than the function: " +
      "return the same arrays and objects, with a tensor for each tensor",
  );
  assertThrows(
    broken(([v]: [Vector]) => [v, v.item() > 0 ? v : v]),
    nd.ShapeError,
  );
});

Deno.test("a rule that is not linear in the tangents works forward alone", () => {
  const f = nd.customJvp(nd.square<"float32", [3]>, ([v], [t]) => [nd.square(v), nd.square(t)]);
  assert.deepEqual(nd.jvp(f, [x], [nd.multiply(x, 2)])[1].toArray(), [1, 4, 16]);
  assertThrows(
    () => nd.grad(total(f))(x),
    nd.TraceError,
    /^Cannot differentiate backward through square: it is not linear in its tangent/,
  );
});

Deno.test("a function without tensors runs as it is", () => {
  const f = nd.customJvp(
    (_: number) => nd.ones([3]),
    () => [nd.ones([3]), nd.zeros([3])],
  );
  assert.deepEqual(nd.grad((v: Vector) => nd.sum(nd.multiply(v, f(1))))(x).toArray(), [1, 1, 1]);
});
