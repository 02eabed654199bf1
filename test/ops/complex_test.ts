import * as nd from "../../mod.ts";
import { says } from "../core/types/expect.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const z = nd.tensor([{ re: 1, im: -2 }, { re: NaN, im: -0 }]);

Deno.test("parts and conjugates", () => {
  assertTensorEqual(nd.real(z), array("float32", [2], [1, NaN]));
  assertTensorEqual(nd.imag(z), array("float32", [2], [-2, -0]));
  assertTensorEqual(nd.conj(z), array("complex64", [2], [{ re: 1, im: 2 }, { re: NaN, im: 0 }]));
});

Deno.test("real numbers are their own real part and conjugate", () => {
  for (const dtype of ["int32", "uint64", "float16", "float64"] as const) {
    const x = nd.ones([2], { dtype });
    assertTensorEqual(nd.real(x), x);
    assertTensorEqual(nd.conj(x), x);
    assertTensorEqual(nd.imag(x), nd.zeros([2], { dtype }));
  }
  says("Cannot take real parts of bool: the operand must be numeric", nd.real, nd.tensor(true));
});

Deno.test("complex joins parts, of which one may be a scalar", () => {
  const parts = nd.tensor([1, -0], { dtype: "float64" });
  assertTensorEqual(
    nd.complex(parts, 2),
    array("complex128", [2], [{ re: 1, im: 2 }, { re: -0, im: 2 }]),
  );
  assertTensorEqual(
    nd.complex(nd.tensor([[1], [2]]), nd.tensor([3, NaN])),
    array("complex64", [2, 2], [
      { re: 1, im: 3 },
      { re: 1, im: NaN },
      { re: 2, im: 3 },
      { re: 2, im: NaN },
    ]),
  );
  says(
    "Cannot make complex numbers of int32: the operand must be float32 or float64",
    nd.complex,
    nd.tensor(1, { dtype: "int32" }),
    1,
  );
});
