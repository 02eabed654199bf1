/**
 * Types compute what the run time computes: random arguments go to both. A program
 * of equations between types is generated and given to the compiler.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { normalizeAxes, reducedShape, type Shape } from "../../../src/core/shape.ts";
import { broadcastShapes } from "../../../src/core/shape.ts";
import { zeros } from "../../../src/ops/creation.ts";
import { broadcastTo, expandDims, reshape, squeeze, transpose } from "../../../src/ops/movement.ts";
import { type IndexPart, selection } from "../../../src/ops/selection.ts";

const types = new URL("../../../src/core/types/", import.meta.url).href;
const config = new URL("../../../deno.json", import.meta.url).pathname;

async function compile(program: string): Promise<{ success: boolean; messages: string }> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, program);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", config, path],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return { success, messages: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

const HEADER = `
import type { Reduce } from "${types}axes.ts";
import type { Broadcast } from "${types}broadcast.ts";
import type { Check } from "${types}mistake.ts";
import type { BroadcastTo, ExpandDims, Permute, Squeeze } from "${types}movement.ts";
import type { Reshape } from "${types}reshape.ts";
import type { Slice } from "${types}slice.ts";
import { same } from "${new URL("expect.ts", import.meta.url).href}";
type Of<Verb extends string, R> = R extends string ? Check<Verb, R>
  : R extends { sentence: infer Sentence } ? { mistake: Sentence } : R;
type Says<T> = T extends { mistake: infer Sentence } ? Sentence : T;
`;

/** The shape that a call gives, or the sentence that it throws, as the text of a type. */
function outcome(call: () => Shape): string {
  try {
    return JSON.stringify(call());
  } catch (error) {
    return JSON.stringify((error as Error).message);
  }
}

function readonly(values: readonly unknown[]): string {
  return `readonly ${JSON.stringify(values)}`;
}

const length = fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, fc.nat(2000));
const shape = (maxLength = 8): fc.Arbitrary<number[]> => fc.array(length, { maxLength });
const axis = fc.integer({ min: -5, max: 4 });
const axes = fc.array(axis, { maxLength: 4 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | ""> =>
  fc.oneof(fc.constant("" as const), arbitrary);
const bound = maybe(
  fc.oneof(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -2500, max: 2500 })),
);
const range = fc.tuple(bound, bound, maybe(fc.integer({ min: -7, max: 7 })), fc.boolean())
  .map(([start, stop, step, short]) => short ? `${start}:${stop}` : `${start}:${stop}:${step}`);
const index = fc.oneof(
  { weight: 3, arbitrary: range },
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom("...", ":", null),
);

/** Pairs of shapes of which the second often broadcasts with the first. */
const pair = shape().chain((a) =>
  fc.tuple(
    fc.constant(a),
    fc.tuple(...a.map((n) => fc.constantFrom(n, n, n, 1, 3))).chain((b) =>
      fc.nat(b.length).map((skip) => b.slice(skip))
    ),
  )
);

/** Each law draws a line that holds if the types agree with the run time. */
const LAWS: readonly fc.Arbitrary<string>[] = [
  pair.map(([a, b]) =>
    line("add", `Broadcast<${readonly(a)}, ${readonly(b)}>`, () => broadcastShapes("add", a, b))
  ),
  fc.tuple(shape(5), axes, fc.boolean()).map(([s, a, keep]) =>
    line(
      "sum over",
      `Reduce<${readonly(s)}, ${readonly(a)}, ${keep}>`,
      () => reducedShape(s, normalizeAxes("sum over", a, s.length), keep),
    )
  ),
  shape(5).chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray(s.map((_, i) => i))))
    .map(([s, order]) =>
      line(
        "transpose",
        `Permute<${readonly(s)}, ${readonly(order)}>`,
        () => transpose(zeros(s as Shape), order as readonly number[]).shape,
      )
    ),
  fc.tuple(shape(4), axes).map(([s, places]) =>
    line(
      "insert",
      `ExpandDims<${readonly(s)}, ${readonly(places)}>`,
      () => expandDims(zeros(s as Shape), places as readonly number[]).shape,
    )
  ),
  fc.tuple(fc.array(fc.constantFrom(1, 1, 2), { maxLength: 5 }), fc.option(axes)).map(([s, a]) =>
    line(
      "squeeze",
      `Squeeze<${readonly(s)}, ${a === null ? "undefined" : readonly(a)}>`,
      () => squeeze(zeros(s as Shape), a === null ? {} : { axis: a as readonly number[] }).shape,
    )
  ),
  pair.map(([to, s]) =>
    line(
      "broadcast",
      `BroadcastTo<${readonly(s)}, ${readonly(to)}>`,
      () => broadcastTo(zeros(s as Shape), to as Shape).shape,
    )
  ),
  fc.tuple(
    fc.array(fc.constantFrom<number>(1, 2, 3, 4, 6, 100), { maxLength: 4 }),
    fc.array(fc.constantFrom<number>(1, 2, 3, 4, 6, -1), { maxLength: 3 }),
    fc.option(fc.nat(3)),
  ).map(([s, to, whole]) => {
    const shape = whole === null
      ? to
      : [-1, ...to.filter((n) => s.includes(n)), ...to.slice(whole)];
    return line(
      "reshape",
      `Reshape<${readonly(s)}, ${readonly(shape)}>`,
      () => reshape(zeros(s as Shape), shape as Shape).shape,
    );
  }),
  fc.tuple(shape(4), fc.array(index, { maxLength: 5 })).map(([s, parts]) =>
    line(
      "slice",
      `Slice<${readonly(s)}, ${readonly(parts)}>`,
      () => selection(s, parts as readonly IndexPart[]).shape,
    )
  ),
];

function line(verb: string, type: string, call: () => Shape): string {
  return `same<Says<Of<"${verb}", ${type}>>, ${outcome(call)}>();`;
}

Deno.test("types compute the shapes and the sentences of the run time", async () => {
  const lines = LAWS.flatMap((law, i) => fc.sample(law, { numRuns: 60, seed: 2 + i }));
  const program = [...HEADER.split("\n"), ...new Set(lines)];
  const { success, messages } = await compile(program.join("\n"));
  const wrong = new Set(Array.from(messages.matchAll(/\.ts:(\d+):1$/gm), ([, n]) => Number(n) - 1));
  assert.ok(success, [...wrong].map((n) => program[n]).join("\n") || messages);
});

Deno.test("the compiler's message shows the sentence at the argument", async () => {
  const { messages } = await compile(`
    import type * as functions from "${new URL("signatures.ts", import.meta.url).href}";
    declare const nd: typeof functions;
    const x = nd.zeros([2, 3]);
    nd.add(x, nd.zeros([4]));
    nd.sum(x, { axis: 2 });
    nd.add(x, nd.zeros([3], { dtype: "int32" }));
    nd.slice(x, 0, 5);
    nd.einsum("ij,jk->ik", x, x);
  `);
  for (
    const sentence of [
      "Cannot add tensors of shape [2, 3] and [4]: axis -1 has lengths 3 and 4",
      "Cannot sum over axis 2 of a tensor of rank 2: axis must be from -2 to 1",
      "Cannot add float32 and int32: cast one of them first",
      "Cannot take index 5 of axis 1 with length 3: an index must be from -3 to 2",
      'Cannot einsum \\"ij,jk->ik\\": index j has lengths 3 and 2',
    ]
  ) assert.match(messages, new RegExp(`Mistake<"${RegExp.escape(sentence)}">`));
  assert.match(messages, /Found 5 errors/);
});
