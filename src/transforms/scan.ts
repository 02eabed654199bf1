/**
 * Loops over the first axis of tensors.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { ArgumentError, ShapeError, shapeText, valueText } from "../core/errors.ts";
import { bindAll, isTracing } from "../core/primitive.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Flat, flatten, type Tree } from "../core/tree.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { captureBody, checkSame, detached, pairOf, type Parts, resultOf } from "./body.ts";
import { internedGraph, internedParams } from "./interning.ts";
import { partAt, SCAN, stackedParts } from "./scan_primitive.ts";

/** How to loop. */
export interface ScanOptions {
  /** How many turns there are; needed where nothing is looped over. */
  readonly length?: number | undefined;
  /** Whether to start at the end; false when absent. */
  readonly reverse?: boolean | undefined;
}

/**
 * A tree with the first axis of each tensor taken away: what a loop over it sees in a turn.
 *
 * @typeParam T The tree.
 */
export type PartOf<T> = T extends Tensor<infer D extends DType, infer S extends Shape>
  ? Tensor<D, S extends readonly [number, ...infer R extends Shape] ? [...R] : number[]>
  : T extends (...args: never[]) => unknown ? T
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: PartOf<T[K]> }
  : T extends object ? { [K in keyof T]: PartOf<T[K]> }
  : T;

/**
 * A tree with a first axis added to each tensor: what a loop makes of its turns.
 *
 * @typeParam T The tree.
 * @typeParam N Length of the axis.
 */
export type StackOf<T, N extends number> = T extends
  Tensor<infer D extends DType, infer S extends Shape>
  ? Tensor<D, number extends S["length"] ? number[] : [N, ...S]>
  : T extends (...args: never[]) => unknown ? T
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: StackOf<T[K], N> }
  : T extends object ? { [K in keyof T]: StackOf<T[K], N> }
  : T;

/**
 * Length of the first axis of the tensors in a tree, `number` where it is not known.
 *
 * @typeParam T The tree.
 */
export type LengthOf<T> = [LengthsIn<T>] extends [never] ? number : LengthsIn<T>;

/**
 * Lengths of the first axes of the tensors in a tree.
 *
 * @typeParam T The tree.
 *
 * @internal
 */
export type LengthsIn<T> = T extends Tensor<DType, infer S extends Shape>
  ? S extends readonly [infer N extends number, ...Shape] ? N : number
  : T extends (...args: never[]) => unknown ? never
  : T extends readonly unknown[] ? LengthsIn<T[number]>
  : T extends object ? LengthsIn<T[keyof T]>
  : never;

/** A loop, without types. */
export interface Walk {
  /** Who asks for it, for messages. */
  readonly name: string;
  /** What the caller does. */
  readonly verb: string;
  /** Makes the next carry and what to stack from the carry and a part. */
  readonly turn: (carry: Tree, part: Tree) => readonly [Tree, Tree];
  /** The first carry. */
  readonly init: Tree;
  /** What to loop over. */
  readonly xs: Flat;
  /** How many turns there are. */
  readonly length: number;
  /** Whether to start at the end. */
  readonly reverse: boolean;
}

/** Captures a loop and runs it as one primitive; null if there is nothing to follow. */
function capturedWalk(
  { name, verb, turn, init, xs, length, reverse }: Walk,
): readonly [Tree, Tree] | null {
  const before = flatten(init);
  const carry = before.leaves.length;
  const parts = xs.leaves.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
  const captured = captureBody(name, (...inputs) => {
    const state = before.structure.build(inputs.slice(0, carry));
    const result = turn(state, xs.structure.build(inputs.slice(carry)));
    checkSame(`${verb} with a carry`, before, resultOf(verb, result[0]));
    resultOf(verb, result[1]);
    return result;
  }, [...before.leaves, ...parts]);
  const { graph, constants, structure } = captured;
  const inputs = [...constants, ...before.leaves, ...xs.leaves];
  if (inputs.length === 0) {
    if (length > 0) return null;
    const none = graph.outputs.map((part) => stackedParts([], part, wasmDevice()));
    return structure.build(none) as readonly [Tree, Tree];
  }
  const params = internedParams({
    body: internedGraph(graph),
    constants: constants.length,
    carry,
    length,
    reverse,
  });
  return structure.build(bindAll(SCAN, inputs, params)) as readonly [Tree, Tree];
}

/**
 * Runs a loop: outside of transforms its function simply runs, inside it is captured.
 *
 * @param walk The loop.
 * @returns The last carry, and what the turns gave, stacked.
 */
export function walk(walk: Walk): readonly [Tree, Tree] {
  const { verb, turn, init, xs, length, reverse } = walk;
  const before = flatten(init);
  // Only a capture tells what no turn would give.
  if (isTracing() || length === 0) {
    const found = capturedWalk(walk);
    if (found) return isTracing() ? found : [detached(found[0], before.leaves), found[1]];
  }
  let carry = init;
  let first: Parts | undefined;
  const parts: Tensor[][] = [];
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i;
    const result = turn(carry, xs.structure.build(xs.leaves.map((x) => partAt(x, at))));
    carry = result[0];
    checkSame(`${verb} with a carry`, before, resultOf(verb, carry));
    const own = resultOf(verb, result[1]);
    if (first) checkSame(`${verb} with parts of results`, first, own);
    else first = own;
    own.leaves.forEach((x, k) => (parts[k] ??= new Array(length))[at] = x);
  }
  const stacks = parts.map((own) => stackedParts(own, own[0]!, wasmDevice()));
  return [detached(carry, before.leaves), first!.structure.build(stacks)];
}

/**
 * The number of turns of a loop over tensors.
 *
 * @param verb What the caller does.
 * @param xs The tensors.
 * @param length What the user says.
 * @returns The length of their first axis.
 * @throws {ShapeError} If a tensor has no axes, or lengths differ.
 * @throws {ArgumentError} If nothing says how many turns there are.
 */
export function turnsOf(verb: string, xs: readonly Tensor[], length?: number): number {
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
    throw new ArgumentError(
      `Cannot ${verb} for ${valueText(length)} turns: the length must be an integer from 0 on`,
    );
  }
  let turns = length;
  for (const { shape } of xs) {
    const [own] = shape;
    if (own === undefined) {
      throw new ShapeError(`Cannot ${verb} over a tensor of rank 0: it has no axis to loop over`);
    }
    if (turns !== undefined && own !== turns) {
      throw new ShapeError(
        `Cannot ${verb} over a tensor of shape ${shapeText(shape)} in ${turns} turns: ` +
          `all first axes must have as many parts`,
      );
    }
    turns = own;
  }
  if (turns !== undefined) return turns;
  throw new ArgumentError(`Cannot ${verb} over no tensors: say the length`);
}

/**
 * Runs a function for each part of tensors along their first axis, and carries values from turn to
 * turn: recurrences, time series, sums of any kind.
 *
 * Outside of transforms the function simply runs. Inside it is captured once, however many turns
 * there are: it can read variables but not assign them. There are derivatives in both modes; reverse
 * mode keeps of each turn what its derivative needs.
 *
 * @typeParam C What is carried from turn to turn, a tree of tensors.
 * @typeParam X What is looped over, a tree of tensors.
 * @typeParam Y What a turn gives, a tree of tensors.
 * @param f Makes a pair of the next carry, of the same structure, shapes and dtypes, and what the
 * turn gives, from the carry and a part of `xs`.
 * @param init The first carry.
 * @param xs Tensors with first axes of one length; null where only `length` counts.
 * @param options Number of turns, direction.
 * @returns The last carry, and what the turns gave, stacked along a new first axis in the order of
 * `xs`.
 * @throws {ShapeError} If first axes of `xs` differ, or `f` changes the shape of the carry.
 * @throws {DTypeError} If `f` changes a dtype of the carry.
 * @throws {ArgumentError} If `f` does not return a pair, or nothing says how many turns there are.
 * @throws {TraceError} If `f` changes the structure of the carry, or assigns to a variable while
 * captured.
 *
 * @example Running sums
 * ```ts
 * import { add, scan, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const [total, sums] = scan((sum, x) => {
 *   const next = add(sum, x);
 *   return [next, next];
 * }, tensor(0), tensor([1, 2, 3]));
 *
 * assert.equal(total.item(), 6);
 * assert.deepEqual(sums.toArray(), [1, 3, 6]);
 * ```
 *
 * @example Gradient of a recurrence
 * ```ts
 * import { grad, multiply, scan, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([2, 3, 4]);
 * const product = (a: typeof x) =>
 *   scan((c, part) => [multiply(c, part), null], tensor(1), a)[0];
 *
 * assert.deepEqual(grad(product)(x).toArray(), [12, 8, 6]);
 * ```
 */
export function scan<const C, const X, Y>(
  f: (carry: C, part: PartOf<X>) => readonly [carry: NoInfer<C>, y: Y],
  init: C,
  xs: X,
  { length, reverse = false }: ScanOptions = {},
): [carry: C, ys: StackOf<Y, LengthOf<X>>] {
  const flat = flatten(xs);
  const turn = f as (carry: Tree, part: Tree) => Tree;
  const [carry, ys] = walk({
    name: "scan",
    verb: "scan",
    turn: (state, part) => pairOf("scan", "the next carry and what to stack", turn(state, part)),
    init,
    xs: flat,
    length: turnsOf("scan", flat.leaves, length),
    reverse,
  });
  return [carry as C, ys as StackOf<Y, LengthOf<X>>];
}

/**
 * Results of a function for each part of tensors along their first axis, stacked. The calls come one
 * after the other; `vmap` makes them at once.
 *
 * @typeParam X What is looped over, a tree of tensors.
 * @typeParam Y What the function returns, a tree of tensors.
 * @param f A function of a part of `xs`.
 * @param xs Tensors with first axes of one length.
 * @returns The results, stacked along a new first axis.
 * @throws {ShapeError} If first axes of `xs` differ, or results differ in shape.
 * @throws {ArgumentError} If there are no tensors to loop over.
 * @throws {TraceError} If the function assigns to a variable while captured.
 *
 * @example Usage
 * ```ts
 * import { map, sort, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[3, 1], [2, 4]]);
 * assert.deepEqual(map((row) => sort(row), x).toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function map<const X, Y>(
  f: (part: PartOf<X>) => Y,
  xs: X,
): StackOf<Y, LengthOf<X>> {
  const flat = flatten(xs);
  const call = f as (part: Tree) => Tree;
  const [, ys] = walk({
    name: "map",
    verb: "map",
    turn: (_, part) => [null, call(part)],
    init: null,
    xs: flat,
    length: turnsOf("map", flat.leaves),
    reverse: false,
  });
  return ys as StackOf<Y, LengthOf<X>>;
}
