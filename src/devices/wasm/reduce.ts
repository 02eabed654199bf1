/**
 * Reductions on the wasm device.
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
  collapse,
  contiguousAddress,
  pack,
  produce,
  temporary,
} from "./runtime.ts";

/** Parameters of every reduction. */
export interface ReduceParams {
  /** Axes to reduce, from 0, ascending. */
  readonly axes: readonly number[];
}

/** Where a kernel finds its operand: kept axes first, then one reduced axis. */
interface Source {
  readonly address: number;
  readonly kept: readonly number[];
  readonly keptStrides: readonly number[];
  readonly length: number;
  readonly stride: number;
}

/**
 * Lowering of a reduction whose kernels are named `<name>_<type>`.
 *
 * @param name Name of the kernels.
 * @returns The lowering.
 */
export function reduce(name: string): Lowering<ReduceParams> {
  return ([x], { axes }, [out]) => {
    const compute = DTYPES[x!.dtype].compute;
    const writes = DTYPES[out!.dtype].compute;
    const run = kernel(`${name}_${DTYPES[compute].kernel}`);
    return [produce(out!, (target) => {
      const count = sizeOf(out!.shape);
      if (count === 0) return;
      const narrow = writes === out!.dtype ? null : castKernel(writes, out!.dtype);
      const width = DTYPES[writes].bytes;
      const results = narrow ? temporary(count * width) : target;
      const source = locate(x!, axes);
      const rank = source.kept.length;
      // The kernel walks two axes itself; further ones are walked here.
      const outerRank = Math.max(0, rank - 2);
      const [outer, inner, so, si] = innerAxes(source);
      const step = outer * inner * width;
      const read = DTYPES[compute].bytes;
      let at = results;
      walk(source.kept.slice(0, outerRank), source.keptStrides, (position) => {
        const address = source.address + position * read;
        run(address, at, outer, so, source.length, source.stride, inner, si);
        at += step;
      });
      narrow?.(results, target, count);
    })];
  };
}

/** The last two kept axes as the kernel's outer and inner one. */
function innerAxes(source: Source): readonly [number, number, number, number] {
  const { kept, keptStrides } = source;
  const rank = kept.length;
  if (rank >= 2) {
    return [kept[rank - 2]!, kept[rank - 1]!, keptStrides[rank - 2]!, keptStrides[rank - 1]!];
  }
  const length = kept[0]!;
  const stride = keptStrides[0]!;
  // Rows of the kept axis lie together, or each result has a row of its own.
  return source.stride === 1 && source.length > 1 ? [length, 1, stride, 1] : [1, length, 0, stride];
}

function walk(
  shape: readonly number[],
  strides: readonly number[],
  visit: (position: number) => void,
): void {
  const index = new Array<number>(shape.length).fill(0);
  const count = sizeOf(shape);
  let position = 0;
  for (let i = 0; i < count; i++) {
    visit(position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

function locate(x: Tensor, axes: readonly number[]): Source {
  const compute = DTYPES[x.dtype].compute;
  const keptAxes = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const own = compute === x.dtype;
  const strides = own ? x.strides : contiguousStrides(x.shape);
  const pick = (values: readonly number[], which: readonly number[]) =>
    which.map((axis) => values[axis]!);
  const reduced = collapse(pick(x.shape, axes), [pick(strides, axes)]);
  const kept = collapse(pick(x.shape, keptAxes), [pick(strides, keptAxes)]);
  const length = sizeOf(pick(x.shape, axes));
  const address = own ? addressOf(x) : contiguousAddress(x);
  if (reduced.shape.length === 1 || length === 0) {
    return {
      address,
      kept: kept.shape,
      keptStrides: kept.strides[0]!,
      length,
      stride: reduced.strides[0]![0]!,
    };
  }
  // Several axes that are no single walk: lay them out one after the other.
  const order = [...keptAxes, ...axes];
  const copy = temporary(x.size * DTYPES[compute].bytes);
  const moved = { dtype: compute, shape: pick(x.shape, order), strides: pick(strides, order) };
  pack(moved, address, copy, 0, x.size);
  const count = sizeOf(pick(x.shape, keptAxes));
  return { address: copy, kept: [count], keptStrides: [length], length, stride: 1 };
}
