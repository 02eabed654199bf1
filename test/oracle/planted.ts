/**
 * Rows about functions with deliberate mistakes, which comparing with NumPy must find.
 *
 * @module
 */
import fc from "fast-check";
import type { DType } from "../../src/core/dtype.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { arrays } from "../support/arbitraries.ts";
import { operand, operands } from "./arguments.ts";
import type { Namespace, PublicFunction, Row } from "./row.ts";

type Add = (x: Tensor, y: Tensor) => Tensor;

/** A row about add, whose result is spoilt. */
function spoilt(
  label: string,
  spoil: (add: Add, x: Tensor, y: Tensor) => unknown,
  special: Partial<Row> = {},
): Row {
  return {
    name: "add",
    label,
    np: "np.add",
    args: operands(2, { dtypes: ["float32"], others: false }),
    ours: (nd: Namespace, x: Tensor, y: Tensor) => spoil(nd["add"] as Add, x, y),
    runs: 400,
    ...special,
  };
}

function mapped(x: Tensor, change: (item: number, i: number) => number): Tensor {
  const values = Array.from(x.data() as ArrayLike<number>, change);
  return wasmDevice().fromItems(x.dtype, x.shape, values);
}

/** Mistakes by what is wrong. */
export const PLANTED: readonly Row[] = [
  spoilt("one unit in the last place", (add, x, y) => mapped(add(x, y), (z) => z * (1 + 2 ** -23))),
  spoilt("the sign of zero", (add, x, y) => mapped(add(x, y), (z) => z + 0)),
  spoilt("NaN is lost", (add, x, y) => mapped(add(x, y), (z) => Number.isNaN(z) ? 0 : z)),
  spoilt(
    "infinity is lost",
    (add, x, y) => mapped(add(x, y), (z) => z === Infinity ? 3.4028234663852886e38 : z),
  ),
  spoilt(
    "subnormals are lost",
    (add, x, y) => mapped(add(x, y), (z) => Math.abs(z) < 2 ** -126 ? 0 : z),
  ),
  spoilt(
    "the last element of a long axis",
    (add, x, y) => mapped(add(x, y), (z, i) => i === 1029 ? 0 : z),
  ),
  spoilt("the dtype", (add, x, y) => {
    const z = add(x, y);
    return wasmDevice().fromItems("float64", z.shape, Array.from(z.data() as ArrayLike<number>));
  }),
  spoilt("the shape", (add, x, y) => {
    const z = add(x, y);
    return new Tensor(z.dtype, [1, ...z.shape], [1, ...z.strides], z.offset, z.storage);
  }),
  spoilt("an error is missing", (add, x, y) => {
    try {
      return add(x, y);
    } catch {
      return x;
    }
  }),
  spoilt("an error is unfounded", (add, x, y) => {
    if (x.ndim === 3) throw new ShapeError("Cannot add tensors of rank 3: that is too much");
    return add(x, y);
  }),
  spoilt("an error of no class of ours", (add, x, y) => {
    try {
      return add(x, y);
    } catch {
      throw new TypeError("Cannot add tensors: the shapes differ");
    }
  }),
  spoilt("a message without what would help", (add, x, y) => {
    try {
      return add(x, y);
    } catch {
      throw new ShapeError("Shapes differ.");
    }
  }),
  spoilt("no tensor", (add, x, y) => add(x, y).toArray()),
  {
    ...spoilt("a dtype that should be refused", (_, x) => x),
    refuses: [{ reason: "planted", when: () => true }],
  },
  {
    name: "sum",
    label: "an element is left out",
    np: "wide(np.sum)",
    args: fc.constantFrom<DType>("float32", "float64").chain((dtype) =>
      arrays(dtype, [40], { profile: "moderate" })
    ).map((x) => [x]),
    ours: (nd: Namespace, x: Tensor) =>
      (nd["sum"] as PublicFunction)(
        new Tensor(x.dtype, [x.size - 1], x.strides, x.offset, x.storage),
      ),
    ulps: 6,
    scale: "magnitudes(np.sum)",
  },
  {
    name: "sum",
    label: "int64 is not int32",
    np: "np.sum",
    args: operand({ dtypes: ["int32"], others: false }).map((x) => [x]),
  },
];
