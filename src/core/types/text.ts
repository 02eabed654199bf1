/**
 * Shapes and scalars as text, for the sentences of compile-time mistakes.
 *
 * @module
 */
import type { Complex } from "../dtype.ts";
import type { Shape } from "../shape.ts";

/**
 * Length as text, `?` when unknown.
 *
 * @internal
 */
export type LengthText<N extends number> = [number] extends [N] ? "?" : `${N}`;

/**
 * Lengths joined by commas.
 *
 * @internal
 */
export type LengthsText<S extends Shape, Text extends string = ""> = S extends
  readonly [infer N extends number, ...infer Rest extends number[]]
  ? LengthsText<Rest, Text extends "" ? LengthText<N> : `${Text}, ${LengthText<N>}`>
  : Text;

/**
 * Shape as text, for example `[2, 3]`, as `shapeText` writes it at run time.
 *
 * @internal
 */
export type ShapeText<S extends Shape> = [number] extends [S["length"]] ? "[...]"
  : `[${LengthsText<S>}]`;

/**
 * Scalar as text, as `valueText` writes it at run time; its family when the
 * value is not literal.
 *
 * @internal
 */
export type ValueText<V> = V extends number ? (number extends V ? "a number" : `${V}`)
  : V extends bigint ? (bigint extends V ? "a bigint" : `${V}n`)
  : V extends boolean ? `${V}`
  : V extends string ? (string extends V ? "a string" : `"${V}"`)
  : V extends Complex ? "a complex number"
  : "a value";
