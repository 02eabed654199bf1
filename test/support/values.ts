/**
 * Which elements of each dtype are worth trying.
 *
 * @module
 */
import { type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { integerRange, readItem, storeItem } from "../../src/core/item.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Random } from "./random.ts";

/**
 * Which values to draw: `any` with everything a dtype can hold, `finite`
 * without NaN and infinities, `moderate` for sums and products: finite, small enough
 * that nothing overflows on the way, `tame` the same with NaN and infinities, `plain` for
 * small integers and simple fractions.
 */
export type Profile = "any" | "finite" | "moderate" | "tame" | "plain";

/** Largest finite, smallest normal, smallest subnormal, distance of 1 and its successor. */
interface FloatFacts {
  readonly largest: number;
  readonly normal: number;
  readonly subnormal: number;
  readonly epsilon: number;
}

/** By name, for real floats and the parts of complex numbers. */
const FLOATS: Readonly<Record<string, FloatFacts>> = {
  float16: facts(10, 15),
  bfloat16: facts(7, 127),
  float32: facts(23, 127),
  float64: facts(52, 1023),
};

function facts(fractionBits: number, bias: number): FloatFacts {
  return {
    largest: (2 - 2 ** -fractionBits) * 2 ** bias,
    normal: 2 ** (1 - bias),
    subnormal: 2 ** (1 - bias - fractionBits),
    epsilon: 2 ** -fractionBits,
  };
}

/**
 * Facts about a float dtype, or about the parts of a complex one.
 *
 * @param dtype The dtype.
 * @returns Its facts.
 */
export function floatFacts(dtype: DType): FloatFacts {
  return FLOATS[DTYPES[dtype].real]!;
}

const WORDS = ["", "a", "b", "ab", "B", "é", "漢字", "a longer word"];

function floatSpecials(dtype: DType, profile: Profile): readonly number[] {
  const { largest, normal, subnormal, epsilon } = floatFacts(dtype);
  const tame = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2, -2, 2.5, 3];
  if (profile === "tame") return [...tame, NaN, Infinity, -Infinity];
  if (profile !== "any" && profile !== "finite") return tame;
  const finite = [
    ...[largest, -largest, normal, -normal, subnormal, -subnormal, normal - subnormal],
    ...[1 + epsilon, 1 - epsilon / 2, Math.PI, -Math.PI / 2, Math.E, 10, 1 / 3, 1e-3],
    ...[1 / epsilon, 1 / epsilon + 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 63, 2 ** 64, 127.5, 255.5],
  ].map((x) => clamped(dtype, x));
  const all = [...tame, ...finite];
  return profile === "any" ? [...all, NaN, NaN, Infinity, -Infinity] : all;
}

/** Keeps a value that the dtype would turn into infinity within its range. */
function clamped(dtype: DType, x: number): number {
  const { largest } = floatFacts(dtype);
  return Math.min(largest, Math.max(-largest, x));
}

/**
 * Values of a dtype at which mistakes show.
 *
 * @param dtype The dtype.
 * @param profile Which values are wanted.
 * @returns Some values, not all different.
 */
export function specials(dtype: DType, profile: Profile = "any"): readonly Item[] {
  const key = `${dtype} ${profile}`;
  const known = found.get(key);
  if (known) return known;
  const values = specialsOf(dtype, profile).map((value) => storeItem(dtype, value));
  found.set(key, values);
  return values;
}

const found = new Map<string, readonly Item[]>();

function specialsOf(dtype: DType, profile: Profile): readonly Item[] {
  const { kind, real } = DTYPES[dtype];
  switch (kind) {
    case "bool":
      return [false, true];
    case "string":
      return WORDS;
    case "float":
      return floatSpecials(dtype, profile);
    case "complex": {
      const parts = floatSpecials(real, profile);
      return parts.flatMap((re, i) => [
        { re, im: parts[(i * 7 + 3) % parts.length]! },
        { re, im: 0 },
        { re: 0, im: re },
      ]);
    }
    default:
      return integerSpecials(dtype, profile);
  }
}

function integerSpecials(dtype: DType, profile: Profile): readonly Item[] {
  const [low, high] = integerRange(dtype)!;
  const small = [0n, 0n, 1n, 2n, 3n, -1n, -2n, 5n, 7n].filter((x) => x >= low);
  const wide = DTYPES[dtype].bytes === 8;
  const all = profile === "plain" ? small : [
    ...small,
    ...[low, low + 1n, high, high - 1n, high / 2n, 10n, 100n, 127n],
  ];
  return all.map((x) => wide ? x : Number(x));
}

const scratch = new DataView(new ArrayBuffer(16));

/** Any bit pattern of a dtype. */
function randomBits(random: Random, dtype: DType): Item {
  for (let at = 0; at < 16; at += 4) scratch.setUint32(at, random.bits());
  if (dtype === "bool") return random.chance(0.5);
  return readItem(dtype, scratch, 0);
}

function randomFloat(random: Random, dtype: DType, profile: Profile): number {
  const fraction = random.bits() / 2 ** 32;
  const sign = random.chance(0.5) ? -1 : 1;
  if (profile === "plain") return sign * random.below(9) / 2;
  if (profile === "moderate" || profile === "tame" || random.chance(0.5)) {
    return sign * fraction * 2;
  }
  const { largest, normal } = floatFacts(dtype);
  const span = Math.log2(largest) - Math.log2(normal);
  return clamped(dtype, sign * (1 + fraction) * normal * 2 ** Math.floor(fraction * span));
}

/**
 * A random value of a dtype: often a special one, often a small integer so that ties
 * occur, else anything.
 *
 * @param random Where chance comes from.
 * @param dtype The dtype.
 * @param profile Which values are wanted.
 * @returns An element.
 */
export function randomItem(random: Random, dtype: DType, profile: Profile = "any"): Item {
  const { kind, real } = DTYPES[dtype];
  if (kind === "string" || random.chance(0.4)) return random.pick(specials(dtype, profile));
  if (kind === "complex") {
    return {
      re: randomItem(random, real, profile) as number,
      im: randomItem(random, real, profile) as number,
    };
  }
  if (kind === "float") return storeItem(dtype, randomFloat(random, dtype, profile));
  return profile === "plain" ? random.pick(specials(dtype, profile)) : randomBits(random, dtype);
}

/**
 * An array of random values.
 *
 * @param random Where chance comes from.
 * @param dtype Its dtype.
 * @param shape Its shape.
 * @param profile Which values are wanted.
 * @param bounds Smallest and largest integer, if not all are valid.
 * @returns The array.
 */
export function randomArray(
  random: Random,
  dtype: DType,
  shape: Shape,
  profile: Profile = "any",
  bounds?: readonly [number, number],
): HostArray {
  const items = Array.from({ length: sizeOf(shape) }, () => {
    if (!bounds) return randomItem(random, dtype, profile);
    const value = bounds[0] + random.below(bounds[1] - bounds[0] + 1);
    return integerRange(dtype) && DTYPES[dtype].bytes === 8 ? BigInt(value) : value;
  });
  return { dtype, shape, items };
}
