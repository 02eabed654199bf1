/**
 * Nested containers of tensors: arrays and plain objects, to any depth.
 *
 * @module
 */
import { Tensor } from "./tensor.ts";

/** Tensors in nested arrays and plain objects; other values are carried along. */
export type Tree = unknown;

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * All tensors of a tree.
 *
 * @param tree A tensor, or arrays and plain objects of trees.
 * @returns The tensors in order; keys of objects in the order of their creation.
 */
export function* leaves(tree: Tree): Generator<Tensor, void> {
  if (tree instanceof Tensor) {
    yield tree;
  } else if (Array.isArray(tree) || tree instanceof Set) {
    for (const part of tree) yield* leaves(part);
  } else if (tree instanceof Map) {
    for (const part of tree.values()) yield* leaves(part);
  } else if (isPlain(tree)) {
    for (const part of Object.values(tree)) yield* leaves(part);
  }
}
