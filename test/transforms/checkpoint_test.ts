import * as nd from "../../mod.ts";
import { DTYPES } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { jit } from "../../src/transforms/jit.ts";
import { linearizeFlat } from "../../src/transforms/linear.ts";
import { scan } from "../../src/transforms/scan.ts";
import { assert, assertAllClose, assertThrows } from "../support/assert.ts";

const x = nd.tensor([0.5, 1, 2]);
const rows = nd.tensor([[0.5, 1, 2], [-1, 0, 3]]);
type Vector = typeof x;
type Scalar = nd.Tensor<"float32", []>;

const plain = (v: Vector): Vector => nd.sin(nd.exp(nd.sin(nd.multiply(v, nd.cos(v)))));
const kept = nd.checkpoint(plain);
const total = (f: (v: Vector) => Vector) => (v: Vector): Scalar => nd.sum(f(v));

/** Bytes that reverse mode keeps between the run forward and the run backward. */
function keptBytes(f: (v: Tensor) => Tensor, at: Tensor): number {
  const { map } = linearizeFlat((v) => f(v!), [at]);
  // A view of what is there already counts once.
  const all = [...map.residuals.values()].filter((value, i, list) =>
    list.findIndex(({ storage, offset }) =>
      storage === value.storage && offset === value.offset
    ) === i
  );
  return all.reduce(
    (bytes, { dtype, shape }) => bytes + sizeOf(shape) * DTYPES[dtype].bytes,
    0,
  );
}

Deno.test("outside of transforms the function runs alone", () => {
  const f = nd.checkpoint((v: Vector) => v.data()[0]! > 0 ? nd.negative(v) : v);
  assert.deepEqual(f(x).toArray(), [-0.5, -1, -2]);
});

Deno.test("all derivatives are those of the function", () => {
  for (
    const derive of [
      (f: typeof plain) => nd.grad(total(f))(x),
      (f: typeof plain) => nd.grad(total(nd.grad(total(f))))(x),
      (f: typeof plain) => nd.grad(total(nd.grad(total(nd.grad(total(f))))))(x),
      (f: typeof plain) => nd.vjp(f, [x])[1](nd.ones([3]))[0],
      (f: typeof plain) => nd.jvp(f, [x], [nd.ones([3])])[1],
      (f: typeof plain) => nd.jvp(nd.grad(total(f)), [x], [nd.ones([3])])[1],
      (f: typeof plain) => nd.grad((v: Vector) => nd.sum(nd.jvp(f, [v], [v])[1]))(x),
      (f: typeof plain) => nd.vmap(nd.grad(total(f)))(rows),
      (f: typeof plain) => nd.grad((m: typeof rows) => nd.sum(nd.vmap(f)(m)))(rows),
      (f: typeof plain) => nd.jacobian(f)(x),
      (f: typeof plain) => nd.hessian(total(f))(x),
    ]
  ) {
    assertAllClose(derive(kept), derive(plain), { ulps: 8 }, String(derive));
  }
});

Deno.test("what lies between the arguments and the result is not kept", () => {
  const big = nd.ones([1000]);
  const deep = (v: Tensor): Tensor => {
    let y = v;
    for (let i = 0; i < 10; i++) y = nd.sin(nd.exp(y));
    return y;
  };
  const without = keptBytes(deep, big);
  assert.ok(without >= 20 * 4000, `${without} bytes`);
  assert.equal(keptBytes(nd.checkpoint(deep), big), 4000);
  // A chain of such functions keeps what is between them.
  const half = (v: Tensor): Tensor => nd.sin(nd.exp(nd.sin(nd.exp(v))));
  const chain = (f: typeof half) => (v: Tensor): Tensor => f(f(f(v)));
  assert.equal(keptBytes(chain(nd.checkpoint(half)), big), 3 * 4000);
  assert.ok(keptBytes(chain(half), big) >= 12 * 4000);
  // One around others keeps the least.
  assert.equal(keptBytes(nd.checkpoint(chain(nd.checkpoint(half))), big), 4000);
});

Deno.test("derivatives of derivatives keep little, too", () => {
  const big = nd.ones([1000]);
  const deep = (v: Tensor): Tensor => {
    let y = v;
    for (let i = 0; i < 10; i++) y = nd.sin(nd.exp(y));
    return y;
  };
  const slope = (f: typeof deep) => (v: Tensor): Tensor => nd.vjp(f, [v])[1](nd.ones([1000]))[0];
  assert.ok(keptBytes(slope(deep), big) >= 50 * 4000);
  assert.ok(keptBytes(slope(nd.checkpoint(deep)), big) <= 2 * 4000);
});

Deno.test("the steps run once forward and once more backward", () => {
  const calls: string[] = [];
  const seen = nd.customVjp((v: Vector) => {
    calls.push("f");
    return v;
  }, (v) => {
    calls.push("forward");
    return [v, null];
  }, (_, c) => [c]);
  nd.grad(total(nd.checkpoint(seen)))(x);
  // They are captured together once, whatever runs how often afterwards.
  assert.deepEqual(calls, ["f", "forward"]);
});

Deno.test("derivatives go to what the function closes over, and to variables", () => {
  const w = nd.tensor([3, 4, 5]);
  const loss = (v: Vector, u: Vector) =>
    nd.sum(nd.checkpoint((a: Vector) => nd.multiply(nd.square(a), u))(v));
  const [a, b] = nd.grad(loss, { argnums: [0, 1] })(x, w);
  assert.deepEqual(a.toArray(), [3, 8, 20]);
  assert.deepEqual(b.toArray(), [0.25, 1, 4]);
  const variable = nd.variable([3, 4, 5]);
  const reading = nd.checkpoint((v: Vector) => nd.multiply(nd.square(v), variable.value));
  assert.deepEqual(nd.gradients(() => nd.sum(reading(x)), variable).toArray(), [0.25, 1, 4]);
  const each = nd.vmap((u: Vector) => nd.grad((v: Vector) => loss(v, u))(x))(rows);
  assertAllClose(each, nd.multiply(nd.multiply(rows, x), 2));
  const writing = nd.checkpoint((v: Vector) => {
    variable.assign(v);
    return v;
  });
  assertThrows(
    () => nd.grad(total(writing))(x),
    nd.TraceError,
    /^Cannot assign to a variable in a function given to checkpoint: /,
  );
});

Deno.test("trees go in and out, integers pass", () => {
  const f = nd.checkpoint((p: { a: Vector; n: nd.Tensor<"int32", [3]> }, scale: number) => ({
    y: [nd.multiply(nd.square(p.a), scale)],
    n: nd.add(p.n, 1),
  }));
  const n = nd.tensor([1, 2, 3], { dtype: "int32" });
  const loss = (a: Vector): Scalar => {
    const { y, n: more } = f({ a, n }, 10);
    return nd.add(nd.sum(y[0]!), nd.cast(nd.sum(more), "float32")) as Scalar;
  };
  const [value, gradient] = nd.valueAndGrad(loss)(x);
  assert.equal(value.item(), 52.5 + 9);
  assert.deepEqual(gradient.toArray(), [10, 20, 40]);
});

Deno.test("it goes through compiled functions and loops", () => {
  const expected = nd.grad(total(plain))(x);
  assertAllClose(jit(kept)(x), plain(x), { ulps: 4 });
  assertAllClose(jit(nd.grad(total(kept)))(x), expected, { ulps: 16 });
  assertAllClose(nd.grad(jit(total(kept)))(x), expected, { ulps: 16 });
  const loop = (f: typeof plain) => (v: Vector): Scalar =>
    nd.sum(scan((carry: Vector, _: null) => [f(carry), null], v, null, { length: 3 })[0]);
  assertAllClose(nd.grad(loop(kept))(x), nd.grad(loop(plain))(x));
  const big = nd.ones([1000]);
  const turns = (f: (v: Tensor) => Tensor) => (v: Tensor): Tensor =>
    scan((carry: Tensor, _: null) => [f(carry), null], v, null, { length: 5 })[0];
  const deep = (v: Tensor): Tensor => nd.sin(nd.exp(nd.sin(nd.exp(v))));
  assert.ok(keptBytes(turns(deep), big) >= 5 * 4 * 4000);
  assert.ok(keptBytes(turns(nd.checkpoint(deep)), big) <= 6 * 4000);
});
