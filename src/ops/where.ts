/**
 * Choice between elements.
 *
 * @module
 */
import { DTYPE_NAMES } from "../core/dtype.ts";
import { mixedDTypesError, unsupportedDTypeError } from "../core/errors.ts";
import type { LaneCode } from "../core/lanes.ts";
import { bind, bindAll, definePrimitive, type Primitive, Unknown } from "../core/primitive.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { BroadcastShape, ResultShape, WhereCheck } from "../core/types/broadcast.ts";
import type {
  CommonDType,
  DTypeCheck,
  DTypeOf,
  Operand,
  ShapeOf,
  TensorLike,
} from "../core/types/operands.ts";
import { deferred } from "../compiler/deferred.ts";
import { mapSelect } from "../devices/wasm/map.ts";
import { tensorOf } from "./creation.ts";
import { batchAligned, constantLike, operandPair, tensorOperand } from "./elementwise.ts";
import { broadcasted } from "./movement_primitives.ts";

const SHAPES: readonly Shape[] = [[], [1], [7], [2, 3], [0, 4]];

/** Bits of the second or third operand by those of the first. */
const PICK: LaneCode = [1, 2, 0, "bitselect"];

const WHERE: Primitive<void> = definePrimitive<void>({
  name: "where",
  rule: ([, a]) => [a!],
  reference: ([condition, a, b]) => [
    condition!.items.map((chosen, i) => (chosen ? a! : b!).items[i]!),
  ],
  lower: { wasm: mapSelect() },
  defer: deferred,
  dtypes: DTYPE_NAMES,
  elementwise: true,
  lanes: { float: PICK, int: PICK, uint: PICK, bool: PICK },
  samples: SHAPES.map((shape) => ({
    shapes: [shape, shape, shape],
    params: undefined,
    dtypes: ["bool", undefined, undefined],
  })),
  derivatives: [
    null,
    (t, [condition]) => where(condition!, t, constantLike(0, t)),
    (t, [condition]) => where(condition!, constantLike(0, t), t),
  ],
  transpose: ([c], [condition, a, b]) => {
    const [mask, zero] = [condition as Tensor, constantLike(0, c!)];
    return [
      null,
      a instanceof Unknown ? where(mask, c!, zero) : null,
      b instanceof Unknown ? where(mask, zero, c!) : null,
    ];
  },
  batch: (inputs, batched) => bindAll(WHERE, batchAligned(inputs, batched), undefined),
});

/**
 * Elements of one operand where a condition is true, of another where it is false. The derivative by
 * what is not chosen is 0, which becomes NaN further back where it meets an infinite derivative, as
 * that of a square root at 0: choose between operands of such a function, not between its results.
 *
 * @typeParam C The condition.
 * @typeParam A Choice where it is true: a tensor or a scalar.
 * @typeParam B Choice where it is false: a tensor or a scalar.
 * @param condition A tensor of dtype bool.
 * @param a Choice where it is true, of any shape.
 * @param b Choice where it is false, of the same dtype; the three shapes broadcast.
 * @returns A tensor of the choices' dtype and the broadcast shape.
 * @throws {DTypeError} If the condition is not bool, or the dtypes of the choices differ, or a
 * scalar cannot be represented.
 * @throws {ShapeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { greater, tensor, where } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([-1, 2, -3]);
 * assert.deepEqual(where(greater(x, 0), x, 0).toArray(), [0, 2, 0]);
 * ```
 */
export function where<C extends TensorLike, const A extends Operand, const B extends Operand>(
  condition: C & DTypeCheck<"select by", DTypeOf<C>, "bool", "bool">,
  a: A,
  b: B & WhereCheck<"select from", C, A, B>,
): Tensor<CommonDType<A, B>, BroadcastShape<ShapeOf<C>, ResultShape<A, B>>> {
  return chosen(condition, a, b) as Tensor<
    CommonDType<A, B>,
    BroadcastShape<ShapeOf<C>, ResultShape<A, B>>
  >;
}

function chosen(condition: TensorLike, a: Operand, b: Operand): Tensor {
  const mask = tensorOperand("select by", condition);
  if (mask.dtype !== "bool") throw unsupportedDTypeError("select by", mask.dtype, "bool");
  const [x, y] = choices(a, b);
  const shape = broadcastShapes(
    "select from",
    mask.shape,
    broadcastShapes("select from", x.shape, y.shape),
  );
  const inputs = [broadcasted(mask, shape), broadcasted(x, shape), broadcasted(y, shape)];
  return bind(WHERE, inputs, undefined);
}

/** Two scalars have the dtypes that they have as tensors. */
function choices(a: Operand, b: Operand): [Tensor, Tensor] {
  if (a instanceof Tensor || b instanceof Tensor) return operandPair("select from", a, b);
  const [x, y] = [tensorOf(a), tensorOf(b)];
  if (x.dtype !== y.dtype) throw mixedDTypesError("select from", x.dtype, y.dtype);
  return [x, y];
}
