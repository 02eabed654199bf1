/**
 * Programs of random calls on large tensors, which read some values on the way: what they read must
 * not depend on whether calls wait.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { saveNpy } from "../../src/io/npy.ts";
import { type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { limits } from "../../src/compiler/chain.ts";
import { sameShape, type Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { itemText } from "../support/assert.ts";
import { difference } from "../support/compare.ts";
import { tensorFrom } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import { storedIn } from "../support/storages.ts";
import { randomArray } from "../support/values.ts";

/** What a program read: of what, and the elements. */
export interface Reading {
  readonly what: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/**
 * Runs a function under other limits of what waits.
 *
 * @param wanted The limits.
 * @param body The function.
 * @returns What it returns.
 */
export function withLimits<T>(wanted: Partial<typeof limits>, body: () => T): T {
  const before = { ...limits };
  Object.assign(limits, wanted);
  try {
    return body();
  } finally {
    Object.assign(limits, before);
  }
}

/** Readings that are text. */
const TEXTS: readonly string[] = ["item", "text", "array", "npy"];

/**
 * How readings differ from what they should be.
 *
 * @param actual The readings.
 * @param expected What they should be.
 * @returns A sentence, or undefined if they are the same; NaN equals NaN whatever its bits.
 */
export function unlike(
  actual: readonly Reading[],
  expected: readonly Reading[],
): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const [own, right] = [actual[i]!, expected[i]!];
    const where = `reading ${i}, ${right.what} of ${right.dtype}[${right.shape}]`;
    const same = own.what === right.what && own.dtype === right.dtype &&
      sameShape(own.shape, right.shape) && own.bytes.length === right.bytes.length;
    if (!same) return `${where}, is ${own.what} of ${own.dtype}[${own.shape}]`;
    if (TEXTS.includes(right.what)) {
      if (own.bytes.every((byte, k) => byte === right.bytes[k])) continue;
      return `${where}, is ${decoder.decode(own.bytes)}, not ${decoder.decode(right.bytes)}`;
    }
    const found = difference(right.dtype, own.bytes, right.bytes);
    if (!found) continue;
    const [x, y] = [itemText(found.actual), itemText(found.expected)];
    return `${where}: element ${found.index} is ${x}, not ${y}`;
  }
  return undefined;
}

const decoder = new TextDecoder();

/** How a program is made. */
export interface ProgramOptions {
  readonly seed: number;
  /** How many steps it has. */
  readonly steps: number;
  /** Shape of its first tensors, of rank 2. */
  readonly shape: Shape;
}

const DTYPES_USED: readonly DType[] = [
  "float32",
  "float32",
  "float64",
  "int32",
  "bool",
  "complex64",
  "float16",
  "uint8",
  "int64",
  "bfloat16",
];
const MOST_TENSORS = 12;
const MOST_VARIABLES = 3;

type Loose = (...operands: readonly unknown[]) => Tensor;

/** A public function by its name, without its types. */
function call(name: string, ...operands: readonly unknown[]): Tensor {
  return (nd as unknown as Readonly<Record<string, Loose>>)[name]!(...operands);
}

type Kind = "float" | "integer" | "complex" | "bool";

function kindOf({ dtype }: Tensor): Kind {
  const { kind } = DTYPES[dtype];
  return kind === "int" || kind === "uint" ? "integer" : kind as Kind;
}

const UNARY: { readonly [K in Kind]: readonly string[] } = {
  float: ["negative", "abs", "square", "exp", "sin", "tanh", "floor", "sqrt", "reciprocal", "sign"],
  integer: ["negative", "abs", "square", "bitwiseNot", "sign"],
  complex: ["negative", "abs", "square", "exp", "conj", "real", "imag"],
  bool: ["logicalNot"],
};
const BINARY: { readonly [K in Kind]: readonly string[] } = {
  float: ["add", "subtract", "multiply", "divide", "maximum", "minimum", "hypot", "remainder"],
  integer: ["add", "subtract", "multiply", "maximum", "minimum", "bitwiseAnd", "bitwiseXor"],
  complex: ["add", "subtract", "multiply", "divide"],
  bool: ["logicalAnd", "logicalOr", "logicalXor"],
};
const COMPARISONS: { readonly [K in Kind]: readonly string[] } = {
  float: ["less", "greaterEqual", "equal", "notEqual"],
  integer: ["less", "greaterEqual", "equal", "notEqual"],
  complex: ["equal", "notEqual"],
  bool: ["equal", "notEqual"],
};

const compiled = nd.jit((x: Tensor, y: Tensor) =>
  call("where", call("equal", x, y), x, call("where", call("notEqual", y, x), y, x))
);

/** So few functions of a kind does one program have: then structures of calls come again. */
const FUNCTIONS = 3;

function someOf(random: Random, names: readonly string[]): readonly string[] {
  return Array.from({ length: FUNCTIONS }, () => random.pick(names));
}

/** The state of one run. */
class Run {
  readonly readings: Reading[] = [];
  readonly #random: Random;
  readonly #shape: Shape;
  readonly #unary: { readonly [K in Kind]: readonly string[] };
  readonly #binary: { readonly [K in Kind]: readonly string[] };
  #tensors: Tensor[] = [];
  #variables: nd.Variable[] = [];
  #depth = 0;

  constructor({ seed, shape }: ProgramOptions) {
    const random = this.#random = new Random("waiting calls", seed);
    this.#shape = shape;
    const chosen = (all: typeof UNARY): typeof UNARY => ({
      float: someOf(random, all.float),
      integer: someOf(random, all.integer),
      complex: someOf(random, all.complex),
      bool: someOf(random, all.bool),
    });
    this.#unary = chosen(UNARY);
    this.#binary = chosen(BINARY);
  }

  start(): void {
    for (let i = 0; i < 3; i++) this.#add(this.#fresh(this.#pick(DTYPES_USED)));
    this.#add(this.#fresh(this.#tensors[0]!.dtype));
  }

  step(): void {
    const steps: readonly [number, () => void][] = [
      [9, () => this.#add(this.#elementwise())],
      [2, () => this.#add(this.#view(this.#any()))],
      [3, () => this.#change()],
      [3, () => this.#read(this.#any())],
      [2, () => this.#letGo()],
      [1, () => this.#mistake()],
      [1, () => this.#add(this.#transformed())],
      [this.#depth < 2 ? 1 : 0, () => this.#scope()],
      [1, () => this.#add(this.#fresh(this.#pick(DTYPES_USED)))],
    ];
    let at = this.#random.below(steps.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, run] of steps) {
      if ((at -= weight) >= 0) continue;
      // Where the budget is used up, results lie in JavaScript buffers.
      return storedIn(this.#random.chance(0.2) ? "buffer" : "wasm", run);
    }
  }

  /** Reads all that is left. */
  finish(): void {
    for (const variable of this.#variables) this.#tensors.push(variable.value as Tensor);
    while (this.#tensors.length > 0) {
      const [x] = this.#tensors.splice(this.#random.below(this.#tensors.length), 1);
      this.#record("what is left", x!);
    }
  }

  #pick<T>(choices: readonly T[]): T {
    return this.#random.pick(choices);
  }

  #any(): Tensor {
    if (this.#tensors.length === 0) this.#add(this.#fresh("float32"));
    return this.#pick(this.#tensors);
  }

  #add(x: Tensor): void {
    this.#tensors.push(x);
    if (this.#tensors.length <= MOST_TENSORS) return;
    this.#tensors.splice(this.#random.below(MOST_TENSORS), 1);
  }

  #fresh(dtype: DType): Tensor {
    return tensorFrom(randomArray(this.#random, dtype, this.#shape, "tame"));
  }

  #record(what: string, x: Tensor): void {
    const { dtype, shape } = x;
    this.readings.push({ what, dtype, shape, bytes: x.storage.device.toBytes(x) });
  }

  #recordItem(what: string, x: Tensor, item: unknown): void {
    const text = new TextEncoder().encode(
      typeof item === "object" ? JSON.stringify(item) : `${item}`,
    );
    this.readings.push({ what, dtype: x.dtype, shape: [], bytes: text });
  }

  #elementwise(): Tensor {
    const x = this.#any();
    const kind = kindOf(x);
    const way = this.#random.below(8);
    if (way < 2) return call(this.#pick(this.#unary[kind]), x);
    if (way < 5) {
      return call(this.#pick(this.#binary[kind]), ...this.#shuffled(x, this.#partner(x)));
    }
    if (way < 6) return call(this.#pick(COMPARISONS[kind]), x, this.#partner(x));
    if (way < 7) return call("where", this.#mask(x), ...this.#shuffled(x, this.#partner(x)));
    return call("cast", x, this.#pick(DTYPES_USED));
  }

  #shuffled(x: Tensor, y: Tensor): readonly [Tensor, Tensor] {
    return this.#random.chance(0.5) ? [x, y] : [y, x];
  }

  /** Another operand: of the same shape, or one that is broadcast. */
  #partner(x: Tensor): Tensor {
    const { ndim, shape, dtype } = x;
    const like = this.#tensors.filter((y) => y.dtype === dtype && sameShape(y.shape, shape));
    const axis = this.#random.below(Math.max(1, ndim));
    const way = this.#random.below(8);
    if (way < 5 || ndim === 0 || shape[axis] === 0) return this.#pick(like);
    const y = this.#pick(like);
    if (way === 5) return call("slice", y, ...shape.map(() => 0));
    const row = call("slice", y, ...shape.map((_, i) => i === axis ? "0:1" : ":"));
    return way === 6 ? row : call("broadcastTo", row, shape);
  }

  #mask(x: Tensor): Tensor {
    const masks = this.#tensors.filter((y) => y.dtype === "bool" && sameShape(y.shape, x.shape));
    return masks.length > 0 && this.#random.chance(0.7)
      ? this.#pick(masks)
      : call("equal", x, this.#partner(x));
  }

  #view(x: Tensor): Tensor {
    const { ndim, shape, size } = x;
    switch (this.#random.below(7)) {
      case 0:
        return call("transpose", x);
      case 6:
        // An axis of length 1 along which nothing moves.
        return ndim < 4
          ? call(
            "slice",
            call("broadcastTo", call("expandDims", x, -1), [...shape, 3]),
            "...",
            "1:2",
          )
          : x;
      case 1:
        return call("reshape", x, [size]);
      case 2:
        return call("reshape", x, [...shape].reverse());
      case 3:
        return call("flip", x);
      case 4:
        return call("expandDims", x, this.#random.below(ndim + 1)).ndim < 4
          ? call("expandDims", x, this.#random.below(ndim + 1))
          : x;
      default:
        return call(
          "slice",
          x,
          ...shape.map((length) => {
            const part = this.#pick([":", ":", ":", "1:", "::-1", ":-1"]);
            return length > 1 ? part : ":";
          }),
        );
    }
  }

  /** Changes a variable, or reads it. */
  #change(): void {
    const variables = this.#variables;
    if (variables.length === 0 || this.#random.chance(0.2)) {
      variables.push(nd.variable(this.#any()) as nd.Variable);
      if (variables.length > MOST_VARIABLES) variables.shift();
      return;
    }
    const v = this.#pick(variables);
    const like = this.#tensors.filter((x) => x.dtype === v.dtype && sameShape(x.shape, v.shape));
    const way = this.#random.below(7);
    const adds = kindOf(v as unknown as Tensor) !== "bool";
    if (way < 2) return this.#add(v.value as Tensor);
    if (way === 2 && like.length > 0) v.assign(this.#pick(like) as never);
    else if (way === 3 && like.length > 0 && adds) v.assignAdd(this.#pick(like) as never);
    else if (way === 4 && v.shape.length > 0 && v.shape[0]! > 1) {
      const row = call("slice", v.value, "1:2");
      v.scatterNdUpdate([[0]], row as never);
    } else if (v.shape.length > 0 && v.shape[0]! > 2) {
      const one = call("slice", v.value, ...v.shape.map(() => 0));
      v.at("1:3").assign(this.#random.chance(0.5) ? one : call("slice", v.value, "0:2"));
    }
  }

  /** Needs a value, in any way. */
  #read(x: Tensor): void {
    const { ndim, shape, size } = x;
    if (size === 0) return;
    const one = (): Tensor => call("slice", x, ...shape.map((length) => length - 1));
    const ways: readonly (() => void)[] = [
      () => this.#record("data", x),
      () => this.#recordItem("item", x, one().item()),
      () => this.#recordItem("text", x, String(x)),
      () =>
        this.#recordItem("array", x, textOf(call("slice", x, ...shape.map(() => ":2")).toArray())),
      () => this.#recordItem("npy", x, saveNpy(x as never).toHex()),
      () => this.#record("concat", call("concat", [x, x])),
      () => this.#record("sum", call("sum", call("cast", x, "float32"), this.#axis(ndim))),
      () => this.#record("sum as it is", call("sum", this.#number(x), this.#axis(ndim))),
      () => {
        const y = this.#number(this.#view(x));
        this.#record("sum of a view", call("sum", y, this.#axis(y.ndim)));
      },
      () => this.#record("max", call("max", this.#real(x), this.#axis(ndim))),
      () => this.#record("any", call("any", call("equal", x, x), this.#axis(ndim))),
      () => this.#record("sort", call("sort", this.#real(call("ravel", x)))),
    ];
    ways[this.#random.below(ways.length)]!();
  }

  #axis(ndim: number): object {
    const axis = this.#random.below(ndim + 1);
    return axis < ndim ? { axis } : {};
  }

  #number(x: Tensor): Tensor {
    return kindOf(x) === "bool" ? call("cast", x, "int32") : x;
  }

  #real(x: Tensor): Tensor {
    return kindOf(x) === "complex" ? call("real", x) : x;
  }

  /** Lets go of a tensor in one of the ways, or of one right after its use. */
  #letGo(): void {
    const x = this.#any();
    const at = this.#tensors.indexOf(x);
    this.#tensors.splice(at, 1);
    if (this.#tensors.includes(x)) return;
    const way = this.#random.below(3);
    if (way === 0) return;
    if (way === 1) this.#add(call(this.#pick(this.#unary[kindOf(x)]), x));
    x[Symbol.dispose]();
  }

  /** A call that must fail at once. */
  #mistake(): void {
    const x = this.#any();
    const odd = call("ones", [...x.shape, 3], { dtype: x.dtype });
    let thrown: unknown;
    try {
      call(this.#pick(BINARY[kindOf(x)]), x, call("slice", odd, ...x.shape.map(() => ":"), ":2"));
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof nd.ShapeError) && x.ndim > 0 && x.shape.at(-1)! > 2) {
      throw new Error(`Cannot go on: shapes ${x.shape} and 2 were not refused`);
    }
  }

  /** What transforms make of it, which see it as an argument or as a constant. */
  #transformed(): Tensor {
    const x = this.#any();
    const y = this.#partner(x);
    const floats = x.dtype === "float32" || x.dtype === "float64";
    switch (this.#random.below(7)) {
      case 0:
        return compiled(x, call("broadcastTo", y, x.shape));
      case 1:
        return nd.jit((a: Tensor) => call("equal", a, y))(x);
      case 2:
        return floats
          ? nd.grad((a: Tensor) =>
            call("sum", call("where", call("equal", a, a), call("multiply", a, y), 0)) as never
          )(x as never)
          : x;
      case 3:
        return x.ndim > 1 && x.shape[0]! > 0
          ? nd.vmap((a: Tensor) => call("equal", a, call("slice", x, 0)))(x as never)
          : x;
      case 4:
        return nd.forLoop(0, 2, (_, a: Tensor) => call("where", call("equal", a, y), x, a), x);
      case 5:
        return nd.jit((a: Tensor) =>
          nd.forLoop(0, 2, (_, b: Tensor) => call("where", call("equal", b, y), x, b), a)
        )(x);
      default:
        return floats && x.ndim === 2
          ? call("matmul", x, call("slice", call("transpose", x), ":", ":3"))
          : call("concat", [x, x]);
    }
  }

  /** Some steps in a scope, of whose tensors some survive. */
  #scope(): void {
    const outside = this.#tensors;
    this.#depth++;
    const kept = nd.scope(() => {
      this.#tensors = [...outside];
      for (let count = 1 + this.#random.below(8); count > 0; count--) this.step();
      return this.#tensors.filter((x) => outside.includes(x) || this.#random.chance(0.5));
    });
    this.#depth--;
    this.#tensors = kept;
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: Item) => typeof part === "bigint" ? `${part}n` : part);
}

/**
 * Runs a program.
 *
 * @param options How it is made: the same options make the same program.
 * @returns What it read.
 */
export function runProgram(options: ProgramOptions): readonly Reading[] {
  const run = new Run(options);
  run.start();
  for (let i = 0; i < options.steps; i++) run.step();
  run.finish();
  return run.readings;
}
