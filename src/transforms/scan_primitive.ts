/**
 * Loops over the first axis of tensors, as a primitive over a captured graph.
 *
 * @module
 */
import { runGraph, runLoop } from "../compiler/graph_runner.ts";
import { DTYPES, type Item } from "../core/dtype.ts";
import { evaluate, type Graph, type Value } from "../core/graph.ts";
import {
  bindAll,
  definePrimitive,
  type Device,
  type HostArray,
  type Primitive,
  type Sample,
  Unknown,
} from "../core/primitive.ts";
import { sizeOf } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { Stack } from "../devices/wasm/stack.ts";
import { add, multiply, subtract } from "../ops/arithmetic.ts";
import { permuted, repeated, reshaped } from "../ops/movement_primitives.ts";
import { joined } from "../ops/region_primitives.ts";
import { capture, isLinear } from "./capture.ts";
import { evaluateReference } from "./graph_reference.ts";
import { checkInputs, chosen, type Flags, placed, present, zerosFor } from "./graph_transforms.ts";
import {
  adjointLoop,
  batchedLoop,
  linearizedLoop,
  type Loop,
  merged,
  movingLoop,
  presentOf,
  type ScanParams,
  type Three,
  three,
} from "./scan_loops.ts";
import { Turns } from "./turns.ts";

function loop({ params, constants }: Loop, inputs: readonly Tensor[]): readonly Tensor[] {
  return bindAll(SCAN, [...constants, ...inputs], params);
}

/** Results, and tangents from a linear loop. */
function linearized(
  params: ScanParams,
  primals: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): ReturnType<NonNullable<Primitive["dual"]>> {
  const plan = linearizedLoop(params, tangents.map((tangent) => tangent !== null));
  const { ahead, known, constants, residuals, moves } = plan;
  const [own, carry, xs] = three(primals, params);
  const values = new Map<Value, Tensor>();
  const set = (keys: readonly Value[], tensors: readonly Tensor[]): void =>
    keys.forEach((value, i) => values.set(value, tensors[i]!));
  const early = [...constants, ...own];
  const handed = evaluate(ahead, early);
  const all = bindAll(SCAN, [...handed, ...early, ...carry, ...xs], known);
  const results = all.slice(0, moves.length);
  if (!moves.includes(true)) return [results, moves.map(() => null)];
  set(ahead.inputs, early);
  set(ahead.outputs, handed);
  set(known.body.inputs.slice(known.constants + known.carry), xs);
  set(plan.stacked, all.slice(moves.length));
  const get = (value: Value): Tensor => values.get(value)!;
  const places: Three<Tensor> = [residuals.fixed.map(get), [], residuals.varying.map(get)];
  const moved = three(filledBy(plan.moving, tangents, primals), params);
  const inputs = merged(places, presentOf(moved)).flat();
  return [results, placed(bindAll(SCAN, inputs, plan.linear), moves, null)];
}

/** Tangents of the moving inputs: those that move only after a turn start with zeros. */
function filledBy(
  moving: Flags,
  tangents: readonly (Tensor | null)[],
  primals: readonly Tensor[],
): readonly (Tensor | null)[] {
  return moving.map((flag, i) => flag ? tangents[i] ?? zerosFor(primals[i]!) : null);
}

/** Results and tangents from one loop. */
function pushed(
  params: ScanParams,
  primals: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): ReturnType<NonNullable<Primitive["dual"]>> {
  const plan = movingLoop(params, tangents.map((tangent) => tangent !== null));
  const moved = three(filledBy(plan.moving, tangents, primals), params);
  const all = loop(plan, merged(three(primals, params), presentOf(moved)).flat());
  const { carry } = params;
  const carries = plan.moves.slice(0, carry);
  const first = carry + carries.filter((flag) => flag).length;
  const second = first + plan.moves.length - carry;
  return [
    [...all.slice(0, carry), ...all.slice(first, second)],
    placed([...all.slice(carry, first), ...all.slice(second)], plan.moves, null),
  ];
}

function transposed(
  params: ScanParams,
  cotangents: readonly (Tensor | null)[],
  inputs: readonly (Tensor | Unknown)[],
): readonly (Tensor | null)[] {
  const { body, constants, carry } = params;
  const unknown = inputs.map((x) => x instanceof Unknown);
  const plan = adjointLoop(params, unknown, cotangents.map((cotangent) => cotangent !== null));
  const isKnown = (x: Tensor | Unknown): x is Tensor => x instanceof Tensor;
  const [own, , xs] = three(inputs, params);
  const sums = chosen(body.inputs.slice(0, constants), plan.flags);
  const found = loop(plan, [
    ...own.filter(isKnown),
    ...cotangents.slice(0, carry).map((cotangent, i) => cotangent ?? zerosFor(body.outputs[i]!)),
    ...sums.map(zerosFor),
    ...xs.filter(isKnown),
    ...present(cotangents.slice(carry)),
  ]);
  const rest = found.slice(carry + sums.length);
  return [
    ...placed(found.slice(carry), plan.flags.slice(0, constants), null),
    ...found.slice(0, carry),
    ...placed(rest, plan.flags.slice(constants + carry), null),
  ];
}

/**
 * The part of a tensor at an index of its first axis.
 *
 * @param x A tensor that is not traced.
 * @param index The index.
 * @returns A view.
 */
export function partAt({ dtype, shape, strides, offset, storage }: Tensor, index: number): Tensor {
  const step = strides[0]! * DTYPES[dtype].bytes;
  return new Tensor(dtype, shape.slice(1), strides.slice(1), offset + index * step, storage);
}

/**
 * Tensors side by side along a new first axis.
 *
 * @param parts The tensors.
 * @param like Dtype and shape of one of them.
 * @param device Where the result lies, if there are none.
 * @returns A copy.
 */
export function stackedParts(parts: readonly Tensor[], like: Aval, device: Device): Tensor {
  if (parts.length === 0) return device.fromItems(like.dtype, [0, ...like.shape], []);
  return joined(parts.map((x) => reshaped(x, [1, ...x.shape])), 0);
}

/** Where the parts of a result go: into its memory at once, or into a list. */
interface Sink {
  readonly set: (index: number, part: Tensor) => void;
  readonly whole: () => Tensor;
}

function sinkOf(part: Aval, length: number, device: Device, turns: Turns): Sink {
  if (device.name === "wasm" && part.dtype !== "string") {
    const stack = new Stack({ dtype: part.dtype, shape: [length, ...part.shape] });
    return { set: (index, x) => stack.set(index, x), whole: () => stack.tensor };
  }
  const parts = new Array<Tensor>(length);
  return {
    set: (index, x) => {
      parts[index] = x;
      turns.keep([x]);
    },
    whole: () => stackedParts(parts, part, device),
  };
}

function run(inputs: readonly Tensor[], params: ScanParams): readonly Tensor[] {
  const { body, carry, length, reverse } = params;
  const whole = runLoop(SCAN, inputs, params, length);
  if (whole) return whole;
  const [constants, first, xs] = three(inputs, params);
  const device = inputs[0]?.storage.device as Device | undefined ?? wasmDevice();
  const turns = new Turns(inputs);
  const sinks = body.outputs.slice(carry).map((part) => sinkOf(part, length, device, turns));
  let state = first;
  for (let turn = 0; turn < length; turn++) {
    const at = reverse ? length - 1 - turn : turn;
    const own = [...constants, ...state, ...xs.map((x) => partAt(x, at))];
    const results = turns.take(() => runGraph(body, own));
    sinks.forEach((sink, i) => sink.set(at, results[carry + i]!));
    const next = results.slice(0, carry);
    turns.drop([...state, ...results], next);
    state = next;
  }
  return [...state, ...sinks.map((sink) => sink.whole())];
}

/** The same by definition. */
function runReference(
  inputs: readonly HostArray[],
  params: ScanParams,
): readonly (readonly Item[])[] {
  const { body, carry, length, reverse } = params;
  const [constants, first, xs] = three(inputs, params);
  const parts = body.outputs.slice(carry).map(() => new Array<readonly Item[]>(length));
  let state = first;
  for (let turn = 0; turn < length; turn++) {
    const at = reverse ? length - 1 - turn : turn;
    const rows = xs.map(({ dtype, shape, items }): HostArray => {
      const row = shape.slice(1);
      return { dtype, shape: row, items: items.slice(at * sizeOf(row), (at + 1) * sizeOf(row)) };
    });
    const results = evaluateReference(body, [...constants, ...state, ...rows]);
    state = results.slice(0, carry);
    parts.forEach((own, i) => own[at] = results[carry + i]!.items);
  }
  return [...state.map(({ items }) => items), ...parts.map((own) => own.flat())];
}

/** The first two axes in the other order: a batch is in front, a loop takes its turns from there. */
function crossed(x: Tensor): Tensor {
  return permuted(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}

function batched(
  inputs: readonly Tensor[],
  given: Flags,
  params: ScanParams,
  size: number,
): readonly Tensor[] {
  const { constants, carry } = params;
  const plan = batchedLoop(params, given, size);
  const own = inputs.map((x, i) => {
    if (!plan.batched[i] || i < constants) return x;
    if (i >= constants + carry) return crossed(x);
    return given[i] ? x : repeated(x, size);
  });
  return loop(plan, own).map((x, i) => {
    if (!plan.results[i]) return repeated(x, size);
    return i < carry ? x : crossed(x);
  });
}

/** Runs a graph once for each part of tensors, and carries values from turn to turn. */
export const SCAN: Primitive<ScanParams> = definePrimitive<ScanParams>({
  name: "scan",
  rule: (inputs, params) => {
    const { body, carry, length } = params;
    const [constants, first, xs] = three<Aval>(inputs, params);
    const parts = xs.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
    checkInputs("scan", body.inputs, [...constants, ...first, ...parts]);
    return body.outputs.map(({ dtype, shape }, i) => ({
      dtype,
      shape: i < carry ? shape : [length, ...shape],
    }));
  },
  reference: runReference,
  lower: {},
  control: (params) => ({ kind: "scan", ...params }),
  expand: run,
  dual: (tangents, primals, params) =>
    (tangents.some(isLinear) ? linearized : pushed)(params, primals, tangents),
  transpose: (cotangents, inputs, params) => transposed(params, cotangents, inputs),
  batch: batched,
  dtypes: ["float64"],
  get samples() {
    return samples();
  },
});

type Vector = Tensor<"float64", [2]>;

/** Recurrences of vectors, captured when they are asked for: importing captures nothing. */
function samples(): readonly Sample<ScanParams>[] {
  const vector: Aval = { dtype: "float64", shape: [2] };
  const bodyOf = (f: (w: Vector, c: Vector, x: Vector) => readonly Tensor[]): Graph =>
    capture("scan", (w, c, x) => f(w as Vector, c as Vector, x as Vector), [vector, vector, vector])
      .graph;
  const turns = { constants: 1, carry: 1, length: 3, reverse: false };
  const products = bodyOf((w, c, x) => [add(multiply(w, c), x), multiply(c, x)]);
  const linear = bodyOf((w, c, x) => [add(multiply(w, c), x), subtract(c, x), multiply(w, x)]);
  return [
    { shapes: [[2], [2], [3, 2]], params: { ...turns, body: products } },
    { shapes: [[2], [2], [4, 2]], params: { ...turns, body: linear, length: 4, reverse: true } },
  ];
}
