/**
 * Values that derivatives take for constants.
 *
 * @module
 */
import { DTYPE_NAMES } from "../core/dtype.ts";
import { bind, type Primitive } from "../core/primitive.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten } from "../core/tree.ts";

/** It is in no table: its derivative is not that of its values, which is a law for all others. */
const STOP_GRADIENT: Primitive<void> = {
  name: "stopGradient",
  rule: ([x]) => [x!],
  view: (x) => x,
  reference: ([x]) => [x!.items],
  lower: {},
  derivatives: [null],
  batch: ([x]) => [constantOf(x!)],
  dtypes: DTYPE_NAMES,
  samples: [{ shapes: [[2, 3]], params: undefined }],
};

function constantOf(x: Tensor): Tensor {
  return bind(STOP_GRADIENT, [x], undefined);
}

/**
 * The same values as constants: no derivative goes through them.
 *
 * @typeParam T A tensor, or a tree of tensors.
 * @param tree Tensors.
 * @returns The same tree, of views of its tensors.
 *
 * @example Usage
 * ```ts
 * import { grad, multiply, stopGradient, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const loss = (w: typeof x) => sum(multiply(stopGradient(w), w));
 *
 * assert.deepEqual(grad(loss)(x).toArray(), [1, 2, 3]);
 * ```
 */
export function stopGradient<T>(tree: T): T {
  const { leaves, structure } = flatten(tree);
  return structure.build(leaves.map(constantOf)) as T;
}
