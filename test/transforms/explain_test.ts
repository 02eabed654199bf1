import {
  add,
  cond,
  divide,
  exp,
  explain,
  greater,
  jit,
  matmul,
  max,
  multiply,
  negative,
  ones,
  scan,
  subtract,
  sum,
  tanh,
  type Tensor,
  tensor,
  TraceError,
  transpose,
  variable,
  zeros,
} from "@denum/denum";
import assert from "node:assert/strict";

type Matrix = Tensor<"float32", [100, 80]>;

Deno.test("explain shows the graph as captured and after each pass", () => {
  const x = tensor([1, 2, 3]);
  const { stages } = explain((a: typeof x) => {
    const twice = multiply(a, 2);
    multiply(a, 3);
    return add(multiply(twice, 1), multiply(a, 2));
  }, x);
  assert.deepEqual(stages.map(({ name }) => name), [
    "capture",
    "dead code",
    "constants",
    "identities",
    "common calls",
    "composite calls",
    "constants again",
    "dead code again",
  ]);
  const calls = (name: string): number => {
    const { graph } = stages.find((stage) => stage.name === name)!;
    return [...graph.matchAll(/= multiply/g)].length;
  };
  // One is dead, one multiplies by 1, two are the same.
  assert.deepEqual([calls("capture"), calls("dead code"), calls("identities")], [4, 3, 2]);
  assert.equal(calls("dead code again"), 1);
});

Deno.test("a chain that ends in a sum is one loop, as is a softmax", () => {
  const x = ones([100, 80]);
  const chain = explain((a: Matrix) => sum(exp(negative(multiply(a, a)))), x);
  assert.deepEqual(chain.steps.map(({ kind, label }) => [kind, label]), [
    ["loop", "multiply negative exp reduceSum"],
  ]);
  const softmax = explain((a: Matrix) => {
    const e = exp(subtract(a, max(a, { axis: 1, keepDims: true })));
    return divide(e, sum(e, { axis: 1, keepDims: true }));
  }, x);
  assert.deepEqual(softmax.steps.map(({ label }) => label), [
    "reduceMax subtract exp reduceSum divide",
  ]);
  assert.ok(softmax.arenaBytes < softmax.unplannedBytes / 10, String(softmax));
});

Deno.test("steps tell kernels and loops within loops, and how long they take", () => {
  const x = ones([4, 4]);
  type Square = Tensor<"float32", [4, 4]>;
  const explanation = explain((a: Square) => {
    const b = matmul(a, transpose(a));
    const [carry] = scan(
      (c: Square, row: Tensor<"float32", [4]>) => [tanh(add(c, row)), zeros([])],
      b,
      a,
    );
    return cond(greater(sum(carry), 0), (c: Square) => multiply(c, 2), (c: Square) => c, carry);
  }, x);
  const kinds = explanation.steps.map(({ kind }) => kind);
  assert.ok(["call", "scan", "loop", "branch"].every((kind) => kinds.includes(kind as "call")));
  assert.ok(explanation.steps.every(({ microseconds }) => microseconds >= 0));
  assert.ok(explanation.microseconds !== null && explanation.microseconds >= 0);
  assert.match(String(explanation), /4 turns of \{.*tanh/);
  assert.match(String(explanation), /as generated code$/);
});

Deno.test("explaining leaves variables alone, and is no part of other transforms", () => {
  const v = variable([1, 2]);
  explain(() => v.assign(multiply(v.value, 2)).dtype);
  assert.deepEqual(v.value.toArray(), [1, 2]);
  assert.throws(
    () => jit((x: Tensor<"float32", []>) => (explain((a: typeof x) => a, x), x))(tensor(1)),
    TraceError,
  );
});
