/**
 * Random programs of loops and branches in each other, whose bodies are random operations: carries
 * change places, stay, become views of themselves, of constants and of parts.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { sameShape, type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Aval, Tensor } from "../../src/core/tensor.ts";
import { layouts } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import { randomArray } from "../support/values.ts";
import type { Family, Step } from "../transforms/random_operations.ts";
import { runRecipe } from "../transforms/random_programs.ts";
import {
  add,
  broadcastTo,
  cast,
  cond,
  forLoop,
  integer,
  less,
  logicalAnd,
  real,
  remainder,
  reshape,
  scan,
  slice,
  switchCase,
  type Tensors,
  whileLoop,
} from "./functions.ts";

/** Operations, then perhaps a loop or branch, then operations again. */
export interface Block {
  readonly before: readonly Step[];
  readonly flow: Flow | undefined;
  readonly after: readonly Step[];
  /** Which values are its results; it has as many as are wanted. */
  readonly results: readonly number[];
}

/** A loop or branch: numbers from which it takes what it needs, so that it can shrink. */
export interface Flow {
  readonly kind: number;
  /** How many values back its operands are. */
  readonly operands: readonly number[];
  readonly choices: readonly number[];
  readonly body: Block;
  readonly other: Block;
}

/** Which operations a program has: all, or those of exact integers. */
export type ControlFamily = Exclude<Family, "smooth">;

/** A program without its inputs' values. */
export interface ControlRecipe {
  readonly family: ControlFamily;
  readonly inputs: readonly (Aval & { readonly layout: number })[];
  readonly main: Block;
  /** Seed of the inputs' values. */
  readonly seed: number;
}

/** Values that are passed on have at most so many elements, and loops turn so often at most. */
const MOST = 300;
const MOST_TURNS = 7;

/** All values of some operations, the inputs first. */
function operated(family: ControlFamily, steps: readonly Step[], inputs: Tensors): Tensors {
  if (steps.length === 0 || inputs.length === 0) return inputs;
  const all = Array.from({ length: 40 }, (_, back) => back);
  const recipe = { family, inputs, steps, results: all, seed: 0 } as const;
  const values = new Set(runRecipe(recipe, inputs).toReversed());
  const fits = (x: Tensor): boolean => !inputs.includes(x) && x.size <= MOST && x.ndim <= 4;
  return [...inputs, ...[...values].filter(fits)];
}

/** Makes something of a value that has a wanted dtype and shape. */
function converted(x: Tensor, { dtype, shape }: Aval): Tensor {
  let y = x;
  if (y.dtype !== dtype) {
    if (DTYPES[y.dtype].kind === "complex") y = real(y);
    if (dtype === "complex64") y = cast(y, "float32");
    y = cast(y, dtype);
  }
  if (sameShape(y.shape, shape)) return y;
  if (y.size === sizeOf(shape)) return reshape(y, shape);
  if (y.size === 0) return broadcastTo(cast(integer(1), dtype), shape);
  return broadcastTo(slice(reshape(y, [y.size]), y.size - 1), shape);
}

/** What a flow has to choose from. */
class Chooser {
  readonly family: ControlFamily;
  readonly values: Tensors;
  readonly #flow: Flow;
  #operand = 0;
  #choice = 0;

  constructor(family: ControlFamily, values: Tensors, flow: Flow) {
    this.family = family;
    this.values = values;
    this.#flow = flow;
  }

  below(count: number): number {
    const { choices } = this.#flow;
    return choices[this.#choice++ % choices.length]! % count;
  }

  value(fits: (x: Tensor) => boolean = () => true): Tensor | undefined {
    const { operands } = this.#flow;
    const back = operands[this.#operand++ % operands.length]!;
    const { length } = this.values;
    for (let i = 0; i < length; i++) {
      const x = this.values[(length - 1 - back % length + length - i) % length]!;
      if (fits(x)) return x;
    }
    return undefined;
  }

  some(count: number): Tensors {
    return Array.from({ length: count }, () => this.value()!);
  }

  /** What a body sees beside its own values: all that there is, or nothing. */
  around(): Tensors {
    return this.below(2) === 0 ? this.values : [];
  }

  /** Results of a block that are like something: what is so already, or is made so. */
  like(block: Block, inputs: Tensors, wanted: readonly Aval[], shift = 0): Tensors {
    const values = run(this.family, block, inputs);
    return wanted.map((aval, i) => {
      const number = block.results[i % block.results.length]! + i * 5 + shift;
      const same = values.filter((x) => x.dtype === aval.dtype && sameShape(x.shape, aval.shape));
      if (same.length > 0 && number % 4 !== 3) return same.at(-1 - (number >> 2) % same.length)!;
      return converted(values.at(-1 - number % values.length)!, aval);
    });
  }
}

function isOrdered({ dtype }: Aval): boolean {
  return DTYPES[dtype].kind !== "complex";
}

/** Whether an element is true, or less than some number. */
function tested(x: Tensor, at: number, limit: number): Tensor {
  const element = slice(reshape(x, [x.size]), at % x.size);
  return x.dtype === "bool" ? element : less(element, cast(integer(limit), x.dtype));
}

type Kind = (choose: Chooser, flow: Flow) => Tensors | undefined;

const scanned: Kind = (choose, { body }) => {
  const init = choose.some(choose.below(4));
  const isLooped = (x: Tensor): boolean => x.ndim > 0 && x.shape[0]! <= MOST_TURNS;
  const first = choose.below(5) === 0 ? undefined : choose.value(isLooped);
  const length = first ? first.shape[0]! : choose.below(4);
  const xs: Tensor[] = first ? [first] : [];
  for (let i = choose.below(3); first && i > 0; i--) {
    xs.push(choose.value((x) => x.shape[0] === length)!);
  }
  if (init.length + xs.length === 0) return undefined;
  const [around, count] = [choose.around(), choose.below(4)];
  const [carry, ys] = scan(
    (carry, parts) => {
      const inputs = [...around, ...parts, ...carry];
      const next = choose.like(body, inputs, init);
      const values = [...run(choose.family, body, inputs), ...next].filter((x) =>
        x.size * length <= 4 * MOST
      );
      const ys = Array.from({ length: values.length > 0 ? count : 0 }, (_, i) => {
        const number = body.results[(i + 2) % body.results.length]! + 3 * i;
        return values.at(-1 - number % values.length)!;
      });
      return [next, ys];
    },
    init,
    xs,
    { length, reverse: choose.below(2) === 1 },
  );
  return [...carry, ...ys];
};

const repeated: Kind = (choose, { body }) => {
  const init = choose.some(1 + choose.below(3));
  const [around, most] = [choose.around(), choose.below(4)];
  const isTested = choose.below(2) === 1 && isOrdered(init[0]!) && init[0]!.size > 0;
  const [at, limit] = [choose.below(MOST), choose.below(4)];
  return whileLoop(
    ([i, ...carry]) => {
      const counts = less(i!, most);
      return isTested ? logicalAnd(counts, tested(carry[0]!, at, limit)) : counts;
    },
    ([i, ...carry]) => [add(i!, 1), ...choose.like(body, [...around, ...carry], init)],
    [integer(0), ...init],
  );
};

const ranged: Kind = (choose, { body }) => {
  const init = choose.some(2);
  const around = choose.around();
  const bound = choose.value((x) => x.dtype === "int32" && x.ndim === 0);
  const stop = bound && choose.below(2) === 0 ? remainder(bound, 4) : choose.below(4);
  const first = choose.below(2) - 1;
  return forLoop(
    first,
    stop,
    (i, carry) => choose.like(body, [...around, i, ...carry], init),
    init,
  );
};

const branched: Kind = (choose, { body, other }) => {
  const x = choose.value((y) => y.size > 0 && isOrdered(y));
  if (!x) return undefined;
  const predicate = tested(x, choose.below(MOST), choose.below(3));
  const [operands, around] = [choose.some(2), choose.around()];
  const wanted = [choose.value()!, operands[0]!];
  return cond(
    predicate,
    (...own) => choose.like(body, [...around, ...own], wanted),
    (...own) => choose.like(other, [...around, ...own], wanted, 1),
    ...operands,
  );
};

const selected: Kind = (choose, { body, other }) => {
  const x = choose.value((y) => y.size > 0 && y.dtype === "int32");
  const index = x
    ? slice(reshape(x, [x.size]), choose.below(x.size))
    : integer(choose.below(5) - 1);
  const [operands, around] = [choose.some(2), choose.around()];
  const wanted = [choose.value()!, operands[1]!];
  const branches = [body, other, body].slice(0, 1 + choose.below(3)).map(
    (block, i) => (...own: Tensors) => choose.like(block, [...around, ...own], wanted, i),
  );
  return switchCase(index, branches, ...operands);
};

const KINDS: readonly Kind[] = [scanned, scanned, scanned, branched, repeated, selected, ranged];

function run(family: ControlFamily, { before, flow, after }: Block, inputs: Tensors): Tensors {
  const values = operated(family, before, inputs);
  if (!flow || values.length === 0) return operated(family, after, values);
  const choose = new Chooser(family, values, flow);
  const found = KINDS[flow.kind % KINDS.length]!(choose, flow) ?? [];
  const fits = (x: Tensor): boolean => x.size <= 4 * MOST && x.ndim <= 5;
  return operated(family, after, [...values, ...found.filter(fits)]);
}

/**
 * Runs a program.
 *
 * @param recipe The program.
 * @param inputs Its inputs.
 * @returns Some of its values.
 */
export function runControl({ family, main }: ControlRecipe, inputs: Tensors): Tensors {
  const values = run(family, main, inputs);
  return main.results.map((back, i) => values.at(-1 - (i === 0 ? 0 : back) % values.length)!);
}

/**
 * The inputs of a program.
 *
 * @param recipe The program.
 * @returns A tensor for each, in the layout that the program says.
 */
export function controlInputs({ inputs, seed }: ControlRecipe): Tensors {
  const random = new Random("inputs of a program with loops", seed);
  return inputs.map(({ dtype, shape, layout }) => {
    const all = layouts(randomArray(random, dtype, shape, "tame"));
    return all[layout % all.length]!.tensor;
  });
}

const SHAPES: readonly Shape[] = [
  ...[[3], [], [1], [5], [7], [3, 3], [2, 3], [4], [3, 4], [4, 4], [2, 2, 3], [5, 1], [16]],
  ...[[6, 2], [4, 3], [5, 3], [3, 5], [4, 2, 2], [3, 1, 4], [2, 9], [3], [3, 3]],
];
const RARE_SHAPES: readonly Shape[] = [[0], [0, 3], [3, 0], [2, 70], [3, 2, 66], [2, 1030]];
const FLOATS: readonly DType[] = ["float32", "float64", "float16", "bfloat16", "complex64"];
const INPUT_DTYPES: { readonly [F in ControlFamily]: readonly DType[] } = {
  any: [...FLOATS, "int32", "bool", "int8", "int64", "uint8"],
  exact: ["int32", "bool", "int8", "int64", "uint8", "int32"],
};

/**
 * Random programs.
 *
 * @param family Which operations they have.
 * @returns An arbitrary program.
 */
export function controlRecipes(family: ControlFamily): fc.Arbitrary<ControlRecipe> {
  const nat = fc.nat({ max: 1000 });
  const back = fc.nat({ max: 12 });
  const step: fc.Arbitrary<Step> = fc.record({
    op: nat,
    operands: fc.array(back, { minLength: 3, maxLength: 3 }),
    choices: fc.array(nat, { minLength: 8, maxLength: 8 }),
  });
  const steps = fc.array(step, { maxLength: 3, size: "max" });
  const results = fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 3 });
  const { block } = fc.letrec<{ block: Block; flow: Flow }>((tie) => ({
    block: fc.record({
      before: steps,
      flow: fc.option(tie("flow"), { nil: undefined, maxDepth: 3, depthSize: "max", freq: 2 }),
      after: steps,
      results,
    }),
    flow: fc.record({
      kind: nat,
      operands: fc.array(back, { minLength: 5, maxLength: 5 }),
      choices: fc.array(nat, { minLength: 8, maxLength: 8 }),
      body: tie("block"),
      other: tie("block"),
    }),
  }));
  const shape = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...SHAPES) },
    { weight: 1, arbitrary: fc.constantFrom(...RARE_SHAPES) },
  );
  const input = fc.record({ dtype: fc.constantFrom(...INPUT_DTYPES[family]), shape, layout: nat });
  return fc.record({
    family: fc.constant(family),
    inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
    main: block,
    seed: fc.nat(),
  });
}
