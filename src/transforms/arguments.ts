/**
 * What transforms share in taking a user's function apart: arguments to differentiate by, results
 * with something beside.
 *
 * @module
 */
import { ArgumentError, DTypeError, valueText } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Flat, flatten, type Tree } from "../core/tree.ts";
import { checkDifferentiable } from "./jvp.ts";
import type { Argnums, Transformable } from "./types.ts";

/** A user's function of some of its arguments, as tensors. */
export interface Partial {
  /** The tensors of the chosen arguments. */
  readonly inputs: readonly Tensor[];
  /** The function with other tensors in their place. */
  readonly call: (...inputs: readonly Tensor[]) => Tree;
  /** Trees like the chosen arguments: one, or a list if several were asked for. */
  readonly build: (leaves: readonly unknown[]) => Tree;
}

/**
 * Takes chosen arguments of a call apart.
 *
 * @param verb What the caller does, for messages.
 * @param f The function.
 * @param args Its arguments.
 * @param argnums Which of them to differentiate by.
 * @returns The function of these alone.
 * @throws {ArgumentError} If a position does not exist or repeats.
 * @throws {DTypeError} If a chosen argument has numbers or tensors that are not floating.
 */
export function partial(
  verb: string,
  f: Transformable,
  args: readonly unknown[],
  argnums: Argnums,
): Partial {
  const chosen = typeof argnums === "number" ? [argnums] : [...argnums];
  const places = chosen.map((place) => {
    const own = place < 0 ? place + args.length : place;
    if (Number.isInteger(own) && own >= 0 && own < args.length) return own;
    throw new ArgumentError(
      `Cannot ${verb} by argument ${valueText(place)}: the function was called with ` +
        `${args.length} arguments`,
    );
  });
  if (new Set(places).size !== places.length) {
    throw new ArgumentError(
      `Cannot ${verb} by arguments ${chosen.join(", ")}: name each of them once`,
    );
  }
  const { leaves, structure }: Flat = flatten(places.map((place) => args[place]));
  checkLeaves(verb, places.map((place) => args[place]), leaves);
  return {
    inputs: leaves,
    call: (...inputs) => {
      const own = [...args];
      (structure.build(inputs) as readonly unknown[]).forEach((arg, i) => own[places[i]!] = arg);
      return (f as (...all: readonly unknown[]) => Tree)(...own);
    },
    build: (parts) => {
      const trees = structure.build(parts) as readonly unknown[];
      return typeof argnums === "number" ? trees[0] : trees;
    },
  };
}

function checkLeaves(verb: string, trees: readonly unknown[], tensors: readonly Tensor[]): void {
  const isNumber = (value: unknown): boolean =>
    typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  const [number] = flatten(trees, isNumber).leaves;
  if (number !== undefined) {
    throw new DTypeError(
      `Cannot ${verb} by ${valueText(number)}: make it a tensor, ` +
        `or leave it out of the differentiated arguments`,
    );
  }
  if (tensors.length === 0) {
    throw new DTypeError(`Cannot ${verb} by an argument without tensors: pass a tensor`);
  }
  checkDifferentiable(`${verb} by`, tensors);
}

/**
 * A result of a function with something beside.
 *
 * @param verb What the caller does.
 * @param result What the function returned.
 * @param hasAux Whether it is a pair.
 * @returns The result proper, and what is beside it.
 * @throws {ArgumentError} If a pair was promised and there is none.
 */
export function splitAux(verb: string, result: Tree, hasAux: boolean): readonly [Tree, Tree] {
  if (!hasAux) return [result, undefined];
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new ArgumentError(
    `Cannot ${verb} with hasAux: the function must return a pair of the result and anything else`,
  );
}
