/**
 * Arithmetic progressions on the wasm device.
 *
 * @module
 */
import { DTYPES } from "../../core/dtype.ts";
import type { Lowering } from "../../core/primitive.ts";
import { castKernel, produce, temporary } from "./runtime.ts";
import { kernel } from "./instance.ts";

/** A progression: its first element and its step. */
export interface IotaParams {
  /** First element; bigint for 64-bit integers. */
  readonly start: number | bigint;
  /** Difference of neighbours, of the same type. */
  readonly step: number | bigint;
}

/**
 * Lowering of an arithmetic progression.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function iotaKernel<P extends IotaParams>(): Lowering<P> {
  return (_, { start, step }, [out]) => {
    const compute = DTYPES[out!.dtype].compute;
    return [produce(out!, (target) => {
      const [count] = out!.shape;
      const narrow = compute === out!.dtype ? null : castKernel(compute, out!.dtype);
      const results = narrow ? temporary(count! * DTYPES[compute].bytes) : target;
      // The 64-bit kernels take bigints, which their type here does not tell.
      kernel(`iota_${DTYPES[compute].kernel}`)(results, count!, start as number, step as number);
      narrow?.(results, target, count!);
    })];
  };
}
