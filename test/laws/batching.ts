/**
 * What must hold of the batching rule of every primitive: a batch at once is one example after the
 * other.
 *
 * @module
 */
import { bindAll, type HostArray, interpret, type Primitive } from "../../src/core/primitive.ts";
import { sameShape } from "../../src/core/shape.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { Batch } from "../../src/transforms/vmap.ts";
import { disagreement } from "../support/assert.ts";
import { layouts, tensorFrom } from "../support/layouts.ts";
import type { Random } from "../support/random.ts";
import {
  accumulates,
  attempt,
  type Case,
  cases,
  firstOf,
  type Law,
  tolerances,
  violation,
} from "./case.ts";

/** Numbers of examples: usual, where axes of length 1 mislead, and where there is nothing to do. */
const SIZES: readonly number[] = [3, 1, 0];

/** A call and what varies between its examples. */
interface Batching {
  /** A case for each example; inputs that do not vary are those of the first. */
  readonly examples: readonly Case[];
  /** Which inputs vary. */
  readonly batched: readonly boolean[];
}

/** All choices of at least one of some inputs. */
function subsets(count: number): readonly (readonly boolean[])[] {
  return Array.from(
    { length: 2 ** count - 1 },
    (_, chosen) => Array.from({ length: count }, (_, i) => ((chosen + 1) >> i & 1) === 1),
  );
}

/** Inputs of several examples along a new first axis. */
function stacked(arrays: readonly HostArray[], like: HostArray): HostArray {
  return {
    dtype: like.dtype,
    shape: [arrays.length, ...like.shape],
    items: arrays.flatMap((array) => array.items),
  };
}

/** The results for all examples at once. */
function batchedRun(
  { record, params, inputs }: Case,
  { examples, batched }: Batching,
  random: Random,
): readonly Tensor[] {
  const size = examples.length;
  return interpret((level) => new Batch(level, size), (trace) => {
    const own = inputs.map((array, i) => {
      if (!batched[i]) return tensorFrom(array);
      const all = stacked(examples.map((example) => example.inputs[i]!), array);
      return trace.one(random.pick(layouts(all)).tensor);
    });
    return bindAll(record, own, params).map((x) => {
      const whole = trace.batchOf(x);
      if (!whole) throw new TypeError("a result of varying inputs does not vary");
      return whole;
    });
  });
}

function kept(x: Tensor): HostArray {
  return { dtype: x.dtype, shape: x.shape, items: [...items(x)] };
}

/** How results of a batch differ from those of its examples. */
function wrongBatch(one: Case, batching: Batching, random: Random): string | undefined {
  const { record, params, inputs } = one;
  const { examples } = batching;
  const rule = record.rule(inputs, params);
  const results = batchedRun(one, batching, random);
  if (results.length !== rule.length) return `there are ${results.length} results`;
  const wrong = firstOf(results, (x, i) => {
    const { dtype } = rule[i]!;
    const shape = [examples.length, ...rule[i]!.shape];
    if (x.dtype === dtype && sameShape(x.shape, shape)) return undefined;
    return `it is ${x.dtype}[${x.shape.join(", ")}], expected ${dtype}[${shape.join(", ")}]`;
  });
  if (wrong !== undefined) return wrong;
  const parts = results.map((x) => [...x]);
  for (const [number, example] of examples.entries()) {
    const tensors = example.inputs.map((array) => tensorFrom(array));
    const expected = wasmDevice().run(record, tensors, params).map(kept);
    const allowed = accumulates(record) ? tolerances(example) : [];
    const what = firstOf(
      parts.map((part) => part[number]!),
      (x, i) => disagreement(x, expected[i]!, allowed[i] ?? allowed[0] ?? {}),
    );
    if (what !== undefined) return `example ${number}: ${what}`;
  }
  return undefined;
}

/** Each call is tried over every choice of inputs that vary. */
function wrongChoice(drawn: readonly Case[], random: Random): string | undefined {
  const [one] = drawn as readonly [Case];
  for (const batched of subsets(one.inputs.length)) {
    for (const size of SIZES) {
      const examples = drawn.slice(0, size).map((example) => ({
        ...one,
        inputs: one.inputs.map((array, i) => batched[i] ? example.inputs[i]! : array),
      }));
      const what = attempt(() => wrongBatch(one, { examples, batched }, random));
      if (what === undefined) continue;
      const places = batched.flatMap((is, i) => is ? [i] : []);
      return `${size} examples of inputs ${places.join(", ")}: ${what}`;
    }
  }
  return undefined;
}

/** A batch gives what its examples give one by one, whichever inputs vary between them. */
export const batchesAgree: Law = (record, random) => {
  const most = Math.max(...SIZES);
  const draws = Array.from({ length: most }, () => cases(record, random));
  return draws[0]!.flatMap((one, i) => {
    // Elementwise calls over a long axis are for kernels, which batching leaves as they are.
    if (one.inputs.length === 0 || (record.elementwise && one.inputs[0]!.items.length > 99)) {
      return [];
    }
    const what = wrongChoice(draws.map((drawn) => drawn[i]!), random);
    return what === undefined ? [] : [violation(one, what)];
  });
};

/** Every primitive that has inputs can be batched. */
export const batchable: Law = (record: Primitive) => {
  const hasInputs = record.samples.some(({ shapes }) => shapes.length > 0);
  return !hasInputs || record.batch || record.expand
    ? []
    : [`${record.name} has neither a rule for batches nor parts`];
};

/** The laws by the sentence that they stand for. */
export const BATCHING_LAWS: Readonly<Record<string, Law>> = {
  "a primitive can be batched": batchable,
  "a batch gives what its examples give one by one": batchesAgree,
};
