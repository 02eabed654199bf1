/**
 * Programs of random operations: a list of steps, each of which finds something that it can do with
 * the values so far.
 *
 * @module
 */
import fc from "fast-check";
import type { DType } from "../../src/core/dtype.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Aval, Tensor } from "../../src/core/tensor.ts";
import { tensorFrom } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import { type Profile, randomArray } from "../support/values.ts";
import { Choices, type Family, OPERATIONS, type Step } from "./random_operations.ts";

/** A program without its inputs' values. */
export interface Recipe {
  readonly family: Family;
  readonly inputs: readonly Aval[];
  readonly steps: readonly Step[];
  /** How many values back further results are: views, inputs and results twice are among them. */
  readonly results: readonly number[];
  /** Seed of the inputs' values. */
  readonly seed: number;
}

/**
 * Runs a program under the current transforms.
 *
 * @param recipe The program.
 * @param inputs Its inputs.
 * @returns Its results.
 */
export function runRecipe(recipe: Recipe, inputs: readonly Tensor[]): readonly Tensor[] {
  const values = [...inputs];
  const operations = OPERATIONS[recipe.family];
  for (const step of recipe.steps) {
    for (let k = 0; k < operations.length; k++) {
      const choose = new Choices(values, step);
      const x = choose.value(() => true)!;
      const found = operations[(step.op + k) % operations.length]!(x, choose);
      if (found === undefined) continue;
      values.push(...(Array.isArray(found) ? found as readonly Tensor[] : [found as Tensor]));
      break;
    }
  }
  const { length } = values;
  return [
    values[length - 1]!,
    ...recipe.results.map((back) => values[length - 1 - back % length]!),
  ];
}

const SHAPES: readonly Shape[] = [
  ...[[3, 4], [], [1], [7], [4, 3], [4, 1], [2, 3, 4], [33], [5, 5], [3, 70], [2, 2, 67]],
];
const RARE_SHAPES: readonly Shape[] = [[0], [0, 3], [1030], [65, 17], [1, 1], [2, 1100]];

const FAMILY_DTYPES: { readonly [F in Family]: readonly DType[] } = {
  any: ["float32", "float64", "int32", "bool", "float16", "complex64", "bfloat16", "int8"],
  smooth: ["float64"],
  exact: ["int32", "bool", "uint8", "int64"],
};

/**
 * Random programs.
 *
 * @param family Which operations they have.
 * @returns An arbitrary program.
 */
export function recipes(family: Family): fc.Arbitrary<Recipe> {
  const shape = family === "smooth" ? fc.constantFrom(...SHAPES) : fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...SHAPES) },
    { weight: 1, arbitrary: fc.constantFrom(...RARE_SHAPES) },
  );
  const input = fc.record({ dtype: fc.constantFrom(...FAMILY_DTYPES[family]), shape });
  const nat = fc.nat({ max: 1000 });
  const step = fc.record({
    op: nat,
    operands: fc.array(fc.nat({ max: 12 }), { minLength: 3, maxLength: 3 }),
    choices: fc.array(nat, { minLength: 8, maxLength: 8 }),
  });
  return fc.record({
    family: fc.constant(family),
    inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
    steps: fc.array(step, { minLength: 1, maxLength: 20, size: "max" }),
    results: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
    seed: fc.nat(),
  });
}

const PROFILES: { readonly [F in Family]: Profile } = {
  any: "tame",
  smooth: "moderate",
  exact: "plain",
};

/**
 * The inputs of a program.
 *
 * @param recipe The program.
 * @param batch Lengths of further leading axes of all inputs.
 * @returns A tensor for each.
 */
export function inputsOf({ family, inputs, seed }: Recipe, batch: Shape = []): readonly Tensor[] {
  const random = new Random("inputs of a program", seed);
  return inputs.map(({ dtype, shape }) => {
    const all = [...batch, ...shape];
    if (family !== "smooth") return tensorFrom(randomArray(random, dtype, all, PROFILES[family]));
    const items = Array.from({ length: sizeOf(all) }, () => random.below(4001) / 2000 - 1);
    return tensorFrom({ dtype, shape: all, items });
  });
}
