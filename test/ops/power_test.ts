import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertAllClose, assertTensorEqual, assertThrows } from "../support/assert.ts";

Deno.test("powers of integers wrap, exactly", () => {
  const x = nd.tensor([3, -2, 0, 10], { dtype: "int32" });
  assertTensorEqual(nd.power(x, 2), array("int32", [4], [9, 4, 0, 100]));
  assertTensorEqual(nd.power(x, 0), array("int32", [4], [1, 1, 1, 1]));
  assertTensorEqual(
    nd.power(x, 31),
    array("int32", [4], [1264544299, -2147483648, 0, -2147483648]),
  );
  assertTensorEqual(nd.power(3, nd.tensor([40n])), array("int64", [1], [3n ** 40n]));
  const small = nd.tensor([2, 3], { dtype: "uint8" });
  assertTensorEqual(nd.power(small, 200), array("uint8", [2], [0, 161]));
});

Deno.test("integers to negative powers are an error that names one", () => {
  const x = nd.tensor([1, 2], { dtype: "int32" });
  const message = (dtype: string, exponent: string) =>
    `Cannot take powers of ${dtype}: the exponent ${exponent} is negative, ` +
    `cast the operands to a float dtype first`;
  assertThrows(() => nd.power(x, -1), nd.ArgumentError, message("int32", "-1"));
  const mixed = nd.tensor([3, -2], { dtype: "int32" });
  assertThrows(() => nd.power(2, mixed), nd.ArgumentError, message("int32", "-2"));
  says(message("int64", "-5n"), nd.power, nd.tensor([1n]), -5n);
  assertTensorEqual(
    nd.power(nd.zeros([0], { dtype: "int8" }), nd.zeros([0], { dtype: "int8" })),
    array("int8", [0], []),
  );
});

Deno.test("powers of floats have the special values of IEEE 754", () => {
  const x = [0, -0, 1, 1, -1, -1, -8, 2, -2, NaN, 0, -0, -0];
  const y = [0, NaN, NaN, Infinity, Infinity, 0.5, 1 / 3, -Infinity, 3, 0, -1, -3, -2];
  const power = [1, NaN, 1, 1, 1, NaN, NaN, 0, -8, 1, Infinity, -Infinity, Infinity];
  for (const dtype of ["float16", "float32", "float64"] as const) {
    const result = nd.power(nd.tensor(x, { dtype }), nd.tensor(y, { dtype }));
    assertTensorEqual(result, array(dtype, [13], power), dtype);
  }
  assertTensorEqual(nd.power(nd.tensor([3]), 2), array("float32", [1], [9]));
});

Deno.test("powers of complex numbers", () => {
  const z = nd.tensor([{ re: 0, im: 1 }, { re: 1, im: 1 }], { dtype: "complex128" });
  assertTensorEqual(
    nd.power(z, 2),
    array("complex128", [2], [{ re: -1, im: 0 }, { re: 0, im: 2 }]),
  );
  assertAllClose(
    nd.power(z, { re: 0, im: 1 }),
    array("complex128", [2], [
      { re: 0.20787957635076193, im: 0 },
      { re: 0.42882900629436785, im: 0.15487175246424678 },
    ]),
  );
  const zero = nd.tensor([{ re: 0, im: 0 }]);
  assertTensorEqual(nd.power(zero, 0), array("complex64", [1], [{ re: 1, im: 0 }]));
  assertTensorEqual(nd.power(zero, -1), array("complex64", [1], [{ re: NaN, im: NaN }]));
  assertTensorEqual(
    nd.power(zero, { re: 0.5, im: 3 }),
    array("complex64", [1], [{ re: 0, im: 0 }]),
  );
});
