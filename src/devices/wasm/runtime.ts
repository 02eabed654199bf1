/**
 * What lowerings share: the running kernels, results to write to, operands to
 * read from, and temporary memory.
 *
 * @module
 */
import { type DType, DTYPES } from "../../core/dtype.ts";
import { DeviceError } from "../../core/errors.ts";
import { contiguousStrides, isContiguous, type Shape, sizeOf } from "../../core/shape.ts";
import { type Aval, type DeviceMemory, type Storage, Tensor } from "../../core/tensor.ts";
import type { Block, Heap } from "./heap.ts";
import { CLEAR, COPY, instance, type Kernel, kernel } from "./instance.ts";
import { Pool, type WasmStorage } from "./storage.ts";

/** Bytes of one scratch area; the blocks of elementwise kernels fit in. */
export const SCRATCH_BYTES = 65536;
const SCRATCH_AREAS = 8;
/** Room for the axes of one operand: 32 lengths and 32 strides. */
const AXES_BYTES = 256;
const AXES_AREAS = 8;

/** The state of the wasm device. */
export interface Runtime {
  /** Its memory. */
  readonly heap: Heap;
  /** Its kernels by name. */
  readonly exports: Readonly<Record<string, Kernel>>;
  /** Where its storages come from. */
  readonly pool: Pool;
  /** Address of the first scratch area. */
  readonly scratch: number;
  /** Address of the first area for axes. */
  readonly axes: number;
}

let current: Runtime | undefined;
let owner: DeviceMemory | undefined;

/**
 * Names the device that owns all storages, before the first use.
 *
 * @param device The wasm device.
 */
export function setOwner(device: DeviceMemory): void {
  owner = device;
}

/**
 * The state of the wasm device, started on the first call.
 *
 * @returns The state.
 */
export function runtime(): Runtime {
  return current ??= start();
}

function start(): Runtime {
  const { heap, exports } = instance();
  const scratch = heap.allocate(SCRATCH_BYTES * SCRATCH_AREAS)!.address;
  const axes = heap.allocate(AXES_BYTES * AXES_AREAS)!.address;
  return { heap, exports, pool: new Pool(owner!, heap), scratch, axes };
}

/** Where a lowering works while a program is planned, or runs in a planned place. */
export interface Stage {
  /** Address for the elements of its result. */
  readonly target: number;
  /** Hands out temporary memory, where none is taken from the heap. */
  readonly temporary?: (bytes: number) => number;
  /** Stores lengths and strides, where the usual areas are not used. */
  readonly axes?: (shape: Shape, strides: readonly number[]) => number;
}

let stage: Stage | undefined;

/**
 * Runs a lowering in a planned place.
 *
 * @typeParam T Result of the function.
 * @param place The place.
 * @param body Runs the lowering.
 * @returns Its result.
 */
export function staged<T>(place: Stage, body: () => T): T {
  const before = stage;
  stage = place;
  try {
    return body();
  } finally {
    stage = before;
  }
}

/** A storage at a planned address. */
class StagedStorage implements Storage {
  device: DeviceMemory;
  handles = 0;
  keepers = 0;
  readonly address: number;

  constructor(address: number) {
    this.device = owner!;
    this.address = address;
  }

  release(): void {}
}

/**
 * A tensor at a planned address, for lowerings to read.
 *
 * @param aval Dtype and shape.
 * @param strides Steps along the axes in elements.
 * @param address Address of the first element.
 * @returns The tensor; it owns no memory.
 */
export function tensorAt(
  { dtype, shape }: Aval,
  strides: readonly number[],
  address: number,
): Tensor {
  return new Tensor(dtype, shape, strides, 0, new StagedStorage(address));
}

const temporaries: Block[] = [];

/**
 * Memory until the end of the enclosing `produce` or `withTemporaries`.
 *
 * @param bytes How much.
 * @returns Its address.
 * @throws {DeviceError} If the memory cannot grow so far.
 */
export function temporary(bytes: number): number {
  if (stage?.temporary) return stage.temporary(bytes);
  const block = runtime().heap.allocate(bytes);
  if (!block) {
    throw new DeviceError(
      `Cannot allocate ${bytes} bytes: the 4 GiB of WebAssembly memory are used up, ` +
        `work on smaller tensors`,
    );
  }
  temporaries.push(block);
  return block.address;
}

/**
 * Runs a function and gives the temporary memory back that it took.
 *
 * @typeParam T Result of the function.
 * @param body The function.
 * @returns Its result.
 */
export function withTemporaries<T>(body: () => T): T {
  const mark = temporaries.length;
  try {
    return body();
  } finally {
    const { heap } = runtime();
    while (temporaries.length > mark) heap.free(temporaries.pop()!);
  }
}

/**
 * Makes a tensor and has its elements written.
 *
 * @param out Shape and dtype.
 * @param write Writes the elements in C order from an address on.
 * @returns The tensor.
 */
export function produce(out: Aval, write: (address: number) => void): Tensor {
  if (stage) {
    const { target } = stage;
    withTemporaries(() => write(target));
    return tensorAt(out, contiguousStrides(out.shape), target);
  }
  const bytes = sizeOf(out.shape) * DTYPES[out.dtype].bytes;
  const { pool } = runtime();
  const storage = pool.reserve(bytes);
  const { offset } = pool;
  const result = new Tensor(
    out.dtype,
    out.shape,
    contiguousStrides(out.shape),
    offset,
    storage,
  );
  withTemporaries(() => {
    if (storage.address >= 0) {
      write(storage.address + offset);
    } else {
      const address = temporary(bytes);
      write(address);
      storage.buffer.set(runtime().heap.u8.subarray(address, address + bytes), offset);
    }
  });
  return result;
}

let donated: Tensor | undefined;

/**
 * Runs a function that may overwrite a tensor instead of copying it, because
 * nobody else can reach it.
 *
 * @typeParam T Result of the function.
 * @param x The tensor, in C order without gaps.
 * @param body The function; it must not read `x` after the primitive that takes it.
 * @returns Its result.
 */
export function donating<T>(x: Tensor, body: () => T): T {
  donated = x;
  try {
    return body();
  } finally {
    donated = undefined;
  }
}

/**
 * Makes a changed copy of a tensor, or changes it itself if it was donated.
 *
 * @param x The tensor.
 * @param out Shape and dtype of the result, those of `x`.
 * @param change Changes the elements from an address on.
 * @returns The changed tensor.
 */
export function produceFrom(x: Tensor, out: Aval, change: (address: number) => void): Tensor {
  const storage = x.storage as WasmStorage;
  if (storage.pending) storage.pending.force();
  // What was put off may read it, too; in a slab it would be somebody else's memory that is read.
  const isFree = storage.slab || storage.readers === 0;
  if (
    donated === x && !stage && isFree && storage.address >= 0 && isContiguous(x.shape, x.strides)
  ) {
    donated = undefined;
    withTemporaries(() => change(storage.address + x.offset));
    return new Tensor(x.dtype, x.shape, x.strides, x.offset, storage);
  }
  return produce(out, (target) => {
    const bytes = x.size * DTYPES[x.dtype].bytes;
    const source = contiguousAddress(x, x.dtype);
    copyBytes(source, target, bytes);
    change(target);
  });
}

/**
 * Bytes that a layout spans: the lowest and the highest position of an element,
 * relative to the first one.
 *
 * @param shape Lengths of the axes.
 * @param strides Strides in elements.
 * @returns Lowest and highest position in elements; the tensor must not be empty.
 */
export function span(shape: Shape, strides: readonly number[]): readonly [number, number] {
  let low = 0;
  let high = 0;
  for (let i = 0; i < shape.length; i++) {
    const reach = (shape[i]! - 1) * strides[i]!;
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high];
}

/**
 * Address of the first element of an operand; what lies in a JavaScript buffer
 * is copied to temporary memory, with its gaps.
 *
 * @param x The operand.
 * @returns An address from which the operand's strides are valid.
 */
export function addressOf(x: Tensor): number {
  const storage = x.storage as WasmStorage;
  if (storage.pending) storage.pending.force();
  if (storage.address >= 0) return storage.address + x.offset;
  if (x.size === 0) return 0;
  const { bytes } = DTYPES[x.dtype];
  const [low, high] = span(x.shape, x.strides);
  const from = x.offset + low * bytes;
  const length = (high - low + 1) * bytes;
  const address = temporary(length);
  runtime().heap.u8.set(storage.buffer.subarray(from, from + length), address);
  return address - low * bytes;
}

/**
 * Address of an operand's elements in C order without gaps, in the dtype in
 * which kernels compute.
 *
 * @param x The operand.
 * @param dtype Dtype wanted.
 * @returns The operand's own memory if it is so, else a temporary copy.
 */
export function contiguousAddress(
  x: Tensor,
  dtype: DType = DTYPES[x.dtype].compute,
): number {
  const size = x.size;
  if (size === 0) return 0;
  let address = addressOf(x);
  if (!isContiguous(x.shape, x.strides)) {
    const packed = temporary(size * DTYPES[x.dtype].bytes);
    pack(x, address, packed, 0, size);
    address = packed;
  }
  if (dtype === x.dtype) return address;
  const cast = temporary(size * DTYPES[dtype].bytes);
  castKernel(x.dtype, dtype)(address, cast, size);
  return cast;
}

/**
 * Kernel that converts elements.
 *
 * @param from Dtype to read.
 * @param to Dtype to write.
 * @returns The kernel: address in, address out, count.
 */
export function castKernel(from: DType, to: DType): Kernel {
  const name = castName(from, to);
  return name === COPY ? copyKernel(from) : kernel(name);
}

/**
 * Name of the kernel that converts elements.
 *
 * @param from Dtype to read.
 * @param to Dtype to write.
 * @returns The name; that of copying bytes where no byte changes.
 */
export function castName(from: DType, to: DType): string {
  if (DTYPES[from].kernel === DTYPES[to].kernel && to !== "bool") return COPY;
  const target = to === "bool" ? "bool" : DTYPES[to].kernel;
  return `cast_${DTYPES[from].kernel}_${target}`;
}

/** The conversion that changes no byte, as from bool to uint8. */
function copyKernel(dtype: DType): Kernel {
  const { bytes } = DTYPES[dtype];
  const copy = kernel(COPY);
  return (from, to, count) => copy(from!, to!, count! * bytes);
}

/**
 * Copies bytes within the memory.
 *
 * @param from Address to read from.
 * @param to Address to write to; the stretches may overlap.
 * @param bytes How many.
 */
export function copyBytes(from: number, to: number, bytes: number): void {
  kernel(COPY)(from, to, bytes);
}

/**
 * Clears bytes.
 *
 * @param at Address of the first one.
 * @param bytes How many.
 */
export function clearBytes(at: number, bytes: number): void {
  kernel(CLEAR)(at, bytes);
}

/**
 * Copies a part of a strided operand to contiguous memory.
 *
 * @param x Dtype, shape and strides of the operand.
 * @param address Address of its first element.
 * @param target Address to write to.
 * @param start First element, in C order.
 * @param count Number of elements.
 */
export function pack(
  x: Pick<Tensor, "dtype" | "shape" | "strides">,
  address: number,
  target: number,
  start: number,
  count: number,
): void {
  const axes = collapse(x.shape, [x.strides]);
  const at = writeAxes(0, axes.shape, axes.strides[0]!);
  kernel(`pack_${DTYPES[x.dtype].bytes}`)(
    address,
    target,
    axes.shape.length,
    at,
    at + AXES_BYTES / 2,
    start,
    count,
  );
}

/**
 * Writes contiguous elements to a strided place.
 *
 * @param x Dtype, shape and strides of the target.
 * @param address Address of its first element.
 * @param source Address to read from.
 */
export function unpack(
  x: Pick<Tensor, "dtype" | "shape" | "strides">,
  address: number,
  source: number,
): void {
  const axes = collapse(x.shape, [x.strides]);
  const at = writeAxes(0, axes.shape, axes.strides[0]!);
  kernel(`unpack_${DTYPES[x.dtype].bytes}`)(
    source,
    address,
    axes.shape.length,
    at,
    at + AXES_BYTES / 2,
    0,
    sizeOf(x.shape),
  );
}

/** Lengths and strides of several operands after merging axes. */
export interface Axes {
  /** Lengths of the merged axes; at least one. */
  readonly shape: readonly number[];
  /** Strides of each operand along them. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * Merges axes that all operands walk as if they were one, and drops those of
 * length 1.
 *
 * @param shape Common lengths.
 * @param strides Strides of each operand.
 * @returns The fewest axes for the same walk.
 */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Axes {
  const lengths: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const last = lengths.length - 1;
    const merges = last >= 0 &&
      strides.every((own, k) => steps[k]![last] === own[axis]! * length);
    if (merges) lengths[last]! *= length;
    else lengths.push(length);
    for (let k = 0; k < steps.length; k++) {
      steps[k]![merges ? last : last + 1] = strides[k]![axis]!;
    }
  }
  if (lengths.length === 0) return { shape: [1], strides: strides.map(() => [1]) };
  return { shape: lengths, strides: steps };
}

/**
 * Writes lengths and strides where kernels read them.
 *
 * @param slot Which of the areas, from 0 to 7.
 * @param shape Lengths.
 * @param strides Strides in elements.
 * @returns Address of the lengths; the strides follow 128 bytes later.
 */
export function writeAxes(slot: number, shape: Shape, strides: readonly number[]): number {
  if (stage?.axes) return stage.axes(shape, strides);
  const { heap, axes } = runtime();
  const at = axes + slot * AXES_BYTES;
  const first = at >> 2;
  for (let i = 0; i < shape.length; i++) {
    heap.u32[first + i] = shape[i]!;
    heap.u32[first + 32 + i] = strides[i]!;
  }
  return at;
}
