import * as nd from "../../mod.ts";
import { assert, assertThrows } from "../support/assert.ts";

const x = nd.tensor([0.3, 1.2, 2.1], { dtype: "float64" });
const y = nd.tensor([1.3, 0.2, -2.1], { dtype: "float64" });
type Vector = typeof x;

/** A product that is wrong by a factor in the derivative by its second argument. */
function wrong(factor: number): (a: Vector, b: Vector) => Vector {
  return nd.customJvp(
    (a: Vector, b: Vector) => nd.multiply(a, b),
    ([a, b], [t, u]) => [
      nd.multiply(a, b),
      nd.add(nd.multiply(t, b), nd.multiply(nd.multiply(a, u), factor)),
    ],
  );
}

function messageOf(body: () => void): string {
  try {
    body();
  } catch (error) {
    assert.ok(error instanceof nd.GradientError, String(error));
    assert.notEqual(error.actual, error.expected);
    return error.message;
  }
  assert.fail("nothing was thrown");
}

Deno.test("right derivatives pass, to any order and in all dtypes", () => {
  const f = (a: Vector, b: Vector) => nd.multiply(nd.sin(a), nd.exp(b));
  nd.checkGrads(f, [x, y], { order: 3 });
  const z = nd.complex(x, y);
  nd.checkGrads((v: typeof z) => [nd.abs(v), nd.exp(v), nd.multiply(v, nd.conj(v))], [z], {
    order: 2,
  });
  for (const dtype of ["float32", "float16", "bfloat16"] as const) {
    nd.checkGrads((v: nd.Tensor<typeof dtype, [3]>) => nd.tanh(v), [nd.cast(x, dtype)], {
      order: 2,
    });
  }
});

Deno.test("trees and other arguments are kept", () => {
  const n = nd.tensor([1, 2, 3], { dtype: "int32" });
  nd.checkGrads(
    (p: { a: Vector; n: typeof n }, scale: number) => ({
      y: [nd.multiply(nd.power(p.a, 3), scale)],
      n: nd.multiply(p.n, 2),
    }),
    [{ a: x, n }, 3],
    { order: 2 },
  );
});

Deno.test("a small mistake is seen, with its direction and size", () => {
  nd.checkGrads(wrong(1), [x, y], { order: 2 });
  const forward = messageOf(() => nd.checkGrads(wrong(1.0001), [x, y]));
  assert.match(
    forward,
    /^Cannot confirm the forward derivative of order 1 in a direction of all arguments: number \d of tensor 0 of the result is -?[\d.e-]+, by differences -?[\d.e-]+, which is [\d.e-]+ apart and [\d.e-]+ allowed$/,
  );
  const reverse = messageOf(() => nd.checkGrads(wrong(1.0001), [x, y], { modes: ["reverse"] }));
  assert.match(
    reverse,
    /^Cannot confirm the reverse derivative of order 1 in a direction of all arguments: a random sum of the results is /,
  );
});

Deno.test("a mistake that others hide is seen in a direction of its argument alone", () => {
  // Huge beside the derivative by the second argument.
  const huge = nd.multiply(x, 1e9);
  const hidden = (a: Vector, b: Vector) =>
    nd.add(nd.multiply(a, 1e9), wrong(2)(huge, nd.multiply(b, 1e-9)));
  const text = messageOf(() => nd.checkGrads(hidden, [x, y], { tolerance: 1e-5 }));
  assert.match(text, /in a direction of tensor 1 of the arguments alone/);
});

Deno.test("mistakes of second order need order 2", () => {
  const frozen = nd.customJvp(
    (v: Vector) => nd.sin(v),
    ([v], [t]) => [nd.sin(v), nd.multiply(t, nd.stopGradient(nd.cos(v)))],
  );
  nd.checkGrads(frozen, [x]);
  for (const mode of ["forward", "reverse"] as const) {
    const text = messageOf(() => nd.checkGrads(frozen, [x], { order: 2, modes: [mode] }));
    assert.match(text, new RegExp(`the ${mode} derivative of order 2`));
  }
});

Deno.test("backward derivatives alone can be checked", () => {
  const f = (factor: number) =>
    nd.customVjp((v: Vector) => nd.sin(v), (v) => [nd.sin(v), v], (v, c) => [
      nd.multiply(nd.multiply(c, nd.cos(v)), factor),
    ]);
  nd.checkGrads(f(1), [x], { modes: ["reverse"], order: 2 });
  assert.match(
    messageOf(() => nd.checkGrads(f(1.001), [x], { modes: ["reverse"] })),
    /the reverse derivative/,
  );
  assertThrows(() => nd.checkGrads(f(1), [x]), nd.TraceError);
});

Deno.test("tolerance and step can be set", () => {
  nd.checkGrads(wrong(1.01), [x, y], { tolerance: 0.1 });
  // Steps of 1 see the third derivative of a cube.
  const cube = (v: Vector) => nd.power(v, 3);
  nd.checkGrads(cube, [x]);
  assert.match(messageOf(() => nd.checkGrads(cube, [x], { epsilon: 1 })), /by differences/);
});

Deno.test("directions are the same in each run", () => {
  const run = () => messageOf(() => nd.checkGrads(wrong(1.1), [x, y]));
  assert.equal(run(), run());
});

Deno.test("without floats there is nothing to check", () => {
  const n = nd.tensor([1, 2], { dtype: "int32" });
  assertThrows(
    () => nd.checkGrads((v: typeof n) => v, [n]),
    nd.DTypeError,
    "Cannot check derivatives without floating arguments: pass tensors of float64 or another floating dtype",
  );
  assertThrows(
    () => nd.checkGrads((v: Vector) => nd.argmax(v), [x]),
    nd.DTypeError,
    /^Cannot check derivatives without floating results: /,
  );
});
