/**
 * Powers, element by element.
 *
 * @module
 */
import { type DType, DTYPES, dtypesOfKind, type NumericDType } from "../core/dtype.ts";
import { ArgumentError, valueText } from "../core/errors.ts";
import { isTracing } from "../core/primitive.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, Operand } from "../core/types/operands.ts";
import { multiply, subtract } from "./arithmetic.ts";
import { equal, greater, notEqual } from "./comparison.ts";
import { complexPower } from "./complex_functions.ts";
import { binary, elementwise, operandPair } from "./elementwise.ts";
import { log } from "./exponential.ts";
import { logicalAnd } from "./logical.ts";
import { min } from "./reductions.ts";
import { where } from "./where.ts";

const VERB = "take powers of";

const POWER = elementwise({
  name: "power",
  verb: VERB,
  arity: 2,
  dtypes: dtypesOfKind("float"),
  allowed: "numeric",
  scalar: {
    // JavaScript differs from IEEE 754 where the base is 1 or -1.
    float: (x, y) => x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y,
  },
  ulps: 1,
  domain: [0.25, 2],
  derivatives: [byBase, byExponent],
});

/** y x^(y - 1) dx; 0^0 counts as the power 0 of any base, whose derivative is 0. */
function byBase(t: Tensor, [x, y]: readonly Tensor[]): Tensor {
  const isOpen = logicalAnd(equal(x!, 0), equal(y!, 0));
  const base = where(isOpen, 1, x!);
  return multiply(t, multiply(y!, powers(base, subtract(y!, 1))));
}

/** x^y log x dy; 0 where there is no real logarithm. */
function byExponent(t: Tensor, [x]: readonly Tensor[], _: void, result: Tensor): Tensor {
  const isComplex = DTYPES[x!.dtype].kind === "complex";
  const hasLog = isComplex ? notEqual(x!, 0) : greater(x!, 0);
  return multiply(t, multiply(result, log(where(hasLog, x!, 1))));
}

const SHAPES: readonly Shape[] = [[7], [], [1], [2, 3], [0, 4], [2, 1, 5]];

/** Of its own because large exponents multiply the rounding errors of logarithms. */
const COMPLEX_POWER = elementwise({
  name: "complexPower",
  verb: VERB,
  arity: 2,
  dtypes: dtypesOfKind("complex"),
  allowed: "numeric",
  kernel: "power",
  scalar: { complex: complexPower },
  complexUlps: 16,
  samples: SHAPES.map((shape) => ({
    shapes: [shape, shape],
    params: undefined,
    moderate: true,
  })),
  derivatives: [byBase, byExponent],
});

/** Of its own because exponents must not be negative. */
const INTEGER_POWER = elementwise({
  name: "integerPower",
  verb: VERB,
  arity: 2,
  dtypes: dtypesOfKind("int", "uint"),
  allowed: "numeric",
  kernel: "power",
  scalar: {
    int: (x, y) => {
      let result = 1n;
      let base = x;
      for (let left = y; left > 0n; left >>= 1n) {
        if (left & 1n) result = BigInt.asIntN(64, result * base);
        base = BigInt.asIntN(64, base * base);
      }
      return result;
    },
  },
  samples: SHAPES.map((shape) => ({
    shapes: [shape, shape],
    params: undefined,
    bounds: [undefined, [0, 100]] as const,
  })),
});

function negativeExponentError(dtype: DType, exponent: unknown): ArgumentError {
  return new ArgumentError(
    `Cannot take powers of ${dtype}: the exponent ${valueText(exponent)} is negative, ` +
      `cast the operands to a float dtype first`,
  );
}

/** Refuses negative exponents of integers. */
function checkExponents(x: Tensor): void {
  const { kind } = DTYPES[x.dtype];
  if (kind === "uint" || x.size === 0) return;
  const least = leastOf(x as Tensor<"int32" | "int64">);
  if (least < 0) throw negativeExponentError(x.dtype, least);
}

/** The least element, without a call that a transform would record. */
function leastOf(x: Tensor<"int32" | "int64">): number | bigint {
  if (!isTracing()) return min(x as Tensor<"int32">).item();
  let least: number | bigint = Infinity;
  for (const element of x.data()) {
    if (element < least) least = element;
  }
  return least;
}

/**
 * Power of each pair of elements. Integers wrap; their exponents must not be negative. The power
 * to 0 and the powers of 1 are 1, also where the other operand is NaN; broken powers of negative
 * floats are NaN. Derivatives are 0 by a base of 0 whose exponent is 0, and by exponents of bases
 * without a real logarithm: 0 and negative floats.
 *
 * @typeParam A Left operand: a tensor or a scalar.
 * @typeParam B Right operand: a tensor or a scalar.
 * @param a Bases, of any shape.
 * @param b Exponents, of the same dtype and a shape that broadcasts.
 * @returns A tensor of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 * @throws {ArgumentError} If an exponent of integers is negative.
 *
 * @example Usage
 * ```ts
 * import { power, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(power(tensor([1, 2, 3]), 2).toArray(), [1, 4, 9]);
 * ```
 */
export function power<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take powers of", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return powers(a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

function powers(a: Operand, b: Operand): Tensor {
  const [x, y] = operandPair(VERB, a, b);
  switch (DTYPES[x.dtype].kind) {
    case "int":
    case "uint":
      broadcastShapes(VERB, x.shape, y.shape);
      checkExponents(y);
      return binary(INTEGER_POWER, x, y);
    case "complex":
      return binary(COMPLEX_POWER, x, y);
    default:
      return binary(POWER, x, y);
  }
}
