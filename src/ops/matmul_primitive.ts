/**
 * The matrix product as a primitive.
 *
 * @module
 */
import { type Complex, DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import {
  broadcastError,
  matmulError,
  mixedDTypesError,
  unsupportedDTypeError,
} from "../core/errors.ts";
import { complexOf, storeItem } from "../core/item.ts";
import {
  bind,
  definePrimitive,
  type HostArray,
  type Primitive,
  Unknown,
} from "../core/primitive.ts";
import { broadcastShapes, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { matmulKernels } from "../devices/wasm/matmul.ts";
import { conjugated } from "./complex.ts";
import { notTensorError } from "./elementwise.ts";
import { broadcasted, permuted, repeated, reshaped } from "./movement_primitives.ts";

/** Adds the product of two elements to a sum. */
type MultiplyAdd = (sum: Item, x: Item, y: Item) => Item;

const ARITHMETIC: { readonly [kind: string]: readonly [zero: Item, step: MultiplyAdd] } = {
  float: [0, (sum, x, y) => (sum as number) + (x as number) * (y as number)],
  integer: [0n, (sum, x, y) => (sum as bigint) + BigInt(x as number) * BigInt(y as number)],
  complex: [{ re: 0, im: 0 }, (sum, x, y) => {
    const [s, a, b]: Complex[] = [complexOf(sum), complexOf(x), complexOf(y)];
    return {
      re: s!.re + (a!.re * b!.re - a!.im * b!.im),
      im: s!.im + (a!.re * b!.im + a!.im * b!.re),
    };
  }],
  bool: [false, (sum, x, y) => (sum as boolean) || ((x as boolean) && (y as boolean))],
};

/** The matrices with rows and columns exchanged, and conjugate if they are complex. */
function adjoint(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const [rows, columns] = axes.splice(-2) as [number, number];
  return conjugated(permuted(x, [...axes, columns, rows]));
}

function multiplied(a: Tensor, b: Tensor): Tensor {
  return bind(MATMUL, [a, b], undefined);
}

/** The definition: one sum after the other, in order. */
function product(a: HostArray, b: HostArray): readonly Item[] {
  const rank = a.shape.length;
  const [m, k, n] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
  const { kind } = DTYPES[a.dtype];
  const [zero, step] = ARITHMETIC[kind === "int" || kind === "uint" ? "integer" : kind]!;
  const result: Item[] = [];
  for (let stack = 0; stack < sizeOf(a.shape.slice(0, -2)); stack++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = zero;
        for (let l = 0; l < k; l++) {
          const x = a.items[(stack * m + i) * k + l]!;
          sum = step(sum, x, b.items[(stack * k + l) * n + j]!);
        }
        result.push(storeItem(a.dtype, sum));
      }
    }
  }
  return result;
}

const MATMUL: Primitive<void> = definePrimitive<void>({
  name: "matmul",
  rule: ([a, b]) => [
    { dtype: a!.dtype, shape: [...a!.shape.slice(0, -1), b!.shape[b!.shape.length - 1]!] },
  ],
  reference: ([a, b]) => [product(a!, b!)],
  lower: { wasm: matmulKernels() },
  derivatives: [(t, [, b]) => multiplied(t, b!), (t, [a]) => multiplied(a!, t)],
  transpose: ([c], [a, b]) => [
    a instanceof Unknown ? multiplied(c!, adjoint(b as Tensor)) : null,
    b instanceof Unknown ? multiplied(adjoint(a as Tensor), c!) : null,
  ],
  batch: ([a, b], batched, _, size) => {
    if (!batched[1] && b!.ndim === 2) {
      // More rows for the same right matrix: one large product is faster than many.
      const [m, k] = a!.shape.slice(1) as [number, number];
      const rows = multiplied(reshaped(a!, [size * m, k]), b!);
      return [reshaped(rows, [size, m, b!.shape[1]!])];
    }
    if (!batched[0] && a!.ndim === 2 && b!.shape[2] === 1) {
      // Vectors for the same left matrix: the rows of one product with its transpose.
      const [m, k] = a!.shape as [number, number];
      const rows = multiplied(reshaped(b!, [size, k]), permuted(a!, [1, 0]));
      return [reshaped(rows, [size, m, 1])];
    }
    return [multiplied(
      batched[0] ? a! : repeated(a!, size),
      batched[1] ? b! : repeated(b!, size),
    )];
  },
  dtypes: dtypesOfKind("bool", "int", "uint", "float", "complex"),
  samples: [
    { shapes: [[2, 3], [3, 4]], params: undefined },
    { shapes: [[1, 7], [7, 1]], params: undefined },
    { shapes: [[9, 1], [1, 13]], params: undefined },
    { shapes: [[2, 0], [0, 3]], params: undefined },
    { shapes: [[0, 2], [2, 3]], params: undefined },
    { shapes: [[3, 2, 5, 4], [3, 2, 4, 6]], params: undefined },
    { shapes: [[17, 19], [19, 11]], params: undefined },
    { shapes: [[17, 19], [19, 1]], params: undefined },
  ],
  ulps: 8,
});

/** Leading axes of the product. A disagreement is told with the whole shapes. */
function batchShape(a: Shape, b: Shape): Shape {
  const [left, right] = [a.slice(0, -2), b.slice(0, -2)];
  for (let axis = 1; axis <= Math.min(left.length, right.length); axis++) {
    const [x, y] = [left.at(-axis)!, right.at(-axis)!];
    if (x !== y && x !== 1 && y !== 1) throw broadcastError("matmul", a, b, -axis - 2);
  }
  return broadcastShapes("matmul", left, right);
}

/**
 * Product of two tensors of rank 1 or more, as NumPy defines it: vectors get an
 * axis which the result drops again, leading axes broadcast.
 *
 * @param a Left operand.
 * @param b Right operand.
 * @returns The product.
 * @throws {ShapeError} If a rank is 0, or the inner lengths differ.
 * @throws {DTypeError} If the dtypes differ or are strings.
 */
export function matrixProduct(a: TensorLike, b: TensorLike): Tensor {
  if (!(a instanceof Tensor)) throw notTensorError("matmul", a);
  if (!(b instanceof Tensor)) throw notTensorError("matmul", b);
  if (a.dtype !== b.dtype) throw mixedDTypesError("matmul", a.dtype, b.dtype);
  if (a.dtype === "string") {
    throw unsupportedDTypeError("matmul", a.dtype, "numeric or bool");
  }
  if (a.ndim === 0 || b.ndim === 0) throw matmulError(a.shape, b.shape);
  const left: Shape = a.ndim === 1 ? [1, ...a.shape] : a.shape;
  const right: Shape = b.ndim === 1 ? [...b.shape, 1] : b.shape;
  const [m, k] = left.slice(-2) as [number, number];
  const [l, n] = right.slice(-2) as [number, number];
  if (k !== l) throw matmulError(a.shape, b.shape);
  const batch = batchShape(a.shape, b.shape);
  const result = multiplied(
    broadcasted(a.ndim === 1 ? reshaped(a, left) : a, [...batch, m, k]),
    broadcasted(b.ndim === 1 ? reshaped(b, right) : b, [...batch, l, n]),
  );
  if (a.ndim > 1 && b.ndim > 1) return result;
  const shape = [...batch, ...(a.ndim === 1 ? [] : [m]), ...(b.ndim === 1 ? [] : [n])];
  return reshaped(result, shape);
}
