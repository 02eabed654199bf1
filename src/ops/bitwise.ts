/**
 * Operations on bits, element by element. Those on bool are logical.
 *
 * @module
 */
import { type DType, dtypesOfKind, type IntegerDType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, DTypeCheck, Operand, TensorLike } from "../core/types/operands.ts";
import { binary, elementwise, tensorOperand, unary } from "./elementwise.ts";
import { logicalNot } from "./logical.ts";

const INTEGERS = dtypesOfKind("int", "uint");
const BITS = dtypesOfKind("bool", "int", "uint");

const BITWISE_AND = elementwise({
  name: "bitwiseAnd",
  lanes: { int: [0, 1, "and"], uint: [0, 1, "and"], bool: [0, 1, "and"] },
  verb: "take the bitwise and of",
  arity: 2,
  dtypes: BITS,
  allowed: "integer or bool",
  scalar: {
    int: (x, y) => x & y,
    bool: (x, y) => x && y,
  },
});

/**
 * Bits that both elements of each pair have.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not integer or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { bitwiseAnd, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(bitwiseAnd(tensor([12, 10], { dtype: "int32" }), 6).toArray(), [4, 2]);
 * ```
 */
export function bitwiseAnd<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the bitwise and of", A, B, IntegerDType | "bool", "integer or bool">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(BITWISE_AND, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const BITWISE_OR = elementwise({
  name: "bitwiseOr",
  lanes: { int: [0, 1, "or"], uint: [0, 1, "or"], bool: [0, 1, "or"] },
  verb: "take the bitwise or of",
  arity: 2,
  dtypes: BITS,
  allowed: "integer or bool",
  scalar: {
    int: (x, y) => x | y,
    bool: (x, y) => x || y,
  },
});

/**
 * Bits that an element of each pair has.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not integer or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { bitwiseOr, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(bitwiseOr(tensor([12, 10], { dtype: "int32" }), 6).toArray(), [14, 14]);
 * ```
 */
export function bitwiseOr<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the bitwise or of", A, B, IntegerDType | "bool", "integer or bool">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(BITWISE_OR, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const BITWISE_XOR = elementwise({
  name: "bitwiseXor",
  lanes: { int: [0, 1, "xor"], uint: [0, 1, "xor"], bool: [0, 1, "xor"] },
  verb: "take the bitwise xor of",
  arity: 2,
  dtypes: BITS,
  allowed: "integer or bool",
  scalar: {
    int: (x, y) => x ^ y,
    bool: (x, y) => x !== y,
  },
});

/**
 * Bits that just one element of each pair has.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not integer or bool, or cannot represent a
 * scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { bitwiseXor, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(bitwiseXor(tensor([12, 10], { dtype: "int32" }), 6).toArray(), [10, 12]);
 * ```
 */
export function bitwiseXor<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the bitwise xor of", A, B, IntegerDType | "bool", "integer or bool">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(BITWISE_XOR, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const BITWISE_NOT = elementwise({
  name: "bitwiseNot",
  lanes: { int: [0, "not"], uint: [0, "not"] },
  verb: "take the bitwise not of",
  arity: 1,
  dtypes: INTEGERS,
  allowed: "integer or bool",
  scalar: { int: (x) => ~x },
});

/**
 * Bits that each element does not have.
 *
 * @typeParam D Dtype of the operand: integer or bool.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @returns A tensor of the same dtype and shape.
 * @throws {DTypeError} If the operand is not integer or bool.
 *
 * @example Usage
 * ```ts
 * import { bitwiseNot, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(bitwiseNot(tensor([0, 5], { dtype: "int8" })).toArray(), [-1, -6]);
 * assert.deepEqual(bitwiseNot(tensor([true, false])).toArray(), [false, true]);
 * ```
 */
export function bitwiseNot<D extends DType, S extends Shape>(
  x:
    & TensorLike<D, S>
    & DTypeCheck<"take the bitwise not of", D, IntegerDType | "bool", "integer or bool">,
): Tensor<D, S> {
  return inverted(x) as Tensor<D, S>;
}

function inverted(x: TensorLike): Tensor {
  const operand = tensorOperand(BITWISE_NOT.verb, x);
  return operand.dtype === "bool" ? logicalNot(operand) : unary(BITWISE_NOT, operand);
}

// No dtype has more than 64 bits; the result is wrapped to those that there are.
const LEFT_SHIFT = elementwise({
  name: "leftShift",
  verb: "shift",
  arity: 2,
  dtypes: INTEGERS,
  allowed: "integer",
  scalar: { int: (x, y) => y < 0n || y > 64n ? 0n : x << y },
});

/**
 * Each left element with its bits moved to the left by the right one. Distances of the width or
 * more, and negative ones, give 0.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Distances, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not integer, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { leftShift, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(leftShift(tensor([1, 3], { dtype: "int32" }), 4).toArray(), [16, 48]);
 * ```
 */
export function leftShift<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"shift", A, B, IntegerDType, "integer">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(LEFT_SHIFT, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const RIGHT_SHIFT = elementwise({
  name: "rightShift",
  verb: "shift",
  arity: 2,
  dtypes: INTEGERS,
  allowed: "integer",
  scalar: { int: (x, y) => x >> (y < 0n || y > 64n ? 64n : y) },
});

/**
 * Each left element with its bits moved to the right by the right one; the sign stays. Distances
 * of the width or more, and negative ones, give 0, or -1 for negative elements.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Distances, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not integer, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { rightShift, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rightShift(tensor([16, -16], { dtype: "int32" }), 2).toArray(), [4, -4]);
 * ```
 */
export function rightShift<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"shift", A, B, IntegerDType, "integer">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(RIGHT_SHIFT, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}
