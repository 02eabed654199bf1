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

const { add, cond, equal, greater, log, multiply, negative, square, sum, switchCase, tensor } = nd;

type Scalar = Tensor<"float32", []>;

const x = tensor([1, -2, 3]);
const index = (value: number): Tensor<"int32", []> => tensor(value, { dtype: "int32" });

Deno.test("cond calls the function that the predicate says", () => {
  for (const yes of [true, tensor(true)]) {
    assertTensorEqual(cond(yes, () => add(x, 1), () => x), array("float32", [3], [2, -1, 4]));
  }
  for (const no of [false, tensor(false), greater(sum(x), 9)]) {
    assertTensorEqual(cond(no, () => x, negative, x), array("float32", [3], [-1, 2, -3]));
  }
  // TensorFlow: tf.cond(tf.constant(True), lambda: 1, lambda: 2) => 1.
  assert.equal(cond(tensor(true), () => 1, () => 2), 1);
});

Deno.test("operands and results are trees", () => {
  const pair = { a: x, rest: [tensor(2)] as const };
  const swap = ({ a, rest }: typeof pair) => ({ a: multiply(a, rest[0]), rest });
  const result = cond(tensor(true), swap, (p) => p, pair);
  assertTensorEqual(result.a, array("float32", [3], [2, -4, 6]));
  const compiled = jit((p: Tensor<"bool", []>, q: typeof pair) => cond(p, swap, (same) => same, q));
  assertTensorEqual(compiled(tensor(true), pair).a, result.a);
  assertTensorEqual(compiled(tensor(false), pair).a, x);
  assert.equal(compiled(tensor(false), pair).rest.length, 1);
});

Deno.test("outside of transforms one function runs, and may do anything", () => {
  const calls: string[] = [];
  const v = nd.variable([0]);
  const run = (p: Tensor<"bool", []>): number =>
    cond(p, () => calls.push("yes"), () => {
      v.assign([7]);
      return calls.push("no");
    });
  run(tensor(true));
  assert.deepEqual(v.value.toArray(), [0]);
  run(tensor(false));
  assert.deepEqual(calls, ["yes", "no"]);
  assert.deepEqual(v.value.toArray(), [7]);
});

Deno.test("derivatives are those of the function that runs: the other leaves no NaN", () => {
  const f = (a: Scalar): Scalar => cond(greater(a, 0), log, () => multiply(a, 3), a);
  const g = nd.grad(f);
  assert.equal(g(tensor(0)).item(), 3);
  assert.equal(g(tensor(2)).item(), 0.5);
  const compiled = jit(g);
  assert.equal(compiled(tensor(0)).item(), 3);
  assert.equal(compiled(tensor(2)).item(), 0.5);
});

Deno.test("what derivatives of branches need may differ in number, shape and dtype", () => {
  const f = (p: Tensor<"int32", []>, a: Tensor<"float32", [3]>) =>
    switchCase(p, [
      (b) => sum(square(b)),
      (b) => sum(nd.cast(multiply(nd.cast(b, "float64"), nd.cast(b, "float64")), "float32")),
      (b) => multiply(sum(b), sum(b)),
      () => tensor(4),
    ], a);
  const compiled = jit(nd.grad(f, { argnums: 1 }));
  const expected = [[2, -4, 6], [2, -4, 6], [4, 4, 4], [0, 0, 0]];
  expected.forEach((gradient, i) => assert.deepEqual(compiled(index(i), x).toArray(), gradient));
});

Deno.test("examples of a batch take their own branches", () => {
  const f = nd.vmap((a: Scalar) => cond(greater(a, 0), square, (b) => multiply(b, -10), a));
  assertTensorEqual(f(x), array("float32", [3], [1, 20, 9]));
  const chosen = nd.vmap((i: Tensor<"int32", []>, a: Scalar) =>
    switchCase(i, [square, negative, (b) => add(b, 1)], a)
  );
  const indices = tensor([0, 1, 2, 3, -1], { dtype: "int32" });
  assertTensorEqual(
    chosen(indices, nd.full([5], 4)),
    array("float32", [5], [16, -4, 5, 5, 5]),
  );
});

Deno.test("one predicate for a whole batch chooses one branch, and what is the same stays", () => {
  const f = jit((p: Tensor<"bool", []>, a: Tensor<"float32", [3]>) =>
    nd.vmap((b: Scalar) =>
      cond(p, (c) => [square(c), tensor(5)] as const, (c) => [c, tensor(6)] as const, b)
    )(a)
  );
  const [own, other] = f(tensor(true), x);
  assertTensorEqual(own, array("float32", [3], [1, 4, 9]));
  assertTensorEqual(other, array("float32", [3], [5, 5, 5]));
  assertTensorEqual(f(tensor(false), x)[1], array("float32", [3], [6, 6, 6]));
});

Deno.test("results of all dtypes can be chosen example by example", () => {
  for (const dtype of ["bool", "int8", "uint64", "float16", "complex64"] as const) {
    const [a, b] = [nd.ones([2], { dtype }), nd.zeros([2], { dtype })];
    const f = nd.vmap((p: Tensor<"bool", []>) => cond(p, () => a, () => b));
    const result = f(tensor([true, false]));
    assert.equal(result.dtype, dtype);
    assertTensorEqual(nd.cast(result, "float32"), array("float32", [2, 2], [1, 1, 0, 0]));
  }
});

Deno.test("a number out of range takes the last function", () => {
  const take = (i: number | Tensor<"int32", []>): number => switchCase(i, [() => 10, () => 20]);
  assert.deepEqual([0, 1, 2, -1].map(take), [10, 20, 20, 20]);
  assert.deepEqual([0, 1, 2, -1].map((i) => take(index(i))), [10, 20, 20, 20]);
  const compiled = jit((i: number, a: Scalar) => switchCase(i, [square, negative, (b) => b], a));
  assert.deepEqual([0, 1, 2, -1].map((i) => compiled(i, tensor(3)).item()), [9, -3, 3, 3]);
});

Deno.test("in the body of a loop each turn takes its own branch", () => {
  const indices = tensor([-1, 5, 0, 1, 2], { dtype: "int32" });
  const f = (a: Scalar) =>
    nd.map((i) => switchCase(i, [square, negative, (b) => multiply(b, 7)], a), indices);
  const expected = array("float32", [5], [21, 21, 9, -3, 21]);
  const slopes = array("float32", [5], [7, 7, 6, -1, 7]);
  for (const run of [f, jit(f), (a: Scalar) => nd.jvp(f, [a], [tensor(1)])[0]]) {
    assertTensorEqual(run(tensor(3)), expected);
  }
  const slope = (a: Scalar) => nd.jvp(f, [a], [tensor(1)])[1];
  assertTensorEqual(slope(tensor(3)), slopes);
  assertTensorEqual(jit(slope)(tensor(3)), slopes);
  assertTensorEqual(nd.jacobian(f)(tensor(3)), slopes);
});

Deno.test("captured functions read variables, but assign none", () => {
  const v = nd.variable([2, 3, 4]);
  const f = jit((p: Tensor<"bool", []>) => sum(cond(p, () => square(v.value), () => v.value)));
  assert.equal(f(tensor(true)).item(), 29);
  v.assign([1, 1, 1]);
  assert.equal(f(tensor(true)).item(), 3);
  v.assign([2, 3, 4]);
  const loss = (p: Tensor<"bool", []>) => () => f(p);
  assert.deepEqual(nd.gradients(loss(tensor(true)), v).toArray(), [4, 6, 8]);
  const compiled = jit((p: Tensor<"bool", []>) => nd.gradients(() => f(p), v));
  assert.deepEqual(compiled(tensor(true)).toArray(), [4, 6, 8]);
  assert.deepEqual(compiled(tensor(false)).toArray(), [1, 1, 1]);
  const assigning = jit((p: Tensor<"bool", []>) =>
    cond(p, () => v.assign([0, 0, 0]).value, () => x)
  );
  assertThrows(
    () => assigning(tensor(true)),
    TraceError,
    "Cannot assign to a variable in a function given to cond: it is captured once and may run any " +
      "number of times, return the value from it and assign it afterwards",
  );
  assert.deepEqual(v.value.toArray(), [2, 3, 4]);
});

/** Runs where the predicate is not known. */
function traced(whenTrue: () => unknown, whenFalse: () => unknown): unknown {
  return jit((p: Tensor<"bool", []>) => cond(p, whenTrue, whenFalse))(tensor(true));
}

Deno.test("branches that do not fit are refused in sentences", () => {
  const words = "Cannot choose between branches with results of";
  const y = tensor([[1]]);
  assertThrows(
    () => traced(() => x, () => y),
    ShapeError,
    `${words} float32[3] and float32[1, 1]: the shapes must be equal`,
  );
  assertThrows(
    () => traced(() => [x, x], () => [x, nd.cast(x, "int32")]),
    DTypeError,
    `${words} float32[3] and int32[3] (tensor 2 of 2): cast it, the dtypes must be equal`,
  );
  const structures: readonly [unknown, unknown, string, string][] = [
    [x, [x], "*", "[*]"],
    [{ a: x }, { b: x }, "{a: *}", "{b: *}"],
    [x, 1, "*", "1"],
    [1, 2, "1", "2"],
  ];
  for (const [yes, no, first, second] of structures) {
    assertThrows(
      () => traced(() => yes, () => no),
      TraceError,
      `${words} ${first} and ${second}: all must be in the same arrays and objects and beside the ` +
        `same other values, numbers must be tensors`,
    );
  }
});

Deno.test("predicates and numbers that are none are refused in sentences", () => {
  const call = cond as (...args: unknown[]) => unknown;
  const choose = switchCase as (...args: unknown[]) => unknown;
  const id = (): number => 0;
  const mistakes: readonly [() => unknown, new (message: string) => Error, string][] = [
    [
      () => call(tensor(1), id, id),
      DTypeError,
      "Cannot branch by float32: the condition must be a bool tensor, " +
      "compare tensors with functions such as less",
    ],
    [
      () => call(1, id, id),
      DTypeError,
      "Cannot branch by 1: the condition must be a bool tensor, " +
      "compare tensors with functions such as less",
    ],
    [
      () => call(equal(x, x), id, id),
      ShapeError,
      "Cannot branch by a tensor of shape [3]: the condition must have rank 0, " +
      "reduce it with any or all, or choose between elements with where",
    ],
    [
      () => choose(tensor(1), [id]),
      DTypeError,
      "Cannot choose a branch by float32: the index must be int32, cast it",
    ],
    [
      () => choose(nd.zeros([1], { dtype: "int32" }), [id]),
      ShapeError,
      "Cannot choose a branch by a tensor of shape [1]: the index must have rank 0",
    ],
    [
      () => choose(0.5, [id]),
      ArgumentError,
      "Cannot choose branch 0.5: its number must be an integer",
    ],
    [
      () => choose(0, []),
      ArgumentError,
      "Cannot choose between no branches: pass at least one function",
    ],
  ];
  for (const [body, type, message] of mistakes) {
    assertThrows(body, type, message);
    assertMessage(message);
  }
});

Deno.test("a traced value is read nowhere", () => {
  assertThrows(
    () =>
      traced(() => x, () => tensor(jit((a: Scalar) => a)(sum(x)).item() ? [1, 2, 3] : [0, 0, 0])),
    TraceError,
    /^Cannot read a float32 tensor of shape \[\] inside cond: /,
  );
});

onlyTypes(() => {
  const p = tensor(true);
  const one = cond(p, (a) => add(a, 1), (a) => a, x);
  same<typeof one, Tensor<"float32", [3]>>();
  const pair = cond(p, (a, b) => [a, b] as const, (a, b) => [a, b] as const, x, tensor(1));
  same<typeof pair, readonly [Tensor<"float32", [3]>, Tensor<"float32", []>]>();
  const sums = switchCase(index(0), [sum, (a) => nd.mean(a)], x);
  same<typeof sums, Tensor<"float32", []>>();
  // @ts-expect-error: the branches return different dtypes.
  cond(p, () => x, () => nd.cast(x, "int32"));
  // @ts-expect-error: the predicate is not bool.
  cond(sum(x), () => x, () => x);
  // @ts-expect-error: the predicate has axes.
  cond(equal(x, x), () => x, () => x);
  // @ts-expect-error: a branch does not take the operand.
  cond(p, (a: Tensor<"int32">) => a, (a: Tensor<"int32">) => a, x);
});
