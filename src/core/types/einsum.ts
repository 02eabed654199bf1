/**
 * Shape of an Einstein sum, from its equation.
 *
 * @module
 */
import type { Shape } from "../shape.ts";
import type { BroadcastLength, Differ } from "./broadcast.ts";
import type { Check, Mistake } from "./mistake.ts";
import type { OneDTypeCheck, ShapesOf, TensorLike } from "./operands.ts";
import type { LengthText, ShapeText } from "./text.ts";

/**
 * Length of each index bound so far.
 *
 * @internal
 */
export type Lengths = { readonly [Index in string]: number };

/**
 * Shape of the Einstein sum, or the reason why there is none. An equation with
 * an ellipsis gives an unknown rank.
 *
 * @typeParam E The equation, for example `"ij,jk->ik"`; without an arrow the
 * indices that stand once, in alphabetic order, make the result.
 * @typeParam T Shapes of the operands.
 */
export type Einsum<E extends string, T extends readonly Shape[]> = [string] extends [E] ? number[]
  : [number] extends [T["length"]] ? number[]
  : [E] extends [`${string}.${string}`] ? number[]
  : EinsumOf<E, WithoutSpaces<E>, T>;

/**
 * Text without spaces.
 *
 * @internal
 */
export type WithoutSpaces<E extends string> = E extends `${infer A} ${infer B}`
  ? WithoutSpaces<`${A}${B}`>
  : E;

/**
 * Splits an equation at its arrow.
 *
 * @internal
 */
export type EinsumOf<
  Whole extends string,
  E extends string,
  T extends readonly Shape[],
> = E extends `${infer Inputs}->${infer Output}`
  ? EinsumTo<Whole, Output, BindAll<Whole, Inputs, T, T["length"]>>
  : EinsumTo<Whole, OnceIn<E>, BindAll<Whole, E, T, T["length"]>>;

/**
 * Looks up the indices of the result; a reason passes.
 *
 * @internal
 */
export type EinsumTo<Whole extends string, Output extends string, Bound> = Bound extends
  infer B extends Lengths ? LookUp<Whole, Output, B>
  : Bound;

/**
 * Binds the indices of all operands.
 *
 * @internal
 */
export type BindAll<
  Whole extends string,
  Inputs extends string,
  T extends readonly Shape[],
  Count extends number,
  Bound = Record<never, number>,
  Place extends 0[] = [],
> = Bound extends infer B extends Lengths
  ? T extends readonly [infer S extends Shape, ...infer Rest extends readonly Shape[]]
    ? Inputs extends `${infer Labels},${infer More}`
      ? Rest extends readonly [] ? CountReason<Whole, Count>
      : BindAll<
        Whole,
        More,
        Rest,
        Count,
        Bind<Whole, Place["length"], S, Labels, S, B>,
        [...Place, 0]
      >
    : Rest extends readonly [] ? Bind<Whole, Place["length"], S, Inputs, S, B>
    : CountReason<Whole, Count>
  : CountReason<Whole, Count>
  : Bound;

/**
 * Binds the indices of one operand to its lengths.
 *
 * @internal
 */
export type Bind<
  Whole extends string,
  Place extends number,
  WholeS extends Shape,
  Labels extends string,
  S extends Shape,
  Bound extends Lengths,
> = [number] extends [S["length"]] ? Bound & { readonly [Index in Letters<Labels>]: number }
  : Labels extends `${infer Index}${infer Rest}`
    ? S extends readonly [infer N extends number, ...infer RestS extends number[]]
      ? Index extends keyof Bound
        ? Differ<Bound[Index], N> extends true
          ? `"${Whole}": index ${Index} has lengths ${LengthText<Bound[Index]>} and ${LengthText<
            N
          >}`
        : Bind<
          Whole,
          Place,
          WholeS,
          Rest,
          RestS,
          { [I in keyof Bound]: I extends Index ? BroadcastLength<Bound[Index], N> : Bound[I] }
        >
      : Bind<Whole, Place, WholeS, Rest, RestS, Bound & { readonly [I in Index]: N }>
    : SubscriptsReason<Whole, Place, WholeS>
  : S extends readonly [] ? Bound
  : SubscriptsReason<Whole, Place, WholeS>;

/**
 * Letters of a text as a union.
 *
 * @internal
 */
export type Letters<Text extends string, Done = never> = Text extends `${infer C}${infer Rest}`
  ? Letters<Rest, Done | C>
  : Done & string;

/**
 * Lengths of the indices of the result.
 *
 * @internal
 */
export type LookUp<
  Whole extends string,
  Output extends string,
  Bound extends Lengths,
  Done extends number[] = [],
> = Output extends `${infer Index}${infer Rest}`
  ? Rest extends `${string}${Index}${string}`
    ? `"${Whole}": index ${Index} stands twice in the result`
  : Index extends keyof Bound ? LookUp<Whole, Rest, Bound, [...Done, Bound[Index]]>
  : `"${Whole}": index ${Index} of the result is in no operand`
  : Done;

/**
 * Letters that stand once in `Inputs`, in alphabetic order.
 *
 * @internal
 */
export type OnceIn<
  Inputs extends string,
  Alphabet extends string = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  Done extends string = "",
> = Alphabet extends `${infer C}${infer Rest}` ? OnceIn<
    Inputs,
    Rest,
    Inputs extends `${string}${C}${infer After}`
      ? After extends `${string}${C}${string}` ? Done : `${Done}${C}`
      : Done
  >
  : Done;

/**
 * A number of operands that the equation does not name.
 *
 * @internal
 */
export type CountReason<Whole extends string, Count extends number> =
  `"${Whole}" over ${Count} operands: each operand needs its subscripts`;

/**
 * An operand whose rank is not the number of its subscripts.
 *
 * @internal
 */
export type SubscriptsReason<Whole extends string, Place extends number, S extends Shape> =
  `"${Whole}": operand ${Place} of shape ${ShapeText<S>} needs ${S["length"]} subscripts`;

/**
 * Constraint on the equation of an Einstein sum: its operands have one dtype and fit it.
 *
 * @typeParam E The equation.
 * @typeParam T The operands.
 */
export type EinsumCheck<E extends string, T extends readonly TensorLike[]> = [
  OneDTypeCheck<"einsum", T>,
] extends [Mistake<string>] ? OneDTypeCheck<"einsum", T>
  : Check<"einsum", Einsum<E, ShapesOf<T>>>;
