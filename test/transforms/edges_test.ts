import * as nd from "../../mod.ts";
import { type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import { grad, jvp, vjp } from "../../src/transforms/grad.ts";
import { assert, assertThrows, itemText } from "../support/assert.ts";

type Unary = (x: Tensor) => Tensor;

/** The gradient of the sum of the results, as TensorFlow's tape gives it. */
function gradient(f: Unary, values: readonly Item[] | Item, dtype: DType = "float32"): Tensor {
  const x: Tensor = nd.tensor(values as number[], { dtype });
  const [y, pull] = vjp(f, [x]);
  const [result] = pull(ones(y));
  assert.equal(result.dtype, dtype);
  assert.deepEqual(result.shape, x.shape);
  return result;
}

function ones(like: Tensor): Tensor {
  return nd.cast(nd.full(like.shape, 1), like.dtype);
}

/** Asserts a gradient; 0 is as good as -0. */
function assertGradient(
  f: Unary,
  values: readonly Item[] | Item,
  expected: readonly Item[] | Item,
  dtype: DType = "float32",
): void {
  const result = [...items(gradient(f, values, dtype))];
  assert.deepEqual(result.map(unsigned), [expected].flat().map(unsigned));
}

/** A number whose zeros have no sign. */
function unsigned(x: Item): Item {
  return typeof x === "object" ? { re: x.re + 0, im: x.im + 0 } : x as number + 0;
}

/** Lines `gr(...)` of TensorFlow 2.21, with what they print. */
const GOLDEN: readonly (readonly [
  line: string,
  f: Unary,
  x: readonly number[],
  gradient: readonly number[],
])[] = [
  ["tf.abs", nd.abs, [-1, 0, 1], [-1, 0, 1]],
  ["tf.sqrt", nd.sqrt, [0, 4], [Infinity, 0.25]],
  ["tf.nn.relu", (v) => nd.maximum(0, v), [-1, 0, 1], [0, 0, 1]],
  ["tf.maximum(v,0.)", (v) => nd.maximum(v, 0), [-1, 0, 1], [0, 1, 1]],
  ["tf.minimum(v,0.)", (v) => nd.minimum(v, 0), [-1, 0, 1], [1, 1, 0]],
  ["tf.reduce_max", (v) => nd.max(v), [1, 3, 3], [0, 0.5, 0.5]],
  ["tf.reduce_prod(v)", (v) => nd.prod(v), [2, 0, 3], [0, 6, 0]],
  ["tf.reduce_prod(v)", (v) => nd.prod(v), [0, 0, 3], [0, 0, 0]],
  ["v**0.5", (v) => nd.power(v, 0.5), [0], [Infinity]],
  ["v**2.", (v) => nd.power(v, 2), [0], [0]],
  ["2.**v", (v) => nd.power(2, v), [1], [1.38629]],
  ["0.**v", (v) => nd.power(0, v), [1], [0]],
  [
    "tf.where(v>0,v,tf.zeros_like(v)/v)",
    (v) => nd.where(nd.greater(v, 0), v, nd.divide(nd.multiply(ones(v), 0), v)),
    [0, 1],
    [NaN, 1],
  ],
  ["tf.sign", nd.sign, [1.5], [0]],
  ["tf.cast(v,tf.float64)", (v) => nd.cast(v, "float64"), [1.5], [1]],
  [
    "tf.clip_by_value(v,0.,1.)",
    (v) => nd.clip(v, { min: 0, max: 1 }),
    [-1, 0, 0.5, 1, 2],
    [0, 1, 1, 1, 0],
  ],
  ["tf.norm", (v) => nd.sqrt(nd.sum(nd.square(v))), [0, 0], [NaN, NaN]],
  ["tf.norm", (v) => nd.sqrt(nd.sum(nd.square(v))), [3, 4], [0.6, 0.8]],
  ["v%2.", (v) => nd.remainder(v, 2), [3], [1]],
  // TensorFlow has it as rows and their numbers.
  [
    "tf.gather(v,[0,0,2])",
    (v) => nd.take(v, nd.tensor([0, 0, 2], { dtype: "int32" })),
    [1, 2, 3],
    [2, 0, 1],
  ],
  ["tf.sort(v)", (v) => nd.sort(v), [3, 1, 2], [1, 1, 1]],
  ["tf.math.top_k(v,2)[0]", (v) => nd.slice(nd.sort(v), "1:"), [3, 1, 2], [1, 0, 1]],
  ["tf.cumsum(v)", (v) => nd.cumsum(v), [3, 1, 2], [3, 2, 1]],
  ["tf.round(v)*v", (v) => nd.multiply(nd.round(v), v), [3], [3]],
  ["tf.math.reduce_std", (v) => nd.std(v), [1, 1], [NaN, NaN]],
  [
    "tf.math.log_softmax",
    (v) => nd.subtract(v, nd.log(nd.sum(nd.exp(v)))),
    [1, 1],
    [0, 0],
  ],
  [
    "tf.scatter_nd([[0],[0]],v,[3])",
    (v) => nd.at(nd.zeros([3]), nd.tensor([0, 0], { dtype: "int32" })).add(v as Tensor<"float32">),
    [1, 1],
    [1, 1],
  ],
  [
    "tf.pad(v,[[1,1]],mode='REFLECT')",
    (v) => nd.take(v, nd.tensor([1, 0, 1, 2, 1], { dtype: "int32" })),
    [1, 2, 3],
    [1, 3, 1],
  ],
  ["tf.tile(v,[3])", (v) => nd.tile(v, [3]), [1, 2], [3, 3]],
  [
    "tf.math.xlogy(v,v)",
    (v) => nd.multiply(v, nd.log(nd.where(nd.equal(v, 0), 1, v))),
    [0, 1],
    [0, 1],
  ],
];

/** As near as the five digits that TensorFlow prints. */
function isNear(x: number, right: number): boolean {
  return Object.is(x, right) ||
    (Number.isFinite(right) && Math.abs(x - right) <= 1e-5 * Math.abs(right));
}

Deno.test("golden: gradients of single functions are TensorFlow's", () => {
  for (const [line, f, x, expected] of GOLDEN) {
    const numbers = [...items(gradient(f, x))] as number[];
    const close = numbers.length === expected.length &&
      numbers.every((y, i) => isNear(y, expected[i]!));
    assert.ok(close, `gr(${line}, [${x}]) is [${numbers}], expected [${expected}]`);
  }
});

Deno.test("equal extremes share the derivative evenly", () => {
  assertGradient((v) => nd.min(v), [1, 1, 3, 1, 1], [0.25, 0.25, 0, 0.25, 0.25]);
  assertGradient((v) => nd.max(nd.reshape(v, [2, 2]), { axis: 1 }), [5, 5, 1, 2], [0.5, 0.5, 0, 1]);
});

Deno.test("sorting passes derivatives back through the permutation", () => {
  const weights = nd.tensor([10, 20, 30]);
  const f: Unary = (v) => nd.multiply(nd.sort(v), weights as Tensor);
  assertGradient(f, [3, 1, 2], [30, 10, 20]);
  assertGradient(f, [2, 1, 2], [20, 10, 30]);
});

Deno.test("products have exact derivatives beside zeros", () => {
  // TensorFlow has 0 where cumulative products go through a zero.
  assertGradient((v) => nd.cumprod(v), [3, 0, 2], [1, 9, 0]);
  assertGradient((v) => nd.cumprod(v), [0, 0, 2], [1, 0, 0]);
  assertGradient((v) => nd.prod(v), [2, 0, 3, 4], [0, 24, 0, 0]);
  assertGradient((v) => nd.prod(v), [{ re: 0, im: 0 }, { re: 0, im: 1 }], [{ re: 0, im: -1 }, {
    re: 0,
    im: 0,
  }], "complex64");
});

Deno.test("golden: gradients of complex functions are TensorFlow's", () => {
  const z = { re: 3, im: 4 };
  const [size] = [...items(gradient(nd.abs, z, "complex128"))];
  assert.equal(itemText(size!), "{ re: 0.6, im: 0.8 }");
  assertGradient((v) => nd.multiply(v, v), z, { re: 6, im: -8 }, "complex64");
  assertGradient((v) => nd.square(v), z, { re: 6, im: -8 }, "complex64");
});

Deno.test("steps have derivative 0, where TensorFlow has none", () => {
  for (const f of [nd.floor, nd.ceil, nd.trunc, nd.round, nd.sign] as readonly Unary[]) {
    assertGradient(f, [1.5, -0.25, 2], [0, 0, 0]);
  }
  assertGradient((v) => nd.floorDivide(v, 2), [3], [0]);
  assertGradient((v) => nd.floorDivide(6, v), [4], [0]);
  assertGradient((v) => nd.round(v), { re: 1.5, im: 0.5 }, { re: 0, im: 0 }, "complex64");
});

Deno.test("results of integers and bool pass no derivative", () => {
  assertGradient((v) => nd.cast(v, "int32"), [1.5], [0]);
  assertGradient((v) => nd.argmax(v), [3, 1, 2], [0, 0, 0]);
  assertGradient((v) => nd.equal(v, v), [3], [0]);
  assertGradient((v) => nd.multiply(v, nd.cast(nd.cast(v, "int32"), "float32")), [2.5], [2]);
});

Deno.test("integers have no derivatives: they are refused by name", () => {
  const x = nd.tensor([1, 2], { dtype: "int32" });
  const cure = "derivatives need floating dtypes, cast the tensor to float32 " +
    "or leave it out of the differentiated arguments";
  const message = new RegExp(`^Cannot .* int32: ${cure}$`);
  // The compiler refuses them in the same words.
  const total = (v: Tensor<"int32">) => nd.sum(v);
  // @ts-expect-error: int32 has no derivatives.
  assertThrows(() => grad(total)(x), nd.DTypeError, message);
  // @ts-expect-error: int32 has no derivatives.
  assertThrows(() => vjp(total, [x]), nd.DTypeError, message);
  // @ts-expect-error: int32 has no derivatives.
  assertThrows(() => jvp(total, [x], [x]), nd.DTypeError, message);
  const flags = nd.tensor([true]);
  const bool = new RegExp(`^Cannot .* bool: ${cure}$`);
  // @ts-expect-error: bool has no derivatives.
  assertThrows(() => grad((v: Tensor<"bool">) => nd.sum(v))(flags), nd.DTypeError, bool);
});

Deno.test("magnitudes and signs have derivative 0 at 0", () => {
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    assertGradient(nd.abs, [-2, -0, 0, 3], [-1, 0, 0, 1], dtype);
  }
  const zero = { re: 0, im: 0 };
  assertGradient(nd.abs, [zero], [zero], "complex128");
  assertGradient(nd.sign, [zero], [zero], "complex128");
  // What moves along the number does not turn it; what moves across turns it by 1 / |z|.
  assertGradient((v) => nd.real(nd.sign(v)), [{ re: 2, im: 0 }], [zero], "complex128");
  assertGradient(
    (v) => nd.imag(nd.sign(v)),
    [{ re: 2, im: 0 }],
    [{ re: 0, im: 0.5 }],
    "complex128",
  );
  assertGradient((v) => nd.copysign(v, -1), [-2, 0, 3], [1, 0, -1]);
  assertGradient((v) => nd.copysign(2, v), [-2, 0, 3], [0, 0, 0]);
});

Deno.test("of equal operands the left one gets the derivative of an extreme", () => {
  const both = (f: (a: Tensor, b: Tensor) => Tensor): readonly (readonly Item[])[] => {
    const [a, b] = [nd.tensor([1, 2, 3]), nd.tensor([3, 2, 1])];
    return vjp(f, [a, b])[1](ones(a)).map((x) => [...items(x)]);
  };
  assert.deepEqual(both(nd.maximum), [[0, 1, 1], [1, 0, 0]]);
  assert.deepEqual(both(nd.minimum), [[1, 1, 0], [0, 0, 1]]);
  assertGradient((v) => nd.maximum(v, v), [2], [1]);
  assertGradient(
    (v) => nd.maximum(v, { re: 1, im: 2 }),
    { re: 1, im: 2 },
    { re: 1, im: 0 },
    "complex64",
  );
  assertGradient((v) => nd.clip(v, { min: 1 }), [0, 1, 2], [0, 1, 1]);
});

Deno.test("powers are constant in a base and an exponent of 0", () => {
  // TensorFlow has NaN here.
  assertGradient((v) => nd.power(v, 0), [0, 2, -1], [0, 0, 0]);
  assertGradient((v) => nd.power(v, 1), [0, 2, -1], [1, 1, 1]);
  assertGradient((v) => nd.power(v, 2), [0, 3, -1], [0, 6, -2]);
  assertGradient((v) => nd.power(v, 3), [-2, 0], [12, 0]);
  assertGradient((v) => nd.power(v, -1), [-2, 0], [-0.25, -Infinity]);
  assertGradient((v) => nd.power(v, 0.5), [0, 4], [Infinity, 0.25]);
  assertGradient((v) => nd.power(0, v), [0, 1, 2], [0, 0, 0]);
  // A negative base has no real logarithm.
  assertGradient((v) => nd.power(-2, v), [2], [0]);
  const zero = { re: 0, im: 0 };
  assertGradient((v) => nd.power(v, 0), zero, zero, "complex64");
  assertGradient((v) => nd.power(v, 2), zero, zero, "complex64");
});

Deno.test("powers have all derivatives at a base of 0", () => {
  const derivative = (f: Unary): Unary => (v) => {
    const [y, pull] = vjp(f, [v]);
    return pull(ones(y))[0];
  };
  const cube: Unary = (v) => nd.power(v, 3);
  const second = derivative(derivative(cube));
  assertGradient(derivative(cube), [0, 5], [0, 30]);
  assertGradient(second, [0, 5], [6, 6]);
  assertGradient(derivative(second), [0, 5], [0, 0]);
  assertGradient(derivative((v) => nd.power(v, 0)), [0, 5], [0, 0]);
  assertGradient(derivative((v) => nd.power(v, 1)), [0, 5], [0, 0]);
  // d/dx d/dy x^y = 1 / x at y = 0.
  const mixed: Unary = (x) => gradientBy(x, nd.tensor([0]));
  assertGradient(mixed, [4], [0.25]);
});

/** The derivative of x^y by y. */
function gradientBy(x: Tensor, y: Tensor): Tensor {
  const [z, pull] = vjp((exponent: Tensor) => nd.power(x, exponent), [y]);
  return pull(ones(z))[0];
}

Deno.test("remainders move with the dividend, and by quotients with the divisor", () => {
  assertGradient((v) => nd.remainder(v, 3), [7, -7], [1, 1]);
  assertGradient((v) => nd.remainder(7, v), [3, -3], [-2, 3]);
  assertGradient((v) => nd.remainder(-7, v), [3], [3]);
});

Deno.test("half precision has the derivatives of single precision, rounded", () => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    assertGradient((v) => nd.square(v), [0.5, 200], [1, 400], dtype);
    assertGradient((v) => nd.divide(1, v), [2, -4], [-0.25, -0.0625], dtype);
    assertGradient((v) => nd.sqrt(v), [4, 0], [0.25, Infinity], dtype);
    assertGradient((v) => nd.exp(v), [0], [1], dtype);
    assertGradient((v) => nd.power(v, 3), [2, 0], [12, 0], dtype);
    assertGradient((v) => nd.maximum(v, 0), [-1, 0, 1], [0, 1, 1], dtype);
    assertGradient((v) => nd.mean(v), [1, 2, 3, 4], [0.25, 0.25, 0.25, 0.25], dtype);
    // The square of the radius would overflow in float16.
    assertGradient((v) => nd.arctan2(v, 1024), [0], [2 ** -10], dtype);
  }
});

Deno.test("quotients, logarithms and roots at their poles", () => {
  assertGradient((v) => nd.divide(1, v), [0, 2], [-Infinity, -0.25]);
  assertGradient((v) => nd.reciprocal(v), [0, 2], [-Infinity, -0.25]);
  assertGradient(nd.log, [0, 2], [Infinity, 0.5]);
  assertGradient(nd.log1p, [-1, 1], [Infinity, 0.5]);
  assertGradient(nd.sqrt, [0, 4], [Infinity, 0.25]);
  // Small exponentials keep their digits.
  assertGradient(nd.expm1, [-50], [Math.exp(-50)], "float64");
});

Deno.test("angles and hypotenuses have no derivative at the origin, elsewhere no overflow", () => {
  assertGradient((v) => nd.hypot(v, 0), [0, 2, -2], [NaN, 1, -1]);
  assertGradient((v) => nd.arctan2(v, 0), [0], [NaN]);
  assertGradient((v) => nd.arctan2(v, 2 ** 100), [0], [2 ** -100]);
  assertGradient((v) => nd.arctan2(v, 2 ** 600), [0], [2 ** -600], "float64");
  assertGradient((v) => nd.hypot(v, 3e38), [0], [0]);
  const i = { re: 0, im: 2 };
  assertGradient(nd.angle, [i], [{ re: -0.5, im: 0 }], "complex128");
  assertGradient(nd.angle, [-2, 3], [0, 0]);
});

Deno.test("choices give 0 to what is not chosen, and NaN where a dead branch has a pole", () => {
  const sum = (f: Unary): Unary => (v) => nd.where(nd.greater(v, 0), f(v), 0);
  assertGradient(sum((v) => nd.square(v)), [-1, 2], [0, 4]);
  assertGradient(sum((v) => nd.sqrt(v)), [0, 4], [NaN, 0.25]);
  // The cure: choose the operand, too.
  const safe: Unary = (v) => nd.sqrt(nd.where(nd.greater(v, 0), v, 1));
  assertGradient(sum(safe), [0, 4], [0, 0.25]);
});

Deno.test("casts pass derivatives back in the dtype of their operand", () => {
  for (const from of ["float16", "bfloat16", "float32", "float64"] as const) {
    for (const to of ["float16", "bfloat16", "float32", "float64"] as const) {
      assertGradient((v) => nd.multiply(nd.cast(v, to), 3), [1, 2], [3, 3], from);
    }
    const i = { re: 0, im: 1 };
    assertGradient((v) => nd.real(nd.multiply(nd.cast(v, "complex64"), i)), [1], [0], from);
    assertGradient((v) => nd.imag(nd.multiply(nd.cast(v, "complex64"), i)), [1], [1], from);
  }
  // The cast to real numbers drops the imaginary part.
  assertGradient(
    (v) => nd.cast(v, "float32"),
    [{ re: 1, im: 2 }],
    [{ re: 1, im: 0 }],
    "complex128",
  );
});

Deno.test("parts of complex numbers: the gradient is the direction of steepest ascent", () => {
  const z = { re: 1, im: 2 };
  assertGradient((v) => nd.real(v), z, { re: 1, im: 0 }, "complex64");
  assertGradient((v) => nd.imag(v), z, { re: 0, im: 1 }, "complex64");
  assertGradient((v) => nd.imag(nd.conj(v)), z, { re: 0, im: -1 }, "complex64");
  assertGradient((v) => nd.real(nd.multiply(v, nd.conj(v))), z, { re: 2, im: 4 }, "complex64");
  assertGradient((v) => nd.real(nd.complex(v, 1)), [5], [1]);
  assertGradient((v) => nd.real(nd.exp(nd.complex(nd.multiply(v, 0), v))), [0], [0]);
});

Deno.test("scalars of all floating dtypes keep their dtype in derivatives", () => {
  for (const [dtype, { kind }] of Object.entries(DTYPES) as [DType, { readonly kind: string }][]) {
    if (kind !== "float" && kind !== "complex") continue;
    const x: Tensor = nd.tensor(2, { dtype });
    const [, tangent] = jvp((v: Tensor) => nd.multiply(nd.subtract(v, 1), v), [x], [ones(x)]);
    assert.equal(tangent.dtype, dtype);
    assert.equal(nd.real(tangent).item(), 3);
  }
});

Deno.test("results without derivatives have tangents of zeros", () => {
  const x = nd.tensor([1, 2]);
  const [, tangents] = jvp(
    (a: typeof x) => [nd.greater(a, 1), nd.argmax(a), nd.multiply(a, 2)] as const,
    [x],
    [nd.tensor([1, 1])],
  );
  assert.deepEqual(tangents.map((t) => t.toArray()), [[false, false], 0, [2, 2]]);
});
