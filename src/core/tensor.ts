/**
 * The immutable tensor: a handle of dtype, shape, strides and storage.
 *
 * @module
 */
import { type DataOf, type DType, DTYPES, type Item, type NestedItems } from "./dtype.ts";
import { DisposedError, indexError, ShapeError, shapeText } from "./errors.ts";
import { dataOfBytes } from "./item.ts";
import { tensorText } from "./print.ts";
import { contiguousStrides, type Shape, sizeOf } from "./shape.ts";

/** Shape and dtype of a value. */
export interface Aval {
  /** Dtype of the elements. */
  readonly dtype: DType;
  /** Lengths of the axes. */
  readonly shape: Shape;
}

/** Where the elements of a tensor lie in its storage. */
export interface Layout {
  /** Lengths of the axes. */
  readonly shape: Shape;
  /** Steps along the axes in elements, negative and 0 included. */
  readonly strides: readonly number[];
  /** Position of the first element in bytes (in items for strings). */
  readonly offset: number;
}

/** What a tensor needs of the device that holds it. */
export interface DeviceMemory {
  /** Name of the device, for example `wasm`. */
  readonly name: string;
  /** Fresh C-order bytes of a tensor that is not of dtype string. */
  toBytes(x: Tensor): Uint8Array<ArrayBuffer>;
  /** The element at a position, in elements from the start of the storage's view. */
  item(x: Tensor, position: number): Item;
  /** The part of a tensor at an index of its first axis, where that is no plain view. */
  row?(x: Tensor, index: number): Tensor;
}

/** Bytes on a device, shared by all tensors that view them. */
export interface Storage {
  /** The device that holds the bytes. */
  device: DeviceMemory;
  /** How many tensors were made on this storage and not disposed of. */
  handles: number;
  /** How many variables hold the storage: scopes leave it alone. */
  keepers: number;
  /** Gives the bytes back at once, if the storage owns them alone. */
  release(): void;
}

function disposed(): never {
  throw new DisposedError(
    "Cannot use a tensor that was disposed: its scope has ended, return it from the scope to keep it",
  );
}

/** The device of storages that were released: every use is an error. */
export const RELEASED: DeviceMemory = {
  name: "released",
  toBytes: disposed,
  item: disposed,
};

const GONE: Storage = { device: RELEASED, handles: 0, keepers: 0, release() {} };

/**
 * An immutable array of elements of one dtype.
 *
 * Tensors are made by functions such as `tensor`, `zeros` and `arange`; several
 * tensors may share one storage, which nobody can observe.
 *
 * @typeParam D Dtype of the elements.
 * @typeParam S Shape, a tuple of literals where it is known.
 *
 * @example Reading a tensor
 * ```ts
 * import { tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 *
 * assert.deepEqual(x.shape, [2, 2]);
 * assert.equal(x.dtype, "float32");
 * assert.deepEqual(x.toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export class Tensor<out D extends DType = DType, out S extends Shape = Shape> {
  /** Dtype of the elements. */
  readonly dtype: D;
  /** Lengths of the axes. */
  readonly shape: S;
  /** Steps along the axes in elements. */
  readonly strides: readonly number[];
  /** Position of the first element in the storage, in bytes. */
  readonly offset: number;
  /** The bytes, perhaps shared with other tensors. */
  storage: Storage;

  /**
   * Makes a tensor over a storage; meant for devices, not for users.
   *
   * @param dtype Dtype of the elements.
   * @param shape Lengths of the axes.
   * @param strides Steps along the axes in elements.
   * @param offset Position of the first element in bytes.
   * @param storage The bytes.
   */
  constructor(
    dtype: D,
    shape: S,
    strides: readonly number[],
    offset: number,
    storage: Storage,
  ) {
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.storage = storage;
    storage.handles++;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Name of the device that holds the elements. */
  get device(): string {
    return this.storage.device.name;
  }

  /**
   * The elements as a fresh typed array in C order.
   *
   * @returns An array of the dtype: bytes for bool, values widened to float32
   * for bfloat16, pairs (re, im) for complex dtypes, strings for string.
   *
   * @example Usage
   * ```ts
   * import { tensor, transpose } from "@denum/denum";
   * import assert from "node:assert/strict";
   *
   * const x = transpose(tensor([[1, 2], [3, 4]]));
   * assert.deepEqual(x.data(), new Float32Array([1, 3, 2, 4]));
   * ```
   */
  data(): DataOf<D> {
    if (this.dtype === "string") return [...items(this)] as string[] as DataOf<D>;
    return dataOfBytes(this.dtype, this.storage.device.toBytes(this)) as DataOf<D>;
  }

  /**
   * The elements as nested arrays.
   *
   * @returns An item for rank 0, otherwise one array an axis.
   *
   * @example Usage
   * ```ts
   * import { tensor } from "@denum/denum";
   * import assert from "node:assert/strict";
   *
   * assert.deepEqual(tensor([1n, 2n]).toArray(), [1n, 2n]);
   * ```
   */
  toArray(): NestedItems<D> {
    const walk = items(this);
    const { shape } = this;
    const build = (axis: number): NestedItems<DType> => {
      if (axis === shape.length) return walk.next().value as Item;
      const result = new Array<NestedItems<DType>>(shape[axis]!);
      for (let i = 0; i < result.length; i++) result[i] = build(axis + 1);
      return result;
    };
    return build(0) as NestedItems<D>;
  }

  /**
   * The element of a tensor that has just one.
   *
   * @returns The element.
   * @throws {ShapeError} If the tensor has none or several.
   *
   * @example Usage
   * ```ts
   * import { sum, tensor } from "@denum/denum";
   * import assert from "node:assert/strict";
   *
   * assert.equal(sum(tensor([1, 2, 3])).item(), 6);
   * ```
   */
  item(): Item<D> {
    if (this.size !== 1) {
      throw new ShapeError(
        `Cannot take the item of a tensor of shape ${shapeText(this.shape)}: ` +
          `it has ${this.size} elements, slice out one of them`,
      );
    }
    return this.storage.device.item(this, 0) as Item<D>;
  }

  /**
   * Iterates over the first axis.
   *
   * @returns Tensors of one axis less that share the storage.
   * @throws {ShapeError} If the rank is 0.
   */
  *[Symbol.iterator](): Iterator<Tensor<D, number[]>> {
    const { dtype, shape, strides, offset, storage } = this;
    if (shape.length === 0) {
      throw new ShapeError("Cannot iterate over a tensor of rank 0: use item() to read it");
    }
    const step = strides[0]! * DTYPES[dtype].bytes;
    const { device } = storage;
    for (let i = 0; i < shape[0]!; i++) {
      if (device.row) {
        yield device.row(this, i) as Tensor<D, number[]>;
        continue;
      }
      yield new Tensor<D, number[]>(
        dtype,
        shape.slice(1),
        strides.slice(1),
        offset + i * step,
        storage,
      );
    }
  }

  /**
   * The elements as text, formatted as NumPy does.
   *
   * @returns The text, summarised above 1,000 elements.
   */
  toString(): string {
    return tensorText({
      dtype: this.dtype,
      shape: this.shape,
      item: (index) => this.storage.device.item(this, positionOf(this, index)),
    });
  }

  // What consoles and notebooks show; a static block because the names are computed.
  static {
    const shown: PropertyDescriptor = {
      value(this: Tensor): string {
        return this.toString();
      },
    };
    const displayed: PropertyDescriptor = {
      value(this: Tensor): { readonly "text/plain": string } {
        return { "text/plain": this.toString() };
      },
    };
    Object.defineProperty(this.prototype, Symbol.for("Deno.customInspect"), shown);
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), shown);
    Object.defineProperty(this.prototype, Symbol.for("Jupyter.display"), displayed);
  }

  /**
   * Releases the tensor now instead of whenever it is collected. Never needed;
   * other tensors that share the storage stay valid.
   */
  [Symbol.dispose](): void {
    const { storage } = this;
    if (storage === GONE) return;
    this.storage = GONE;
    if (--storage.handles === 0) storage.release();
  }
}

/**
 * Position of an element in steps of elements from the first one.
 *
 * @param x A tensor.
 * @param index One index an axis.
 * @returns The distance from the first element.
 */
export function positionOf(x: Tensor, index: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < index.length; axis++) {
    const i = index[axis]!;
    const length = x.shape[axis]!;
    if (i < 0 || i >= length) throw indexError(i, axis, length);
    position += i * x.strides[axis]!;
  }
  return position;
}

/**
 * All elements of a tensor as JavaScript values.
 *
 * @param x A tensor.
 * @returns The elements in C order.
 */
export function* items(x: Tensor): Generator<Item, void> {
  const { device } = x.storage;
  for (const position of positions(x)) yield device.item(x, position);
}

/**
 * Positions of all elements of a layout in C order.
 *
 * @param layout Shape and strides.
 * @returns Distances from the first element, in elements.
 */
export function* positions(
  { shape, strides }: Pick<Layout, "shape" | "strides">,
): Generator<number, void> {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let position = 0;
  for (let count = 0; count < size; count++) {
    yield position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/**
 * The layout of a fresh tensor.
 *
 * @param shape Lengths of the axes.
 * @returns C order from the start of the storage.
 */
export function freshLayout(shape: Shape): Layout {
  return { shape, strides: contiguousStrides(shape), offset: 0 };
}
