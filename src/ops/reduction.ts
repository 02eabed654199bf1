/**
 * The builder of reductions.
 *
 * @module
 */
import { reducedTogether } from "../compiler/deferred.ts";
import { type Complex, type DType, DTYPES, type Item } from "../core/dtype.ts";
import { storeItem } from "../core/item.ts";
import {
  bindAll,
  definePrimitive,
  type Derivative,
  type HostArray,
  type Primitive,
  type TransposeRule,
} from "../core/primitive.ts";
import { reducedShape, sizeOf } from "../core/shape.ts";
import { reduce, type ReduceParams } from "../devices/wasm/reduce.ts";

/** What makes up a reduction. */
export interface Reduction {
  /** Name of the primitive. */
  readonly name: string;
  /** What it does, in messages, for example `sum over`. */
  readonly verb: string;
  /** Dtypes for which it is defined. */
  readonly dtypes: readonly DType[];
  /** Those dtypes in words. */
  readonly allowed: string;
  /** Dtype of the result. */
  readonly result: (dtype: DType) => DType;
  /** Whether the reduction of no element has a value. */
  readonly identity: boolean;
  /** Definition: the elements of one result, in C order, to the result. */
  readonly of: (items: readonly Item[], dtype: DType) => Item;
  /** Prefix of its kernels. */
  readonly kernel: string;
  /** Whether the kernels give the same when parts are reduced alone and then joined. */
  readonly joins?: boolean;
  /** Units in the last place that kernels may be off, for floats. */
  readonly ulps?: number;
  /** Derivative by the operand, if there is one. */
  readonly derivatives?: readonly [Derivative<ReduceParams>];
  /** Its adjoint, if it is linear. */
  readonly transpose?: TransposeRule<ReduceParams>;
}

/** A reduction and what public functions need to call it. */
export interface ReductionPrimitive extends Primitive<ReduceParams> {
  /** What it does, in messages. */
  readonly verb: string;
  /** The dtypes in words. */
  readonly allowed: string;
  /** Whether the reduction of no element has a value. */
  readonly identity: boolean;
}

/**
 * Defines a reduction.
 *
 * @param op What makes it up.
 * @returns The primitive.
 */
export function reduction(op: Reduction): ReductionPrimitive {
  const record: ReductionPrimitive = {
    name: op.name,
    verb: op.verb,
    allowed: op.allowed,
    identity: op.identity,
    rule: ([x], { axes }) => [
      { dtype: op.result(x!.dtype), shape: reducedShape(x!.shape, axes, false) },
    ],
    reference: ([x], { axes }) => [
      groups(x!, axes).map((items) => op.of(items, x!.dtype)),
    ],
    lower: { wasm: reduce(op.kernel) },
    ...(op.joins
      ? {
        fold: op.kernel,
        defer: reducedTogether,
      }
      : {}),
    batch: (inputs, _, { axes }) => bindAll(record, inputs, { axes: axes.map((axis) => axis + 1) }),
    ...(op.derivatives === undefined ? {} : { derivatives: op.derivatives }),
    ...(op.transpose === undefined ? {} : { transpose: op.transpose }),
    dtypes: op.dtypes,
    samples: [
      { shapes: [[]], params: { axes: [] } },
      { shapes: [[9]], params: { axes: [0] } },
      { shapes: [[2, 37]], params: { axes: [1] } },
      { shapes: [[5, 6]], params: { axes: [0] } },
      { shapes: [[5, 6]], params: { axes: [] } },
      { shapes: [[2, 3, 4, 2]], params: { axes: [0, 2] } },
      { shapes: [[3, 2, 5]], params: { axes: [1] } },
      { shapes: [[3, 0]], params: { axes: [0] } },
      ...(op.identity ? [{ shapes: [[3, 0]], params: { axes: [1] } }] : []),
    ],
    ...(op.ulps === undefined ? {} : { ulps: op.ulps }),
  };
  definePrimitive(record);
  return record;
}

/** The elements that go into each result, in C order. */
function groups(x: HostArray, axes: readonly number[]): readonly Item[][] {
  const { shape, items } = x;
  const result: Item[][] = Array.from(
    { length: sizeOf(reducedShape(shape, axes, false)) },
    () => [],
  );
  items.forEach((item, flat) => {
    let [rest, target, step] = [flat, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (axes.includes(axis)) continue;
      target += index * step;
      step *= shape[axis]!;
    }
    result[target]!.push(item);
  });
  return result;
}

/**
 * Adds or multiplies all items, integers exactly.
 *
 * @param items The items.
 * @param dtype Their dtype.
 * @param start The result of none.
 * @param real What to do with two floats.
 * @param integer The same for integers and booleans.
 * @param complex The same for complex numbers.
 * @returns The result, complex ones rounded to their dtype at each step.
 */
export function fold(
  items: readonly Item[],
  dtype: DType,
  start: number,
  real: (x: number, y: number) => number,
  integer: (x: bigint, y: bigint) => bigint,
  complex: (x: Complex, y: Complex) => Complex,
): Item {
  const { kind } = DTYPES[dtype];
  if (kind === "float") return (items as number[]).reduce(real, start);
  if (kind === "complex") {
    const round = (z: Complex): Complex => storeItem(dtype, z) as Complex;
    return (items as Complex[]).reduce((x, y) => round(complex(x, y)), { re: start, im: 0 });
  }
  return items.reduce<bigint>((x, y) => integer(x, BigInt(y as number)), BigInt(start));
}
