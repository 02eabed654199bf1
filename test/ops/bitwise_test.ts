import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

Deno.test("bits of integers, signed ones in two's complement", () => {
  const x = nd.tensor([12, -1, -128], { dtype: "int8" });
  assertTensorEqual(nd.bitwiseAnd(x, 10), array("int8", [3], [8, 10, 0]));
  assertTensorEqual(nd.bitwiseOr(x, 10), array("int8", [3], [14, -1, -118]));
  assertTensorEqual(nd.bitwiseXor(x, 10), array("int8", [3], [6, -11, -118]));
  assertTensorEqual(nd.bitwiseNot(x), array("int8", [3], [-13, 0, 127]));
  const wide = nd.tensor([2n ** 63n, 1n], { dtype: "uint64" });
  assertTensorEqual(nd.bitwiseNot(wide), array("uint64", [2], [2n ** 63n - 1n, 2n ** 64n - 2n]));
});

Deno.test("on bool they are logical", () => {
  const [x, y] = [nd.tensor([true, true, false]), nd.tensor([true, false, false])];
  assertTensorEqual(nd.bitwiseAnd(x, y), array("bool", [3], [true, false, false]));
  assertTensorEqual(nd.bitwiseOr(x, y), array("bool", [3], [true, true, false]));
  assertTensorEqual(nd.bitwiseXor(x, y), array("bool", [3], [false, true, false]));
  assertTensorEqual(nd.bitwiseNot(x), array("bool", [3], [false, false, true]));
});

Deno.test("shifts by the width or more give 0, or the sign", () => {
  const x = nd.tensor([1, -1, 64, -128], { dtype: "int8" });
  assertTensorEqual(nd.leftShift(x, 1), array("int8", [4], [2, -2, -128, 0]));
  assertTensorEqual(nd.leftShift(x, 8), array("int8", [4], [0, 0, 0, 0]));
  assertTensorEqual(nd.leftShift(x, -1), array("int8", [4], [0, 0, 0, 0]));
  assertTensorEqual(nd.rightShift(x, 1), array("int8", [4], [0, -1, 32, -64]));
  assertTensorEqual(nd.rightShift(x, 7), array("int8", [4], [0, -1, 0, -1]));
  assertTensorEqual(nd.rightShift(x, 100), array("int8", [4], [0, -1, 0, -1]));
  assertTensorEqual(nd.rightShift(x, -1), array("int8", [4], [0, -1, 0, -1]));
  const wide = nd.tensor([2n ** 63n], { dtype: "uint64" });
  assertTensorEqual(nd.rightShift(wide, 63), array("uint64", [1], [1n]));
  assertTensorEqual(nd.rightShift(wide, 64), array("uint64", [1], [0n]));
  assertTensorEqual(nd.leftShift(nd.tensor([3n]), 63), array("int64", [1], [-(2n ** 63n)]));
});
