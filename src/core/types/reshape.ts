/**
 * Shape of a reshaped tensor, with -1 for the length that follows from the others.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { Mutable } from "./mistake.ts";
import type { Divide, SizeOf } from "./numbers.ts";
import type { LengthText, ShapeText } from "./text.ts";

/**
 * Shape that `To` asks for, or the reason why the operand cannot have it.
 *
 * @typeParam S Shape of the operand.
 * @typeParam To Lengths asked for; one of them may be -1.
 */
export type Reshape<S extends Shape, To extends Shape> = [number] extends [To["length"]] ? number[]
  : [number] extends [S["length"]] ? Filled<To, number>
  : [number] extends [S[number]] ? Filled<To, number>
  : [number] extends [To[number]] ? Filled<To, number>
  : -1 extends To[number]
    ? [-1 & OthersOf<To>[number]] extends [never]
      ? [Divide<SizeOf<S>, SizeOf<OthersOf<To>>>] extends [never] ? ReshapeReason<S, To>
      : Filled<To, Divide<SizeOf<S>, SizeOf<OthersOf<To>>>>
    : `a tensor of shape ${ShapeText<S>} to ${ShapeText<To>}: only one length may be -1`
  : [SizeOf<S> & SizeOf<To>] extends [never] ? ReshapeReason<S, To>
  : Mutable<To>;

/**
 * `To` with `N` for -1.
 *
 * @internal
 */
export type Filled<To extends Shape, N extends number> = {
  -readonly [I in keyof To]: To[I] extends -1 ? N : To[I];
};

/**
 * `To` without its first -1.
 *
 * @internal
 */
export type OthersOf<To extends Shape, Done extends number[] = []> = To extends
  readonly [infer N extends number, ...infer Rest extends number[]]
  ? N extends -1 ? [...Done, ...Rest] : OthersOf<Rest, [...Done, N]>
  : Done;

/**
 * A number of elements that is not kept.
 *
 * @internal
 */
export type ReshapeReason<S extends Shape, To extends Shape> = `a tensor of shape ${ShapeText<
  S
>} to ${ShapeText<To>}: it has ${LengthText<SizeOf<S>>} elements`;
