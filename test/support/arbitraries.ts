/**
 * Named generators of what the library's functions take.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES, dtypesOfKind, type Item, type Kind } from "../../src/core/dtype.ts";
import { integerRange, storeItem } from "../../src/core/item.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { type LayoutName, LAYOUTS } from "./layouts.ts";
import { Random } from "./random.ts";
import { type Profile, randomItem, specials } from "./values.ts";

/** What shapes to draw. */
export interface ShapeOptions {
  /** Least rank, 0 when absent. */
  readonly minRank?: number;
  /** Highest rank, 5 when absent. */
  readonly maxRank?: number;
  /** Least length of an axis, 0 when absent. */
  readonly minLength?: number;
  /** Greatest length of an axis, 6 when absent; some axes are longer. */
  readonly maxLength?: number;
  /** Whether some shapes have an axis longer than vectors, tiles and blocks; true when absent. */
  readonly long?: boolean;
}

/** An array and the layout in which a tensor of it is made. */
export interface Drawn extends HostArray {
  /** The layout. */
  readonly layout: LayoutName;
}

/** Lengths around those of vectors, tiles and blocks. */
const LONG_LENGTHS: readonly number[] = [
  7,
  15,
  16,
  17,
  33,
  63,
  65,
  127,
  129,
  257,
  1030,
  1030,
  1030,
];
const MOST_ELEMENTS = 400;
/** So many elements are drawn by fast-check and can shrink one by one. */
const DRAWN_ELEMENTS = 12;

/**
 * Dtypes of the given families; all when none is given.
 *
 * @param kinds The families.
 * @returns An arbitrary dtype.
 */
export function dtypes(...kinds: readonly Kind[]): fc.Arbitrary<DType> {
  const all: readonly Kind[] = ["bool", "int", "uint", "float", "complex", "string"];
  return fc.constantFrom(...dtypesOfKind(...(kinds.length > 0 ? kinds : all)));
}

/**
 * Shapes of any rank, with axes of length 0 and 1.
 *
 * @param options Ranks and lengths.
 * @returns An arbitrary shape of moderate size.
 */
export function arrayShapes(
  { minRank = 0, maxRank = 5, minLength = 0, maxLength = 6, long = true }: ShapeOptions = {},
): fc.Arbitrary<number[]> {
  const usual = minLength > 0 ? 1 : 0;
  const length = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: Math.max(1, minLength), max: maxLength }) },
    { weight: 1 - usual, arbitrary: fc.constant(minLength) },
    { weight: 2, arbitrary: fc.constant(Math.max(1, minLength)) },
  );
  const small = fc.array(length, { minLength: minRank, maxLength: maxRank }).map((shape) =>
    cropped(shape, Math.max(1, minLength))
  );
  if (!long || maxRank === 0) return small;
  const lengthened = fc.tuple(
    fc.array(fc.integer({ min: 1, max: 3 }), {
      minLength: Math.max(1, minRank),
      maxLength: Math.max(1, Math.min(3, maxRank), minRank),
    }),
    fc.nat(),
    fc.constantFrom(...LONG_LENGTHS),
  ).map(([shape, axis, by]) => shape.with(axis % shape.length, by));
  return fc.oneof({ weight: 5, arbitrary: small }, { weight: 1, arbitrary: lengthened });
}

/** Shortens the longest axes until there are not too many elements. */
function cropped(shape: readonly number[], least: number): number[] {
  const result = [...shape];
  while (sizeOf(result) > MOST_ELEMENTS) {
    const axis = result.indexOf(Math.max(...result));
    result[axis] = Math.max(least, Math.floor(result[axis]! / 2));
    if (result[axis] === least && Math.max(...result) === least) break;
  }
  return result;
}

/**
 * Shapes that broadcast together; now and then some that do not.
 *
 * @param count How many.
 * @param options Ranks and lengths of the common shape; `mistakes: false` leaves out those that do not fit.
 * @returns Arbitrary shapes.
 */
export function broadcastableShapes(
  count: number,
  { mistakes = true, ...options }: ShapeOptions & { readonly mistakes?: boolean } = {},
): fc.Arbitrary<number[][]> {
  const operand = fc.tuple(fc.nat({ max: 3 }), fc.array(fc.nat({ max: 3 }), { maxLength: 6 }));
  const edit = mistakes ? fc.nat({ max: 9 }) : fc.constant(1);
  return fc.tuple(
    arrayShapes(options),
    fc.array(operand, { minLength: count, maxLength: count }),
    edit,
  ).map(([common, operands, mistake]) => {
    const shapes = operands.map(([dropped, ones]) => {
      const own = common.map((length, axis) => ones[axis] === 0 ? 1 : length);
      return dropped > 0 && dropped < 3 ? own.slice(Math.min(own.length, dropped)) : own;
    });
    const last = shapes[count - 1]!;
    const at = last.findIndex((length) => length > 1);
    if (mistake === 0 && at >= 0) last[at] = last[at]! + 1;
    return shapes;
  });
}

/**
 * Elements of a dtype: NaN, both zeros, infinities, subnormals, extremes, small integers so
 * that ties occur, and anything else.
 *
 * @param dtype The dtype.
 * @param profile Which values are wanted, any when absent.
 * @returns An arbitrary element.
 */
export function elements(dtype: DType, profile: Profile = "any"): fc.Arbitrary<Item> {
  const special = fc.constantFrom(...specials(dtype, profile));
  const other = otherElements(dtype, profile);
  return other
    ? fc.oneof({ weight: 2, arbitrary: special }, { weight: 3, arbitrary: other })
    : special;
}

function otherElements(dtype: DType, profile: Profile): fc.Arbitrary<Item> | undefined {
  const { kind, bytes, real } = DTYPES[dtype];
  if (kind === "bool" || kind === "string") return undefined;
  if (kind === "int" || kind === "uint") {
    if (profile === "plain") return undefined;
    const [min, max] = integerRange(dtype)!;
    return fc.bigInt({ min, max }).map((x) => bytes === 8 ? x : Number(x));
  }
  if (kind === "complex") {
    const part = elements(real, profile) as fc.Arbitrary<number>;
    return fc.tuple(part, part).map(([re, im]) => ({ re, im }));
  }
  const moderate = fc.integer({ min: -64, max: 64 }).map((x) => x / 32);
  if (profile === "plain") return fc.integer({ min: -8, max: 8 }).map((x) => x / 2);
  const finite = fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((x) => x / 2 ** 29);
  const wide = fc.float({ noNaN: profile !== "any", noDefaultInfinity: profile !== "any" });
  const values = profile === "moderate" || profile === "tame"
    ? fc.oneof(moderate, finite)
    : fc.oneof(finite, wide);
  return values.map((x) => {
    const stored = storeItem(dtype, x) as number;
    return profile === "any" || Number.isFinite(stored) ? stored : 1;
  });
}

/** Which arrays to draw. */
export interface ArrayOptions {
  /** Which values are wanted, any when absent. */
  readonly profile?: Profile;
  /** Inclusive bounds of integers. */
  readonly bounds?: readonly [number, number];
}

/**
 * Arrays of a dtype and shape, to be made in any layout.
 *
 * @param dtype The dtype.
 * @param shape The shape.
 * @param options Which values are wanted.
 * @returns An arbitrary array.
 */
export function arrays(
  dtype: DType,
  shape: Shape,
  { profile = "any", bounds }: ArrayOptions = {},
): fc.Arbitrary<Drawn> {
  const size = sizeOf(shape);
  const count = Math.min(size, DRAWN_ELEMENTS);
  const element = bounds ? boundedElements(dtype, bounds) : elements(dtype, profile);
  return fc.tuple(
    fc.array(element, { minLength: count, maxLength: count }),
    fc.nat({ max: 1e6 }),
    layoutNames(),
  ).map(([head, seed, layout]) => {
    if (size === count) return { dtype, shape, items: head, layout };
    const random = new Random("arrays", seed);
    const items = Array.from({ length: size }, (_, i) => {
      if (i < count) return head[i]!;
      return bounds ? random.pick(head) : randomItem(random, dtype, profile);
    });
    return { dtype, shape, items, layout };
  });
}

function boundedElements(
  dtype: DType,
  [min, max]: readonly [number, number],
): fc.Arbitrary<Item> {
  const range = integerRange(dtype);
  const wide = range && DTYPES[dtype].bytes === 8;
  return fc.integer({ min, max }).map((x) =>
    wide ? BigInt(x) : storeItem(dtype, valueOf(dtype, x))
  );
}

/** A small integer as a value of any dtype: functions must refuse some of them. */
function valueOf(dtype: DType, x: number): Item {
  const { kind } = DTYPES[dtype];
  if (kind === "bool") return x > 0;
  if (kind === "string") return String(x);
  return kind === "complex" ? { re: x, im: 0 } : x;
}

/**
 * Names of layouts, mostly the plain one.
 *
 * @returns An arbitrary name.
 */
export function layoutNames(): fc.Arbitrary<LayoutName> {
  return fc.oneof(fc.constant("contiguous" as const), fc.constantFrom(...LAYOUTS));
}

/**
 * Axis arguments of a function that takes one axis, several, or all: mostly
 * valid, at times out of range or repeated.
 *
 * @param rank Rank of the operand.
 * @param options `single`: only one axis; `none`: also none; both as the function has it.
 * @returns Arbitrary axes, undefined for all.
 */
export function validAxes(
  rank: number,
  { single = false, all = true }: { readonly single?: boolean; readonly all?: boolean } = {},
): fc.Arbitrary<number | number[] | undefined> {
  const axis = fc.integer({ min: -rank, max: Math.max(rank - 1, -rank) });
  const valid = rank === 0 ? [] : [{ weight: 8, arbitrary: axis }];
  const wrong = fc.constantFrom(rank, -rank - 1);
  const choices: fc.WeightedArbitrary<number | number[] | undefined>[] = [
    ...valid,
    { weight: 1, arbitrary: wrong },
  ];
  if (all) choices.push({ weight: 3, arbitrary: fc.constant(undefined) });
  if (!single) {
    const axes = Array.from({ length: rank }, (_, i) => i);
    const several = fc.shuffledSubarray(axes).chain((subset) =>
      fc.array(fc.boolean(), { minLength: subset.length, maxLength: subset.length }).map((signs) =>
        subset.map((i, k) => signs[k] ? i - rank : i)
      )
    );
    choices.push({ weight: 6, arbitrary: several });
    if (rank > 0) {
      choices.push({ weight: 1, arbitrary: axis.map((i) => [i, i < 0 ? i + rank : i - rank]) });
    }
  }
  return fc.oneof(...choices);
}

/** A part of a basic index: an integer, a range as text, new axis, ellipsis. */
export type BasicPart = number | string | null;

function rangeText(length: number): fc.Arbitrary<string> {
  const bound = fc.option(fc.integer({ min: -length - 2, max: length + 2 }), { nil: undefined });
  const step = fc.option(fc.constantFrom(-3, -2, -1, 1, 2, 3), { nil: undefined });
  return fc.tuple(bound, bound, step).map(([start, stop, by]) =>
    `${start ?? ""}:${stop ?? ""}${by === undefined ? "" : `:${by}`}`
  );
}

/**
 * Basic indices of a shape: mostly valid, at times out of range or too many.
 *
 * @param shape The shape.
 * @returns Arbitrary parts.
 */
export function basicIndices(shape: Shape): fc.Arbitrary<BasicPart[]> {
  const parts = shape.map((length) => {
    const wrong = fc.constantFrom<BasicPart>(length, -length - 1);
    const range: fc.Arbitrary<BasicPart> = rangeText(length);
    if (length === 0) {
      return fc.oneof({ weight: 12, arbitrary: range }, { weight: 1, arbitrary: wrong });
    }
    const integer: fc.Arbitrary<BasicPart> = fc.integer({ min: -length, max: length - 1 });
    return fc.oneof(
      { weight: 12, arbitrary: range },
      { weight: 8, arbitrary: integer },
      { weight: 1, arbitrary: wrong },
    );
  });
  return fc.tuple(
    fc.tuple(...parts),
    fc.nat({ max: shape.length + 1 }),
    fc.array(fc.nat({ max: shape.length + 2 }), { maxLength: 2 }),
    fc.option(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 3 })), { nil: undefined }),
  ).map(([all, count, axes, ellipsis]) => {
    // One more than the rank stands for the whole index, and too many once in a while.
    const index: BasicPart[] = count > shape.length ? [...all] : all.slice(0, count);
    if (ellipsis) {
      const [at, covered] = ellipsis;
      const start = Math.min(at, index.length);
      const kept = index.length === shape.length ? covered : 0;
      index.splice(start, kept, "...");
    }
    for (const at of axes) index.splice(Math.min(at, index.length), 0, null);
    return index;
  });
}

/** A part of any index: basic, or an array of positions or booleans. */
export type IndexPart = BasicPart | Drawn;

/**
 * Indices with at least one array of positions or booleans: mostly valid, at times out of
 * range or of shapes that do not fit.
 *
 * @param shape The shape, of rank 1 or more.
 * @returns Arbitrary parts.
 */
export function advancedIndices(shape: Shape): fc.Arbitrary<IndexPart[]> {
  const common = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 });
  return common.chain((target) =>
    fc.array(fc.nat({ max: 9 }), { minLength: shape.length, maxLength: shape.length })
      .chain((kinds) => {
        const parts: fc.Arbitrary<IndexPart>[] = [];
        let selects = false;
        for (let axis = 0; axis < shape.length; axis++) {
          const length = shape[axis]!;
          // At least one part selects by an array.
          const kind: number = !selects && axis === shape.length - 1 ? 0 : kinds[axis]!;
          if (kind < 3) parts.push(positionArrays(length, target));
          else if (kind === 3) {
            const covered = Math.min(
              1 + kinds[(axis + 1) % shape.length]! % 2,
              shape.length - axis,
            );
            parts.push(masks(shape.slice(axis, axis + covered)));
            axis += covered - 1;
          } else if (kind < 6 && length > 0) {
            parts.push(fc.integer({ min: -length, max: length - 1 }));
          } else if (kind < 9 || !selects) parts.push(rangeText(length));
          else break;
          selects ||= kind <= 3;
        }
        return fc.tuple(fc.tuple(...parts), fc.nat({ max: 12 }), fc.nat({ max: 5 }));
      })
      .map(([parts, extra, at]) => {
        if (extra === 0) return parts.toSpliced(Math.min(at, parts.length), 0, null);
        if (extra === 1) return parts.toSpliced(Math.min(at, parts.length), 0, "...");
        return parts;
      })
  );
}

function positionArrays(length: number, target: Shape): fc.Arbitrary<Drawn> {
  const shapes = fc.tuple(
    fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    fc.nat({ max: 2 }),
  )
    .map(([ones, dropped]) =>
      target.map((own, axis) => ones[axis] ? own : 1).slice(dropped === 0 ? 1 : 0)
    );
  const dtype = fc.constantFrom<DType>("int32", "int64");
  const range = fc.nat({ max: 24 }).map((mistake): readonly [number, number] =>
    mistake === 0 ? [-length - 1, length] : [-length, Math.max(length - 1, -length)]
  );
  return fc.tuple(shapes, dtype, range).chain(([shape, own, bounds]) =>
    arrays(own, length === 0 ? [...shape, 0] : shape, { bounds })
  );
}

function masks(shape: Shape): fc.Arbitrary<Drawn> {
  return fc.nat({ max: 24 }).chain((mistake) =>
    arrays("bool", mistake === 0 ? shape.map((length) => length + 1) : shape)
  );
}
