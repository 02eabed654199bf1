import * as nd from "../../mod.ts";
import { array, assertAllClose, assertTensorEqual } from "../support/assert.ts";

Deno.test("special values of real functions", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const is = (actual: nd.Tensor, ...values: number[]) =>
      assertTensorEqual(actual, array(dtype, [values.length], values), dtype);
    const x = nd.tensor([0, -0, Infinity, -Infinity, NaN], { dtype });
    is(nd.sin(x), 0, -0, NaN, NaN, NaN);
    is(nd.cos(x), 1, 1, NaN, NaN, NaN);
    is(nd.tan(x), 0, -0, NaN, NaN, NaN);
    is(nd.tanh(x), 0, -0, 1, -1, NaN);
  }
});

Deno.test("arguments are reduced exactly over the whole range", () => {
  const double = nd.tensor([1e22], { dtype: "float64" });
  const close = (actual: nd.Tensor, value: number) =>
    assertAllClose(actual, array(actual.dtype, [1], [value]), { ulps: 1 });
  close(nd.sin(double), -0.8522008497671888);
  close(nd.cos(double), 0.523214785395139);
  close(nd.tan(double), -1.6287782256068988);
  const single = nd.tensor([1e22]);
  close(nd.sin(single), -0.734081506729126);
  close(nd.cos(single), 0.6790613532066345);
  close(nd.tan(single), -1.081023931503296);
});

Deno.test("tanh saturates and keeps small numbers", () => {
  const x = nd.tensor([0.5, 20, -400, 1e-300], { dtype: "float64" });
  assertAllClose(nd.tanh(x), array("float64", [4], [0.46211715726000974, 1, -1, 1e-300]));
});

Deno.test("arctan2 knows all quadrants and the signs of zeros", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const y = nd.tensor([0, -0, 0, -0, 1, -1, Infinity, -5e-45, NaN], { dtype });
    const x = nd.tensor([1, 1, -1, -0, 0, -0, -Infinity, 1e30, 1], { dtype });
    const { PI } = Math;
    const angles = [0, -0, PI, -PI, PI / 2, -PI / 2, 0.75 * PI, -0, NaN];
    // What float64 holds as a quotient is no zero.
    if (dtype === "float64") angles[7] = -5e-45 / 1e30;
    const rounded = dtype === "float32" ? angles.map(Math.fround) : angles;
    assertAllClose(nd.arctan2(y, x), array(dtype, [9], rounded), { ulps: 1 });
  }
  const tiny = nd.tensor([-5e-324], { dtype: "float64" });
  assertTensorEqual(nd.arctan2(tiny, 1e10), array("float64", [1], [-0]));
});

Deno.test("hypot neither overflows nor underflows; infinity beats NaN", () => {
  const x = nd.tensor([3e200, 3e-200, Infinity, NaN, -0], { dtype: "float64" });
  const y = nd.tensor([4e200, 4e-200, NaN, 1, -0], { dtype: "float64" });
  assertAllClose(nd.hypot(x, y), array("float64", [5], [5e200, 5e-200, Infinity, NaN, 0]));
  assertTensorEqual(nd.hypot(nd.tensor([3e38]), 0), array("float32", [1], [Math.fround(3e38)]));
  const ints = nd.tensor([3, 5], { dtype: "int32" });
  assertTensorEqual(
    nd.hypot(ints, nd.tensor([4, 12], { dtype: "int32" })),
    array("float64", [2], [5, 13]),
  );
});

Deno.test("copysign takes the sign of zeros and infinities, too", () => {
  const x = nd.tensor([1, -1, 0, NaN, Infinity]);
  const y = nd.tensor([-0, 0, -Infinity, -1, -2]);
  assertTensorEqual(nd.copysign(x, y), array("float32", [5], [-1, 1, -0, NaN, -Infinity]));
  const ints = nd.tensor([3, -3], { dtype: "int16" });
  assertTensorEqual(nd.copysign(ints, -1), array("float64", [2], [-3, -3]));
});

Deno.test("complex functions", () => {
  const z = nd.tensor([{ re: 1, im: 1 }, { re: 0, im: 400 }], { dtype: "complex128" });
  const parts = (...values: [number, number][]) =>
    array("complex128", [values.length], values.map(([re, im]) => ({ re, im })));
  const one = nd.slice(z, ":1");
  assertAllClose(nd.sin(one), parts([1.2984575814159773, 0.6349639147847361]));
  assertAllClose(nd.cos(one), parts([0.833730025131149, -0.9888977057628651]));
  assertAllClose(nd.tan(z), parts([0.27175258531951174, 1.0839233273386946], [0, 1]));
  assertAllClose(nd.tanh(one), parts([1.0839233273386946, 0.27175258531951174]));
});

Deno.test("integers and bool give float64", () => {
  assertTensorEqual(nd.cos(nd.tensor([0], { dtype: "uint8" })), array("float64", [1], [1]));
  assertAllClose(nd.sin(nd.tensor([true])), array("float64", [1], [Math.sin(1)]));
});
