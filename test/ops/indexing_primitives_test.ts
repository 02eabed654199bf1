import * as nd from "../../mod.ts";
import type { DType } from "../../src/core/dtype.ts";
import { type Primitive, primitives, Unknown } from "../../src/core/primitive.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp } from "../../src/transforms/grad.ts";
import { linearizeFlat, type SparseRows, transposeLinear } from "../../src/transforms/linear.ts";
import type { Transformable } from "../../src/transforms/types.ts";
import { vmap } from "../../src/transforms/vmap.ts";
import { array, assert, assertAllClose, assertTensorEqual } from "../support/assert.ts";

type Mode = "set" | "add" | "subtract" | "multiply" | "min" | "max";

const WEIGHTS = nd.tensor([1, 10, 100]);
/** The first row twice, the last one by its number from the end; the second one not at all. */
const INDICES = nd.tensor([0, 0, -1], { dtype: "int32" });

function vector(values: readonly number[], dtype: DType = "float32"): Tensor {
  return nd.tensor(values as number[], { dtype });
}

/** Gradients of a weighted sum of updated elements, by what was there and by the updates. */
function gradients(mode: Mode, x: Tensor, updates: Tensor): readonly [Tensor, Tensor] {
  const loss = (a: Tensor, b: Tensor): Tensor => {
    const weights: Tensor = nd.cast(WEIGHTS, a.dtype);
    return nd.sum(nd.multiply(nd.at(a, INDICES)[mode](b), weights));
  };
  return grad(loss as Transformable, { argnums: [0, 1] })(x as never, updates as never) as [
    Tensor,
    Tensor,
  ];
}

function assertGradients(
  mode: Mode,
  x: readonly number[],
  updates: readonly number[],
  ofX: readonly number[],
  ofUpdates: readonly number[],
): void {
  for (const dtype of ["float32", "float64", "float16", "bfloat16"] as const) {
    const [a, b] = gradients(mode, vector(x, dtype), vector(updates, dtype));
    assertAllClose(a, vector(ofX, dtype), { zerosEqual: true }, `${mode} by x in ${dtype}`);
    assertAllClose(b, vector(ofUpdates, dtype), { zerosEqual: true }, `${mode} in ${dtype}`);
  }
}

Deno.test("of repeated indices the last value that was set gets the gradient", () => {
  assertGradients("set", [1, 2, 3], [4, 5, 6], [0, 10, 0], [0, 1, 100]);
});

Deno.test("all values that were added or subtracted get the gradient", () => {
  assertGradients("add", [1, 2, 3], [4, 5, 6], [1, 10, 100], [1, 1, 100]);
  assertGradients("subtract", [1, 2, 3], [4, 5, 6], [1, 10, 100], [-1, -1, -100]);
});

Deno.test("factors get the product of all others, zeros and repeated indices included", () => {
  assertGradients("multiply", [2, 2, 3], [4, 5, 0.5], [20, 10, 50], [10, 8, 300]);
  assertGradients("multiply", [2, 2, 3], [0, 5, 0], [0, 10, 0], [10, 0, 300]);
  assertGradients("multiply", [2, 2, 0], [0, 0, 5], [0, 10, 500], [0, 0, 0]);
  assertGradients("multiply", [0, 0, 0], [4, 5, 6], [20, 10, 600], [0, 0, 0]);
});

Deno.test("of extremes the element that the result is gets the gradient, the first of equals", () => {
  assertGradients("max", [1, 2, 3], [4, 5, 2], [0, 10, 100], [0, 1, 0]);
  assertGradients("min", [9, 2, 3], [4, 5, 2], [0, 10, 0], [1, 0, 100]);
  assertGradients("max", [1, 2, 3], [4, 4, 3], [0, 10, 100], [1, 0, 0]);
  assertGradients("min", [4, 2, 3], [4, 4, 3], [1, 10, 100], [0, 0, 0]);
});

Deno.test("complex factors and extremes: gradients are directions of steepest ascent", () => {
  const [x, y] = [nd.tensor([{ re: 1, im: 2 }]), nd.tensor([{ re: 3, im: -1 }])];
  const zero = nd.tensor([0], { dtype: "int32" });
  const of = (mode: "multiply" | "max"): readonly unknown[] => {
    const loss = (a: Tensor, b: Tensor): Tensor => nd.sum(nd.real(nd.at(a, zero)[mode](b)));
    const result = grad(loss as Transformable, { argnums: [0, 1] })(x as never, y as never);
    return (result as readonly Tensor[]).map((g) => g.item());
  };
  assert.deepEqual(of("multiply"), [{ re: 3, im: 1 }, { re: 1, im: -2 }]);
  assert.deepEqual(of("max"), [{ re: 0, im: 0 }, { re: 1, im: 0 }]);
});

Deno.test("gradients of batched updates are those of each example", () => {
  const x = vector([1, 2, 3, 3, 2, 1]);
  const [rows, updates] = [nd.reshape(x, [2, 3]), nd.reshape(vector([3, 1, 3, 4, 4, 0]), [2, 3])];
  for (const mode of ["set", "add", "subtract", "multiply", "min", "max"] as const) {
    const both = (a: Tensor, b: Tensor): readonly Tensor[] => [...gradients(mode, a, b)];
    const many = vmap(both as Transformable) as unknown as typeof both;
    const together = many(rows, updates);
    const single = [...rows].map((row, i) => both(row, [...updates][i]!));
    together.forEach((gradient, place) =>
      assertTensorEqual(gradient, nd.stack(single.map((own) => own[place]!)), mode)
    );
  }
});

Deno.test("second derivatives of what was multiplied by different rows", () => {
  const slope = (u: Tensor): Tensor => {
    const loss = (v: Tensor): Tensor => nd.sum(nd.at(vector([2, 3]), INDICES).multiply(v));
    return grad(loss)(u);
  };
  // The sum of 2 u[0] u[1] and 3 u[2].
  const [, tangent] = jvp(slope, [vector([5, 7, 1])], [vector([1, 10, 100])]);
  assertAllClose(tangent, vector([20, 2, 0]), { zerosEqual: true, ulps: 4 });
});

/** Rows of a cotangent of what is gathered. */
function sparse(cotangent: Tensor, x: Unknown, ...indices: readonly Tensor[]) {
  const gather: Primitive = primitives.get("gather")!;
  return gather.sparseTranspose!(cotangent, [x, ...indices], { added: 0 });
}

Deno.test("the adjoint of gathering rows stays rows, numbered from the front", () => {
  const table = new Unknown({ dtype: "float32", shape: [4, 2] });
  const numbers = nd.tensor([[1, -1], [-3, 0]], { dtype: "int32" });
  const cotangent: Tensor = nd.reshape(vector([0, 1, 2, 3, 4, 5, 6, 7]), [2, 2, 2]);
  const found = sparse(cotangent, table, numbers)!;
  assertTensorEqual(found.indices, array("int32", [4], [1, 3, 1, 0]));
  assertTensorEqual(found.values, array("float32", [4, 2], [0, 1, 2, 3, 4, 5, 6, 7]));
});

Deno.test("elements by several indices are no rows", () => {
  const table = new Unknown({ dtype: "float32", shape: [4, 2] });
  const numbers = nd.tensor([1, 0], { dtype: "int32" });
  assert.equal(sparse(vector([1, 2]), table, numbers, numbers), undefined);
});

Deno.test("rows of a whole tensor stay rows in reverse mode, added to what is dense", () => {
  const x: Tensor = nd.ones([4, 2]);
  const index = nd.tensor([1, 0, 1], { dtype: "int32" });
  const reads: readonly ((a: Tensor) => Tensor)[] = [
    (a) => nd.at(a, index).get(),
    (a) => nd.take(a, index, { axis: 0 }),
    (a) => nd.multiply(nd.take(a, index, { axis: 0 }), nd.sum(a)),
  ];
  for (const read of reads) {
    const loss = (a: Tensor): Tensor => nd.sum(nd.square(read(a)));
    const { results, map } = linearizeFlat((a) => loss(a!), [x]);
    const ones = results.map((result) => nd.full(result.shape, 1));
    const [found] = transposeLinear(map, ones, new Set(map.inputs));
    const [{ indices, values }, ...others] = found!.sparse as [SparseRows, ...SparseRows[]];
    assert.equal(others.length, 0);
    assertTensorEqual(indices, index);
    const rows = nd.at(nd.zeros([4, 2]) as Tensor, indices as Tensor<"int32">).add(values);
    assertTensorEqual(found!.dense ? nd.add(rows, found!.dense) : rows, grad(loss)(x));
  }
});
