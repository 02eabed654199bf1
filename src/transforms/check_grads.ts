/**
 * Derivatives compared with finite differences.
 *
 * @module
 */
import { type DType, DTYPES } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten } from "../core/tree.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { isDifferentiable, jvpFlat } from "./jvp.ts";
import { filled, linearizeFlat, transposeLinear } from "./linear.ts";

/** What is compared, and how closely. */
export interface CheckGradsOptions {
  /** Which derivatives to check: `"forward"` (jvp), `"reverse"` (vjp) or both, as when absent. */
  readonly modes?: readonly ("forward" | "reverse")[] | undefined;
  /** Up to which order: 2 checks the derivatives of the derivatives, too; 1 when absent. */
  readonly order?: number | undefined;
  /** Length of the steps to both sides; what suits the dtypes when absent (6e-6 for float64). */
  readonly epsilon?: number | undefined;
  /**
   * Difference to allow, in units of the larger of 1 and the largest derivative of a result; what suits
   * the dtypes when absent (1e-6 for float64).
   */
  readonly tolerance?: number | undefined;
}

/** A derivative differs from finite differences. */
export class GradientError extends Error {
  /** Name of the class. */
  override readonly name = "GradientError";
  /** What the derivative says. */
  readonly actual: number;
  /** What the differences say. */
  readonly expected: number;

  /**
   * Makes the error.
   *
   * @param message What differs where.
   * @param actual What the derivative says.
   * @param expected What the differences say.
   */
  constructor(message: string, actual: number, expected: number) {
    super(message);
    this.actual = actual;
    this.expected = expected;
  }
}

/** Elements as numbers, those of complex numbers as their parts. */
type Numbers = Float64Array;

/** A function of floating tensors with a point. */
interface Place {
  /** The function; its results are floating, too. */
  readonly f: (...inputs: readonly Tensor[]) => readonly Tensor[];
  /** The point. */
  readonly point: readonly Tensor[];
  /** Of which order its derivative is, for messages. */
  readonly order: number;
}

/** How to compare. */
interface Settings extends CheckGradsOptions {
  readonly modes: readonly ("forward" | "reverse")[];
  readonly order: number;
}

/**
 * Compares the derivatives of a function with finite differences, in random directions: in one of all
 * floating arguments, and in one of each of them alone. Steps and differences are taken in float64, but the
 * function calculates in the dtype of its arguments: give it float64 or complex128 to see small mistakes.
 *
 * @typeParam A The arguments.
 * @param f A function of trees of tensors that returns a tree of tensors; smooth around the arguments.
 * @param args Its arguments; those of other dtypes are kept.
 * @param options What is compared, and how closely.
 * @throws {GradientError} If a derivative differs; the message names order, direction and difference.
 * @throws {DTypeError} If no argument or no result is floating.
 *
 * @example Usage
 * ```ts
 * import { checkGrads, customJvp, sin, tensor, type Tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([0, 1, 2], { dtype: "float64" });
 * checkGrads((a: typeof x) => sin(a), [x], { order: 2 });
 *
 * const wrong = customJvp((a: Tensor<"float64", [3]>) => sin(a), ([a], [t]) => [sin(a), t]);
 * assert.throws(() => checkGrads(wrong, [x]), { name: "GradientError" });
 * ```
 */
export function checkGrads<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: readonly [...A],
  { modes = ["forward", "reverse"], order = 1, epsilon, tolerance }: CheckGradsOptions = {},
): void {
  const { leaves, structure } = flatten(args);
  const point = leaves.filter(isDifferentiable);
  const call = (...moved: readonly Tensor[]): readonly Tensor[] => {
    const next = moved.values();
    const own = leaves.map((x) => isDifferentiable(x) ? next.next().value! : x);
    const all = structure.build(own) as readonly unknown[];
    return flatten(f(...all as unknown as A)).leaves.filter(isDifferentiable);
  };
  if (point.length === 0 || call(...point).length === 0) {
    throw new DTypeError(
      `Cannot check derivatives without floating ${
        point.length === 0 ? "arguments" : "results"
      }: ` +
        `pass tensors of float64 or another floating dtype`,
    );
  }
  check({ f: call, point, order: 1 }, { modes, order, epsilon, tolerance });
}

function check(place: Place, settings: Settings): void {
  const random = chance(place.order);
  const all = place.point.map((x) => randomLike(x, random));
  compare(place, all, "a direction of all arguments", settings, random);
  if (all.length > 1) {
    all.forEach((_, i) => {
      const own = all.map((v, k) => k === i ? randomLike(v, random) : zerosLike(v));
      compare(place, own, `a direction of tensor ${i} of the arguments alone`, settings, random);
    });
  }
  if (place.order >= settings.order) return;
  const { f, point, order } = place;
  if (settings.modes.includes("forward")) {
    const push = (...x: readonly Tensor[]): readonly Tensor[] =>
      jvpFlat(f, x, all)[1] as readonly Tensor[];
    check({ f: push, point, order: order + 1 }, settings);
  }
  if (settings.modes.includes("reverse")) {
    const weights = f(...point).map((y) => randomLike(y, random));
    const pull = (...x: readonly Tensor[]): readonly Tensor[] => pulled(f, x, weights);
    check({ f: pull, point, order: order + 1 }, settings);
  }
}

/** Compares both modes with differences in one direction. */
function compare(
  { f, point, order }: Place,
  direction: readonly Tensor[],
  words: string,
  { modes, epsilon, tolerance }: Settings,
  random: () => number,
): void {
  const results = f(...point);
  const spacing = Math.max(...[...point, ...results].map(spacingOf));
  // Where errors of rounding and of the third derivative are equal; what is left of the digits.
  const step = epsilon ?? Math.cbrt(spacing);
  const allowed = tolerance ?? spacing ** 0.375;
  const slopes = slopesOf(f, point, direction, step);
  const judge = (mode: string, what: string, actual: number, expected: number, size: number) => {
    const off = Math.abs(actual - expected);
    if (off <= allowed * Math.max(1, size)) return;
    throw new GradientError(
      `Cannot confirm the ${mode} derivative of order ${order} in ${words}: ${what} is ${actual}, ` +
        `by differences ${expected}, which is ${off} apart and ${
          allowed * Math.max(1, size)
        } allowed`,
      actual,
      expected,
    );
  };
  if (modes.includes("forward")) {
    const tangents = jvpFlat(f, point, direction)[1] as readonly Tensor[];
    tangents.forEach((tangent, i) => {
      const size = largest(slopes[i]!);
      const numbers = numbersOf(tangent);
      slopes[i]!.forEach((slope, k) =>
        judge("forward", `number ${k} of tensor ${i} of the result`, numbers[k]!, slope, size)
      );
    });
  }
  if (modes.includes("reverse")) {
    const weights = results.map((y) => randomLike(y, random));
    const expected = dot(weights.map(numbersOf), slopes);
    const actual = dot(pulled(f, point, weights).map(numbersOf), direction.map(numbersOf));
    const size = dot(
      weights.map((x) => numbersOf(x).map(Math.abs)),
      slopes.map((x) => x.map(Math.abs)),
    );
    judge("reverse", "a random sum of the results", actual, expected, size);
  }
}

function pulled(
  f: Place["f"],
  point: readonly Tensor[],
  weights: readonly Tensor[],
): readonly Tensor[] {
  const { map } = linearizeFlat(f, point);
  return filled(transposeLinear(map, weights), point);
}

/** How the results change in a direction, by differences to both sides. */
function slopesOf(
  f: Place["f"],
  point: readonly Tensor[],
  direction: readonly Tensor[],
  step: number,
): readonly Numbers[] {
  const ways = direction.map(numbersOf);
  const at = (side: number): readonly Numbers[] =>
    f(...point.map((x, i) =>
      fromNumbers(x, numbersOf(x).map((number, k) => number + side * step * ways[i]![k]!))
    )).map(numbersOf);
  const [below, above] = [at(-1), at(1)];
  return above.map((numbers, i) =>
    numbers.map((number, k) => (number - below[i]![k]!) / (2 * step))
  );
}

function numbersOf(x: Tensor): Numbers {
  return Float64Array.from((x as Tensor<"float64">).data());
}

function fromNumbers({ dtype, shape }: Aval, numbers: ArrayLike<number>): Tensor {
  const isComplex = DTYPES[dtype].kind === "complex";
  const items = Array.from(
    { length: sizeOf(shape) },
    (_, i) => isComplex ? { re: numbers[2 * i]!, im: numbers[2 * i + 1]! } : numbers[i]!,
  );
  return wasmDevice().fromItems(dtype, shape, items);
}

function zerosLike(x: Tensor): Tensor {
  return fromNumbers(x, numbersOf(x).fill(0));
}

function randomLike(x: Tensor, random: () => number): Tensor {
  return fromNumbers(x, numbersOf(x).map(() => 2 * random() - 1));
}

/** Numbers from 0 to 1, the same in each run: mulberry32 (Tommy Ettinger, 2017). */
function chance(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Distance from 1 to the next larger number of a tensor's dtype. */
function spacingOf({ dtype }: Aval): number {
  const real: DType = DTYPES[dtype].real;
  let spacing = 1;
  while (wasmDevice().fromItems(real, [], [1 + spacing / 2]).item() !== 1) spacing /= 2;
  return spacing;
}

function dot(a: readonly Numbers[], b: readonly Numbers[]): number {
  return a.reduce(
    (sum, numbers, i) => numbers.reduce((own, x, k) => own + x * b[i]![k]!, sum),
    0,
  );
}

function largest(numbers: Numbers): number {
  return numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
