/**
 * Branching on tensors.
 *
 * @module
 */
import { ArgumentError, DTypeError, ShapeError, shapeText, valueText } from "../core/errors.ts";
import { bindAll, isTraced } from "../core/primitive.ts";
import { TracedNumber } from "../core/scalar.ts";
import { Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { captureBody, checkCondition, checkSame, type Parts, shareConstants } from "./body.ts";
import type { Captured } from "./capture.ts";
import { COND } from "./cond_primitive.ts";
import { internedGraph, internedParams } from "./interning.ts";
import type { Transformable } from "./types.ts";

/**
 * The operands as they are given: no function says what they are.
 *
 * @internal
 */
// `NoInfer` cannot stand for rest parameters.
export type Given<A extends readonly unknown[]> = A extends readonly unknown[] ? A : never;

/** What a captured function returns. */
function partsOf({ graph, structure }: Captured): Parts {
  return { leaves: graph.outputs, structure };
}

/** Records the choice between all branches. */
function choice(
  name: string,
  index: Tensor,
  branches: readonly Transformable[],
  operands: readonly unknown[],
): Tree {
  const { leaves, structure } = flatten(operands);
  const captures = branches.map((branch) =>
    captureBody(
      name,
      (...inputs) => branch(...structure.build(inputs) as never[]),
      leaves,
    )
  );
  const parts = captures.map(partsOf);
  const last = parts.at(-1)!;
  for (const one of parts) checkSame("choose between branches with results", last, one);
  const { constants, graphs } = shareConstants(captures);
  const params = internedParams({ branches: graphs.map(internedGraph) });
  const results = bindAll(COND, [index, ...constants, ...leaves], params);
  return last.structure.build(results);
}

/**
 * Result of one of two functions.
 *
 * Outside of transforms, and wherever the predicate is known, only the function that is chosen runs.
 * Where it is not known (inside `jit`, or batched by `vmap`) both are captured, so they must return
 * tensors of equal shapes and dtypes in the same structure, and can read variables but not assign
 * them. If examples of a batch differ in the predicate, both run for all of them, and each example
 * takes one result; as with `where`, a derivative that is not finite in the branch not taken may
 * then become NaN.
 *
 * @typeParam A Operands, trees of tensors.
 * @typeParam R What both functions return, a tree of tensors.
 * @param predicate A bool tensor of rank 0, or a boolean.
 * @param whenTrue What to call where it is true.
 * @param whenFalse What to call where it is false.
 * @param operands What the functions get. They may use other tensors, too.
 * @returns What the function returns.
 * @throws {DTypeError} If the predicate is not bool, or dtypes of captured results differ.
 * @throws {ShapeError} If the predicate has axes, or shapes of captured results differ.
 * @throws {TraceError} If structures of captured results differ, or a captured function assigns to
 * a variable.
 *
 * @example Usage
 * ```ts
 * import { cond, greater, negative, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, -2, -3]);
 * const y = cond(greater(sum(x), 0), (a) => a, (a) => negative(a), x);
 *
 * assert.deepEqual(y.toArray(), [-1, 2, 3]);
 * ```
 */
export function cond<const A extends readonly unknown[], R>(
  predicate: boolean | TensorLike<"bool", []>,
  whenTrue: (...operands: Given<A>) => R,
  whenFalse: (...operands: Given<A>) => R,
  ...operands: A
): R {
  const choose = (yes: unknown): R => (yes ? whenTrue : whenFalse)(...operands as Given<A>);
  if (typeof predicate === "boolean") return choose(predicate);
  const index = checkCondition("branch by", predicate);
  if (!isTraced(index)) return choose(index.item());
  return choice("cond", index, [whenFalse, whenTrue], operands) as R;
}

/**
 * Result of one of several functions, by number.
 *
 * It runs and captures like `cond`.
 *
 * @typeParam A Operands, trees of tensors.
 * @typeParam R What all functions return, a tree of tensors.
 * @param index An int32 tensor of rank 0, or an integer. What is out of range takes the last
 * function, as in TensorFlow.
 * @param branches The functions, at least one.
 * @param operands What the functions get. They may use other tensors, too.
 * @returns What the function returns.
 * @throws {ArgumentError} If there are no functions, or the index is a number but no integer.
 * @throws {DTypeError} If the index is not int32, or dtypes of captured results differ.
 * @throws {ShapeError} If the index has axes, or shapes of captured results differ.
 * @throws {TraceError} If structures of captured results differ, or a captured function assigns to
 * a variable.
 *
 * @example Usage
 * ```ts
 * import { argmax, exp, sin, square, switchCase, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const scores = tensor([0.1, 0.2, 0.7]);
 * const y = switchCase(argmax(scores), [sin, exp, square], tensor(3));
 *
 * assert.equal(y.item(), 9);
 * ```
 */
export function switchCase<const A extends readonly unknown[], R>(
  index: number | TensorLike<"int32", []>,
  branches: readonly ((...operands: Given<A>) => R)[],
  ...operands: A
): R {
  if (branches.length === 0) {
    throw new ArgumentError("Cannot choose between no branches: pass at least one function");
  }
  const choose = (number: number): R =>
    (branches[number] ?? branches.at(-1)!)(...operands as Given<A>);
  if (typeof index === "number") {
    if (Number.isInteger(index)) return choose(index);
    throw new ArgumentError(`Cannot choose branch ${index}: its number must be an integer`);
  }
  const number = checkIndex(index);
  if (!isTraced(number)) return choose(number.item() as number);
  return choice("switchCase", number, branches, operands) as R;
}

function checkIndex(x: unknown): Tensor {
  if (x instanceof TracedNumber) return x.as("int32");
  if (!(x instanceof Tensor) || x.dtype !== "int32") {
    throw new DTypeError(
      `Cannot choose a branch by ${x instanceof Tensor ? x.dtype : valueText(x)}: ` +
        `the index must be int32, cast it`,
    );
  }
  if (x.ndim !== 0) {
    throw new ShapeError(
      `Cannot choose a branch by a tensor of shape ${shapeText(x.shape)}: ` +
        `the index must have rank 0`,
    );
  }
  return x;
}
