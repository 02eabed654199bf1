/**
 * Types of transformed functions: they keep dtypes and shapes.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { NormalAxis } from "../core/types/axes.ts";
import type { UnknownLengths } from "../core/types/mistake.ts";
import type { Inserted } from "../core/types/movement.ts";

/** A function that can be transformed: trees of tensors in, a tree of tensors out. */
// The parameters are `never` so that functions of any parameters fit.
export type Transformable = (...args: never[]) => unknown;

/** Which arguments to differentiate: a position or several. */
export type Argnums = number | readonly number[];

/**
 * The arguments at some positions, negative ones counted from the end.
 *
 * @typeParam A All arguments.
 * @typeParam N A position, or a tuple of positions.
 */
export type ArgumentsAt<A extends readonly unknown[], N extends Argnums> = N extends number
  ? number extends N ? A[number] : ArgumentAt<A, N>
  : N extends readonly number[] ? ArgumentList<A, N>
  : never;

/**
 * Several arguments, one after the other: nothing can be inferred backward from such a type, so that
 * what `grad` is called for does not decide by which arguments.
 *
 * @internal
 */
export type ArgumentList<
  A extends readonly unknown[],
  N extends readonly number[],
  Done extends readonly unknown[] = [],
> = N extends readonly [infer H extends number, ...infer Rest extends readonly number[]]
  ? ArgumentList<A, Rest, [...Done, ArgumentAt<A, H>]>
  : number extends N["length"] ? A[number][]
  : Done;

/**
 * The argument at one position.
 *
 * @internal
 */
export type ArgumentAt<A extends readonly unknown[], N extends number> = `${N}` extends
  `-${infer P extends number}` ? FromLast<A, P> : A[N];

/**
 * The argument that is the `P`th from the end.
 *
 * @internal
 */
export type FromLast<A extends readonly unknown[], P extends number, Count extends 0[] = [0]> =
  A extends readonly [...infer Rest, infer Last]
    ? Count["length"] extends P ? Last : FromLast<Rest, P, [...Count, 0]>
    : A[number];

/** How a function is differentiated. */
export interface GradOptions<N extends Argnums = Argnums, H extends boolean = boolean> {
  /** Position of the argument to differentiate by, or positions; 0 when absent. */
  readonly argnums?: N | undefined;
  /** Whether the function returns a pair of the loss and something else; false when absent. */
  readonly hasAux?: H | undefined;
}

/**
 * What `grad` returns of a function.
 *
 * @typeParam F The function.
 * @typeParam N The differentiated arguments.
 * @typeParam H Whether it returns something beside the loss.
 */
export type GradOf<F extends Transformable, N extends Argnums, H extends boolean> = H extends true
  ? [gradient: ArgumentsAt<Parameters<F>, N>, aux: AuxOf<F>]
  : ArgumentsAt<Parameters<F>, N>;

/**
 * What a function returns beside its loss.
 *
 * @typeParam F A function that returns a pair.
 */
export type AuxOf<F extends Transformable> = ReturnType<F> extends readonly [unknown, infer A] ? A
  : ReturnType<F> extends readonly (infer A)[] ? A
  : never;

/** An axis, none, or a tree of axes that starts like the tensors it is for. */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [name: string]: AxisTree };

/**
 * A tree with the axis of the examples added to each tensor.
 *
 * @typeParam T The tree.
 * @typeParam A The axis, or a tree of axes; null adds none.
 * @typeParam B How many examples there are.
 */
export type Batched<T, A extends AxisTree = 0, B extends number = number> = A extends null ? T
  : T extends Tensor<infer D extends DType, infer S extends Shape>
    ? Tensor<D, WithAxis<S, A & number, B>>
  : T extends (...args: never[]) => unknown ? T
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: Batched<T[K], AxisOf<A, K>, B> }
  : T extends object ? { [K in keyof T]: Batched<T[K], AxisOf<A, K>, B> }
  : T;

/**
 * The axes for one part of a tree.
 *
 * @internal
 */
export type AxisOf<A extends AxisTree, K> = A extends number | null ? A
  : K extends keyof A ? A[K] extends infer Own extends AxisTree ? Own : AxisTree
  : AxisTree;

/**
 * A shape with an axis more.
 *
 * @internal
 */
export type WithAxis<S extends Shape, A extends number, B extends number> = A extends 0
  ? number extends S["length"] ? number[] : [B, ...S]
  : number extends S["length"] ? number[]
  : number extends A ? UnknownLengths<[...S, B]>
  : Inserted<S, `${NormalAxis<[...S, 0], A>}`, B, [...S, 0]>;

/**
 * The arguments of a batched function.
 *
 * @typeParam P The arguments of the function.
 * @typeParam A Which axes hold the examples: one for all, a list for all arguments, or a tree for one.
 * @typeParam B How many examples there are.
 */
export type BatchedArguments<P extends readonly unknown[], A extends AxisTree, B extends number> =
  Batched<P, A extends number | null | readonly unknown[] ? A : readonly [A], B> extends
    infer All extends readonly unknown[] ? All : never;

/**
 * Derivatives of a tree by another: in place of each tensor of the first one, the second with the
 * axes of both in each tensor.
 *
 * @typeParam Y Results.
 * @typeParam X Arguments.
 */
export type Jacobian<Y, X> = Y extends Tensor<infer D extends DType, infer S extends Shape>
  ? JacobianBy<D, S, X>
  : Y extends (...args: never[]) => unknown ? Y
  : Y extends readonly unknown[] ? { -readonly [K in keyof Y]: Jacobian<Y[K], X> }
  : Y extends object ? { -readonly [K in keyof Y]: Jacobian<Y[K], X> }
  : Y;

/**
 * Derivatives of one tensor by a tree.
 *
 * @internal
 */
export type JacobianBy<D extends DType, S extends Shape, X> = X extends
  Tensor<DType, infer T extends Shape>
  ? Tensor<D, number extends (S | T)["length"] ? number[] : [...S, ...T]>
  : X extends (...args: never[]) => unknown ? X
  : X extends readonly unknown[] ? { -readonly [K in keyof X]: JacobianBy<D, S, X[K]> }
  : X extends object ? { -readonly [K in keyof X]: JacobianBy<D, S, X[K]> }
  : X;
