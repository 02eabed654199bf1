import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const x = nd.tensor([false, false, true, true]);
const y = nd.tensor([false, true, false, true]);

Deno.test("truth tables", () => {
  assertTensorEqual(nd.logicalAnd(x, y), array("bool", [4], [false, false, false, true]));
  assertTensorEqual(nd.logicalOr(x, y), array("bool", [4], [false, true, true, true]));
  assertTensorEqual(nd.logicalXor(x, y), array("bool", [4], [false, true, true, false]));
  assertTensorEqual(nd.logicalNot(y), array("bool", [4], [true, false, true, false]));
});

Deno.test("numbers are true unless they are zero", () => {
  const floats = nd.tensor([0, -0, NaN, 1e-45]);
  assertTensorEqual(nd.logicalNot(floats), array("bool", [4], [true, true, false, false]));
  assertTensorEqual(nd.logicalAnd(floats, 2), array("bool", [4], [false, false, true, true]));
  const ints = nd.tensor([256, 0], { dtype: "int32" });
  assertTensorEqual(nd.logicalOr(ints, 0), array("bool", [2], [true, false]));
  const complex = nd.tensor([{ re: 0, im: 1 }, { re: 0, im: 0 }]);
  assertTensorEqual(nd.logicalXor(complex, 1), array("bool", [2], [false, true]));
});
