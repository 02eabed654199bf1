import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

Deno.test("rounding keeps the sign of zero, infinities and NaN", () => {
  for (const dtype of ["float16", "float32", "float64"] as const) {
    const x = nd.tensor([-0.5, 0.5, 1.5, 2.5, -2.5, -1.2, Infinity, NaN, -0], { dtype });
    const is = (actual: nd.Tensor, ...values: number[]) =>
      assertTensorEqual(actual, array(dtype, [9], values), dtype);
    is(nd.round(x), -0, 0, 2, 2, -2, -1, Infinity, NaN, -0);
    is(nd.floor(x), -1, 0, 1, 2, -3, -2, Infinity, NaN, -0);
    is(nd.ceil(x), -0, 1, 2, 3, -2, -1, Infinity, NaN, -0);
    is(nd.trunc(x), -0, 0, 1, 2, -2, -1, Infinity, NaN, -0);
  }
});

Deno.test("large floats are integers already", () => {
  const x = nd.tensor([4503599627370497, 0.49999999999999994, 1e300], { dtype: "float64" });
  assertTensorEqual(nd.round(x), array("float64", [3], [4503599627370497, 0, 1e300]));
});

Deno.test("integers stay as they are", () => {
  const x = nd.tensor([2n ** 62n + 1n, -3n]);
  for (const same of [nd.round(x), nd.floor(x), nd.ceil(x), nd.trunc(x)]) {
    assertTensorEqual(same, x);
  }
});

Deno.test("decimals count digits after the point, or before it", () => {
  const x = nd.tensor([2.675, 0.125, -1234.5], { dtype: "float64" });
  assertTensorEqual(nd.round(x, { decimals: 2 }), array("float64", [3], [2.68, 0.12, -1234.5]));
  assertTensorEqual(nd.round(x, { decimals: -2 }), array("float64", [3], [0, 0, -1200]));
  const ints = nd.tensor([15, 25, -149], { dtype: "int16" });
  assertTensorEqual(nd.round(ints, { decimals: -1 }), array("int16", [3], [20, 20, -150]));
  assertTensorEqual(nd.round(ints, { decimals: 3 }), ints);
});

Deno.test("complex numbers are rounded part by part", () => {
  const z = nd.tensor([{ re: 0.5, im: -1.26 }, { re: NaN, im: 0 }], { dtype: "complex128" });
  assertTensorEqual(nd.round(z), array("complex128", [2], [{ re: 0, im: -1 }, { re: NaN, im: 0 }]));
  assertTensorEqual(
    nd.round(z, { decimals: 1 }),
    array("complex128", [2], [{ re: 0.5, im: -1.3 }, { re: NaN, im: 0 }]),
  );
});

Deno.test("the number of decimals must be an integer", () => {
  const message = "Cannot round to 1.5 decimals: their number must be an integer";
  says(message, nd.round, nd.zeros([]), { decimals: 1.5 });
});
