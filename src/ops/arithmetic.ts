/**
 * Arithmetic, element by element.
 *
 * @module
 */
import { dtypesOfKind, type NumericDType } from "../core/dtype.ts";
import type { BinaryCheck, BroadcastShape } from "../core/types/broadcast.ts";
import type { CommonDType, Operand, ShapeOf } from "../core/types/operands.ts";
import type { Tensor } from "../core/tensor.ts";
import { binary, elementwise } from "./elementwise.ts";

const NUMERIC = dtypesOfKind("int", "uint", "float", "complex");

const ADD = elementwise({
  name: "add",
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x, y) => x + y,
    int: (x, y) => x + y,
    complex: (x, y) => ({ re: x.re + y.re, im: x.im + y.im }),
  },
});

/**
 * Sum of each pair of elements. Integers wrap.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { add, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(add(x, 10).toArray(), [[11, 12, 13], [14, 15, 16]]);
 * ```
 */
export function add<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"add", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>> {
  return binary(ADD, a, b) as Tensor<CommonDType<A, B>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;
}
