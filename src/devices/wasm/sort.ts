/**
 * Sorting, searching and scans along the last axis on the wasm device.
 *
 * @module
 */
import { DTYPES } from "../../core/dtype.ts";
import type { Lowering } from "../../core/primitive.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { kernel } from "./instance.ts";
import {
  castKernel,
  contiguousAddress,
  copyBytes,
  produce,
  runtime,
  temporary,
} from "./runtime.ts";

/** Number of rows and length of a row along the last axis. */
function rowsOf(x: Tensor): readonly [number, number] {
  const length = x.shape[x.shape.length - 1]!;
  return [length === 0 ? 0 : x.size / length, length];
}

/**
 * Lowering of sorting each row.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function sortRows<P>(): Lowering<P> {
  return ([x], _, [out]) => {
    const compute = DTYPES[x!.dtype].compute;
    const { bytes, kernel: suffix } = DTYPES[compute];
    return [produce(out!, (target) => {
      const [rows, length] = rowsOf(x!);
      if (rows === 0) return;
      const source = contiguousAddress(x!);
      const narrow = compute === x!.dtype ? null : castKernel(compute, x!.dtype);
      const results = narrow ? temporary(x!.size * bytes) : target;
      copyBytes(source, results, x!.size * bytes);
      const work = temporary(runtime().exports.sort_work!(length, bytes));
      kernel(`sort_${suffix}`)(results, work, rows, length);
      narrow?.(results, target, x!.size);
    })];
  };
}

/**
 * Lowering of the stable order of each row.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function argsortRows<P>(): Lowering<P> {
  return ([x], _, [out]) => {
    const { bytes, kernel: suffix } = DTYPES[DTYPES[x!.dtype].compute];
    return [produce(out!, (target) => {
      const [rows, length] = rowsOf(x!);
      if (rows === 0) return;
      const source = contiguousAddress(x!);
      const work = temporary(runtime().exports.argsort_work!(length, bytes));
      kernel(`argsort_${suffix}`)(source, target, work, rows, length);
    })];
  };
}

/**
 * Lowering of a search for the second input's values in the first, sorted one; leading axes of
 * the latter stand for one search each.
 *
 * @returns The lowering.
 */
export function searchSorted(): Lowering<{ readonly right: boolean }> {
  return ([sorted, values], { right }, [out]) => {
    const { bytes, kernel: suffix } = DTYPES[DTYPES[sorted!.dtype].compute];
    const { shape } = sorted!;
    return [produce(out!, (target) => {
      const run = kernel(`searchsorted_${suffix}`);
      const searches = sizeOf(shape.slice(0, -1));
      const [length, count] = [shape[shape.length - 1]!, values!.size / searches];
      const [from, what] = [contiguousAddress(sorted!), contiguousAddress(values!)];
      for (let i = 0; i < searches; i++) {
        const at = i * count;
        run(from + i * length * bytes, length, what + at * bytes, target + at * 4, count, +right);
      }
    })];
  };
}

/**
 * Lowering of running sums and products along an axis.
 *
 * @param name Prefix of the kernels.
 * @returns The lowering.
 */
export function scan(name: string): Lowering<{ readonly axis: number }> {
  return ([x], { axis }, [out]) => {
    const compute = DTYPES[x!.dtype].compute;
    const writes = DTYPES[out!.dtype].compute;
    return [produce(out!, (target) => {
      if (x!.size === 0) return;
      const narrow = writes === out!.dtype ? null : castKernel(writes, out!.dtype);
      const results = narrow ? temporary(x!.size * DTYPES[writes].bytes) : target;
      const outer = sizeOf(x!.shape.slice(0, axis));
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const run = kernel(`${name}_${DTYPES[compute].kernel}`);
      run(contiguousAddress(x!), results, outer, x!.shape[axis]!, inner);
      narrow?.(results, target, x!.size);
    })];
  };
}
