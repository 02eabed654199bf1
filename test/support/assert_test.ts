import type { DType, Item } from "../../src/core/dtype.ts";
import { AxisError, ShapeError } from "../../src/core/errors.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import {
  array,
  assert,
  assertAllClose,
  assertMessage,
  assertTensorEqual,
  assertThrows,
} from "./assert.ts";
import type { Tolerance } from "./compare.ts";
import { layouts, repeatedAlong, tensorFrom } from "./layouts.ts";
import { Random } from "./random.ts";
import { storedIn } from "./storages.ts";
import { floatFacts, randomArray } from "./values.ts";
import type { WasmStorage } from "../../src/devices/wasm/storage.ts";

function differs(dtype: DType, x: Item, y: Item, tolerance: Tolerance = { ulps: 0 }): boolean {
  try {
    assertAllClose(array(dtype, [1], [x]), array(dtype, [1], [y]), tolerance);
    return false;
  } catch {
    return true;
  }
}

Deno.test("exact comparison knows NaN, the sign of zero and one unit in the last place", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const { epsilon, subnormal } = floatFacts(dtype);
    assert.ok(!differs(dtype, NaN, NaN));
    assert.ok(!differs(dtype, Infinity, Infinity));
    assert.ok(differs(dtype, NaN, 0));
    assert.ok(differs(dtype, 0, -0));
    assert.ok(differs(dtype, Infinity, -Infinity));
    assert.ok(differs(dtype, 1, 1 + epsilon));
    assert.ok(differs(dtype, subnormal, 0));
  }
  assert.ok(differs("complex64", { re: 1, im: 0 }, { re: 1, im: -0 }));
  assert.ok(!differs("complex64", { re: NaN, im: 1 }, { re: NaN, im: 1 }));
  assert.ok(differs("complex64", { re: NaN, im: 1 }, { re: 1, im: NaN }));
  assert.ok(differs("int64", 2n ** 53n, 2n ** 53n + 1n));
  assert.ok(differs("string", "a", "b"));
});

Deno.test("close comparison counts units in the last place", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const { epsilon, subnormal, largest } = floatFacts(dtype);
    assert.ok(!differs(dtype, 1 + 2 * epsilon, 1, { ulps: 2 }));
    assert.ok(differs(dtype, 1 + 3 * epsilon, 1, { ulps: 2 }));
    assert.ok(!differs(dtype, 2 * subnormal, 0, { ulps: 2 }));
    assert.ok(differs(dtype, 3 * subnormal, 0, { ulps: 2 }));
    assert.ok(!differs(dtype, largest, Infinity, { ulps: 2 }));
    assert.ok(differs(dtype, 1, Infinity, { ulps: 2 }));
    assert.ok(differs(dtype, NaN, Infinity, { ulps: 2 }));
    assert.ok(differs(dtype, 0, -0, { ulps: 2 }));
    assert.ok(!differs(dtype, 0, -0, { ulps: 2, zerosEqual: true }));
    assert.ok(!differs(dtype, 2 * epsilon, 0, { ulps: 2, scale: [1] }));
    assert.ok(differs(dtype, 4 * epsilon, 0, { ulps: 2, scale: [1] }));
  }
  const small = { re: 1, im: 3e-7 };
  assert.ok(!differs("complex64", small, { re: 1, im: 2e-7 }, { ulps: 2 }));
  assert.ok(differs("int32", 1, 2, { ulps: 2 }));
});

Deno.test("a difference is found wherever it is, and all are counted", () => {
  for (const dtype of ["bool", "int8", "float16", "float32", "float64", "complex128"] as const) {
    const right = randomArray(new Random(dtype), dtype, [2, 37], "plain");
    for (let i = 0; i < 74; i++) {
      const other: Item = dtype === "bool"
        ? !right.items[i]
        : dtype === "complex128"
        ? { re: 77, im: 0 }
        : 77;
      const wrong = { ...right, items: right.items.with(i, other) };
      assertThrows(
        () => assertTensorEqual(wrong, right),
        assert.AssertionError as never,
        new RegExp(`^element \\[${Math.floor(i / 37)}, ${i % 37}\\]`),
      );
    }
    const none = { ...right, items: right.items.map(() => right.items[0]!) };
    assertTensorEqual(none, none);
  }
});

Deno.test("dtype and shape are compared", () => {
  assert.throws(
    () => assertTensorEqual(array("int8", [1], [1]), array("int16", [1], [1])),
    /dtype/,
  );
  assert.throws(
    () => assertTensorEqual(array("int8", [1], [1]), array("int8", [1, 1], [1])),
    /shape is \[1\], expected \[1, 1\]/,
  );
});

Deno.test("a million elements are compared quickly", () => {
  const bytes = new Uint8Array(new Float32Array(1e6).map((_, i) => i).buffer);
  const x = wasmDevice().fromBytes("float32", [1e6], bytes);
  const start = performance.now();
  assertTensorEqual(x, wasmDevice().fromBytes("float32", [1e6], bytes));
  assert.ok(performance.now() - start < 500);
});

Deno.test("all layouts have the same values", () => {
  const random = new Random("layouts");
  for (const dtype of ["bool", "float16", "int64", "complex128", "string"] as const) {
    for (const shape of [[], [1], [7], [2, 3], [3, 0, 2], [2, 1, 3, 2]]) {
      const values = repeatedAlong(randomArray(random, dtype, shape), [shape.length - 1]);
      const all = layouts(values);
      assert.equal(all.at(-1)!.layout === "broadcast", shape.at(-1)! > 1 && !shape.includes(0));
      for (const { layout, tensor } of all) assertTensorEqual(tensor, values, layout);
    }
  }
});

Deno.test("storages are of the kind that is asked for", () => {
  for (const kind of ["buffer", "wasm"] as const) {
    for (const count of [1, 3000]) {
      const x = storedIn(kind, () => tensorFrom(array("float64", [count], Array(count).fill(1))));
      assert.equal((x.storage as WasmStorage).address >= 0, kind === "wasm");
    }
  }
});

Deno.test("assertThrows wants the class itself and the message", () => {
  const fail = () => {
    throw new ShapeError("Cannot do it: no");
  };
  assertThrows(fail, ShapeError, "Cannot do it: no");
  assertThrows(fail, ShapeError, /no$/);
  assert.throws(() => assertThrows(fail, AxisError));
  assert.throws(() => assertThrows(fail, RangeError));
  assert.throws(() => assertThrows(fail, ShapeError, "Cannot do it"));
  assert.throws(() => assertThrows(() => 1, ShapeError), /nothing was thrown/);
});

Deno.test("messages follow the grammar", () => {
  assertMessage("Cannot add float32 and int32: cast one of them first");
  for (
    const wrong of ["cannot add: no", "Cannot add", "Cannot add: no.", "Failed: no", "Cannot: "]
  ) {
    assert.throws(() => assertMessage(wrong));
  }
});
