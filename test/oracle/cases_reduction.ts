/**
 * Reductions, statistics, scans, sorting and searching.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { arrays, arrayShapes, type Drawn, validAxes } from "../support/arbitraries.ts";
import type { Profile } from "../support/values.ts";
import {
  indices,
  mixing,
  NO_AXES,
  NUMBERS,
  only,
  operand,
  REAL,
  sums,
  withAxes,
} from "./arguments.ts";
import type { Namespace, PublicFunction, Refusal, Row } from "./row.ts";

const BOOL: readonly DType[] = ["bool"];
const ALL: readonly DType[] = [...NUMBERS, "string"];

/** Infinite parts of complex numbers make NaN or not by the order of operations. */
function summable(dtype: DType): Profile {
  return DTYPES[dtype].kind === "complex" ? "moderate" : "tame";
}

/** Products of few enough elements that nothing overflows on the way. */
const FEW = { maxRank: 3, maxLength: 4, long: false } as const;

function reduction(name: string, np: string, special: Partial<Row> = {}): Row {
  return {
    name,
    np,
    args: withAxes({ dtypes: NUMBERS }),
    refuses: [only(NUMBERS), NO_AXES],
    ...special,
  };
}

function statistic(name: string, np: string, scale: string, special: Partial<Row> = {}): Row {
  return reduction(name, `floating(wide(np.${np}))`, {
    args: withAxes({ dtypes: NUMBERS, profileOf: summable }),
    ulps: 8,
    scale,
    ...special,
  });
}

/** The size of squares: deviations are as exact as the elements themselves. */
const SQUARES =
  "lambda x, ddof=0, **k: magnitudes(np.mean)(np.abs(x).astype('f8') ** 2, **k) * np.float64(x.size)" +
  " / np.maximum(x.size - ddof, 1)";

const REDUCTIONS: readonly Row[] = [
  reduction("sum", "wide(np.sum)", {
    args: withAxes({ dtypes: NUMBERS, profileOf: summable }),
    ulps: 6,
    scale: "magnitudes(np.sum)",
    to: sums,
  }),
  reduction("prod", "wide(np.prod)", {
    args: withAxes({ dtypes: NUMBERS, profileOf: summable, ...FEW }),
    ulps: 64,
    scale: "magnitudes(np.prod)",
    to: sums,
  }),
  reduction("max", "np.max", { zerosEqual: true }),
  reduction("min", "np.min", { zerosEqual: true }),
  reduction("argmax", "np.argmax", {
    args: withAxes({ dtypes: NUMBERS, single: true }),
    to: indices,
  }),
  reduction("argmin", "np.argmin", {
    args: withAxes({ dtypes: NUMBERS, single: true }),
    to: indices,
  }),
  ...["any", "all"].map((name) =>
    reduction(name, `np.${name}`, {
      args: withAxes({ dtypes: BOOL }),
      refuses: [only(BOOL, "only bool is a truth value"), NO_AXES],
    })
  ),
  statistic("mean", "mean", "magnitudes(np.mean)"),
  statistic("variance", "var", SQUARES, { args: withDdof() }),
  statistic("std", "std", `lambda x, **k: np.sqrt((${SQUARES})(x, **k))`, { args: withDdof() }),
];

function withDdof(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(
    withAxes({ dtypes: NUMBERS, profileOf: summable }),
    fc.constantFrom(undefined, 0, 1, 2),
  ).map(([[x, options], ddof]) => [
    x,
    ddof === undefined ? options : { ...options as Record<string, unknown>, ddof },
  ]);
}

const SCANS: readonly Row[] = ["cumsum", "cumprod"].map((name): Row => ({
  name,
  np: name === "cumsum" ? "accumulating(np.cumsum)" : "accumulating(cumprod)",
  args: withAxes({
    dtypes: NUMBERS,
    single: true,
    keepDims: false,
    profileOf: summable,
    ...(name === "cumprod" ? FEW : {}),
  }),
  to: sums,
  refuses: [only(NUMBERS), NO_AXES],
}));

/** There is nothing to sort along. */
const NO_LAST_AXIS: Refusal = {
  reason: "a tensor of rank 0 has no axes",
  when: (x) => (x as Drawn).shape.length === 0,
};

/** The largest first, equal ones in their order. */
const DESCENDING = `lambda x, axis=-1: np.argsort(
    -np.unique(x, return_inverse=True)[1].reshape(x.shape), axis=axis, kind='stable')`;

function sorts(dtypes: readonly DType[], options: Readonly<Record<string, unknown>>) {
  return operand({ dtypes, others: false }).chain((x) =>
    validAxes(x.shape.length, { single: true }).map((axis) => [
      x,
      axis === undefined ? options : { axis, ...options },
    ])
  );
}

function without(name: string): (x: Drawn, options: Readonly<Record<string, unknown>>) => {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
} {
  return (x, options) => {
    const { [name]: _, ...kwargs } = options;
    return { args: [x], kwargs };
  };
}

const SORTING: readonly Row[] = [
  { name: "sort", np: "np.sort", args: sorts(ALL, {}), zerosEqual: true },
  {
    name: "sort",
    label: "descending",
    np: "lambda x, axis=-1: np.flip(np.sort(x, axis=axis), axis)",
    args: sorts(ALL, { descending: true }),
    theirs: without("descending"),
    zerosEqual: true,
  },
  {
    name: "argsort",
    np: "lambda x, **k: np.argsort(x, kind='stable', **k)",
    args: sorts(ALL, {}),
    to: indices,
    refuses: [NO_LAST_AXIS],
  },
  {
    name: "argsort",
    label: "descending",
    np: DESCENDING,
    args: sorts(REAL, { descending: true }),
    theirs: without("descending"),
    to: indices,
    refuses: [NO_LAST_AXIS],
  },
  {
    name: "searchsorted",
    np: "lambda x, v, side='left': np.searchsorted(np.sort(x), v, side)",
    args: fc.tuple(
      fc.constantFrom(...NUMBERS),
      fc.nat({ max: 40 }),
      arrayShapes({ maxRank: 3 }),
      fc.nat({ max: 19 }),
    ).chain(([dtype, length, shape, mistake]) =>
      fc.tuple(
        arrays(mistake === 0 ? "float32" : dtype, mistake === 1 ? [length, 2] : [length]),
        arrays(dtype, shape),
        fc.constantFrom({}, { side: "left" }, { side: "right" }),
      )
    ),
    ours: (nd: Namespace, x: unknown, ...rest: readonly unknown[]) => {
      const [sort, search] = [nd["sort"], nd["searchsorted"]] as readonly PublicFunction[];
      return search!(sort!(x), ...rest);
    },
    to: indices,
    refuses: [mixing()],
  },
];

/** Rows of this file. */
export const REDUCTION: readonly Row[] = [...REDUCTIONS, ...SCANS, ...SORTING];
