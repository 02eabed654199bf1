/**
 * Types of transformed functions: they keep dtypes and shapes.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** A function that can be transformed: trees of tensors in, a tree of tensors out. */
// The parameters are `never` so that functions of any parameters fit.
export type Transformable = (...args: never[]) => unknown;

/** Which arguments to differentiate: a position or several. */
export type Argnums = number | readonly number[];

/**
 * The arguments at some positions.
 *
 * @typeParam A All arguments.
 * @typeParam N A position, or a tuple of positions.
 */
export type ArgumentsAt<A extends readonly unknown[], N extends Argnums> = N extends number
  ? number extends N ? A[number] : A[N]
  : { -readonly [K in keyof N]: N[K] extends number ? A[N[K]] : never };

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
  : never;

/**
 * A tree with an axis added to each tensor.
 *
 * @typeParam T The tree.
 */
export type Batched<T> = T extends Tensor<infer D extends DType, infer S extends Shape>
  ? Tensor<D, number extends S["length"] ? number[] : [number, ...S]>
  : T extends (...args: never[]) => unknown ? T
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: Batched<T[K]> }
  : T extends object ? { [K in keyof T]: Batched<T[K]> }
  : T;
