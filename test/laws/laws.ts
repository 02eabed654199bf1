/**
 * What must hold of every primitive. A law takes the record, so that it can be
 * tried on wrong ones, too.
 *
 * @module
 */
import { DTYPES } from "../../src/core/dtype.ts";
import type { HostArray, Primitive } from "../../src/core/primitive.ts";
import { isContiguous, sameShape, sizeOf } from "../../src/core/shape.ts";
import { items, positions, Tensor } from "../../src/core/tensor.ts";
import { referenceDevice } from "../../src/devices/reference.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { SCRATCH_BYTES } from "../../src/devices/wasm/runtime.ts";
import { disagreement } from "../support/assert.ts";
import { layouts, placed, tensorFrom } from "../support/layouts.ts";
import type { Random } from "../support/random.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import { randomArray } from "../support/values.ts";
import {
  accumulates,
  type Case,
  definition,
  firstOf,
  type Law,
  law,
  tolerances,
  violation,
} from "./case.ts";

function run({ record, params }: Case, inputs: readonly Tensor[]): readonly Tensor[] {
  return wasmDevice().run(record, inputs, params);
}

function plainRun(one: Case): readonly Tensor[] {
  return run(one, one.inputs.map((array) => tensorFrom(array)));
}

/** A result as an array that later calls cannot touch. */
function kept(x: Tensor): HostArray {
  return { dtype: x.dtype, shape: x.shape, items: [...items(x)] };
}

/** Shapes and dtypes are known before anything is computed, and are those of the results. */
export const shapeRule: Law = law((one) => {
  const { record, inputs, params } = one;
  const rule = record.rule(inputs.map(({ dtype, shape }) => ({ dtype, shape })), params);
  const reference = inputs.map((array) => tensorFrom(array, referenceDevice));
  for (const results of [plainRun(one), referenceDevice.run(record, reference, params)]) {
    if (results.length !== rule.length) {
      return `the rule announces ${rule.length} results, there are ${results.length}`;
    }
    const wrong = firstOf(results, (x, i) => {
      const { dtype, shape } = rule[i]!;
      if (x.dtype !== dtype) return `the rule announces ${dtype}, the result is ${x.dtype}`;
      if (!sameShape(x.shape, shape)) {
        return `the rule announces shape [${shape.join(", ")}], the result has [${
          x.shape.join(", ")
        }]`;
      }
      const count = [...items(x)].length;
      return count === sizeOf(shape) ? undefined : `the result has ${count} elements`;
    });
    if (wrong !== undefined) return wrong;
  }
  return undefined;
});

/** The wasm device computes what the definition says. */
export const devices: Law = law((one) => {
  const expected = definition(one);
  const allowed = tolerances(one);
  return firstOf(
    plainRun(one),
    (x, i) => disagreement(x, expected[i]!, allowed[i] ?? allowed[0]!),
  );
});

/** Results do not depend on the layout of the inputs; sums may differ by rounding. */
export const layoutsAgree: Law = law((one, random) => {
  const expected = plainRun(one).map(kept);
  const allowed = tolerances(one);
  const all = one.inputs.map(layouts);
  const compare = (choice: readonly number[]): string | undefined => {
    const views = all.map((options, i) => options[choice[i]! % options.length]!);
    const wrong = firstOf(
      run(one, views.map(({ tensor }) => tensor)),
      (x, i) =>
        disagreement(x, expected[i]!, accumulates(one.record) ? allowed[i] ?? allowed[0] : {}),
    );
    return wrong && `with inputs ${views.map(({ layout }) => layout).join(" and ")}: ${wrong}`;
  };
  const most = Math.max(0, ...all.map((options) => options.length));
  for (let i = 0; i < most; i++) {
    const wrong = compare(all.map((options) => Math.min(i, options.length - 1)));
    if (wrong !== undefined) return wrong;
  }
  for (let mixed = 0; mixed < 3 && all.length > 1; mixed++) {
    const wrong = compare(all.map((options) => random.below(options.length)));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
});

/** No call changes its inputs, nor anything beside them; the same call gives the same bits. */
export const inputsUnchanged: Law = law((one) => {
  const views = one.inputs.flatMap((array) =>
    array.items.length === 0 ? [] : [placed(array, "stepped"), placed(array, "contiguous")]
  );
  const perInput = views.length / Math.max(1, one.inputs.length);
  if (perInput !== 2) return undefined;
  const before = views.map(({ base }) => kept(base));
  for (let which = 0; which < 2; which++) {
    const inputs = one.inputs.map((_, i) => views[2 * i + which]!.tensor);
    const first = run(one, inputs).map(kept);
    const wrong = firstOf(run(one, inputs), (x, i) => disagreement(x, first[i]!));
    if (wrong !== undefined) return `the same call again gives another result: ${wrong}`;
  }
  for (const [i, { base, layout }] of views.entries()) {
    const changed = disagreement(base, before[i]!);
    if (changed !== undefined) return `a ${layout} input was changed: ${changed}`;
  }
  return undefined;
});

const KINDS: readonly (readonly [inputs: StorageKind, outputs: StorageKind])[] = [
  ["buffer", "wasm"],
  ["wasm", "buffer"],
  ["buffer", "buffer"],
];

/** Tensors in JavaScript buffers and in WebAssembly memory give the same bits. */
export const storagesAgree: Law = law((one, random) => {
  const expected = storedIn("wasm", () => plainRun(one).map(kept));
  const allowed = tolerances(one);
  for (const [from, to] of KINDS) {
    for (const strided of [false, true]) {
      const all = storedIn(from, () => one.inputs.map((array) => layouts(array)));
      const inputs = all.map((options) => strided ? random.pick(options) : options[0]!);
      const wrong = storedIn(
        to,
        () =>
          firstOf(run(one, inputs.map(({ tensor }) => tensor)), (x, i) =>
            disagreement(
              x,
              expected[i]!,
              strided && accumulates(one.record) ? allowed[i] ?? allowed[0] : {},
            )),
      );
      if (wrong === undefined) continue;
      const names = inputs.map(({ layout }) => layout).join(" and ");
      return `with ${names} inputs in a ${from}, the result in a ${to}: ${wrong}`;
    }
  }
  return undefined;
});

/** Lengths around those of vectors, and one over the block size of any dtype. */
const PREFIXES: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 257];

/**
 * An element of an elementwise result depends on its operands alone, not on length, position,
 * layout or how the work is cut into blocks.
 */
export const local: Law = (record, random) => {
  if (!record.elementwise) return [];
  return record.dtypes.flatMap((dtype) => {
    if (dtype === "string") return [];
    const one = longCase(record, dtype, random);
    const what = localAt(one);
    return what === undefined ? [] : [violation(one, what)];
  });
};

function longCase(record: Primitive, dtype: Case["dtype"], random: Random): Case {
  const { shapes, params, dtypes, bounds } = record.samples[0]!;
  // A pattern repeated over more than a block, so that no reference is needed.
  const inputs = shapes.map((_, i) =>
    randomArray(random, dtypes?.[i] ?? dtype, [263], "any", bounds?.[i])
  );
  return { record, dtype, params, inputs };
}

function localAt(one: Case): string | undefined {
  const { length } = one.inputs[0]!.items;
  const whole = plainRun(one)[0]!;
  const expected = kept(whole);
  const part = (from: number, to: number): HostArray => ({
    dtype: expected.dtype,
    shape: [to - from],
    items: expected.items.slice(from, to),
  });
  const tensors = one.inputs.map((array) => tensorFrom(array));
  const cut = (x: Tensor, from: number, to: number): Tensor =>
    new Tensor(x.dtype, [to - from], [1], x.offset + from * DTYPES[x.dtype].bytes, x.storage);
  for (const count of PREFIXES) {
    for (const from of [0, count % 6, length - count]) {
      const [result] = run(one, tensors.map((x) => cut(x, from, from + count)));
      const wrong = disagreement(result!, part(from, from + count));
      if (wrong !== undefined) return `elements ${from} to ${from + count} alone: ${wrong}`;
    }
  }
  return blocksAgree(one, expected);
}

/** Repeats the pattern over several blocks, dense and with gaps. */
function blocksAgree(one: Case, expected: HostArray): string | undefined {
  const { length } = one.inputs[0]!.items;
  const rows = Math.ceil((SCRATCH_BYTES + 4096) / length);
  const spread = (x: Tensor, strides: readonly number[]): Tensor =>
    new Tensor(x.dtype, [rows, length], strides, x.offset, x.storage);
  const tensors = one.inputs.map((array) => tensorFrom(array));
  const broadcast = run(one, tensors.map((x) => spread(x, [0, 1])))[0]!;
  const dense = tensors.map((x) => {
    const bytes = x.storage.device.toBytes(spread(x, [0, 1]));
    return wasmDevice().fromBytes(x.dtype, [rows, length], bytes);
  });
  const shape = [rows, length];
  const results: readonly (readonly [string, Tensor])[] = [
    ["repeated by broadcasting", broadcast],
    ["repeated", run(one, dense)[0]!],
    ["repeated, from behind", backwards(run(one, dense.map(backwards))[0]!)],
  ];
  const width = DTYPES[expected.dtype].bytes;
  const row = tensorFrom(expected);
  const right = new Tensor(row.dtype, shape, [0, 1], row.offset, row.storage);
  for (const [name, x] of results) {
    const wrong = disagreement(x, right);
    if (wrong !== undefined) return `${name} over ${sizeOf(shape) * width} bytes: ${wrong}`;
  }
  return undefined;
}

function backwards(x: Tensor): Tensor {
  const last = sizeOf(x.shape) - 1;
  const at = positionAt(x, last) * DTYPES[x.dtype].bytes;
  return new Tensor(x.dtype, x.shape, x.strides.map((step) => -step), x.offset + at, x.storage);
}

function positionAt(x: Tensor, flat: number): number {
  let position = 0;
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    position += (flat % x.shape[axis]!) * x.strides[axis]!;
    flat = Math.floor(flat / x.shape[axis]!);
  }
  return position;
}

/** Views share the storage of their operand; all other results have memory of their own. */
export const sharing: Law = law((one) => {
  const inputs = one.inputs.map((array) => placed(array, "sliced").tensor);
  const { view } = one.record;
  const results = run(one, inputs);
  if (view && view(inputs[0]!, one.params) !== null) {
    if (results[0]!.storage === inputs[0]!.storage) return undefined;
    return "the layout is a view, but the result has a storage of its own";
  }
  return firstOf(results, (x) => {
    const touched = new Set(bytesTouched(x));
    for (const [i, input] of inputs.entries()) {
      if (x.storage !== input.storage) continue;
      if (bytesTouched(input).some((at) => touched.has(at))) {
        return `it shares memory of input ${i}`;
      }
    }
    return isContiguous(x.shape, x.strides) || x.size === new Set(positions(x)).size
      ? undefined
      : "several of its elements share memory";
  });
});

/** Positions of the elements in bytes. */
function bytesTouched(x: Tensor): readonly number[] {
  const { bytes } = DTYPES[x.dtype];
  return [...positions(x)].map((position) => x.offset + position * bytes);
}

/** A view of a view is where the definition puts it, whatever the operand's layout. */
export const viewsCompose: Law = law((one) => {
  const { view } = one.record;
  if (!view) return undefined;
  const expected = definition(one)[0]!;
  for (const { layout, tensor } of layouts(one.inputs[0]!)) {
    const made = view(tensor, one.params);
    if (made === null) {
      if (!isContiguous(tensor.shape, tensor.strides)) continue;
      return "there is no view of an operand in C order";
    }
    const x = new Tensor(tensor.dtype, made.shape, made.strides, made.offset, tensor.storage);
    const wrong = disagreement(x, expected);
    if (wrong !== undefined) return `as a view of a ${layout} operand: ${wrong}`;
  }
  return undefined;
});

/** The table itself is complete: every primitive can be tried. */
export const described: Law = (record) => {
  const missing: string[] = [];
  if (record.samples.length === 0) missing.push("has no samples");
  if (record.dtypes.length === 0) missing.push("has no dtypes");
  if (record.ulps !== undefined && !(record.ulps > 0)) missing.push("allows 0 ulps or less");
  for (const { shapes, dtypes, bounds } of record.samples) {
    const fits = [dtypes, bounds].every((list) => !list || list.length <= shapes.length);
    if (!fits) missing.push("has a sample with more dtypes or bounds than shapes");
    if (record.elementwise && shapes.some((shape) => !sameShape(shape, shapes[0]!))) {
      missing.push("is elementwise but has a sample of several shapes");
    }
  }
  return missing.map((what) => `${record.name} ${what}`);
};

/** All laws by the sentence that they stand for. */
export const LAWS: Readonly<Record<string, Law>> = {
  "a primitive is described completely": described,
  "shapes and dtypes are those of the rule": shapeRule,
  "the wasm device computes what the definition says": devices,
  "results do not depend on the layout of inputs": layoutsAgree,
  "inputs stay unchanged and the same call gives the same result": inputsUnchanged,
  "results do not depend on where tensors are stored": storagesAgree,
  "elements do not depend on length and position": local,
  "views share storage and other results do not": sharing,
  "views of views are where the definition puts them": viewsCompose,
};
