/**
 * Tensors whose elements are JavaScript values: those of the reference device,
 * and those of dtype string on every device.
 *
 * @module
 */
import { type DType, DTYPES, type Item } from "../core/dtype.ts";
import { storeItem } from "../core/item.ts";
import type { HostArray, Primitive } from "../core/primitive.ts";
import { contiguousStrides, type Shape } from "../core/shape.ts";
import {
  type Aval,
  type DeviceMemory,
  items,
  RELEASED,
  type Storage,
  Tensor,
} from "../core/tensor.ts";

/** Elements as JavaScript values. */
export class HostStorage implements Storage {
  /** The device. */
  device: DeviceMemory;
  /** How many tensors were made on this storage and not disposed of. */
  handles = 0;
  /** How many variables hold it: scopes leave it alone. */
  keepers = 0;
  /** The elements. */
  readonly items: Item[];

  /**
   * Makes a storage.
   *
   * @param device The device.
   * @param items The elements.
   */
  constructor(device: DeviceMemory, items: Item[]) {
    this.device = device;
    this.items = items;
  }

  /** Makes every further use an error. */
  release(): void {
    this.device = RELEASED;
  }
}

/**
 * Makes a tensor of JavaScript values.
 *
 * @param device The device that owns it.
 * @param dtype Dtype of the elements.
 * @param shape Lengths of the axes.
 * @param values Its elements in C order, already of the dtype.
 * @returns The tensor.
 */
export function hostTensor(
  device: DeviceMemory,
  dtype: DType,
  shape: Shape,
  values: readonly Item[],
): Tensor {
  const storage = new HostStorage(device, [...values]);
  return new Tensor(dtype, shape, contiguousStrides(shape), 0, storage);
}

/**
 * Reads an element of a tensor of JavaScript values.
 *
 * @param x The tensor.
 * @param position Elements from the first one.
 * @returns The element.
 */
export function hostItem(x: Tensor, position: number): Item {
  const { bytes } = DTYPES[x.dtype];
  return (x.storage as HostStorage).items[x.offset / bytes + position]!;
}

/**
 * Runs the definition of a primitive.
 *
 * @typeParam P Type of its parameters.
 * @param p The primitive.
 * @param inputs Its inputs, on any device.
 * @param params Its parameters.
 * @param outputs Shapes and dtypes of its results.
 * @returns The elements of each result, rounded to its dtype.
 */
export function runReference<P>(
  p: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
): readonly (readonly Item[])[] {
  const arrays: HostArray[] = inputs.map((x) => ({
    dtype: x.dtype,
    shape: x.shape,
    items: [...items(x)],
  }));
  const results = p.reference(arrays, params, outputs);
  return results.map((values, i) => values.map((value) => storeItem(outputs[i]!.dtype, value)));
}
