/**
 * Shape of basic indexing: integers, ranges as text, an ellipsis, new axes.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { Mistake } from "./mistake.ts";
import type { Fraction } from "./operands.ts";
import type { Add, DivideUp, Subtract } from "./numbers.ts";

/**
 * One index of a slice: an integer takes one position and drops the axis;
 * `"start:stop:step"` with any part left out takes a range; `"..."` stands for all axes
 * not named; null makes a new axis of length 1.
 */
export type IndexSpec = number | string | null;

/**
 * A wrong index: its place among the specs, and the sentence.
 *
 * @internal
 */
export interface SliceMistake<Place extends number = number, Sentence extends string = string> {
  /** Place among the specs. */
  readonly place: Place;
  /** What is wrong. */
  readonly sentence: Sentence;
}

/**
 * Shape of a slice, or the wrong index.
 *
 * @internal
 */
export type Slice<S extends Shape, P extends readonly IndexSpec[]> = [number] extends [S["length"]]
  ? number[]
  : [number] extends [P["length"]] ? number[]
  : S extends unknown ? SliceCounted<S, P>
  : never;

/**
 * Shape of a slice, or the wrong index. All indices are counted before one is looked at.
 *
 * @internal
 */
export type SliceCounted<S extends Shape, P extends readonly IndexSpec[]> = S extends
  readonly [...Consumed<P>, ...unknown[]]
  ? EllipsisPlaces<P> extends readonly [number, infer Second extends number, ...unknown[]]
    ? SliceMistake<Second, `Cannot index by several "...": it may stand once`>
  : SliceWalk<S, P>
  : SliceMistake<
    LastPlace<P>,
    `Cannot take ${Consumed<P>["length"]} indices of a tensor of rank ${S[
      "length"
    ]}: there is one index an axis at most`
  >;

/**
 * Shape of a slice; `number[]` after a mistake.
 *
 * @typeParam S Shape of the operand.
 * @typeParam P The indices.
 */
export type SliceShape<S extends Shape, P extends readonly IndexSpec[]> = [Slice<S, P>] extends
  [SliceMistake] ? number[]
  : Slice<S, P> extends infer Result ? Result extends infer R extends number[] ? R : never
  : never;

/**
 * Indices as a slice takes them: `P` itself, or with a {@linkcode Mistake} in
 * place of the wrong one.
 *
 * @typeParam S Shape of the operand.
 * @typeParam P The indices.
 */
export type SliceArguments<S extends Shape, P extends readonly IndexSpec[]> = [Slice<S, P>] extends
  [SliceMistake] ? Marked<P, Slice<S, P>["place"], Slice<S, P>["sentence"]>
  : P;

/**
 * Indices with the one at `Place` replaced by a mistake.
 *
 * @internal
 */
export type Marked<
  P extends readonly IndexSpec[],
  Place extends number,
  Sentence extends string,
> = { readonly [I in keyof P]: I extends `${Place}` ? Mistake<Sentence> : P[I] };

/**
 * Takes one index after the other. `S` and `P` are what is left of shape and indices, `Done`
 * is the result, `Axis` and `Place` count axes and indices.
 *
 * @internal
 */
export type SliceWalk<
  S extends Shape,
  P extends readonly IndexSpec[],
  Done extends number[] = [],
  Axis extends unknown[] = [],
  Place extends 0[] = [],
> = P extends readonly [infer H extends IndexSpec, ...infer Rest extends IndexSpec[]]
  ? [H] extends [null] ? SliceWalk<S, Rest, [...Done, 1], Axis, [...Place, 0]>
  : [H] extends ["..."]
    ? S extends readonly [...infer Kept extends number[], ...Consumed<Rest>]
      ? S extends readonly [...Kept, ...infer Left extends number[]]
        ? SliceWalk<Left, Rest, [...Done, ...Kept], [...Axis, ...Kept], [...Place, 0]>
      : never
    : number[]
  : S extends readonly [infer N extends number, ...infer Left extends number[]]
    ? [H] extends [number]
      ? [BadIndex<N, H>] extends [never] ? SliceWalk<Left, Rest, Done, [...Axis, 0], [...Place, 0]>
      : SliceMistake<Place["length"], IndexSentence<N, H, Axis["length"]>>
    : [H] extends [string] ? IsLiteral<H> extends true ? "..." extends H ? number[]
        : [RangeMistake<H>] extends [never]
          ? SliceWalk<Left, Rest, [...Done, RangeLength<N, H>], [...Axis, 0], [...Place, 0]>
        : SliceMistake<Place["length"], RangeMistake<H>>
      : [H] extends [`${string}:${string}`]
        ? SliceWalk<Left, Rest, [...Done, number], [...Axis, 0], [...Place, 0]>
      : number[]
    : number[]
  : number[]
  : [...Done, ...S];

/**
 * Whether a text is a literal, not string or a pattern such as `${number}:`.
 *
 * @internal
 */
export type IsLiteral<T extends string> = Record<never, 0> extends Record<T, 0> ? false : true;

/**
 * One element for each index that takes an axis for certain.
 *
 * @internal
 */
export type Consumed<P extends readonly IndexSpec[], Count extends unknown[] = []> = P extends
  readonly [infer H extends IndexSpec, ...infer Rest extends IndexSpec[]] ? Consumed<
    Rest,
    [Extract<H, null | "...">] extends [never] ? string extends H ? Count : [...Count, unknown]
      : Count
  >
  : Count;

/**
 * Places of ellipses.
 *
 * @internal
 */
export type EllipsisPlaces<
  P extends readonly IndexSpec[],
  Place extends 0[] = [],
  Done extends number[] = [],
> = "..." extends P[number]
  ? P extends readonly [infer H, ...infer Rest extends IndexSpec[]]
    ? EllipsisPlaces<Rest, [...Place, 0], [H] extends ["..."] ? [...Done, Place["length"]] : Done>
  : Done
  : Done;

/**
 * Place of the last index.
 *
 * @internal
 */
export type LastPlace<P extends readonly IndexSpec[]> = P extends readonly [unknown, ...infer Rest]
  ? Rest["length"]
  : 0;

/**
 * The index `I` if an axis of length `N` does not have it, else never.
 *
 * @internal
 */
export type BadIndex<N extends number, I extends number> = [number] extends [N] ? never
  : [number] extends [I] ? never
  : `${I}` extends `-${infer P extends number}` ? [Subtract<N, P>] extends [never] ? I : never
  : [Subtract<N, I>] extends [never] ? I
  : [Subtract<N, I>] extends [0] ? I
  : never;

/**
 * The range `R` as start, stop and step, never if it is malformed.
 *
 * @internal
 */
export type RangeParts<R extends string> = R extends
  `${infer Start extends RangePart}:${infer Stop extends RangePart}:${infer Step extends RangePart}`
  ? [Start, Stop, Step]
  : R extends `${infer Start extends RangePart}:${infer Stop extends RangePart}` ? [Start, Stop, ""]
  : never;

/**
 * A part of a range.
 *
 * @internal
 */
export type RangePart = "" | `${bigint}`;

/**
 * What is wrong with the range `R`, never if nothing is.
 *
 * @internal
 */
export type RangeMistake<R extends string> = [RangeParts<R>] extends [never]
  ? `Cannot slice by "${R}": an index is an integer, a range such as "1:3", "..." or null`
  : [RangeParts<R>[2]] extends ["0"] ? `Cannot slice by "${R}": the step must not be 0`
  : never;

/**
 * Number of positions in the range `R` of an axis of length `N`.
 *
 * @internal
 */
export type RangeLength<N extends number, R extends string> = R extends ":" | "::" | "::1" | "::-1"
  ? N
  : [number] extends [N] ? number
  : RangeParts<R> extends
    [infer Start extends string, infer Stop extends string, infer Step extends string]
    ? Step extends `-${infer Size extends number}`
      ? DivideUp<Span<Bound<Start, N, N, 1>, Bound<Stop, N, 0, 1>>, Size>
    : Step extends `${infer Size extends number}`
      ? DivideUp<Span<Bound<Stop, N, N, 0>, Bound<Start, N, 0, 0>>, Size>
    : Span<Bound<Stop, N, N, 0>, Bound<Start, N, 0, 0>>
  : number;

/**
 * Where a range begins or ends, between 0 and the length `N`; `Default` if left out. Backward
 * ranges count the gaps after the positions: their `Shift` is 1.
 *
 * @internal
 */
export type Bound<Part, N extends number, Default extends number, Shift extends number> =
  Part extends "" ? Default
    : Part extends `-${infer P extends number}`
      ? [Subtract<N, P>] extends [never] ? 0 : Add<Subtract<N, P>, Shift>
    : Part extends `${infer P extends number}`
      ? [Subtract<N, Add<P, Shift>>] extends [never] ? N : Add<P, Shift>
    : number;

/**
 * Distance from `Low` to `High`, 0 if there is none.
 *
 * @internal
 */
export type Span<High extends number, Low extends number> = [Subtract<High, Low>] extends [never]
  ? 0
  : Subtract<High, Low>;

/**
 * An index outside of its axis.
 *
 * @internal
 */
export type IndexSentence<N extends number, I extends number, Axis extends number> = [
  Fraction<I>,
] extends [never] ? RangeSentence<N, I, Axis>
  : `Cannot take index ${I} of axis ${Axis}: use an integer`;

/**
 * An integer outside of its axis.
 *
 * @internal
 */
export type RangeSentence<N extends number, I extends number, Axis extends number> =
  `Cannot take index ${I} of axis ${Axis} with length ${N}: ${N extends 0 ? "the axis is empty"
    : `an index must be from -${N} to ${Subtract<N, 1>}`}`;
