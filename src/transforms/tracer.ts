/**
 * Tensors that stand for values while a function is transformed.
 *
 * @module
 */
import type { Item } from "../core/dtype.ts";
import { shapeText, TraceError } from "../core/errors.ts";
import type { Interpreter, Traced } from "../core/primitive.ts";
import { contiguousStrides } from "../core/shape.ts";
import { type Aval, type DeviceMemory, type Storage, Tensor } from "../core/tensor.ts";
import { reshaped } from "../ops/movement_primitives.ts";
import { sliced, zerosLike } from "../ops/region_primitives.ts";

/** A tensor that a transform follows. */
export abstract class Tracer extends Tensor implements Traced {
  /** The transform that made it. */
  readonly interpreter: Interpreter;

  /**
   * Makes a tracer.
   *
   * @param interpreter The transform.
   * @param aval Dtype and shape.
   * @param storage What answers when its elements are asked for.
   */
  constructor(interpreter: Interpreter, { dtype, shape }: Aval, storage: Storage) {
    super(dtype, shape, contiguousStrides(shape), 0, storage);
    this.interpreter = interpreter;
  }

  /**
   * What comparisons and arithmetic operators of the language ask for: the element, if it is known.
   *
   * @param hint Whether text would do.
   * @returns The text, or the element.
   * @throws {TraceError} If the element is not known.
   */
  [Symbol.toPrimitive](hint: string): unknown {
    return hint === "string" ? this.toString() : this.item();
  }
}

/** Bytes that are not there. */
class TracedStorage implements Storage {
  readonly device: DeviceMemory;
  handles = 0;
  keepers = 0;

  constructor(device: DeviceMemory) {
    this.device = device;
  }

  release(): void {}
}

/**
 * A storage of tracers whose elements are known.
 *
 * @param name Name of the transform.
 * @param valueOf The known value of a tracer.
 * @returns The storage.
 */
export function knownStorage(name: string, valueOf: (x: Tensor) => Tensor): Storage {
  return new TracedStorage({
    name,
    toBytes: (x) => {
      const value = valueOf(x);
      return value.storage.device.toBytes(value);
    },
    item: (x, position) => {
      const value = valueOf(x);
      return value.storage.device.item(value, positionIn(value, position));
    },
    row: rowOf,
  });
}

/** Where the element is in a value that has strides of its own. */
function positionIn({ shape, strides }: Tensor, position: number): number {
  let [rest, result] = [position, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return result;
}

/**
 * A storage of tracers whose elements are not known.
 *
 * @param name Name of the transform, as users call it.
 * @param cure What to do instead.
 * @returns The storage.
 */
export function unknownStorage(name: string, cure: string): Storage {
  const refuse = (x: Tensor): never => {
    throw new TraceError(
      `Cannot read a ${x.dtype} tensor of shape ${shapeText(x.shape)} inside ${name}: ` +
        `it has no value while the function is traced, ${cure}`,
    );
  };
  return new TracedStorage({
    name,
    toBytes: refuse,
    item: (x): Item => refuse(x),
    row: rowOf,
  });
}

function rowOf(x: Tensor, index: number): Tensor {
  const { shape } = x;
  const row = sliced(x, {
    starts: shape.map((_, axis) => axis === 0 ? index : 0),
    steps: shape.map(() => 1),
    lengths: shape.with(0, 1),
  });
  return reshaped(row, shape.slice(1));
}

/**
 * Zeros like a tensor.
 *
 * @param x A tensor.
 * @returns One zero, broadcast to its shape.
 */
export function zerosOf(x: Tensor): Tensor {
  return zerosLike(x, x.shape);
}
