/**
 * Mistakes that other libraries of this kind make, each with the right answer.
 */
import * as nd from "../../mod.ts";
import { DTypeError, IndexError } from "../../src/core/errors.ts";
import {
  array,
  assert,
  assertAllClose,
  assertTensorEqual,
  assertThrows,
} from "../support/assert.ts";

Deno.test("exp of float64 is not computed in float32", () => {
  const x = nd.tensor([1, -0.5, 700], { dtype: "float64" });
  const right = [2.718281828459045, 0.6065306597126334, 1.0142320547350045e304];
  assertAllClose(nd.exp(x), array("float64", [3], right), { ulps: 1 });
});

Deno.test("the mean of 2^25 ones is 1, and their sum 2^25", () => {
  const ones = nd.ones([2 ** 25]);
  assert.equal(nd.mean(ones).item(), 1);
  assert.equal(nd.sum(ones).item(), 2 ** 25);
  const dense = nd.add(nd.zeros([2 ** 25]), 1);
  assert.equal(nd.mean(dense).item(), 1);
  assert.equal(nd.sum(dense).item(), 2 ** 25);
});

Deno.test("a fraction is not truncated to an integer", () => {
  const x = nd.tensor([1, 2], { dtype: "int32" });
  assertThrows(() => nd.add(x, 1.5 as never), DTypeError, /^Cannot represent 1\.5 as int32: /);
  assertThrows(() => nd.add(x, 2 ** 31), DTypeError, /^Cannot represent 2147483648 as int32: /);
  assertThrows(
    () => nd.add(nd.tensor([1], { dtype: "uint8" }), 300),
    DTypeError,
    /^Cannot represent 300 as uint8: /,
  );
  assertThrows(() => nd.add(x, NaN), DTypeError);
  assertThrows(() => nd.add(x, true as never), DTypeError);
});

Deno.test("dtypes are never mixed silently", () => {
  const [x, y]: nd.Tensor[] = [nd.tensor([1], { dtype: "int32" }), nd.tensor([1.5])];
  const mixing: readonly (() => unknown)[] = [
    () => nd.add(x!, y!),
    () => nd.equal(x!, y!),
    () => nd.concat([x!, y!]),
    () => nd.stack([x!, y!]),
    () => nd.matmul(x!, y!),
    () => nd.where(nd.tensor([true]), x!, y!),
    () => nd.einsum("i,i->" as string, x!, y!),
    () => nd.at(x!, 0).set(y!),
    () => nd.at(x!, nd.tensor([0], { dtype: "int32" })).add(y!),
    () => nd.searchsorted(x!, y!),
  ];
  for (const mix of mixing) assertThrows(mix, DTypeError, /^Cannot .* and .*: cast/);
});

Deno.test("indices out of range are errors, negative ones count from the end", () => {
  const x = nd.tensor([10, 20, 30]);
  const at = (...values: number[]) => nd.tensor(values, { dtype: "int32" });
  assert.deepEqual(nd.take(x, at(-1, 0, -3)).toArray(), [30, 10, 10]);
  assert.deepEqual(nd.at(x, at(-1, 1)).get().toArray(), [30, 20]);
  const message =
    /^Cannot take index (3|-4) of axis 0 with length 3: an index must be from -3 to 2$/;
  for (const wrong of [3, -4]) {
    assertThrows(() => nd.take(x, at(wrong)), IndexError, message);
    assertThrows(() => nd.at(x, at(wrong)).get(), IndexError, message);
    assertThrows(() => nd.at(x, at(wrong)).set(0), IndexError, message);
    assertThrows(() => nd.slice(x, wrong as number), IndexError, message);
  }
});

Deno.test("a boolean mask is not used as integers", () => {
  const x = nd.tensor([10, 20, 30]);
  const mask = nd.tensor([false, true, true]);
  assert.deepEqual(nd.at(x, mask).get().toArray(), [20, 30]);
  assert.deepEqual(nd.at(x, mask).set(0).toArray(), [10, 0, 0]);
  assert.throws(() => nd.take(x, mask as never), DTypeError);
});

Deno.test("powers of integers are exact, in floats, too", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (let base = -7; base <= 7; base++) {
      for (let exponent = 0; exponent <= 8; exponent++) {
        const power = nd.power(
          nd.tensor([base], { dtype }),
          nd.tensor([exponent], { dtype }),
        );
        assert.equal(power.item(), base ** exponent, `${base} ** ${exponent} in ${dtype}`);
      }
    }
  }
});

Deno.test("x / x is 1", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const values = Array.from({ length: 2000 }, (_, i) => (i + 1) * 0.37 * 10 ** (i % 61 - 30));
    const x = nd.tensor(values, { dtype });
    assertTensorEqual(nd.divide(x, x), nd.ones([2000], { dtype }));
  }
});

Deno.test("NaN times 0 is NaN, and NaN is not lost on any way", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    for (const length of [1, 3, 4, 7, 8, 64, 1001]) {
      const nan = nd.full([length], NaN, { dtype });
      const all = array(dtype, [length], new Array<number>(length).fill(NaN));
      for (
        const result of [
          nd.multiply(nan, 0),
          nd.exp(nan),
          nd.log(nan),
          nd.tanh(nan),
          nd.sqrt(nan),
          nd.maximum(nan, 1),
          nd.minimum(1, nan),
          nd.power(nan, 2),
          nd.sort(nan),
          nd.cumsum(nan),
        ]
      ) assertTensorEqual(result, all);
    }
  }
});

Deno.test("the maximum with a NaN is NaN, wherever it stands", () => {
  assert.ok(Number.isNaN(nd.max(nd.tensor([1, NaN, 3])).item()));
  for (const length of [2, 5, 16, 33, 1030]) {
    for (const place of [0, 1, length >> 1, length - 1]) {
      const values = Float32Array.from({ length }, (_, i) => i === place ? NaN : i);
      const x = nd.tensor(values);
      assert.ok(Number.isNaN(nd.max(x).item()) && Number.isNaN(nd.min(x).item()));
      assert.equal(nd.argmax(x).item(), place);
      assert.equal(nd.argmin(x).item(), place);
    }
  }
});

Deno.test("the range of angles is reduced exactly", () => {
  const x = nd.tensor([1e22, 2 ** 1000, 1e308, -1e5], { dtype: "float64" });
  const sines = [
    -0.8522008497671888,
    -0.15920170308624243,
    0.4533964905016491,
    -0.03574879797201651,
  ];
  const cosines = [
    0.5232147853951389,
    0.9872460775989134,
    -0.8913089376870335,
    -0.9993608074382124,
  ];
  assertAllClose(nd.sin(x), array("float64", [4], sines), { ulps: 1 });
  assertAllClose(nd.cos(x), array("float64", [4], cosines), { ulps: 1 });
  const single = nd.sin(nd.tensor([1e22, 3e38, -1e5]));
  const right = [-0.7340815, 0.87490487, -0.035748798].map(Math.fround);
  assertAllClose(single, array("float32", [3], right), { ulps: 1 });
});

Deno.test("hypot and magnitudes neither overflow nor underflow", () => {
  const x = nd.tensor([3e200, 3e-200, Infinity], { dtype: "float64" });
  const y = nd.tensor([4e200, 4e-200, NaN], { dtype: "float64" });
  assertAllClose(nd.hypot(x, y), array("float64", [3], [5e200, 5e-200, Infinity]), { ulps: 1 });
  assertAllClose(nd.abs(nd.complex(x, y)), nd.hypot(x, y), { ulps: 1 });
  const single = nd.hypot(nd.tensor([3e38, 3e-42]), nd.tensor([3e37, 4e-42]));
  const right = [3.0149627e38, 4.999553e-42].map(Math.fround);
  assertAllClose(single, array("float32", [2], right), { ulps: 1 });
});

Deno.test("complex numbers broadcast as others do", () => {
  const column = nd.tensor([[{ re: 1, im: 2 }], [{ re: 3, im: -1 }]]);
  const row = nd.tensor([{ re: 0, im: 1 }, { re: 2, im: 0 }, { re: -1, im: 1 }]);
  assertTensorEqual(
    nd.multiply(column, row),
    array("complex64", [2, 3], [
      ...[{ re: -2, im: 1 }, { re: 2, im: 4 }, { re: -3, im: -1 }],
      ...[{ re: 1, im: 3 }, { re: 6, im: -2 }, { re: -2, im: 4 }],
    ]),
  );
  assertTensorEqual(
    nd.add(nd.transpose(column), { re: 0, im: 1 }),
    array("complex64", [1, 2], [{ re: 1, im: 3 }, { re: 3, im: 0 }]),
  );
});

Deno.test("sums of float32 keep their digits", () => {
  const x = nd.add(nd.zeros([10_000_000]), 0.1);
  const tenth = Math.fround(0.1);
  assert.ok(Math.abs(nd.sum(x).item() / (tenth * 1e7) - 1) < 1e-6);
  const rows = nd.reshape(x, [1000, 10_000]);
  for (const axis of [0, 1]) {
    const sums = nd.sum(rows, { axis }).data();
    const right = tenth * 1e7 / sums.length;
    assert.ok(sums.every((sum) => Math.abs(sum / right - 1) < 1e-6));
  }
});

Deno.test("results are the same below and above any threshold of size", () => {
  const pattern = Float32Array.from({ length: 97 }, (_, i) => Math.sin(i * 1.7) * 3);
  const small = nd.tensor(pattern);
  const expected = [nd.exp(small), nd.multiply(small, small), nd.tanh(small), nd.sin(small)];
  for (const count of [2, 11, 340, 5000]) {
    const large = nd.tile(small, [count]);
    const results = [nd.exp(large), nd.multiply(large, large), nd.tanh(large), nd.sin(large)];
    results.forEach((result, i) => assertTensorEqual(result, nd.tile(expected[i]!, [count])));
  }
});

Deno.test("high ranks work: 7, 9 and 32 axes", () => {
  for (const rank of [7, 9, 32]) {
    const shape: number[] = Array.from({ length: rank }, (_, i) => i % 5 === 0 ? 2 : 1);
    shape[1] = 3;
    const size = shape.reduce((a, b) => a * b, 1);
    const x = nd.reshape(nd.arange(0, size), shape);
    const turned = nd.transpose(x);
    assert.deepEqual(turned.shape, shape.toReversed());
    assertTensorEqual(nd.transpose(nd.add(turned, turned)), nd.multiply(x, 2));
    assert.equal(nd.sum(turned).item(), size * (size - 1) / 2);
    const kept = nd.sum(x, { axis: [0, -1], keepDims: true });
    assert.deepEqual(kept.shape, shape.with(0, 1).with(-1, 1));
    assertTensorEqual(nd.flip(nd.flip(x)), x);
  }
});

Deno.test("products of integers do not go through floats", () => {
  const x = nd.tensor([123456789, -2147483648, 65537], { dtype: "int32" });
  const y = nd.tensor([987654321, -1, 65537], { dtype: "int32" });
  const right = [-67153019, -2147483648, 131073];
  assert.deepEqual(nd.multiply(x, y).toArray(), right);
  assert.equal(nd.matmul(x, y).item(), right.reduce((a, b) => (a + b) | 0));
  assert.equal(nd.sum(nd.multiply(x, y)).item(), right.reduce((a, b) => (a + b) | 0));
  assert.equal(nd.einsum("i,i->", x, y).item(), right.reduce((a, b) => (a + b) | 0));
  const wide = nd.tensor([2n ** 62n + 3n, -5n]);
  const product = nd.multiply(wide, nd.tensor([3n, 2n ** 63n - 1n]));
  const wrapped = [(2n ** 62n + 3n) * 3n, -5n * (2n ** 63n - 1n)];
  assert.deepEqual(product.toArray(), wrapped.map((value) => BigInt.asIntN(64, value)));
  assert.equal(nd.prod(nd.full([21], 3n)).item(), 3n ** 21n);
});

Deno.test("errors come before effects", () => {
  const x = nd.tensor([1, 2, 3]);
  const v = nd.variable([1, 2, 3]);
  assert.throws(() => v.assign([1, 2] as never));
  assert.throws(() => nd.at(x, nd.tensor([0, 7], { dtype: "int32" })).set(9));
  assert.deepEqual(v.value.toArray(), [1, 2, 3]);
  assert.deepEqual(x.toArray(), [1, 2, 3]);
});
