import * as nd from "../../mod.ts";
import { array, assertTensorEqual } from "../support/assert.ts";

const all = [nd.equal, nd.notEqual, nd.less, nd.lessEqual, nd.greater, nd.greaterEqual] as const;

/** Compares one pair in all ways: equal, different, less, less or equal, greater, greater or equal. */
function check(a: nd.Tensor, b: nd.Tensor, answers: string): void {
  all.forEach((compare, i) => {
    const result = compare(a as nd.Tensor<"float32">, b as nd.Tensor<"float32">);
    assertTensorEqual(result, array("bool", [], [answers[i] === "1"]), `${compare.name} ${a} ${b}`);
  });
}

const [SAME, BEFORE, AFTER, NEITHER] = ["100101", "011100", "010011", "010000"] as const;

Deno.test("floats: zeros are equal, NaN is in no order", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const x = (value: number) => nd.tensor(value, { dtype });
    check(x(0), x(-0), SAME);
    check(x(1), x(2), BEFORE);
    check(x(1), x(-Infinity), AFTER);
    check(x(NaN), x(NaN), NEITHER);
    check(x(1), x(NaN), NEITHER);
  }
});

Deno.test("integers of 64 bits are compared exactly", () => {
  check(nd.tensor(2n ** 53n), nd.tensor(2n ** 53n + 1n), BEFORE);
  const x = (value: bigint) => nd.tensor(value, { dtype: "uint64" });
  check(x(2n ** 64n - 1n), x(1n), AFTER);
});

Deno.test("false comes before true", () => {
  check(nd.tensor(false), nd.tensor(true), BEFORE);
  check(nd.tensor(true), nd.tensor(true), SAME);
});

Deno.test("complex numbers are ordered by real, then imaginary part", () => {
  const z = (re: number, im: number) => nd.tensor({ re, im });
  check(z(1, 2), z(1, 2), SAME);
  check(z(1, 9), z(2, 0), BEFORE);
  check(z(1, 2), z(1, 1), AFTER);
  check(z(2, NaN), z(1, 0), NEITHER);
  check(z(1, 0), z(1, NaN), NEITHER);
});

Deno.test("strings are ordered by code points", () => {
  check(nd.tensor("ab"), nd.tensor("ab"), SAME);
  check(nd.tensor("a"), nd.tensor("ab"), BEFORE);
  check(nd.tensor("b"), nd.tensor("ab"), AFTER);
  // UTF-16 has the second one first.
  check(nd.tensor("\uffee"), nd.tensor("😀"), BEFORE);
  const words = nd.tensor([["a", "b"], ["c", "d"]]);
  assertTensorEqual(
    nd.equal(words, nd.tensor(["a", "d"])),
    array("bool", [2, 2], [true, false, false, true]),
  );
  assertTensorEqual(nd.less(words, "c"), array("bool", [2, 2], [true, true, false, false]));
});
