/**
 * Powers, element by element.
 *
 * @module
 */
import { type DType, DTYPES, dtypesOfKind, type NumericDType } from "../core/dtype.ts";
import { ArgumentError, valueText } from "../core/errors.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, ResultShape } from "../core/types/broadcast.ts";
import type { CommonDType, Operand } from "../core/types/operands.ts";
import { complexPower } from "./complex_functions.ts";
import { binary, elementwise, operandPair } from "./elementwise.ts";
import { min } from "./reductions.ts";

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
});

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
  const least = min(x as Tensor<"int32">).item();
  if (least < 0) throw negativeExponentError(x.dtype, least);
}

/**
 * Power of each pair of elements. Integers wrap; their exponents must not be negative. The power
 * to 0 and the powers of 1 are 1, also where the other operand is NaN; broken powers of negative
 * floats are NaN.
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
