/**
 * Mistakes in calls of transforms, as types: the words are those of the errors at run time.
 *
 * @module
 */
import type { ComplexDType, DType, FloatDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Check, IsReason, None } from "../core/types/mistake.ts";
import type { TensorLike } from "../core/types/operands.ts";
import type { ShapeText, ValueText } from "../core/types/text.ts";
import type { Argnums, ArgumentAt, Transformable } from "./types.ts";

/**
 * Constraint on a loss function and the arguments by which it is differentiated.
 *
 * @typeParam F The function.
 * @typeParam N The differentiated arguments.
 * @typeParam H Whether it returns a pair of the loss and something else.
 */
export type GradCheck<F extends Transformable, N extends Argnums, H extends boolean> = Check<
  "differentiate",
  FirstReason<ArgnumsReason<Parameters<F>, N>, LossReason<LossOf<ReturnType<F>, H>>>
>;

/**
 * Constraint on what a function of no arguments returns: a loss.
 *
 * @typeParam L What it returns.
 */
export type LossCheck<L> = Check<"differentiate", LossReason<L>>;

/**
 * Constraint on the arguments by which a function is differentiated.
 *
 * @typeParam Verb What the caller does.
 * @typeParam F The function.
 * @typeParam N The differentiated arguments.
 */
export type ArgnumsCheck<Verb extends string, F extends Transformable, N extends Argnums> = Check<
  Verb,
  ArgnumsReason<Parameters<F>, N>
>;

/**
 * Constraint on a function that is differentiated by all its arguments.
 *
 * @typeParam Verb What the caller does.
 * @typeParam A The arguments.
 */
export type WholeCheck<Verb extends string, A extends readonly unknown[]> = Check<
  Verb,
  StillReasonBy<A>
>;

/**
 * Constraint on variables by which a loss is differentiated.
 *
 * @typeParam V A variable, or a tree of variables.
 */
export type VariablesCheck<V> = Check<"differentiate", StillReasonBy<V>>;

/**
 * The first of two reasons; true if there is none.
 *
 * @internal
 */
export type FirstReason<A, B> = IsReason<A> extends true ? A : B;

/**
 * The loss: what a function returns, or the first of a pair.
 *
 * @internal
 */
export type LossOf<R, H extends boolean> = H extends true
  ? R extends readonly [infer L, unknown] ? L : R extends readonly unknown[] ? unknown : R
  : R;

/**
 * Why something cannot be a loss; true if it can.
 *
 * @internal
 */
export type LossReason<L> = [unknown] extends [L] ? true
  : [L] extends [never] ? true
  : [L] extends [TensorLike<infer D, infer S>] ? TensorLossReason<D, S>
  : `a function that returns ${KindText<L>}: return a tensor${L extends Promise<unknown>
    ? ", transformed functions are synchronous"
    : ""}`;

/**
 * Why a tensor cannot be a loss; true if it can.
 *
 * @internal
 */
export type TensorLossReason<D extends DType, S extends Shape> = None<D & FloatDType> extends true
  ? `a function that returns ${D}: a loss is of a real floating dtype`
  : None<S["length"] & (0 | AnyRank<S>)> extends true ? `a function that returns shape ${ShapeText<
      S
    >}: a loss has rank 0, reduce it with sum or mean, or use jacobian or vjp`
  : true;

/**
 * Number where the rank is not known, never where it is.
 *
 * @internal
 */
export type AnyRank<S extends Shape> = number extends S["length"] ? number : never;

/**
 * What a value is, as the error at run time says it.
 *
 * @internal
 */
export type KindText<T> = T extends Promise<unknown> ? "a promise"
  : T extends null ? "null"
  : T extends undefined ? "undefined"
  : T extends number ? "number"
  : T extends bigint ? "bigint"
  : T extends boolean ? "boolean"
  : T extends string ? "string"
  : T extends (...args: never[]) => unknown ? "function"
  : "object";

/**
 * Why arguments cannot be differentiated by; true if they can.
 *
 * @internal
 */
export type ArgnumsReason<A extends readonly unknown[], N extends Argnums> = N extends number
  ? ArgumentReason<A, N>
  : FirstOf<{ -readonly [K in keyof N]: N[K] extends number ? ArgumentReason<A, N[K]> : true }>;

/**
 * A reason of a list; true if there is none.
 *
 * @internal
 */
export type FirstOf<R> = R extends readonly unknown[]
  ? Extract<R[number], string> extends infer Reason ? None<Reason> extends true ? true : Reason
  : true
  : true;

/**
 * Why one argument cannot be differentiated by; true if it can.
 *
 * @internal
 */
export type ArgumentReason<A extends readonly unknown[], N extends number> = number extends
  N | A["length"] ? true
  : `${N}` extends keyof A | keyof Negative<A> ? StillReasonBy<ArgumentAt<A, N>>
  : `by argument ${N}: the function was called with ${A["length"]} arguments`;

/**
 * Positions counted from the end.
 *
 * @internal
 */
export type Negative<A extends readonly unknown[], Done extends 0[] = []> = A extends
  readonly [unknown, ...infer Rest]
  ? Negative<Rest, [...Done, 0]> & Record<`-${[...Done, 0]["length"] & number}`, unknown>
  : unknown;

/**
 * Why a tree cannot be differentiated by; true if it can.
 *
 * @internal
 */
export type StillReasonBy<T> = StillReason<T> extends infer R extends string ? `by ${R}` : true;

/**
 * What in a tree has no derivative, with the cure; true if all has one.
 *
 * @internal
 */
export type StillReason<T> = None<Still<T>> extends true ? true : Still<T>;

/**
 * What in a tree has no derivative, with the cure, to some depth. Numbers in objects are let pass:
 * an instance of a class is no part of a tree, but its type does not tell.
 *
 * @internal
 */
export type Still<T, Depth extends 0[] = [], Numbers = number | bigint | boolean> =
  [unknown] extends [T] ? never
    : Depth["length"] extends 4 ? never
    : T extends TensorLike<infer D>
      ? None<D & (FloatDType | ComplexDType)> extends true
        ? `${D}: derivatives need floating dtypes, cast the tensor to float32 or leave it out of the differentiated arguments`
      : never
    : T extends Numbers
      ? `${ValueText<T>}: make it a tensor, or leave it out of the differentiated arguments`
    : T extends readonly unknown[] ? Still<T[number], [...Depth, 0], Numbers>
    : T extends ReadonlyMap<unknown, infer V> ? Still<V, [...Depth, 0], never>
    : T extends ReadonlySet<infer V> ? Still<V, [...Depth, 0], never>
    : T extends (...args: never[]) => unknown ? never
    : T extends object ? Still<T[keyof T], [...Depth, 0], never>
    : never;
