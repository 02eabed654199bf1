/**
 * What functions take: anything with a dtype and a shape, and JavaScript
 * scalars where a tensor can stand.
 *
 * @module
 */
import type { Complex, DType, DTypeOfKind, IntegerDType, ScalarOf } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type {
  Check,
  IsReason,
  Mistake,
  MixedDTypes,
  None,
  Same,
  UnsupportedDType,
} from "./mistake.ts";
import type { ValueText } from "./text.ts";

/**
 * What an argument needs to be read as a tensor. It has no methods, so it is covariant and
 * cheap to compare: a tensor of shape `[2, 3]` goes wherever one of shape
 * `number[]` is wanted.
 *
 * @typeParam D Dtype of the elements.
 * @typeParam S Lengths of the axes.
 */
export interface TensorLike<D extends DType = DType, S extends Shape = Shape> {
  /** Dtype of the elements. */
  readonly dtype: D;
  /** Lengths of the axes. */
  readonly shape: S;
}

/** A JavaScript value that can stand where a tensor of rank 0 can. */
export type Scalar = number | bigint | boolean | string | Complex;

/** A tensor, or a scalar that takes the dtype of the other operand. */
export type Operand = TensorLike | Scalar;

/**
 * Shape of an operand, `[]` for a scalar.
 *
 * @typeParam A The operand.
 */
export type ShapeOf<A> = A extends { readonly shape: infer S extends Shape } ? S : [];

/**
 * Dtype of a tensor, never for a scalar.
 *
 * @typeParam A The operand.
 */
export type DTypeOf<A> = A extends { readonly dtype: infer D extends DType } ? D : never;

/**
 * Dtype that a scalar has by itself, as in `tensor(value)`.
 *
 * @typeParam A The scalar.
 *
 * @internal
 */
export type ScalarDType<A> = A extends number ? "float32"
  : A extends boolean ? "bool"
  : A extends bigint ? "int64"
  : A extends string ? "string"
  : A extends Complex ? "complex64"
  : never;

/**
 * Shapes of several tensors.
 *
 * @typeParam T The tensors.
 */
export type ShapesOf<T extends readonly TensorLike[]> = {
  readonly [I in keyof T]: T[I]["shape"];
};

/**
 * Dtype of the result of two operands: that of the tensors; of two scalars that of the first.
 *
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 */
export type CommonDType<A, B> = A extends Scalar ? B extends Scalar ? ScalarDType<A> : DTypeOf<B>
  : B extends Scalar ? DTypeOf<A>
  : MeetDType<DTypeOf<A>, DTypeOf<B>>;

/**
 * Dtype that two dtypes have in common, the first after a mistake.
 *
 * @internal
 */
export type MeetDType<D extends DType, E extends DType> = Same<D, E> extends true ? D
  : [D & E] extends [never] ? D
  : D & E;

/**
 * Constraint on the second of two operands: both have one dtype, which is
 * among `Allowed`, and a scalar can be represented in it.
 *
 * @typeParam Verb What the function does, for example `add`.
 * @typeParam A Left operand.
 * @typeParam B Right operand.
 * @typeParam Allowed Dtypes for which the function has a meaning.
 * @typeParam Words The same as words, for example `numeric`.
 *
 * @internal
 */
export type DTypesCheck<
  Verb extends string,
  A,
  B,
  Allowed extends DType = DType,
  Words extends string = "a tensor",
> = None<DTypeOf<A> & DTypeOf<B>> extends true
  ? None<DTypeOf<A>> extends true
    ? None<DTypeOf<B>> extends true ? Mistake<`Cannot ${Verb} ${NoTensor<A>}`>
    : ScalarCheck<Verb, A, DTypeOf<B>, Allowed, Words>
  : None<DTypeOf<B>> extends true ? ScalarCheck<Verb, B, DTypeOf<A>, Allowed, Words>
  : Mistake<`Cannot ${Verb} ${MixedDTypes<DTypeOf<A>, DTypeOf<B>>}`>
  : DTypeCheck<Verb, DTypeOf<A> & DTypeOf<B>, Allowed, Words>;

/**
 * Constraint on an operand: its dtype is among `Allowed`. A union of dtypes
 * passes if one of them is.
 *
 * @typeParam Verb What the function does, for example `negate`.
 * @typeParam D Dtype of the operand.
 * @typeParam Allowed Dtypes for which the function has a meaning.
 * @typeParam Words The same as words, for example `numeric`.
 */
export type DTypeCheck<
  Verb extends string,
  D extends DType,
  Allowed extends DType,
  Words extends string,
> = None<D & Allowed> extends true ? Mistake<`Cannot ${Verb} ${UnsupportedDType<D, Words>}`>
  : unknown;

/**
 * Constraint on two dtypes: they are one.
 *
 * @internal
 */
export type MixedCheck<Verb extends string, D extends DType, E extends DType> = None<D & E> extends
  true ? Mistake<`Cannot ${Verb} ${MixedDTypes<D, E>}`> : unknown;

/**
 * No tensor among the operands.
 *
 * @internal
 */
export type NoTensor<V> = `${ValueText<V>}: an operand must be a tensor, make one with tensor()`;

/**
 * Constraint on a scalar beside a tensor: the tensor's dtype can represent it and is among
 * `Allowed`.
 *
 * @internal
 */
export type ScalarCheck<
  Verb extends string,
  V,
  D extends DType,
  Allowed extends DType,
  Words extends string,
> = IsReason<ScalarIn<V, D>> extends true ? Check<"represent", ScalarIn<V, D>>
  : DTypeCheck<Verb, D, Allowed, Words>;

/**
 * The scalar `V` as an element of dtype `D`: true if `D` can represent it, as far as the
 * type tells, else the reason.
 *
 * @typeParam V The scalar.
 * @typeParam D The dtype.
 *
 * @internal
 */
export type ScalarIn<V, D extends DType> = [V] extends [ScalarOf<D>]
  ? None<Exclude<D, IntegerDType>> extends true
    ? [Fraction<V>] extends [never]
      ? None<Exclude<D, DTypeOfKind<"uint">>> extends true
        ? [Negative<V>] extends [never] ? true : Unrepresentable<V, D>
      : true
    : Unrepresentable<V, D>
  : true
  : Unrepresentable<V, D>;

/**
 * A value that a dtype cannot hold.
 *
 * @internal
 */
export type Unrepresentable<V, D extends DType> = `${ValueText<
  V
>} as ${D}: pass a value of that dtype, or cast the tensor to one that holds it`;

/**
 * `V` if it is a literal with a fraction, else never.
 *
 * @internal
 */
export type Fraction<V> = V extends number ? `${V}` extends `${string}e+${string}` ? never
  : `${V}` extends `${string}.${string}` | `${string}e-${string}` ? V
  : never
  : never;

/**
 * `V` if it is a literal below zero, else never.
 *
 * @internal
 */
export type Negative<V> = V extends number | bigint ? `${V}` extends `-${string}` ? V : never
  : never;

/**
 * The one dtype of several tensors, or the reason why there is none.
 *
 * @internal
 */
export type OneDType<T extends readonly TensorLike[]> = T extends
  readonly [infer First extends TensorLike, ...infer Rest extends readonly TensorLike[]]
  ? FoldDTypes<Rest, First["dtype"]>
  : { readonly dtype: T[number]["dtype"] };

/**
 * Dtypes met one after the other.
 *
 * @internal
 */
export type FoldDTypes<T extends readonly TensorLike[], D extends DType> = T extends
  readonly [infer First extends TensorLike, ...infer Rest extends readonly TensorLike[]]
  ? None<D & First["dtype"]> extends true ? { readonly mixed: MixedDTypes<D, First["dtype"]> }
  : FoldDTypes<Rest, D & First["dtype"]>
  : { readonly dtype: D };

/**
 * Dtype of the result of several tensors; after a mistake any of theirs.
 *
 * @typeParam T The tensors.
 */
export type DTypeOfAll<T extends readonly TensorLike[]> = OneDType<T> extends
  { readonly dtype: infer D extends DType } ? D
  : T[number]["dtype"];

/**
 * Constraint on several tensors: all have one dtype.
 *
 * @typeParam Verb What the function does, for example `concatenate`.
 * @typeParam T The tensors.
 */
export type OneDTypeCheck<Verb extends string, T extends readonly TensorLike[]> = [
  OneDType<T>,
] extends [{ readonly mixed: string }] ? Mistake<`Cannot ${Verb} ${OneDType<T>["mixed"]}`>
  : unknown;
