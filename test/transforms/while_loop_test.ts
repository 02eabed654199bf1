import * as nd from "../../mod.ts";
import { DTypeError, ShapeError, type Tensor, TraceError } from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { onlyTypes, same } from "../core/types/expect.ts";
import {
  array,
  assert,
  assertMessage,
  assertTensorEqual,
  assertThrows,
} from "../support/assert.ts";

const { add, less, multiply, sum, tensor, whileLoop } = nd;

type Scalar = Tensor<"float32", []>;
type Count = Tensor<"int32", []>;

const count = (value: number): Count => tensor(value, { dtype: "int32" });

/** Doubles a number until it is large. */
function doubled(x: Scalar): Scalar {
  return whileLoop((a) => less(a, 100), (a) => multiply(a, 2), x);
}

Deno.test("whileLoop repeats as long as the condition holds", () => {
  // TensorFlow: tf.while_loop(lambda i: i<10, lambda i: (i+1,), [tf.constant(0)]) => 10.
  const [ten] = whileLoop(([i]) => less(i, 10), ([i]) => [add(i, 1)], [count(0)]);
  assertTensorEqual(ten, array("int32", [], [10]));
  assert.equal(doubled(tensor(3)).item(), 192);
  assert.equal(doubled(tensor(NaN)).item(), NaN);
});

Deno.test("no turn leaves the carry, under a handle of its own", () => {
  const x = nd.ones([2000]);
  const never = (a: typeof x) => whileLoop(() => tensor(false), (b) => multiply(b, 2), a);
  for (const f of [never, jit(never)]) {
    const same = f(x);
    assert.deepEqual(same.shape, [2000]);
    same[Symbol.dispose]();
    assert.equal(sum(x).item(), 2000);
  }
});

Deno.test("the carry is a tree, the functions close over tensors and variables", () => {
  const [step, limit] = [tensor(3), nd.variable(20)];
  const run = (start: Scalar) =>
    whileLoop(
      ({ total }) => less(total, limit.value),
      ({ total, turns: [n] }) => ({ total: add(total, step), turns: [add(n, 1)] as const }),
      { total: start, turns: [count(0)] as const },
    );
  const compiled = jit(run);
  for (const f of [run, compiled]) {
    const { total, turns: [n] } = f(tensor(4));
    assert.deepEqual([total.item(), n.item()], [22, 6]);
  }
  limit.assign(5);
  assert.equal(compiled(tensor(4)).total.item(), 7);
});

Deno.test("examples that are done wait for the others", () => {
  const f = nd.vmap(doubled);
  assertTensorEqual(f(tensor([60, 1, 500, NaN])), array("float32", [4], [120, 128, 500, NaN]));
  const collatz = (start: Count) =>
    whileLoop(
      ([n]) => nd.notEqual(n, 1),
      ([n, turns]) => {
        const even = nd.equal(nd.remainder(n, 2), 0);
        return [nd.where(even, nd.floorDivide(n, 2), add(multiply(n, 3), 1)), add(turns, 1)];
      },
      [start, count(0)],
    )[1];
  const starts = tensor([[1, 2, 3], [6, 7, 27]], { dtype: "int32" });
  const expected = array("int32", [2, 3], [0, 1, 7, 8, 16, 111]);
  assertTensorEqual(nd.vmap(nd.vmap(collatz))(starts), expected);
  assertTensorEqual(jit(nd.vmap(nd.vmap(collatz)))(starts), expected);
});

Deno.test("a condition that is the same for all keeps counters single", () => {
  const power = (x: Tensor<"float32", [3]>) =>
    nd.vmap((a: Scalar) =>
      whileLoop(([i]) => less(i, 3), ([i, b]) => [add(i, 1), multiply(b, a)], [count(0), a])[1]
    )(x);
  assertTensorEqual(power(tensor([1, 2, 3])), array("float32", [3], [1, 16, 81]));
});

Deno.test("forward mode follows the loop, also what moves only after a turn", () => {
  const f = (x: Scalar) =>
    whileLoop(
      ([, , i]) => less(i, 3),
      ([late, power, i]) => [add(late, power), multiply(power, x), add(i, 1)],
      [tensor(0), tensor(1), count(0)],
    )[0];
  // 1 + x + x * x
  for (const transform of [f, jit(f)]) {
    const [value, slope] = nd.jvp(transform, [tensor(5)], [tensor(1)]);
    assert.deepEqual([value.item(), slope.item()], [31, 11]);
  }
  const [value, push] = nd.linearize(f, [tensor(5)]);
  assert.deepEqual([value.item(), push(tensor(2)).item()], [31, 22]);
  const curvature = nd.jvp((x: Scalar) => nd.jvp(f, [x], [tensor(1)])[1], [tensor(5)], [tensor(1)]);
  assert.equal(curvature[1].item(), 2);
});

Deno.test("reverse mode is refused with its cure", () => {
  const message =
    "Cannot differentiate backward through whileLoop: the number of its turns is not " +
    "known, use scan, or forLoop with bounds that are numbers, or forward mode (jvp)";
  for (const f of [nd.grad(doubled), jit(nd.grad(doubled))]) {
    assertThrows(() => f(tensor(3)), TraceError, message);
  }
  assertThrows(() => nd.vmap(nd.grad(doubled))(tensor([3])), TraceError, message);
  const bounded = (x: Scalar, n: Count) => nd.forLoop(0, n, (_, a) => multiply(a, x), x);
  assertThrows(() => jit(nd.grad(bounded))(tensor(3), count(2)), TraceError, message);
  // Nothing flows back through a loop of integers.
  const counted = (x: Scalar) =>
    multiply(x, nd.cast(whileLoop((i) => less(i, 4), (i) => add(i, 1), count(0)), "float32"));
  assert.equal(nd.grad(counted)(tensor(3)).item(), 4);
});

Deno.test("large carries are swapped, viewed and passed on without mixing their memory", () => {
  const size = 60;
  const start = nd.reshape(nd.arange(0, size * size, { dtype: "float32" }), [size, size]);
  const run = (a: Tensor<"float32", [60, 60]>) =>
    whileLoop(
      ([, , i]) => less(i, 7),
      ([b, c, i]) => [nd.transpose(c), add(b, 1), add(i, 1)],
      [a, multiply(a, 2), count(0)],
    );
  const compiled = jit(run);
  const [x, y] = run(start as Tensor<"float32", [60, 60]>);
  for (let call = 0; call < 3; call++) {
    const [own, other] = compiled(start as Tensor<"float32", [60, 60]>);
    assertTensorEqual(own, x);
    assertTensorEqual(other, y);
  }
});

Deno.test("functions that do not fit are refused in sentences", () => {
  const v = nd.variable([1]);
  const call = whileLoop as (...args: unknown[]) => unknown;
  const goes = (): Tensor => tensor(true);
  const x = tensor([1, 2]);
  type Mistake = readonly [unknown, unknown, new (message: string) => Error, string];
  const mistakes: readonly Mistake[] = [
    [
      goes,
      () => tensor([1]),
      ShapeError,
      "Cannot loop with a carry of float32[2] and float32[1]: the shapes must be equal",
    ],
    [
      goes,
      () => nd.cast(x, "int32"),
      DTypeError,
      "Cannot loop with a carry of float32[2] and int32[2]: cast it, the dtypes must be equal",
    ],
    [
      goes,
      () => [x, 1],
      TraceError,
      "Cannot loop with a carry of * and [*, 1]: all must be in the same arrays and objects and " +
      "beside the same other values, numbers must be tensors",
    ],
    [
      goes,
      () => Promise.resolve(x),
      TraceError,
      "Cannot loop with a function that returns a promise: such functions are synchronous",
    ],
    [
      () => true,
      () => x,
      DTypeError,
      "Cannot loop while true: the condition must be a bool tensor, " +
      "compare tensors with functions such as less",
    ],
    [
      () => less(x, 9),
      () => x,
      ShapeError,
      "Cannot loop while a tensor of shape [2]: the condition must have rank 0, " +
      "reduce it with any or all, or choose between elements with where",
    ],
  ];
  for (const [condition, body, type, message] of mistakes) {
    assertThrows(() => call(condition, body, x), type, message);
    assertThrows(() => jit((a: Tensor) => call(condition, body, a) as Tensor)(x), type, message);
    assertMessage(message);
  }
  assertThrows(
    () => jit((a: Tensor) => call(goes, () => v.assign([2]).value, a) as Tensor)(tensor([0])),
    TraceError,
    /^Cannot assign to a variable in a function given to whileLoop: /,
  );
});

onlyTypes(() => {
  const one = doubled(tensor(1));
  same<typeof one, Scalar>();
  const pair = whileLoop(([i]) => less(i, 3), ([i, x]) => [add(i, 1), x], [count(0), tensor(1)]);
  same<typeof pair, readonly [Count, Scalar]>();
  const tree = whileLoop((c) => less(c.i, 3), (c) => c, { i: count(0), rest: { x: tensor([1]) } });
  same<typeof tree.rest.x, Tensor<"float32", [1]>>();
  // @ts-expect-error: the body changes the dtype.
  whileLoop(() => tensor(true), (a) => nd.cast(a, "int32"), tensor(1));
  // @ts-expect-error: the body changes the shape.
  whileLoop(() => tensor(true), () => tensor([1]), tensor(1));
  // @ts-expect-error: the condition is no tensor.
  whileLoop(() => true, (a) => a, tensor(1));
});
