/**
 * Elementwise primitives on the wasm device: contiguous kernels, to which
 * operands of any other layout are fed block by block.
 *
 * @module
 */
import { type DType, DTYPES } from "../../core/dtype.ts";
import type { Lowering } from "../../core/primitive.ts";
import { contiguousStrides, isContiguous, type Shape, sizeOf } from "../../core/shape.ts";
import { type Aval, Tensor } from "../../core/tensor.ts";
import { type Kernel, kernel } from "./instance.ts";
import {
  addressOf,
  castKernel,
  collapse,
  runtime,
  SCRATCH_BYTES,
  withTemporaries,
  writeAxes,
} from "./runtime.ts";
import type { WasmStorage } from "./storage.ts";

/** A kernel for certain dtypes, and the dtypes in which it reads and writes. */
interface Plan {
  readonly kernel: Kernel;
  readonly reads: readonly DType[];
  readonly writes: DType;
}

/** Chooses kernels for inputs of certain dtypes. */
type Planner = (inputs: readonly Aval[], out: Aval) => Plan;

/**
 * Lowering of an elementwise primitive whose kernels are named
 * `<name>_<type of the first input>`.
 *
 * @typeParam P Parameters of the primitive, which the kernel does not see.
 * @param name Name of the kernels.
 * @returns The lowering.
 */
export function map<P>(name: string): Lowering<P> {
  const plans = new Map<DType, Plan>();
  return elementwise((inputs, out) => {
    const { dtype } = inputs[0]!;
    let plan = plans.get(dtype);
    if (!plan) {
      const compute = DTYPES[dtype].compute;
      plan = {
        kernel: kernel(`${name}_${DTYPES[compute].kernel}`),
        reads: inputs.map(() => compute),
        writes: DTYPES[out.dtype].compute,
      };
      plans.set(dtype, plan);
    }
    return plan;
  });
}

/**
 * Lowering of an elementwise primitive whose kernels are named
 * `<name>_<type of the result>`.
 *
 * @typeParam P Parameters of the primitive, which the kernel does not see.
 * @param name Name of the kernels.
 * @returns The lowering.
 */
export function mapPair<P>(name: string): Lowering<P> {
  return elementwise((inputs, out) => ({
    kernel: kernel(`${name}_${DTYPES[out.dtype].kernel}`),
    reads: inputs.map(({ dtype }) => dtype),
    writes: out.dtype,
  }));
}

/**
 * Lowering of a conversion.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function mapCast<P>(): Lowering<P> {
  return elementwise(([x], out) => ({
    kernel: castKernel(x!.dtype, out.dtype),
    reads: [x!.dtype],
    writes: out.dtype,
  }));
}

/**
 * Lowering of a choice between the second and third input by the first.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function mapSelect<P>(): Lowering<P> {
  return elementwise((_, out) => ({
    kernel: kernel(`select_${DTYPES[out.dtype].bytes}`),
    reads: ["bool", out.dtype, out.dtype],
    writes: out.dtype,
  }));
}

function elementwise<P>(plan: Planner): Lowering<P> {
  return (inputs, _, outs) => {
    const out = outs[0]!;
    const { kernel: run, reads, writes } = plan(inputs, out);
    const size = sizeOf(out.shape);
    const strides = commonStrides(inputs, out.shape);
    const { pool } = runtime();
    const storage = pool.reserve(size * DTYPES[out.dtype].bytes);
    const { offset } = pool;
    const result = new Tensor(
      out.dtype,
      out.shape,
      strides ?? contiguousStrides(out.shape),
      offset,
      storage,
    );
    if (size === 0) return [result];
    if (
      strides !== null && storage.address >= 0 && writes === out.dtype &&
      direct(inputs, reads)
    ) {
      const target = storage.address + offset;
      const a = inputs[0]!;
      const first = (a.storage as WasmStorage).address + a.offset;
      if (inputs.length === 1) {
        run(first, target, size);
      } else {
        const b = inputs[1]!;
        const second = (b.storage as WasmStorage).address + b.offset;
        if (inputs.length === 2) {
          run(first, second, target, size);
        } else {
          const c = inputs[2]!;
          run(first, second, (c.storage as WasmStorage).address + c.offset, target, size);
        }
      }
      return [result];
    }
    withTemporaries(() => blockwise(run, inputs, reads, writes, result, strides !== null));
    return [result];
  };
}

/** Strides that all inputs share if they lie without gaps in the same order. */
function commonStrides(inputs: readonly Tensor[], shape: Shape): readonly number[] | null {
  const { strides } = inputs[0]!;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.strides;
    if (other === strides) continue;
    for (let axis = 0; axis < shape.length; axis++) {
      if (other[axis] !== strides[axis] && shape[axis] !== 1) return null;
    }
  }
  return isContiguous(shape, strides) || isPermuted(shape, strides) ? strides : null;
}

/** Whether the elements fill a stretch without gaps, in any order of the axes. */
function isPermuted(shape: Shape, strides: readonly number[]): boolean {
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1)
    .sort((i, j) => strides[i]! - strides[j]!);
  let step = 1;
  for (const axis of axes) {
    if (strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

function direct(inputs: readonly Tensor[], reads: readonly DType[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    if ((x.storage as WasmStorage).address < 0 || x.dtype !== reads[i]) return false;
  }
  return true;
}

/** Feeds one operand to a kernel, block by block. */
type Feed = (start: number, count: number) => number;

function blockwise(
  run: Kernel,
  inputs: readonly Tensor[],
  reads: readonly DType[],
  writes: DType,
  result: Tensor,
  flat: boolean,
): void {
  const { scratch, heap } = runtime();
  const size = result.size;
  const rows = flat ? null : directRows(inputs, reads, writes, result);
  if (rows) return runRows(run, inputs, result, rows);
  let widest = Math.max(DTYPES[writes].bytes, DTYPES[result.dtype].bytes);
  for (let i = 0; i < inputs.length; i++) {
    widest = Math.max(widest, DTYPES[reads[i]!].bytes, DTYPES[inputs[i]!.dtype].bytes);
  }
  const block = Math.min(size, SCRATCH_BYTES / widest);
  const feeds = inputs.map((x, i) => feed(x, reads[i]!, i, block, flat, result.shape));
  const storage = result.storage as WasmStorage;
  const { bytes } = DTYPES[result.dtype];
  const computed = scratch + 6 * SCRATCH_BYTES;
  const narrowed = scratch + 7 * SCRATCH_BYTES;
  const narrow = writes === result.dtype ? null : castKernel(writes, result.dtype);
  for (let start = 0; start < size; start += block) {
    const count = Math.min(block, size - start);
    const own = storage.address >= 0 ? storage.address + result.offset + start * bytes : 0;
    let target = narrow || own === 0 ? computed : own;
    if (feeds.length === 1) run(feeds[0]!(start, count), target, count);
    else if (feeds.length === 2) {
      run(feeds[0]!(start, count), feeds[1]!(start, count), target, count);
    } else {
      run(
        feeds[0]!(start, count),
        feeds[1]!(start, count),
        feeds[2]!(start, count),
        target,
        count,
      );
    }
    if (narrow) {
      narrow(target, own === 0 ? narrowed : own, count);
      target = own === 0 ? narrowed : own;
    }
    if (own === 0) {
      copyOut(heap.u8, target, storage, result.offset + start * bytes, count * bytes);
    }
  }
}

/** Copies from WebAssembly memory to a JavaScript buffer; small pieces word by word. */
function copyOut(
  memory: Uint8Array,
  address: number,
  storage: WasmStorage,
  offset: number,
  bytes: number,
): void {
  if (bytes > 256) {
    storage.buffer.set(memory.subarray(address, address + bytes), offset);
    return;
  }
  const { u32 } = runtime().heap;
  const words = storage.words!;
  // Rooms are multiples of 16 bytes, so the last word may be written whole.
  for (let i = 0; i < bytes; i += 4) words[(offset + i) >> 2] = u32[(address + i) >> 2]!;
}

/** Copies from a JavaScript buffer to WebAssembly memory; small pieces word by word. */
function copyIn(storage: WasmStorage, offset: number, address: number, bytes: number): void {
  const { u8, u32 } = runtime().heap;
  if (bytes > 256 || offset % 4 !== 0) {
    u8.set(storage.buffer.subarray(offset, offset + bytes), address);
    return;
  }
  const words = storage.words!;
  for (let i = 0; i < bytes; i += 4) u32[(address + i) >> 2] = words[(offset + i) >> 2]!;
}

function feed(
  x: Tensor,
  dtype: DType,
  operand: number,
  block: number,
  flat: boolean,
  shape: Shape,
): Feed {
  const { scratch } = runtime();
  const own = scratch + 2 * operand * SCRATCH_BYTES;
  const load = loader(x, own, block, flat, shape);
  if (dtype === x.dtype) return load;
  const cast = castKernel(x.dtype, dtype);
  const target = own + SCRATCH_BYTES;
  return (start, count) => {
    cast(load(start, count), target, count);
    return target;
  };
}

/** Gives the address of contiguous elements of the operand's own dtype. */
function loader(
  x: Tensor,
  scratch: number,
  block: number,
  flat: boolean,
  shape: Shape,
): Feed {
  const { bytes } = DTYPES[x.dtype];
  const storage = x.storage as WasmStorage;
  if (flat || isContiguous(shape, x.strides)) {
    if (storage.address >= 0) {
      const address = storage.address + x.offset;
      return (start) => address + start * bytes;
    }
    return (start, count) => {
      copyIn(storage, x.offset + start * bytes, scratch, count * bytes);
      return scratch;
    };
  }
  const address = addressOf(x);
  if (isScalar(shape, x.strides)) {
    // One block serves every time.
    kernel(`fill_${bytes}`)(scratch, block, address);
    return () => scratch;
  }
  const axes = collapse(shape, [x.strides]);
  const rank = axes.shape.length;
  const move = kernel(`pack_${bytes}`);
  const at = writeAxes(scratchSlot(scratch), axes.shape, axes.strides[0]!);
  return (start, count) => {
    move(address, scratch, rank, at, at + 128, start, count);
    return scratch;
  };
}

function isScalar(shape: Shape, strides: readonly number[]): boolean {
  for (let axis = 0; axis < shape.length; axis++) {
    if (strides[axis] !== 0 && shape[axis] !== 1) return false;
  }
  return true;
}

function scratchSlot(address: number): number {
  return (address - runtime().scratch) / SCRATCH_BYTES;
}

/** Rows shorter than this are packed rather than called one by one. */
const LEAST_ROW = 512;

interface Rows {
  /** Lengths of the outer axes. */
  readonly outer: readonly number[];
  /** Length of a row. */
  readonly length: number;
  /** Strides of each operand along the outer axes, in bytes. */
  readonly strides: readonly (readonly number[])[];
  /** Whether an operand is one scalar. */
  readonly scalar: readonly boolean[];
}

/** Whether long rows of all operands can go to the kernel as they lie. */
function directRows(
  inputs: readonly Tensor[],
  reads: readonly DType[],
  writes: DType,
  result: Tensor,
): Rows | null {
  if (writes !== result.dtype || (result.storage as WasmStorage).address < 0) return null;
  if (!direct(inputs, reads)) return null;
  const axes = collapse(result.shape, inputs.map((x) => x.strides));
  const inner = axes.shape.length - 1;
  const length = axes.shape[inner]!;
  if (length < LEAST_ROW) return null;
  const scalar = axes.strides.map((steps) => steps.every((step) => step === 0));
  if (!axes.strides.every((steps, i) => scalar[i] || steps[inner] === 1)) return null;
  return {
    outer: axes.shape.slice(0, inner),
    length,
    strides: axes.strides.map((steps, i) =>
      steps.slice(0, inner).map((step) => step * DTYPES[inputs[i]!.dtype].bytes)
    ),
    scalar,
  };
}

function runRows(run: Kernel, inputs: readonly Tensor[], result: Tensor, rows: Rows): void {
  const { scratch } = runtime();
  const { outer, length, strides, scalar } = rows;
  const widths = inputs.map((x) => DTYPES[x.dtype].bytes);
  const piece = scalar.includes(true)
    ? Math.min(length, SCRATCH_BYTES / Math.max(...widths))
    : length;
  const at = inputs.map((x, i) => {
    const address = addressOf(x);
    if (!scalar[i]) return address;
    const own = scratch + i * SCRATCH_BYTES;
    kernel(`fill_${widths[i]}`)(own, piece, address);
    return own;
  });
  const width = DTYPES[result.dtype].bytes;
  let target = addressOf(result);
  const index = new Array<number>(outer.length).fill(0);
  const count = sizeOf(outer);
  for (let row = 0; row < count; row++) {
    for (let from = 0; from < length; from += piece) {
      const n = Math.min(piece, length - from);
      const a = scalar[0] ? at[0]! : at[0]! + from * widths[0]!;
      if (inputs.length === 1) {
        run(a, target, n);
      } else {
        const b = scalar[1] ? at[1]! : at[1]! + from * widths[1]!;
        if (inputs.length === 2) run(a, b, target, n);
        else run(a, b, scalar[2] ? at[2]! : at[2]! + from * widths[2]!, target, n);
      }
      target += n * width;
    }
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      for (let i = 0; i < at.length; i++) at[i]! += strides[i]![axis]!;
      if (++index[axis]! < outer[axis]!) break;
      for (let i = 0; i < at.length; i++) at[i]! -= strides[i]![axis]! * outer[axis]!;
      index[axis] = 0;
    }
  }
}
