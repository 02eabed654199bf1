/**
 * What all elementwise functions share: scalars, broadcasting, dtypes and their errors.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { onlyTypes, same, says } from "../core/types/expect.ts";
import { array, assert, assertTensorEqual } from "../support/assert.ts";

const ints = nd.tensor([[1, 2, 3], [4, 5, 6]], { dtype: "int32" });
const bools = nd.tensor([true, false]);
const words = nd.tensor(["a", "b"]);

Deno.test("a scalar stands on either side and takes the tensor's dtype", () => {
  assertTensorEqual(nd.subtract(ints, 1), array("int32", [2, 3], [0, 1, 2, 3, 4, 5]));
  assertTensorEqual(nd.subtract(1, ints), array("int32", [2, 3], [0, -1, -2, -3, -4, -5]));
  assertTensorEqual(nd.add(nd.tensor([1n]), 2), array("int64", [1], [3n]));
  assertTensorEqual(nd.logicalOr(bools, true), array("bool", [2], [true, true]));
  assertTensorEqual(nd.equal("b", words), array("bool", [2], [false, true]));
  const z = nd.tensor([{ re: 1, im: 1 }]);
  assertTensorEqual(nd.add({ re: 1, im: -2 }, z), array("complex64", [1], [{ re: 2, im: -1 }]));
});

Deno.test("shapes broadcast; length 0 and rank 0 are shapes like others", () => {
  const column = nd.tensor([[10], [20]], { dtype: "int32" });
  assertTensorEqual(nd.add(ints, column), array("int32", [2, 3], [11, 12, 13, 24, 25, 26]));
  assertTensorEqual(nd.add(nd.tensor(2), nd.tensor(3)), array("float32", [], [5]));
  assertTensorEqual(nd.add(nd.zeros([0, 3]), nd.zeros([3])), array("float32", [0, 3], []));
  assertTensorEqual(nd.add(nd.zeros([2, 0]), 1), array("float32", [2, 0], []));
  assertTensorEqual(nd.less(nd.zeros([0, 1]), nd.zeros([1, 4])), array("bool", [0, 4], []));
  assertTensorEqual(
    nd.divide(nd.tensor(1), nd.zeros([1, 1])),
    array("float32", [1, 1], [Infinity]),
  );
});

Deno.test("operands may lie in any layout", () => {
  const x = nd.transpose(ints);
  assertTensorEqual(nd.add(x, x), array("int32", [3, 2], [2, 8, 4, 10, 6, 12]));
  const turned = nd.negative(nd.slice(ints, ":", "::-2"));
  assertTensorEqual(turned, array("int32", [2, 2], [-3, -1, -6, -4]));
  const rows = nd.broadcastTo(nd.tensor([1, 2, 3], { dtype: "int32" }), [2, 3]);
  assertTensorEqual(nd.multiply(rows, ints), array("int32", [2, 3], [1, 4, 9, 4, 10, 18]));
});

Deno.test("functions that change nothing return a tensor of their own", () => {
  const x = nd.tensor([1, 2], { dtype: "int32" });
  for (const same of [nd.floor(x), nd.round(x), nd.cast(x, "int32"), nd.conj(x), nd.clip(x, {})]) {
    assertTensorEqual(same, x);
    same[Symbol.dispose]();
  }
  assert.deepEqual(x.toArray(), [1, 2]);
});

Deno.test("types tell dtype and shape of results", () => {
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const n = nd.zeros([3], { dtype: "int32" });
    const z = nd.zeros([3], { dtype: "complex64" });
    const sum = nd.add(x, nd.zeros([3]));
    same<typeof sum, nd.Tensor<"float32", [2, 3]>>();
    const quotient = nd.divide(n, 2);
    same<typeof quotient, nd.Tensor<"float64", [3]>>();
    const order = nd.less(0, x);
    same<typeof order, nd.Tensor<"bool", [2, 3]>>();
    const root = nd.sqrt(n);
    same<typeof root, nd.Tensor<"float64", [3]>>();
    const size = nd.abs(z);
    same<typeof size, nd.Tensor<"float32", [3]>>();
    const chosen = nd.where(order, 0, nd.zeros([3]));
    same<typeof chosen, nd.Tensor<"float32", [2, 3]>>();
    const whole = nd.cast(x, "int32");
    same<typeof whole, nd.Tensor<"int32", [2, 3]>>();
    const made = nd.complex(x, 0);
    same<typeof made, nd.Tensor<"complex64", [2, 3]>>();
    const bounded = nd.clip(nd.zeros([3]), { min: 0, max: x });
    same<typeof bounded, nd.Tensor<"float32", [2, 3]>>();
    const turned = nd.angle(n);
    same<typeof turned, nd.Tensor<"float64", [3]>>();
    // @ts-expect-error Cannot take remainders of complex64: the operand must be real
    nd.remainder(z, z);
    // @ts-expect-error Cannot negate bool: the operand must be numeric
    nd.negative(order);
    // @ts-expect-error Cannot compare float32 and int32: cast one of them first
    nd.equal(x, n);
    // @ts-expect-error Cannot represent 1.5 as int32
    nd.multiply(n, 1.5);
    // @ts-expect-error Cannot select by float32: the operand must be bool
    nd.where(x, x, x);
    // @ts-expect-error Cannot clip tensors of shape [2, 3] and [4]
    nd.clip(x, { max: nd.zeros([4]) });
  });
});

Deno.test("functions generic in shape and dtype compile", () => {
  function logistic<S extends nd.Shape>(x: nd.Tensor<"float32", S>): nd.Tensor<"float32", S> {
    return nd.divide(1, nd.add(nd.exp(nd.negative(x)), 1));
  }
  function relu<S extends nd.Shape>(x: nd.Tensor<"float32", S>): nd.Tensor<"float32", S> {
    return nd.where(nd.less(x, 0), 0, x);
  }
  assertTensorEqual(logistic(nd.tensor([0, Infinity])), array("float32", [2], [0.5, 1]));
  assertTensorEqual(relu(nd.tensor([-1, 2])), array("float32", [2], [0, 2]));
});

Deno.test("two dtypes are never mixed", () => {
  const x = nd.zeros([]);
  says("Cannot subtract float32 and int32: cast one of them first", nd.subtract, x, ints);
  says("Cannot compare int32 and bool: cast one of them first", nd.less, ints, bools);
  says("Cannot take angles of float32 and int32: cast one of them first", nd.arctan2, x, ints);
  says("Cannot clip float32 and int32: cast one of them first", nd.clip, x, { min: ints });
  says("Cannot select from float32 and int32: cast one of them first", nd.where, bools, x, ints);
});

Deno.test("dtypes for which a function has no meaning are refused", () => {
  says("Cannot add bool: the operand must be numeric", nd.add, bools, bools);
  says("Cannot divide bool: the operand must be numeric", nd.divide, bools, true);
  says("Cannot negate string: the operand must be numeric", nd.negative, words);
  says("Cannot take square roots of string: the operand must be numeric or bool", nd.sqrt, words);
  says(
    "Cannot take floors of complex64: the operand must be real",
    nd.floor,
    nd.tensor({ re: 1, im: 2 }),
  );
  says("Cannot shift float32: the operand must be integer", nd.leftShift, nd.zeros([]), 1);
  says("Cannot select by int32: the operand must be bool", nd.where, ints, ints, ints);
  says("Cannot clip bool: the operand must be numeric", nd.clip, bools, {});
});

Deno.test("scalars that the dtype cannot hold are refused", () => {
  const advice = "pass a value of that dtype, or cast the tensor to one that holds it";
  says(`Cannot represent 1.5 as int32: ${advice}`, nd.add, ints, 1.5);
  says(`Cannot represent -1 as uint8: ${advice}`, nd.add, -1, nd.zeros([], { dtype: "uint8" }));
  says(`Cannot represent true as float32: ${advice}`, nd.equal, nd.zeros([]), true);
  says(`Cannot represent 1 as bool: ${advice}`, nd.logicalAnd, bools, 1);
  says(`Cannot represent 0+1i as float32: ${advice}`, nd.add, nd.zeros([]), { re: 0, im: 1 });
});

Deno.test("shapes that do not broadcast are refused", () => {
  const message = "tensors of shape [2, 3] and [2]: axis -1 has lengths 3 and 2";
  const pair = nd.tensor([1, 2], { dtype: "int32" });
  says(`Cannot multiply ${message}`, nd.multiply, ints, pair);
  says(`Cannot compare ${message}`, nd.equal, ints, pair);
  says(`Cannot take powers of ${message}`, nd.power, ints, pair);
  says(`Cannot clip ${message}`, nd.clip, ints, { max: pair });
  says(`Cannot select from ${message}`, nd.where, nd.zeros([2, 3], { dtype: "bool" }), 0, pair);
});

Deno.test("an operand must be a tensor", () => {
  const advice = "an operand must be a tensor, make one with tensor()";
  says(`Cannot add 1: ${advice}`, nd.add, 1, 2);
  says(`Cannot take exponentials of 2: ${advice}`, nd.exp, 2);
  says(`Cannot select by true: ${advice}`, nd.where, true, ints, ints);
});
