/**
 * Derivatives by differences, and the points at which they are taken.
 *
 * @module
 */
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import type { HostArray, Primitive, Sample } from "../../src/core/primitive.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { type Aval, items, type Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import type { Random } from "../support/random.ts";
import { floatFacts, randomArray } from "../support/values.ts";
import type { Case } from "./case.ts";

/** Elements as numbers, those of complex numbers as their parts: their dot is the real inner product. */
export type Numbers = Float64Array;

/** Whether values of a dtype have derivatives. */
export function isFloating({ dtype }: Aval): boolean {
  const { kind } = DTYPES[dtype];
  return kind === "float" || kind === "complex";
}

/**
 * The elements of a floating tensor as numbers.
 *
 * @param x The tensor.
 * @returns Its numbers in C order.
 */
export function numbersOf(x: Tensor): Numbers {
  return Float64Array.from((x as Tensor<"float64">).data());
}

/**
 * A floating tensor of numbers, which it rounds to its dtype.
 *
 * @param aval Its dtype and shape.
 * @param numbers Its numbers in C order.
 * @returns The tensor.
 */
export function fromNumbers({ dtype, shape }: Aval, numbers: Numbers): Tensor {
  const isComplex = DTYPES[dtype].kind === "complex";
  const items = Array.from(
    { length: sizeOf(shape) },
    (_, i) => isComplex ? { re: numbers[2 * i]!, im: numbers[2 * i + 1]! } : numbers[i]!,
  );
  return wasmDevice().fromItems(dtype, shape, items);
}

/** How many numbers make up a floating value. */
function countOf({ dtype, shape }: Aval): number {
  return sizeOf(shape) * (DTYPES[dtype].kind === "complex" ? 2 : 1);
}

/**
 * A random direction.
 *
 * @param random Where chance comes from.
 * @param like What the direction belongs to.
 * @returns A tensor like it with numbers from -1 to 1.
 */
export function randomLike(random: Random, like: Aval): Tensor {
  return fromNumbers(
    like,
    Float64Array.from({ length: countOf(like) }, () => between(random, -1, 1)),
  );
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.bits() / 2 ** 32;
}

const USUAL: readonly [number, number] = [-2, 2];

/** How far numbers keep from each other and from multiples of an eighth: ties and steps are there. */
const WIDTH = 1 / 8;

/** Different numbers of a range, in random order. */
function scattered(
  random: Random,
  [low, high]: readonly [number, number],
  count: number,
): readonly number[] {
  let width = WIDTH;
  while ((high - low) / width < count) width /= 2;
  const cells = Array.from({ length: Math.round((high - low) / width) }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + random.below(cells.length - i);
    [cells[i], cells[other]] = [cells[other]!, cells[i]!];
  }
  return cells.slice(0, count).map((cell) => low + (cell + between(random, 0.3, 0.7)) * width);
}

/**
 * The calls of a primitive at points where it has derivatives: all numbers are different, and in the
 * domain of the primitive.
 *
 * @param record The primitive.
 * @param dtype The dtype that is drawn.
 * @param random Where values come from.
 * @returns A call for each sample with an input that has derivatives.
 */
export function smoothCases(record: Primitive, dtype: DType, random: Random): readonly Case[] {
  if (!record.dtypes.includes(dtype)) return [];
  return record.samples
    .map((sample) => smoothCase(record, dtype, sample, random))
    .filter(({ inputs }) => inputs.some(isFloating));
}

function smoothCase(
  record: Primitive,
  dtype: DType,
  { shapes, params, dtypes, bounds, domains }: Sample<unknown>,
  random: Random,
): Case {
  const avals = shapes.map((shape: Shape, i): Aval => ({ dtype: dtypes?.[i] ?? dtype, shape }));
  const domainOf = (i: number): readonly [number, number] =>
    DTYPES[avals[i]!.dtype].kind === "complex" ? USUAL : domains?.[i] ?? USUAL;
  // Inputs of one domain share its numbers, so that there are no ties between them.
  const counts = new Map<string, number>();
  avals.forEach((aval, i) => {
    const key = String(domainOf(i));
    if (isFloating(aval)) counts.set(key, (counts.get(key) ?? 0) + countOf(aval));
  });
  const pools = new Map<string, number[]>();
  const inputs = avals.map((aval, i): HostArray => {
    if (!isFloating(aval)) {
      return randomArray(random, aval.dtype, aval.shape, "moderate", bounds?.[i]);
    }
    const domain = domainOf(i);
    const key = String(domain);
    let pool = pools.get(key);
    if (!pool) pools.set(key, pool = [...scattered(random, domain, counts.get(key)!)]);
    const tensor = fromNumbers(aval, Float64Array.from(pool.splice(0, countOf(aval))));
    return { ...aval, items: [...items(tensor)] };
  });
  return { record, dtype, params, inputs };
}

/**
 * The relative rounding error of the least precise of some values.
 *
 * @param avals Values, of which those without derivatives do not count.
 * @returns The distance of 1 and its successor.
 */
export function precisionOf(avals: readonly Aval[]): number {
  return Math.max(...avals.filter(isFloating).map(({ dtype }) => floatFacts(dtype).epsilon));
}

/** A derivative by differences. */
export interface Difference {
  /** The derivative; NaN where there seems to be none. */
  readonly slope: Numbers;
  /** How far the derivative may be off. */
  readonly error: Numbers;
}

/**
 * The derivative of functions of one number at 0 by central differences of fourth order.
 *
 * @param f Gives the values of the functions.
 * @param epsilon Relative rounding error of the values.
 * @returns The derivative of each, and its error.
 */
export function difference(f: (s: number) => Numbers, epsilon: number): Difference {
  const step = 2 ** Math.round(Math.log2(epsilon) / 3);
  const central = (h: number): Numbers => {
    const [near, back, far, farBack] = [f(h), f(-h), f(2 * h), f(-2 * h)];
    return near.map((x, i) => (8 * (x - back[i]!) - (far[i]! - farBack[i]!)) / (12 * h));
  };
  const [slope, other, values] = [central(step), central(step / 2), f(0)];
  const error = slope.map((x, i) =>
    256 * epsilon / step * (1 + Math.abs(values[i]!)) + 1e-8 * Math.abs(x)
  );
  // Next to a kink or a step, slopes over different distances differ.
  return { error, slope: slope.map((x, i) => Math.abs(x - other[i]!) <= error[i]! ? x : NaN) };
}
