import assert from "node:assert/strict";
import fc from "fast-check";
import { type DType, DTYPES, type FloatDType, type Item } from "../../src/core/dtype.ts";
import { ArgumentError, DTypeError } from "../../src/core/errors.ts";
import { bfloat16Value, float16Value } from "../../src/core/half.ts";
import { readItem, storeItem } from "../../src/core/item.ts";
import {
  formatArray,
  type Printable,
  type PrintOptions,
  tensorText,
} from "../../src/core/print.ts";
import {
  formatFloatPositional,
  type FormatFloatPositionalOptions,
  formatFloatScientific,
} from "../../src/core/print_float.ts";

/** An array, its bytes in hexadecimal or its strings, and what NumPy prints. */
interface ArrayCase {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly items: string | readonly string[];
  readonly options: PrintOptions;
  readonly text: string;
  readonly tensor: string;
}

/** A number, and what NumPy's function of that notation gives; null for an error. */
interface ScalarCase {
  readonly notation: "positional" | "scientific";
  readonly dtype: FloatDType;
  readonly item: string;
  readonly options: FormatFloatPositionalOptions;
  readonly text: string | null;
}

/** The cases that print_golden.py wrote. */
const GOLDEN: readonly (ArrayCase | ScalarCase)[] = Deno.readTextFileSync(
  new URL("./print_golden.jsonl", import.meta.url),
).trim().split("\n").map((line) => JSON.parse(line));

function array(dtype: DType, shape: readonly number[], items: readonly Item[]): Printable {
  return {
    dtype,
    shape,
    item: (index) => items[index.reduce((at, i, axis) => at * shape[axis]! + i, 0)]!,
  };
}

function vector(dtype: DType, ...items: Item[]): Printable {
  return array(dtype, [items.length], items);
}

function itemsOfHex(dtype: DType, hex: string): Item[] {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const view = new DataView(bytes.buffer);
  const step = DTYPES[dtype].bytes;
  return Array.from({ length: bytes.length / step }, (_, i) => readItem(dtype, view, i * step));
}

Deno.test("formatArray and tensorText print what NumPy prints", () => {
  for (const golden of GOLDEN) {
    if (!("items" in golden)) continue;
    const { dtype, shape, items, options, text, tensor } = golden;
    const x = array(dtype, shape, typeof items === "string" ? itemsOfHex(dtype, items) : items);
    assert.equal(formatArray(x, options), text, JSON.stringify(golden));
    const { separator: _s, prefix: _p, suffix: _q, ...plain } = options;
    assert.equal(tensorText(x, plain), tensor, JSON.stringify(golden));
  }
});

Deno.test("formatFloat functions print what NumPy prints", () => {
  for (const golden of GOLDEN) {
    if (!("notation" in golden)) continue;
    const { notation, dtype, item, options, text } = golden;
    const [x] = itemsOfHex(dtype, item) as number[];
    const note = JSON.stringify(golden);
    const write = notation === "positional" ? formatFloatPositional : formatFloatScientific;
    if (text === null) assert.throws(() => write(x!, { ...options, dtype }), ArgumentError, note);
    else assert.equal(write(x!, { ...options, dtype }), text, note);
  }
});

function lines(...text: string[]): string {
  return text.join("\n");
}

Deno.test("tensorText names the dtype always, the shape where it is not seen", () => {
  const x = array("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
  assert.equal(
    tensorText(x),
    lines("tensor([[1., 2., 3.],", "        [4., 5., 6.]], dtype=float32)"),
  );
  assert.equal(tensorText(array("bool", [], [true])), "tensor(True, dtype=bool)");
  assert.equal(tensorText(array("string", [], ["it's"])), `tensor("it's", dtype=string)`);
  assert.equal(tensorText(array("int64", [0], [])), "tensor([], dtype=int64)");
  assert.equal(
    tensorText(array("float32", [2, 0], [])),
    "tensor([], shape=[2, 0], dtype=float32)",
  );
  assert.equal(
    tensorText({ dtype: "int32", shape: [2000], item: ([i]) => i! }),
    lines(
      "tensor([   0,    1,    2, ..., 1997, 1998, 1999],",
      "       shape=[2000], dtype=int32)",
    ),
  );
});

Deno.test("bfloat16 prints as a float of 3 significant digits", () => {
  assert.equal(formatArray(vector("bfloat16", 1, 2.5, -0.099609375)), "[ 1.      2.5    -0.0996]");
  assert.equal(formatArray(vector("bfloat16", 3.140625, NaN, Infinity)), "[3.14  nan  inf]");
  assert.equal(formatArray(vector("bfloat16", 128, 1)), "[1.28e+02 1.00e+00]");
  assert.equal(formatArray(vector("bfloat16", 99, 1)), "[99.  1.]");
  const largest = bfloat16Value(0x7f7f);
  assert.equal(formatFloatScientific(largest, { dtype: "bfloat16" }), "3.39e+38");
});

Deno.test("the digits of every 16-bit float are unique and cannot be fewer", () => {
  const formats = [["float16", float16Value], ["bfloat16", bfloat16Value]] as const;
  for (const [dtype, valueOf] of formats) {
    for (let bits = 1; bits < 0x8000; bits += 3) {
      const x = valueOf(bits);
      if (!Number.isFinite(x)) continue;
      const text = formatFloatScientific(x, { dtype, trim: "-" });
      assert.equal(storeItem(dtype, Number(text)), x, `${dtype} ${text}`);
      const digits = text.slice(0, text.indexOf("e")).replace(".", "").length;
      if (digits === 1) continue;
      const fewer = Number(x.toExponential(digits - 2));
      assert.notEqual(storeItem(dtype, fewer), x, `${dtype} ${text}`);
    }
  }
});

Deno.test("float32 and float64 digits lead back to the number", () => {
  const dtypes: readonly FloatDType[] = ["float32", "float64"];
  fc.assert(fc.property(fc.double({ noNaN: true }), fc.constantFrom(...dtypes), (value, dtype) => {
    const x = storeItem(dtype, value) as number;
    const text = formatFloatScientific(x, { dtype });
    assert.equal(storeItem(dtype, Number(text.replace("inf", "Infinity"))), x);
    if (dtype === "float64" && Number.isFinite(x)) {
      assert.equal(formatFloatPositional(x, { trim: "-" }).length > 0, true);
      const shortest = x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
      assert.equal(
        formatFloatScientific(x, { trim: "-" }),
        Object.is(x, -0) ? "-0e+00" : shortest,
      );
    }
  }));
});

Deno.test("a summary reads only what it shows", () => {
  let reads = 0;
  const huge: Printable = {
    dtype: "float64",
    shape: [100_000, 100_000, 100_000],
    item: (index) => (reads++, index[2]!),
  };
  const text = formatArray(huge);
  assert.equal(reads, 216);
  assert.match(text, /^\[\[\[0\.0000e\+00 1\.0000e\+00 2\.0000e\+00 \.\.\. 9\.9997e\+04/);
});

Deno.test("a formatter of several lines is aligned", () => {
  const x = vector("int32", 1, 2, 3);
  const text = formatArray(x, {
    formatter: (item) => `a${item}\nbcd`,
    prefix: "12",
    lineWidth: 12,
  });
  // As numpy.array2string(x, formatter={"all": ...}, prefix="12", max_line_width=12).
  assert.equal(text, lines("[a1", "   bcd a2", "       bcd", "   a3", "   bcd]"));
});

Deno.test("wrong options are refused", () => {
  const x = vector("float32", 1);
  const wrong: readonly PrintOptions[] = [
    { precision: -1 },
    { precision: 1.5 },
    { precision: 1e9 },
    { threshold: NaN },
    { edgeItems: 0 },
    { lineWidth: NaN },
    { floatMode: "exact" as "fixed" },
    { sign: "x" as "+" },
  ];
  for (const options of wrong) {
    assert.throws(() => formatArray(x, options), ArgumentError);
    assert.throws(() => tensorText(x, options), ArgumentError);
  }
  assert.throws(() => formatFloatPositional(1, { unique: false }), ArgumentError);
  assert.throws(() => formatFloatScientific(1, { precision: 1, minDigits: 2 }), ArgumentError);
  assert.throws(
    () => formatFloatPositional(1, { dtype: "int32" as "float32" }),
    new DTypeError("Cannot format int32: the operand must be a real float"),
  );
});
