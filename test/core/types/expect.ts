/**
 * Helpers of the tests of types: exact equality, and code that is checked but never run.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Mistake } from "../../../src/core/types/mistake.ts";

/** Whether two types are exactly one. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** The sentence of a mistake, never where there is none. */
export type SentenceOf<T> = [unknown] extends [T] ? never
  : T extends Mistake<infer Sentence> ? Sentence
  : never;

/** Does not compile unless both types are exactly one. */
export function same<Actual, Expected>(
  ..._differs: Equal<Actual, Expected> extends true ? [] : [actual: Actual, expected: Expected]
): void {}

/** Takes code that only the compiler reads. */
export function onlyTypes(_code: () => void): void {}

/**
 * A mistake reads the same at compile time and at run time.
 *
 * @typeParam Sentence The compiler's sentence, of which `sentence` is the value.
 * @param sentence What both must say.
 * @param called A function, taken without its types.
 * @param values Arguments that do not fit.
 */
export function says<Sentence extends string>(
  sentence: Sentence,
  called: unknown,
  ...values: readonly unknown[]
): void {
  assert.throws(() => (called as (...values: readonly unknown[]) => unknown)(...values), {
    message: sentence,
  });
}
