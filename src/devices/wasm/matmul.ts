/**
 * Matrix products on the wasm device.
 *
 * @module
 */
import { DTYPES } from "../../core/dtype.ts";
import type { Lowering } from "../../core/primitive.ts";
import { contiguousStrides, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { kernel } from "./instance.ts";
import {
  addressOf,
  castKernel,
  contiguousAddress,
  produce,
  runtime,
  temporary,
} from "./runtime.ts";

/**
 * Lowering of the product of stacks of matrices with equal leading axes.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function matmulKernels<P>(): Lowering<P> {
  return ([a, b], _, [out]) => {
    const compute = DTYPES[a!.dtype].compute;
    const run = kernel(`matmul_${compute === "bool" ? "bool" : DTYPES[compute].kernel}`);
    return [produce(out!, (target) => {
      const rank = a!.shape.length;
      const [m, k, n] = [a!.shape[rank - 2]!, a!.shape[rank - 1]!, b!.shape[rank - 1]!];
      const count = sizeOf(out!.shape);
      if (count === 0) return;
      const narrow = compute === out!.dtype ? null : castKernel(compute, out!.dtype);
      const width = DTYPES[compute].bytes;
      const results = narrow ? temporary(count * width) : target;
      const [left, leftStrides] = operand(a!);
      const [right, rightStrides] = operand(b!);
      const work = temporary(runtime().exports.matmul_work!(width));
      const batch = out!.shape.slice(0, rank - 2);
      const matrices = sizeOf(batch);
      const index = new Array<number>(batch.length).fill(0);
      let [at, bt] = [left, right];
      for (let i = 0; i < matrices; i++) {
        run(
          m,
          n,
          k,
          at,
          leftStrides[rank - 2]!,
          leftStrides[rank - 1]!,
          bt,
          rightStrides[rank - 2]!,
          rightStrides[rank - 1]!,
          results + i * m * n * width,
          n,
          work,
        );
        for (let axis = batch.length - 1; axis >= 0; axis--) {
          at += leftStrides[axis]! * width;
          bt += rightStrides[axis]! * width;
          if (++index[axis]! < batch[axis]!) break;
          at -= leftStrides[axis]! * batch[axis]! * width;
          bt -= rightStrides[axis]! * batch[axis]! * width;
          index[axis] = 0;
        }
      }
      narrow?.(results, target, count);
    })];
  };
}

/** Address and strides in the dtype in which kernels compute. */
function operand(x: Tensor): readonly [number, readonly number[]] {
  if (DTYPES[x.dtype].compute === x.dtype) return [addressOf(x), x.strides];
  return [contiguousAddress(x), contiguousStrides(x.shape)];
}
