import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const mask = nd.tensor([true, false, true]);

Deno.test("where chooses by the condition, whatever the dtype", () => {
  for (const dtype of ["int8", "float16", "float32", "int64", "complex128"] as const) {
    const [ones, zeros] = [nd.ones([3], { dtype }), nd.zeros([3], { dtype })];
    const expected = nd.cast(mask, dtype);
    assertTensorEqual(nd.where(mask, ones, zeros), expected, dtype);
  }
  const words = nd.tensor(["a", "b", "c"]);
  assertTensorEqual(nd.where(mask, words, "-"), array("string", [3], ["a", "-", "c"]));
  assertTensorEqual(nd.where(mask, false, mask), array("bool", [3], [false, false, false]));
});

Deno.test("three shapes broadcast", () => {
  const x = nd.tensor([[1], [2]]);
  const expected = array("float32", [2, 3], [1, 9, 1, 2, 9, 2]);
  assertTensorEqual(nd.where(mask, x, 9), expected);
  assertTensorEqual(
    nd.where(nd.tensor(true), x, nd.tensor([[7, 8]])),
    array("float32", [2, 2], [1, 1, 2, 2]),
  );
  const empty = nd.zeros([0, 3], { dtype: "bool" });
  assertTensorEqual(nd.where(empty, 1, 2), array("float32", [0, 3], []));
});

Deno.test("two scalars have the dtypes of their values", () => {
  assertTensorEqual(nd.where(mask, 1, 0), array("float32", [3], [1, 0, 1]));
  assertTensorEqual(nd.where(mask, 1n, 0n), array("int64", [3], [1n, 0n, 1n]));
  assertTensorEqual(nd.where(mask, "yes", "no"), array("string", [3], ["yes", "no", "yes"]));
  says("Cannot select from float32 and int64: cast one of them first", nd.where, mask, 1, 0n);
});

Deno.test("NaN and -0 come through unchanged", () => {
  const x = nd.tensor([NaN, NaN, -0]);
  assertTensorEqual(nd.where(mask, x, 0), array("float32", [3], [NaN, 0, -0]));
});
