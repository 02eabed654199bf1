/**
 * Sorting and searching as primitives.
 *
 * @module
 */
import { DTYPE_NAMES, type Item } from "../core/dtype.ts";
import { bind, definePrimitive, type HostArray, type Primitive } from "../core/primitive.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { argsortRows, searchSorted, sortRows } from "../devices/wasm/sort.ts";
import { gathered } from "./indexing_primitives.ts";
import { broadcasted, repeated, reshaped } from "./movement_primitives.ts";
import { compareItems } from "./order.ts";
import { progression } from "./progression.ts";

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

/** Elements of each row along the last axis at positions within the row. */
function takenInRows(x: Tensor, positions: Tensor): Tensor {
  if (x.ndim === 1) return gathered(x, [positions]);
  const [count, length] = [sizeOf(x.shape.slice(0, -1)), x.shape[x.ndim - 1]!];
  const numbers = progression({ length: count, start: 0, step: 1, dtype: "int32" });
  const rows = broadcasted(reshaped(numbers, [count, 1]), [count, length]);
  const taken = gathered(reshaped(x, [count, length]), [rows, reshaped(positions, rows.shape)]);
  return reshaped(taken, x.shape);
}

const SORT: Primitive<void> = definePrimitive<void>({
  name: "sort",
  rule: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  reference: ([x]) => [rowsOf(x!).flatMap((row) => row.toSorted(compareValues))],
  lower: { wasm: sortRows() },
  derivatives: [(t, [x]) => takenInRows(t, rowOrder(x!))],
  batch: ([x]) => [sortedRows(x!)],
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
  batch: ([x]) => [rowOrder(x!)],
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
  reference: ([sorted, values], { right }) => {
    const rows = rowsOf(sorted!);
    const count = values!.items.length / rows.length;
    return [
      values!.items.map((value, i) => {
        const row = rows[Math.floor(i / count)]!;
        // By halves, so that the answer for unsorted data is defined, too.
        let [low, high] = [0, row.length];
        while (low < high) {
          const middle = low + ((high - low) >> 1);
          const order = compareItems(row[middle]!, value);
          if (order < 0 || (right && order === 0)) low = middle + 1;
          else high = middle;
        }
        return low;
      }),
    ];
  },
  lower: { wasm: searchSorted() },
  batch: ([sorted, values], batched, { right }, size) => {
    // One vector serves all values, whatever their axes; several have the leading axes in common.
    const shared = !batched[0] && sorted!.ndim === 1;
    const rows = batched[0] || shared ? sorted! : repeated(sorted!, size);
    return [searched(rows, batched[1] ? values! : repeated(values!, size), right)];
  },
  dtypes: DTYPE_NAMES,
  samples: [[0], [1], [4], [2, 4]].flatMap((shape) =>
    [false, true].map((right) => ({ shapes: [shape, [2, 3]], params: { right } }))
  ),
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
 * Where values belong in a sorted vector, or in one of a stack of them.
 *
 * @param sorted A vector along the last axis for each index of the leading axes.
 * @param values Values of the same dtype, with the same leading axes.
 * @param right Whether they go after equal elements.
 * @returns Positions, int32, of the shape of `values`.
 */
export function searched(sorted: Tensor, values: Tensor, right: boolean): Tensor {
  return bind(SEARCH, [sorted, values], { right });
}
