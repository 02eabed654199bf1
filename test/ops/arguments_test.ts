/** Arguments that TypeScript refuses, from callers who run without checking. */
import assert from "node:assert/strict";
import * as nd from "../../mod.ts";

// deno-lint-ignore no-explicit-any
const loose = nd as any;

const REFUSED: readonly [call: () => unknown, name: string, message: string][] = [
  [
    () => loose.concat(nd.ones([2]), nd.ones([2])),
    "ArgumentError",
    "Cannot concatenate tensor([1., 1.], dtype=float32): pass an array of tensors",
  ],
  [() => loose.stack(5), "ArgumentError", "Cannot stack 5: pass an array of tensors"],
  [
    () => loose.tile(nd.ones([2]), 2),
    "ArgumentError",
    "Cannot tile 2 times: give an array, a number for each axis",
  ],
  [
    () => loose.split(nd.ones([2]), "a"),
    "ArgumentError",
    'Cannot split an axis of length 2 into "a" equal parts: the number of parts must divide ' +
    "the length, or pass the places to cut at",
  ],
  [
    () => loose.reshape(nd.ones([2]), 2),
    "ShapeError",
    "Cannot make a tensor of shape 2: a shape is an array of lengths",
  ],
  [
    () => loose.transpose(nd.ones([2, 2]), 1, 0),
    "ShapeError",
    "Cannot transpose a tensor of shape [2, 2] by axes 1: each of its axes must stand once",
  ],
  [
    () => loose.expandDims(nd.ones([2])),
    "AxisError",
    "Cannot insert axis undefined of a tensor of rank 2: axis must be from -2 to 1",
  ],
  [
    () => loose.einsum(nd.ones([2]), nd.ones([2])),
    "ArgumentError",
    "Cannot einsum tensor([1., 1.], dtype=float32): the first argument is a text such as " +
    '"ij,jk->ik"',
  ],
  [
    () => loose.slice(nd.ones([3]), [0, 1]),
    "IndexError",
    'Cannot index by [0, 1]: an index is an integer, a range such as "1:3", "...", null, ' +
    "or a tensor of integers or booleans",
  ],
  [
    () => loose.linspace(1n, 2),
    "DTypeError",
    "Cannot represent 1n as float32: pass a value of that dtype, or cast the tensor to one " +
    "that holds it",
  ],
  [
    () => loose.eye(2, { k: 0.5 }),
    "ArgumentError",
    "Cannot make a matrix with diagonal 0.5: its number is an integer",
  ],
  [
    () => loose.eye(2, { dtype: "string" }),
    "DTypeError",
    "Cannot make a matrix of string: the operand must be numeric or bool",
  ],
  [
    () => loose.add(nd.variable([1]), 1),
    "DTypeError",
    'Cannot add variable("Variable", tensor([1.], dtype=float32)): an operand must be a tensor, ' +
    "pass its value",
  ],
  [
    () => nd.zeros([1e6, 1e6]).data(),
    "DeviceError",
    "Cannot allocate 4000000000000 bytes: the runtime has no memory of that size, " +
    "work on smaller tensors",
  ],
];

Deno.test("arguments of a wrong kind are refused in a sentence", () => {
  for (const [call, name, message] of REFUSED) assert.throws(call, { name, message });
});

Deno.test("values of every kind have a text in messages", () => {
  const nested: unknown[] = [1];
  nested.push(nested);
  const texts: [unknown, string][] = [
    [{ axis: 0 }, "{ axis }"],
    [Object.create(null), "{  }"],
    [[1, "a", 2n], '[1, "a", 2n]'],
    [nested, "[1, [...]]"],
    [new Map(), "an object of Map"],
    [Symbol("x"), "Symbol(x)"],
    [null, "null"],
  ];
  for (const [value, text] of texts) {
    assert.throws(() => loose.add(nd.ones([2]), value), {
      message: `Cannot represent ${text} as float32: pass a value of that dtype, ` +
        `or cast the tensor to one that holds it`,
    });
  }
});

Deno.test("large matrices of ones on a diagonal and long lines are made at once", () => {
  const matrix = nd.eye(3000, { k: -1 });
  assert.equal(nd.sum(matrix).item(), 2999);
  assert.equal(nd.slice(matrix, 2999, 2998).item(), 1);
  const line = nd.linspace(0, 1, { num: 1_000_001, dtype: "float64" });
  assert.deepEqual(nd.slice(line, "::250000").toArray(), [0, 0.25, 0.5, 0.75, 1]);
});
