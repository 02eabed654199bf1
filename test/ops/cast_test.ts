import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

Deno.test("integers wrap", () => {
  const x = nd.tensor([-1, 300, 2147483647], { dtype: "int32" });
  assertTensorEqual(nd.cast(x, "uint8"), array("uint8", [3], [255, 44, 255]));
  assertTensorEqual(nd.cast(x, "int8"), array("int8", [3], [-1, 44, -1]));
  assertTensorEqual(
    nd.cast(x, "uint64"),
    array("uint64", [3], [2n ** 64n - 1n, 300n, 2147483647n]),
  );
});

Deno.test("floats become integers toward zero, as near as they can", () => {
  const x = nd.tensor([1.9, -1.9, 1e10, -1e10, Infinity, -Infinity, NaN, -0.5], {
    dtype: "float64",
  });
  assertTensorEqual(nd.cast(x, "int8"), array("int8", [8], [1, -1, 127, -128, 127, -128, 0, 0]));
  assertTensorEqual(nd.cast(x, "uint16"), array("uint16", [8], [1, 0, 65535, 0, 65535, 0, 0, 0]));
  const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
  const wide = [1n, -1n, 10000000000n, -10000000000n, high, low, 0n, 0n];
  assertTensorEqual(nd.cast(x, "int64"), array("int64", [8], wide));
  const edge = nd.tensor([2147483648, -2147483904]);
  assertTensorEqual(nd.cast(edge, "int32"), array("int32", [2], [2147483647, -2147483648]));
});

Deno.test("what is not zero is true", () => {
  const x = nd.tensor([0, -0, NaN, 0.1]);
  assertTensorEqual(nd.cast(x, "bool"), array("bool", [4], [false, false, true, true]));
  const z = nd.tensor([{ re: 0, im: 0 }, { re: 0, im: NaN }]);
  assertTensorEqual(nd.cast(z, "bool"), array("bool", [2], [false, true]));
  const ints = nd.tensor([256, 0], { dtype: "int16" });
  assertTensorEqual(nd.cast(ints, "bool"), array("bool", [2], [true, false]));
  assertTensorEqual(nd.cast(nd.tensor([true, false]), "float16"), array("float16", [2], [1, 0]));
});

Deno.test("wide integers round once, whatever the format", () => {
  // Just above the middle of two floats, by less than float64 can tell.
  const x = nd.tensor([2n ** 62n + 2n ** 38n + 1n, -(2n ** 62n + 2n ** 38n)]);
  assertTensorEqual(nd.cast(x, "float32"), array("float32", [2], [2 ** 62 + 2 ** 39, -(2 ** 62)]));
  assertTensorEqual(
    nd.cast(nd.tensor([2n ** 53n + 1n]), "float64"),
    array("float64", [1], [2 ** 53]),
  );
});

Deno.test("floats round to the nearest, half to even, and overflow to infinity", () => {
  const x = nd.tensor([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, -1e-8], { dtype: "float64" });
  assertTensorEqual(
    nd.cast(x, "float16"),
    array("float16", [4], [1, 1 + 2 ** -9, Infinity, -0]),
  );
});

Deno.test("complex numbers lose their imaginary part, real ones get one", () => {
  const z = nd.tensor([{ re: -1.5, im: 9 }]);
  assertTensorEqual(nd.cast(z, "float64"), array("float64", [1], [-1.5]));
  assertTensorEqual(nd.cast(z, "int32"), array("int32", [1], [-1]));
  assertTensorEqual(nd.cast(z, "complex128"), array("complex128", [1], [{ re: -1.5, im: 9 }]));
  const x = nd.tensor([7n]);
  assertTensorEqual(nd.cast(x, "complex64"), array("complex64", [1], [{ re: 7, im: 0 }]));
});

Deno.test("strings are not converted", () => {
  const advice = "convert the values in JavaScript and make a tensor of them";
  const words = nd.tensor(["1"]);
  says(`Cannot cast string to float32: ${advice}`, nd.cast, words, "float32");
  says(`Cannot cast float32 to string: ${advice}`, nd.cast, nd.zeros([]), "string");
  assertTensorEqual(nd.cast(words, "string"), words);
});
