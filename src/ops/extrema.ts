/**
 * Larger and smaller elements, and elements moved into bounds.
 *
 * @module
 */
import { dtypesOfKind, type NumericDType } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BinaryCheck, BroadcastShape, ResultShape } from "../core/types/broadcast.ts";
import type {
  CommonDType,
  DTypeCheck,
  DTypeOf,
  Operand,
  ShapeOf,
  TensorLike,
} from "../core/types/operands.ts";
import { greaterEqual, lessEqual } from "./comparison.ts";
import { complexLessEqual, hasNaN } from "./complex_scalar.ts";
import {
  binary,
  calculatedDType,
  constantLike,
  elementwise,
  tensorOperand,
  unchanged,
} from "./elementwise.ts";
import { where } from "./where.ts";

const NUMERIC = dtypesOfKind("int", "uint", "float", "complex");

const MAXIMUM = elementwise({
  name: "maximum",
  lanes: {
    float: [0, 1, 0, 1, "gt", 0, 0, "ne", "or", "bitselect"],
    int: [0, 1, "max_s"],
    uint: [0, 1, "max_u"],
  },
  verb: "take the maximum of",
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x, y) => x > y || Number.isNaN(x) ? x : y,
    int: (x, y) => x > y ? x : y,
    complex: (x, y) => complexLessEqual(y, x) || hasNaN(x) ? x : y,
  },
  derivatives: [
    (t, [x, y]) => where(greaterEqual(x!, y!), t, constantLike(0, t)),
    (t, [x, y]) => where(greaterEqual(x!, y!), constantLike(0, t), t),
  ],
});

/**
 * Larger element of each pair; NaN if one is NaN, the right one of equals such as 0 and -0.
 * Complex numbers are compared by real and then imaginary part. The derivative by the left
 * operand is 1 and that by the right one 0 where both are equal.
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
 * import { maximum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(maximum(tensor([1, NaN, 5]), 3).toArray(), [3, NaN, 5]);
 * ```
 */
export function maximum<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the maximum of", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(MAXIMUM, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

const MINIMUM = elementwise({
  name: "minimum",
  lanes: {
    float: [0, 1, 0, 1, "lt", 0, 0, "ne", "or", "bitselect"],
    int: [0, 1, "min_s"],
    uint: [0, 1, "min_u"],
  },
  verb: "take the minimum of",
  arity: 2,
  dtypes: NUMERIC,
  allowed: "numeric",
  scalar: {
    float: (x, y) => x < y || Number.isNaN(x) ? x : y,
    int: (x, y) => x < y ? x : y,
    complex: (x, y) => complexLessEqual(x, y) || hasNaN(x) ? x : y,
  },
  derivatives: [
    (t, [x, y]) => where(lessEqual(x!, y!), t, constantLike(0, t)),
    (t, [x, y]) => where(lessEqual(x!, y!), constantLike(0, t), t),
  ],
});

/**
 * Smaller element of each pair; NaN if one is NaN, the right one of equals such as 0 and -0.
 * Complex numbers are compared by real and then imaginary part. The derivative by the left
 * operand is 1 and that by the right one 0 where both are equal.
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
 * import { minimum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(minimum(tensor([1, NaN, 5]), 3).toArray(), [1, NaN, 3]);
 * ```
 */
export function minimum<const A extends Operand, const B extends Operand>(
  a: A,
  b: B & BinaryCheck<"take the minimum of", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, ResultShape<A, B>> {
  return binary(MINIMUM, a, b) as Tensor<CommonDType<A, B>, ResultShape<A, B>>;
}

/** Bounds of a clip: tensors or scalars. */
export interface ClipOptions<L, H> {
  /** Least values; none when absent. */
  readonly min?: L | undefined;
  /** Largest values; none when absent. */
  readonly max?: H | undefined;
}

/** Constraint on a bound: it has the dtype of what is clipped and a shape that broadcasts. */
export type BoundCheck<X, B> = [B] extends [undefined] ? unknown
  : BinaryCheck<"clip", X, B, NumericDType, "numeric">;

/** Shape of an operand that is clipped between bounds. */
export type ClipShape<X, L, H> = BroadcastShape<BroadcastShape<ShapeOf<X>, ShapeOf<L>>, ShapeOf<H>>;

/**
 * Elements moved into bounds: the minimum of `max` and the maximum of `min` and each element,
 * so that `max` wins where bounds cross, and NaN among element and bounds gives NaN. The
 * derivative is 1 at the bounds, too.
 *
 * @typeParam X The operand.
 * @typeParam L Least values.
 * @typeParam H Largest values.
 * @param x The operand.
 * @param options The bounds `min` and `max`, tensors of its dtype or scalars.
 * @returns A tensor of its dtype and the broadcast shape.
 * @throws {DTypeError} If the dtypes differ, are not numeric, or cannot represent a scalar.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { clip, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(clip(tensor([-5, 2, 9]), { min: 0, max: 3 }).toArray(), [0, 2, 3]);
 * ```
 */
export function clip<
  X extends TensorLike,
  const L extends Operand | undefined = undefined,
  const H extends Operand | undefined = undefined,
>(
  x: X & DTypeCheck<"clip", DTypeOf<X>, NumericDType, "numeric">,
  options: ClipOptions<L & BoundCheck<X, L>, H & BoundCheck<X, H>>,
): Tensor<DTypeOf<X>, ClipShape<X, L, H>> {
  return clipped(x, options as ClipOptions<Operand, Operand>) as Tensor<
    DTypeOf<X>,
    ClipShape<X, L, H>
  >;
}

function clipped(x: TensorLike, { min, max }: ClipOptions<Operand, Operand>): Tensor {
  const operand = tensorOperand("clip", x);
  calculatedDType(MAXIMUM, operand.dtype, "clip");
  const raised = min === undefined ? operand : binary(MAXIMUM, operand, min, "clip");
  const result = max === undefined ? raised : binary(MINIMUM, raised, max, "clip");
  return result === operand ? unchanged(operand) : result;
}
