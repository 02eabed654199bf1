/**
 * Arguments that many rows share.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPE_NAMES, DTYPES, dtypesOfKind } from "../../src/core/dtype.ts";
import { integerRange } from "../../src/core/item.ts";
import {
  type ArrayOptions,
  arrays,
  arrayShapes,
  broadcastableShapes,
  type Drawn,
  elements,
  type ShapeOptions,
  validAxes,
} from "../support/arbitraries.ts";
import type { Profile } from "../support/values.ts";
import type { Refusal } from "./row.ts";

/** Dtypes with arithmetic. */
export const NUMERIC: readonly DType[] = dtypesOfKind("int", "uint", "float", "complex");
/** Dtypes with arithmetic and an order. */
export const REAL: readonly DType[] = dtypesOfKind("int", "uint", "float");
/** Integers. */
export const INTEGERS: readonly DType[] = dtypesOfKind("int", "uint");
/** All but strings. */
export const NUMBERS: readonly DType[] = dtypesOfKind("bool", "int", "uint", "float", "complex");
/** Floats, real and complex. */
export const INEXACT: readonly DType[] = dtypesOfKind("float", "complex");

/** Which operands to draw. */
export interface OperandOptions extends ShapeOptions, ArrayOptions {
  /** Dtypes for which the function is defined. */
  readonly dtypes: readonly DType[];
  /** Whether dtypes are drawn now and then that the function must refuse; true when absent. */
  readonly others?: boolean;
  /** Profile of a dtype, where it is not the same for all. */
  readonly profileOf?: (dtype: DType) => Profile;
}

/**
 * Complex numbers that overflow on the way give what the machine's instructions happen to
 * give, in NumPy, too.
 *
 * @param dtype The dtype.
 * @returns Any values for real dtypes, none that overflow for complex ones.
 */
export function unlessComplex(dtype: DType): Profile {
  return DTYPES[dtype].kind === "complex" ? "tame" : "any";
}

/**
 * Dtypes of a function: mostly its own, now and then one that it must refuse.
 *
 * @param own Its own.
 * @param others Whether to draw others, too.
 * @returns An arbitrary dtype.
 */
export function dtypesOf(own: readonly DType[], others = true): fc.Arbitrary<DType> {
  const other = DTYPE_NAMES.filter((name) => others && !own.includes(name));
  if (other.length === 0) return fc.constantFrom(...own);
  return fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...other) },
  );
}

/**
 * One operand.
 *
 * @param options Which.
 * @returns An arbitrary array.
 */
export function operand(options: OperandOptions): fc.Arbitrary<Drawn> {
  return fc.tuple(dtypesOf(options.dtypes, options.others), arrayShapes(options)).chain((
    [dtype, shape],
  ) => arrays(dtype, shape, optionsFor(dtype, options)));
}

function optionsFor(dtype: DType, options: OperandOptions): ArrayOptions {
  return { ...options, profile: options.profileOf?.(dtype) ?? options.profile ?? "any" };
}

/**
 * Several operands of one dtype that broadcast; now and then they do not, or
 * their dtypes differ.
 *
 * @param count How many.
 * @param options Which.
 * @returns Arbitrary arrays.
 */
export function operands(count: number, options: OperandOptions): fc.Arbitrary<Drawn[]> {
  const mixed = fc.tuple(fc.nat({ max: 39 }), fc.constantFrom(...options.dtypes));
  return fc.tuple(
    dtypesOf(options.dtypes, options.others),
    mixed,
    broadcastableShapes(count, options),
  ).chain(
    ([dtype, [chance, other], shapes]) =>
      fc.tuple(...shapes.map((shape, i) => {
        const own = chance === 0 && i === count - 1 ? other : dtype;
        return arrays(own, shape, optionsFor(own, options));
      })),
  );
}

/**
 * An operand and axis options.
 *
 * @param options Which operand; `single`: whether the function takes one axis only; `keepDims`: whether it
 * has this option.
 * @returns Arbitrary arguments.
 */
export function withAxes(
  options: OperandOptions & {
    readonly single?: boolean;
    readonly all?: boolean;
    readonly keepDims?: boolean;
  },
): fc.Arbitrary<readonly unknown[]> {
  const flags = options.keepDims === false
    ? fc.constant({})
    : fc.constantFrom({}, { keepDims: true }, { keepDims: false });
  return operand(options).chain((x) =>
    fc.tuple(fc.constant(x), validAxes(x.shape.length, options), flags).map(([x, axis, rest]) => [
      x,
      axis === undefined ? rest : { axis, ...rest },
    ])
  );
}

/**
 * A scalar that a dtype can hold.
 *
 * @param dtype The dtype.
 * @returns An arbitrary scalar.
 */
export function scalars(dtype: DType): fc.Arbitrary<unknown> {
  const { kind } = DTYPES[dtype];
  if (kind === "int" || kind === "uint") {
    const [min, max] = integerRange(dtype)!;
    const number = fc.integer({ min: Math.max(Number(min), -100), max: 100 });
    return fc.oneof(number, fc.bigInt({ min, max }));
  }
  return elements(dtype, "tame");
}

/**
 * The refusal of two dtypes in one call.
 *
 * @param positions Which arguments must agree; all arrays when absent.
 * @returns The refusal.
 */
export function mixing(...positions: readonly number[]): Refusal {
  return {
    reason: "two dtypes are never mixed",
    when: (...args) => {
      const chosen = positions.length > 0 ? positions.map((i) => args[i]) : args.flat();
      const dtypes = chosen.filter(isDrawn).map(({ dtype }) => dtype);
      return new Set(dtypes).size > 1;
    },
  };
}

/**
 * The refusal of dtypes for which a function is not defined.
 *
 * @param own Dtypes for which it is.
 * @param reason Why not for others.
 * @param position The argument that decides.
 * @returns The refusal.
 */
export function only(
  own: readonly DType[],
  reason = "the dtype has no such operation",
  position = 0,
): Refusal {
  return {
    reason,
    when: (...args) => isDrawn(args[position]) && !own.includes(args[position].dtype),
  };
}

/** A tensor of rank 0 has no axes; NumPy lets it have 0 and -1 in some functions. */
export const NO_AXES: Refusal = {
  reason: "a tensor of rank 0 has no axes",
  when: (x, ...rest) => {
    const options = rest.at(-1) as { readonly axis?: number } | undefined;
    return isDrawn(x) && x.shape.length === 0 && options?.axis !== undefined &&
      !Array.isArray(options.axis);
  },
};

function isDrawn(value: unknown): value is Drawn {
  return typeof value === "object" && value !== null && "layout" in value;
}

/**
 * Dtypes of sums and products: int32 and uint32 where NumPy has 64 bits.
 *
 * @param dtype Dtype of the operand.
 * @returns What becomes of NumPy's dtype.
 */
export function sums(dtype: DType): Readonly<Record<string, string>> {
  const { kind, bytes } = DTYPES[dtype];
  if (bytes === 8) return {};
  if (kind === "uint") return { uint64: "uint32" };
  return { int64: "int32" };
}

/**
 * Dtype of positions and counts: int32 where NumPy has int64.
 *
 * @returns What becomes of NumPy's dtype.
 */
export function indices(): Readonly<Record<string, string>> {
  return { int64: "int32" };
}
