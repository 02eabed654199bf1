/**
 * Arithmetic on literal non-negative integers, digit by digit, so that its
 * cost grows with the number of digits and not with the value.
 *
 * Inside this file a numeral is a string of digits, the lowest first, and zero is
 * the empty string.
 *
 * @module
 */
import type { Shape } from "../shape.ts";

/**
 * Tuples as long as each digit says.
 *
 * @internal
 */
export interface Unary {
  /** Length 0. */
  "0": [];
  /** Length 1. */
  "1": [0];
  /** Length 2. */
  "2": [0, 0];
  /** Length 3. */
  "3": [0, 0, 0];
  /** Length 4. */
  "4": [0, 0, 0, 0];
  /** Length 5. */
  "5": [0, 0, 0, 0, 0];
  /** Length 6. */
  "6": [0, 0, 0, 0, 0, 0];
  /** Length 7. */
  "7": [0, 0, 0, 0, 0, 0, 0];
  /** Length 8. */
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  /** Length 9. */
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}

/**
 * A decimal digit.
 *
 * @internal
 */
export type Digit = keyof Unary;

/**
 * Decimal text as a numeral; never if it is not a plain integer.
 *
 * @internal
 */
export type Numeral<Text extends string, Reversed extends string = ""> = Text extends
  `${infer D extends Digit}${infer Rest}` ? Numeral<Rest, `${D}${Reversed}`>
  : Text extends "" ? Trimmed<Reversed>
  : never;

/**
 * Numeral without zeros in front of its highest digit.
 *
 * @internal
 */
export type Trimmed<A extends string> = A extends `${infer Rest}0` ? Trimmed<Rest> : A;

/**
 * Numeral as a number literal.
 *
 * @internal
 */
export type NumberFrom<A extends string, Text extends string = ""> = A extends
  `${infer D extends Digit}${infer Rest}` ? NumberFrom<Rest, `${D}${Text}`>
  : Text extends "" ? 0
  : Text extends `${infer N extends number}` ? N
  : never;

/**
 * Sum of two numerals and a carry.
 *
 * @internal
 */
export type Plus<
  A extends string,
  B extends string,
  Carry extends 0[] = [],
  Sum extends string = "",
> = A extends `${infer X extends Digit}${infer RestA}`
  ? B extends `${infer Y extends Digit}${infer RestB}`
    ? `${[...Unary[X], ...Unary[Y], ...Carry]["length"] & number}` extends
      `1${infer D extends Digit}` ? Plus<RestA, RestB, [0], `${Sum}${D}`>
    : Plus<
      RestA,
      RestB,
      [],
      `${Sum}${[...Unary[X], ...Unary[Y], ...Carry]["length"] & number}`
    >
  : Carry extends [] ? `${Sum}${A}`
  : Plus<A, "1", [], Sum>
  : Carry extends [] ? `${Sum}${B}`
  : Plus<"1", B, [], Sum>;

/**
 * Difference of two numerals, never if it is negative.
 *
 * @internal
 */
export type Minus<
  A extends string,
  B extends string,
  Borrow extends 0[] = [],
  Difference extends string = "",
> = A extends `${infer X extends Digit}${infer RestA}`
  ? B extends `${infer Y extends Digit}${infer RestB}`
    ? Unary[X] extends [...Unary[Y], ...Borrow, ...infer R]
      ? Minus<RestA, RestB, [], `${Difference}${R["length"] & number}`>
    : [0, ...Unary["9"], ...Unary[X]] extends [...Unary[Y], ...Borrow, ...infer R]
      ? Minus<RestA, RestB, [0], `${Difference}${R["length"] & number}`>
    : never
  : Borrow extends [] ? Trimmed<`${Difference}${A}`>
  : Minus<A, "1", [], Difference>
  : B extends "" ? Borrow extends [] ? Trimmed<Difference> : never
  : never;

/**
 * Numeral times a digit.
 *
 * @internal
 */
export type Multiple<A extends string, D extends Digit> = D extends "0" ? ""
  : D extends "1" ? A
  : D extends "2" ? Plus<A, A>
  : D extends "3" ? Plus<A, Plus<A, A>>
  : D extends "4" ? Multiple<Plus<A, A>, "2">
  : D extends "5" ? Plus<A, Multiple<A, "4">>
  : D extends "6" ? Multiple<Multiple<A, "3">, "2">
  : D extends "7" ? Plus<A, Multiple<A, "6">>
  : D extends "8" ? Multiple<Multiple<A, "4">, "2">
  : Plus<A, Multiple<A, "8">>;

/**
 * Product of two numerals.
 *
 * @internal
 */
export type Times<A extends string, B extends string, Product extends string = ""> = A extends ""
  ? ""
  : B extends `${infer D extends Digit}${infer Rest}`
    ? Times<`0${A}`, Rest, Plus<Product, Multiple<A, D>>>
  : Product;

/**
 * How often `B` goes into `A`, nine times at most, and what remains.
 *
 * @internal
 */
export type Goes<A extends string, B extends string, Times extends 0[] = []> = [
  Minus<A, B>,
] extends [never] ? [Times["length"], A]
  : Goes<Minus<A, B>, B, [...Times, 0]>;

/**
 * Long division of decimal text by a numeral other than zero: the quotient as a
 * numeral, and the remainder.
 *
 * @internal
 */
export type Division<
  Text extends string,
  B extends string,
  Quotient extends string = "",
  Remainder extends string = "",
> = Text extends `${infer D extends Digit}${infer Rest}`
  ? Goes<Trimmed<`${D}${Remainder}`>, B> extends [
    infer N extends number,
    infer R extends string,
  ] ? Division<Rest, B, `${N}${Quotient}`, R>
  : never
  : [Trimmed<Quotient>, Remainder];

/**
 * Sum of two lengths, `number` if one of them is unknown.
 *
 * @typeParam A A length.
 * @typeParam B A length.
 *
 * @internal
 */
export type Add<A extends number, B extends number> = [number] extends [A] ? number
  : [number] extends [B] ? number
  : Literal<NumberFrom<Plus<Numeral<`${A}`>, Numeral<`${B}`>>>>;

/**
 * Difference of two lengths, `number` if one of them is unknown, never if it
 * is negative.
 *
 * @typeParam A A length.
 * @typeParam B A length.
 *
 * @internal
 */
export type Subtract<A extends number, B extends number> = [number] extends [A] ? number
  : [number] extends [B] ? number
  : NumberFrom<Minus<Numeral<`${A}`>, Numeral<`${B}`>>>;

/**
 * Quotient of two lengths rounded up, `number` if one of them is unknown.
 *
 * @typeParam A A length.
 * @typeParam B A length, not 0.
 *
 * @internal
 */
export type DivideUp<A extends number, B extends number> = B extends 1 ? A
  : [number] extends [A] ? number
  : [number] extends [B] ? number
  : Division<`${A}`, Numeral<`${B}`>> extends [infer Q extends string, infer R extends string]
    ? NumberFrom<R extends "" ? Q : Plus<Q, "1">>
  : number;

/**
 * Quotient of two lengths, `number` if one of them is unknown, never if the
 * division leaves a remainder.
 *
 * @typeParam A A length.
 * @typeParam B A length; division by 0 has no quotient.
 *
 * @internal
 */
export type Divide<A extends number, B extends number> = [number] extends [A] ? number
  : [number] extends [B] ? number
  : B extends 0 ? never
  : Division<`${A}`, Numeral<`${B}`>> extends [infer Q extends string, infer R extends string]
    ? R extends "" ? NumberFrom<Q> : never
  : number;

/**
 * The number, or `number` if it could not be computed.
 *
 * @internal
 */
export type Literal<N extends number> = [N] extends [never] ? number : N;

/**
 * Number of elements of a shape, `number` if a length is unknown.
 *
 * @typeParam S Lengths of the axes.
 *
 * @internal
 */
export type SizeOf<S extends Shape> = [number] extends [S["length"]] ? number
  : [number] extends [S[number]] ? number
  : Literal<NumberFrom<SizeNumeral<S>>>;

/**
 * Number of elements as a numeral.
 *
 * @internal
 */
export type SizeNumeral<S extends Shape, Size extends string = "1"> = S extends
  readonly [infer N extends number, ...infer Rest extends number[]]
  ? SizeNumeral<Rest, Times<Size, Numeral<`${N}`>>>
  : Size;
