import * as nd from "../../mod.ts";
import { AxisError, DTypeError, ShapeError, type Tensor, TraceError } from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { onlyTypes, same } from "../core/types/expect.ts";
import {
  array,
  assert,
  assertAllClose,
  assertMessage,
  assertTensorEqual,
  assertThrows,
} from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { drawn } from "./compositions.ts";

const { add, associativeScan, matmul, maximum, multiply, tensor } = nd;

type Matrices = Tensor<"float64", [number, number, number]>;

/** Running products of matrices, one after the other. */
function products(x: Matrices, reverse: boolean): Tensor {
  const [first, ...others] = reverse ? [...x].reverse() : [...x];
  const results = [first! as Tensor<"float64", [2, 2]>];
  for (const next of others) {
    results.push(matmul(results.at(-1)!, next as Tensor<"float64", [2, 2]>));
  }
  return nd.stack(reverse ? results.reverse() : results) as Tensor;
}

Deno.test("running results of a function that is not commutative, for all lengths", () => {
  const random = new Random("running");
  for (let length = 1; length < 18; length++) {
    const x = drawn(random, [length, 2, 2]) as Matrices;
    for (const reverse of [false, true]) {
      const expected = products(x, reverse);
      const scale = new Float64Array(expected.size).fill(4 ** length);
      const f = (a: Matrices) => associativeScan(matmul, a, { reverse });
      assertAllClose(f(x), expected, { ulps: 64, scale }, `${length}`);
      assertTensorEqual(jit(f)(x), f(x), `${length}`);
    }
  }
});

Deno.test("it is a logarithmic number of calls", () => {
  for (const [length, calls] of [[1, 0], [2, 1], [1000, 18], [1024, 19]] as const) {
    let made = 0;
    const count = (a: Tensor<"int32", [number]>, b: Tensor<"int32", [number]>) => {
      made++;
      return add(a, b);
    };
    const x = nd.ones([length], { dtype: "int32" });
    const result = associativeScan(count as never, x);
    assertTensorEqual(result, nd.arange(1, length + 1, { dtype: "int32" }));
    assert.equal(made, calls);
  }
});

Deno.test("along any axis, of trees of any ranks", () => {
  const x = tensor([[1, 5, 3], [4, 2, 6]]);
  const expected = array("float32", [2, 3], [1, 5, 5, 4, 4, 6]);
  assertTensorEqual(associativeScan(maximum, x, { axis: 1 }), expected);
  assertTensorEqual(associativeScan(maximum, x, { axis: -1 }), expected);
  const both = associativeScan(
    ({ a, b: [c] }, { a: d, b: [e] }) => ({ a: add(a, d), b: [multiply(c, e)] as const }),
    { a: x, b: [tensor([2, 3, 4])] as const },
    { axis: -1, reverse: true },
  );
  assertTensorEqual(both.a, array("float32", [2, 3], [9, 8, 3, 12, 8, 6]));
  assertTensorEqual(both.b[0], array("float32", [3], [24, 12, 4]));
});

Deno.test("without parts there is nothing to combine", () => {
  const none = associativeScan(add, nd.zeros([0, 2]), { reverse: true });
  assertTensorEqual(none, array("float32", [0, 2], []));
  assert.deepEqual(associativeScan((a) => a, []), []);
  const one = associativeScan(() => assert.fail("called"), tensor([7]));
  assertTensorEqual(one, array("float32", [1], [7]));
});

Deno.test("it agrees with cumsum and cumprod, with their derivatives", () => {
  const x = nd.add(nd.multiply(nd.arange(0, 13, { dtype: "float64" }), 0.1), 0.5);
  const w = nd.cos(x);
  const loss = (running: (a: typeof x) => typeof x) => (a: typeof x) =>
    nd.sum(multiply(running(a), w));
  const pairs = [
    [loss((a) => associativeScan(add, a)), loss((a) => nd.cumsum(a, { axis: 0 }))],
    [loss((a) => associativeScan(multiply, a)), loss((a) => nd.cumprod(a, { axis: 0 }))],
  ] as const;
  for (const [own, right] of pairs) {
    assertAllClose(nd.grad(own)(x), nd.grad(right)(x), { ulps: 64 });
    assertAllClose(nd.jvp(own, [x], [w])[1], nd.jvp(right, [x], [w])[1], { ulps: 64 });
    nd.checkGrads(own, [x], { order: 2 });
  }
});

Deno.test("what does not fit is refused in sentences", () => {
  const call = associativeScan as unknown as (...args: unknown[]) => unknown;
  const x = tensor([1, 2, 3]);
  type Mistake = readonly [unknown[], new (message: string) => Error, string];
  const mistakes: readonly Mistake[] = [
    [
      [add, x, { axis: 1 }],
      AxisError,
      "Cannot scan along axis 1 of a tensor of rank 1: axis must be from -1 to 0",
    ],
    [
      [add, [x, tensor([[1], [2]])]],
      ShapeError,
      "Cannot scan tensors of shape [3] and [2, 1]: along the axis they have lengths 3 and 2",
    ],
    [
      [nd.sum, x],
      ShapeError,
      "Cannot scan with a combination of float32[1] and float32[]: the shapes must be equal",
    ],
    [
      [(a: typeof x) => nd.cast(a, "int32"), x],
      DTypeError,
      "Cannot scan with a combination of float32[1] and int32[1]: cast it, the dtypes must be equal",
    ],
    [
      [(a: typeof x) => [a], x],
      TraceError,
      "Cannot scan with a combination of * and [*]: all must be in the same arrays and objects and " +
      "beside the same other values, numbers must be tensors",
    ],
  ];
  for (const [args, type, message] of mistakes) {
    assertThrows(() => call(...args), type, message);
    assertMessage(message);
  }
});

onlyTypes(() => {
  const one = associativeScan(add, nd.zeros([5, 3]));
  same<typeof one, Tensor<"float32", [5, 3]>>();
  const pair = associativeScan(([a, b], [c, d]) => [add(a, c), add(b, d)], [
    nd.zeros([5]),
    nd.zeros([5, 2]),
  ]);
  same<typeof pair, readonly [Tensor<"float32", [5]>, Tensor<"float32", [5, 2]>]>();
  // @ts-expect-error: the function changes the dtype.
  associativeScan((a) => nd.cast(a, "int32"), nd.zeros([5]));
});
