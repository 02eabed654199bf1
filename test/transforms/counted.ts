/**
 * Compiled functions that say how often they were traced.
 *
 * @module
 */
import { jit, type JitOptions } from "../../mod.ts";

/** A compiled function, and how often it was traced. */
export interface Counted<F extends (...args: never[]) => unknown> {
  /** The compiled function. */
  readonly call: (...args: Parameters<F>) => ReturnType<F>;
  /** How often it was traced. */
  readonly traces: () => number;
}

/**
 * Compiles a function.
 *
 * @param f The function.
 * @param options How it is compiled.
 * @returns The compiled function, and how often it was traced.
 */
export function counted<F extends (...args: never[]) => unknown>(
  f: F,
  options?: JitOptions,
): Counted<F> {
  let count = 0;
  const call = jit((...args: never[]) => {
    count++;
    return f(...args);
  }, options) as Counted<F>["call"];
  return { call, traces: () => count };
}
