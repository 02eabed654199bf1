/**
 * Logic, element by element. Numbers count as true unless they are zero; NaN is true.
 *
 * @module
 */
import { type DType, dtypesOfKind, type NumericDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { DTypeCheck, Operand, TensorLike } from "../core/types/operands.ts";
import type { LaneCode } from "../core/lanes.ts";
import {
  binary,
  type Conversion,
  elementwise,
  type ElementwisePrimitive,
  unary,
} from "./elementwise.ts";

const TRUTH = dtypesOfKind("int", "uint", "float", "complex")
  .map((dtype): Conversion => [dtype, "bool"]);

function logical(
  name: string,
  verb: string,
  arity: number,
  bool: (...x: boolean[]) => boolean,
  lanes: LaneCode,
): ElementwisePrimitive {
  return elementwise({
    name,
    verb,
    arity,
    dtypes: ["bool"],
    converts: TRUTH,
    allowed: "numeric or bool",
    scalar: { bool },
    lanes: { bool: lanes },
  });
}

const LOGICAL_AND = logical("logicalAnd", "take the logical and of", 2, (x, y) => x! && y!, [
  0,
  1,
  "and",
]);

/**
 * Whether both elements of each pair are true.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { logicalAnd, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(logicalAnd(tensor([true, true]), tensor([true, false])).toArray(), [true, false]);
 * ```
 */
export function logicalAnd<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the logical and of", A, B, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(LOGICAL_AND, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const LOGICAL_OR = logical("logicalOr", "take the logical or of", 2, (x, y) => x! || y!, [
  0,
  1,
  "or",
]);

/**
 * Whether an element of each pair is true.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { logicalOr, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(logicalOr(tensor([true, false]), false).toArray(), [true, false]);
 * ```
 */
export function logicalOr<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the logical or of", A, B, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(LOGICAL_OR, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const LOGICAL_XOR = logical("logicalXor", "take the logical xor of", 2, (x, y) => x !== y, [
  0,
  1,
  "xor",
]);

/**
 * Whether just one element of each pair is true.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { logicalXor, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(logicalXor(tensor([true, false]), true).toArray(), [false, true]);
 * ```
 */
export function logicalXor<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the logical xor of", A, B, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(LOGICAL_XOR, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const LOGICAL_NOT = logical("logicalNot", "take the logical not of", 1, (x) => !x, [0, "not"]);

/**
 * Whether each element is false.
 *
 * @typeParam D Dtype of the operand: numeric or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A bool tensor of the same shape.
 * @throws {DTypeError} If the operand is not numeric or bool.
 *
 * @example Usage
 * ```ts
 * import { logicalNot, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(logicalNot(tensor([true, false])).toArray(), [false, true]);
 * assert.deepEqual(logicalNot(tensor([0, NaN])).toArray(), [true, false]);
 * ```
 */
export function logicalNot<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take the logical not of", D, NumericDType | "bool", "numeric or bool">,
): Tensor<"bool", S> {
  return unary(LOGICAL_NOT, x) as Tensor<"bool", S>;
}
