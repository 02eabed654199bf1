/**
 * What a step of a random program can do.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { sameShape, type Shape } from "../../src/core/shape.ts";
import type { Aval, Tensor } from "../../src/core/tensor.ts";
import { tensorFrom } from "../support/layouts.ts";

/** Which operations a program has: all, those with derivatives, those of exact integers. */
export type Family = "any" | "smooth" | "exact";

/** One step: numbers from which it takes what it needs, so that it can shrink. */
export interface Step {
  /** Which operation; the next one that can be done. */
  readonly op: number;
  /** How many values back its operands are. */
  readonly operands: readonly number[];
  /** Axes, lengths and the like. */
  readonly choices: readonly number[];
}

/** Results have at most so many elements. */
const MOST = 3000;

/** What a step has to choose from. */
export class Choices {
  /** The values so far. */
  readonly values: readonly Tensor[];
  readonly #step: Step;
  #operand = 0;
  #choice = 0;

  /**
   * Starts a step.
   *
   * @param values The values so far.
   * @param step The step.
   */
  constructor(values: readonly Tensor[], step: Step) {
    this.values = values;
    this.#step = step;
  }

  /** A number below a count. */
  below(count: number): number {
    return (this.#step.choices[this.#choice++] ?? 0) % count;
  }

  /** A value of some kind, preferably the one that the step names. */
  value(fits: (x: Tensor) => boolean): Tensor | undefined {
    const back = this.#step.operands[this.#operand++] ?? 0;
    const { length } = this.values;
    for (let i = 0; i < length; i++) {
      const x = this.values[(length - 1 - back % length + length - i) % length]!;
      if (fits(x)) return x;
    }
    return undefined;
  }

  /** Another operand, of the same dtype and shape if there is no other that fits. */
  like(x: Tensor): Tensor {
    return this.value((y) => y.dtype === x.dtype && broadcasts(x.shape, y.shape)) ?? x;
  }

  axis(x: Tensor): number {
    return this.below(x.ndim) - (this.below(2) === 0 ? 0 : x.ndim);
  }
}

function broadcasts(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  let size = 1;
  for (let i = 1; i <= rank; i++) {
    const [x, y] = [a.at(-i) ?? 1, b.at(-i) ?? 1];
    if (a.length >= i && b.length >= i && x !== y && x !== 1 && y !== 1) return false;
    size *= x === 1 ? y : x;
  }
  return size <= MOST;
}

/** Does something with a value and what a step chooses; undefined if it cannot. */
export type Operation = (x: Tensor, choose: Choices) => Tensor | readonly Tensor[] | undefined;

function isFloat({ dtype }: Aval): boolean {
  return DTYPES[dtype].kind === "float";
}

function isNumeric({ dtype }: Aval): boolean {
  return dtype !== "bool" && dtype !== "string";
}

function isOrdered({ dtype }: Aval): boolean {
  return isNumeric({ dtype, shape: [] }) && DTYPES[dtype].kind !== "complex";
}

/** An operation on some operands. */
function when(fits: (x: Tensor) => boolean, run: Operation): Operation {
  return (x, choose) => fits(x) ? run(x, choose) : undefined;
}

// The functions without the types that know dtypes and shapes.
type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor | number) => Tensor;
type Along = (
  x: Tensor,
  options: { readonly axis?: unknown; readonly keepDims?: boolean },
) => Tensor;

const binary = {
  add: nd.add as unknown as Binary,
  subtract: nd.subtract as unknown as Binary,
  multiply: nd.multiply as unknown as Binary,
  divide: nd.divide as unknown as Binary,
  maximum: nd.maximum as unknown as Binary,
  minimum: nd.minimum as unknown as Binary,
  matmul: nd.matmul as unknown as Binary,
  less: nd.less as unknown as Binary,
};
const unary = {
  sin: nd.sin as unknown as Unary,
  cos: nd.cos as unknown as Unary,
  tanh: nd.tanh as unknown as Unary,
  exp: nd.exp as unknown as Unary,
  sqrt: nd.sqrt as unknown as Unary,
  abs: nd.abs as unknown as Unary,
  square: nd.square as unknown as Unary,
  negative: nd.negative as unknown as Unary,
};
const along = {
  sum: nd.sum as unknown as Along,
  mean: nd.mean as unknown as Along,
  prod: nd.prod as unknown as Along,
  max: nd.max as unknown as Along,
  min: nd.min as unknown as Along,
  argmax: nd.argmax as unknown as Along,
  cumsum: nd.cumsum as unknown as Along,
  cumprod: nd.cumprod as unknown as Along,
  sort: nd.sort as unknown as Along,
  argsort: nd.argsort as unknown as Along,
  any: nd.any as unknown as Along,
  all: nd.all as unknown as Along,
};
const where = nd.where as unknown as (
  mask: Tensor,
  x: Tensor | number,
  y: Tensor | number,
) => Tensor;
const concat = nd.concat as unknown as (
  all: readonly Tensor[],
  options: { readonly axis: number },
) => Tensor;
const stack = nd.stack as typeof concat;
const slice = nd.slice as unknown as (x: Tensor, ...parts: readonly unknown[]) => Tensor;
const cast = nd.cast as unknown as (x: Tensor, dtype: DType) => Tensor;
const reshape = nd.reshape as unknown as (x: Tensor, shape: Shape) => Tensor;
const transpose = nd.transpose as unknown as (x: Tensor, axes?: Shape) => Tensor;
const broadcastTo = nd.broadcastTo as unknown as (x: Tensor, shape: Shape) => Tensor;
const take = nd.take as unknown as (
  x: Tensor,
  indices: Tensor,
  options: { readonly axis: number },
) => Tensor;
const flip = nd.flip as unknown as Along;
const expandDims = nd.expandDims as unknown as (x: Tensor, axis: number) => Tensor;

/** One of several functions. */
function oneOf(choose: Choices, ...functions: readonly Unary[]): Unary {
  return functions[choose.below(functions.length)]!;
}

/** Some axes of a tensor, from none to all; undefined for all. */
function someAxes(x: Tensor, choose: Choices): readonly number[] | undefined {
  const chosen = choose.below(2 ** x.ndim + 1);
  if (chosen === 2 ** x.ndim) return undefined;
  return x.shape.flatMap((_, axis) => (chosen >> axis) & 1 ? [axis] : []);
}

/**
 * The same in C order: an elementwise result of operands that all have another order has that one,
 * too, but not within a program, so sums of it would be rounded otherwise.
 */
function inOrder(x: Tensor): Tensor {
  if (x.ndim < 2) return x;
  const mask = tensorFrom({ dtype: "bool", shape: x.shape, items: Array(x.size).fill(false) });
  return where(mask, x, x);
}

function reduced(run: Along): Operation {
  return (x, choose) => {
    if (x.size === 0) return undefined;
    const keepDims = choose.below(2) === 1;
    const axis = someAxes(x, choose);
    return run(inOrder(x), axis === undefined ? { keepDims } : { axis, keepDims });
  };
}

function scanned(run: Along): Operation {
  return (x, choose) => x.ndim === 0 ? undefined : run(inOrder(x), { axis: choose.axis(x) });
}

/** Ranges with any steps, and now and then an index or a new axis. */
function sliced(x: Tensor, choose: Choices): Tensor | undefined {
  if (x.ndim === 0) return undefined;
  const parts = x.shape.map((length) => {
    const start = choose.below(length + 1);
    switch (choose.below(6)) {
      case 0:
        return `${start}:`;
      case 1:
        return `:${start}`;
      case 2:
        return `::${1 + choose.below(3)}`;
      case 3:
        return `::-${1 + choose.below(2)}`;
      case 4:
        return start < length ? start : ":";
      default:
        return ":";
    }
  });
  return slice(x, ...parts);
}

function permuted(x: Tensor, choose: Choices): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  for (let i = axes.length - 1; i > 0; i--) {
    const other = choose.below(i + 1);
    [axes[i], axes[other]] = [axes[other]!, axes[i]!];
  }
  return transpose(x, axes);
}

function reshaped(x: Tensor, choose: Choices): Tensor {
  const factors = [1, 2, 3, 4, 5, 7].filter((factor) => x.size > 0 && x.size % factor === 0);
  if (factors.length === 0) return reshape(x, [0, 2]);
  const factor = factors[choose.below(factors.length)]!;
  const shapes: readonly Shape[] = [
    [x.size],
    [factor, x.size / factor],
    [x.size / factor, factor],
    [1, ...x.shape],
  ];
  return reshape(x, shapes[choose.below(shapes.length)]!);
}

function product(x: Tensor, choose: Choices): Tensor | undefined {
  if (x.ndim === 0 || x.size === 0) return undefined;
  const length = x.shape.at(-1)!;
  const other = choose.value((y) => {
    if (y.dtype !== x.dtype || y.ndim === 0 || y.ndim > 2 || y.size === 0) return false;
    return y.shape.at(y.ndim === 1 ? -1 : -2) === length && x.size * (y.shape[1] ?? 1) <= MOST * 4;
  });
  if (other) return binary.matmul(x, other);
  return x.size * (x.shape.at(-2) ?? 1) <= MOST * 4
    ? binary.matmul(x, x.ndim === 1 ? x : transposedLast(x))
    : undefined;
}

function transposedLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

function joined(x: Tensor, choose: Choices): Tensor | undefined {
  if (2 * x.size > MOST) return undefined;
  const same = (y: Tensor): boolean => y.dtype === x.dtype && sameShape(y.shape, x.shape);
  if (x.ndim === 0 || choose.below(3) === 0) {
    return stack([x, choose.value(same)!], { axis: choose.below(x.ndim + 1) });
  }
  const axis = choose.below(x.ndim);
  const other = choose.value((y) =>
    y.dtype === x.dtype && y.ndim === x.ndim && x.size + y.size <= MOST &&
    y.shape.every((length, i) => i === axis || length === x.shape[i])
  )!;
  return concat(choose.below(4) === 0 ? [other, x, x] : [x, other], { axis });
}

/** Indices that are valid for an axis of some length, computed or fixed. */
function indicesFor(length: number, choose: Choices): Tensor {
  const own = choose.value((y) => y.dtype === "int32" && y.ndim === 1 && y.size > 0);
  if (own && choose.below(2) === 0) {
    const rest = nd.remainder as unknown as Binary;
    return rest(own, length);
  }
  const count = 1 + choose.below(4);
  const numbers = Int32Array.from({ length: count }, (_, i) => (i * 7 + count) % length);
  return nd.tensor(numbers) as unknown as Tensor;
}

function gathered(x: Tensor, choose: Choices): Tensor | undefined {
  if (x.ndim === 0 || x.size === 0) return undefined;
  const axis = choose.below(x.ndim);
  const indices = indicesFor(x.shape[axis]!, choose);
  return x.size * indices.size <= MOST ? take(x, indices, { axis }) : undefined;
}

/** Changed at rows by index, or within a region. */
function updated(x: Tensor, choose: Choices): Tensor | undefined {
  if (x.ndim === 0 || x.size === 0) return undefined;
  const length = x.shape[0]!;
  const index = choose.below(2) === 0 ? indicesFor(length, choose) : `${choose.below(length)}:`;
  const part = nd.at(x, index);
  const current = part.get() as Tensor;
  if (x.dtype === "bool" || choose.below(2) === 0) return part.set(current as never) as Tensor;
  return part.add(current as never) as Tensor;
}

function broadcast(x: Tensor, choose: Choices): Tensor | undefined {
  const count = 1 + choose.below(4);
  return x.size * count > MOST ? undefined : broadcastTo(x, [count, ...x.shape]);
}

/** Rows that are reduced, and what is made of them and the results. */
function normalized(x: Tensor, choose: Choices): Tensor | undefined {
  if (x.ndim === 0 || x.size === 0) return undefined;
  const rows = inOrder(x);
  const over = { axis: choose.below(4) === 0 ? choose.axis(x) : -1, keepDims: true };
  switch (choose.below(x.ndim > 1 ? 4 : 3)) {
    case 0: {
      const powers = unary.exp(binary.subtract(rows, along.max(rows, over)));
      return binary.divide(powers, along.sum(powers, over));
    }
    case 1: {
      const centered = binary.subtract(rows, along.mean(rows, over));
      const variance = along.mean(unary.square(centered), over);
      return binary.divide(centered, unary.sqrt(binary.add(variance, 1)));
    }
    case 2:
      return binary.multiply(unary.tanh(along.sum(rows, over)), rows);
    default: {
      // Longer rows than those before.
      const powers = unary.exp(binary.subtract(rows, along.max(rows, { ...over, axis: -1 })));
      return along.sum(powers, { axis: [-2, -1] });
    }
  }
}

const MOVEMENT: Readonly<Record<string, Operation>> = {
  slice: sliced,
  transpose: permuted,
  reshape: reshaped,
  flip: (x, choose) => x.ndim === 0 ? undefined : flip(x, { axis: choose.axis(x) }),
  expandDims: (x, choose) => x.ndim > 4 ? undefined : expandDims(x, choose.below(x.ndim + 1)),
  broadcastTo: broadcast,
  concat: joined,
  take: gathered,
  update: updated,
};

/** Float operations that are smooth, and do not leave the range from which values are drawn by far. */
const SMOOTH: Readonly<Record<string, Operation>> = {
  ...MOVEMENT,
  sin: (x) => unary.sin(x),
  cosOfProduct: (x, choose) => unary.cos(binary.multiply(x, choose.like(x))),
  tanh: (x) => unary.tanh(x),
  exp: (x) => unary.exp(unary.sin(x)),
  sqrt: (x) => unary.sqrt(binary.add(unary.square(x), 1)),
  scale: (x, choose) => binary.multiply(x, [0.5, -1, 1, 1.5][choose.below(4)]!),
  add: (x, choose) => binary.add(x, choose.like(x)),
  subtract: (x, choose) => binary.subtract(choose.like(x), x),
  multiply: (x, choose) => binary.multiply(unary.tanh(x), choose.like(x)),
  divide: (x, choose) => binary.divide(choose.like(x), binary.add(unary.square(x), 1)),
  mean: reduced((x, options) => along.mean(x, options)),
  sum: reduced((x, options) => along.sum(unary.sin(x), options)),
  cumsum: scanned((x, options) => unary.sin(along.cumsum(x, options))),
  matmul: (x, choose) => {
    const result = product(x, choose);
    return result && unary.tanh(result);
  },
  normalize: (x, choose) => normalized(x, choose),
  scan: (x, choose) => looped(x, choose),
  cond: (x, choose) => branched(x, choose),
};

const EXACT: Readonly<Record<string, Operation>> = {
  ...MOVEMENT,
  add: when(isNumeric, (x, choose) => binary.add(x, choose.like(x))),
  multiply: when(isNumeric, (x, choose) => binary.multiply(x, choose.like(x))),
  subtract: when(isNumeric, (x, choose) => binary.subtract(x, choose.below(3))),
  negative: when(isNumeric, (x) => unary.negative(x)),
  extremum: when(isOrdered, (x, choose) => {
    const run = choose.below(2) === 0 ? binary.maximum : binary.minimum;
    return run(x, choose.like(x));
  }),
  compare: when(isOrdered, (x, choose) => binary.less(x, choose.like(x))),
  where: (x, choose) => {
    const mask = choose.value((y) => y.dtype === "bool" && broadcasts(y.shape, x.shape));
    const other = choose.like(x);
    return mask && broadcasts(mask.shape, other.shape) && sameSize(mask, x, other)
      ? where(mask, x, other)
      : undefined;
  },
  cast: (x, choose) => {
    const dtypes: readonly DType[] = ["int32", "int64", "uint8", "bool", "int16"];
    return cast(x, dtypes[choose.below(dtypes.length)]!);
  },
  sum: reduced(along.sum),
  extreme: when(
    isOrdered,
    (x, choose) => reduced(choose.below(2) === 0 ? along.max : along.min)(x, choose),
  ),
  any: when(
    ({ dtype }) => dtype === "bool",
    (x, choose) => reduced(choose.below(2) === 0 ? along.any : along.all)(x, choose),
  ),
  argmax: when(isOrdered, (x, choose) => {
    if (x.ndim === 0 || x.size === 0) return undefined;
    return along.argmax(x, { axis: choose.axis(x) });
  }),
  cumsum: scanned(along.cumsum),
  sort: when(isOrdered, scanned(along.sort)),
  argsort: when(isOrdered, scanned(along.argsort)),
  matmul: when(isNumeric, product),
};

/** Whether what three shapes broadcast to is small. */
function sameSize(...all: readonly Tensor[]): boolean {
  let shape: Shape = [];
  for (const x of all) {
    if (!broadcasts(shape, x.shape)) return false;
    const rank = Math.max(shape.length, x.ndim);
    const own = shape;
    shape = Array.from({ length: rank }, (_, i) => {
      const [a, b] = [own.at(i - rank) ?? 1, x.shape.at(i - rank) ?? 1];
      return i - rank < -own.length ? b : i - rank < -x.ndim ? a : a === 1 ? b : a;
    });
  }
  return true;
}

const ANY: Readonly<Record<string, Operation>> = {
  ...EXACT,
  unary: when(
    isFloat,
    (x, choose) =>
      oneOf(
        choose,
        unary.sin,
        unary.exp,
        unary.tanh,
        unary.sqrt,
        unary.abs,
        unary.square,
        nd.floor as unknown as Unary,
        nd.log1p as unknown as Unary,
        nd.reciprocal as unknown as Unary,
        nd.isnan as unknown as Unary,
        nd.sign as unknown as Unary,
      )(x),
  ),
  divide: when(isFloat, (x, choose) => binary.divide(x, choose.like(x))),
  scalar: when(isFloat, (x, choose) => {
    const run = [binary.add, binary.multiply, binary.divide, binary.subtract][choose.below(4)]!;
    return run(x, [1, 0, -1, 0.5, 2][choose.below(5)]!);
  }),
  cast: (x, choose) => {
    const dtypes: readonly DType[] = DTYPES[x.dtype].kind === "complex"
      ? ["complex64", "complex128"]
      : ["float32", "float64", "int32", "bool", "float16", "bfloat16", "uint8", "complex64"];
    return cast(x, dtypes[choose.below(dtypes.length)]!);
  },
  real: when(
    ({ dtype }) => DTYPES[dtype].kind === "complex",
    (x, choose) =>
      oneOf(choose, nd.real as unknown as Unary, nd.imag as unknown as Unary, unary.abs)(x),
  ),
  mean: when(isFloat, reduced(along.mean)),
  prod: when(isNumeric, reduced(along.prod)),
  cumprod: when(isNumeric, scanned(along.cumprod)),
  normalize: when(isFloat, normalized),
  scan: looped,
  cond: branched,
  whileLoop: repeated,
};

/** A running combination over the first axis, with something computed in each turn. */
function looped(x: Tensor, choose: Choices): readonly Tensor[] | undefined {
  if (!isFloat(x) || x.ndim === 0 || x.shape[0] === 0 || x.shape[0]! > 20) return undefined;
  const first = slice(x, 0);
  const other = choose.value((y) => y.dtype === x.dtype && sameShape(y.shape, first.shape));
  const [last, all] = nd.scan(
    (carry: Tensor, part: Tensor): [Tensor, Tensor] => {
      const next = unary.tanh(binary.add(binary.multiply(carry, 0.5), part));
      return [next, binary.multiply(next, other ?? first)];
    },
    first,
    x as Tensor<DType, [number, ...number[]]>,
    { reverse: choose.below(2) === 1 },
  ) as unknown as [Tensor, Tensor];
  return [last, all];
}

/** One of two functions, by an element. */
function branched(x: Tensor, choose: Choices): Tensor | undefined {
  if (!isFloat(x) || x.size === 0) return undefined;
  const test = binary.less(slice(reshape(x, [x.size]), 0), [0, 0.5, -0.5][choose.below(3)]!);
  const other = choose.value((y) => y.dtype === x.dtype && sameShape(y.shape, x.shape))!;
  return nd.cond(
    test as unknown as Tensor<"bool", []>,
    (a: Tensor, b: Tensor) => unary.sin(binary.add(a, b)),
    (a: Tensor) => binary.multiply(unary.tanh(a), other),
    x,
    other,
  );
}

/** Halves until all is small, at most some times. */
function repeated(x: Tensor, choose: Choices): readonly Tensor[] | undefined {
  if (!isFloat(x) || x.size === 0) return undefined;
  const most = 1 + choose.below(5);
  const carry = { x, turns: nd.tensor(0, { dtype: "int32" }) as unknown as Tensor };
  const result = nd.whileLoop(
    ({ x: value, turns }) =>
      nd.logicalAnd(
        binary.less(turns, most) as Tensor<"bool">,
        nd.any(binary.less(binary.multiply(value, -1), -0.25) as Tensor<"bool">),
      ) as unknown as Tensor<"bool", []>,
    ({ x: value, turns }) => ({
      x: binary.multiply(value, 0.5),
      turns: binary.add(turns, 1),
    }),
    carry,
  );
  return [result.x, result.turns];
}

/** Elementwise operations are what loops consist of: they come more often. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  "add",
  "multiply",
  "divide",
  "scalar",
  "unary",
  "where",
  "compare",
  "cast",
  "normalize",
]);

function weighted(table: Readonly<Record<string, Operation>>): readonly Operation[] {
  return Object.entries(table).flatMap(([name, run]) =>
    ELEMENTWISE.has(name) ? [run, run, run, run] : [run]
  );
}

/** All operations of each family; what is made of several comes as often as it is worth. */
export const OPERATIONS: { readonly [F in Family]: readonly Operation[] } = {
  any: weighted(ANY),
  smooth: weighted(SMOOTH),
  exact: weighted(EXACT),
};
