/**
 * The calls on which laws are tried, drawn from the samples of a primitive.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import type { HostArray, Primitive, Sample } from "../../src/core/primitive.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { runReference } from "../../src/devices/host.ts";
import { referenceDevice } from "../../src/devices/reference.ts";
import { itemText } from "../support/assert.ts";
import type { Tolerance } from "../support/compare.ts";
import { repeatedAlong, tensorFrom } from "../support/layouts.ts";
import type { Random } from "../support/random.ts";
import { randomArray } from "../support/values.ts";

/** One call of a primitive. */
export interface Case {
  /** The primitive. */
  readonly record: Primitive;
  /** The dtype that was drawn. */
  readonly dtype: DType;
  /** Parameters of the call. */
  readonly params: unknown;
  /** Values of the inputs. */
  readonly inputs: readonly HostArray[];
}

/** Says of each case in which a primitive breaks a law how it does so. */
export type Law = (record: Primitive, random: Random) => readonly string[];

/** Longer than vectors and tiles, and no multiple of them. */
const LONG: Shape = [1030];

/**
 * The calls to try: every sample with every dtype; elementwise ones also over a long axis.
 *
 * @param record The primitive.
 * @param random Where values come from.
 * @returns The calls.
 */
export function cases(record: Primitive, random: Random): readonly Case[] {
  const long: readonly Sample<unknown>[] = record.elementwise
    ? record.samples.slice(0, 1).map((sample) => ({
      ...sample,
      shapes: sample.shapes.map(() => LONG),
    }))
    : [];
  const samples = [...record.samples, ...long];
  // Without inputs, parameters alone say the dtype.
  const plain = samples.filter(({ shapes }) => shapes.length === 0);
  const own = samples.filter(({ shapes }) => shapes.length > 0);
  return [
    ...plain.map((sample) => drawn(record, record.dtypes[0]!, sample, random)),
    ...record.dtypes.flatMap((dtype) => own.map((sample) => drawn(record, dtype, sample, random))),
  ];
}

/** Whether results depend on the order in which a device adds or multiplies. */
export function accumulates({ ulps, elementwise }: Primitive): boolean {
  return ulps !== undefined && !elementwise;
}

function drawn(
  record: Primitive,
  dtype: DType,
  sample: Sample<unknown>,
  random: Random,
): Case {
  const { shapes, params, dtypes, bounds } = sample;
  const profile = accumulates(record) || sample.moderate ? "moderate" : "any";
  const inputs = shapes.map((shape, i) => {
    const own = dtypes?.[i] ?? dtype;
    const array = randomArray(random, own, shape, profile, bounds?.[i]);
    const repeated = shape.flatMap((_, axis) => random.chance(0.25) ? [axis] : []);
    const varied = repeated.length > 0 ? repeatedAlong(array, repeated) : array;
    return profile === "moderate" && random.chance(0.3) ? withSpecial(varied, random) : varied;
  });
  return { record, dtype, params, inputs };
}

/** Infinities of complex numbers are left out: what becomes of them depends on the order. */
function withSpecial(array: HostArray, random: Random): HostArray {
  const { kind } = DTYPES[array.dtype];
  if (array.items.length === 0 || (kind !== "float" && kind !== "complex")) return array;
  const value: Item = kind === "complex"
    ? { re: NaN, im: NaN }
    : random.pick([NaN, Infinity, -Infinity]);
  return { ...array, items: array.items.with(random.below(array.items.length), value) };
}

/**
 * What a case results in by definition.
 *
 * @param one The case.
 * @returns The results.
 */
export function definition({ record, inputs, params }: Case): readonly HostArray[] {
  const tensors = inputs.map((array) => tensorFrom(array, referenceDevice));
  const outputs = record.rule(inputs.map(({ dtype, shape }) => ({ dtype, shape })), params);
  const results = runReference(record, tensors, params, outputs);
  return outputs.map((out, i) => ({ ...out, items: results[i]! }));
}

/**
 * How far results of a case may be from its definition.
 *
 * @param one The case.
 * @returns A tolerance for each result.
 */
export function tolerances(one: Case): readonly Tolerance[] {
  const { record, inputs } = one;
  const isComplex = inputs.some((x) => DTYPES[x.dtype].kind === "complex");
  const ulps = isComplex ? record.complexUlps ?? record.ulps : record.ulps;
  if (!accumulates(record)) return [{ ulps }];
  const sizes = definition({ ...one, inputs: inputs.map(magnitudes) });
  return sizes.map(({ dtype, items }) => {
    const { kind } = DTYPES[dtype];
    if (kind !== "float" && kind !== "complex") return {};
    const scale = items.map((x) => kind === "complex" ? (x as Complex).re : x as number);
    return { ulps, scale };
  });
}

function magnitudes(array: HostArray): HostArray {
  const { kind } = DTYPES[array.dtype];
  if (kind === "float") {
    return { ...array, items: array.items.map((x) => Math.abs(x as number)) };
  }
  if (kind !== "complex") return array;
  const items = (array.items as readonly Complex[]).map(({ re, im }) => ({
    re: Math.abs(re) + Math.abs(im),
    im: 0,
  }));
  return { ...array, items };
}

/**
 * A violation as text.
 *
 * @param one The case.
 * @param what What is wrong.
 * @returns The name, dtypes, shapes, parameters and, if they are few, values.
 */
export function violation({ record, dtype, inputs, params }: Case, what: string): string {
  const operands = inputs.map(({ dtype: own, shape, items }) => {
    const values = items.length <= 8 ? ` = ${items.map(itemText).join(" ")}` : "";
    return `${own}[${shape.join(", ")}]${values}`;
  });
  const text =
    JSON.stringify(params, (_, value) => typeof value === "bigint" ? `${value}n` : value) ?? "";
  return `${record.name} (${dtype}) of ${operands.join(" and ")} ${text}: ${what}`;
}

/**
 * Makes a law of a check of one case.
 *
 * @param check Says how a case breaks the law, or undefined if it holds.
 * @returns The law.
 */
export function law(check: (one: Case, random: Random) => string | undefined): Law {
  return (record, random) =>
    cases(record, random).flatMap((one) => {
      const what = attempt(() => check(one, random));
      return what === undefined ? [] : [smallest(one, check, random) ?? violation(one, what)];
    });
}

/** The violation by a single element of an elementwise call, if one alone does it. */
function smallest(
  one: Case,
  check: (one: Case, random: Random) => string | undefined,
  random: Random,
): string | undefined {
  if (!one.record.elementwise) return undefined;
  for (let i = 0; i < one.inputs[0]!.items.length; i++) {
    const inputs = one.inputs.map((array) => ({
      ...array,
      shape: [1],
      items: array.items.slice(i, i + 1),
    }));
    const alone = { ...one, inputs };
    const what = attempt(() => check(alone, random));
    if (what !== undefined) return violation(alone, what);
  }
  return undefined;
}

/**
 * Counts an error as a violation.
 *
 * @param check Says how a law is broken.
 * @returns What it says, or what it throws.
 */
export function attempt(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    const place = error instanceof Error ? error.stack?.split("\n")[1]?.trim() : "";
    return `throws ${String(error)} ${place}`;
  }
}

/**
 * The first disagreement of several results.
 *
 * @param results The results.
 * @param judge Says how one of them is wrong.
 * @returns What is wrong with the first wrong one.
 */
export function firstOf(
  results: readonly Tensor[],
  judge: (result: Tensor, i: number) => string | undefined,
): string | undefined {
  for (let i = 0; i < results.length; i++) {
    const found = judge(results[i]!, i);
    if (found !== undefined) return results.length === 1 ? found : `result ${i}: ${found}`;
  }
  return undefined;
}
