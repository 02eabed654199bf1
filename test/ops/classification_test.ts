import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const bools = (...values: number[]) => array("bool", [values.length], values.map((x) => x === 1));

Deno.test("floats", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const x = nd.tensor([0, -0, NaN, Infinity, -Infinity, -1], { dtype });
    assertTensorEqual(nd.isnan(x), bools(0, 0, 1, 0, 0, 0), dtype);
    assertTensorEqual(nd.isinf(x), bools(0, 0, 0, 1, 1, 0), dtype);
    assertTensorEqual(nd.isfinite(x), bools(1, 1, 0, 0, 0, 1), dtype);
    const signed = nd.tensor([0, -0, Infinity, -Infinity, -1], { dtype });
    assertTensorEqual(nd.signbit(signed), bools(0, 1, 0, 1, 1), dtype);
  }
});

Deno.test("complex numbers are what one of their parts is", () => {
  const z = nd.tensor([{ re: NaN, im: Infinity }, { re: 0, im: -Infinity }, { re: 1, im: 2 }]);
  assertTensorEqual(nd.isnan(z), bools(1, 0, 0));
  assertTensorEqual(nd.isinf(z), bools(1, 1, 0));
  assertTensorEqual(nd.isfinite(z), bools(0, 0, 1));
});

Deno.test("integers and bool are finite", () => {
  for (const x of [nd.tensor([-1, 5], { dtype: "int32" }), nd.tensor([true, false])]) {
    assertTensorEqual(nd.isnan(x), bools(0, 0));
    assertTensorEqual(nd.isinf(x), bools(0, 0));
    assertTensorEqual(nd.isfinite(x), bools(1, 1));
  }
  assertTensorEqual(nd.signbit(nd.tensor([-1n, 1n])), bools(1, 0));
  assertTensorEqual(nd.signbit(nd.tensor([0, 255], { dtype: "uint8" })), bools(0, 0));
});
