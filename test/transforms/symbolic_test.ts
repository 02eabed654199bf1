import * as nd from "../../mod.ts";
import { ArgumentError, jit, ShapeError, type Tensor, TraceError } from "../../mod.ts";
import { flatten, type Tree } from "../../src/core/tree.ts";
import type { Aval } from "../../src/core/tensor.ts";
import { withoutFunctions } from "../../src/transforms/call_primitive.ts";
import { recorded, type Recording, takeApart } from "../../src/transforms/recording.ts";
import { SymbolicRecordings } from "../../src/transforms/symbolic.ts";
import type { Transformable } from "../../src/transforms/types.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import { assert, assertMessage, assertTensorEqual, assertThrows } from "../support/assert.ts";
import { Random } from "../support/random.ts";

type Rows = Tensor<"float32", [number, 3]>;
type Weights = Tensor<"float32", [3, 3]>;
type Vector = Tensor<"float32", [3]>;

/** Lengths in an order in which ranges of lengths grow to both sides; the first ones are recorded. */
const LENGTHS = [32, 5, 33, ...Array.from({ length: 71 }, (_, n) => n), 100, 999, 4096, 20000];

function values<const S extends readonly number[]>(
  label: string,
  shape: S,
): Tensor<"float32", [...S]> {
  const random = new Random(label);
  const count = shape.reduce((x, y) => x * y, 1);
  const items = Float32Array.from({ length: count }, () => random.bits() / 2 ** 31 - 1);
  return nd.reshape(nd.tensor(items), shape as readonly number[]) as Tensor as Tensor<
    "float32",
    [...S]
  >;
}

const rows = (length: number): Rows => values(`rows ${length}`, [length, 3]);
const weights: Weights = values("weights", [3, 3]);
const table: Tensor<"float32", [512, 3]> = values("table", [512, 3]);

function assertSameTrees(actual: Tree, expected: Tree, message: string): void {
  const [own, right] = [flatten(actual), flatten(expected)];
  assert.equal(own.structure.key, right.structure.key, message);
  own.leaves.forEach((x, i) => assertTensorEqual(x, right.leaves[i]!, message));
}

/** What a call gives, or throws. */
function outcome(call: () => Tree): { readonly result?: Tree; readonly error?: string } {
  try {
    return { result: call() };
  } catch (error) {
    return { error: String(error) };
  }
}

/**
 * Asserts that a function compiled for all lengths does what it does by single calls.
 *
 * @returns At which lengths it was recorded.
 */
function recordedAt(
  name: string,
  f: (x: Rows, w: Weights) => Tree,
  lengths: readonly number[] = LENGTHS,
): readonly number[] {
  const recorded: number[] = [];
  const compiled = jit((x: Rows, w: Weights) => {
    recorded.push(x.shape[0]);
    return f(x, w);
  }, { symbolicArgs: [0], cacheSize: 8 });
  for (const length of lengths) {
    const x = rows(length);
    const expected = outcome(() => f(x, weights));
    const actual = outcome(() => compiled(x, weights));
    assert.equal(actual.error, expected.error, `${name} of ${length} rows`);
    assertSameTrees(actual.result, expected.result, `${name} of ${length} rows`);
  }
  return recorded;
}

/** Functions that do the same at all lengths from 2 on. */
const PROGRAMS: Readonly<Record<string, (x: Rows, w: Weights) => Tree>> = {
  "sum": (x) => nd.sum(x),
  "mean: the count is a constant": (x) => [nd.mean(x), nd.mean(x, { axis: 0 })],
  "mean of narrow floats": (x) => nd.mean(nd.cast(x, "float16"), { axis: 0 }),
  "deviation": (x) => nd.std(x, { axis: 0 }),
  "matmul": (x, w) => nd.matmul(x, w),
  "softmax down the columns": (x) => {
    const e = nd.exp(nd.subtract(x, nd.max(x, { axis: 0, keepDims: true })));
    return nd.divide(e, nd.sum(e, { axis: 0, keepDims: true }));
  },
  "normalised, by a mean of squares": (x) =>
    nd.divide(x, nd.sqrt(nd.add(nd.mean(nd.square(x), { axis: 1, keepDims: true }), 1e-3))),
  "concat": (x) => nd.concat([x, nd.multiply(x, 2), nd.ones([1, 3])], { axis: 0 }),
  "the last row": (x) => nd.slice(x, -1),
  "backwards": (x) => nd.slice(x, "::-1"),
  "reshape to one axis": (x) => nd.reshape(x, [-1]),
  "more axes": (x) => nd.reshape(x, [-1, 3, 1]),
  "arange": (x) => nd.multiply(nd.reshape(nd.arange(0, x.shape[0]), [-1, 1]), x),
  "cumsum and sort": (x) => [nd.cumsum(x, { axis: 0 }), nd.sort(x, { axis: 0 })],
  "argmax": (x) => nd.argmax(x, { axis: 1 }),
  "where": (x) => nd.where(nd.greater(x, 0), x, nd.full([x.shape[0], 3], -1)),
  "a mask": (x) => nd.where(nd.full([x.shape[0], 3], true), x, 0),
  "all pairs: counts of degree 2": (x) => nd.mean(nd.matmul(x, nd.transpose(x))),
  "eye": (x) => nd.matmul(nd.eye(x.shape[0]), x),
  "numbers of the length among the results": (x) => ({
    total: nd.sum(x),
    count: x.shape[0],
    more: [x.shape[0] / 2 - 1, "rows"],
  }),
  "gradient": (x, w) => nd.grad((v: Weights) => nd.mean(nd.square(nd.tanh(nd.matmul(x, v)))))(w),
  "gradient by the rows": (x, w) =>
    nd.grad((y: Rows) => nd.mean(nd.square(nd.tanh(nd.matmul(y, w)))))(x),
  "gradient past what depends on nothing": (x, w) =>
    nd.grad((v: Weights) => {
      const positions = nd.reshape(nd.arange(0, x.shape[0]), [-1, 1]);
      return nd.sum(nd.multiply(nd.matmul(x, v), positions));
    })(w),
  "vmap": (x, w) =>
    nd.vmap((row: Vector) => nd.sum(nd.multiply(nd.matmul(row, w), nd.arange(0, 3))))(x),
  "gradients of each row": (x, w) =>
    nd.vmap(nd.grad((row: Vector) => nd.sum(nd.tanh(nd.matmul(row, w)))))(x),
  "scan": (x, w) =>
    nd.scan(
      (c: Vector, row: Vector) => {
        const next = nd.tanh(nd.add(nd.matmul(c, w), row));
        return [next, nd.sum(next)];
      },
      nd.zeros([3]),
      x,
    ),
  "gradient of scan": (x, w) =>
    nd.grad((v: Weights) => {
      const turn = (c: Vector, row: Vector): [Vector, null] => [
        nd.tanh(nd.add(nd.matmul(c, v), row)),
        null,
      ];
      return nd.sum(nd.scan(turn, nd.zeros([3]), x)[0]);
    })(w),
  "scan over rows of the batch, with a part that runs again": (x, w) => {
    const step = nd.checkpoint((c: Rows, v: Weights) => nd.tanh(nd.matmul(c, v)));
    return nd.grad((v: Weights) =>
      nd.mean(nd.scan((c: Rows) => [step(c, v), null], x, undefined, { length: 3 })[0])
    )(w);
  },
  "cond": (x) =>
    nd.cond(
      nd.greater(nd.sum(x), 0),
      () => nd.mean(x, { axis: 0 }),
      () => nd.sum(x, { axis: 0 }),
    ),
  "whileLoop": (x) =>
    nd.whileLoop(
      ([i]) => nd.less(i, 3),
      ([i, y]) => [nd.add(i, 1), nd.divide(nd.add(y, 1), nd.tensor(x.shape[0]))],
      [nd.tensor(0), x] as readonly [Tensor<"float32", []>, Rows],
    ),
  "checkpoint": (x, w) =>
    nd.grad(nd.checkpoint((v: Weights) => nd.mean(nd.square(nd.tanh(nd.matmul(x, v))))))(w),
  "functions with derivatives of their own": (x, w) => {
    const forward = nd.customJvp(
      (y: Rows) => nd.mean(y),
      ([y], [t]) => [nd.mean(y), nd.mean(nd.multiply(t, 2))],
    );
    const backward = nd.customVjp(
      (y: Rows) => nd.sum(y),
      (y) => [nd.sum(y), y],
      (y, c) => [nd.multiply(nd.divide(y, y.shape[0]), c)],
    );
    return nd.valueAndGrad((v: Weights) =>
      nd.add(forward(nd.matmul(x, v)), backward(nd.matmul(x, v)))
    )(w);
  },
};

/** Those whose memory grows with the square of the length. */
const SQUARE = new Set(["all pairs: counts of degree 2", "eye"]);

for (const [name, f] of Object.entries(PROGRAMS)) {
  Deno.test(`one recording for all lengths: ${name}`, () => {
    const recorded = recordedAt(name, f, SQUARE.has(name) ? LENGTHS.slice(0, -2) : LENGTHS);
    // Three in a row, two far away, the shortest; 0 and 1 are special.
    assert.deepEqual(recorded, [32, 33, 34, 720719, 720720, 2, 0, 1]);
  });
}

Deno.test("recordings at lengths that were not recorded are those that would be", () => {
  const args = takeApart([rows(2), weights], new Set());
  const avals = (length: number): readonly Aval[] => [
    { dtype: "float32", shape: [length, 3] },
    { dtype: "float32", shape: [3, 3] },
  ];
  // Counts beyond 2 ** 24 are rounded to float32.
  const lengths = [32, 3, 4, 5, 6, 7, 8, 31, 33, 255, 256, 65537, 700000, 2 ** 24 + 1];
  for (const order of [lengths, lengths.toReversed()]) {
    for (const [name, f] of Object.entries(PROGRAMS)) {
      const all = new SymbolicRecordings();
      let count = 0;
      for (const length of order) {
        const where = `${name}, ${length}`;
        const record = (own: number): Recording => {
          count++;
          return recorded(f as Transformable, args, avals(own));
        };
        const made = all.at(length, record).known;
        const { graph, known } = record(length).known;
        assert.equal(String(made.graph), String(withoutFunctions(graph)), where);
        const [own, right] = [[...made.known.values()], [...known.values()]];
        own.forEach((x, i) => assertTensorEqual(x, right[i]!, where));
      }
      assert.ok(count < lengths.length + 30, `${name}: ${count} recordings`);
    }
  }
});

Deno.test("the loss of a network and its gradients: trees of weights, a batch of pairs", () => {
  interface Network {
    readonly layers: readonly { readonly w: Weights; readonly b: Vector }[];
  }
  const layer = (i: number): Network["layers"][number] => ({
    w: values(`w ${i}`, [3, 3]),
    b: values(`b ${i}`, [3]),
  });
  const network: Network = { layers: [layer(0), layer(1), layer(2)] };
  const loss = ({ layers }: Network, { x, y }: { x: Rows; y: Rows }) => {
    const out = layers.reduce((h: Rows, { w, b }) => nd.tanh(nd.add(nd.matmul(h, w), b)), x);
    return nd.mean(nd.square(nd.subtract(out, y)));
  };
  let count = 0;
  const step = jit((own: Network, batch: { x: Rows; y: Rows }) => {
    count++;
    return nd.valueAndGrad(loss)(own, batch);
  }, { symbolicArgs: [1] });
  for (const length of LENGTHS) {
    const batch = { x: rows(length), y: values(`targets ${length}`, [length, 3]) as Rows };
    const expected = nd.valueAndGrad(loss)(network, batch);
    assertSameTrees(step(network, batch), expected, `${length} rows`);
  }
  assert.equal(count, 8);
});

Deno.test("lengths that differ from others by bounds are told apart", () => {
  // Axes of length 0 and 1 are recorded on their own, lengths beside them where they are needed.
  const cases: readonly (readonly [string, (x: Rows) => Tree])[] = [
    ["all but the first and the last", (x) => nd.slice(x, "1:-1")],
    ["differences", (x) => nd.subtract(nd.slice(x, "1:"), nd.slice(x, ":-1"))],
    ["the last three", (x) => nd.slice(x, "-3:")],
    ["the first ten", (x) => nd.slice(x, ":10")],
    ["without the first ten", (x) => nd.slice(x, "10:")],
    ["rolled", (x) => nd.roll(x, 3, { axis: 0 })],
    ["a branch", (x) => x.shape[0] < 10 ? nd.sum(x, { axis: 0 }) : nd.max(x, { axis: 0 })],
    ["a variance of samples", (x) => nd.variance(x, { axis: 0, ddof: 1 })],
    ["a table of 512 rows", (x) => nd.add(x, nd.slice(table, `:${x.shape[0]}`))],
    ["narrow integers", (x) => nd.add(nd.cast(x, "int8"), x.shape[0])],
  ];
  for (const [name, f] of cases) {
    const recorded = recordedAt(name, f);
    assert.ok(recorded.length <= 40, `${name}: recorded at ${recorded}`);
    // A second time nothing is recorded but what is special.
    const again = recordedAt(name, f, [...LENGTHS, ...LENGTHS]);
    assert.ok(again.length <= recorded.length + 12, `${name}: recorded at ${again}`);
  }
});

Deno.test("the first length may be any", () => {
  for (const first of [0, 1, 2, 3, 4, 9, 10, 11, 12, 511, 512]) {
    const lengths = [first, 7, 2, 3, 30, 12, 11, 10, 1, 0, 400];
    recordedAt("differences", (x) => nd.subtract(nd.slice(x, "1:"), nd.slice(x, ":-1")), lengths);
    recordedAt("without the first ten", (x) => nd.slice(x, "10:"), lengths);
    recordedAt("a table", (x) => nd.add(x, nd.slice(table, `:${x.shape[0]}`)), lengths);
  }
});

Deno.test("an axis that has a single element at some length is recorded there", () => {
  const f = (x: Rows) => nd.add(nd.arange(10, x.shape[0]), nd.ones([1]));
  const args = takeApart([rows(2)], new Set());
  for (const order of [[32, 10, 9, 11, 12, 13], [11, 10, 12], [10, 13, 11, 12], [12, 11, 10]]) {
    const all = new SymbolicRecordings();
    for (const length of order) {
      const record = (own: number): Recording =>
        recorded(f as Transformable, args, [{ dtype: "float32", shape: [own, 3] }]);
      const [own, right] = [all.at(length, record), record(length)];
      // One element is not repeated.
      assert.equal(String(own.known.graph), String(right.known.graph), `${length} in ${order}`);
    }
  }
  assert.deepEqual(recordedAt("no row and a single one", (x) => nd.sum(x), [0, 1]), [0, 1]);
});

Deno.test("what is done in a range of lengths is not taken for done beyond another one", () => {
  const f = (x: Rows): Tree => {
    const [length] = x.shape;
    if (length < 5) return nd.sum(x);
    return length >= 20 && length < 40 ? nd.min(x) : nd.max(x);
  };
  const g = (x: Rows): Tree => x.shape[0] < 1000 ? f(x) : nd.sum(x);
  recordedAt("from above", f, [100, 30, 10, 30, 12, 25, 3, 30, 50, 4, 10, 1000]);
  recordedAt("from below", g, [10, 30, 100, 25, 35, 50, 15, 39, 40, 2, 1000]);
});

Deno.test("bounds are found by a few lengths between", () => {
  const count = (name: string, f: (x: Rows) => Tree, lengths: readonly number[]): void => {
    const recorded = recordedAt(name, f, lengths);
    assert.ok(recorded.length < 40, `${name}: recorded at ${recorded}`);
  };
  const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i + 3);
  count("rows of a table", (x) => nd.add(x, nd.slice(table, `:${x.shape[0]}`)), upTo(200));
  count("the last hundred", (x) => nd.slice(x, "-100:"), upTo(300).toReversed());
});

Deno.test("variables are read and assigned, numbers are traced, static arguments are known", () => {
  const make = () => [nd.variable(weights), nd.variable(nd.tensor(0))] as const;
  const [[w, seen], [v, count]] = [make(), make()];
  const step = (own: typeof w, total: typeof seen) => (x: Rows, rate: number, kind: string) => {
    const loss = (): Tensor<"float32", []> => {
      const y = nd.matmul(x, own.value);
      return kind === "mean" ? nd.mean(nd.square(y)) : nd.mean(nd.abs(y));
    };
    const [gradient] = nd.gradients(loss, [own]);
    own.assignSub(nd.multiply(gradient as Weights, rate));
    total.assignAdd(nd.tensor(x.shape[0]));
    return [loss(), rate] as const;
  };
  let recorded = 0;
  const compiled = jit((x: Rows, rate: number, kind: string) => {
    recorded++;
    return step(v, count)(x, rate, kind);
  }, { symbolicArgs: [0], staticArgs: [2] });
  for (const kind of ["mean", "absolute"]) {
    for (const length of [8, 3, 9, 8, 17, 64, 2, 1, 33]) {
      const x = rows(length);
      const expected = step(w, seen)(x, 1 / length, kind);
      assertSameTrees(compiled(x, 1 / length, kind), expected, `${kind} of ${length}`);
      assertTensorEqual(v.value, w.value);
    }
  }
  assert.equal(count.value.item(), seen.value.item());
  assert.equal(recorded, 14);
});

Deno.test("dtypes, ranks and other shapes have programs of their own", () => {
  let recorded = 0;
  const f = jit((x: Tensor<"float32" | "float64", number[]>) => {
    recorded++;
    return nd.sum(x, { axis: 0 });
  }, { symbolicArgs: [0] });
  for (const length of [3, 5, 8]) {
    f(nd.ones([length]));
    f(nd.ones([length, 2]));
    f(nd.ones([length, 2], { dtype: "float64" }));
  }
  assert.equal(recorded, 3 * 6);
});

Deno.test("a length that is that of other axes is no special one", () => {
  const f = (x: Rows, w: Weights) => nd.add(nd.matmul(x, w), nd.sum(w, { axis: 0 }));
  const recorded = recordedAt("3 rows of 3", f, [3, 4, 2, 3, 512, 6]);
  assert.deepEqual(recorded, [3, 4, 5, 720719, 720720, 2]);
});

Deno.test("programs made in a scope outlive it", () => {
  const f = (x: Rows) => {
    const y = nd.add(x, nd.slice(table, `:${x.shape[0]}`));
    // Scopes release what is large.
    const scale = nd.slice(nd.tensor(new Float32Array(30_000).fill(2)), ":3");
    return nd.divide(nd.sum(nd.multiply(y, scale), { axis: 0 }), 7);
  };
  const gradient = (x: Rows) =>
    nd.grad(nd.checkpoint((v: Weights) => nd.mean(nd.square(nd.tanh(nd.matmul(x, v))))))(weights);
  for (const g of [f, gradient]) {
    for (const first of [6, 512]) {
      const compiled = jit(g, { symbolicArgs: [0] });
      nd.scope(() => void compiled(rows(first)));
      for (const length of [7, 6, 20]) assertTensorEqual(compiled(rows(length)), g(rows(length)));
    }
  }
});

Deno.test("inside of other transforms it is a part of them", () => {
  const f = jit((x: Rows, w: Weights) => nd.mean(nd.matmul(x, w)), { symbolicArgs: [0] });
  const plain = (x: Rows, w: Weights) => nd.mean(nd.matmul(x, w));
  for (const length of [4, 9]) {
    const x = rows(length);
    const by = { argnums: 1 } as const;
    assertTensorEqual(nd.grad(f, by)(x, weights), nd.grad(plain, by)(x, weights));
  }
});

Deno.test("memory is bounded over thousands of lengths", async () => {
  const f = jit((x: Rows) => nd.sum(nd.exp(nd.multiply(x, 2)), { axis: 0 }), {
    symbolicArgs: [0],
    cacheSize: 4,
  });
  const turn = async (): Promise<number> => {
    for (let length = 1000; length < 2000; length++) {
      f(nd.ones([length, 3]));
      // What is not reachable is given back between macrotasks.
      if (length % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return runtime().heap.memory.buffer.byteLength;
  };
  const first = await turn();
  for (let i = 0; i < 4; i++) assert.ok(await turn() <= first + 2 ** 24);
});

Deno.test("what depends on the length in other ways is refused in sentences", () => {
  const cases: readonly (readonly [(x: Rows) => Tree, string])[] = [
    [
      (x) => nd.multiply(x, 1 / x.shape[0]),
      "broadcast takes the number 0.25, 0.20000000298023224, 0.1666666716337204 at lengths 4, 5, 6, " +
      "which is no exact polynomial of degree 2, calculate it by functions of tensors from " +
      "tensor(length), or leave out symbolicArgs",
    ],
    [
      (x) => nd.slice(x, "::2"),
      "a parameter of slice is 2, 3, 3, 4 at lengths 4, 5, 6, 7, which is no exact polynomial of " +
      "degree 2, use what is a polynomial of the length, or leave out symbolicArgs",
    ],
    [
      (x) => [nd.sum(x), Math.floor(x.shape[0] / 3)],
      "a number among the results is 1, 1, 2, 2 at lengths 4, 5, 6, 7, which is no exact " +
      "polynomial of degree 2, use what is a polynomial of the length, or leave out symbolicArgs",
    ],
    [
      (x) => nd.multiply(x, nd.tensor(Array.from({ length: x.shape[0] }, (_, i) => [i]))),
      "broadcast takes constants of shapes [4, 1] and [5, 1] that are not equal at lengths 4 and 5, " +
      "make them by functions of the shape such as arange and full, or leave out symbolicArgs",
    ],
    [
      (x) => {
        let total: Vector = nd.zeros([3]);
        for (let i = 0; i < x.shape[0]; i++) total = nd.add(total, nd.slice(x, i) as Vector);
        return total;
      },
      "what it does at lengths 4 and 5 differs, at first in the result and slice, do the same at " +
      "all lengths, with scan instead of loops in JavaScript, or leave out symbolicArgs",
    ],
    [
      (x) => x.shape[0] % 8 === 0 ? nd.sum(x) : nd.max(x),
      "what it does at lengths 4 and 720720 differs, at first in reduceMax and reduceSum, do the " +
      "same at all lengths, with scan instead of loops in JavaScript, or leave out symbolicArgs",
    ],
    [
      (x) => x.shape[0] === 4 ? nd.sum(x) : nd.max(x),
      "what it does at lengths 29 and 4 differs, at first in reduceMax and reduceSum, do the same at " +
      "all lengths, with scan instead of loops in JavaScript, or leave out symbolicArgs",
    ],
    [
      (x) => x.shape[0] === 4 ? nd.sum(x) : nd.add(x, nd.ones([4, 3])),
      'it throws "Cannot add tensors of shape [5, 3] and [4, 3]: axis -2 has lengths 5 and 4" at ' +
      "length 5, let it take any length, or leave out symbolicArgs",
    ],
  ];
  for (const [f, message] of cases) {
    const compiled = jit(f, { symbolicArgs: [0] });
    const whole = `Cannot compile for all lengths of an axis: ${message}`;
    assertMessage(whole);
    assertThrows(() => compiled(rows(4)), TraceError, whole);
  }
});

Deno.test("wrong calls and options are refused", () => {
  const f = (x: Tensor<"float32", number[]>, y: Tensor<"float32", number[]>) => nd.add(x, y);
  const compiled = jit(f, { symbolicArgs: [0, 1] });
  assertThrows(
    () => compiled(nd.ones([3]), nd.ones([4])),
    ShapeError,
    "Cannot run a compiled function over leading axes of lengths 3 and 4 in arguments 0 and 1: " +
      "all tensors of symbolicArgs must have one length",
  );
  assertThrows(
    () => compiled(nd.ones([3]), nd.ones([])),
    ShapeError,
    "Cannot run a compiled function over the leading axis of a tensor of rank 0: " +
      "leave argument 1 out of symbolicArgs",
  );
  for (const position of [-1, 0.5, NaN]) {
    assertThrows(
      () => jit(f, { symbolicArgs: [position] }),
      ArgumentError,
      `Cannot compile with symbolic argument ${position}: a position is an integer from 0 on`,
    );
  }
  assertThrows(
    () => jit(f, { symbolicArgs: [1], staticArgs: [1] }),
    ArgumentError,
    "Cannot compile with argument 1 both static and symbolic: " +
      "name it in one of staticArgs and symbolicArgs",
  );
});
