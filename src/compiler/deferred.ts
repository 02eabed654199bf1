/**
 * Putting elementwise calls off: chains of them on large tensors run as one pass when a value is needed.
 *
 * Shapes and dtypes are checked at the call, the arithmetic waits. A value is computed at most twice:
 * within what it was needed for first, and once more if it is used again. Nobody can observe any of
 * it: tensors never change, and values do not depend on how they are computed.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import { contiguousStrides, isContiguous, sameShape, sizeOf } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { runtime } from "../devices/wasm/runtime.ts";
import { WasmStorage } from "../devices/wasm/storage.ts";
import { Deferred, type Extent, limits, pendingOf, together } from "./chain.ts";
import { foldedRow } from "./fusion.ts";

/** So many calls wait for each other at most: until then they keep their operands. */
const MOST_CALLS = 24;
/** Together they keep operands of at most so many times the bytes of the result. */
const MOST_KEPT = 8;

/** The call that an operand waits for, if the operand is all of its result as it will lie. */
function waitingFor(x: Tensor): Deferred | undefined {
  const waiting = pendingOf(x);
  const whole = waiting && sameShape(waiting.aval.shape, x.shape) &&
    isContiguous(x.shape, x.strides);
  return whole ? waiting : undefined;
}

/** Whether an operand is in C order, or repeats an element, row or column: then results are in C order. */
function isPlain({ shape, strides }: Tensor): boolean {
  if (isContiguous(shape, strides)) return true;
  let repeats = false;
  let last = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    last = strides[axis]!;
    if (last === 0) repeats = true;
  }
  return repeats && (last === 0 || last === 1);
}

/** Whether a call may wait for an operand: what lies in the memory of a program does not stay there. */
function mayKeep(x: Tensor): boolean {
  return x.storage instanceof WasmStorage && isPlain(x);
}

/**
 * Puts an elementwise call off if its result is large.
 *
 * @typeParam P Parameters of the primitive.
 * @param primitive The primitive.
 * @param inputs Its operands.
 * @param params Its parameters.
 * @param outputs Dtype and shape of its result.
 * @returns The result, or undefined where the call had better run at once.
 */
export function deferred<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
): readonly Tensor[] | undefined {
  const aval = outputs[0]!;
  const { dtype, shape } = aval;
  const bytes = sizeOf(shape) * DTYPES[dtype].bytes;
  if (bytes < limits.leastBytes) return undefined;
  if (!inputs.every(mayKeep)) return undefined;
  for (const x of inputs) if (!waitingFor(x)) pendingOf(x)?.force();
  const extent = boundedExtent(inputs, bytes);
  const call = { primitive: primitive as unknown as Primitive, params, inputs, aval };
  const { storage } = new Deferred(call, extent);
  return [new Tensor(dtype, shape, contiguousStrides(shape), 0, storage)];
}

/**
 * What waits for a call with these operands and a result of so many bytes; they are computed if that
 * would be too much.
 */
function boundedExtent(inputs: readonly Tensor[], result: number): Extent {
  const isBounded = ({ calls, bytes }: Extent): boolean =>
    calls <= MOST_CALLS && bytes <= MOST_KEPT * result;
  const quick = quickExtent(inputs);
  if (isBounded(quick)) return quick;
  const exact = exactExtent(inputs);
  if (isBounded(exact)) return exact;
  for (const x of inputs) pendingOf(x)?.force();
  return quickExtent(inputs);
}

/** What waits for a call, where what several operands need is counted several times. */
function quickExtent(inputs: readonly Tensor[]): Extent {
  let [calls, bytes] = [1, 0];
  for (const x of inputs) {
    const waiting = pendingOf(x);
    if (waiting) {
      calls += waiting.calls;
      bytes += waiting.bytes;
    } else {
      bytes += bytesOf(x);
    }
  }
  return { calls, bytes };
}

/** The same with everything counted once. */
function exactExtent(inputs: readonly Tensor[]): Extent {
  const calls = new Set<Deferred>();
  const operands = new Map<unknown, number>();
  const visit = (x: Tensor): void => {
    const waiting = pendingOf(x);
    if (!waiting) {
      operands.set(x.storage, Math.max(bytesOf(x), operands.get(x.storage) ?? 0));
    } else if (!calls.has(waiting)) {
      calls.add(waiting);
      waiting.inputs.forEach(visit);
    }
  };
  inputs.forEach(visit);
  return { calls: 1 + calls.size, bytes: operands.values().reduce((sum, own) => sum + own, 0) };
}

/** Bytes of an operand; those of repeated elements, rows and columns do not count. */
function bytesOf({ dtype, shape, strides }: Tensor): number {
  return isContiguous(shape, strides) ? sizeOf(shape) * DTYPES[dtype].bytes : 0;
}

/**
 * Computes a reduction together with the chain that its operand waits for.
 *
 * @typeParam P Parameters of the primitive.
 * @param primitive The primitive.
 * @param inputs Its operand.
 * @param params Its parameters.
 * @param outputs Dtype and shape of its result.
 * @returns The result, or undefined where the operand had better be computed first.
 */
export function reducedTogether<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
): readonly Tensor[] | undefined {
  if (!waitingFor(inputs[0]!)?.isCheap) return undefined;
  const call = { primitive: primitive as unknown as Primitive, params, inputs, aval: outputs[0]! };
  if (foldedRow({ ...call, outputs }) === undefined) return undefined;
  const { pool } = runtime();
  const result = pool.unrecorded(() => together(call));
  if (!result) return undefined;
  pool.enter(result.storage as WasmStorage);
  return [result];
}
