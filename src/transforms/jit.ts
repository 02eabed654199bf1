/**
 * Compiling functions: what they do is captured once and then runs as one program.
 *
 * @module
 */
import { Executable } from "../compiler/executable.ts";
import { optimized } from "../compiler/passes.ts";
import { type DType, DTYPES } from "../core/dtype.ts";
import { ArgumentError, valueText } from "../core/errors.ts";
import type { Graph, Value } from "../core/graph.ts";
import { checkItem } from "../core/item.ts";
import { isTracing } from "../core/primitive.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import type { Structure, Tree } from "../core/tree.ts";
import type { Cell } from "../core/variable.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import {
  type Arguments,
  type NumberInput,
  recorded,
  type Recording,
  takeApart,
} from "./recording.ts";
import { type Positions, symbolicAxis, SymbolicRecordings } from "./symbolic.ts";
import type { Transformable } from "./types.ts";

/** How a function is compiled. */
export interface JitOptions {
  /**
   * Positions of arguments that are part of the program: by value for numbers and strings, by identity
   * for functions and other objects. None when absent; arguments that hold neither tensors nor numbers
   * always are.
   */
  readonly staticArgs?: readonly number[] | undefined;
  /**
   * Positions of arguments whose tensors have a leading axis of any length, one for all of them: the rows
   * of a batch, as opposed to weights in other arguments. The function is recorded at a few lengths,
   * which say what it does at all others. None when absent.
   */
  readonly symbolicArgs?: readonly number[] | undefined;
  /** How many programs are kept, one for each structure, dtypes and shapes of arguments; 64 when absent. */
  readonly cacheSize?: number | undefined;
}

/** A compiled function for one kind of arguments. */
interface Entry {
  readonly executable: Executable;
  /** What contains the results. */
  readonly structure: Structure;
  /** Places in it where a number of the call is returned as it is. */
  readonly passed: ReadonlyMap<number, number>;
  readonly numbers: readonly NumberInput[];
  /** Variables whose values are inputs, and whether a result may be a view of them. */
  readonly reads: readonly { readonly cell: Cell; readonly viewed: boolean }[];
  /** Variables that are assigned results, after those of the function, and whether others share them. */
  readonly writes: readonly { readonly cell: Cell; readonly shared: boolean }[];
}

/** Compiles what was recorded. */
function entryOf({ known, ...recording }: Recording): Entry {
  const program = optimized(known);
  // Passes make one value of several, and results of inputs: what shares memory is known after them.
  const { graph: { inputs, outputs } } = program;
  const bases = basesOf(program.graph);
  const ends = outputs.map((value) => bases.get(value) ?? value);
  const count = (value: Value): number => ends.filter((other) => other === value).length;
  const variables = known.graph.inputs.slice(known.known.size);
  const assigned = ends.slice(ends.length - recording.writes.length);
  return {
    ...recording,
    executable: new Executable(program),
    reads: recording.reads.map((cell, i) => ({ cell, viewed: ends.includes(variables[i]!) })),
    writes: recording.writes.map((cell, i) => {
      const end = assigned[i]!;
      return { cell, shared: inputs.includes(end) || count(end) > 1 };
    }),
  };
}

/** For each value that may be a view, what it views in the end. */
function basesOf({ nodes }: Graph): ReadonlyMap<Value, Value> {
  const bases = new Map<Value, Value>();
  for (const { primitive, inputs, outputs } of nodes) {
    const [x] = inputs;
    if (primitive.view && x) bases.set(outputs[0]!, bases.get(x) ?? x);
  }
  return bases;
}

function numberTensor(value: number | bigint, dtype: DType): Tensor {
  return wasmDevice().fromItems(dtype, [], [checkItem(dtype, value)]);
}

function run(entry: Entry, { tensors, numbers }: Pick<Arguments, "tensors" | "numbers">): Tree {
  let inputs = tensors;
  if (entry.reads.length > 0 || entry.numbers.length > 0) {
    inputs = [
      ...entry.reads.map(({ cell, viewed }) => viewed ? cell.read() : cell.peek()),
      ...entry.numbers.map(({ which, dtype }) => numberTensor(numbers[which]!, dtype)),
      ...tensors,
    ];
  }
  const { executable, structure, passed, writes } = entry;
  const results = executable.run(inputs);
  const count = structure.count - passed.size;
  for (let i = 0; i < writes.length; i++) {
    const { cell, shared } = writes[i]!;
    cell.write(results[count + i]!, shared);
  }
  if (passed.size === 0) return structure.build(results);
  let next = 0;
  return structure.build(
    Array.from({ length: structure.count }, (_, i) => {
      const which = passed.get(i);
      return which === undefined ? results[next++] : numbers[which];
    }),
  );
}

/** A function whose calls differ only in the values of tensors: what such calls share. */
interface Recent {
  readonly avals: readonly Aval[];
  readonly entry: Entry;
}

function fits({ avals }: Recent, args: readonly unknown[]): args is readonly Tensor[] {
  if (args.length !== avals.length) return false;
  for (let i = 0; i < args.length; i++) {
    const x = args[i];
    const { dtype, shape } = avals[i]!;
    if (!(x instanceof Tensor) || x.dtype !== dtype) return false;
    if (x.shape !== shape && !sameShape(x.shape, shape)) return false;
  }
  return true;
}

/** What is kept under a key, of so many things at most: those used last stay longest. */
function kept<T extends object>(
  all: Map<string, T>,
  key: string,
  most: number,
  make: () => T,
): T {
  const found = all.get(key) ?? make();
  all.delete(key);
  all.set(key, found);
  if (all.size > most) all.delete(all.keys().next().value!);
  return found;
}

function checkPositions({ statics, symbolics }: Positions): void {
  const check = (what: string, position: number): void => {
    if (Number.isInteger(position) && position >= 0) return;
    throw new ArgumentError(
      `Cannot compile with ${what} argument ${valueText(position)}: ` +
        `a position is an integer from 0 on`,
    );
  };
  for (const position of statics) check("static", position);
  for (const position of symbolics) {
    check("symbolic", position);
    if (!statics.has(position)) continue;
    throw new ArgumentError(
      `Cannot compile with argument ${position} both static and symbolic: ` +
        `name it in one of staticArgs and symbolicArgs`,
    );
  }
}

/**
 * The function as a compiled program. The first call with arguments of some structure, dtypes and
 * shapes captures what the function does to its tensors, and later ones run that: as one fused program,
 * of generated WebAssembly where it is used much. So the function must do the same for all values:
 * reading a tensor inside is an error that names the cure.
 *
 * Numbers among the arguments may change from call to call: they can be operands. To calculate with
 * them or to compare their size inside is an error, but the language does not tell when they are compared
 * by `===` or taken for a condition: such numbers belong into `staticArgs`. Variables that the function reads are inputs
 * of the program, and those that it assigns are assigned after each call. Effects other than these happen
 * at the first call alone. Inside of other transforms the function is a part of these: put `jit` outside
 * of `grad` and `vmap`. Results are those of the plain function, bit for bit; only sums and products of
 * floats over what comes from transposed, reversed or sliced tensors, also when a loop carries it, may be
 * rounded in another order, as those of any two layouts: by at most 64 units in the last place of the sum
 * of the magnitudes.
 *
 * A batch need not have one length: `symbolicArgs` names the arguments whose tensors have it in front.
 * The function is then recorded at some six lengths, also at such that no call had, and not again for
 * others: lengths, parameters and counts that depend on the length must be polynomials of it of degree 2,
 * and what the function does at two lengths it must do at all between them, so it may compare the length
 * with bounds, as slices do, but not ask by what it is divisible. Lengths at which an axis that depends on
 * it has no or a single element are recorded on their own. Each length has a program of its own, which is
 * planned at its first call and kept as others are.
 *
 * @typeParam F The function.
 * @param f A synchronous function of trees of tensors and numbers that returns a tree of tensors.
 * @param options Which arguments are part of the program, and how many programs are kept.
 * @returns The compiled function.
 * @throws {TraceError} When called, if `f` reads elements of its tensors, or has no program for all lengths
 * of `symbolicArgs`.
 * @throws {ShapeError} When called, if tensors of `symbolicArgs` have no leading axis, or different lengths.
 * @throws {ArgumentError} If a position or the number of programs is no such integer, or an argument is both
 * static and symbolic.
 *
 * @example Usage
 * ```ts
 * import { add, exp, jit, multiply, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([0, 1, 2]);
 * const f = jit((a: typeof x, scale: number) => sum(add(multiply(a, scale), 1)));
 *
 * assert.equal(f(x, 2).item(), 9);
 * assert.equal(f(x, 3).item(), 12);
 * ```
 *
 * @example Batches of any length
 * ```ts
 * import { jit, matmul, mean, ones, square, type Tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * type Weights = Tensor<"float32", [2, 3]>;
 * type Batch = Tensor<"float32", [number, 2]>;
 * let recordings = 0;
 * const loss = jit((w: Weights, x: Batch) => {
 *   recordings++;
 *   return mean(square(matmul(x, w)));
 * }, { symbolicArgs: [1] });
 *
 * for (let rows = 2; rows <= 40; rows++) {
 *   assert.equal(loss(ones([2, 3]), ones([rows, 2])).item(), 4);
 * }
 * assert.ok(recordings < 10);
 * ```
 */
export function jit<F extends Transformable>(
  f: F,
  { staticArgs = [], symbolicArgs = [], cacheSize = 64 }: JitOptions = {},
): (...args: Parameters<F>) => ReturnType<F> {
  const statics = new Set(staticArgs);
  const symbolics = new Set(symbolicArgs);
  checkPositions({ statics, symbolics });
  if (!Number.isInteger(cacheSize) || cacheSize < 1) {
    throw new ArgumentError(
      `Cannot compile with cacheSize ${valueText(cacheSize)}: ` +
        `the number of programs that are kept is an integer from 1 on`,
    );
  }
  const entries = new Map<string, Entry>();
  const families = new Map<string, SymbolicRecordings>();
  let recent: Recent | undefined;
  const recordingOf = (args: readonly unknown[], own: Arguments): Recording => {
    const axis = symbolicAxis(args, own, { statics, symbolics });
    if (!axis) return recorded(f, own);
    const family = kept(families, axis.key, cacheSize, () => new SymbolicRecordings());
    return family.at(axis.length, (length) => recorded(f, own, axis.avals(length)));
  };
  return (...args) => {
    if (isTracing()) {
      return (f as unknown as (...all: readonly unknown[]) => ReturnType<F>)(...args);
    }
    if (recent && fits(recent, args)) {
      return run(recent.entry, { tensors: args, numbers: [] }) as ReturnType<F>;
    }
    const own = takeApart(args, statics);
    const entry = kept(entries, own.key, cacheSize, () => entryOf(recordingOf(args, own)));
    if (statics.size === 0 && args.every((arg: unknown) => arg instanceof Tensor)) {
      recent = { avals: own.tensors.map(({ dtype, shape }) => ({ dtype, shape })), entry };
    }
    return run(entry, own) as ReturnType<F>;
  };
}

/**
 * Captures and optimises a call, for `explain`.
 *
 * @param f The function.
 * @param args Its arguments.
 * @param seen Is told of the graph after each pass.
 * @returns What runs, and its inputs.
 */
export function compiledCall(
  f: Transformable,
  args: readonly unknown[],
  seen: (pass: string, graph: Graph) => void,
): {
  readonly executable: Executable;
  readonly inputs: readonly Tensor[];
  /** Bytes of all intermediate results. */
  readonly unplanned: number;
} {
  const own = takeApart(args, new Set());
  const { known, reads, numbers } = recorded(f, own);
  seen("capture", known.graph);
  const executable = new Executable(optimized(known, (pass, { graph }) => seen(pass, graph)));
  const inputs = [
    ...reads.map((cell) => cell.peek()),
    ...numbers.map(({ which, dtype }) => numberTensor(own.numbers[which]!, dtype)),
    ...own.tensors,
  ];
  const unplanned = known.graph.nodes
    .filter(({ primitive }) => !primitive.view)
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * DTYPES[dtype].bytes, 0);
  return { executable, inputs, unplanned };
}
