/**
 * Comparisons, element by element. Complex numbers are ordered by real and then imaginary part,
 * strings by their code points, false before true; NaN is in no order.
 *
 * @module
 */
import type { Lanes } from "../core/lanes.ts";
import { type Complex, DTYPE_NAMES } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { Operand } from "../core/types/operands.ts";
import { complexEqual, complexLess, complexLessEqual } from "./complex_scalar.ts";
import { binary, elementwise, type ElementwisePrimitive } from "./elementwise.ts";
import { compareStrings } from "./order.ts";

type Comparable = number | bigint | boolean;

/** Defines a comparison, of strings by their order. */
function comparison(
  name: string,
  plain: (x: Comparable, y: Comparable) => boolean,
  complex: (x: Complex, y: Complex) => boolean,
  lanes: Lanes,
): ElementwisePrimitive {
  return elementwise({
    name,
    verb: "compare",
    arity: 2,
    dtypes: DTYPE_NAMES,
    allowed: "a tensor",
    scalar: {
      float: plain,
      int: plain,
      bool: plain,
      string: (x, y) => plain(compareStrings(x, y), 0),
      complex,
    },
    result: () => "bool",
    lanes,
  });
}

const EQUAL = comparison("equal", (x, y) => x === y, complexEqual, {
  float: [0, 1, "eq"],
  int: [0, 1, "eq"],
  uint: [0, 1, "eq"],
  bool: [0, 1, "xor", "not"],
});

/**
 * Whether the elements of each pair are equal. NaN equals nothing, 0 equals -0.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { equal, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(equal(tensor([1, 2]), 2).toArray(), [false, true]);
 * ```
 */
export function equal<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(EQUAL, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const NOT_EQUAL = comparison("notEqual", (x, y) => x !== y, (x, y) => !complexEqual(x, y), {
  float: [0, 1, "ne"],
  int: [0, 1, "ne"],
  uint: [0, 1, "ne"],
  bool: [0, 1, "xor"],
});

/**
 * Whether the elements of each pair differ. NaN differs from everything.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { notEqual, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(notEqual(tensor([1, NaN]), tensor([1, NaN])).toArray(), [false, true]);
 * ```
 */
export function notEqual<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(NOT_EQUAL, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const LESS = comparison("less", (x, y) => x < y, complexLess, {
  float: [0, 1, "lt"],
  int: [0, 1, "lt_s"],
  uint: [0, 1, "lt_u"],
});

/**
 * Whether the left element of each pair is less than the right one.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { less, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(less(tensor([1, 2, NaN]), 2).toArray(), [true, false, false]);
 * ```
 */
export function less<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(LESS, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const LESS_EQUAL = comparison("lessEqual", (x, y) => x <= y, complexLessEqual, {
  float: [0, 1, "le"],
  int: [0, 1, "le_s"],
  uint: [0, 1, "le_u"],
});

/**
 * Whether the left element of each pair is less than the right one or equal to it.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { lessEqual, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(lessEqual(tensor([1, 2, 3]), 2).toArray(), [true, true, false]);
 * ```
 */
export function lessEqual<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(LESS_EQUAL, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const GREATER = comparison("greater", (x, y) => x > y, (x, y) => complexLess(y, x), {
  float: [0, 1, "gt"],
  int: [0, 1, "gt_s"],
  uint: [0, 1, "gt_u"],
});

/**
 * Whether the left element of each pair is greater than the right one.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { greater, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(greater(tensor([1, 2, 3]), 2).toArray(), [false, false, true]);
 * ```
 */
export function greater<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(GREATER, a, b) as Tensor<"bool", ResultShape<A, B>>;
}

const GREATER_EQUAL = comparison(
  "greaterEqual",
  (x, y) => x >= y,
  (x, y) => complexLessEqual(y, x),
  { float: [0, 1, "ge"], int: [0, 1, "ge_s"], uint: [0, 1, "ge_u"] },
);

/**
 * Whether the left element of each pair is greater than the right one or equal to it.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A bool tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { greaterEqual, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(greaterEqual(tensor([1, 2, 3]), 2).toArray(), [false, true, true]);
 * ```
 */
export function greaterEqual<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", ResultShape<A, B>> {
  return binary(GREATER_EQUAL, a, b) as Tensor<"bool", ResultShape<A, B>>;
}
