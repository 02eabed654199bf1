/**
 * What must hold of compiled programs, for every primitive: they give what its calls give, bit for
 * bit.
 *
 * @module
 */
import { Executable } from "../../src/compiler/executable.ts";
import { optimized } from "../../src/compiler/passes.ts";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { Graph, type KnownGraph, type Node, Value } from "../../src/core/graph.ts";
import {
  bindAll,
  bindOn,
  type HostArray,
  type Primitive,
  primitives,
} from "../../src/core/primitive.ts";
import { isContiguous, type Shape, sizeOf } from "../../src/core/shape.ts";
import { type Aval, items, Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import type { WasmStorage } from "../../src/devices/wasm/storage.ts";
import { capture } from "../../src/transforms/capture.ts";
import { disagreement } from "../support/assert.ts";
import { layouts, type Placed, tensorFrom } from "../support/layouts.ts";
import type { Random } from "../support/random.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import { randomArray, specials } from "../support/values.ts";
import {
  accumulates,
  attempt,
  type Case,
  cases,
  firstOf,
  type Law,
  law,
  violation,
} from "./case.ts";

/** What is done to a graph before it is planned. */
export type Passes = (known: KnownGraph) => KnownGraph;

/** A node of a primitive over some values. */
export function nodeOf(record: Primitive, inputs: readonly Value[], params: unknown): Node {
  const outputs = record.rule(inputs, params).map((aval) => new Value(aval));
  const device = inputs.length === 0 ? wasmDevice() : undefined;
  return { primitive: record, inputs, params, outputs, device };
}

/**
 * Captures a function of tensors.
 *
 * @param f The function.
 * @param avals What its arguments are.
 * @returns Its graph, in which tensors from outside are known.
 */
export function programOf(
  f: (...inputs: readonly Tensor[]) => readonly Tensor[],
  avals: readonly Aval[],
): KnownGraph {
  const { graph, constants } = capture("a test", f, avals);
  return { graph, known: new Map(constants.map((x, i) => [graph.inputs[i]!, x])) };
}

/** The program that makes one call. */
function single({ record, params, inputs }: Case): Graph {
  const values = inputs.map((array) => new Value(array));
  const node = nodeOf(record, values, params);
  return new Graph(values, [node], node.outputs);
}

/** A copy of a value that no pass takes away: a choice between it and itself. */
function copied(x: Value, mask: Value): Node {
  return nodeOf(primitives.get("where")!, [mask, x, x], undefined);
}

/**
 * The program that makes the call with copies of its inputs, so that these are intermediate results,
 * twice, and copies the results. Its first inputs are a mask for each copy.
 */
function amid({ record, params, inputs }: Case): Graph {
  const values = inputs.map((array) => new Value(array));
  const masks: Value[] = [];
  const copy = (x: Value): Node => {
    const mask = new Value({ dtype: "bool", shape: x.shape });
    masks.push(mask);
    return copied(x, mask);
  };
  const before = values.map(copy);
  const call = nodeOf(record, before.map(({ outputs }) => outputs[0]!), params);
  const after = call.outputs.map(copy);
  const again = nodeOf(record, values, params);
  const nodes = [...before, call, ...after, again];
  const outputs = [...after, again].flatMap(({ outputs }) => outputs);
  return new Graph([...masks, ...values], nodes, outputs);
}

/**
 * What a program results in by calls one by one, none of which is put off.
 *
 * @param graph The program.
 * @param inputs Its inputs.
 * @param options `inOrder`: whether results that are no views get C order, as within programs; otherwise
 * elementwise ones have the order that all operands share, on which sums depend by rounding.
 * @returns The results, as arrays that later calls cannot touch.
 */
export function called(
  graph: Graph,
  inputs: readonly Tensor[],
  { inOrder = false }: { readonly inOrder?: boolean } = {},
): readonly HostArray[] {
  const known = new Map(graph.inputs.map((value, i) => [value, inputs[i]!]));
  for (const { primitive, inputs: own, params, outputs, device } of graph.nodes) {
    const results = device
      ? [bindOn(primitive, params, device)]
      : bindAll(primitive, own.map((value) => known.get(value)!), params);
    outputs.forEach((value, i) => {
      const x = results[i]!;
      (x.storage as WasmStorage).pending?.force();
      known.set(value, inOrder && !primitive.view ? packed(x) : x);
    });
  }
  return graph.outputs.map((value) => {
    const x = known.get(value)!;
    return { dtype: x.dtype, shape: x.shape, items: [...items(x)] };
  });
}

function packed(x: Tensor): Tensor {
  if (isContiguous(x.shape, x.strides)) return x;
  return wasmDevice().fromBytes(x.dtype, x.shape, x.storage.device.toBytes(x));
}

/** How results differ from those of the calls one by one. */
function unlike(
  results: readonly Tensor[],
  expected: readonly HostArray[],
): string | undefined {
  if (results.length !== expected.length) return `there are ${results.length} results`;
  return firstOf(results, (x, i) => disagreement(x, expected[i]!));
}

/** Runs a program in both ways, each twice, on the same inputs. */
export function wrongRun(
  executable: Executable,
  inputs: readonly Tensor[],
  expected: readonly HostArray[],
): string | undefined {
  for (const way of ["step by step", "as generated code"]) {
    if (way !== "step by step") executable.earn(inputs);
    for (const time of ["", ", the second time"]) {
      const what = unlike(executable.run(inputs), expected);
      if (what !== undefined) return `${way}${time}: ${what}`;
    }
  }
  return undefined;
}

/** More layouts of one program than are planned at a time. */
const LAYOUTS = 5;
const FEW_LAYOUTS = 2;

/** How a program is tried. */
interface Trial {
  readonly passes: Passes;
  readonly random: Random;
  /** So many inputs stay in C order. */
  readonly plain?: number;
  /** How many layouts are tried. */
  readonly rounds: number;
}

/** One program with inputs of several layouts. */
function wrongLayouts(
  graph: Graph,
  arrays: readonly HostArray[],
  { passes, random, plain = 0, rounds }: Trial,
): string | undefined {
  const executable = new Executable(passes({ graph, known: new Map() }));
  const all = arrays.map(layouts);
  for (let round = 0; round < rounds; round++) {
    const views: readonly Placed[] = all.map((options, i) =>
      round === 0 || i < plain ? options[0]! : random.pick(options)
    );
    const inputs = views.map(({ tensor }) => tensor);
    const expected = called(graph, inputs);
    const what = wrongRun(executable, inputs, expected);
    if (what === undefined) continue;
    return `with inputs ${views.map(({ layout }) => layout).join(" and ")}, ${what}`;
  }
  return undefined;
}

/** A call as a program gives the same bits in all layouts. */
export function callsAgree(passes: Passes = optimized): Law {
  return law((one, random) =>
    wrongLayouts(single(one), one.inputs, { passes, random, rounds: LAYOUTS })
  );
}

/** The same where inputs are intermediate results, and results are used further. */
export function amidAgrees(passes: Passes = optimized): Law {
  return law((one, random) => {
    const graph = amid(one);
    const masks = graph.inputs.slice(0, graph.inputs.length - one.inputs.length);
    const arrays = masks.map(({ dtype, shape }) => randomArray(random, dtype, shape));
    // An eager result that has no C order, because no operand has one, is added up in its own order.
    const plain = accumulates(one.record) ? masks.length : 0;
    const all = [...arrays, ...one.inputs];
    return wrongLayouts(graph, all, { passes, random, plain, rounds: FEW_LAYOUTS });
  });
}

const KINDS: readonly (readonly [inputs: StorageKind, outputs: StorageKind])[] = [
  ["buffer", "wasm"],
  ["wasm", "buffer"],
  ["buffer", "buffer"],
];

/** Tensors in JavaScript buffers and in WebAssembly memory give the same bits. */
export const buffersAgree: Law = law((one, random) => {
  const graph = single(one);
  const executable = new Executable(optimized({ graph, known: new Map() }));
  const names = one.inputs.map((array) => random.below(layouts(array).length));
  const make = (): readonly Placed[] => one.inputs.map((array, i) => layouts(array)[names[i]!]!);
  const plain = storedIn("wasm", make);
  const expected = called(graph, plain.map(({ tensor }) => tensor));
  for (const [from, to] of KINDS) {
    const views = storedIn(from, make);
    const inputs = views.map(({ tensor }) => tensor);
    const what = storedIn(to, () => wrongRun(executable, inputs, expected));
    if (what === undefined) continue;
    const own = views.map(({ layout }) => layout).join(" and ");
    return `with ${own} inputs in a ${from}, the result in a ${to}, ${what}`;
  }
  return undefined;
});

/** An input that is known: one element for all. */
function uniform(aval: Aval, array: HostArray): Tensor {
  const x = tensorFrom({ ...array, shape: [], items: array.items.slice(0, 1) });
  return new Tensor(aval.dtype, aval.shape, aval.shape.map(() => 0), x.offset, x.storage);
}

/** What is left out because an input is one constant changes no bit. */
export const constantsAgree: Law = (record, random) =>
  cases(record, random).flatMap((one) => {
    const { inputs, dtype } = one;
    if (!record.simplify || inputs[0]!.items.length === 0 || dtype === "string") return [];
    const graph = single(one);
    for (const [i, aval] of graph.inputs.entries()) {
      for (const value of specials(aval.dtype)) {
        const what = attempt(() => {
          const constant = uniform(aval, { ...inputs[i]!, items: [value] });
          const known = new Map([[aval, constant]]);
          const executable = new Executable(optimized({ graph, known }));
          const own = inputs.map((array) => tensorFrom(array)).toSpliced(i, 1);
          const expected = called(graph, own.toSpliced(i, 0, constant));
          return wrongRun(executable, own, expected);
        });
        if (what === undefined) continue;
        return [violation(one, `with input ${i} known to be ${value}: ${what}`)];
      }
    }
    return [];
  });

/** Lengths up to several vectors a turn, and over several blocks. */
const LENGTHS: readonly number[] = [...Array.from({ length: 70 }, (_, i) => i + 1), 1030, 5000];

/** Elementwise calls over any length. */
export const lengthsAgree: Law = (record, random) => {
  if (!record.elementwise) return [];
  return record.dtypes.flatMap((dtype) => {
    if (dtype === "string") return [];
    const one = longCase(record, dtype, random);
    const what = attempt(() => wrongLengths(one));
    return what === undefined ? [] : [violation(one, what)];
  });
};

function longCase(record: Primitive, dtype: DType, random: Random): Case {
  const { shapes, params, dtypes, bounds } = record.samples[0]!;
  const inputs = shapes.map((_, i) =>
    randomArray(random, dtypes?.[i] ?? dtype, [263], "any", bounds?.[i])
  );
  return { record, dtype, params, inputs };
}

/** One program of a call for each length, on parts of the same arrays. */
function wrongLengths({ record, params, inputs }: Case): string | undefined {
  const longest = Math.max(...LENGTHS);
  const wholes = inputs.map(({ dtype, shape: [length], items }) => {
    const all = Array.from({ length: longest }, (_, i) => items[i % length!]!);
    return tensorFrom({ dtype, shape: [longest], items: all });
  });
  const own = LENGTHS.flatMap((length, i) =>
    wholes.map((x) => {
      // Some begin anywhere, and some are one element for all.
      const first = length < 70 ? i % 5 : 0;
      const offset = x.offset + first * DTYPES[x.dtype].bytes;
      return new Tensor(x.dtype, [length], [1], offset, x.storage);
    })
  );
  const values = own.map((x) => new Value(x));
  const nodes = LENGTHS.map((_, i) =>
    nodeOf(record, values.slice(i * inputs.length, (i + 1) * inputs.length), params)
  );
  const graph = new Graph(values, nodes, nodes.flatMap(({ outputs }) => outputs));
  const executable = new Executable(optimized({ graph, known: new Map() }));
  return wrongRun(executable, own, called(graph, own));
}

/** Lengths of rows: around vectors, leaves of sums and blocks, where the halving is uneven. */
const ROWS: readonly number[] = [
  ...[2, 3, 4, 5, 15, 16, 17, 31, 33, 511, 512, 513, 1023, 1024, 1025, 1026, 1027, 1030, 1536],
  ...[1537, 2047, 2048, 2049, 2050, 2051, 2053, 3071, 3073, 4097, 5130, 10007],
];

/** Reductions of what is computed in the same loop, of one row and of several. */
export const foldsAgree: Law = (record, random) => {
  if (record.fold === undefined) return [];
  return record.dtypes.flatMap((dtype) => {
    const found: string[] = [];
    for (const length of ROWS) {
      const one = foldCase(record, dtype, length < 600 ? 4000 : 10007, random);
      const what = attempt(() => wrongFold(one, length));
      if (what !== undefined) found.push(violation(one, `rows of ${length}: ${what}`));
    }
    return found;
  });
};

function foldCase(record: Primitive, dtype: DType, size: number, random: Random): Case {
  // Where the order matters, NaN and infinities would hide it.
  const profile = accumulates(record) && random.chance(0.8) ? "moderate" : "any";
  const pattern = randomArray(random, dtype, [997], profile);
  const shift = random.below(997);
  const all = Array.from({ length: size }, (_, i) => pattern.items[(i + shift) % 997]!);
  return { record, dtype, params: undefined, inputs: [{ dtype, shape: [size], items: all }] };
}

function wrongFold({ record, inputs: [array] }: Case, row: number): string | undefined {
  const whole = tensorFrom(array!);
  const shapes: readonly Shape[] = [[row], [Math.min(7, Math.floor(whole.size / row)), row]];
  const parts = shapes.map((shape) =>
    new Tensor(
      whole.dtype,
      shape,
      shape.map((_, axis) => axis === shape.length - 1 ? 1 : row),
      whole.offset,
      whole.storage,
    )
  );
  const masks = shapes.map((shape) =>
    tensorFrom({
      dtype: "bool",
      shape,
      items: Array.from({ length: sizeOf(shape) }, (_, i) => i % 3 === 0),
    })
  );
  const own = [...masks, ...parts];
  const values = own.map((x) => new Value(x));
  const copies = shapes.map((_, i) => copied(values[2 + i]!, values[i]!));
  const folds = copies.map(({ outputs: [x] }) =>
    nodeOf(record, [x!], { axes: [x!.shape.length - 1] })
  );
  const graph = new Graph(values, [...copies, ...folds], [
    ...folds.flatMap(({ outputs }) => outputs),
    // One of the loops keeps what it reduces.
    copies[1]!.outputs[0]!,
  ]);
  const executable = new Executable(optimized({ graph, known: new Map() }));
  return wrongRun(executable, own, called(graph, own));
}

/** All laws of compiled programs by the sentence that they stand for. */
export const COMPILED_LAWS: Readonly<Record<string, Law>> = {
  "a compiled call gives the same bits": callsAgree(),
  "a compiled call amid others gives the same bits": amidAgrees(),
  "a compiled call gives the same bits wherever tensors are stored": buffersAgree,
  "what is left out beside a constant changes no bit": constantsAgree,
  "compiled elementwise calls do not depend on length": lengthsAgree,
  "reductions within a loop give the same bits": foldsAgree,
};
