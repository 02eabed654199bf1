/**
 * Helpers of the tests of types: exact equality, and code that is checked but never run.
 *
 * @module
 */
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
