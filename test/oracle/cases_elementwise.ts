/**
 * Elementwise functions.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { arrays, arrayShapes, type Drawn } from "../support/arbitraries.ts";
import type { Profile } from "../support/values.ts";
import {
  dtypesOf,
  INEXACT,
  INTEGERS,
  mixing,
  NUMBERS,
  NUMERIC,
  only,
  operand,
  operands,
  REAL,
  scalars,
  unlessComplex,
} from "./arguments.ts";
import type { Row } from "./row.ts";

const BITS: readonly DType[] = ["bool", ...INTEGERS];
const ALL: readonly DType[] = [...NUMBERS, "string"];

/** What is special about a row. */
type Special = Partial<Row> & { readonly profileOf?: (dtype: DType) => Profile };

function unary(name: string, np: string, dtypes: readonly DType[], special: Special = {}): Row {
  const { profileOf = unlessComplex, ...rest } = special;
  return {
    name,
    np,
    args: operand({ dtypes, profileOf }).map((x) => [x]),
    refuses: [only(dtypes)],
    ...rest,
  };
}

function binary(name: string, np: string, dtypes: readonly DType[], special: Special = {}): Row {
  const { profileOf = unlessComplex, ...rest } = special;
  return {
    name,
    np,
    args: operands(2, { dtypes, profileOf }),
    refuses: [mixing(), only(dtypes), only(dtypes, undefined, 1)],
    ...rest,
  };
}

/** Functions of reals, which integers and bool enter as float64, to two units in the last place. */
function real(name: string, np: string, special: Special = {}): Row {
  return unary(name, `floating(wide(${np}))`, NUMBERS, {
    ulps: (dtype) => DTYPES[dtype].kind === "complex" ? 5 : 2,
    signsOpen: true,
    ...special,
  });
}

/** A scalar takes the dtype of the tensor on either side. */
function scalar(name: string, np: string, dtypes: readonly DType[]): Row {
  const drawn = fc.tuple(fc.constantFrom(...dtypes), arrayShapes({ maxRank: 3 }), fc.boolean())
    .chain(([dtype, shape, left]) =>
      fc.tuple(arrays(dtype, shape, { profile: unlessComplex(dtype) }), scalars(dtype))
        .map(([x, value]) => left ? [value, x] : [x, value])
    );
  return {
    name,
    label: "with a scalar",
    np: `lambda a, b: ${np}(a, like(a, b)) if isinstance(a, np.ndarray) else ${np}(like(b, a), b)`,
    args: drawn,
    ulps: 2,
    zerosEqual: true,
    runs: 25,
  };
}

const ARITHMETIC: readonly Row[] = [
  binary("add", "np.add", NUMERIC),
  binary("subtract", "np.subtract", NUMERIC),
  binary("multiply", "product", NUMERIC, { profileOf: () => "any" }),
  binary("divide", "np.true_divide", NUMERIC, { ulps: 2 }),
  binary("floorDivide", "np.floor_divide", REAL),
  binary("remainder", "np.remainder", REAL),
  binary("power", "wide(np.power)", NUMERIC, {
    // The error of the logarithm is multiplied by the exponent.
    ulps: (dtype) => DTYPES[dtype].kind === "complex" ? 32 : 2,
    signsOpen: true,
    args: powers(),
  }),
  binary("maximum", "np.maximum", NUMERIC, { zerosEqual: true, profileOf: () => "any" }),
  binary("minimum", "np.minimum", NUMERIC, { zerosEqual: true, profileOf: () => "any" }),
  ...["add", "subtract", "multiply", "divide", "maximum", "minimum"].map((name) =>
    scalar(name, `np.${name}`, NUMERIC)
  ),
  unary("negative", "np.negative", NUMERIC),
  unary("abs", "wide(np.abs)", NUMERIC, { ulps: 2 }),
  unary("sign", "wide(np.sign)", NUMERIC, { ulps: 2 }),
  unary("square", "lambda x: product(x, x)", NUMERIC, { profileOf: () => "any" }),
  real("sqrt", "np.sqrt"),
  unary("reciprocal", "np.reciprocal", INEXACT, { ulps: 2 }),
];

/** Integer exponents are mostly from 0 on: negative ones are an error. */
function powers(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(dtypesOf(NUMERIC), arrayShapes({ maxRank: 3 }), fc.nat({ max: 9 })).chain(
    ([dtype, shape, chance]) => {
      const { kind } = DTYPES[dtype];
      const profile = kind === "complex" ? "plain" : "any";
      const exponents = kind === "int" || kind === "uint"
        ? { bounds: [kind === "int" && chance === 0 ? -3 : 0, 9] as const }
        : { profile } as const;
      return fc.tuple(arrays(dtype, shape, { profile }), arrays(dtype, shape, exponents));
    },
  );
}

const EXPONENTIAL: readonly Row[] = [
  real("exp", "np.exp"),
  real("expm1", "np.expm1"),
  real("log", "np.log"),
  real("log1p", "log1p"),
];

const TRIGONOMETRIC: readonly Row[] = [
  real("sin", "np.sin"),
  real("cos", "np.cos"),
  real("tan", "np.tan"),
  real("tanh", "np.tanh"),
  binary("arctan2", "floating(wide(np.arctan2))", REAL, { ulps: 2 }),
  binary("hypot", "floating(wide(np.hypot))", REAL, { ulps: 2 }),
];

const ROUNDING: readonly Row[] = [
  ...["ceil", "floor", "trunc"].map((name) => unary(name, `np.${name}`, REAL)),
  unary("round", "np.round", NUMERIC),
  unary("round", "rounded", NUMERIC, {
    label: "to decimals",
    // Each of its steps is rounded, which nobody knows how to do in bfloat16 but us.
    args: operand({ dtypes: NUMERIC.filter((dtype) => dtype !== "bfloat16"), others: false })
      .chain((x) =>
        fc.tuple(fc.constant(x), fc.integer({ min: -3, max: 4 }).map((decimals) => ({ decimals })))
      ),
  }),
  unary("signbit", "np.signbit", REAL),
  binary("copysign", "floating(np.copysign)", REAL),
];

const COMPARISON: readonly Row[] = [
  ...Object.entries({
    equal: "equal",
    notEqual: "not_equal",
    less: "less",
    lessEqual: "less_equal",
    greater: "greater",
    greaterEqual: "greater_equal",
  }).flatMap(([name, np]) => [
    binary(name, `np.${np}`, ALL, { profileOf: () => "any" }),
    scalar(name, `np.${np}`, NUMERIC),
  ]),
  ...["isnan", "isinf", "isfinite"].map((name) =>
    unary(name, `np.${name}`, NUMBERS, { profileOf: () => "any" })
  ),
];

const LOGIC: readonly Row[] = [
  binary("logicalAnd", "np.logical_and", NUMBERS),
  binary("logicalOr", "np.logical_or", NUMBERS),
  binary("logicalXor", "np.logical_xor", NUMBERS),
  unary("logicalNot", "np.logical_not", NUMBERS),
  binary("bitwiseAnd", "np.bitwise_and", BITS),
  binary("bitwiseOr", "np.bitwise_or", BITS),
  binary("bitwiseXor", "np.bitwise_xor", BITS),
  unary("bitwiseNot", "np.bitwise_not", BITS),
  ...Object.entries({ leftShift: "left_shift", rightShift: "right_shift" }).map((
    [name, np],
  ): Row => ({
    name,
    np: `np.${np}`,
    args: fc.tuple(dtypesOf(INTEGERS), arrayShapes({ maxRank: 3 })).chain(([dtype, shape]) =>
      fc.tuple(arrays(dtype, shape), arrays(dtype, shape, { bounds: [0, 70] }))
    ),
    refuses: [only(INTEGERS)],
  })),
];

const COMPLEX: readonly Row[] = [
  unary("angle", "floating(wide(np.angle))", NUMERIC, { ulps: 2, profileOf: () => "any" }),
  unary("real", "np.real", NUMERIC, { profileOf: () => "any" }),
  unary("imag", "np.imag", NUMERIC, { profileOf: () => "any" }),
  unary("conj", "np.conj", NUMERIC, { profileOf: () => "any" }),
  {
    name: "complex",
    np: "lambda a, b: np.stack([a, b], -1).view('c8' if a.dtype == np.float32 else 'c16')[..., 0]",
    args: fc.tuple(fc.constantFrom<DType>("float32", "float64"), arrayShapes({ maxRank: 3 })).chain(
      ([dtype, shape]) => fc.tuple(arrays(dtype, shape), arrays(dtype, shape)),
    ),
  },
];

/** Lower and upper bounds: arrays, scalars or none. */
function bounded(): fc.Arbitrary<readonly unknown[]> {
  return operands(3, { dtypes: NUMERIC }).chain(([x, min, max]) => {
    const bound = (drawn: Drawn): fc.Arbitrary<unknown> =>
      fc.oneof(fc.constant(drawn), fc.constant(undefined), scalars(x!.dtype));
    return fc.tuple(bound(min!), bound(max!)).map(([min, max]) => [x, { min, max }]);
  });
}

const SELECTION: readonly Row[] = [
  {
    name: "clip",
    np: "clip",
    args: bounded(),
    zerosEqual: true,
    refuses: [only(NUMERIC), {
      reason: "two dtypes are never mixed",
      when: (x, options) => {
        const { min, max } = options as { readonly min?: Drawn; readonly max?: Drawn };
        const { dtype } = x as Drawn;
        return [min, max].some((bound) => bound?.dtype !== undefined && bound.dtype !== dtype);
      },
    }],
  },
  {
    name: "where",
    np: "np.where",
    args: operands(3, { dtypes: ALL }).chain(([condition, x, y]) =>
      arrays("bool", condition!.shape).map((mask) => [mask, x!, y!])
    ),
    refuses: [mixing(1, 2)],
  },
];

/** Truncating casts saturate; all others are NumPy's astype. */
const CAST: readonly Row[] = NUMBERS.map((from): Row => ({
  name: "cast",
  label: `from ${from}`,
  np: "lambda x, dtype: cast(x, dtype)",
  args: fc.tuple(
    arrayShapes({ maxRank: 3 }).chain((shape) => arrays(from, shape)),
    fc.constantFrom(...NUMBERS),
  ),
  narrows: (_, dtype) => dtype === "bfloat16",
}));

/** Rows of this file. */
export const ELEMENTWISE: readonly Row[] = [
  ...ARITHMETIC,
  ...EXPONENTIAL,
  ...TRIGONOMETRIC,
  ...ROUNDING,
  ...COMPARISON,
  ...LOGIC,
  ...COMPLEX,
  ...SELECTION,
  ...CAST,
];
