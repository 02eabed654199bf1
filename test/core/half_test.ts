import assert from "node:assert/strict";
import {
  bfloat16Bits,
  bfloat16Value,
  float16Bits,
  float16Value,
  roundHalfEven,
} from "../../src/core/half.ts";

Deno.test("every float16 survives the way through a number", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = float16Value(bits);
    if (Number.isNaN(value)) assert(Number.isNaN(float16Value(float16Bits(value))));
    else assert.equal(float16Bits(value), bits);
  }
});

Deno.test("every bfloat16 survives the way through a number", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = bfloat16Value(bits);
    if (Number.isNaN(value)) assert(Number.isNaN(bfloat16Value(bfloat16Bits(value))));
    else assert.equal(bfloat16Bits(value), bits);
  }
});

Deno.test("float16 rounds once, ties to even", () => {
  const array = new Float16Array(1);
  const near = [1, 1.0004882, 1.00048828125, 1.0014648, 65504, 65519, 65519.99, 65520, 1e300];
  for (const x of [...near, 2 ** -24, 2 ** -25, 2 ** -25 * 1.0001, 6e-8, 5.96e-8, 0.1, 1 / 3]) {
    for (const value of [x, -x]) {
      array[0] = value;
      assert(Object.is(float16Value(float16Bits(value)), array[0]), String(value));
    }
  }
});

Deno.test("bfloat16 keeps the top bits of float32, rounded", () => {
  const cases = [[1, 0x3f80], [1 + 2 ** -8, 0x3f80], [1 + 3 * 2 ** -8, 0x3f82], [-0, 0x8000]];
  for (const [value, bits] of cases) assert.equal(bfloat16Bits(value!), bits);
  assert.equal(bfloat16Value(bfloat16Bits(3.4e38)), Infinity);
  assert.equal(bfloat16Value(bfloat16Bits(2 ** -133)), 2 ** -133);
});

Deno.test("roundHalfEven keeps the sign of zero and passes large numbers", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5].map(roundHalfEven), [0, 2, 2, -0, -2]);
  assert.equal(roundHalfEven(2 ** 53 + 2), 2 ** 53 + 2);
  assert(Object.is(roundHalfEven(-0), -0));
});
