/**
 * Recording what a call of a function does, with its numbers and variables: what compilation starts
 * from.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { TraceError } from "../core/errors.ts";
import { Graph, type KnownGraph, type Value } from "../core/graph.ts";
import { interpret } from "../core/primitive.ts";
import { TracedNumber } from "../core/scalar.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Structure, type Tree } from "../core/tree.ts";
import { Cell } from "../core/variable.ts";
import { Capture } from "./capture.ts";
import type { Transformable } from "./types.ts";

/** A number among the arguments, in one of the dtypes in which it is used. */
export interface NumberInput {
  /** Which number of the call. */
  readonly which: number;
  /** The dtype. */
  readonly dtype: DType;
}

/** A variable that the function reads or assigns. */
interface CellState {
  /** Its value at the start, if it was read. */
  input: Value | undefined;
  /** What it holds now. */
  current: Tensor;
  written: boolean;
}

/** Captures a function with its numbers and variables. */
class JitCapture extends Capture {
  readonly cells: Map<Cell, CellState> = new Map();
  readonly numbers: (NumberInput & { readonly value: Value })[] = [];
  /** Which number of the call each traced number is. */
  readonly places: Map<TracedNumber, number> = new Map();

  constructor(level: number) {
    super(level, "jit", true);
  }

  make(): never {
    throw new TraceError(
      "Cannot make a variable inside jit: only the first call would make it, " +
        "make it outside of the function",
    );
  }

  number(which: number): TracedNumber {
    const number = new TracedNumber((dtype) => {
      let own = this.numbers.find((input) => input.which === which && input.dtype === dtype);
      if (!own) {
        own = { which, dtype, value: this.fresh({ dtype, shape: [] }).value };
        this.numbers.push(own);
      }
      return this.tracer(own.value);
    });
    this.places.set(number, which);
    return number;
  }

  read(cell: object): Tensor {
    if (!(cell instanceof Cell)) throw new TraceError("Cannot read what is no variable");
    let state = this.cells.get(cell);
    if (!state) {
      const current = this.fresh({ dtype: cell.dtype, shape: cell.shape });
      this.cells.set(cell, state = { input: current.value, current, written: false });
    }
    return state.current;
  }

  write(cell: object, value: Tensor): void {
    if (!(cell instanceof Cell)) throw new TraceError("Cannot assign to what is no variable");
    const state = this.cells.get(cell);
    if (state) {
      state.current = value;
      state.written = true;
    } else {
      this.cells.set(cell, { input: undefined, current: value, written: true });
    }
  }
}

/** What a compiled function does for one kind of arguments. */
export interface Recording {
  /** The graph; its inputs are constants, variables, numbers and tensors, its results those of the function and of variables. */
  readonly known: KnownGraph;
  /** What contains the results of the function. */
  readonly structure: Structure;
  /** Places in it where a number of the call is returned as it is. */
  readonly passed: ReadonlyMap<number, number>;
  /** The numbers that are inputs. */
  readonly numbers: readonly NumberInput[];
  /** Variables whose values are inputs. */
  readonly reads: readonly Cell[];
  /** Variables that are assigned results, after those of the function. */
  readonly writes: readonly Cell[];
}

/** Arguments of a call: what is traced, and what is part of the program. */
export interface Arguments {
  /** All tensors but those of static arguments. */
  readonly tensors: readonly Tensor[];
  /** All numbers but those of static arguments. */
  readonly numbers: readonly (number | bigint)[];
  /** The same for calls that have the same program. */
  readonly key: string;
  /** A key in which other texts stand for the shapes of the tensors. */
  readonly keyWith: (shapeOf: (x: Tensor, index: number) => unknown) => string;
  /** The arguments with others in the place of tensors and numbers. */
  readonly build: (tensors: readonly unknown[], numbers: readonly unknown[]) => readonly unknown[];
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/**
 * Takes the arguments of a call apart.
 *
 * @param args The arguments.
 * @param statics Positions of those that are part of the program.
 * @returns What is traced, and how to put it together again.
 */
export function takeApart(args: readonly unknown[], statics: ReadonlySet<number>): Arguments {
  const traced = args.map((arg, i) => statics.has(i) ? undefined : arg);
  const isLeaf = (value: unknown): boolean => value instanceof Tensor || isNumber(value);
  const { leaves, structure } = flatten(traced, isLeaf);
  const tensors = leaves.filter((leaf) => leaf instanceof Tensor);
  const numbers = leaves.filter(isNumber);
  const keyWith: Arguments["keyWith"] = (shapeOf) => {
    let [key, next] = [structure.key, 0];
    for (const leaf of leaves) {
      key += leaf instanceof Tensor ? `|${leaf.dtype}${shapeOf(leaf, next++)}` : "|number";
    }
    for (const i of statics) key += `|${i}=${flatten(args[i], () => false).structure.key}`;
    return key;
  };
  return {
    tensors,
    numbers,
    key: keyWith(({ shape }) => shape),
    keyWith,
    build: (ownTensors, ownNumbers) => {
      let [t, n] = [0, 0];
      const own = structure.build(
        leaves.map((leaf) => leaf instanceof Tensor ? ownTensors[t++] : ownNumbers[n++]),
      ) as readonly unknown[];
      return own.map((arg, i) => statics.has(i) ? args[i] : arg);
    },
  };
}

/**
 * Captures a call with its numbers and variables.
 *
 * @param f The function.
 * @param args Its arguments.
 * @param avals Dtypes and shapes of the tensors among them; their own when absent.
 * @returns The graph and what a call needs beside it.
 * @throws {TraceError} If the function reads elements, or is asynchronous.
 */
export function recorded(
  f: Transformable,
  args: Arguments,
  avals: readonly Aval[] = args.tensors,
): Recording {
  return interpret((level) => new JitCapture(level), (trace) => {
    const inputs = avals.map((aval) => trace.fresh(aval));
    const numbers = args.numbers.map((_, i) => trace.number(i));
    const call = f as unknown as (...all: readonly unknown[]) => Tree;
    const result = call(...args.build(inputs, numbers));
    if (result instanceof Promise) {
      // It fails when it goes on after the capture, which says nothing new.
      result.catch(() => {});
      throw new TraceError(
        "Cannot compile an asynchronous function: make it synchronous, and await outside of it",
      );
    }
    const isLeaf = (x: unknown): boolean => x instanceof Tensor || x instanceof TracedNumber;
    const { leaves: parts, structure } = flatten(result, isLeaf);
    const leaves = parts.filter((x) => x instanceof Tensor);
    const passed = new Map(
      parts.flatMap((x, i) => x instanceof TracedNumber ? [[i, trace.places.get(x)!]] : []),
    );
    const cells = [...trace.cells];
    const read = cells.filter(([, { input }]) => input !== undefined);
    const written = cells.filter(([, state]) => state.written);
    const outputs = [...leaves, ...written.map(([, { current }]) => current)]
      .map((x) => trace.valueOf(x));
    const graph = new Graph(
      [
        ...trace.constants.values(),
        ...read.map(([, { input }]) => input!),
        ...trace.numbers.map(({ value }) => value),
        ...inputs.map(({ value }) => value),
      ],
      trace.nodes,
      outputs,
    );
    const known = new Map([...trace.constants].map(([x, value]) => [value, x]));
    return {
      known: { graph, known },
      structure,
      passed,
      numbers: trace.numbers,
      reads: read.map(([cell]) => cell),
      writes: written.map(([cell]) => cell),
    };
  });
}
