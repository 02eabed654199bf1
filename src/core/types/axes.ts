/**
 * Axes given as literals, negative ones counted from the end, and reductions over them.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { UnknownLengths } from "./mistake.ts";
import type { LengthsText } from "./text.ts";

/** Axes of an option: one, several, or all when undefined. */
export type Axes = number | readonly number[] | undefined;

/**
 * Axis counted from the front, never if `S` does not have it, `number` if it is not literal.
 *
 * @typeParam S Lengths of the axes, of known rank.
 * @typeParam A The axis.
 *
 * @internal
 */
export type NormalAxis<S extends Shape, A extends number> = [number] extends [A] ? number
  : `${A}` extends `-${infer P extends number}` ? FromEnd<S, P>
  : `${A}` extends keyof S ? A
  : never;

/**
 * Position of the axis that is the `P`th from the end.
 *
 * @internal
 */
export type FromEnd<S extends Shape, P extends number, Count extends 0[] = []> =
  Count["length"] extends P ? S["length"]
    : S extends readonly [...infer Rest extends number[], number] ? FromEnd<Rest, P, [...Count, 0]>
    : never;

/**
 * Axes counted from the front, in a box, or the reason why they are wrong.
 *
 * @internal
 */
export type NormalAxes<
  S extends Shape,
  A extends readonly number[],
  Whole extends readonly number[] = A,
  Done extends number[] = [],
  Again extends boolean = false,
> = A extends readonly [infer H extends number, ...infer Rest extends number[]]
  ? H extends unknown ? [NormalAxis<S, H>] extends [never] ? AxisReason<S, H>
    : NormalAxes<
      S,
      Rest,
      Whole,
      [...Done, NormalAxis<S, H>],
      [NormalAxis<S, H> & Done[number]] extends [never] ? Again : true
    >
  : never
  : Again extends true ? RepeatedReason<Whole>
  : { readonly axes: Done };

/**
 * An axis that the operand does not have.
 *
 * @internal
 */
export type AxisReason<S extends Shape, A extends number> = S extends
  readonly [number, ...infer Rest extends number[]]
  ? `axis ${A} of a tensor of rank ${S["length"]}: axis must be from -${S["length"]} to ${Rest[
    "length"
  ]}`
  : `axis ${A} of a tensor of rank 0: a tensor of rank 0 has no axes`;

/**
 * An axis that is given twice.
 *
 * @internal
 */
export type RepeatedReason<A extends readonly number[]> = `axes [${LengthsText<
  A
>}]: an axis is given twice, each may stand once`;

/**
 * Shape after a reduction over `A`, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam A Axes as given.
 * @typeParam Keep Whether reduced axes stay with length 1.
 */
export type Reduce<S extends Shape, A extends Axes, Keep extends boolean> = [number] extends
  [S["length"]] ? number[]
  : S extends unknown ? [A] extends [undefined] ? Reduced<S, keyof S, Keep>
    : [A] extends [number] ? ReduceOne<S, A, Keep>
    : [A] extends [readonly number[]] ? ReduceSeveral<S, A, Keep>
    : ReducedUnknown<S, Keep>
  : never;

/**
 * Reduction over one axis.
 *
 * @internal
 */
export type ReduceOne<S extends Shape, A extends number, Keep extends boolean> = [number] extends
  [A] ? [Keep] extends [false] ? DropUnknown<S> : ReducedUnknown<S, Keep>
  : A extends unknown ? [NormalAxis<S, A>] extends [never] ? AxisReason<S, A>
    : Reduced<S, `${NormalAxis<S, A>}`, Keep>
  : never;

/**
 * Reduction over several axes.
 *
 * @internal
 */
export type ReduceSeveral<S extends Shape, A extends readonly number[], Keep extends boolean> =
  [number] extends [A["length"]] ? ReducedUnknown<S, Keep>
    : [number] extends [A[number]] ? ReducedUnknown<S, Keep>
    : ReduceBox<S, NormalAxes<S, A>, Keep>;

/**
 * Reduction over axes in a box; a reason passes.
 *
 * @internal
 */
export type ReduceBox<S extends Shape, Box, Keep extends boolean> = Box extends
  { readonly axes: infer I extends number[] } ? Reduced<S, `${I[number]}`, Keep>
  : Box;

/**
 * Shape without the axes `I`, or with length 1 there.
 *
 * @internal
 */
export type Reduced<S extends Shape, I, Keep extends boolean> = [boolean] extends [Keep] ? number[]
  : [Keep] extends [true] ? { -readonly [P in keyof S]: P extends I ? 1 : S[P] }
  : Dropped<S, I>;

/**
 * Shape without the axes `I`.
 *
 * @internal
 */
export type Dropped<
  S extends Shape,
  I,
  Count extends 0[] = [],
  Kept extends number[] = [],
> = S extends readonly [infer N extends number, ...infer Rest extends number[]]
  ? Dropped<Rest, I, [...Count, 0], `${Count["length"]}` extends I ? Kept : [...Kept, N]>
  : Kept;

/**
 * Reduction over an unknown set of axes.
 *
 * @internal
 */
export type ReducedUnknown<S extends Shape, Keep extends boolean> = [Keep] extends [true]
  ? UnknownLengths<S>
  : number[];

/**
 * Shape without one unknown axis.
 *
 * @internal
 */
export type DropUnknown<S extends Shape> = S extends
  readonly [number, ...infer Rest extends number[]] ? UnknownLengths<Rest> : number[];
