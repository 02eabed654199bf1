/**
 * Nested containers of tensors: arrays and plain objects, to any depth.
 *
 * @module
 */
import { Tensor } from "./tensor.ts";

/** Tensors in nested arrays and plain objects; other values are carried along. */
export type Tree = unknown;

/** The container of some tensors, without them. */
export interface Structure {
  /** How many tensors it has. */
  readonly count: number;
  /** The same for equal containers with equal other values: what caches look at. */
  readonly key: string;
  /** The container with other leaves. */
  build(leaves: readonly unknown[]): Tree;
}

/** Tensors of a tree, and its structure. */
export interface Flat {
  /** The tensors in order. */
  readonly leaves: readonly Tensor[];
  /** What contains them. */
  readonly structure: Structure;
}

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

const identities = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
let identity = 0;

/** The same text for the same value: by content for primitives, by identity for objects. */
function keyOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "symbol": {
      let own = symbols.get(value);
      if (own === undefined) symbols.set(value, own = identity++);
      return `@${own}`;
    }
    case "object":
    case "function": {
      if (value === null) return "null";
      let own = identities.get(value);
      if (own === undefined) identities.set(value, own = identity++);
      return `#${own}`;
    }
    default:
      return String(value);
  }
}

/**
 * Takes a tree apart.
 *
 * @param tree A tensor, or arrays, maps, sets and plain objects of trees.
 * @param isLeaf Which values are leaves; tensors when absent.
 * @returns Its leaves in order, and what contains them.
 */
export function flatten(tree: Tree): Flat;
export function flatten(
  tree: Tree,
  isLeaf: (value: unknown) => boolean,
): { readonly leaves: readonly unknown[]; readonly structure: Structure };
export function flatten(
  tree: Tree,
  isLeaf: (value: unknown) => boolean = (value) => value instanceof Tensor,
): { readonly leaves: readonly unknown[]; readonly structure: Structure } {
  const found: unknown[] = [];
  const key: string[] = [];
  const build = walk(tree, isLeaf, found, key);
  const count = found.length;
  return {
    leaves: found,
    structure: { count, key: key.join(""), build: (own) => build(own, { at: 0 }) },
  };
}

type Build = (leaves: readonly unknown[], next: { at: number }) => Tree;

function walk(
  tree: Tree,
  isLeaf: (value: unknown) => boolean,
  found: unknown[],
  key: string[],
): Build {
  if (isLeaf(tree)) {
    found.push(tree);
    key.push("*");
    return (own, next) => own[next.at++];
  }
  if (Array.isArray(tree)) {
    key.push("[");
    const parts = tree.map((part) => walk(part, isLeaf, found, key));
    key.push("]");
    return (own, next) => parts.map((part) => part(own, next));
  }
  if (tree instanceof Set) {
    key.push("<");
    const parts = [...tree].map((part) => walk(part, isLeaf, found, key));
    key.push(">");
    return (own, next) => new Set(parts.map((part) => part(own, next)));
  }
  if (tree instanceof Map) {
    key.push("(");
    const parts = [...tree].map(([name, part]) => {
      key.push(keyOf(name), ":");
      return [name, walk(part, isLeaf, found, key)] as const;
    });
    key.push(")");
    return (own, next) => new Map(parts.map(([name, part]) => [name, part(own, next)]));
  }
  if (isPlain(tree)) {
    key.push("{");
    const parts = Object.entries(tree).map(([name, part]) => {
      key.push(keyOf(name), ":");
      return [name, walk(part, isLeaf, found, key)] as const;
    });
    key.push("}");
    return (own, next) => Object.fromEntries(parts.map(([name, part]) => [name, part(own, next)]));
  }
  key.push(keyOf(tree), ",");
  return () => tree;
}
