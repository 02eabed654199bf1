/**
 * Loops over a range of integers.
 *
 * @module
 */
import { ArgumentError, DTypeError, ShapeError, shapeText, valueText } from "../core/errors.ts";
import { isTraced, isTracing } from "../core/primitive.ts";
import { TracedNumber } from "../core/scalar.ts";
import { Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { add } from "../ops/arithmetic.ts";
import { less } from "../ops/comparison.ts";
import { tensorOf } from "../ops/creation.ts";
import { checkSame, detached, resultOf } from "./body.ts";
import { walk } from "./scan.ts";
import { capturedLoop } from "./while_loop.ts";

/** An int32 number: a bound, or the number of a turn. */
type Integer = Tensor<"int32", []>;

/** The number, or the tensor if its value is not known. */
function boundOf(bound: unknown): number | Integer {
  if (bound instanceof TracedNumber) return bound.as("int32") as Integer;
  if (typeof bound === "number") {
    if (Number.isInteger(bound) && Math.abs(bound) < 2 ** 31) return bound;
    throw new ArgumentError(`Cannot loop to ${bound}: bounds must be integers of 32 bits`);
  }
  if (!(bound instanceof Tensor) || bound.dtype !== "int32") {
    throw new DTypeError(
      `Cannot loop to ${bound instanceof Tensor ? bound.dtype : valueText(bound)}: ` +
        `bounds must be numbers or int32 tensors, cast them`,
    );
  }
  if (bound.ndim !== 0) {
    throw new ShapeError(
      `Cannot loop to a tensor of shape ${shapeText(bound.shape)}: bounds must have rank 0`,
    );
  }
  return isTraced(bound) ? bound as Tensor as Integer : (bound as Integer).item();
}

function integer(value: number | Integer): Integer {
  return value instanceof Tensor ? value : wasmDevice().fromItems("int32", [], [value]) as Integer;
}

/**
 * Repeats a function for each integer of a range.
 *
 * Outside of transforms the function simply runs. Inside it is captured once: it can read variables
 * but not assign them. With bounds that are known there are derivatives in both modes, as of `scan`;
 * with bounds that are traced it is a `whileLoop`, which has forward mode alone.
 *
 * @typeParam C What is carried from turn to turn, a tree of tensors.
 * @param start The first integer, a number or an int32 tensor of rank 0.
 * @param stop The integer before which to stop. There are no turns if it is not greater.
 * @param body Makes the next carry, of the same structure, shapes and dtypes, from the integer and the
 * carry.
 * @param init The first carry.
 * @returns The last carry.
 * @throws {ArgumentError} If a bound is a number but no integer of 32 bits.
 * @throws {DTypeError} If a bound is not int32, or the body changes a dtype.
 * @throws {ShapeError} If a bound has axes, or the body changes a shape.
 * @throws {TraceError} If the body changes the structure, or assigns to a variable while captured.
 *
 * @example Usage
 * ```ts
 * import { add, cast, forLoop, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const sum = forLoop(1, 5, (i, x) => add(x, cast(i, "float32")), tensor(0));
 *
 * assert.equal(sum.item(), 10);
 * ```
 */
export function forLoop<const C>(
  start: number | TensorLike<"int32", []>,
  stop: number | TensorLike<"int32", []>,
  body: (i: Tensor<"int32", []>, carry: C) => NoInfer<C>,
  init: C,
): C {
  const [first, end] = [boundOf(start), boundOf(stop)];
  const turn = body as (i: Integer, carry: Tree) => Tree;
  if (typeof first !== "number" || typeof end !== "number") {
    return untilTraced(integer(first), integer(end), turn, init) as C;
  }
  if (!isTracing()) return untilKnown(first, end, turn, init) as C;
  const numbers = Int32Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  const [carry] = walk({
    name: "forLoop",
    verb: "loop",
    turn: (state, i) => [turn(i as Integer, state), null],
    init,
    xs: flatten(tensorOf(numbers)),
    length: numbers.length,
    reverse: false,
  });
  return carry as C;
}

function untilKnown(
  start: number,
  stop: number,
  body: (i: Integer, carry: Tree) => Tree,
  init: Tree,
): Tree {
  const before = flatten(init);
  let carry = init;
  for (let i = start; i < stop; i++) {
    carry = body(integer(i), carry);
    checkSame("loop with a carry", before, resultOf("loop", carry));
  }
  return detached(carry, before.leaves);
}

function untilTraced(
  start: Integer,
  stop: Integer,
  body: (i: Integer, carry: Tree) => Tree,
  init: Tree,
): Tree {
  type State = readonly [Integer, Tree];
  const [, carry] = capturedLoop("forLoop", {
    condition: (state) => less((state as State)[0], stop),
    body: (state) => {
      const [i, own] = state as State;
      return [add(i, 1), body(i, own)];
    },
  }, [start, init]) as State;
  return carry;
}
