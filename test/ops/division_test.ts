import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

Deno.test("integers round toward minus infinity and leave the divisor's sign", () => {
  const x = nd.tensor([7, -7, 7, -7, 6, 0], { dtype: "int32" });
  const y = nd.tensor([2, 2, -2, -2, -3, -3], { dtype: "int32" });
  assertTensorEqual(nd.floorDivide(x, y), array("int32", [6], [3, -4, -4, 3, -2, 0]));
  assertTensorEqual(nd.remainder(x, y), array("int32", [6], [1, 1, -1, -1, 0, 0]));
});

Deno.test("integers over zero give 0, the least one over -1 stays", () => {
  const x = nd.tensor([-128, 5, 0], { dtype: "int8" });
  assertTensorEqual(nd.floorDivide(x, 0), array("int8", [3], [0, 0, 0]));
  assertTensorEqual(nd.remainder(x, 0), array("int8", [3], [0, 0, 0]));
  assertTensorEqual(nd.floorDivide(x, -1), array("int8", [3], [-128, -5, 0]));
  assertTensorEqual(nd.remainder(x, -1), array("int8", [3], [0, 0, 0]));
  const wide = nd.tensor([2n ** 63n - 1n, -(2n ** 63n)]);
  assertTensorEqual(
    nd.floorDivide(wide, 10),
    array("int64", [2], [922337203685477580n, -922337203685477581n]),
  );
  assertTensorEqual(nd.remainder(wide, 10), array("int64", [2], [7n, 2n]));
});

Deno.test("floats divide by their exact remainder", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = nd.tensor([1, -1, 5, -0, 1, -1], { dtype });
    const y = nd.tensor([0.1, 0.1, -3, 3, Infinity, Infinity], { dtype });
    assertTensorEqual(nd.floorDivide(x, y), array(dtype, [6], [9, -10, -2, -0, 0, -1]));
    const signs = nd.tensor([6, -6, -0, 1, -1], { dtype });
    const over = nd.tensor([-3, 3, 5, Infinity, Infinity], { dtype });
    assertTensorEqual(nd.remainder(signs, over), array(dtype, [5], [-0, 0, 0, 1, Infinity]));
    assertTensorEqual(
      nd.floorDivide(x, 0),
      array(dtype, [6], [Infinity, -Infinity, Infinity, NaN, Infinity, -Infinity]),
    );
    const strange = nd.tensor([Infinity, NaN, 1], { dtype });
    assertTensorEqual(nd.floorDivide(strange, 1), array(dtype, [3], [NaN, NaN, 1]));
    assertTensorEqual(nd.remainder(strange, 0), array(dtype, [3], [NaN, NaN, NaN]));
  }
});

Deno.test("remainders of large floats are exact", () => {
  const x = nd.tensor([1e300, 2 ** 60], { dtype: "float64" });
  assertTensorEqual(nd.remainder(x, 7), array("float64", [2], [1e300 % 7, 2 ** 60 % 7]));
});
