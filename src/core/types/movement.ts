/**
 * Shapes after axes are permuted, inserted or removed.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { AxisReason, Dropped, NormalAxes, NormalAxis, RepeatedReason } from "./axes.ts";
import type { Mutable, None, UnknownLengths } from "./mistake.ts";
import type { LengthsText, LengthText, ShapeText } from "./text.ts";

/**
 * Lengths reversed one by one.
 *
 * @internal
 */
export type Reversed<S extends Shape, Done extends number[] = []> = S extends
  readonly [infer N extends number, ...infer Rest extends number[]] ? Reversed<Rest, [N, ...Done]>
  : Done;

/**
 * Shape with axes in the order `P`, reversed if undefined, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam P Axes of the operand, each once.
 */
export type Permute<S extends Shape, P extends readonly number[] | undefined> = [number] extends
  [S["length"]] ? number[]
  : S extends unknown ? [P] extends [undefined] ? Reversed<S>
    : [P] extends [readonly number[]] ? PermuteBy<S, P>
    : UnknownLengths<S>
  : never;

/**
 * Shape with axes in the order `P`.
 *
 * @internal
 */
export type PermuteBy<S extends Shape, P extends readonly number[]> = [number] extends [P["length"]]
  ? UnknownLengths<S>
  : [P["length"]] extends [S["length"]]
    ? [number] extends [P[number]] ? UnknownLengths<S> : Permuted<S, P>
  : `a tensor of shape ${ShapeText<S>} by axes [${LengthsText<
    P
  >}]: each of its axes must stand once`;

/**
 * Lengths taken one by one in the order `A`.
 *
 * @internal
 */
export type Permuted<
  S extends Shape,
  P extends readonly number[],
  A extends readonly number[] = P,
  Seen = never,
  Done extends number[] = [],
  Again extends boolean = false,
> = A extends readonly [infer H extends number, ...infer Rest extends number[]]
  ? [NormalAxis<S, H>] extends [never] ? AxisReason<S, H>
  : Permuted<
    S,
    P,
    Rest,
    Seen | NormalAxis<S, H>,
    [...Done, S[NormalAxis<S, H>]],
    [NormalAxis<S, H> & Seen] extends [never] ? Again : true
  >
  : Again extends true ? RepeatedReason<P>
  : Done;

/**
 * Shape with two axes exchanged, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam A An axis.
 * @typeParam B The other axis.
 */
export type SwapAxes<S extends Shape, A extends number, B extends number> = [number] extends
  [S["length"]] ? number[]
  : [number] extends [A | B] ? UnknownLengths<S>
  : S extends unknown ? A extends unknown ? B extends unknown ? Swapped<S, A, B> : never : never
  : never;

/**
 * Shape with two literal axes exchanged.
 *
 * @internal
 */
export type Swapped<S extends Shape, A extends number, B extends number> =
  [NormalAxis<S, A>] extends [never] ? AxisReason<S, A>
    : [NormalAxis<S, B>] extends [never] ? AxisReason<S, B>
    : {
      -readonly [I in keyof S]: I extends `${NormalAxis<S, A>}` ? S[NormalAxis<S, B>]
        : I extends `${NormalAxis<S, B>}` ? S[NormalAxis<S, A>]
        : S[I];
    };

/**
 * Shape with one axis moved to another place, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam From The axis.
 * @typeParam To Its place in the result.
 */
export type MoveAxis<S extends Shape, From extends number, To extends number> = [number] extends
  [S["length"]] ? number[]
  : [number] extends [From | To] ? UnknownLengths<S>
  : S extends unknown
    ? From extends unknown ? To extends unknown ? Moved<S, From, To> : never : never
  : never;

/**
 * Shape with one axis moved, both places literal.
 *
 * @internal
 */
export type Moved<S extends Shape, From extends number, To extends number> =
  [NormalAxis<S, From>] extends [never] ? AxisReason<S, From>
    : [NormalAxis<S, To>] extends [never] ? AxisReason<S, To>
    : Inserted<
      Dropped<S, `${NormalAxis<S, From>}`>,
      `${NormalAxis<S, To>}`,
      S[NormalAxis<S, From>],
      S
    >;

/**
 * Shape with the length `N` inserted where the result has the axes `I`. `Slots` is as long as
 * the result.
 *
 * @internal
 */
export type Inserted<
  S extends Shape,
  I,
  N extends number,
  Slots extends readonly unknown[],
  Done extends number[] = [],
> = Slots extends readonly [unknown, ...infer Left]
  ? `${Done["length"]}` extends I ? Inserted<S, I, N, Left, [...Done, N]>
  : S extends readonly [infer H extends number, ...infer Rest extends number[]]
    ? Inserted<Rest, I, N, Left, [...Done, H]>
  : Done
  : Done;

/**
 * Shape with axes of length 1 inserted, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam A Axes of the result, one or several.
 */
export type ExpandDims<S extends Shape, A extends number | readonly number[]> = [number] extends
  [S["length"]] ? number[]
  : S extends unknown ? [A] extends [number] ? ExpandBy<S, readonly [A]>
    : [A] extends [readonly number[]] ? ExpandBy<S, A>
    : number[]
  : never;

/**
 * Shape with several axes of length 1 inserted.
 *
 * @internal
 */
export type ExpandBy<S extends Shape, A extends readonly number[]> = [number] extends [A["length"]]
  ? number[]
  : [number] extends [A[number]] ? UnknownLengths<[...S, ...A]>
  : ExpandBox<S, [...S, ...A], NormalAxes<[...S, ...A], A>>;

/**
 * Shape with axes of length 1 at the axes in a box; a reason passes.
 *
 * @internal
 */
export type ExpandBox<S extends Shape, Slots extends Shape, Box> = Box extends
  { readonly axes: infer I extends number[] } ? Inserted<S, `${I[number]}`, 1, Slots>
  : Box;

/**
 * Shape without axes of length 1, all or those at `A`, or the reason why there is none.
 *
 * @typeParam S Shape of the operand.
 * @typeParam A Axes to remove, all of length 1 when undefined.
 */
export type Squeeze<S extends Shape, A extends number | readonly number[] | undefined> =
  [number] extends [S["length"]] ? number[]
    : S extends unknown
      ? [A] extends [undefined] ? [number] extends [S[number]] ? number[] : Squeezed<S>
      : [A] extends [number] ? SqueezeBy<S, readonly [A]>
      : [A] extends [readonly number[]] ? SqueezeBy<S, A>
      : number[]
    : never;

/**
 * Shape without all axes of length 1.
 *
 * @internal
 */
export type Squeezed<S extends Shape, Kept extends number[] = []> = S extends
  readonly [infer N extends number, ...infer Rest extends number[]]
  ? Squeezed<Rest, N extends 1 ? Kept : [...Kept, N]>
  : Kept;

/**
 * Shape without given axes of length 1.
 *
 * @internal
 */
export type SqueezeBy<S extends Shape, A extends readonly number[]> = [number] extends [A["length"]]
  ? number[]
  : [number] extends [A[number]] ? number[]
  : SqueezeBox<S, NormalAxes<S, A>>;

/**
 * Shape without the axes in a box; a reason passes.
 *
 * @internal
 */
export type SqueezeBox<S extends Shape, Box> = Box extends
  { readonly axes: infer A extends number[] }
  ? [LongAxis<S, A>] extends [never] ? Dropped<S, `${A[number]}`>
  : `axis ${LongAxis<S, A>} of a tensor of shape ${ShapeText<S>}: its length is ${LengthText<
    S[LongAxis<S, A>]
  >}, only an axis of length 1 can be removed`
  : Box;

/**
 * The first of the axes `A` whose length is known not to be 1, never if there is none.
 *
 * @internal
 */
export type LongAxis<S extends Shape, A extends readonly number[]> = A extends
  readonly [infer I extends number, ...infer Rest extends number[]]
  ? [number] extends [S[I]] ? LongAxis<S, Rest>
  : 1 extends S[I] ? LongAxis<S, Rest>
  : I
  : never;

/**
 * Shape `To` if a tensor of shape `S` broadcasts to it, or the reason why it does not.
 *
 * @typeParam S Shape of the operand.
 * @typeParam To Shape asked for.
 */
export type BroadcastTo<S extends Shape, To extends Shape> = [number] extends [To["length"]]
  ? number[]
  : [number] extends [S["length"]] ? Mutable<To>
  : S extends unknown ? Stretched<S, To, S, To>
  : never;

/**
 * Stretches from the last axis on.
 *
 * @internal
 */
export type Stretched<
  WholeS extends Shape,
  WholeTo extends Shape,
  S extends Shape,
  To extends Shape,
> = S extends readonly [...infer RestS extends number[], infer M extends number]
  ? To extends readonly [...infer RestTo extends number[], infer N extends number]
    ? None<StretchedLength<M, N>> extends true ? StretchReason<WholeS, WholeTo>
    : Stretched<WholeS, WholeTo, RestS, RestTo>
  : StretchReason<WholeS, WholeTo>
  : Mutable<WholeTo>;

/**
 * A shape that does not broadcast to another.
 *
 * @internal
 */
export type StretchReason<S extends Shape, To extends Shape> = `a tensor of shape ${ShapeText<
  S
>} to ${ShapeText<To>}: its lengths must be 1 or those of the last axes`;

/**
 * Length to which an axis stretches, never if it does not.
 *
 * @internal
 */
export type StretchedLength<M extends number, N extends number> = [number] extends [M] ? N
  : [number] extends [N] ? N
  : M extends 1 | N ? N
  : never;
