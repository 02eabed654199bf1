import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const int8 = (...values: number[]) => nd.tensor(values, { dtype: "int8" });
const complex = (...values: [number, number][]) =>
  nd.tensor(values.map(([re, im]) => ({ re, im })), { dtype: "complex128" });
const parts = (...values: [number, number][]) =>
  array("complex128", [values.length], values.map(([re, im]) => ({ re, im })));

Deno.test("integers wrap, exactly", () => {
  assertTensorEqual(nd.add(int8(127, -128), int8(1, -1)), array("int8", [2], [-128, 127]));
  assertTensorEqual(nd.subtract(int8(-128), 1), array("int8", [1], [127]));
  assertTensorEqual(nd.multiply(int8(100), 3), array("int8", [1], [44]));
  assertTensorEqual(nd.square(int8(16, -12)), array("int8", [2], [0, -112]));
  assertTensorEqual(nd.negative(int8(-128, 5)), array("int8", [2], [-128, -5]));
  assertTensorEqual(nd.abs(int8(-128, -5)), array("int8", [2], [-128, 5]));
  const large = nd.tensor([2147483647], { dtype: "int32" });
  assertTensorEqual(nd.multiply(large, large), array("int32", [1], [1]));
  assertTensorEqual(
    nd.multiply(nd.tensor([3037000500n]), 3037000500n),
    array("int64", [1], [-9223372036709301616n]),
  );
  const unsigned = nd.tensor([0, 1], { dtype: "uint64" });
  assertTensorEqual(nd.subtract(unsigned, 1), array("uint64", [2], [2n ** 64n - 1n, 0n]));
  assertTensorEqual(nd.negative(unsigned), array("uint64", [2], [0n, 2n ** 64n - 1n]));
});

Deno.test("division of integers gives float64, of floats their dtype", () => {
  assertTensorEqual(
    nd.divide(int8(7, -7, 0), int8(2, 0, 0)),
    array("float64", [3], [3.5, -Infinity, NaN]),
  );
  assertTensorEqual(nd.divide(1, nd.tensor([0, -0])), array("float32", [2], [Infinity, -Infinity]));
  const halves = nd.tensor([1, 2], { dtype: "float16" });
  assertTensorEqual(nd.divide(halves, 3), array("float16", [2], [0.333251953125, 0.66650390625]));
  // The quotient of large integers is that of the nearest float64.
  assertTensorEqual(nd.divide(nd.tensor([2n ** 53n + 1n]), 1n), array("float64", [1], [2 ** 53]));
});

Deno.test("floats keep the sign of zero and propagate NaN", () => {
  const x = nd.tensor([-0, 0, NaN, -Infinity]);
  assertTensorEqual(nd.negative(x), array("float32", [4], [0, -0, NaN, Infinity]));
  assertTensorEqual(nd.abs(x), array("float32", [4], [0, 0, NaN, Infinity]));
  assertTensorEqual(nd.sign(x), array("float32", [4], [0, 0, NaN, -1]));
  assertTensorEqual(nd.add(x, -0), array("float32", [4], [-0, 0, NaN, -Infinity]));
  assertTensorEqual(nd.multiply(x, 0), array("float32", [4], [-0, 0, NaN, NaN]));
  assertTensorEqual(nd.reciprocal(x), array("float32", [4], [-Infinity, Infinity, NaN, -0]));
  assertTensorEqual(nd.divide(x, x), array("float32", [4], [NaN, NaN, NaN, NaN]));
});

Deno.test("float32 and narrower floats round once", () => {
  assertTensorEqual(nd.add(nd.tensor([16777216]), 1), array("float32", [1], [16777216]));
  assertTensorEqual(
    nd.add(nd.tensor([65504], { dtype: "float16" }), 16),
    array("float16", [1], [Infinity]),
  );
  assertTensorEqual(
    nd.add(nd.tensor([256], { dtype: "bfloat16" }), 1),
    array("bfloat16", [1], [256]),
  );
  // Subnormal numbers are not flushed to zero.
  assertTensorEqual(
    nd.multiply(nd.tensor([2e-38]), 0.25),
    array("float32", [1], [Math.fround(2e-38) / 4]),
  );
});

Deno.test("complex arithmetic is NumPy's", () => {
  const z = complex([1, 2], [0, 0], [1e300, 1e300], [Infinity, 0]);
  assertTensorEqual(
    nd.multiply(z, { re: 0, im: 1 }),
    parts([-2, 1], [0, 0], [-1e300, 1e300], [NaN, Infinity]),
  );
  assertTensorEqual(nd.divide(z, z), parts([1, 0], [NaN, NaN], [1, 0], [NaN, NaN]));
  assertTensorEqual(
    nd.divide(z, 0),
    parts([Infinity, Infinity], [NaN, NaN], [Infinity, Infinity], [Infinity, NaN]),
  );
  assertTensorEqual(nd.reciprocal(complex([0, 2], [3, -4])), parts([0, -0.5], [0.12, 0.16]));
  assertTensorEqual(nd.square(complex([1, 2])), parts([-3, 4]));
  assertTensorEqual(nd.negative(complex([0, -1])), parts([-0, 1]));
});

Deno.test("magnitudes of complex numbers are real and do not overflow", () => {
  const z = complex([3, -4], [1e308, 1e308], [NaN, Infinity], [5e-324, 0]);
  assertTensorEqual(
    nd.abs(z),
    array("float64", [4], [5, 1.4142135623730951e308, Infinity, 5e-324]),
  );
  const single = nd.tensor([{ re: 3e38, im: 0 }, { re: 3e-45, im: 4e-45 }]);
  assertTensorEqual(
    nd.abs(single),
    array("float32", [2], [
      Math.fround(3e38),
      Math.hypot(Math.fround(3e-45), Math.fround(4e-45)),
    ]),
  );
});

Deno.test("signs of complex numbers lie on the unit circle", () => {
  const z = complex([3, -4], [0, -0], [-Infinity, 5], [2, Infinity], [Infinity, Infinity], [
    NaN,
    1,
  ]);
  assertTensorEqual(
    nd.sign(z),
    parts([0.6, -0.8], [0, 0], [-1, 0], [0, 1], [NaN, NaN], [NaN, NaN]),
  );
  assertTensorEqual(nd.sign(nd.tensor([0, 7], { dtype: "uint8" })), array("uint8", [2], [0, 1]));
});

Deno.test("reciprocals of integers are refused", () => {
  says(
    "Cannot take reciprocals of int8: the operand must be floating-point or complex",
    nd.reciprocal,
    int8(2),
  );
});
