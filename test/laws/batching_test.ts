import { type BatchRule, bindAll, type Primitive, primitives } from "../../src/core/primitive.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { broadcasted, repeated, reshaped } from "../../src/ops/movement_primitives.ts";
import { partAlong, reversed } from "../../src/ops/region_primitives.ts";
import { assert } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { batchable, batchesAgree, BATCHING_LAWS } from "./batching.ts";
import { assertRejected, records, testLaws } from "./table.ts";

testLaws(BATCHING_LAWS);

/** A record with another batching rule; the table itself stays as it is. */
function wrong(
  name: string,
  batch: (right: BatchRule<unknown>, record: Primitive) => BatchRule<unknown>,
): Primitive {
  const record = primitives.get(name)!;
  return { ...record, batch: batch(record.batch!, record) };
}

/** The examples of the first input only, whichever vary. */
function firstOnly(x: Tensor): Tensor {
  return broadcasted(partAlong(x, 0, 0, Math.min(1, x.shape[0]!)), x.shape);
}

Deno.test("planted: a primitive that cannot be batched", () => {
  const { batch: _, ...bare } = primitives.get("sort")!;
  assertRejected(batchable, bare);
  assertRejected(batchesAgree, bare, { mayThrow: true });
});

Deno.test("planted: examples in reverse order, for every primitive with a rule", () => {
  const missed: string[] = [];
  for (const record of records) {
    if (!record.batch || record.samples.every(({ shapes }) => shapes.length === 0)) continue;
    const backwards: BatchRule<unknown> = (...call) =>
      record.batch!(...call).map((x) => reversed(x, 0));
    const found = batchesAgree({ ...record, batch: backwards }, new Random("planted"));
    if (found.length === 0) missed.push(record.name);
  }
  assert.deepEqual(missed, []);
});

Deno.test("planted: results without the new axis, or with more examples than there are", () => {
  const result = (change: (x: Tensor, size: number) => Tensor): Primitive =>
    wrong(
      "negative",
      (right) => (inputs, batched, params, size) =>
        right(inputs, batched, params, size).map((x) => change(x, size)),
    );
  assertRejected(batchesAgree, result((x, size) => size === 1 ? reshaped(x, x.shape.slice(1)) : x));
  assertRejected(batchesAgree, result((x, size) => size === 0 ? repeated(x, 2) : x));
  assertRejected(
    batchesAgree,
    wrong("negative", (right) => (...call) => [
      ...right(...call),
      ...right(...call),
    ]),
  );
});

Deno.test("planted: an input whose examples are taken for one", () => {
  for (const name of ["add", "where", "concat", "gather", "scatter", "matmul", "replace"]) {
    const last = primitives.get(name)!.samples[0]!.shapes.length - 1;
    assertRejected(
      batchesAgree,
      wrong(
        name,
        (right) => (inputs, batched, ...rest) =>
          right(
            inputs.map((x, i) => i === last && batched[i] ? firstOnly(x) : x),
            batched,
            ...rest,
          ),
      ),
    );
  }
});

Deno.test("planted: an input without examples that is cut into some", () => {
  const record = wrong("add", (_, own) => (inputs, batched, params, size) => {
    const { shape } = inputs[batched.indexOf(true)]!;
    const cut = (x: Tensor): Tensor => x.shape[0] === size ? reshaped(x, [size, 1]) : x;
    return bindAll(own, inputs.map((x, i) => broadcasted(batched[i] ? x : cut(x), shape)), params);
  });
  assertRejected(batchesAgree, {
    ...record,
    samples: [{ shapes: [[3], [3]], params: undefined }],
  });
});

Deno.test("planted: axes that are not counted past the new one", () => {
  for (const name of ["reduceSum", "reduceMax", "argmin", "cumsum", "concat", "permute"]) {
    assertRejected(
      batchesAgree,
      wrong(
        name,
        (_, own) => (inputs, batched, params, size) =>
          bindAll(own, inputs.map((x, i) => batched[i] ? x : repeated(x, size)), params),
      ),
    );
  }
});

Deno.test("planted: a sort of the whole batch, a search in the first vector alone", () => {
  assertRejected(
    batchesAgree,
    wrong("sort", (_, own) => ([x]) => {
      const { shape } = x!;
      if (shape.length !== 2) return bindAll(own, [x!], undefined);
      const flat = bindAll(own, [reshaped(x!, [x!.size])], undefined)[0]!;
      return [reshaped(flat, shape)];
    }),
  );
  assertRejected(
    batchesAgree,
    wrong(
      "searchsorted",
      (right) => ([sorted, values], batched, params, size) =>
        right([batched[0] ? firstOnly(sorted!) : sorted!, values!], batched, params, size),
    ),
  );
});

Deno.test("planted: a product whose folded rows come out as columns", () => {
  assertRejected(
    batchesAgree,
    wrong("matmul", (right, own) => ([a, b], batched, params, size) => {
      if (batched[1] || b!.ndim !== 2) return right([a!, b!], batched, params, size);
      const [m, k] = a!.shape.slice(1) as [number, number];
      const rows = bindAll(own, [reshaped(a!, [m * size, k]), b!], params)[0]!;
      const [n] = b!.shape.slice(1) as [number];
      return [reshaped(reversed(reshaped(rows, [size, m, n]), 1), [size, m, n])];
    }),
  );
});

Deno.test("planted: a batch that computes otherwise than its examples, within rounding", () => {
  assertRejected(
    batchesAgree,
    wrong("exp", (right) => (inputs, batched, params, size) => {
      const exact = right(inputs, batched, params, size)[0]!;
      const reciprocal = primitives.get("reciprocal")!;
      return bindAll(reciprocal, bindAll(reciprocal, [exact], undefined), undefined);
    }),
  );
});
