import * as nd from "../../mod.ts";
import {
  ArgumentError,
  AxisError,
  IndexError,
  ShapeError,
  TraceError,
} from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp, valueAndGrad, vjp } from "../../src/transforms/grad.ts";
import type { Transformable } from "../../src/transforms/types.ts";
import { vmap, type VmapOptions } from "../../src/transforms/vmap.ts";
import { assert, assertAllClose, assertTensorEqual, assertThrows } from "../support/assert.ts";
import { Random } from "../support/random.ts";

/** A function of tensors of any shape. */
type Any = (...inputs: Tensor[]) => Tensor;

const { add, exp, matmul, mean, multiply, square, subtract, sum, tensor } = nd;

/** `vmap` without the shapes in the types. */
function mapped(f: Any, options?: VmapOptions): Any {
  return vmap(f as Transformable, options) as unknown as Any;
}

/** Numbers from -2 to 2. */
function drawn(label: string, shape: readonly number[]): Tensor {
  const random = new Random(label);
  const count = shape.reduce((x, y) => x * y, 1);
  const values = Float32Array.from({ length: count }, () => random.below(4001) / 1000 - 2);
  return nd.reshape(tensor(values), shape);
}

function ints(values: unknown): Tensor<"int32"> {
  return tensor(values as number[], { dtype: "int32" });
}

/** Elements along the first axis. */
const take: Any = (x, indices) => nd.take(x, indices as Tensor<"int32">, { axis: 0 });

/** One example after the other, stacked. */
function looped(f: Any, ...batches: readonly Tensor[]): Tensor {
  const rows = batches.map((batch) => [...batch]);
  return nd.stack(rows[0]!.map((_, i) => f(...rows.map((row) => row[i]!))));
}

function softmax(x: Tensor): Tensor {
  const shifted: Tensor = exp(subtract(x, nd.max(x, { axis: -1, keepDims: true })));
  return nd.divide(shifted, sum(shifted, { axis: -1, keepDims: true }));
}

function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const centred: Tensor = subtract(x, mean(x, { axis: -1, keepDims: true }));
  const variance: Tensor = mean(square(centred), { axis: -1, keepDims: true });
  return add(multiply(nd.divide(centred, nd.sqrt(add(variance, 1e-5))), gain), bias);
}

function attention(q: Tensor, k: Tensor, v: Tensor): Tensor {
  const scores: Tensor = multiply(matmul(q, nd.transpose(k)), 0.5);
  return matmul(softmax(scores), v);
}

/** Softmax and cross entropy of one row of logits with the number of the right class. */
function crossEntropy(logits: Tensor, label: Tensor): Tensor {
  const shifted: Tensor = subtract(logits, nd.max(logits));
  const logSum: Tensor = nd.log(sum(exp(shifted)));
  return subtract(logSum, take(shifted, label));
}

Deno.test("a batch is one example after the other", () => {
  const [x, y] = [drawn("x", [4, 3]), drawn("y", [4, 3])];
  const functions: readonly Any[] = [
    (a, b) => add(multiply(a, b), 1),
    (a, b) => matmul(a, b),
    (a) => nd.sort(a, { descending: true }),
    (a) => nd.concat([a, nd.flip(a)]),
    (a, b) => nd.where(nd.greater(a, b), a, 0),
    (a) => nd.cumsum(a),
    (a) => nd.cast(nd.argmax(a), "float32"),
    (a, b) => nd.einsum("i,j->ij", a, b),
    (a) => nd.at(a, "::2").set(0),
    (a, b) => nd.stack([a, b], { axis: 1 }),
    (a) => [...a].reduce((p, q) => add(p, q)),
  ];
  for (const f of functions) assertTensorEqual(mapped(f)(x, y), looped(f, x, y), String(f));
});

Deno.test("indices may vary, be shared, or vary in a shared tensor", () => {
  const [x, i] = [drawn("x", [3, 5]), ints([[0, -1], [4, 4], [2, -5]])];
  const shared = ints([3, -2]);
  assertTensorEqual(mapped(take)(x, i), looped(take, x, i));
  assertTensorEqual(
    mapped(take, { inAxes: [0, null] })(x, shared),
    looped((a) => take(a, shared), x),
  );
  assertTensorEqual(
    mapped(take, { inAxes: [null, 0] })(drawn("table", [5, 2]), i),
    looped((index) => take(drawn("table", [5, 2]), index), i),
  );
  const along: Any = (a, index) => nd.takeAlongAxis(a, index as Tensor<"int32">);
  assertTensorEqual(mapped(along)(x, i), looped(along, x, i));
  const changed: Any = (a, index) => nd.at(a, index).add(1);
  assertTensorEqual(mapped(changed)(x, i), looped(changed, x, i));
  const last: Any = (a, index) => nd.at(a, index).set([7, 8]);
  assertTensorEqual(mapped(last)(x, i), looped(last, x, i));
});

Deno.test("searches in a vector of each example's own", () => {
  const sorted = nd.sort(drawn("sorted", [3, 6]));
  const values = drawn("values", [3, 2, 2]);
  const search: Any = (a, b) => nd.searchsorted(a, b);
  assertTensorEqual(mapped(search)(sorted, values), looped(search, sorted, values));
});

Deno.test("nested: each level has its own examples", () => {
  const [x, y] = [drawn("x", [4, 3]), drawn("y", [5, 3])];
  const distance: Any = (a, b) => sum(square(subtract(a, b)));
  const pairwise: Any = (a, b) => mapped((p) => mapped((q) => distance(p, q))(b))(a);
  const expected = looped((a) => looped((b) => distance(a, b), y), x);
  assertTensorEqual(pairwise(x, y), expected);

  const both = mapped(mapped(distance, { inAxes: [null, 0] }), { inAxes: [0, null] });
  assertTensorEqual(both(x, y), expected);
  const other = mapped(mapped(distance, { inAxes: [0, null] }), { inAxes: [null, 0] });
  assertTensorEqual(other(x, y), nd.transpose(expected));
});

Deno.test("nested: indices of two levels", () => {
  const table = drawn("table", [2, 3, 6]);
  const index = ints([[[0], [5], [-1]], [[2], [2], [-6]]]);
  const expected = looped((a, i) => looped(take, a, i), table, index);
  assertTensorEqual(mapped(mapped(take))(table, index), expected);
  const put: Any = (a, i) => nd.at(a, i).multiply(3);
  assertTensorEqual(
    mapped(mapped(put))(table, index),
    looped((a, i) => looped(put, a, i), table, index),
  );
});

Deno.test("inAxes: any axis, counted from both ends, one for all or one each", () => {
  const x = drawn("x", [2, 3, 4]);
  const f: Any = (a) => nd.cumsum(a, { axis: 0 });
  for (const [axis, first] of [[0, 0], [1, 1], [2, 2], [-1, 2], [-2, 1], [-3, 0]] as const) {
    const expected = looped(f, nd.moveaxis(x, first, 0));
    assertTensorEqual(mapped(f, { inAxes: axis })(x), expected);
    assertTensorEqual(mapped(f, { inAxes: [axis] })(x), expected);
  }
  const pair: Any = (a, b) => matmul(a, b);
  assertTensorEqual(
    mapped(pair, { inAxes: [1, -1] })(x, drawn("y", [4, 2, 3])),
    looped(pair, nd.moveaxis(x, 1, 0), nd.moveaxis(drawn("y", [4, 2, 3]), 2, 0)),
    "two axes",
  );
});

Deno.test("inAxes: null shares an argument, and what is no tensor is shared anyway", () => {
  const [x, w] = [drawn("x", [4, 3]), drawn("w", [3, 2])];
  const product: Any = (a, b) => matmul(a, b);
  assertAllClose(mapped(product, { inAxes: [0, null] })(x, w), matmul(x, w));
  const scaled = (a: Tensor, factor: number, name: string) => {
    assert.equal(name, "kept");
    return multiply(a, factor);
  };
  const many = vmap(scaled as Transformable) as unknown as typeof scaled;
  assertTensorEqual(many(x, 2, "kept"), multiply(x, 2));
});

Deno.test("inAxes and outAxes: trees of axes, which may end above the tensors", () => {
  const [w, b, x] = [drawn("w", [2, 3, 4]), drawn("b", [4]), drawn("x", [5, 3])];
  const layer = (
    params: { readonly w: Tensor; readonly b: Tensor },
    inputs: readonly Tensor[],
  ) => ({ y: add(matmul(inputs[0]!, params.w), params.b), parts: [params.b, inputs[0]!] });
  const options: VmapOptions = {
    inAxes: [{ w: 0, b: null }, null],
    outAxes: { y: -1, parts: [null, null] },
  };
  const run = vmap(layer as Transformable, options) as unknown as typeof layer;
  const result = run({ w, b }, [x]);
  const expected = looped((own) => add(matmul(x, own), b), w);
  assertAllClose(result.y, nd.moveaxis(expected, 0, -1));
  assertTensorEqual(result.parts[0]!, b);
  assertTensorEqual(result.parts[1]!, x);

  const single = vmap(((tree: { readonly w: Tensor }) => sum(tree.w)) as Transformable, {
    inAxes: { w: 1 },
  }) as unknown as (tree: { readonly w: Tensor }) => Tensor;
  assertAllClose(single({ w }), sum(w, { axis: [0, 2] }), { ulps: 8 });
});

Deno.test("outAxes: any axis, counted from both ends", () => {
  const x = drawn("x", [3, 2, 4]);
  const f: Any = (a) => square(a);
  for (const axis of [0, 1, 2, -1, -2, -3]) {
    assertTensorEqual(mapped(f, { outAxes: axis })(x), nd.moveaxis(square(x), 0, axis));
  }
});

Deno.test("results that do not differ between examples are repeated", () => {
  const x = drawn("x", [3, 2]);
  const constant = tensor([5, 6]);
  assertTensorEqual(mapped(() => constant)(x), nd.broadcastTo(constant, [3, 2]));
  assertTensorEqual(
    mapped(() => constant, { outAxes: 1 })(x),
    nd.transpose(
      nd.broadcastTo(constant, [3, 2]),
    ),
  );
  assertTensorEqual(mapped((a) => a)(x), x);
  assertTensorEqual(mapped((a) => nd.full(a.shape, 2))(x), nd.full([3, 2], 2));
});

Deno.test("one example, and none", () => {
  const f: Any = (a, b) => softmax(matmul(a, b));
  const w = drawn("w", [3, 2]);
  const shared = mapped(f, { inAxes: [0, null] });
  assertTensorEqual(
    shared(drawn("x", [1, 4, 3]), w),
    looped(f, drawn("x", [1, 4, 3]), nd.stack([w])),
  );
  const none = shared(nd.zeros([0, 4, 3]), w);
  assert.deepEqual(none.shape, [0, 4, 2]);
  assert.deepEqual(mapped((a) => nd.at(a, ints([1])).set(1))(nd.zeros([0, 2])).shape, [0, 2]);
});

Deno.test("variables can be read inside, what differs between examples not assigned", () => {
  const scale = nd.variable([1, 10]);
  const x = drawn("x", [3, 2]);
  assertTensorEqual(mapped((a) => multiply(a, scale.value))(x), multiply(x, scale.value));
  assertThrows(
    () => mapped((a) => (scale.assign(a as never), a))(x),
    TraceError,
    "Cannot assign a batched tensor to a variable inside vmap: return it and assign it outside",
  );
});

Deno.test("elements cannot be read inside", () => {
  assertThrows(
    () => mapped((a) => (sum(a).item() as number > 0 ? a : nd.negative(a)))(drawn("x", [3, 2])),
    TraceError,
    "Cannot read a float32 tensor of shape [] inside vmap: it has no value while the function is " +
      "traced, use where, cond or whileLoop to branch on it, or return it and read it outside",
  );
});

Deno.test("an index out of range is told as for one example", () => {
  const [x, bad] = [drawn("x", [2, 3]), ints([[1], [3]])];
  const message = "Cannot take index 3 of axis 0 with length 3: an index must be from -3 to 2";
  assertThrows(() => mapped(take)(x, bad), IndexError, message);
  assertThrows(() => mapped(take, { inAxes: [0, null] })(x, ints([3])), IndexError, message);
  assertThrows(
    () => mapped(take, { inAxes: [null, 0] })(tensor([1, 2, 3]), bad),
    IndexError,
    message,
  );
  assertThrows(() => mapped((a, i) => nd.at(a, i).add(1))(x, bad), IndexError, message);
  const nested = mapped(mapped(take));
  assertThrows(() => nested(nd.stack([x, x]), nd.stack([bad, bad])), IndexError, message);
});

Deno.test("errors: numbers of examples, axes, structures", () => {
  const [x, y] = [drawn("x", [3, 2]), drawn("y", [2, 2])];
  const f: Any = (a, b) => add(a, b);
  assertThrows(
    () => mapped(f)(x, y),
    ShapeError,
    "Cannot vmap over axes of length 3 and 2: all arguments must have as many examples",
  );
  assertThrows(
    () => mapped(f, { inAxes: [2, 0] })(x, x),
    AxisError,
    "Cannot vmap over axis 2 of a tensor of rank 2: axis must be from -2 to 1",
  );
  assertThrows(() => mapped(f, { inAxes: [0, -3] })(x, x), AxisError);
  assertThrows(() => mapped(f)(x, tensor(1)), AxisError);
  assertThrows(
    () => mapped(f, { inAxes: [null, null] })(x, x),
    ArgumentError,
    "Cannot vmap a call without examples: give at least one argument an axis",
  );
  assertThrows(() => mapped(() => x)(), ArgumentError);
  assertThrows(() => mapped(f, { inAxes: [0] })(x, x), ArgumentError, /structure differs/);
  assertThrows(
    () => mapped((a) => sum(a), { outAxes: 1 })(x),
    AxisError,
    "Cannot place the batch at axis 1 of a tensor of rank 1: axis must be from -1 to 0",
  );
  assertThrows(
    () => mapped((a) => sum(a), { outAxes: null })(x),
    ArgumentError,
    "Cannot vmap with outAxes null for a result of shape [] that differs between examples: " +
      "give it an axis",
  );
  assertThrows(
    () => mapped((a) => sum(a), { outAxes: [0] })(x),
    ArgumentError,
    /structure differs/,
  );
  // Shapes are those of one example.
  assertThrows(
    () => mapped((a) => add(a, tensor([1, 2, 3])))(x),
    ShapeError,
    "Cannot add tensors of shape [2] and [3]: axis -1 has lengths 2 and 3",
  );
});

Deno.test("a traced tensor is of no use after its transform", () => {
  let leaked: Tensor | undefined;
  mapped((a) => leaked = a)(drawn("x", [3, 2]));
  assertThrows(() => add(leaked!, 1), TraceError, /after its transform has ended/);
});

Deno.test("layer normalisation: values, gradients of each example, gradient of all", () => {
  const [x, gain, bias] = [drawn("x", [5, 8]), drawn("gain", [8]), drawn("bias", [8])];
  const shared = { inAxes: [0, null, null] };
  assertAllClose(
    mapped(layerNorm, shared)(x, gain, bias),
    looped((a) => layerNorm(a, gain, bias), x),
    { ulps: 32 },
  );
  assertGradients((a, g, b) => sum(square(layerNorm(a, g, b))), [x], [gain, bias]);
});

Deno.test("softmax and cross entropy: values, gradients of each example, gradient of all", () => {
  const [logits, labels] = [drawn("logits", [6, 4]), ints([0, 3, 1, 1, 2, -1])];
  const expected = looped(crossEntropy, logits, labels);
  assertAllClose(mapped(crossEntropy)(logits, labels), expected, { ulps: 32 });

  const each = mapped(grad(crossEntropy) as Any)(logits, labels);
  assertAllClose(each, looped(grad(crossEntropy) as Any, logits, labels), { ulps: 32 });
  const total = grad((a: Tensor) => sum(mapped(crossEntropy)(a, labels)) as Tensor)(logits);
  assertAllClose(total, each, { ulps: 32 });
  const ones = nd.equal(
    ints([0, 1, 2, 3]),
    nd.reshape(ints([0, 3, 1, 1, 2, 3]), [6, 1]),
  );
  const closed = subtract(softmax(logits), nd.cast(ones as Tensor, "float32"));
  assertAllClose(total, closed as Tensor, { ulps: 64 });
});

Deno.test("attention: values, gradients of each example, gradient of all, heads inside", () => {
  const [q, k, v] = [drawn("q", [3, 4, 2]), drawn("k", [3, 5, 2]), drawn("v", [3, 5, 2])];
  assertAllClose(mapped(attention)(q, k, v), looped(attention, q, k, v), { ulps: 32 });
  assertGradients((a, b, c) => sum(square(attention(a, b, c))), [q, k, v], []);
  assertGradients((a, b, c) => sum(square(attention(a, b, c))), [q], [k, v].map((x) => [...x][0]!));

  const heads = [q, k, v].map((x) => nd.stack([x, multiply(x, 2)], { axis: 2 }));
  const two = mapped(mapped(attention, { inAxes: 1, outAxes: 1 }));
  const firsts = mapped(attention)(q, k, v);
  const seconds = mapped((a, b, c) => attention(...doubled(a, b, c)))(q, k, v);
  assertAllClose(two(...heads), nd.stack([firsts, seconds], { axis: 2 }), { ulps: 32 });
});

function doubled(...inputs: [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
  return inputs.map((x) => multiply(x, 2)) as Tensor[] as [Tensor, Tensor, Tensor];
}

/**
 * Asserts that gradients of each example are those of a loop, and that the gradient of the sum of
 * all losses consists of them.
 */
function assertGradients(loss: Any, own: readonly Tensor[], shared: readonly Tensor[]): void {
  const all = [...own, ...shared];
  const argnums = all.map((_, i) => i);
  const inAxes = all.map((_, i) => i < own.length ? 0 : null);
  const gradients = (...inputs: Tensor[]) =>
    grad(loss as Transformable, { argnums })(...inputs as never[]) as unknown as Tensor[];
  const each = (vmap(gradients, { inAxes }) as unknown as typeof gradients)(...all);
  all.forEach((_, place) => {
    const one: Any = (...examples) => gradients(...examples, ...shared)[place]!;
    assertAllClose(each[place]!, looped(one, ...own), { ulps: 256, scale: scales(each[place]!) });
  });
  const totals = (...inputs: Tensor[]): Tensor => sum(mapped(loss, { inAxes })(...inputs));
  const [value, total] = valueAndGrad(totals as Transformable, { argnums })(
    ...all as never[],
  ) as unknown as readonly [Tensor, Tensor[]];
  assertAllClose(value, sum(looped((...xs) => loss(...xs, ...shared), ...own)), { ulps: 64 });
  all.forEach((_, place) => {
    const expected = place < own.length ? each[place]! : sum(each[place]!, { axis: 0 });
    assertAllClose(total[place]!, expected, { ulps: 256, scale: scales(expected) });
  });
}

/** Magnitudes of sums whose terms may cancel. */
function scales(x: Tensor): readonly number[] {
  return new Array<number>(x.size).fill(nd.max(nd.abs(x)).item() as number);
}

Deno.test("forward mode and batches in any order", () => {
  const [x, t] = [drawn("x", [4, 3]), drawn("t", [4, 3])];
  const f: Any = (a) => multiply(softmax(a), nd.sort(a));
  const push: Any = (a, da) => jvp(f, [a], [da])[1];
  const expected = looped(push, x, t);
  assertAllClose(mapped(push)(x, t), expected, { ulps: 16, scale: scales(expected) });
  const [, tangent] = jvp(mapped(f), [x], [t]);
  assertAllClose(tangent, expected, { ulps: 16, scale: scales(expected) });
});

Deno.test("a Jacobian row by row, a Hessian column by column", () => {
  const x = drawn("x", [3]);
  const f: Any = (a) => multiply(nd.cumprod(a), add(a, 1));
  const [, pull] = vjp(f, [x]);
  const rows = mapped((c) => pull(c)[0]!)(nd.eye(3) as Tensor);
  const [a, b, c] = x.toArray() as [number, number, number];
  const jacobian = [
    [2 * a + 1, 0, 0],
    [b * (b + 1), a * (2 * b + 1), 0],
    [b * c * (c + 1), a * c * (c + 1), a * b * (2 * c + 1)],
  ];
  assertAllClose(rows, tensor(jacobian) as Tensor, { ulps: 16, zerosEqual: true });

  const slope = grad((y: Tensor) => nd.prod(y) as Tensor) as Any;
  const hessian = mapped((e) => jvp(slope, [x], [e])[1])(nd.eye(3) as Tensor);
  assertAllClose(hessian, tensor([[0, c, b], [c, 0, a], [b, a, 0]]) as Tensor, {
    ulps: 4,
    zerosEqual: true,
  });
  const zeros = tensor([0, 2, 0]) as Tensor;
  assertAllClose(
    mapped((e) => jvp(slope, [zeros], [e])[1])(nd.eye(3) as Tensor),
    tensor([[0, 0, 2], [0, 0, 0], [2, 0, 0]]) as Tensor,
    { zerosEqual: true },
  );
});

Deno.test("types: examples lose an axis, results gain one", () => {
  const x = nd.zeros([5, 2, 3]);
  const f = (a: Tensor<"float32", [2, 3]>) => ({ s: sum(a, { axis: 0 }), t: nd.transpose(a) });
  const result = vmap(f)(x);
  const s: Tensor<"float32", [number, 3]> = result.s;
  const t: Tensor<"float32", [number, 3, 2]> = result.t;
  assert.deepEqual([s.shape, t.shape], [[5, 3], [5, 3, 2]]);
  // @ts-expect-error an example has two axes
  assertThrows(() => vmap(f)(nd.zeros([5])), AxisError);
});
