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
  castName,
  collapse,
  runtime,
  SCRATCH_BYTES,
  withTemporaries,
  writeAxes,
} from "./runtime.ts";
import type { WasmStorage } from "./storage.ts";

/** A kernel for certain dtypes, and the dtypes in which it reads and writes. */
export interface MapPlan {
  /** Name of the kernel. */
  readonly name: string;
  /** Dtype of each operand as the kernel reads it. */
  readonly reads: readonly DType[];
  /** Dtype of the result as the kernel writes it. */
  readonly writes: DType;
}

/** The same with the kernel itself. */
interface Plan extends MapPlan {
  readonly kernel: Kernel;
}

/** Chooses kernels for inputs of certain dtypes. */
type Planner = (inputs: readonly Aval[], out: Aval) => Plan;

/**
 * Lowering of an elementwise primitive: one kernel over contiguous elements.
 *
 * @typeParam P Parameters of the primitive.
 */
export interface MapLowering<P> extends Lowering<P> {
  /** Which kernel it calls for inputs of certain dtypes. */
  readonly plan: (inputs: readonly Aval[], out: Aval) => MapPlan;
}

/**
 * Whether a lowering calls one kernel over contiguous elements.
 *
 * @typeParam P Parameters of the primitive.
 * @param lowering The lowering.
 * @returns Whether it has a plan.
 */
export function isMap<P>(lowering: Lowering<P> | undefined): lowering is MapLowering<P> {
  return lowering !== undefined && "plan" in lowering;
}

/**
 * Lowering of an elementwise primitive whose kernels are named
 * `<name>_<type of the first input>`.
 *
 * @typeParam P Parameters of the primitive, which the kernel does not see.
 * @param name Name of the kernels.
 * @returns The lowering.
 */
export function map<P>(name: string): MapLowering<P> {
  const plans = new Map<DType, Plan>();
  return elementwise((inputs, out) => {
    const { dtype } = inputs[0]!;
    let plan = plans.get(dtype);
    if (!plan) {
      const compute = DTYPES[dtype].compute;
      const own = `${name}_${DTYPES[compute].kernel}`;
      plan = {
        name: own,
        kernel: kernel(own),
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
export function mapPair<P>(name: string): MapLowering<P> {
  return elementwise((inputs, out) => {
    const own = `${name}_${DTYPES[out.dtype].kernel}`;
    const reads = inputs.map(({ dtype }) => dtype);
    return { name: own, kernel: kernel(own), reads, writes: out.dtype };
  });
}

/**
 * Lowering of a conversion.
 *
 * @typeParam P Parameters of the primitive.
 * @returns The lowering.
 */
export function mapCast<P>(): MapLowering<P> {
  return elementwise(([x], out) => ({
    name: castName(x!.dtype, out.dtype),
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
export function mapSelect<P>(): MapLowering<P> {
  return elementwise((_, out) => {
    const own = `select_${DTYPES[out.dtype].bytes}`;
    const reads: readonly DType[] = ["bool", out.dtype, out.dtype];
    return { name: own, kernel: kernel(own), reads, writes: out.dtype };
  });
}

function elementwise<P>(plan: Planner): MapLowering<P> {
  return Object.assign(lowered<P>(plan), { plan });
}

function lowered<P>(plan: Planner): Lowering<P> {
  return (inputs, _, outs) => {
    const out = outs[0]!;
    const { kernel: run, reads, writes } = plan(inputs, out);
    const size = sizeOf(out.shape);
    const strides = commonStrides(inputs, out.shape);
    const { bytes } = DTYPES[out.dtype];
    const { pool } = runtime();
    const storage = pool.reserve(size * bytes);
    const { offset } = pool;
    const result = new Tensor(
      out.dtype,
      out.shape,
      strides ?? contiguousStrides(out.shape),
      offset,
      storage,
    );
    if (size === 0) return [result];
    if (strides !== null && writes === out.dtype && sameDTypes(inputs, reads)) {
      if (storage.address >= 0 && direct(inputs)) {
        runFlat(run, inputs, storage.address + offset, bytes, size);
        return [result];
      }
      forceAll(inputs);
      if (size * widestOf(inputs, bytes) <= SCRATCH_BYTES) {
        // All of it fits into scratch memory, wherever it lies.
        const own = storage.address >= 0;
        const target = own ? storage.address + offset : runtime().scratch + 6 * SCRATCH_BYTES;
        runFlat(run, inputs, target, bytes, size);
        if (!own) copyOut(target, storage, offset, size * bytes);
        return [result];
      }
    }
    forceAll(inputs);
    withTemporaries(() => blockwise(run, inputs, reads, writes, result, strides !== null));
    return [result];
  };
}

/** Calls the kernel on operands as they lie; a scalar is spread out for one piece at a time. */
function runFlat(
  run: Kernel,
  inputs: readonly Tensor[],
  target: number,
  width: number,
  size: number,
): void {
  const count = inputs.length;
  let scalars = 0;
  for (let i = 0; i < count; i++) if (isScalar(inputs[i]!)) scalars |= 1 << i;
  let piece = size;
  if (scalars !== 0) piece = Math.min(size, SCRATCH_BYTES / widestOf(inputs, 1));
  let a = flatAddress(inputs, 0, scalars, piece);
  let b = count > 1 ? flatAddress(inputs, 1, scalars, piece) : 0;
  let c = count > 2 ? flatAddress(inputs, 2, scalars, piece) : 0;
  if (piece === size) return runOn(run, count, a, b, c, target, size);
  const stepA = flatStep(inputs, 0, scalars, piece);
  const stepB = flatStep(inputs, 1, scalars, piece);
  const stepC = flatStep(inputs, 2, scalars, piece);
  for (let from = 0; from < size; from += piece) {
    const n = Math.min(piece, size - from);
    runOn(run, count, a, b, c, target, n);
    a += stepA;
    b += stepB;
    c += stepC;
    target += n * width;
  }
}

function runOn(
  run: Kernel,
  operands: number,
  a: number,
  b: number,
  c: number,
  target: number,
  count: number,
): void {
  if (operands === 1) run(a, target, count);
  else if (operands === 2) run(a, b, target, count);
  else run(a, b, c, target, count);
}

function flatAddress(
  inputs: readonly Tensor[],
  operand: number,
  scalars: number,
  piece: number,
): number {
  const x = inputs[operand]!;
  const { bytes } = DTYPES[x.dtype];
  const storage = x.storage as WasmStorage;
  const scalar = (scalars & (1 << operand)) !== 0;
  const own = runtime().scratch + operand * SCRATCH_BYTES;
  let address = storage.address + x.offset;
  if (storage.address < 0) {
    // A scalar waits beyond the place where it is spread out.
    address = scalar ? runtime().scratch + 7 * SCRATCH_BYTES : own;
    copyIn(storage, x.offset, address, scalar ? bytes : piece * bytes);
  }
  if (!scalar) return address;
  fillKernel(bytes)(own, piece, address);
  return own;
}

function flatStep(
  inputs: readonly Tensor[],
  operand: number,
  scalars: number,
  piece: number,
): number {
  if (operand >= inputs.length || (scalars & (1 << operand)) !== 0) return 0;
  return piece * DTYPES[inputs[operand]!.dtype].bytes;
}

const fills: (Kernel | undefined)[] = [];

/** The kernel that spreads an element of some bytes. */
function fillKernel(bytes: number): Kernel {
  return fills[bytes] ??= kernel(`fill_${bytes}`);
}

/** Whether one element stands for several. */
function isScalar({ shape, strides }: Tensor): boolean {
  let many = false;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    if (strides[axis] !== 0) return false;
    many = true;
  }
  return many;
}

/** Strides that all inputs but scalars share if they lie without gaps in the same order. */
function commonStrides(inputs: readonly Tensor[], shape: Shape): readonly number[] | null {
  let strides: readonly number[] | null = null;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    const own = x.strides;
    if (own === strides || isScalar(x)) continue;
    if (strides === null) {
      strides = own;
      continue;
    }
    for (let axis = 0; axis < shape.length; axis++) {
      if (own[axis] !== strides[axis] && shape[axis] !== 1) return null;
    }
  }
  if (strides === null) return contiguousStrides(shape);
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

/** Computes operands that were put off, before anything is in scratch memory. */
function forceAll(inputs: readonly Tensor[]): void {
  for (let i = 0; i < inputs.length; i++) {
    const { pending } = inputs[i]!.storage as WasmStorage;
    if (pending) pending.force();
  }
}

/** Whether all operands lie in WebAssembly memory. */
function direct(inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    if ((inputs[i]!.storage as WasmStorage).address < 0) return false;
  }
  return true;
}

/** Whether the kernel reads all operands in their own dtype. */
function sameDTypes(inputs: readonly Tensor[], reads: readonly DType[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i]!.dtype !== reads[i]) return false;
  }
  return true;
}

/** Bytes of the widest element. */
function widestOf(inputs: readonly Tensor[], least: number): number {
  let widest = least;
  for (let i = 0; i < inputs.length; i++) {
    widest = Math.max(widest, DTYPES[inputs[i]!.dtype].bytes);
  }
  return widest;
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
  const { scratch } = runtime();
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
      copyOut(target, storage, result.offset + start * bytes, count * bytes);
    }
  }
}

/** Copies from WebAssembly memory to a JavaScript buffer; small pieces word by word. */
function copyOut(
  address: number,
  storage: WasmStorage,
  offset: number,
  bytes: number,
): void {
  if (bytes > 256) {
    storage.buffer.set(runtime().heap.u8.subarray(address, address + bytes), offset);
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
  if (!isScalar(x) && (flat || isContiguous(shape, x.strides))) {
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
  if (isScalar(x)) {
    // One block serves every time.
    fillKernel(bytes)(scratch, block, address);
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

function scratchSlot(address: number): number {
  return (address - runtime().scratch) / SCRATCH_BYTES;
}

/** Rows shorter than this are packed rather than called one by one. */
const LEAST_ROW = 512;

/** How operands are walked row by row. */
interface Rows {
  /** Lengths of the outer axes. */
  readonly outer: readonly number[];
  /** Length of a row. */
  readonly length: number;
  /** Strides of each operand along the outer axes, in bytes. */
  readonly strides: readonly (readonly number[])[];
  /** Whether an operand has one element a row, which is spread out. */
  readonly spread: readonly boolean[];
}

/** Whether long rows of all operands can go to the kernel as they lie. */
function directRows(
  inputs: readonly Tensor[],
  reads: readonly DType[],
  writes: DType,
  result: Tensor,
): Rows | null {
  if (writes !== result.dtype || (result.storage as WasmStorage).address < 0) return null;
  if (!direct(inputs) || !sameDTypes(inputs, reads)) return null;
  const axes = collapse(result.shape, inputs.map((x) => x.strides));
  const inner = axes.shape.length - 1;
  const length = axes.shape[inner]!;
  if (length < LEAST_ROW) return null;
  if (!axes.strides.every((steps) => steps[inner] === 0 || steps[inner] === 1)) return null;
  return {
    outer: axes.shape.slice(0, inner),
    length,
    strides: axes.strides.map((steps, i) =>
      steps.slice(0, inner).map((step) => step * DTYPES[inputs[i]!.dtype].bytes)
    ),
    spread: axes.strides.map((steps) => steps[inner] === 0),
  };
}

function runRows(run: Kernel, inputs: readonly Tensor[], result: Tensor, rows: Rows): void {
  const { scratch } = runtime();
  const { outer, length, strides, spread } = rows;
  const operands = inputs.length;
  const widths = inputs.map((x) => DTYPES[x.dtype].bytes);
  const piece = spread.includes(true)
    ? Math.min(length, SCRATCH_BYTES / Math.max(...widths))
    : length;
  if (operands === 2 && outer.length === 1 && piece === length) {
    return runPairs(run, inputs, result, rows);
  }
  const at = inputs.map(addressOf);
  const filled = inputs.map(() => -1);
  const from = inputs.map(() => 0);
  const width = DTYPES[result.dtype].bytes;
  let target = addressOf(result);
  const index = new Array<number>(outer.length).fill(0);
  const count = sizeOf(outer);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < operands; i++) {
      from[i] = at[i]!;
      if (!spread[i]) continue;
      const own = scratch + i * SCRATCH_BYTES;
      if (filled[i] !== at[i]) fillKernel(widths[i]!)(own, piece, filled[i] = at[i]!);
      from[i] = own;
    }
    for (let start = 0; start < length; start += piece) {
      const n = Math.min(piece, length - start);
      if (operands === 1) run(from[0]!, target, n);
      else if (operands === 2) run(from[0]!, from[1]!, target, n);
      else run(from[0]!, from[1]!, from[2]!, target, n);
      for (let i = 0; i < operands; i++) if (!spread[i]) from[i]! += n * widths[i]!;
      target += n * width;
    }
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      for (let i = 0; i < operands; i++) at[i]! += strides[i]![axis]!;
      if (++index[axis]! < outer[axis]!) break;
      for (let i = 0; i < operands; i++) at[i]! -= strides[i]![axis]! * outer[axis]!;
      index[axis] = 0;
    }
  }
}

/** So many copies of a row's one element serve the whole row, a piece after the other. */
const SPREAD = 336;

/** The usual rows: a matrix with a row or a column. */
function runPairs(run: Kernel, inputs: readonly Tensor[], result: Tensor, rows: Rows): void {
  const { scratch } = runtime();
  const { length, strides, spread } = rows;
  const count = rows.outer[0]!;
  const { bytes } = DTYPES[inputs[0]!.dtype];
  const resultBytes = DTYPES[result.dtype].bytes;
  const fill = fillKernel(bytes);
  let [a, b, target] = [addressOf(inputs[0]!), addressOf(inputs[1]!), addressOf(result)];
  const stepA = strides[0]![0]!;
  const stepB = strides[1]![0]!;
  const [spreadA, spreadB] = spread;
  const ownB = scratch + SCRATCH_BYTES;
  const piece = spreadA || spreadB ? Math.min(length, SPREAD) : length;
  for (let row = 0; row < count; row++) {
    if (spreadA) fill(scratch, piece, a);
    if (spreadB) fill(ownB, piece, b);
    for (let from = 0; from < length; from += piece) {
      const n = Math.min(piece, length - from);
      const at = from * bytes;
      run(spreadA ? scratch : a + at, spreadB ? ownB : b + at, target + from * resultBytes, n);
    }
    a += stepA;
    b += stepB;
    target += length * resultBytes;
  }
}
