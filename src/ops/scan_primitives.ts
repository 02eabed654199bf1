/**
 * Running sums and products as primitives.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, dtypesOfKind, type Item } from "../core/dtype.ts";
import { storeItem } from "../core/item.ts";
import {
  bind,
  bindAll,
  definePrimitive,
  type Derivative,
  type Primitive,
  type TransposeRule,
} from "../core/primitive.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { scan } from "../devices/wasm/sort.ts";
import { add, multiply } from "./arithmetic.ts";
import { complexProduct } from "./complex_scalar.ts";
import { type Round, scalarLike } from "./elementwise.ts";
import { broadcasted } from "./movement_primitives.ts";
import { joined, partAlong, reversed } from "./region_primitives.ts";

/** Parameters of a scan. */
export interface ScanParams {
  /** The axis, from 0. */
  readonly axis: number;
}

type Step = (x: Item, y: Item) => Item;

/** What makes up a scan. */
interface Scan {
  /** Name of the primitive, and prefix of its kernels. */
  readonly name: string;
  /** What it does to two elements: floats, integers, complex numbers. */
  readonly float: (x: number, y: number) => number;
  readonly integer: (x: bigint, y: bigint) => bigint;
  readonly complex: (round: Round) => (x: Complex, y: Complex) => Complex;
  readonly derivatives: readonly [Derivative<ScanParams>];
  readonly transpose?: TransposeRule<ScanParams>;
}

function stepFor(steps: Scan, dtype: DType): Step {
  const { kind } = DTYPES[dtype];
  if (kind === "float") return steps.float as Step;
  if (kind === "complex") {
    return steps.complex(dtype === "complex64" ? Math.fround : (x) => x) as Step;
  }
  return (x, y) => steps.integer(BigInt(x as number), BigInt(y as number));
}

/** Defines a scan: each element combined with all before it, in order. */
function scanning(op: Scan): Primitive<ScanParams> {
  const record: Primitive<ScanParams> = {
    name: op.name,
    rule: ([x]) => [{ dtype: DTYPES[x!.dtype].sum, shape: x!.shape }],
    reference: ([x], { axis }, [out]) => {
      const { compute } = DTYPES[out!.dtype];
      const step = stepFor(op, compute);
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const length = x!.shape[axis]!;
      const sums: Item[] = [];
      x!.items.forEach((item, i) => {
        const first = Math.floor(i / inner) % length === 0;
        sums.push(storeItem(compute, first ? item : step(sums[i - inner]!, item)));
      });
      return [sums];
    },
    lower: { wasm: scan(op.name) },
    derivatives: op.derivatives,
    ...(op.transpose === undefined ? {} : { transpose: op.transpose }),
    batch: (inputs, _, { axis }) => bindAll(record, inputs, { axis: axis + 1 }),
    dtypes: dtypesOfKind("bool", "int", "uint", "float", "complex"),
    samples: [
      { shapes: [[0]], params: { axis: 0 } },
      { shapes: [[9]], params: { axis: 0 } },
      { shapes: [[3, 4]], params: { axis: 0 } },
      { shapes: [[2, 3, 2]], params: { axis: 1 } },
      { shapes: [[2, 5]], params: { axis: 1 } },
    ],
  };
  return definePrimitive(record);
}

const CUMSUM: Primitive<ScanParams> = scanning({
  name: "cumsum",
  float: (x, y) => x + y,
  integer: (x, y) => x + y,
  complex: () => (x, y) => ({ re: x.re + y.re, im: x.im + y.im }),
  derivatives: [(t, _, { axis }) => runningSum(t, axis)],
  transpose: ([c], _, { axis }) => [reversed(runningSum(reversed(c!, axis), axis), axis)],
});

/**
 * Solves z[i] = a[i] z[i-1] + b[i] along an axis in log2(length) steps, each of which composes spans
 * of twice the length (Hillis and Steele, Data parallel algorithms, 1986).
 */
function recurrence(a: Tensor, b: Tensor, axis: number): Tensor {
  const length = a.shape[axis]!;
  let [factor, sum] = [a, b];
  for (let span = 1; span < length; span *= 2) {
    const head = (x: Tensor): Tensor => partAlong(x, axis, 0, span);
    const tail = (x: Tensor): Tensor => partAlong(x, axis, span, length - span);
    const before = (x: Tensor): Tensor => partAlong(x, axis, 0, length - span);
    const late = tail(factor);
    sum = joined([head(sum), add(tail(sum), multiply(late, before(sum)))], axis);
    factor = joined([head(factor), multiply(late, before(factor))], axis);
  }
  return sum;
}

const CUMPROD: Primitive<ScanParams> = scanning({
  name: "cumprod",
  float: (x, y) => x * y,
  integer: (x, y) => x * y,
  complex: complexProduct,
  derivatives: [
    // dy[i] = x[i] dy[i-1] + y[i-1] dx[i]: no division, so zeros are exact in all orders.
    (t, [x], { axis }) => recurrence(x!, multiply(t, productsBefore(x!, axis)), axis),
  ],
});

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

/**
 * Products of the elements before each one along an axis.
 *
 * @param x A floating tensor.
 * @param axis The axis, from 0.
 * @returns A tensor like `x`, which begins with ones.
 */
export function productsBefore(x: Tensor, axis: number): Tensor {
  const length = x.shape[axis]!;
  if (length === 0) return x;
  const ones = broadcasted(scalarLike(1, x), x.shape.with(axis, 1));
  return joined([ones, runningProduct(partAlong(x, axis, 0, length - 1), axis)], axis);
}
