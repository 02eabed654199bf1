import * as nd from "../../mod.ts";
import { ArgumentError, DTypeError, ShapeError, type Tensor, TraceError } from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { onlyTypes, same } from "../core/types/expect.ts";
import {
  array,
  assert,
  assertMessage,
  assertTensorEqual,
  assertThrows,
} from "../support/assert.ts";

const { add, cast, forLoop, multiply, tensor } = nd;

type Scalar = Tensor<"float32", []>;
type Count = Tensor<"int32", []>;

const count = (value: number): Count => tensor(value, { dtype: "int32" });

/** Writes the numbers of the turns one after the other as decimal digits. */
function digits(start: number | Count, stop: number | Count, init: Count): Count {
  return forLoop(start, stop, (i, c) => add(multiply(c, 10), i), init);
}

Deno.test("forLoop takes the integers from start to before stop", () => {
  const ranges = [[1, 5, 1234], [0, 3, 12], [-2, 3, -20988], [4, 5, 4], [3, 3, 0], [5, 2, 0]];
  for (const [start, stop, expected] of ranges as [number, number, number][]) {
    const [a, b] = [count(start), count(stop)];
    const found = [
      digits(start, stop, count(0)),
      digits(a, b, count(0)),
      jit((init: Count) => digits(start, stop, init))(count(0)),
      jit((init: Count) => digits(a, stop, init))(count(0)),
      jit(digits)(a, b, count(0)),
      jit(digits)(start, stop, count(0)),
      jit(digits)(start, b, count(0)),
    ];
    found.forEach((x) => assertTensorEqual(x, array("int32", [], [expected])));
  }
});

Deno.test("one program serves all traced bounds", () => {
  let captures = 0;
  const f = jit((n: number | Count, x: Scalar) =>
    forLoop(0, n, (_, c) => {
      captures++;
      return multiply(c, 2);
    }, x)
  );
  assert.deepEqual([3, 0, 5].map((n) => f(n, tensor(1)).item()), [8, 1, 32]);
  assert.deepEqual([3, 0, 5].map((n) => f(count(n), tensor(1)).item()), [8, 1, 32]);
  assert.equal(captures, 2);
});

Deno.test("examples may have bounds of their own", () => {
  const f = nd.vmap((n: Count, x: Scalar) => forLoop(0, n, (_, c) => multiply(c, 3), x));
  const result = f(tensor([0, 3, 1], { dtype: "int32" }), tensor([1, 1, 2]));
  assertTensorEqual(result, array("float32", [3], [1, 27, 6]));
});

Deno.test("known bounds have derivatives in both modes, traced ones forward", () => {
  // TensorFlow's tape: y=c1; for _ in range(3): y=y*c1 at 5 => 500.
  const power = (x: Scalar) => forLoop(0, 3, (_, y) => multiply(y, x), x);
  for (const gradient of [nd.grad(power), jit(nd.grad(power))]) {
    assert.equal(gradient(tensor(5)).item(), 500);
  }
  assert.equal(nd.jvp(power, [tensor(5)], [tensor(1)])[1].item(), 500);
  const tensorBound = nd.grad((x: Scalar) => forLoop(0, count(3), (_, y) => multiply(y, x), x));
  assert.equal(tensorBound(tensor(5)).item(), 500);
  const upTo = (n: Count) => (x: Scalar) => forLoop(0, n, (_, y) => multiply(y, x), x);
  const pushed = jit((n: Count, x: Scalar) => nd.jvp(upTo(n), [x], [tensor(1)])[1]);
  assert.equal(pushed(count(3), tensor(5)).item(), 500);
  const pulled = jit((n: Count, x: Scalar) => nd.grad(upTo(n))(x));
  assertThrows(() => pulled(count(3), tensor(5)), TraceError, /use scan, or forLoop with bounds/);
  assert.equal(nd.grad((x: Scalar) => forLoop(2, 2, () => tensor(0), x))(tensor(5)).item(), 1);
});

Deno.test("the body gets int32 numbers and may do anything outside of transforms", () => {
  const seen: unknown[] = [];
  const v = nd.variable(0);
  forLoop(2, 4, (i, none) => {
    seen.push(i.dtype, i.item());
    v.assignAdd(cast(i, "float32"));
    return none;
  }, null);
  assert.deepEqual(seen, ["int32", 2, "int32", 3]);
  assert.equal(v.value.item(), 5);
  const assigning = jit((x: Scalar) => forLoop(0, 2, () => v.assign(x).value, x));
  assertThrows(
    () => assigning(tensor(1)),
    TraceError,
    /^Cannot assign to a variable in a function given to forLoop: /,
  );
});

Deno.test("what does not fit is refused in sentences", () => {
  const call = forLoop as unknown as (...args: unknown[]) => Tensor;
  const x = tensor([1, 2]);
  const id = (_: unknown, c: unknown): unknown => c;
  type Mistake = readonly [unknown[], new (message: string) => Error, string];
  const mistakes: readonly Mistake[] = [
    [[0, 1.5, id], ArgumentError, "Cannot loop to 1.5: bounds must be integers of 32 bits"],
    [
      [0, 2 ** 31, id],
      ArgumentError,
      "Cannot loop to 2147483648: bounds must be integers of 32 bits",
    ],
    [
      [0, tensor(3), id],
      DTypeError,
      "Cannot loop to float32: bounds must be numbers or int32 tensors, cast them",
    ],
    [
      ["0", 3, id],
      DTypeError,
      'Cannot loop to "0": bounds must be numbers or int32 tensors, cast them',
    ],
    [
      [0, nd.zeros([2], { dtype: "int32" }), id],
      ShapeError,
      "Cannot loop to a tensor of shape [2]: bounds must have rank 0",
    ],
    [
      [0, 3, () => tensor([1])],
      ShapeError,
      "Cannot loop with a carry of float32[2] and float32[1]: the shapes must be equal",
    ],
    [
      [0, 3, () => 7],
      TraceError,
      "Cannot loop with a carry of * and 7: all must be in the same arrays and objects and beside " +
      "the same other values, numbers must be tensors",
    ],
  ];
  for (const [args, type, message] of mistakes) {
    assertThrows(() => call(...args, x), type, message);
    assertThrows(() => jit((a: Tensor) => call(...args, a))(x), type, message);
    assertMessage(message);
  }
});

onlyTypes(() => {
  const one = forLoop(0, 3, (i, x) => add(x, cast(i, "float32")), tensor([1]));
  same<typeof one, Tensor<"float32", [1]>>();
  const pair = forLoop(0, count(3), (i, [a, b]) => [b, add(a, i)], [count(1), count(2)]);
  same<typeof pair, readonly [Count, Count]>();
  // @ts-expect-error: the body changes the dtype.
  forLoop(0, 3, (i) => i, tensor(1));
  // @ts-expect-error: a bound is not int32.
  forLoop(0, tensor(3), (_, x) => x, tensor(1));
});
