/**
 * Floor division and remainder, element by element.
 *
 * @module
 */
import { dtypesOfKind, type RealDType } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, Operand } from "../core/types/operands.ts";
import { multiply, negative } from "./arithmetic.ts";
import { binary, elementwise, type Round } from "./elementwise.ts";
import { copySign } from "./float_scalar.ts";

const REAL = dtypesOfKind("int", "uint", "float");

function floorQuotient(x: bigint, y: bigint): bigint {
  if (y === 0n) return 0n;
  const quotient = x / y;
  return quotient * y !== x && (x < 0n) !== (y < 0n) ? quotient - 1n : quotient;
}

/** The quotient from the exact remainder, so that 1 // 0.1 is 9; as NumPy's npy_divmod. */
function floorQuotientOf(round: Round): (x: number, y: number) => number {
  return (x, y) => {
    if (y === 0) return x / y;
    const rest = x % y;
    let quotient = round(round(x - rest) / y);
    if (rest !== 0 && (y < 0) !== (rest < 0)) quotient = round(quotient - 1);
    if (quotient === 0) return copySign(0, x / y);
    const floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  };
}

const FLOOR_DIVIDE = elementwise({
  name: "floorDivide",
  verb: "floor divide",
  arity: 2,
  dtypes: REAL,
  allowed: "real",
  scalar: (round) => ({
    float: floorQuotientOf(round),
    int: floorQuotient,
  }),
  derivatives: [null],
});

/**
 * Quotient of each pair of elements, rounded toward minus infinity. Integers over zero give 0; an
 * infinite dividend gives NaN.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not real, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { floorDivide, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([7, -7], { dtype: "int32" });
 * assert.deepEqual(floorDivide(x, 2).toArray(), [3, -4]);
 * ```
 */
export function floorDivide<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"floor divide", A, B, RealDType, "real">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(FLOOR_DIVIDE, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const REMAINDER = elementwise({
  name: "remainder",
  verb: "take remainders of",
  arity: 2,
  dtypes: REAL,
  allowed: "real",
  scalar: {
    float: (x, y) => {
      const rest = x % y;
      if (rest === 0) return copySign(0, y);
      return (y < 0) !== (rest < 0) ? rest + y : rest;
    },
    int: (x, y) => y === 0n ? 0n : x - floorQuotient(x, y) * y,
  },
  // x - floor(x / y) y, where the floor does not change but at its steps.
  derivatives: [(t) => t, (t, [x, y]) => multiply(t, negative(floorDivide(x!, y!)))],
});

/**
 * What floor division leaves of each pair of elements, with the sign of the divisor. The
 * remainder of integers by zero is 0, of floats NaN.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Left operand, of any shape.
 * @param b Right operand, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not real, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { remainder, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([7, -7], { dtype: "int32" });
 * assert.deepEqual(remainder(x, 3).toArray(), [1, 2]);
 * ```
 */
export function remainder<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take remainders of", A, B, RealDType, "real">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(REMAINDER, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}
