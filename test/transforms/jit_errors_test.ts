import * as nd from "../../mod.ts";
import { DisposedError, DTypeError, ShapeError, TraceError } from "../../mod.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert, assertMessage, assertTensorEqual, assertThrows } from "../support/assert.ts";

const { add, exp, grad, jit, multiply, sum, tensor, variable, vmap } = nd;

/** A tensor of any shape. */
type Any = Tensor;

const x: Any = tensor([1, 2, 3]);
const double = (value: Any): Any => add(value, value);

function assertItems(actual: Any, expected: readonly unknown[], dtype: DType = "float32"): void {
  assert.equal(actual.dtype, dtype);
  assert.deepEqual(actual.toArray(), expected);
}

Deno.test("to calculate with a number argument, or to compare its size, is an error with a cure", () => {
  const uses: readonly ((n: number) => unknown)[] = [
    (n) => n + 1,
    (n) => n * 2,
    (n) => -n,
    (n) => n > 1,
    (n) => Math.sqrt(n),
    // deno-lint-ignore eqeqeq
    (n) => n == 2,
  ];
  for (const use of uses) {
    assertThrows(
      () => jit((a: Any, n: number) => multiply(a, use(n) as number))(x, 2),
      TraceError,
      /^Cannot calculate with a number argument inside jit: .*staticArgs$/,
    );
  }
  for (const use of [(n: number) => sum(x, { axis: n }), (n: number) => nd.ones([n])]) {
    assert.throws(() => jit(use)(0), /staticArgs/);
    assertTensorEqual(jit(use, { staticArgs: [0] })(0) as Any, use(0) as Any);
  }
});

Deno.test("reading a tensor inside jit says what to do instead", () => {
  const read = /^Cannot read a float32 tensor of shape \[.*\] inside jit: .*return it and read it/;
  const uses: readonly ((a: Any) => unknown)[] = [
    (a) => a.toArray(),
    (a) => a.data(),
    (a) => sum(a).item(),
    (a) => sum(a) as unknown as number > 1,
    (a) => (sum(a) as unknown as number) * 2,
    (a) => [...(a as Tensor<"float32", [3]>)].map((row) => row.item()),
  ];
  for (const use of uses) {
    assertThrows(() => jit((a: Any) => use(a))(x), TraceError, read);
  }
  assertThrows(() => jit((a: Any) => nd.at(a, nd.greater(a, 1)).get())(x), TraceError, /bool/);
  // As text it is a placeholder.
  let text = "";
  jit((a: Any) => {
    text = `${exp(a)}`;
    return a;
  })(x);
  assert.equal(text, "Traced(float32[3])");
});

Deno.test("asynchronous functions are refused, and nothing of them is left over", async () => {
  const refused = /^Cannot compile an asynchronous function/;
  const rejecting = jit(async (a: Any) => {
    await null;
    return a.item();
  });
  const reading = jit(async (a: Any) => {
    await (a as Any).item();
    return a;
  });
  assertThrows(() => rejecting(x), TraceError, refused);
  assertThrows(() => reading(x), TraceError, refused);
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("what leaks from a function is refused wherever it is used", () => {
  let leaked: Any = x;
  jit((a: Any) => {
    leaked = exp(a);
    return leaked;
  })(x);
  const refused = /^Cannot use a traced tensor after its transform has ended/;
  const uses: readonly (() => unknown)[] = [
    () => add(leaked, 1),
    () => jit(double)(leaked),
    () => jit((a: Any) => add(a, leaked))(x),
    () => jit(() => [leaked])(),
    () => grad((a: Any) => sum(multiply(a, leaked)) as Tensor<"float32", []>)(x as never),
    () => vmap((a: Any) => multiply(a, leaked))(x as never),
  ];
  for (const use of uses) assertThrows(use, TraceError, refused);
  let number = 0;
  jit((a: Any, n: number) => {
    number = n;
    return multiply(a, n);
  })(x, 1);
  assertThrows(() => add(x, number), TraceError, refused);
});

Deno.test("shape errors come at the call, in the usual words, and are not remembered", () => {
  const f = jit((a: Any, b: Any) => add(a, b));
  for (let time = 0; time < 2; time++) {
    assertThrows(
      () => f(x, tensor([1, 2])),
      ShapeError,
      "Cannot add tensors of shape [3] and [2]: axis -1 has lengths 3 and 2",
    );
    assertItems(f(x, tensor(1)), [2, 3, 4]);
  }
  assertThrows(() => f(x, tensor([1n, 2n, 3n])), DTypeError, /^Cannot add float32 and int64/);
  let calls = 0;
  const failing = jit((a: Any) => {
    calls++;
    if (calls === 1) throw new RangeError("first");
    return double(a);
  });
  assertThrows(() => failing(x), RangeError, "first");
  assertItems(failing(x), [2, 4, 6]);
});

Deno.test("variables are made outside of jit", () => {
  const made = jit((a: Any) => add(variable(a).value, 1));
  assertThrows(() => made(x), TraceError, /^Cannot make a variable inside jit: .* outside/);
  assertThrows(() => jit(() => variable([1]).value)(), TraceError);
  assertMessage("Cannot make a variable inside jit: only the first call would make it");
});

Deno.test("disposed tensors are refused in the usual words", () => {
  const f = jit(double);
  for (let time = 0; time < 2; time++) {
    const gone = add(x, 0);
    gone[Symbol.dispose]();
    assertThrows(() => f(gone), DisposedError, /disposed/);
    assertItems(f(x), [2, 4, 6]);
  }
});
