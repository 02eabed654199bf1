import * as nd from "../../mod.ts";
import { ArgumentError, DTypeError, ShapeError, type Tensor, TraceError } from "../../mod.ts";
import { jit } from "../../src/transforms/jit.ts";
import { onlyTypes, same } from "../core/types/expect.ts";
import {
  array,
  assert,
  assertMessage,
  assertTensorEqual,
  assertThrows,
} from "../support/assert.ts";

const { add, map, multiply, scan, subtract, sum, tensor } = nd;

type Scalar = Tensor<"float32", []>;

const ints = (values: number[]): Tensor<"int32", [3]> =>
  tensor(values, { dtype: "int32" }) as Tensor as Tensor<"int32", [3]>;
const zero = tensor(0, { dtype: "int32" });

/** Running results of a function of two numbers, as TensorFlow's functions give them. */
function running(
  f: (c: Tensor<"int32", []>, x: Tensor<"int32", []>) => Tensor<"int32", []>,
  init: Tensor<"int32", []>,
  reverse = false,
) {
  return scan(
    (c, x) => {
      const next = f(c, x);
      return [next, next];
    },
    init,
    ints([1, 2, 3]),
    { reverse },
  );
}

Deno.test("scan and map give what TensorFlow's loops give", () => {
  // tf.scan(lambda a, b: a + b, [1, 2, 3]), and with reverse=True.
  assertTensorEqual(running(add, zero)[1], ints([1, 3, 6]));
  assertTensorEqual(running(add, zero, true)[1], ints([6, 5, 3]));
  // tf.foldl(lambda a, b: a - b, [1, 2, 3]) starts with 1, tf.foldr with 3.
  const one = tensor(1, { dtype: "int32" });
  const left = scan((c, x) => [subtract(c, x), null], one, tensor([2, 3], { dtype: "int32" }));
  assert.equal(left[0].item(), -4);
  const right = scan(
    (c, x) => [subtract(c, x), null],
    tensor(3, { dtype: "int32" }),
    tensor([1, 2], { dtype: "int32" }),
    { reverse: true },
  );
  assert.equal(right[0].item(), 0);
  // tf.map_fn(lambda q: q * q, [1., 2.])
  assertTensorEqual(map((q) => multiply(q, q), tensor([1, 2])), array("float32", [2], [1, 4]));
});

Deno.test("carry, parts and results are trees", () => {
  const xs = { a: tensor([[1, 2], [3, 4]]), rest: [tensor([10, 20])] as const };
  const f = (start: Scalar) =>
    scan(
      ({ total, n }, { a, rest: [b] }) => {
        const own = add(sum(a), b);
        return [{ total: add(total, own), n: [add(n[0], 1)] as const }, { own, pair: [a, n[0]] }];
      },
      { total: start, n: [zero] as const },
      xs,
    );
  for (const run of [f, jit(f)]) {
    const [{ total, n: [turns] }, { own, pair }] = run(tensor(100));
    assert.deepEqual([total.item(), turns.item()], [140, 2]);
    assertTensorEqual(own, array("float32", [2], [13, 27]));
    assertTensorEqual(pair[0]!, xs.a);
    assertTensorEqual(pair[1]!, array("int32", [2], [0, 1]));
  }
});

Deno.test("a length alone gives turns, and nothing to stack gives nothing", () => {
  const power = (x: Scalar) => scan((c) => [multiply(c, x), null], tensor(1), null, { length: 4 });
  for (const run of [power, jit(power)]) {
    const [last, none] = run(tensor(3));
    assert.deepEqual([last.item(), none], [81, null]);
  }
  assert.equal(nd.grad((x: Scalar) => power(x)[0])(tensor(3)).item(), 108);
  const empty = scan(() => [[], {}], [], null, { length: 3 });
  assert.deepEqual(empty, [[], {}]);
  assert.deepEqual(jit(() => scan(() => [[], {}], [], null, { length: 3 }))(), [[], {}]);
});

Deno.test("without a turn the carry is the first, and results have no parts", () => {
  const xs = nd.zeros([0, 2]);
  const f = (c: Scalar, x: typeof xs) =>
    scan((a, part) => [add(a, sum(part)), { a, both: [part, nd.cast(part, "bool")] }], c, x);
  for (const run of [f, jit(f)]) {
    const [last, { a, both }] = run(tensor(5), xs);
    assert.equal(last.item(), 5);
    assertTensorEqual(a, array("float32", [0], []));
    assertTensorEqual(both[0]!, array("float32", [0, 2], []));
    assertTensorEqual(both[1]!, array("bool", [0, 2], []));
  }
  const loss = (c: Scalar, x: typeof xs): Scalar => add(f(c, x)[0], sum(f(c, x)[1].a));
  const [byCarry, byParts] = nd.grad(loss, { argnums: [0, 1] })(tensor(5), xs);
  assert.equal(byCarry.item(), 1);
  assertTensorEqual(byParts, xs);
  assertTensorEqual(
    nd.vmap((c: Scalar) => f(c, xs)[1].a)(tensor([1, 2])),
    array("float32", [2, 0], []),
  );
  const large = nd.ones([2000]);
  scan((c) => [c, null], large, xs)[0][Symbol.dispose]();
  assert.equal(sum(large).item(), 2000);
  const nothing = scan(() => [[], tensor(1)], [], null, { length: 0 });
  assertTensorEqual(nothing[1], array("float32", [0], []));
});

Deno.test("all dtypes can be carried and stacked", () => {
  const dtypes = ["bool", "int8", "uint64", "float16", "bfloat16", "complex128"] as const;
  for (const dtype of dtypes) {
    const xs = nd.cast(tensor([1, 0, 1]), dtype);
    const f = (x: Tensor) =>
      scan((c: Tensor, part) => [part, c] as const, nd.zeros([], { dtype }) as Tensor, x);
    for (const run of [f, jit(f), (x: Tensor) => nd.vmap(f)(nd.stack([x, x]))]) {
      const [last, before] = run(xs as Tensor) as [Tensor, Tensor];
      assert.deepEqual([last.dtype, before.dtype], [dtype, dtype]);
      const numbers = nd.cast(before as Tensor<"int8">, "float32").data();
      assert.deepEqual([...numbers].slice(-3), [0, 1, 0]);
    }
  }
  const [word, words] = scan((c, x) => [x, c], tensor("a"), tensor(["b", "c"]));
  assert.deepEqual([word.item(), words.toArray()], ["c", ["a", "b"]]);
});

Deno.test("parts of any layout are read where they are", () => {
  const x = nd.reshape(nd.arange(0, 24, { dtype: "float32" }), [2, 3, 4]);
  const views = [
    nd.transpose(x),
    nd.flip(x) as Tensor,
    nd.slice(x, ":", "::2"),
    nd.broadcastTo(x, [2, 2, 3, 4]),
  ] as Tensor[];
  for (const view of views) {
    const f = (v: Tensor): Tensor => map((part) => add(part as Tensor<"float32">, 1), v) as Tensor;
    const expected = add(view as Tensor<"float32">, 1);
    assertTensorEqual(f(view), expected);
    assertTensorEqual(jit(f)(view), expected);
  }
});

Deno.test("large carries are swapped, viewed and stacked without mixing their memory", () => {
  type Square = Tensor<"float32", [60, 60]>;
  const start = nd.reshape(nd.arange(0, 3600, { dtype: "float32" }), [60, 60]);
  const xs = nd.broadcastTo(start, [6, 60, 60]);
  const run = (a: Square, parts: Tensor<"float32", [6, 60, 60]>) =>
    scan(
      ([b, c], x) => [[nd.transpose(c), add(b, x)], [b, c, nd.transpose(x), nd.slice(c, 0)]],
      [a, multiply(a, 2)] as const,
      parts,
    );
  const expected = run(start, xs);
  const compiled = jit(run);
  const dual = (a: Square) =>
    nd.jvp((b: Square) => run(b, xs), [a], [nd.ones([60, 60])])[0] as ReturnType<typeof run>;
  for (const other of [compiled, compiled, compiled, dual]) {
    const found = other(start, xs);
    found[0].forEach((x, i) => assertTensorEqual(x, expected[0][i]!));
    found[1].forEach((x, i) => assertTensorEqual(x, expected[1][i]!));
  }
});

Deno.test("a function that returns tensors of somebody else stays harmless", () => {
  const [x, constant] = [nd.ones([2000]), nd.full([2000], 2)];
  const f = (a: typeof x) => scan((c) => [c, constant], a, null, { length: 5 });
  for (const run of [f, jit(f)]) {
    const [same, stack] = run(x);
    same[Symbol.dispose]();
    assert.deepEqual([sum(x).item(), sum(constant).item(), sum(stack).item()], [2000, 4000, 20000]);
  }
});

Deno.test("bodies close over variables, of which gradients follow", () => {
  const w = nd.variable(3);
  const loss = (x: Tensor<"float32", [3]>) =>
    scan((c, part) => [multiply(add(c, part), w.value), null], tensor(0), x)[0];
  const x = tensor([1, 2, 4]);
  // w(4 + w(2 + w))
  const gradient = () => nd.gradients(() => loss(x), w);
  assert.equal(gradient().item(), 4 + 2 * 2 * 3 + 3 * 9);
  const compiled = jit(gradient);
  assert.equal(compiled().item(), 43);
  w.assign(1);
  assert.equal(compiled().item(), 11);
  assert.deepEqual(nd.grad(loss)(x).toArray(), [1, 1, 1]);
  const assigning = (a: typeof x) =>
    scan((c, part) => [w.assign(add(c, part)).value as Scalar, null], tensor(0), a)[0];
  assert.equal(assigning(x).item(), 7);
  assert.equal(w.value.item(), 7);
  assertThrows(
    () => nd.grad(assigning)(x),
    TraceError,
    "Cannot assign to a variable in a function given to scan: it is captured once and may run any " +
      "number of times, return the value from it and assign it afterwards",
  );
  assert.equal(w.value.item(), 7);
});

Deno.test("other transforms can be used in bodies", () => {
  const cube = (x: Scalar) => multiply(x, multiply(x, x));
  const slopes = (xs: Tensor<"float32", [3]>) => map(nd.grad(cube), xs);
  assertTensorEqual(slopes(tensor([1, 2, 3])), array("float32", [3], [3, 12, 27]));
  assertTensorEqual(jit(slopes)(tensor([1, 2, 3])), array("float32", [3], [3, 12, 27]));
  const total = nd.grad((xs: Tensor<"float32", [3]>) => sum(slopes(xs)));
  assertTensorEqual(total(tensor([1, 2, 3])), array("float32", [3], [6, 12, 18]));
  const rows = (xs: Tensor<"float32", [2, 3]>) => map((row) => nd.vmap(jit(cube))(row), xs);
  assert.deepEqual(
    nd.vmap(rows)(nd.ones([2, 2, 3])).shape,
    [2, 2, 3],
  );
});

Deno.test("own derivatives and checkpoints hold in bodies", () => {
  const clipped = nd.customVjp(
    (x: Scalar) => multiply(x, x),
    (x: Scalar) => [multiply(x, x), null],
    (_, c: Scalar) => [multiply(c, 10)],
  );
  const f = (xs: Tensor<"float32", [3]>) =>
    scan((c, x) => [add(c, clipped(x)), null], tensor(0), xs)[0];
  assertTensorEqual(nd.grad(f)(tensor([1, 2, 3])), array("float32", [3], [10, 10, 10]));
  assertTensorEqual(jit(nd.grad(f))(tensor([1, 2, 3])), array("float32", [3], [10, 10, 10]));
  const saving = (step: (c: Scalar, x: Scalar) => Scalar) => (xs: Tensor<"float32", [3]>) =>
    scan((c, x) => [step(c, x), null], tensor(1), xs)[0];
  const step = (c: Scalar, x: Scalar) => nd.sin(multiply(c, x));
  const [plain, saved] = [step, nd.checkpoint(step)].map((f) => nd.grad(saving(f)));
  const point = tensor([1, 2, 3]);
  assertTensorEqual(saved!(point), plain!(point));
  assertTensorEqual(jit(saved!)(point), plain!(point));
  const stopped = (xs: Tensor<"float32", [3]>) =>
    scan((c, x) => [add(c, multiply(nd.stopGradient(x), x)), null], tensor(0), xs)[0];
  assertTensorEqual(nd.grad(stopped)(tensor([1, 2, 3])), array("float32", [3], [1, 2, 3]));
});

Deno.test("derivatives of complex and narrow recurrences are right", () => {
  const parts = [[1, 2, 3], [0.5, -1, 2], [0.3, 0.7]].map((own) =>
    tensor(own, { dtype: "float64" })
  ) as [Tensor<"float64", [3]>, Tensor<"float64", [3]>, Tensor<"float64", [2]>];
  const z = nd.complex(parts[0], parts[1]);
  const w = nd.complex(nd.slice(parts[2], 0), nd.slice(parts[2], 1));
  const f = (a: typeof z) => nd.real(scan((c, part) => [multiply(add(c, part), w), null], w, a)[0]);
  nd.checkGrads(f, [z], { order: 2 });
  for (const dtype of ["float16", "bfloat16"] as const) {
    const product = (a: Tensor<typeof dtype, [3]>) =>
      scan((c, part) => [multiply(c, part), null], nd.ones([], { dtype }), a)[0];
    const gradient = nd.grad(product)(nd.cast(tensor([2, 3, 4]), dtype));
    assert.deepEqual([gradient.dtype, gradient.toArray()], [dtype, [12, 8, 6]]);
  }
});

Deno.test("functions that do not fit are refused in sentences", () => {
  const call = scan as unknown as (...args: unknown[]) => unknown;
  const x = tensor([1, 2]);
  const init = tensor(0);
  type Mistake = readonly [unknown[], new (message: string) => Error, string | RegExp];
  const mistakes: readonly Mistake[] = [
    [
      [() => [x, null], init, x],
      ShapeError,
      "Cannot scan with a carry of float32[] and float32[2]: the shapes must be equal",
    ],
    [
      [() => [nd.cast(init, "int32"), null], init, x],
      DTypeError,
      "Cannot scan with a carry of float32[] and int32[]: cast it, the dtypes must be equal",
    ],
    [
      [() => [[init], null], init, x],
      TraceError,
      "Cannot scan with a carry of * and [*]: all must be in the same arrays and objects and beside " +
      "the same other values, numbers must be tensors",
    ],
    [
      [() => init, init, x],
      ArgumentError,
      /^Cannot scan with a function that returns tensor.+: it must return a pair of the next carry/,
    ],
    [
      [() => [init, null, 1], init, x],
      ArgumentError,
      "Cannot scan with a function that returns 3 values: " +
      "it must return a pair of the next carry and what to stack",
    ],
    [
      [() => [init, Promise.resolve(init)], init, x],
      TraceError,
      "Cannot scan with a function that returns a promise: such functions are synchronous",
    ],
    [
      [() => [init, null], init, init],
      ShapeError,
      "Cannot scan over a tensor of rank 0: it has no axis to loop over",
    ],
    [
      [() => [init, null], init, [x, tensor([[1], [2], [3]])]],
      ShapeError,
      "Cannot scan over a tensor of shape [3, 1] in 2 turns: all first axes must have as many parts",
    ],
    [
      [() => [init, null], init, x, { length: 3 }],
      ShapeError,
      "Cannot scan over a tensor of shape [2] in 3 turns: all first axes must have as many parts",
    ],
    [
      [() => [init, null], init, null],
      ArgumentError,
      "Cannot scan over no tensors: say the length",
    ],
    [
      [() => [init, null], init, null, { length: -1 }],
      ArgumentError,
      "Cannot scan for -1 turns: the length must be an integer from 0 on",
    ],
  ];
  for (const [args, type, message] of mistakes) {
    assertThrows(() => call(...args), type, message);
    assertThrows(() => jit(() => call(...args) as Tensor)(), type, message);
    if (typeof message === "string") assertMessage(message);
  }
});

onlyTypes(() => {
  const x = nd.zeros([5, 3]);
  const [carry, ys] = scan((c, part) => [add(c, part), sum(part)], nd.zeros([3]), x);
  same<typeof carry, Tensor<"float32", [3]>>();
  same<typeof ys, Tensor<"float32", [5]>>();
  const [, tree] = scan((c, p) => [c, { p, c }], tensor(1), { a: x, b: [x] as const });
  same<typeof tree.c, Tensor<"float32", [5]>>();
  same<typeof tree.p.b[0], Tensor<"float32", [5, 3]>>();
  const [, counted] = scan((c) => [c, c], tensor(1), null, { length: 4 });
  same<typeof counted, Tensor<"float32", [number]>>();
  const unknown = map((part) => part, x as Tensor<"float32", number[]>);
  same<typeof unknown, Tensor<"float32", number[]>>();
  const mapped = map((part) => nd.cast(part, "int8"), x);
  same<typeof mapped, Tensor<"int8", [5, 3]>>();
  // @ts-expect-error: the carry changes its dtype.
  scan((c, part) => [nd.cast(c, "int32"), part], nd.zeros([3]), x);
  // @ts-expect-error: the function returns no pair.
  scan((c, part) => add(c, part), nd.zeros([3]), x);
});
