/**
 * What the modes of a scatter do to two elements.
 *
 * @module
 */
import type { Complex, Item } from "../core/dtype.ts";
import type { ScatterMode } from "../devices/wasm/indexing.ts";
import { complexLessEqual, complexProduct, hasNaN } from "./complex_scalar.ts";
import type { Round } from "./elementwise.ts";

/** What becomes of an element and an update of it. */
export type Combine = (old: Item, update: Item) => Item;

const complexMin =
  ((x: Complex, y: Complex) => hasNaN(x) || complexLessEqual(x, y) ? x : y) as Combine;

const complexMax =
  ((x: Complex, y: Complex) => hasNaN(x) || complexLessEqual(y, x) ? x : y) as Combine;

/**
 * What each mode does by kind of dtype: integers come as bigint, floats as numbers, complex numbers
 * as pairs.
 */
export const COMBINE: { readonly [M in ScatterMode]: (kind: string, round: Round) => Combine } = {
  set: () => (_, update) => update,
  add: (kind) =>
    arithmetic(kind, (x, y) => x + y, (x, y) => x + y, (a, b) => ({
      re: a.re + b.re,
      im: a.im + b.im,
    })),
  sub: (kind) =>
    arithmetic(kind, (x, y) => x - y, (x, y) => x - y, (a, b) => ({
      re: a.re - b.re,
      im: a.im - b.im,
    })),
  mul: (kind, round) => arithmetic(kind, (x, y) => x * y, (x, y) => x * y, complexProduct(round)),
  min: (kind) => kind === "complex" ? complexMin : (x, y) => (isNaN(x) || x < y ? x : y),
  max: (kind) => kind === "complex" ? complexMax : (x, y) => (isNaN(x) || x > y ? x : y),
};

function isNaN(x: Item): boolean {
  return Number.isNaN(x);
}

function arithmetic(
  kind: string,
  float: (x: number, y: number) => number,
  int: (x: bigint, y: bigint) => bigint,
  complex: (x: Complex, y: Complex) => Complex,
): Combine {
  if (kind === "float") return (x, y) => float(x as number, y as number);
  if (kind === "complex") {
    return (x, y) => complex(x as Complex, y as Complex);
  }
  return (x, y) => int(BigInt(x as number), BigInt(y as number));
}
