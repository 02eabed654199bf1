/**
 * NumPy's indexing: what integers, slices, new axes, an ellipsis, index tensors
 * and masks select, how it is read and how it is written.
 *
 * @module
 */
import {
  ArgumentError,
  DTypeError,
  IndexError,
  indexError,
  shapeText,
  tooManyIndicesError,
  valueText,
} from "../core/errors.ts";
import { isTracing } from "../core/primitive.ts";
import { broadcastShapes, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { items, Tensor } from "../core/tensor.ts";
import { truePositions } from "../devices/wasm/indexing.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import type { ScatterMode } from "../devices/wasm/indexing.ts";
import { gathered, scattered } from "./indexing_primitives.ts";
import { broadcasted, permuted, reshaped } from "./movement_primitives.ts";
import { replaced, sliced, type SliceParams } from "./region_primitives.ts";

/**
 * One part of an index: an integer drops its axis, a string such as `"1:3"`,
 * `"::-1"` or `":"` slices it, `"..."` stands for all axes not named, null adds an axis
 * of length 1, a tensor of integers or booleans selects by values.
 */
export type IndexPart = number | string | null | Tensor;

/** An axis of the sliced tensor that index values select from. */
interface Pick {
  /** Number of axes of the sliced tensor that one index covers. */
  readonly axes: number;
  /** First of those axes. */
  readonly axis: number;
  /** Position in the index, to tell neighbours. */
  readonly position: number;
  /** The index values. */
  readonly values: Tensor;
}

/** What an index selects. */
export interface Selection {
  /** The regular part. */
  readonly region: SliceParams;
  /** Shape of the regular part without dropped axes and with new ones. */
  readonly shape: Shape;
  /** What index tensors select of it. */
  readonly picks: readonly Pick[];
  /** Whether the axes of index tensors stand in place of the first one. */
  readonly together: boolean;
}

/**
 * Reads an index.
 *
 * @param shape Shape of the indexed tensor.
 * @param parts The index.
 * @returns What it selects.
 * @throws {IndexError} If it has too many parts, or one is out of range or malformed.
 */
export function selection(shape: Shape, parts: readonly IndexPart[]): Selection {
  const advanced = parts.some((part) => part instanceof Tensor);
  if (!advanced && parts.length <= shape.length && !parts.includes("...")) {
    return basicSelection(shape, parts as readonly (number | string | null)[]);
  }
  const starts: number[] = [];
  const steps: number[] = [];
  const lengths: number[] = [];
  const result: number[] = [];
  const picks: Pick[] = [];
  const all = expandEllipsis(shape, parts);
  // An ellipsis separates its neighbours even where it stands for no axis.
  const gap = all.length < parts.length ? parts.indexOf("...") : Infinity;
  let axis = 0;
  const take = (start: number, step: number, length: number): void => {
    starts.push(start);
    steps.push(step);
    lengths.push(length);
    axis++;
  };
  all.forEach((part, place) => {
    const position = place < gap ? place : place + 1;
    if (part === null) {
      result.push(1);
    } else if (typeof part === "string") {
      resolve(rangeOf(part), shape[axis]!);
      result.push(resolvedLength);
      take(resolvedStart, resolvedStep, resolvedLength);
    } else if (typeof part === "number") {
      const index = checkedIndex(part, axis, shape[axis]!);
      if (advanced) {
        // Slicing leaves the only element that the integer selects.
        picks.push({ axes: 1, axis: result.length, position, values: indexTensor(0) });
        result.push(1);
      }
      take(index, 1, 1);
    } else if (part.dtype === "bool") {
      const own = shape.slice(axis, axis + part.ndim);
      const values = maskPositions(part, own, axis);
      picks.push({ axes: part.ndim, axis: result.length, position, values });
      for (const length of own) {
        result.push(length);
        take(0, 1, length);
      }
    } else {
      if (!(part instanceof Tensor)) throw partError(part);
      if (part.dtype !== "int32" && part.dtype !== "int64") {
        throw new DTypeError(
          `Cannot index by ${part.dtype}: an index tensor must be int32, int64 or bool, cast it`,
        );
      }
      picks.push({ axes: 1, axis: result.length, position, values: part });
      result.push(shape[axis]!);
      take(0, 1, shape[axis]!);
    }
  });
  const together = picks.every((pick, i) =>
    i === 0 || pick.position === picks[i - 1]!.position + 1
  );
  return { region: { starts, steps, lengths }, shape: result, picks, together };
}

/** An index of integers, ranges and new axes alone: the usual case, kept short. */
function basicSelection(shape: Shape, parts: readonly (number | string | null)[]): Selection {
  const rank = shape.length;
  const starts = new Array<number>(rank);
  const steps = new Array<number>(rank);
  const lengths = new Array<number>(rank);
  const result: number[] = [];
  let axis = 0;
  let same = true;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part === null) {
      result.push(1);
      same = false;
      continue;
    }
    const length = shape[axis]!;
    if (typeof part === "number") {
      starts[axis] = checkedIndex(part, axis, length);
      steps[axis] = 1;
      lengths[axis] = 1;
      same = false;
    } else {
      resolve(rangeOf(part), length);
      starts[axis] = resolvedStart;
      steps[axis] = resolvedStep;
      lengths[axis] = resolvedLength;
      result.push(resolvedLength);
    }
    axis++;
  }
  for (; axis < rank; axis++) {
    starts[axis] = 0;
    steps[axis] = 1;
    lengths[axis] = shape[axis]!;
    result.push(shape[axis]!);
  }
  const region = { starts, steps, lengths };
  return { region, shape: same ? lengths : result, picks: NO_PICKS, together: true };
}

const NO_PICKS: readonly Pick[] = [];

function indexTensor(value: number): Tensor {
  return wasmDevice().fromItems("int32", [], [value]);
}

function expandEllipsis(shape: Shape, parts: readonly IndexPart[]): readonly IndexPart[] {
  const covered = parts.reduce<number>((sum, part) => {
    if (part === null || part === "...") return sum;
    return sum + (part instanceof Tensor && part.dtype === "bool" ? part.ndim : 1);
  }, 0);
  if (covered > shape.length) {
    throw tooManyIndicesError(covered, shape.length);
  }
  if (parts.filter((part) => part === "...").length > 1) {
    throw new IndexError(`Cannot index by several "...": it may stand once`);
  }
  const rest = new Array<string>(shape.length - covered).fill(":");
  const at = parts.indexOf("...");
  if (at < 0) return [...parts, ...rest];
  return [...parts.slice(0, at), ...rest, ...parts.slice(at + 1)];
}

function checkedIndex(index: number, axis: number, length: number): number {
  if (!Number.isInteger(index)) {
    throw new IndexError(`Cannot take index ${valueText(index)} of axis ${axis}: use an integer`);
  }
  if (index < -length || index >= length) throw indexError(index, axis, length);
  return index < 0 ? index + length : index;
}

/** A range as written: bounds that were left out are undefined. */
interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number;
}

/** Ranges that were read before; programs use few of them. */
const ranges = new Map<string, Range>();
const MOST_RANGES = 1000;

function partError(part: unknown): IndexError {
  return new IndexError(
    `Cannot index by ${valueText(part)}: an index is an integer, a range such as "1:3", "...", ` +
      `null, or a tensor of integers or booleans`,
  );
}

function rangeOf(text: string): Range {
  if (typeof text !== "string") throw partError(text);
  const known = ranges.get(text);
  if (known) return known;
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text);
  if (!match) {
    throw new IndexError(
      `Cannot slice by ${valueText(text)}: ` +
        `an index is an integer, a range such as "1:3", "..." or null`,
    );
  }
  const [from, to, by] = [match[1], match[2], match[3]].map((part) =>
    part === undefined ? undefined : Number(part)
  );
  const step = by ?? 1;
  if (step === 0) {
    throw new IndexError(`Cannot slice by ${valueText(text)}: the step must not be 0`);
  }
  if (ranges.size >= MOST_RANGES) ranges.clear();
  const read: Range = { from, to, step };
  ranges.set(text, read);
  return read;
}

// Results of `resolve`, which runs too often to make an array for each call.
let resolvedStart = 0;
let resolvedStep = 1;
let resolvedLength = 0;

/** Start, step and length of a range on an axis, clamped as Python does. */
function resolve({ from, to, step }: Range, length: number): void {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const start = from === undefined ? (step > 0 ? low : high) : clamp(from, length, low, high);
  const stop = to === undefined ? (step > 0 ? high : low) : clamp(to, length, low, high);
  resolvedLength = Math.max(0, Math.ceil((stop - start) / step));
  resolvedStart = resolvedLength === 0 ? 0 : start;
  resolvedStep = step;
}

function clamp(index: number, length: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, index < 0 ? index + length : index));
}

function maskPositions(mask: Tensor, shape: Shape, axis: number): Tensor {
  mask.shape.forEach((length, i) => {
    if (length === shape[i]) return;
    throw new IndexError(
      `Cannot index by a mask of shape ${shapeText(mask.shape)}: ` +
        `axis ${axis + i} has length ${shape[i]}, the mask ${length}`,
    );
  });
  return flatPositions(mask);
}

/**
 * Flat positions of the true elements.
 *
 * @param mask A tensor of dtype bool.
 * @returns An int32 tensor of rank 1, in C order.
 */
export function flatPositions(mask: Tensor): Tensor {
  const positions = mask.device === "wasm"
    ? truePositions(mask)
    : Int32Array.from([...mask.data() as Uint8Array].flatMap((x, i) => (x ? [i] : [])));
  return wasmDevice().fromBytes("int32", [positions.length], new Uint8Array(positions.buffer));
}

/** The regular part with index axes first, and how to find the way back. */
interface Arranged {
  /** Index axes first, those of one mask merged, then the others. */
  readonly rows: Tensor;
  /** The index values, broadcast to one shape. */
  readonly indices: readonly Tensor[];
  /** Order of the axes that puts index axes first. */
  readonly order: readonly number[];
  /** Where the axes of the index values stand in the result. */
  readonly place: number;
}

function arrange(part: Tensor, { picks, together }: Selection): Arranged {
  const chosen = picks.flatMap(({ axis, axes }) =>
    Array.from({ length: axes }, (_, i) => axis + i)
  );
  const others = part.shape.map((_, axis) => axis).filter((axis) => !chosen.includes(axis));
  const order = [...chosen, ...others];
  const merged = picks.map(({ axis, axes }) => sizeOf(part.shape.slice(axis, axis + axes)));
  const rest = others.map((axis) => part.shape[axis]!);
  const common = picks.map(({ values }) => values.shape).reduce((a, b) =>
    broadcastShapes("index by", a, b)
  );
  if (sizeOf(common) === 0) checkUnused(part.shape, picks);
  return {
    rows: shaped(ordered(part, order), [...merged, ...rest]),
    indices: picks.map(({ values }) => broadcasted(values, common)),
    order,
    place: together ? others.filter((axis) => axis < chosen[0]!).length : 0,
  };
}

/** Index values that broadcast to nothing must be in range nevertheless. */
function checkUnused(shape: Shape, picks: readonly Pick[]): void {
  for (const { axis, axes, values } of picks) {
    const length = sizeOf(shape.slice(axis, axis + axes));
    for (const item of items(values)) {
      const index = Number(item);
      if (index < -length || index >= length) throw indexError(index, axis, length);
    }
  }
}

function inverse(order: readonly number[]): readonly number[] {
  const result = new Array<number>(order.length);
  order.forEach((axis, i) => result[axis] = i);
  return result;
}

/** Order of axes that moves the first `count` ones to a place among the others. */
function inPlace(rank: number, count: number, place: number): readonly number[] {
  const first = Array.from({ length: count }, (_, i) => i);
  const others = Array.from({ length: rank - count }, (_, i) => count + i);
  return [...others.slice(0, place), ...first, ...others.slice(place)];
}

/** The axes in another order; `x` itself where they have it. */
function ordered(x: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) ? x : permuted(x, order);
}

/** The elements in another shape; `x` itself where it has it. */
function shaped(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : reshaped(x, shape);
}

function isWhole(x: Tensor, { steps, lengths }: SliceParams): boolean {
  return sameShape(x.shape, lengths) && steps.every((step) => step === 1);
}

/** The regular part; `x` itself where it is all of it, so that derivatives see rows of `x`. */
function regularPart(x: Tensor, { region, shape }: Selection): Tensor {
  return shaped(isWhole(x, region) ? x : sliced(x, region), shape);
}

/**
 * Reads what an index selects.
 *
 * @param x Any tensor.
 * @param wanted The selection.
 * @returns A view, or a copy where index tensors select.
 */
export function selected(x: Tensor, wanted: Selection): Tensor {
  if (wanted.picks.length === 0) {
    const part = sliced(x, wanted.region);
    if (wanted.shape === wanted.region.lengths) return part;
    const result = reshaped(part, wanted.shape);
    // Its handle would keep `x` from being released; graphs may still need traced ones.
    if (result !== part && part !== x && !isTracing()) part[Symbol.dispose]();
    return result;
  }
  const { rows, indices, place } = arrange(regularPart(x, wanted), wanted);
  const result = gathered(rows, indices);
  return place === 0 ? result : permuted(result, inPlace(result.ndim, indices[0]!.ndim, place));
}

/**
 * A copy in which the selected elements are changed.
 *
 * @param x Any tensor.
 * @param wanted The selection.
 * @param value New values or operands, which broadcast into the selection.
 * @param mode How a value combines with what is there.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If the value does not broadcast into the selection.
 */
export function updated(x: Tensor, wanted: Selection, value: Tensor, mode: ScatterMode): Tensor {
  const { region, shape } = wanted;
  if (wanted.picks.length === 0) {
    if (mode !== "set") {
      throw new ArgumentError(
        `Cannot ${mode} a regular selection by scattering: combine it instead`,
      );
    }
    return replaced(x, reshaped(into(value, shape), region.lengths), region);
  }
  const part = regularPart(x, wanted);
  const { rows, indices, order, place } = arrange(part, wanted);
  const count = indices[0]!.ndim;
  const target = [...indices[0]!.shape, ...rows.shape.slice(indices.length)];
  const back = inPlace(target.length, count, place);
  const spread = into(value, back.map((axis) => target[axis]!));
  const changed = scattered(rows, ordered(spread, inverse(back)), indices, mode);
  const unmerged = shaped(changed, order.map((axis) => part.shape[axis]!));
  const restored = shaped(ordered(unmerged, inverse(order)), region.lengths);
  return isWhole(x, region) ? restored : replaced(x, restored, region);
}

/** Broadcasts a value into a shape; leading axes of length 1 may be too many. */
function into(value: Tensor, shape: Shape): Tensor {
  const extra = value.ndim - shape.length;
  const trims = extra > 0 && value.shape.slice(0, extra).every((length) => length === 1);
  return broadcasted(trims ? reshaped(value, value.shape.slice(extra)) : value, shape);
}
