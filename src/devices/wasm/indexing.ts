/**
 * Gathering, scattering, joining and counting on the wasm device.
 *
 * @module
 */
import { DTYPES } from "../../core/dtype.ts";
import { indexError } from "../../core/errors.ts";
import type { Lowering } from "../../core/primitive.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../core/shape.ts";
import type { Layout, Tensor } from "../../core/tensor.ts";
import { dynamicLowering } from "./dynamic.ts";
import { kernel } from "./instance.ts";
import {
  castKernel,
  clearBytes,
  contiguousAddress,
  produce,
  produceFrom,
  runtime,
  temporary,
  unpack,
  withTemporaries,
} from "./runtime.ts";

/** What finding rows by index tensors needs to know. */
export interface PlaceParams {
  /** How many leading axes transforms have added: messages count axes without them. */
  readonly added: number;
}

/** How a scatter combines an update with what is there. */
export type ScatterMode = "set" | "add" | "sub" | "mul" | "min" | "max";

/**
 * Address of the flat row numbers that index tensors select.
 *
 * @param shape Shape of the indexed tensor.
 * @param indices One index tensor for each of its leading axes, of equal shape.
 * @param added How many of these axes the user does not know of.
 * @returns Address of as many uint32 as each index tensor has elements.
 * @throws {IndexError} If an index is out of range.
 */
function linearRows(shape: Shape, indices: readonly Tensor[], added: number): number {
  const count = indices[0]!.size;
  const linear = temporary(count * 4);
  clearBytes(linear, count * 4);
  indices.forEach((index, axis) => {
    const length = shape[axis]!;
    const { bytes, kernel: suffix } = DTYPES[index.dtype];
    const address = contiguousAddress(index);
    const bad = kernel(`index_linear_${suffix}`)(linear, address, count, length) | 0;
    if (bad < 0) return;
    const { view } = runtime().heap;
    const at = address + bad * bytes;
    const value = bytes === 8 ? Number(view.getBigInt64(at, true)) : view.getInt32(at, true);
    throw indexError(value, axis - added, length);
  });
  return linear;
}

/**
 * Lowering of taking rows of the first input at the others' indices.
 *
 * @returns The lowering.
 */
export function gatherRows(): Lowering<PlaceParams> {
  return dynamicLowering(([x, ...indices], { added }, [out]) => {
    return [produce(out!, (target) => {
      const count = indices[0]!.size;
      if (count === 0) return;
      const linear = linearRows(x!.shape, indices, added);
      const inner = sizeOf(x!.shape.slice(indices.length));
      if (inner === 0) return;
      const source = contiguousAddress(x!, x!.dtype);
      kernel(`gather_${DTYPES[x!.dtype].bytes}`)(source, linear, target, count, inner);
    })];
  });
}

/**
 * Lowering of writing rows of the second input into a copy of the first, at the
 * indices of the others.
 *
 * @returns The lowering.
 */
export function scatterRows(): Lowering<PlaceParams & { readonly mode: ScatterMode }> {
  return dynamicLowering(([x, updates, ...indices], { mode, added }, [out]) => {
    const { compute } = DTYPES[x!.dtype];
    if (mode === "set" || compute === x!.dtype) {
      return [produceFrom(x!, out!, (target) => {
        scatterInto(
          target,
          x!.shape,
          updates!,
          linearRows(x!.shape, indices, added),
          indices.length,
          mode,
        );
      })];
    }
    return [produce(out!, (target) => {
      const results = temporary(x!.size * DTYPES[compute].bytes);
      castKernel(x!.dtype, compute)(contiguousAddress(x!, x!.dtype), results, x!.size);
      const linear = linearRows(x!.shape, indices, added);
      scatterInto(results, x!.shape, updates!, linear, indices.length, mode);
      castKernel(compute, x!.dtype)(results, target, x!.size);
    })];
  });
}

function scatterInto(
  target: number,
  shape: Shape,
  updates: Tensor,
  linear: number,
  indexed: number,
  mode: ScatterMode,
): void {
  const inner = sizeOf(shape.slice(indexed));
  if (updates.size === 0) return;
  const compute = mode === "set" ? updates.dtype : DTYPES[updates.dtype].compute;
  const { bytes, kernel: suffix } = DTYPES[compute];
  const name = mode === "set" ? `scatter_set_${bytes}` : `scatter_${mode}_${suffix}`;
  const source = contiguousAddress(updates, compute);
  kernel(name)(target, linear, source, updates.size / inner, inner);
}

/**
 * Lowering of joining the inputs along an axis.
 *
 * @returns The lowering.
 */
export function joinRows(): Lowering<{ readonly axis: number }> {
  return (inputs, { axis }, [out]) => {
    return [produce(out!, (target) => {
      const strides = contiguousStrides(out!.shape);
      const { bytes } = DTYPES[out!.dtype];
      let at = target;
      for (const x of inputs) {
        place(x, { shape: x.shape, strides, offset: 0 }, at);
        at += x.shape[axis]! * strides[axis]! * bytes;
      }
    })];
  };
}

/**
 * Lowering of a copy of the first input with a region replaced by the second.
 *
 * @typeParam P Parameters of the primitive.
 * @param region Layout of the region over a fresh layout of the first input.
 * @returns The lowering.
 */
export function replaceRegion<P>(region: (x: Tensor, params: P) => Layout): Lowering<P> {
  return ([x, value], params, [out]) => {
    return [produceFrom(x!, out!, (target) => {
      const layout = region(x!, params);
      place(value!, layout, target + layout.offset);
    })];
  };
}

/** Writes a tensor's elements to a strided place. */
function place(x: Tensor, layout: Layout, address: number): void {
  if (x.size === 0) return;
  const target = { dtype: x.dtype, shape: layout.shape, strides: layout.strides };
  withTemporaries(() => unpack(target, address, contiguousAddress(x, x.dtype)));
}

/**
 * Flat positions of the true elements of a mask.
 *
 * @param mask A tensor of dtype bool on this device.
 * @returns Their positions in C order.
 */
export function truePositions(mask: Tensor): Int32Array<ArrayBuffer> {
  return withTemporaries(() => {
    const size = mask.size;
    if (size === 0) return new Int32Array(0);
    const source = contiguousAddress(mask);
    const count = kernel("count_u8")(source, size);
    const target = temporary(count * 4);
    kernel("nonzero_u8")(source, size, target);
    const positions = new Int32Array(count);
    const { u8 } = runtime().heap;
    new Uint8Array(positions.buffer).set(u8.subarray(target, target + count * 4));
    return positions;
  });
}
