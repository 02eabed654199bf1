/**
 * The arithmetic progression as a primitive.
 *
 * @module
 */
import { type DType, DTYPES, dtypesOfKind } from "../core/dtype.ts";
import { bindOn, definePrimitive, type Primitive } from "../core/primitive.ts";
import type { Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { iotaKernel, type IotaParams } from "../devices/wasm/iota.ts";

/** Parameters of a progression. */
export interface ProgressionParams extends IotaParams {
  /** Number of elements. */
  readonly length: number;
  /** Dtype of the elements. */
  readonly dtype: DType;
}

const IOTA: Primitive<ProgressionParams> = definePrimitive<ProgressionParams>({
  name: "iota",
  rule: (_, { length, dtype }) => [{ dtype, shape: [length] }],
  reference: (_, { length, start, step, dtype }) => {
    const wide = DTYPES[dtype].bytes === 8 && DTYPES[dtype].kind !== "float";
    return [
      Array.from(
        { length },
        (_, i) =>
          wide ? BigInt(start) + BigInt(i) * BigInt(step) : Number(start) + i * Number(step),
      ),
    ];
  },
  lower: { wasm: iotaKernel() },
  dtypes: dtypesOfKind("int", "uint", "float"),
  samples: [
    { shapes: [], params: { length: 0, start: 0, step: 1, dtype: "float32" } },
    { shapes: [], params: { length: 37, start: 0.5, step: 0.1, dtype: "float32" } },
    { shapes: [], params: { length: 37, start: 3, step: -0.1, dtype: "float64" } },
    { shapes: [], params: { length: 10, start: 5, step: -2, dtype: "int32" } },
    { shapes: [], params: { length: 5, start: 250, step: 1, dtype: "uint8" } },
    { shapes: [], params: { length: 9, start: 2n ** 62n, step: -3n, dtype: "int64" } },
    { shapes: [], params: { length: 9, start: 0.5, step: 0.25, dtype: "float16" } },
  ],
});

/**
 * Numbers at equal distances on the default device.
 *
 * @param params Number of elements, first element, step and dtype.
 * @returns A tensor of rank 1.
 */
export function progression(params: ProgressionParams): Tensor {
  return bindOn(IOTA, params, wasmDevice());
}
