/**
 * Sorting, searching and scans as primitives.
 *
 * @module
 */
import {
  type Complex,
  type DType,
  DTYPE_NAMES,
  DTYPES,
  dtypesOfKind,
  type Item,
} from "../core/dtype.ts";
import { storeItem } from "../core/item.ts";
import { bind, definePrimitive, type HostArray, type Primitive } from "../core/primitive.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { argsortRows, scan, searchSorted, sortRows } from "../devices/wasm/sort.ts";
import { complexProduct } from "./complex_scalar.ts";
import type { Round } from "./elementwise.ts";
import { compareItems } from "./order.ts";

const ROWS: readonly Shape[] = [[0], [1], [7], [3, 5], [2, 0], [0, 3], [2, 300]];

function rowsOf({ items, shape }: HostArray): readonly (readonly Item[])[] {
  const length = shape[shape.length - 1]!;
  return Array.from(
    { length: sizeOf(shape.slice(0, -1)) },
    (_, row) => items.slice(row * length, (row + 1) * length),
  );
}

/** Values that are sorted alone have -0 before 0, so that the result does not depend on how. */
function compareValues(x: Item, y: Item): number {
  return compareItems(x, y) || Number(Object.is(y, -0)) - Number(Object.is(x, -0));
}

const SORT: Primitive<void> = definePrimitive<void>({
  name: "sort",
  rule: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  reference: ([x]) => [rowsOf(x!).flatMap((row) => row.toSorted(compareValues))],
  lower: { wasm: sortRows() },
  dtypes: DTYPE_NAMES,
  samples: ROWS.map((shape) => ({ shapes: [shape], params: undefined })),
});

const ARGSORT: Primitive<void> = definePrimitive<void>({
  name: "argsort",
  rule: ([x]) => [{ dtype: "int32", shape: x!.shape }],
  reference: ([x]) => [
    rowsOf(x!).flatMap((row) =>
      row.map((_, i) => i).sort((i, j) => compareItems(row[i]!, row[j]!) || i - j)
    ),
  ],
  lower: { wasm: argsortRows() },
  dtypes: DTYPE_NAMES,
  samples: ROWS.map((shape) => ({ shapes: [shape], params: undefined })),
});

/** Parameters of a search. */
export interface SearchParams {
  /** Whether equal elements are passed by. */
  readonly right: boolean;
}

const SEARCH: Primitive<SearchParams> = definePrimitive<SearchParams>({
  name: "searchsorted",
  rule: ([, values]) => [{ dtype: "int32", shape: values!.shape }],
  reference: ([sorted, values], { right }) => [
    values!.items.map((value) => {
      // By halves, so that the answer for unsorted data is defined, too.
      let [low, high] = [0, sorted!.items.length];
      while (low < high) {
        const middle = low + ((high - low) >> 1);
        const order = compareItems(sorted!.items[middle]!, value);
        if (order < 0 || (right && order === 0)) low = middle + 1;
        else high = middle;
      }
      return low;
    }),
  ],
  lower: { wasm: searchSorted() },
  dtypes: DTYPE_NAMES,
  samples: [[0], [1], [4]].flatMap((shape) =>
    [false, true].map((right) => ({ shapes: [shape, [2, 3]], params: { right } }))
  ),
});

/** Parameters of a scan. */
export interface ScanParams {
  /** The axis, from 0. */
  readonly axis: number;
}

type Step = (x: Item, y: Item) => Item;

/** What a scan does to two elements: floats, integers, complex numbers. */
interface Steps {
  readonly float: (x: number, y: number) => number;
  readonly integer: (x: bigint, y: bigint) => bigint;
  readonly complex: (round: Round) => (x: Complex, y: Complex) => Complex;
}

function stepFor(steps: Steps, dtype: DType): Step {
  const { kind } = DTYPES[dtype];
  if (kind === "float") return steps.float as Step;
  if (kind === "complex") {
    return steps.complex(dtype === "complex64" ? Math.fround : (x) => x) as Step;
  }
  return (x, y) => steps.integer(BigInt(x as number), BigInt(y as number));
}

/** Defines a scan: each element combined with all before it, in order. */
function scanning(name: string, kernel: string, steps: Steps): Primitive<ScanParams> {
  return definePrimitive<ScanParams>({
    name,
    rule: ([x]) => [{ dtype: DTYPES[x!.dtype].sum, shape: x!.shape }],
    reference: ([x], { axis }, [out]) => {
      const { compute } = DTYPES[out!.dtype];
      const step = stepFor(steps, compute);
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const length = x!.shape[axis]!;
      const sums: Item[] = [];
      x!.items.forEach((item, i) => {
        const first = Math.floor(i / inner) % length === 0;
        sums.push(storeItem(compute, first ? item : step(sums[i - inner]!, item)));
      });
      return [sums];
    },
    lower: { wasm: scan(kernel) },
    dtypes: dtypesOfKind("bool", "int", "uint", "float", "complex"),
    samples: [
      { shapes: [[0]], params: { axis: 0 } },
      { shapes: [[9]], params: { axis: 0 } },
      { shapes: [[3, 4]], params: { axis: 0 } },
      { shapes: [[2, 3, 2]], params: { axis: 1 } },
      { shapes: [[2, 5]], params: { axis: 1 } },
    ],
  });
}

const CUMSUM: Primitive<ScanParams> = scanning("cumsum", "cumsum", {
  float: (x, y) => x + y,
  integer: (x, y) => x + y,
  complex: () => (x, y) => ({ re: x.re + y.re, im: x.im + y.im }),
});

const CUMPROD: Primitive<ScanParams> = scanning("cumprod", "cumprod", {
  float: (x, y) => x * y,
  integer: (x, y) => x * y,
  complex: complexProduct,
});

/**
 * Each row along the last axis in order.
 *
 * @param x A tensor of rank 1 or more.
 * @returns A tensor like `x`.
 */
export function sortedRows(x: Tensor): Tensor {
  return bind(SORT, [x], undefined);
}

/**
 * The stable order of each row along the last axis.
 *
 * @param x A tensor of rank 1 or more.
 * @returns Positions within the row, int32.
 */
export function rowOrder(x: Tensor): Tensor {
  return bind(ARGSORT, [x], undefined);
}

/**
 * Where values belong in a sorted vector.
 *
 * @param sorted A tensor of rank 1.
 * @param values Values of the same dtype.
 * @param right Whether they go after equal elements.
 * @returns Positions, int32, of the shape of `values`.
 */
export function searched(sorted: Tensor, values: Tensor, right: boolean): Tensor {
  return bind(SEARCH, [sorted, values], { right });
}

/**
 * Running sums along an axis.
 *
 * @param x A tensor.
 * @param axis The axis, from 0.
 * @returns A tensor of the shape of `x` and the dtype of its sums.
 */
export function runningSum(x: Tensor, axis: number): Tensor {
  return bind(CUMSUM, [x], { axis });
}

/**
 * Running products along an axis.
 *
 * @param x A tensor.
 * @param axis The axis, from 0.
 * @returns A tensor of the shape of `x` and the dtype of its products.
 */
export function runningProduct(x: Tensor, axis: number): Tensor {
  return bind(CUMPROD, [x], { axis });
}
