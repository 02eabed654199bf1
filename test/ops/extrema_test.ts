import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

Deno.test("maximum and minimum propagate NaN from either side", () => {
  const x = nd.tensor([1, NaN, 2, NaN, -Infinity]);
  const y = nd.tensor([NaN, 1, 3, NaN, Infinity]);
  assertTensorEqual(nd.maximum(x, y), array("float32", [5], [NaN, NaN, 3, NaN, Infinity]));
  assertTensorEqual(nd.minimum(x, y), array("float32", [5], [NaN, NaN, 2, NaN, -Infinity]));
});

Deno.test("of equal zeros the right one is taken", () => {
  const [x, y] = [nd.tensor([0, -0]), nd.tensor([-0, 0])];
  assertTensorEqual(nd.maximum(x, y), array("float32", [2], [-0, 0]));
  assertTensorEqual(nd.minimum(x, y), array("float32", [2], [-0, 0]));
});

Deno.test("integers of 64 bits are compared exactly, complex numbers lexicographically", () => {
  const [low, high] = [2n ** 62n, 2n ** 62n + 1n];
  assertTensorEqual(nd.maximum(nd.tensor([low]), high), array("int64", [1], [high]));
  const large = nd.tensor([2n ** 64n - 1n], { dtype: "uint64" });
  assertTensorEqual(nd.minimum(large, 1), array("uint64", [1], [1n]));
  const z = nd.tensor([{ re: 1, im: 5 }, { re: 1, im: NaN }, { re: 2, im: 0 }]);
  assertTensorEqual(
    nd.maximum(z, { re: 1, im: 6 }),
    array("complex64", [3], [{ re: 1, im: 6 }, { re: 1, im: NaN }, { re: 2, im: 0 }]),
  );
  assertTensorEqual(
    nd.minimum({ re: 1, im: 6 }, z),
    array("complex64", [3], [{ re: 1, im: 5 }, { re: 1, im: NaN }, { re: 1, im: 6 }]),
  );
});

Deno.test("clip takes one bound or both, scalars or tensors", () => {
  const x = nd.tensor([-5, 2, 9], { dtype: "int32" });
  assertTensorEqual(nd.clip(x, { min: 0 }), array("int32", [3], [0, 2, 9]));
  assertTensorEqual(nd.clip(x, { max: 3 }), array("int32", [3], [-5, 2, 3]));
  const max = nd.tensor([[0], [5]], { dtype: "int32" });
  assertTensorEqual(nd.clip(x, { min: -1, max }), array("int32", [2, 3], [-1, 0, 0, -1, 2, 5]));
});

Deno.test("clip: the upper bound wins, NaN stays", () => {
  const x = nd.tensor([1, NaN, 7]);
  assertTensorEqual(nd.clip(x, { min: 5, max: 3 }), array("float32", [3], [3, NaN, 3]));
  assertTensorEqual(nd.clip(x, { min: NaN }), array("float32", [3], [NaN, NaN, NaN]));
});
