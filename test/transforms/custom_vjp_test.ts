import * as nd from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { assert, assertAllClose, assertThrows } from "../support/assert.ts";

const x = nd.tensor([0.5, 1, 2]);
const y = nd.tensor([3, 4, 5]);
const rows = nd.tensor([[0.5, 1, 2], [-1, 0, 3]]);
type Vector = typeof x;
type Scalar = nd.Tensor<"float32", []>;

const total = (f: (v: Vector) => Vector) => (v: Vector): Scalar => nd.sum(f(v));

/** The sine whose derivative is thrice the cosine, so that one sees which rule was used. */
const sine = nd.customVjp(
  (v: Vector) => nd.sin(v),
  (v) => [nd.sin(v), v],
  (v, c) => [nd.multiply(nd.multiply(c, nd.cos(v)), 3)],
);

/** A product whose gradients are 10 times and once what they are. */
const product = nd.customVjp(
  (a: Vector, b: Vector) => nd.multiply(a, b),
  (a, b) => [nd.multiply(a, b), { a, b }],
  ({ a, b }, c) => [nd.multiply(nd.multiply(c, b), 10), nd.multiply(c, a)],
);

Deno.test("outside of transforms the function runs alone", () => {
  const f = nd.customVjp(
    (v: Vector) => v.data()[0]! > 0 ? nd.negative(v) : v,
    () => assert.fail("forward was called"),
    () => assert.fail("backward was called"),
  );
  assert.deepEqual(f(x).toArray(), [-0.5, -1, -2]);
});

Deno.test("reverse mode uses the rules, each once for a call", () => {
  const calls: string[] = [];
  const f = nd.customVjp((v: Vector) => {
    calls.push("f");
    return nd.square(v);
  }, (v) => {
    calls.push("forward");
    return [nd.square(v), v];
  }, (v, c) => {
    calls.push("backward");
    return [nd.multiply(c, v)];
  });
  const [value, gradient] = nd.valueAndGrad(total(f))(x);
  assert.equal(value.item(), 5.25);
  assert.deepEqual(gradient.toArray(), x.toArray());
  assert.deepEqual(calls, ["f", "forward", "backward"]);
  const [result, pull] = nd.vjp(product, [x, y]);
  assert.deepEqual(result.toArray(), [1.5, 4, 10]);
  const [a, b] = pull(nd.tensor([1, 1, 2]));
  assert.deepEqual(a.toArray(), [30, 40, 100]);
  assert.deepEqual(b.toArray(), [0.5, 1, 4]);
  assert.deepEqual(nd.grad((v: Vector) => nd.sum(product(v, v)))(x).toArray(), [5.5, 11, 22]);
});

Deno.test("within vmap and around it", () => {
  assertAllClose(nd.vmap(sine)(rows), nd.sin(rows));
  const expected = nd.multiply(nd.cos(rows), 3);
  assertAllClose(nd.vmap(nd.grad(total(sine)))(rows), expected);
  assertAllClose(nd.grad((m: typeof rows) => nd.sum(nd.vmap(sine)(m)))(rows), expected);
  assertAllClose(
    nd.vmap(nd.vjp(sine, [x])[1])(rows)[0],
    nd.multiply(rows, nd.multiply(nd.cos(x), 3)),
  );
  const twice = (m: nd.Tensor<"float32", [1, 2, 3]>) => nd.sum(nd.vmap(nd.vmap(sine))(m));
  assertAllClose(nd.grad(twice)(nd.reshape(rows, [1, 2, 3])), nd.reshape(expected, [1, 2, 3]));
  assertAllClose(
    nd.jacobian(sine, { mode: "reverse" })(x),
    nd.multiply(nd.eye(3), nd.multiply(nd.cos(x), 3)),
  );
});

Deno.test("arguments that are the same for all examples get the sum", () => {
  const loss = (w: Vector, m: typeof rows) => nd.sum(nd.vmap(product, { inAxes: [null, 0] })(w, m));
  const [a, b] = nd.grad(loss, { argnums: [0, 1] })(x, rows);
  assertAllClose(a, nd.multiply(nd.sum(rows, { axis: 0 }), 10));
  assertAllClose(b, nd.add(nd.multiply(rows, 0), x));
});

Deno.test("second derivatives are those of the rules' steps", () => {
  const expected = nd.multiply(nd.sin(x), -3);
  assertAllClose(nd.grad(total(nd.grad(total(sine))))(x), expected);
  assertAllClose(nd.jvp(nd.grad(total(sine)), [x], [nd.ones([3])])[1], expected);
  assertAllClose(nd.hessian(total(sine))(x), nd.multiply(nd.eye(3), expected));
});

Deno.test("a forward rule that calls the function itself is used at each order", () => {
  const e: (v: Vector) => Vector = nd.customVjp(
    (v: Vector) => nd.exp(v),
    (v) => {
      const result = e(v);
      return [result, result];
    },
    (result, c) => [nd.multiply(c, nd.multiply(result, 2))],
  );
  const first = nd.grad(total(e));
  const second = nd.grad(total(first));
  assertAllClose(first(x), nd.multiply(nd.exp(x), 2), { ulps: 4 });
  assertAllClose(second(x), nd.multiply(nd.exp(x), 4), { ulps: 4 });
  assertAllClose(nd.grad(total(second))(x), nd.multiply(nd.exp(x), 8), { ulps: 4 });
  assertAllClose(nd.vmap(second)(rows), nd.multiply(nd.exp(rows), 4), { ulps: 4 });
});

Deno.test("it goes through compiled functions", () => {
  const expected = nd.multiply(nd.cos(x), 3);
  assertAllClose(jit(sine)(x), nd.sin(x));
  assertAllClose(jit(nd.grad(total(sine)))(x), expected);
  assertAllClose(nd.grad(jit(total(sine)))(x), expected);
  assertAllClose(nd.grad(jit(total(jit(sine))))(x), expected);
});

Deno.test("it goes through loops and branches", () => {
  const turns = (f: (v: Vector) => Vector) => (v: Vector): Scalar =>
    nd.sum(nd.scan((carry: Vector, _: null) => [f(carry), null], v, null, { length: 2 })[0]);
  // The derivative of sin(sin(v)), with the factor of the rule for each turn.
  const expected = (v: nd.Tensor<"float32", number[]>) =>
    nd.multiply(nd.multiply(nd.cos(nd.sin(v)), nd.cos(v)), 9);
  const forward = nd.customJvp(
    (v: Vector) => nd.sin(v),
    ([v], [t]) => [nd.sin(v), nd.multiply(nd.multiply(t, nd.cos(v)), 3)],
  );
  for (const f of [sine, forward]) {
    const slope = nd.grad(turns(f));
    assertAllClose(slope(x), expected(x), { ulps: 4 });
    assertAllClose(jit(slope)(x), expected(x), { ulps: 4 });
    assertAllClose(nd.vmap(slope)(rows), expected(rows), { ulps: 4 });
    const all = (m: typeof rows) => nd.sum(nd.vmap(turns(f))(m));
    assertAllClose(nd.grad(all)(rows), expected(rows), { ulps: 4 });
    const chosen = (v: Vector) => nd.sum(nd.cond(nd.greater(nd.sum(v), 3), f, (u: Vector) => u, v));
    const once = nd.multiply(nd.cos(x), 3);
    assertAllClose(nd.grad(chosen)(x), once);
    assertAllClose(jit(nd.grad(chosen))(x), once);
    // The second row adds up to less.
    const each = nd.vmap(nd.grad(chosen))(rows);
    assertAllClose(each, nd.stack([once, nd.ones([3])]));
  }
});

Deno.test("trees go in and out, integers and null get no gradient", () => {
  const f = nd.customVjp(
    (p: { a: Vector; n: nd.Tensor<"int32", [3]> }, b: Vector, name: string) => ({
      list: [nd.multiply(p.a, b), p.n] as const,
      name,
    }),
    (p, b, name) => [{ list: [nd.multiply(p.a, b), p.n] as const, name }, [b]],
    ([b], { list: [c, n] }) => {
      assert.equal(n.dtype, "int32");
      return [{ a: nd.multiply(c, nd.multiply(b, 2)), n }, null, null];
    },
  );
  const n = nd.tensor([1, 2, 3], { dtype: "int32" });
  const loss = (a: Vector, b: Vector): Scalar => {
    const { list, name } = f({ a, n }, b, "layer");
    assert.equal(name, "layer");
    assert.deepEqual(list[1].shape, [3]);
    return nd.sum(list[0]);
  };
  const [a, b] = nd.grad(loss, { argnums: [0, 1] })(x, y);
  assert.deepEqual(a.toArray(), [6, 8, 10]);
  assert.deepEqual(b.toArray(), [0, 0, 0]);
});

Deno.test("results that do not matter have cotangents that are zero", () => {
  const f = nd.customVjp(
    (v: Vector) => [nd.square(v), nd.sum(v)] as const,
    (v) => [[nd.square(v), nd.sum(v)] as const, null],
    (_, [c, d]) => [nd.add(c, d)],
  );
  assert.deepEqual(nd.grad((v: Vector) => nd.sum(f(v)[0]))(x).toArray(), [1, 1, 1]);
  assert.deepEqual(nd.grad((v: Vector) => f(v)[1])(x).toArray(), [1, 1, 1]);
});

Deno.test("rules may close over what is traced", () => {
  const scaled = (w: Vector): (v: Vector) => Vector =>
    nd.customVjp(
      (v: Vector) => v,
      (v) => [v, null],
      (_, c) => [nd.multiply(c, w)],
    );
  assert.deepEqual(
    nd.vmap((w: Vector) => nd.grad(total(scaled(w)))(x))(rows).toArray(),
    rows.toArray(),
  );
  // Outer derivatives go through the backward rule.
  const outer = (w: Vector) => nd.sum(nd.multiply(y, nd.grad(total(scaled(w)))(x)));
  assert.deepEqual(nd.grad(outer)(x).toArray(), y.toArray());
  // The cotangent is pulled when the transform that made the constant has ended.
  const [, pull] = nd.vjp((v: Vector) => scaled(nd.square(v))(v), [x]);
  assert.deepEqual(pull(nd.ones([3]))[0].toArray(), [0.25, 1, 4]);
  const compiled = jit((v: Vector) => nd.sum(scaled(nd.stopGradient(nd.square(v)))(v)));
  assert.deepEqual(nd.grad(compiled)(x).toArray(), [0.25, 1, 4]);
});

Deno.test("there is no forward derivative", () => {
  const message = "Cannot push tangents forward through a customVjp function: it has a backward " +
    "derivative alone, use reverse mode (grad, vjp), or define it by customJvp";
  assertThrows(() => nd.jvp(sine, [x], [x]), nd.TraceError, message);
  assertThrows(() => nd.linearize(sine, [x])[1](x), nd.TraceError, message);
  assertThrows(() => nd.jacobian(sine, { mode: "forward" })(x), nd.TraceError, message);
  assertThrows(() => jit((v: Vector) => nd.jvp(sine, [v], [v])[1])(x), nd.TraceError, message);
  const reverse = (v: Vector) => nd.sum(nd.jvp(sine, [v], [v])[1]);
  assertThrows(() => nd.grad(reverse)(x), nd.TraceError, message);
});

Deno.test("no derivative by what the function closes over is made up", () => {
  const message = "Cannot differentiate a customVjp function by a tensor or variable that it " +
    "closes over: pass it as an argument, or wrap it in stopGradient";
  const f = (w: Vector): Vector =>
    nd.customVjp((v: Vector) => nd.multiply(v, w), (v) => [nd.multiply(v, w), w], (r, c) => [
      nd.multiply(c, r),
    ])(x);
  assertThrows(() => nd.grad(total(f))(x), nd.TraceError, message);
  const stopped = nd.grad(total((w) => f(nd.stopGradient(w))))(x);
  assert.deepEqual(stopped.toArray(), [0, 0, 0]);
});

Deno.test("what rules return is checked", () => {
  const broken = (forward: unknown, backward: unknown): () => unknown => () =>
    nd.grad((v: Vector) =>
      nd.sum(
        nd.customVjp(
          (a: Vector, b: Vector) => nd.multiply(a, b),
          forward as never,
          backward as never,
        )(v, v),
      )
    )(x);
  const forward = (a: Vector, b: Vector) => [nd.multiply(a, b), null];
  assertThrows(
    broken(forward, (_: unknown, c: Vector) => [c]),
    nd.ArgumentError,
    "Cannot use a backward rule of customVjp that returns 1 gradients for 2 arguments: " +
      "return one for each argument, or null where it is zero",
  );
  assertThrows(
    broken(forward, (_: unknown, c: Vector) => [c, nd.sum(c)]),
    nd.ShapeError,
    "Cannot use a backward rule of customVjp with a gradient of shape [] for a tensor of shape " +
      "[3]: the shapes must be equal",
  );
  assertThrows(
    broken(forward, (_: unknown, c: Vector) => [c, [c, c]]),
    nd.ShapeError,
    "Cannot use a backward rule of customVjp with 2 gradients for 1 tensors: pass the same structure",
  );
  assertThrows(
    broken((a: Vector) => a, () => [null, null]),
    nd.ArgumentError,
    /^Cannot use a forward rule of customVjp that returns .*: return a pair of the result and what backward needs$/,
  );
  assertThrows(
    broken((a: Vector) => [nd.sum(a), null], () => [null, null]),
    nd.ShapeError,
    "Cannot use a forward rule of customVjp with a result of shape [] for a tensor of shape [3]: " +
      "the shapes must be equal",
  );
});

Deno.test("variables are read, and not assigned", () => {
  const w = nd.variable([1, 2, 3]);
  const reading = nd.customVjp(
    (v: Vector) => nd.multiply(v, w.value),
    (v) => [nd.multiply(v, w.value), w.value],
    (r, c) => [nd.multiply(c, r)],
  );
  assert.deepEqual(nd.grad(total(reading))(x).toArray(), [1, 2, 3]);
  const writing = nd.customVjp(
    (v: Vector) => {
      w.assign(v);
      return v;
    },
    (v) => [v, null],
    (_, c) => [c],
  );
  assertThrows(
    () => nd.grad(total(writing))(x),
    nd.TraceError,
    /^Cannot assign to a variable in a function given to customVjp: /,
  );
  assert.deepEqual(w.value.toArray(), [1, 2, 3]);
});
