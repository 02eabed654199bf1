import fc from "fast-check";
import { Arena } from "../../src/compiler/arena.ts";
import { Executable } from "../../src/compiler/executable.ts";
import { optimized, type Pass, PASSES } from "../../src/compiler/passes.ts";
import { Graph, type KnownGraph, type Node, type Value } from "../../src/core/graph.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import * as nd from "../../mod.ts";
import { called, programOf, wrongRun } from "../laws/compiled.ts";
import { difference, isFloating, randomLike } from "../laws/differences.ts";
import { assert, disagreement } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { runs, SEED } from "../support/settings.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import { inputsOf, type Recipe, recipes, runRecipe } from "./random_programs.ts";

type Program = (...inputs: readonly Tensor[]) => readonly Tensor[];
type Loss = (...inputs: readonly Tensor[]) => Tensor;

// The transforms without what they know of types.
const jit = nd.jit as unknown as <F>(f: F) => F;
const grad = nd.grad as unknown as (
  f: Loss,
  options: { readonly argnums: readonly number[] },
) => Program;
const vmap = nd.vmap as unknown as (f: Program) => Program;
const sum = nd.sum as unknown as (x: Tensor) => Tensor;
const sin = nd.sin as unknown as (x: Tensor) => Tensor;
const add = nd.add as unknown as (x: Tensor, y: Tensor) => Tensor;

function kept(x: Tensor): HostArray {
  return { dtype: x.dtype, shape: x.shape, items: [...items(x)] };
}

/** Says how a program is treated wrongly. */
type Check = (program: Program, recipe: Recipe) => string | undefined;

/** Checks random programs of a family; a failure shows the smallest one. */
function checkPrograms(
  family: Recipe["family"],
  usual: number,
  wrong: Check,
  parameters: fc.Parameters<[Recipe]> = {},
): void {
  const property = fc.property(recipes(family), (recipe) => {
    const program: Program = (...inputs) => runRecipe(recipe, inputs);
    const what = wrong(program, recipe);
    if (what === undefined) return;
    const { graph } = programOf(program, recipe.inputs);
    assert.fail(`${what}\n${graph}`);
  });
  fc.assert(property, { numRuns: runs(usual), seed: SEED, ...parameters });
}

/** How results differ. */
function unlike(
  results: readonly Tensor[],
  expected: readonly (Tensor | HostArray)[],
  compare: (x: Tensor, y: Tensor | HostArray) => string | undefined = disagreement,
): string | undefined {
  for (const [i, x] of results.entries()) {
    const what = compare(x, expected[i]!);
    if (what !== undefined) return `result ${i}: ${what}`;
  }
  return results.length === expected.length ? undefined : `there are ${results.length} results`;
}

/**
 * How a compiled function differs from its calls one by one, in both ways of running it: not at all
 * from those that passes leave, and by rounding from all, which may sum views in another order.
 */
function wrongCompiled(program: Program, inputs: readonly Tensor[]): string | undefined {
  const start = programOf(program, inputs);
  const end = optimized(start);
  const [first, last] = [start, end].map(({ graph, known }) => {
    let next = 0;
    const own = graph.inputs.map((value) => known.get(value) ?? inputs[next++]!);
    return called(graph, own, { inOrder: true });
  });
  const executable = new Executable(end);
  return wrongRun(executable, inputs, last!) ?? unlike(executable.run(inputs), first!, farFrom);
}

/** How results differ by more than rounding. */
function farFrom(actual: Tensor, expected: Tensor | HostArray): string | undefined {
  if (actual.dtype !== "float64") return disagreement(actual, expected);
  const array = "items" in expected ? expected : kept(expected);
  const numbers = array.items.map((x) => Math.abs(x as number));
  const size = numbers.reduce((largest, x) => Math.max(largest, x), 1);
  return disagreement(actual, expected, { ulps: 2 ** 20, scale: numbers.map(() => size) });
}

/** A number that depends smoothly on all floating results. */
function lossOf(program: Program): Loss {
  return (...inputs) =>
    program(...inputs).filter(isFloating).map((x, i) => sum(i % 2 === 0 ? sin(x) : x))
      .reduce((x, y) => add(x, y));
}

/** The gradient by all inputs. */
function gradientOf(loss: Loss): Program {
  return (...inputs) => grad(loss, { argnums: inputs.map((_, i) => i) })(...inputs);
}

function numberOf(x: Tensor): number {
  return x.item() as number;
}

/** How a gradient differs from differences of the loss in a random direction. */
function wrongGradient(
  loss: Loss,
  gradient: readonly Tensor[],
  inputs: readonly Tensor[],
): string | undefined {
  const random = new Random("direction");
  const direction = inputs.map((x) => randomLike(random, x));
  const scaled = nd.multiply as unknown as (x: Tensor, y: Tensor | number) => Tensor;
  const along = (s: number): Tensor =>
    loss(...inputs.map((x, i) => add(x, scaled(direction[i]!, s))));
  const { slope, error } = difference((s) => Float64Array.of(numberOf(along(s))), 2 ** -52);
  if (Number.isNaN(slope[0]!)) return undefined;
  const own = gradient.map((x, i) => numberOf(sum(scaled(x, direction[i]!))))
    .reduce((x, y) => x + y, 0);
  return Math.abs(own - slope[0]!) <= 64 * error[0]!
    ? undefined
    : `the derivative is ${own}, by differences it is ${slope[0]}`;
}

/** A function of batches, example by example. */
function oneByOne(program: Program): Program {
  return (...batches) => {
    const parts = batches.map((x) => [...x]);
    const all = parts[0]!.map((_, i) => program(...parts.map((own) => own[i]!)));
    const stack = nd.stack as unknown as (parts: readonly Tensor[]) => Tensor;
    return all[0]!.map((_, i) => stack(all.map((results) => results[i]!)));
  };
}

const KINDS: readonly StorageKind[] = ["wasm", "wasm", "buffer"];

const sameBits: Check = (program, recipe) => {
  const { seed } = recipe;
  const inputs = storedIn(KINDS[seed % 3]!, () => inputsOf(recipe));
  const expected = program(...inputs).map(kept);
  const executable = new Executable(optimized(programOf(program, inputs)));
  const compiled = jit(program);
  return storedIn(KINDS[seed % 5] ?? "wasm", () =>
    wrongRun(executable, inputs, expected) ??
      unlike(compiled(...inputs), expected) ??
      unlike(compiled(...inputs), expected));
};

Deno.test("random programs give the same bits compiled", () => {
  checkPrograms("any", 300, sameBits);
});

Deno.test("gradients of random programs are those by differences, also compiled and of gradients", () => {
  checkPrograms("smooth", 80, (program, recipe) => {
    const inputs = inputsOf(recipe);
    const loss = lossOf(program);
    const gradient = gradientOf(loss);
    const slopes = gradient(...inputs);
    const again = lossOf(gradient);
    return wrongGradient(loss, slopes, inputs) ??
      wrongCompiled(gradient, inputs) ??
      unlike(gradientOf(jit(loss))(...inputs), slopes, farFrom) ??
      wrongGradient(again, gradientOf(again)(...inputs), inputs) ??
      wrongCompiled(gradientOf(again), inputs);
  });
});

Deno.test("batches of random programs and their gradients are their examples, also compiled", () => {
  checkPrograms("smooth", 80, (program, recipe) => {
    const inputs = inputsOf(recipe, [3]);
    const gradient = gradientOf(lossOf(program));
    const total = lossOf(vmap(program));
    return unlike(vmap(program)(...inputs), oneByOne(program)(...inputs), farFrom) ??
      unlike(vmap(gradient)(...inputs), oneByOne(gradient)(...inputs), farFrom) ??
      wrongCompiled(vmap(gradient), inputs) ??
      wrongGradient(total, gradientOf(total)(...inputs), inputs) ??
      wrongCompiled(gradientOf(total), inputs);
  });
});

Deno.test("batches of batches of random programs are their examples, bit for bit", () => {
  checkPrograms("exact", 150, (program, recipe) => {
    const [one, two] = [inputsOf(recipe, [3]), inputsOf(recipe, [2, 3])];
    const both = vmap(vmap(program));
    return unlike(vmap(program)(...one), oneByOne(program)(...one)) ??
      unlike(both(...two), oneByOne(oneByOne(program))(...two)) ??
      wrongCompiled(both, two);
  });
});

/** Asserts that programs show a mistake, which is planted by changing a method. */
function assertSeen<K extends string, T extends { [N in K]: unknown }>(
  owner: T,
  name: K,
  mistake: T[K],
): void {
  const right = owner[name];
  try {
    owner[name] = mistake;
    const check = (): void =>
      checkPrograms("any", 300, sameBits, { numRuns: 300, endOnFailure: true });
    assert.throws(check, /result|element/);
  } finally {
    owner[name] = right;
  }
}

/** Takes calls for equal that differ in what some part of them says. */
function sharedBy(key: (node: Node) => string): (known: KnownGraph) => KnownGraph {
  return ({ graph, known }) => {
    const first = new Map<string, readonly Value[]>();
    const same = new Map<Value, Value>();
    const now = (value: Value): Value => same.get(value) ?? value;
    const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(now) }));
    for (const node of nodes) {
      const shape = node.outputs.map((x) => `${x.dtype}${x.shape}`).join();
      const others = first.get(key(node) + shape);
      if (!others) first.set(key(node) + shape, node.outputs);
      else node.outputs.forEach((value, i) => same.set(value, others[i]!));
    }
    return { graph: new Graph(graph.inputs, nodes, graph.outputs.map(now)), known };
  };
}

Deno.test("planted: memory that is given to two values at a time", () => {
  assertSeen(Arena.prototype, "take", function (this: Arena, bytes: number) {
    this.size = Math.max(this.size, bytes);
    return 0;
  });
});

Deno.test("planted: calls that are shared although their inputs differ", () => {
  const pass = PASSES.find(({ name }) => name === "common calls") as { run: Pass["run"] };
  assertSeen(
    pass,
    "run",
    sharedBy(({ primitive, params }) => primitive.name + JSON.stringify(params)),
  );
});
