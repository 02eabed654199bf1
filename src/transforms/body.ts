/**
 * The functions that control flow runs: how they are captured, and what they must return.
 *
 * @module
 */
import {
  ArgumentError,
  DTypeError,
  ShapeError,
  shapeText,
  TraceError,
  valueText,
} from "../core/errors.ts";
import { Graph, Value } from "../core/graph.ts";
import { sameShape } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { type Flat, flatten, type Structure, type Tree } from "../core/tree.ts";
import { unchanged } from "../ops/elementwise.ts";
import { Capture, capture, type Captured } from "./capture.ts";

/** Records a body: variables are read once, before it runs, and stay as they are. */
class BodyCapture extends Capture {
  readonly #name: string;
  readonly #read = new Map<object, Tensor>();

  constructor(level: number, name: string) {
    super(level, name, true);
    this.#name = name;
  }

  read(cell: object, below: () => Tensor): Tensor {
    let value = this.#read.get(cell);
    if (!value) this.#read.set(cell, value = below());
    return value;
  }

  write(): never {
    throw new TraceError(
      `Cannot assign to a variable in a function given to ${this.#name}: it is captured once ` +
        `and may run any number of times, return the value from it and assign it afterwards`,
    );
  }
}

/**
 * Captures a function that control flow runs.
 *
 * @param name Who runs it, for messages.
 * @param f A function of one tracer for each input; its result is a tree of tensors.
 * @param avals Dtypes and shapes of the inputs.
 * @returns The graph.
 * @throws {TraceError} If the function reads elements or assigns to a variable.
 */
export function captureBody(
  name: string,
  f: (...inputs: readonly Tensor[]) => Tree,
  avals: readonly Aval[],
): Captured {
  return capture(name, f, avals, (level) => new BodyCapture(level, name));
}

/** Graphs whose first inputs are the same constants. */
export interface Shared {
  /** The tensors for the first inputs. */
  readonly constants: readonly Tensor[];
  /** The graphs. */
  readonly graphs: readonly Graph[];
}

/**
 * Makes captured functions take all that one of them closes over.
 *
 * @param all Graphs with tensors for their first inputs.
 * @returns Graphs with the same first inputs.
 */
export function shareConstants(
  all: readonly { readonly graph: Graph; readonly constants: readonly Tensor[] }[],
): Shared {
  const constants = [...new Set(all.flatMap((one) => one.constants))];
  const graphs = all.map(({ graph, constants: own }) => {
    const places = new Map(own.map((x, i) => [x, graph.inputs[i]!]));
    const first = constants.map((x) => places.get(x) ?? new Value(x));
    return new Graph([...first, ...graph.inputs.slice(own.length)], graph.nodes, graph.outputs);
  });
  return { constants, graphs };
}

/** Values and what contains them. */
export interface Parts {
  /** The values. */
  readonly leaves: readonly Aval[];
  /** What contains them. */
  readonly structure: Structure;
}

/**
 * Checks that what a function returns is like something else.
 *
 * @param verb What the caller does, for example `scan with a carry`.
 * @param before What it must be like.
 * @param after What was returned.
 * @throws {TraceError} If the arrays and objects around the tensors differ.
 * @throws {ShapeError} If a shape differs.
 * @throws {DTypeError} If a dtype differs.
 */
export function checkSame(verb: string, before: Parts, after: Parts): void {
  if (before.structure.key !== after.structure.key) {
    throw new TraceError(
      `Cannot ${verb} of ${structureText(before)} and ${structureText(after)}: all must be in ` +
        `the same arrays and objects and beside the same other values, numbers must be tensors`,
    );
  }
  after.leaves.forEach((x, i) => {
    const like = before.leaves[i]!;
    const both = `${avalText(like)} and ${avalText(x)}`;
    const which = after.leaves.length > 1 ? ` (tensor ${i + 1} of ${after.leaves.length})` : "";
    if (x.dtype !== like.dtype) {
      throw new DTypeError(`Cannot ${verb} of ${both}${which}: cast it, the dtypes must be equal`);
    }
    if (!sameShape(x.shape, like.shape)) {
      throw new ShapeError(`Cannot ${verb} of ${both}${which}: the shapes must be equal`);
    }
  });
}

/** Dtype and shape as text. */
function avalText({ dtype, shape }: Aval): string {
  return dtype + shapeText(shape);
}

/** A tree as text, tensors as `*`. */
function structureText({ structure }: Parts): string {
  return treeText(structure.build(new Array(structure.count).fill("*")));
}

function treeText(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(treeText).join(", ")}]`;
  if (typeof tree === "string") return tree;
  if (typeof tree !== "object" || tree === null) return valueText(tree);
  const parts = Object.entries(tree).map(([name, part]) => `${name}: ${treeText(part)}`);
  return `{${parts.join(", ")}}`;
}

/**
 * Takes what a function returned apart.
 *
 * @param verb What the caller does.
 * @param result What the function returned.
 * @returns Its tensors.
 * @throws {TraceError} If it is a promise.
 */
export function resultOf(verb: string, result: Tree): Flat {
  if (result instanceof Promise) {
    throw new TraceError(
      `Cannot ${verb} with a function that returns a promise: such functions are synchronous`,
    );
  }
  return flatten(result);
}

/**
 * Takes a pair apart that a function returned.
 *
 * @param verb What the caller does.
 * @param what What the pair must be.
 * @param result What the function returned.
 * @returns Both.
 * @throws {ArgumentError} If it is no pair.
 * @throws {TraceError} If it is a promise.
 */
export function pairOf(verb: string, what: string, result: Tree): readonly [Tree, Tree] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  resultOf(verb, result);
  throw new ArgumentError(
    `Cannot ${verb} with a function that returns ${
      Array.isArray(result) ? `${result.length} values` : valueText(result)
    }: it must return a pair of ${what}`,
  );
}

/**
 * Checks a condition.
 *
 * @param verb What the caller does.
 * @param x The condition.
 * @returns The tensor.
 * @throws {DTypeError} If it is no tensor of dtype bool.
 * @throws {ShapeError} If it has axes.
 */
export function checkCondition(verb: string, x: unknown): Tensor {
  if (!(x instanceof Tensor) || x.dtype !== "bool") {
    throw new DTypeError(
      `Cannot ${verb} ${x instanceof Tensor ? x.dtype : valueText(x)}: the condition must be a ` +
        `bool tensor, compare tensors with functions such as less`,
    );
  }
  if (x.ndim !== 0) {
    throw new ShapeError(
      `Cannot ${verb} a tensor of shape ${shapeText(x.shape)}: the condition must have rank 0, ` +
        `reduce it with any or all, or choose between elements with where`,
    );
  }
  return x;
}

/**
 * A tree with handles of its own, so that disposing of it leaves the tensors alone that somebody
 * else has.
 *
 * @param tree A tree.
 * @param others Tensors of somebody else.
 * @returns The tree itself, or one with views of those tensors.
 */
export function detached<T extends Tree>(tree: T, others: readonly Tensor[]): T {
  const shared = new Set(others);
  const { leaves, structure } = flatten(tree);
  if (!leaves.some((x) => shared.has(x))) return tree;
  return structure.build(leaves.map((x) => shared.has(x) ? unchanged(x) : x)) as T;
}
