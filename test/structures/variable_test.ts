// Expected values are those of TensorFlow 2.21 in the same session, call by call.
import assert from "node:assert/strict";
import * as nd from "../../mod.ts";

function matrix(): nd.Variable<"float32", [2, 3]> {
  return nd.variable([[2, 4, 6], [8, 10, 12]]);
}

function rows(values: number[][], indices: number[]): nd.IndexedSlices<"float32"> {
  return nd.indexedSlices(
    nd.tensor(values) as nd.Tensor<"float32", number[]>,
    nd.tensor(indices, { dtype: "int32" }),
  );
}

Deno.test("assign replaces the value and returns the variable", () => {
  const v = nd.variable([[1, 2, 3], [4, 5, 6]]);
  assert.equal(v.assign(nd.multiply(2, v.value)), v);
  assert.deepEqual(v.value.toArray(), [[2, 4, 6], [8, 10, 12]]);
  v.assign([[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(v.value.toArray(), [[1, 2, 3], [4, 5, 6]]);
});

Deno.test("a part is assigned, values broadcasting into it", () => {
  const v = matrix();
  v.at(0, 1).assign(42);
  assert.deepEqual(v.value.toArray(), [[2, 42, 6], [8, 10, 12]]);
  v.at(":", 2).assign([0, 1]);
  assert.deepEqual(v.value.toArray(), [[2, 42, 0], [8, 10, 1]]);
  v.at(":", 2).assign(5);
  assert.deepEqual(v.value.toArray(), [[2, 42, 5], [8, 10, 5]]);
  const u = nd.variable([50, 2, 1], { dtype: "int32" });
  u.at("1:").assign([7, 7]);
  u.at("::-1").assign([1, 2, 3]);
  assert.deepEqual(u.value.toArray(), [3, 2, 1]);
  u.at(nd.tensor([0], { dtype: "int32" })).assign(50);
  u.at(null).assign([[1, 1, 1]]);
  assert.deepEqual(u.value.toArray(), [1, 1, 1]);
});

Deno.test("a value that does not fit is refused and nothing changes", () => {
  const v = matrix();
  assert.throws(() => v.at(0).assign([1, 2]), nd.ShapeError);
  assert.throws(() => v.assign([1, 2] as unknown as number[][]), {
    name: "ShapeError",
    message: "Cannot assign to variable Variable of shape [2, 3] by a tensor of shape [2]: " +
      "the shapes must be equal",
  });
  const ints = nd.ones([2, 3], { dtype: "int32" }) as unknown as nd.Tensor<"float32", [2, 3]>;
  assert.throws(() => v.assign(ints), {
    name: "DTypeError",
    message: "Cannot assign to variable Variable of float32 by int32: cast the value first",
  });
  assert.throws(() => v.assignAdd(1 as unknown as number[][]), nd.ShapeError);
  assert.throws(() => v.assignAdd([[1, 1, 1]] as unknown as number[][]), nd.ShapeError);
  assert.throws(() => v.scatterNdUpdate([[5, 0]], [1]), {
    name: "IndexError",
    message: "Cannot take index 5 of axis 0 with length 2: an index must be from -2 to 1",
  });
  assert.throws(() => v.scatterNdUpdate([[0, 0], [1, 9]], [1, 2]), nd.IndexError);
  assert.throws(() => v.scatterUpdate(rows([[1, 2, 3]], [7])), nd.IndexError);
  assert.throws(() => nd.variable(nd.tensor([1]) as never, { dtype: "int32" }), nd.DTypeError);
  assert.deepEqual(v.value.toArray(), [[2, 4, 6], [8, 10, 12]]);
});

Deno.test("assignAdd and assignSub add and subtract", () => {
  const v = nd.variable([[1, 1, 1], [1, 1, 1]]);
  v.assign([[1, 2, 3], [4, 5, 6]]);
  v.assignAdd(nd.ones([2, 3]));
  assert.deepEqual(v.value.toArray(), [[2, 3, 4], [5, 6, 7]]);
  v.assignSub(nd.ones([2, 3]));
  assert.deepEqual(v.value.toArray(), [[1, 2, 3], [4, 5, 6]]);
});

Deno.test("rows are updated by indexed slices", () => {
  const v = nd.variable([[1, 2, 3], [4, 5, 6]]);
  const both = rows([[4, 5, 6], [1, 2, 3]], [0, 1]);
  const shown = (): unknown => v.value.toArray();
  assert.deepEqual(v.scatterUpdate(both).value.toArray(), [[4, 5, 6], [1, 2, 3]]);
  v.scatterAdd(both);
  assert.deepEqual(shown(), [[8, 10, 12], [2, 4, 6]]);
  v.scatterSub(both);
  assert.deepEqual(shown(), [[4, 5, 6], [1, 2, 3]]);
  v.scatterMax(both);
  v.scatterMin(both);
  assert.deepEqual(shown(), [[4, 5, 6], [1, 2, 3]]);
  v.scatterMul(both);
  assert.deepEqual(shown(), [[16, 25, 36], [1, 4, 9]]);
  v.scatterDiv(both);
  assert.deepEqual(shown(), [[4, 5, 6], [1, 2, 3]]);
  v.scatterUpdate(rows([[1, 2, 3], [9, 9, 9]], [0, 0]));
  assert.deepEqual(shown(), [[9, 9, 9], [1, 2, 3]]);
  v.batchScatterUpdate({ indices: [[0], [2]], values: [[9], [8]] });
  assert.deepEqual(shown(), [[9, 9, 9], [1, 2, 8]]);
});

Deno.test("elements and rows are updated at index vectors", () => {
  const v = nd.variable([[9, 5, 6], [1, 2, 8]]);
  const shown = (): unknown => v.value.toArray();
  v.scatterNdAdd([[0, 0], [0, 0]], [1, 1]);
  assert.deepEqual(shown(), [[11, 5, 6], [1, 2, 8]]);
  v.scatterNdSub([[0]], [[1, 1, 1]]);
  assert.deepEqual(shown(), [[10, 4, 5], [1, 2, 8]]);
  v.scatterNdMax([[0, 0]], [1000]);
  assert.deepEqual(shown(), [[1000, 4, 5], [1, 2, 8]]);
  v.scatterNdMin([[0, 0]], [-1000]);
  assert.deepEqual(shown(), [[-1000, 4, 5], [1, 2, 8]]);
  v.scatterNdUpdate([[0, 0], [0, 0]], [1, 2]);
  assert.deepEqual(shown(), [[2, 4, 5], [1, 2, 8]]);
  assert.deepEqual(v.gatherNd([[0, 1]]).toArray(), [4]);
  assert.deepEqual(v.sparseRead([0, 0]).toArray(), [[2, 4, 5], [2, 4, 5]]);
});

Deno.test("a tensor read earlier never changes", () => {
  const changes: ((v: nd.Variable<"float32", [2, 3]>) => unknown)[] = [
    (v) => v.assign([[0, 0, 0], [0, 0, 0]]),
    (v) => v.assignAdd(nd.ones([2, 3])),
    (v) => v.at(0).assign(0),
    (v) => v.at(nd.tensor([1], { dtype: "int32" })).assign(0),
    (v) => v.at(nd.greater(v.value, 5)).assign(0),
    (v) => v.scatterNdUpdate([[0, 0]], [0]),
    (v) => v.scatterAdd(rows([[1, 1, 1]], [1])),
  ];
  for (const change of changes) {
    for (const writes of [1, 3]) {
      const v = matrix();
      // A write before the read makes the memory the variable's own.
      v.at(0, 0).assign(2);
      const before = v.value;
      const view = nd.slice(before, ":", 1);
      for (let i = 0; i < writes; i++) change(v);
      assert.deepEqual(before.toArray(), [[2, 4, 6], [8, 10, 12]], String(change));
      assert.deepEqual(view.toArray(), [4, 10], String(change));
      assert.notDeepEqual(v.value.toArray(), before.toArray(), String(change));
    }
  }
});

Deno.test("memory that was never handed out is written to in place", () => {
  const v = nd.variable(new Float32Array(100_000));
  v.at(0).assign(1);
  const handle = (): unknown => {
    const part = v.value;
    return (part.storage as unknown as { address: number }).address + part.offset;
  };
  const own = handle();
  v.at(1).assign(1);
  const copied = handle();
  assert.notEqual(copied, own);
  const w = nd.variable(new Float32Array(100_000));
  for (let i = 0; i < 1000; i++) w.at(i).assign(i);
  assert.equal(nd.sum(w.value).item(), 499_500);
});

Deno.test("a variable may be assigned from itself", () => {
  const v = nd.variable([1, 2, 3, 4]);
  v.at("1:").assign(v.at(":3").value);
  assert.deepEqual(v.value.toArray(), [1, 1, 2, 3]);
  v.assign(nd.flip(v.value));
  v.at("::-1").assign(v.value);
  assert.deepEqual(v.value.toArray(), [1, 1, 2, 3]);
});

Deno.test("every dtype can be held and changed in part", () => {
  const made: [nd.DType, unknown[], unknown][] = [
    ["bool", [true, false], false],
    ["int64", [1n, 2n], -5n],
    ["uint8", [1, 2], 255],
    ["float16", [1, 2], 0.5],
    ["bfloat16", [1, 2], 0.5],
    ["complex64", [{ re: 1, im: 2 }, { re: 3, im: 4 }], { re: -1, im: 0 }],
    ["string", ["a", "b"], "c"],
  ];
  for (const [dtype, values, value] of made) {
    const v: nd.Variable = nd.variable(values as number[], { dtype: dtype as "float32" });
    v.at(1).assign(value as number);
    assert.equal(v.dtype, dtype);
    assert.deepEqual(v.value.toArray(), [values[0], value]);
  }
});

Deno.test("name and trainable are kept, and shown", () => {
  const v = nd.variable([1, 2], { name: "w", trainable: false });
  assert.equal(v.name, "w");
  assert.equal(v.trainable, false);
  assert.equal(String(v), 'variable("w", tensor([1., 2.], dtype=float32))');
  assert.equal(nd.variable(1).trainable, true);
});

Deno.test("a value of several lines is shown below the name", () => {
  const text = 'variable("Variable",\ntensor([[1., 2.],\n        [3., 4.]], dtype=float32))';
  assert.equal(String(nd.variable([[1, 2], [3, 4]])), text);
});

Deno.test("disposing of what was read or assigned leaves the variable alone", () => {
  for (const length of [3, 100_000]) {
    const given = nd.add(nd.zeros([length]), 1);
    const v = nd.variable(given);
    given[Symbol.dispose]();
    {
      using read = v.value;
      assert.equal(read.size, length);
    }
    const assigned = nd.add(nd.zeros([length]), 2);
    v.assign(assigned);
    assigned[Symbol.dispose]();
    v.at(0).assign(5);
    assert.deepEqual(nd.slice(v.value, ":3").toArray(), [5, 2, 2]);
  }
});

Deno.test("scattering to rank 0, to no rows and to bool is refused", () => {
  const row = nd.tensor([0], { dtype: "int32" });
  const scalar: nd.Variable = nd.variable(3);
  assert.throws(() => scalar.scatterUpdate(nd.indexedSlices(nd.tensor([1]), row)), {
    name: "IndexError",
    message: "Cannot take 1 indices of a tensor of rank 0: there is one index an axis at most",
  });
  assert.throws(() => scalar.scatterNdUpdate([[0]], [1]), {
    name: "IndexError",
    message: "Cannot index variable Variable of shape [] by vectors of shape [1, 1]: " +
      "it has no axes, assign to it",
  });
  const flags = nd.variable([true, false]);
  assert.throws(() => flags.scatterMin(nd.indexedSlices(nd.tensor([true]), row)), {
    name: "DTypeError",
    message: "Cannot take minima in variable Variable of bool: assign to it",
  });
});

Deno.test("indexed slices are checked", () => {
  const row = nd.tensor([0], { dtype: "int32" });
  assert.throws(() => nd.indexedSlices([[1]] as never, row), nd.DTypeError);
  assert.throws(() => nd.indexedSlices(nd.ones([1, 2]), [0] as never), nd.DTypeError);
  assert.throws(() => nd.indexedSlices(nd.ones([1, 2]), nd.tensor([0]) as never), nd.DTypeError);
  assert.throws(() => nd.indexedSlices(nd.ones([2, 2]), row), nd.ShapeError);
  assert.throws(() => nd.indexedSlices(nd.ones([1, 1]), row, { denseShape: [4, 3] }), {
    name: "ShapeError",
    message: "Cannot number rows of shape [1, 1] in a tensor of shape [4, 3]: " +
      "only the first lengths may differ",
  });
  const loose = { values: nd.ones([1, 1]), indices: row, denseShape: [4, 3] };
  assert.throws(() => nd.toDense(loose), nd.ShapeError);
});

Deno.test("types: shape and dtype of a variable are fixed", () => {
  const v = matrix();
  const value: nd.Tensor<"float32", [2, 3]> = v.value;
  assert.deepEqual(value.shape, [2, 3]);
  // @ts-expect-error another shape
  assert.throws(() => v.assign(nd.zeros([3, 2])));
  // @ts-expect-error another dtype
  assert.throws(() => v.assign(nd.zeros([2, 3], { dtype: "int32" })));
});
