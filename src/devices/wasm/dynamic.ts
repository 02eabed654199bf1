/**
 * Lowerings that look at elements, so that their calls cannot be planned ahead.
 *
 * @module
 */
import type { Lowering } from "../../core/primitive.ts";

/**
 * Marks a lowering that looks at elements, for example to check indices.
 *
 * @typeParam P Parameters of the primitive.
 * @param lowering The lowering.
 * @returns The lowering itself.
 */
export function dynamicLowering<P>(lowering: Lowering<P>): Lowering<P> {
  return Object.assign<Lowering<P>, object>(lowering, { dynamic: true });
}

/**
 * Whether a lowering looks at elements.
 *
 * @typeParam P Parameters of the primitive.
 * @param lowering The lowering.
 * @returns Whether its calls depend on them.
 */
export function isDynamic<P>(lowering: Lowering<P>): boolean {
  return "dynamic" in lowering;
}
