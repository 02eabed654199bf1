/**
 * Creation and printing.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES, dtypesOfKind } from "../../src/core/dtype.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import { arrayShapes, type Drawn, elements } from "../support/arbitraries.ts";
import { INTEGERS, NUMBERS, operand } from "./arguments.ts";
import type { Namespace, PublicFunction, Row } from "./row.ts";

const FLOATS: readonly DType[] = dtypesOfKind("float");
/** NumPy has no bfloat16 to create. */
const CREATED: readonly DType[] = NUMBERS.filter((dtype) => dtype !== "bfloat16");
const REAL_CREATED: readonly DType[] = [...INTEGERS, ...FLOATS].filter((dtype) =>
  dtype !== "bfloat16"
);

type Options = Readonly<Record<string, unknown>>;

function withDType(dtypes: readonly DType[]): fc.Arbitrary<Options> {
  return fc.constantFrom(...dtypes).map((dtype) => ({ dtype }));
}

function ranges(): fc.Arbitrary<readonly unknown[]> {
  const integers = fc.tuple(
    fc.integer({ min: -40, max: 40 }),
    fc.integer({ min: -40, max: 60 }),
    fc.constantFrom(undefined, -7, -2, -1, 1, 2, 3, 10),
    fc.constantFrom(...REAL_CREATED),
  );
  const fractions = fc.tuple(
    fc.integer({ min: -64, max: 64 }).map((x) => x / 16),
    fc.integer({ min: -64, max: 64 }).map((x) => x / 16),
    fc.constantFrom(0.125, 0.5, -0.25, 1.5, 1),
    fc.constantFrom<DType>("float32", "float64"),
  );
  const wide = fc.tuple(
    fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    fc.integer({ min: 0, max: 20 }),
    fc.constantFrom(1n, 3n, -2n),
  ).map(([start, count, step]) => [start, start + BigInt(count) * step, step, "int64"] as const);
  return fc.oneof(integers, fractions, wide).map(([start, stop, step, dtype]) => [
    start,
    stop,
    step === undefined ? { dtype } : { dtype, step },
  ]);
}

/** What NumPy's dtype makes of integers out of range is an error here. */
function outOfRange(start: unknown, stop: unknown, options: unknown): boolean {
  const { dtype, step = 1 } = options as { readonly dtype: DType; readonly step?: number };
  const { kind, bytes } = DTYPES[dtype];
  if (kind !== "int" && kind !== "uint") return false;
  const count = Math.ceil((Number(stop) - Number(start)) / Number(step));
  if (kind === "uint" && Number(start) < 0) return true;
  if (count <= 0) return false;
  const last = Number(start) + (count - 1) * Number(step);
  const most = 2 ** (8 * bytes - (kind === "int" ? 1 : 0));
  return Math.max(Number(start), last) >= most ||
    Math.min(Number(start), last) < (kind === "int" ? -most : 0);
}

const RANGES: readonly Row[] = [
  {
    name: "arange",
    // What is drawn is exact in every dtype, however NumPy adds it up.
    np: "lambda start, stop, step=1, dtype=None: np.arange(start, stop, step).astype(dtype)",
    args: ranges(),
    refuses: [{ reason: "integers are checked against the dtype", when: outOfRange }],
  },
  {
    name: "linspace",
    np: "lambda start, stop, num=50, endpoint=True, dtype=None: " +
      "np.linspace(start, stop, num, endpoint).astype(dtype)",
    args: fc.tuple(
      fc.integer({ min: -100, max: 100 }).map((x) => x / 8),
      fc.integer({ min: -100, max: 100 }).map((x) => x / 8),
      fc.tuple(
        fc.constantFrom<DType>("float16", "float32", "float64"),
        fc.constantFrom({}, { num: 0 }, { num: 1 }, { num: 2 }, { num: 7 }, { num: 1030 }),
        fc.constantFrom({}, { endpoint: false }, { endpoint: true }),
      ).map(([dtype, num, endpoint]) => ({ dtype, ...num, ...endpoint })),
    ),
    ulps: 1,
    scale: "lambda start, stop, num=50, **k: np.full(num, max(abs(start), abs(stop)))",
  },
];

/** Lists of JavaScript values of one kind, nested or ragged. */
function nested(): fc.Arbitrary<readonly unknown[]> {
  return operand({
    dtypes: ["bool", "float32", "int64", "string"],
    others: false,
    maxRank: 3,
    long: false,
  })
    .map((x) => [x]);
}

function nestedOf(x: Tensor): unknown {
  const all = [...items(x)];
  const build = (axis: number): unknown =>
    axis === x.ndim ? all.shift() : Array.from({ length: x.shape[axis]! }, () => build(axis + 1));
  return build(0);
}

const FILLED: readonly Row[] = [
  ...["zeros", "ones"].map((name): Row => ({
    name,
    np: `lambda shape, dtype='float32': np.${name}(shape, dtype)`,
    args: fc.tuple(
      fc.oneof(arrayShapes(), fc.constantFrom([-1], [2, -3])),
      fc.oneof(fc.constant({}), withDType(CREATED)),
    ),
  })),
  {
    name: "full",
    np: "np.full",
    args: fc.constantFrom(...CREATED).chain((dtype) =>
      fc.tuple(arrayShapes({ maxRank: 3 }), elements(dtype), fc.constant({ dtype }))
    ),
  },
  {
    name: "eye",
    np: "lambda rows, columns=None, k=0, dtype='float32': np.eye(rows, columns, k, dtype)",
    args: fc.tuple(
      fc.integer({ min: -1, max: 6 }),
      fc.tuple(
        fc.constantFrom({}, { columns: 0 }, { columns: 3 }, { columns: 7 }),
        fc.constantFrom({}, { k: -9 }, { k: -2 }, { k: 1 }, { k: 4 }, { k: 9 }),
        fc.oneof(fc.constant({}), withDType(CREATED)),
      ).map(([columns, k, dtype]) => ({ ...columns, ...k, ...dtype })),
    ),
  },
  {
    name: "tensor",
    label: "of nested arrays",
    np: "lambda x: x",
    args: nested(),
    ours: (nd: Namespace, x: Tensor) => (nd["tensor"] as PublicFunction)(nestedOf(x)),
    theirs: (x: Drawn) => ({ args: [x.items.length === 0 ? emptied(x) : x] }),
  },
];

/** Nothing is seen of the axes behind one of length 0. */
function visible(shape: readonly number[]): readonly number[] {
  const at = shape.indexOf(0);
  return at < 0 ? shape : shape.slice(0, at + 1);
}

function emptied(x: Drawn): Drawn {
  return { ...x, dtype: "float32", shape: visible(x.shape) };
}

/** Rows about the text of tensors, which is no function of the namespace. */
export const PRINTED: readonly Row[] = [
  {
    name: "toString",
    label: "of arrays of any shape",
    np: "tensor_text",
    args: operand({ dtypes: [...CREATED, "string"], others: false }).map((x) => [x]),
    ours: (_: Namespace, x: Tensor) => String(x),
    runs: 300,
  },
];

/** Rows of this file. */
export const CREATION: readonly Row[] = [...RANGES, ...FILLED];

/** A number, and options of which some contradict each other. */
function numberTexts(own: fc.Arbitrary<Options>): fc.Arbitrary<readonly unknown[]> {
  const count = fc.constantFrom(0, 1, 2, 3, 8, 20);
  const common = fc.record({
    precision: count,
    unique: fc.boolean(),
    trim: fc.constantFrom("k", ".", "0", "-"),
    sign: fc.boolean(),
    padLeft: count,
    minDigits: count,
  }, { requiredKeys: [] });
  return fc.constantFrom<DType>("float16", "float32", "float64").chain((dtype) =>
    fc.tuple(elements(dtype), common, own).map((
      [x, some, more],
    ) => [x, { dtype, ...some, ...more }])
  );
}

function snakeCased(
  x: number,
  options: Options,
): { readonly args: unknown[]; readonly kwargs: Options } {
  const kwargs = Object.entries(options).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return { args: [x], kwargs: Object.fromEntries(kwargs) };
}

function numberText(np: string): string {
  return `lambda x, dtype, **k: {"value": np.${np}(np.dtype(dtype).type(x), **k)}`;
}

/** Numbers as text. */
export const NUMBER_TEXTS: readonly Row[] = [
  {
    name: "formatFloatPositional",
    np: numberText("format_float_positional"),
    args: numberTexts(
      fc.record({ fractional: fc.boolean(), padRight: fc.constantFrom(0, 1, 5) }, {
        requiredKeys: [],
      }),
    ),
    theirs: snakeCased,
  },
  {
    name: "formatFloatScientific",
    np: numberText("format_float_scientific"),
    args: numberTexts(fc.record({ expDigits: fc.constantFrom(1, 3, 5) }, { requiredKeys: [] })),
    theirs: snakeCased,
  },
];
