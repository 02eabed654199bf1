import * as nd from "../../mod.ts";
import { array, assertAllClose, assertTensorEqual } from "../support/assert.ts";

const double = (...values: number[]) => nd.tensor(values, { dtype: "float64" });
const complex = (...values: [number, number][]) =>
  nd.tensor(values.map(([re, im]) => ({ re, im })), { dtype: "complex128" });
const parts = (...values: [number, number][]) =>
  array("complex128", [values.length], values.map(([re, im]) => ({ re, im })));

Deno.test("special values of real functions", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const is = (actual: nd.Tensor, ...values: number[]) =>
      assertTensorEqual(actual, array(dtype, [values.length], values), dtype);
    const x = nd.tensor([0, -0, Infinity, -Infinity, NaN], { dtype });
    is(nd.exp(x), 1, 1, Infinity, 0, NaN);
    is(nd.expm1(x), 0, -0, Infinity, -1, NaN);
    is(nd.log(x), -Infinity, -Infinity, Infinity, NaN, NaN);
    is(nd.log1p(x), 0, -0, Infinity, NaN, NaN);
    is(nd.sqrt(x), 0, -0, Infinity, NaN, NaN);
    is(nd.log1p(nd.tensor([-1, -2], { dtype })), -Infinity, NaN);
    is(nd.log(nd.tensor([1, -1], { dtype })), 0, NaN);
    is(nd.sqrt(nd.tensor([4, -4], { dtype })), 2, NaN);
  }
});

Deno.test("doubles keep their precision over the whole range", () => {
  const close = (actual: nd.Tensor, ...values: number[]) =>
    assertAllClose(actual, array("float64", [values.length], values), { ulps: 1 });
  close(
    nd.exp(double(0.5, 709.7, -745, 710)),
    1.6487212707001282,
    1.6549840276802644e308,
    5e-324,
    Infinity,
  );
  close(nd.log(double(10, 5e-324)), 2.302585092994046, -744.4400719213812);
  close(nd.expm1(double(1e-10, 1e-300)), 1.00000000005e-10, 1e-300);
  close(nd.log1p(double(1e-10, 1e-300)), 9.999999999500001e-11, 1e-300);
});

Deno.test("integers and bool give float64, narrow floats their own dtype", () => {
  assertTensorEqual(nd.sqrt(nd.tensor([4, 9], { dtype: "int8" })), array("float64", [2], [2, 3]));
  assertTensorEqual(nd.exp(nd.tensor([0n])), array("float64", [1], [1]));
  assertTensorEqual(nd.log(nd.tensor([true, false])), array("float64", [2], [0, -Infinity]));
  const half = nd.tensor([2], { dtype: "float16" });
  assertTensorEqual(nd.sqrt(half), array("float16", [1], [1.4140625]));
  assertTensorEqual(
    nd.exp(nd.tensor([12], { dtype: "float16" })),
    array("float16", [1], [Infinity]),
  );
});

Deno.test("complex exponentials and logarithms", () => {
  const z = nd.exp(complex([1, 2], [-Infinity, Infinity], [800, 1], [0, NaN]));
  assertAllClose(
    z,
    parts([-1.1312043837568135, 2.4717266720048188], [0, 0], [Infinity, Infinity], [NaN, NaN]),
  );
  const cut = nd.log(complex([-1, 0], [-1, -0], [0, 0], [Infinity, NaN]));
  assertAllClose(cut, parts([0, Math.PI], [0, -Math.PI], [-Infinity, 0], [Infinity, NaN]));
  const near = complex([1e-20, 1e-20]);
  assertTensorEqual(nd.expm1(near), parts([1e-20, 1e-20]));
  assertTensorEqual(nd.log1p(near), parts([1e-20, 1e-20]));
});

Deno.test("complex square roots lie in the right half plane", () => {
  const z = complex([-4, 0], [-4, -0], [3, 4], [0, -0], [1e308, 1e308], [NaN, Infinity]);
  assertAllClose(
    nd.sqrt(z),
    parts([0, 2], [0, -2], [2, 1], [0, -0], [1.09868411346781e154, 4.550898605622273e153], [
      Infinity,
      Infinity,
    ]),
  );
});
