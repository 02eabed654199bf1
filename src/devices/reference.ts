/**
 * The reference device: every primitive by its definition, one element at a
 * time. It is what the other devices are compared with.
 *
 * @module
 */
import { type DType, DTYPES, type Item } from "../core/dtype.ts";
import { readItem, writeItem } from "../core/item.ts";
import type { Device, Primitive } from "../core/primitive.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { items, Tensor } from "../core/tensor.ts";
import { hostItem, hostTensor, runReference } from "./host.ts";

/** The slow device that defines what is right. */
export const referenceDevice: Device = {
  name: "reference",
  run<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
    const outputs = p.rule(inputs, params);
    if (p.view) {
      const x = inputs[0]!;
      const layout = p.view(x, params);
      if (layout) {
        return [new Tensor(x.dtype, layout.shape, layout.strides, layout.offset, x.storage)];
      }
    }
    if (p.expand) return p.expand(inputs, params);
    return runReference(p, inputs, params, outputs).map((values, i) =>
      hostTensor(referenceDevice, outputs[i]!.dtype, outputs[i]!.shape, values)
    );
  },
  fromItems: (dtype: DType, shape: Shape, values: readonly Item[]): Tensor =>
    hostTensor(referenceDevice, dtype, shape, values),
  fromBytes(dtype: DType, shape: Shape, bytes: Uint8Array): Tensor {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const width = DTYPES[dtype].bytes;
    const values = Array.from(
      { length: sizeOf(shape) },
      (_, i) => readItem(dtype, view, i * width),
    );
    return hostTensor(referenceDevice, dtype, shape, values);
  },
  toBytes(x: Tensor): Uint8Array<ArrayBuffer> {
    const width = DTYPES[x.dtype].bytes;
    const bytes = new Uint8Array(x.size * width);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const item of items(x)) {
      writeItem(x.dtype, view, at, item);
      at += width;
    }
    return bytes;
  },
  item: hostItem,
};
