/**
 * Shape of an Einstein sum, from its equation.
 *
 * @module
 */
import type { NumericDType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { BroadcastLength, Differ } from "./broadcast.ts";
import type { Check, Mistake } from "./mistake.ts";
import type { DTypeCheck, DTypeOfAll, OneDTypeCheck, ShapesOf, TensorLike } from "./operands.ts";
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
  ? EinsumTo<Whole, Output, BindCounted<Whole, Inputs, T>>
  : EinsumTo<Whole, OnceIn<E>, BindCounted<Whole, E, T>>;

/**
 * Binds the indices of all operands, if there are as many as the equation names.
 *
 * @internal
 */
export type BindCounted<Whole extends string, Inputs extends string, T extends readonly Shape[]> = [
  NamedIn<Inputs>,
] extends [T["length"]] ? BindAll<Whole, Inputs, T>
  : CountReason<Whole, Inputs, T["length"]>;

/**
 * Looks up the indices of the result; a reason passes.
 *
 * @internal
 */
export type EinsumTo<Whole extends string, Output extends string, Bound> = Bound extends
  infer B extends Lengths ? LookUp<Whole, Output, B>
  : Bound;

/**
 * Binds the indices of one operand after the other.
 *
 * @internal
 */
export type BindAll<
  Whole extends string,
  Inputs extends string,
  T extends readonly Shape[],
  Bound = Record<never, number>,
> = Bound extends infer B extends Lengths
  ? T extends readonly [infer S extends Shape, ...infer Rest extends readonly Shape[]]
    ? Inputs extends `${infer Labels},${infer More}`
      ? BindAll<Whole, More, Rest, Bind<Whole, Labels, S, Labels, S, B>>
    : Bind<Whole, Inputs, S, Inputs, S, B>
  : Bound
  : Bound;

/**
 * Binds the indices of one operand to its lengths.
 *
 * @internal
 */
export type Bind<
  Whole extends string,
  WholeLabels extends string,
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
          WholeLabels,
          WholeS,
          Rest,
          RestS,
          { [I in keyof Bound]: I extends Index ? BroadcastLength<Bound[Index], N> : Bound[I] }
        >
      : Bind<Whole, WholeLabels, WholeS, Rest, RestS, Bound & { readonly [I in Index]: N }>
    : SubscriptsReason<Whole, WholeLabels, WholeS>
  : S extends readonly [] ? Bound
  : SubscriptsReason<Whole, WholeLabels, WholeS>;

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
  ? Index extends keyof Bound
    ? Rest extends `${string}${Index}${string}`
      ? `"${Whole}": output index ${Index} stands twice, it may stand once`
    : LookUp<Whole, Rest, Bound, [...Done, Bound[Index]]>
  : `"${Whole}": output index ${Index} is not among the inputs`
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
 * Another number of operands than the equation names.
 *
 * @internal
 */
export type CountReason<Whole extends string, Inputs extends string, Count extends number> =
  `"${Whole}": it names ${NamedIn<Inputs>} operands, pass as many instead of ${Count}`;

/**
 * Number of operands that the left side of an equation names.
 *
 * @internal
 */
export type NamedIn<Inputs extends string, Count extends 0[] = [0]> = Inputs extends
  `${string},${infer More}` ? NamedIn<More, [...Count, 0]>
  : Count["length"];

/**
 * Number of letters of a text.
 *
 * @internal
 */
export type LetterCount<Text extends string, Count extends 0[] = []> = Text extends
  `${string}${infer Rest}` ? LetterCount<Rest, [...Count, 0]>
  : Count["length"];

/**
 * An operand whose rank is not the number of its subscripts.
 *
 * @internal
 */
export type SubscriptsReason<Whole extends string, Labels extends string, S extends Shape> =
  `"${Whole}": "${Labels}" names ${LetterCount<Labels>} axes of a tensor of shape ${ShapeText<
    S
  >}, name each of its ${S["length"]} axes`;

/**
 * Constraint on the equation of an Einstein sum: its operands have one numeric dtype and fit it.
 *
 * @typeParam E The equation.
 * @typeParam T The operands.
 */
export type EinsumCheck<E extends string, T extends readonly TensorLike[]> = [
  OneDTypeCheck<"einsum", T>,
] extends [Mistake<string>] ? OneDTypeCheck<"einsum", T>
  : [DTypeCheck<"einsum", DTypeOfAll<T>, NumericDType, "numeric">] extends [Mistake<string>]
    ? DTypeCheck<"einsum", DTypeOfAll<T>, NumericDType, "numeric">
  : Check<"einsum", Einsum<E, ShapesOf<T>>>;
