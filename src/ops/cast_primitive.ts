/**
 * Conversion of elements to another dtype, as a primitive.
 *
 * @module
 */
import { type DType, DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import { complexOf, integerRange } from "../core/item.ts";
import { bind, definePrimitive, type Primitive } from "../core/primitive.ts";
import type { Tensor } from "../core/tensor.ts";
import { deferred } from "../compiler/deferred.ts";
import { mapCast } from "../devices/wasm/map.ts";

/** Parameters of a conversion. */
export interface CastParams {
  /** Dtype of the result. */
  readonly dtype: DType;
}

/** Dtypes that can be converted to each other. */
const CASTABLE: readonly DType[] = dtypesOfKind("bool", "int", "uint", "float", "complex");

/** Toward zero; NaN gives 0, what is out of range the nearest integer of the dtype. */
function integerOf(value: number, dtype: DType): bigint {
  const [low, high] = integerRange(dtype)!;
  if (Number.isNaN(value)) return 0n;
  if (Math.abs(value) === Infinity) return value > 0 ? high : low;
  const whole = BigInt(Math.trunc(value));
  return whole < low ? low : whole > high ? high : whole;
}

/**
 * A float64 that rounds to any narrower format as the integer itself would: what float64
 * cannot hold is marked in the last bit (rounding to odd).
 */
function oddNumber(value: bigint): number {
  const size = value < 0n ? -value : value;
  const excess = BigInt(Math.max(0, size.toString(2).length - 53));
  const top = size >> excess;
  const odd = (top << excess) === size ? top : top | 1n;
  const result = Number(odd << excess);
  return value < 0n ? -result : result;
}

function fromInteger(value: bigint, dtype: DType): Item {
  const { kind, real } = DTYPES[dtype];
  if (kind === "int" || kind === "uint") return value;
  if (kind === "bool") return value !== 0n;
  return real === "float64" ? Number(value) : oddNumber(value);
}

function fromFloat(item: Item, dtype: DType): Item {
  const { kind } = DTYPES[dtype];
  const { re, im } = complexOf(item);
  if (kind === "complex") return { re, im };
  if (kind === "bool") return re !== 0 || im !== 0;
  return kind === "float" ? re : integerOf(re, dtype);
}

const CAST: Primitive<CastParams> = definePrimitive<CastParams>({
  name: "cast",
  simplify: ([x], { dtype }) => x!.dtype === dtype ? 0 : undefined,
  rule: ([x], { dtype }) => [{ dtype, shape: x!.shape }],
  reference: ([x], { dtype }) => {
    const { kind } = DTYPES[x!.dtype];
    if (kind === "float" || kind === "complex") {
      return [x!.items.map((item) => fromFloat(item, dtype))];
    }
    return [x!.items.map((item) => fromInteger(BigInt(item as number | bigint | boolean), dtype))];
  },
  lower: { wasm: mapCast() },
  defer: deferred,
  derivatives: [(t, _, { dtype }) => converted(t, dtype)],
  // Also between real and complex numbers: a real part has what is real as its adjoint.
  transpose: ([c], [x]) => [converted(c!, x!.dtype)],
  batch: ([x], _, params) => [bind(CAST, [x!], params)],
  dtypes: CASTABLE,
  elementwise: true,
  samples: [
    ...CASTABLE.map((dtype) => ({ shapes: [[67]], params: { dtype } })),
    { shapes: [[]], params: { dtype: "float64" } },
    { shapes: [[2, 0]], params: { dtype: "int32" } },
  ],
});

/**
 * Elements converted to another dtype.
 *
 * @param x A tensor that holds no strings.
 * @param dtype Dtype of the result, not string.
 * @returns A fresh tensor.
 */
export function converted(x: Tensor, dtype: DType): Tensor {
  return bind(CAST, [x], { dtype });
}
