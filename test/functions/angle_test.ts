import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertAllClose } from "../support/assert.ts";

Deno.test("angles of complex and real numbers", () => {
  const z = nd.tensor([{ re: 1, im: 1 }, { re: -1, im: -0 }, { re: 0, im: 0 }], {
    dtype: "complex128",
  });
  assertAllClose(nd.angle(z), array("float64", [3], [Math.PI / 4, -Math.PI, 0]));
  const ints = nd.tensor([-2, 3], { dtype: "int32" });
  assertAllClose(nd.angle(ints), array("float64", [2], [Math.PI, 0]));
  const single = nd.tensor([-1]);
  assertAllClose(nd.angle(single), array("float32", [1], [Math.fround(Math.PI)]));
});

Deno.test("angles of bool are refused", () => {
  says("Cannot take angles of bool: the operand must be numeric", nd.angle, nd.tensor(true));
});
