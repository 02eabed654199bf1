/**
 * Loops that end when a condition says so.
 *
 * @module
 */
import { TraceError } from "../core/errors.ts";
import { bindAll, isTracing } from "../core/primitive.ts";
import { flatten, type Tree } from "../core/tree.ts";
import type { TensorLike } from "../core/types/operands.ts";
import {
  captureBody,
  checkCondition,
  checkSame,
  detached,
  resultOf,
  shareConstants,
} from "./body.ts";
import { internedGraph, internedParams } from "./interning.ts";
import { WHILE } from "./while_primitive.ts";

/** The functions of a loop, without their types. */
export interface LoopFunctions {
  /** Whether to turn once more. */
  readonly condition: (carry: Tree) => unknown;
  /** The next carry. */
  readonly body: (carry: Tree) => Tree;
}

/**
 * Captures a loop and runs it as one primitive.
 *
 * @param name Who asks for it, for messages.
 * @param functions Its functions.
 * @param init The first carry.
 * @returns The last carry.
 * @throws {TraceError} If the functions do not fit, or assign to a variable.
 */
export function capturedLoop(name: string, { condition, body }: LoopFunctions, init: Tree): Tree {
  const before = flatten(init);
  const test = captureBody(
    name,
    (...inputs) => checkCondition("loop while", condition(before.structure.build(inputs))),
    before.leaves,
  );
  const turn = captureBody(name, (...inputs) => {
    const next = body(before.structure.build(inputs));
    checkSame("loop with a carry", before, resultOf("loop", next));
    return next;
  }, before.leaves);
  const { constants, graphs } = shareConstants([test, turn]);
  const inputs = [...constants, ...before.leaves];
  if (inputs.length === 0) {
    throw new TraceError("Cannot loop without tensors: the carry must have at least one");
  }
  const params = internedParams({
    condition: internedGraph(graphs[0]!),
    body: internedGraph(graphs[1]!),
    constants: constants.length,
  });
  return before.structure.build(bindAll(WHILE, inputs, params));
}

/**
 * Repeats a function as long as a condition holds.
 *
 * Outside of transforms the functions simply run. Inside they are captured: they can read variables
 * but not assign them. Under `vmap` the loop goes on until all examples are done; those that are done
 * keep their values. There are derivatives in forward mode (`jvp`); reverse mode (`grad`, `vjp`) needs
 * to know the number of turns: use `scan`, or `forLoop` with bounds that are numbers.
 *
 * @typeParam C What is carried from turn to turn, a tree of tensors.
 * @param condition Says from the carry whether to turn once more: a bool tensor of rank 0.
 * @param body Makes the next carry from the carry, of the same structure, shapes and dtypes.
 * @param init The first carry.
 * @returns The carry for which the condition is false.
 * @throws {DTypeError} If the condition is not bool, or the body changes a dtype.
 * @throws {ShapeError} If the condition has axes, or the body changes a shape.
 * @throws {TraceError} If the body changes the structure, or a captured function assigns to a
 * variable, or in reverse mode.
 *
 * @example Usage
 * ```ts
 * import { less, multiply, tensor, whileLoop } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const power = whileLoop((x) => less(x, 1000), (x) => multiply(x, 2), tensor(1));
 *
 * assert.equal(power.item(), 1024);
 * ```
 */
export function whileLoop<const C>(
  condition: (carry: C) => TensorLike<"bool", []>,
  body: (carry: C) => NoInfer<C>,
  init: C,
): C {
  if (isTracing()) {
    const functions = { condition, body } as LoopFunctions;
    return capturedLoop("whileLoop", functions, init) as C;
  }
  const before = flatten(init);
  let carry = init;
  while (checkCondition("loop while", condition(carry)).item()) {
    carry = body(carry);
    checkSame("loop with a carry", before, resultOf("loop", carry));
  }
  return detached(carry, before.leaves);
}
