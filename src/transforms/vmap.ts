/**
 * Batching: a function of one example becomes one of many.
 *
 * @module
 */
import { ArgumentError, ShapeError, shapeText, TraceError, valueText } from "../core/errors.ts";
import { bindAll, interpret, type Interpreter, type Primitive } from "../core/primitive.ts";
import { normalizeAxis } from "../core/shape.ts";
import type { Storage, Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import { broadcasted, permuted, reshaped } from "../ops/movement_primitives.ts";
import { Tracer, unknownStorage } from "./tracer.ts";
import type { AxisTree, Batched, BatchedArguments, Transformable } from "./types.ts";

const STORAGE: Storage = unknownStorage(
  "vmap",
  "use where, cond or whileLoop to branch on it, or return it and read it outside",
);

/** One example of a batch. */
class BatchTracer extends Tracer {
  /** The whole batch, along its first axis. */
  readonly batch: Tensor;

  constructor(interpreter: Interpreter, batch: Tensor) {
    super(interpreter, { dtype: batch.dtype, shape: batch.shape.slice(1) }, STORAGE);
    this.batch = batch;
  }

  override toString(): string {
    return `Batched(${this.dtype}[${this.shape.join(", ")}], ${this.batch.shape[0]})`;
  }
}

/** Runs calls over a batch. */
export class Batch implements Interpreter {
  readonly level: number;
  readonly capturesAll = false;
  /** How many examples there are. */
  readonly size: number;

  /**
   * Starts batching.
   *
   * @param level Its level.
   * @param size How many examples there are.
   */
  constructor(level: number, size: number) {
    this.level = level;
    this.size = size;
  }

  /**
   * One example of a batch.
   *
   * @param batch The whole, along its first axis.
   * @returns Its tracer.
   */
  one(batch: Tensor): Tensor {
    return new BatchTracer(this, batch);
  }

  /**
   * The batch of an example.
   *
   * @param x A tensor.
   * @returns The whole along its first axis, or null if the tensor is the same for all.
   */
  batchOf(x: Tensor): Tensor | null {
    return x instanceof BatchTracer && x.interpreter === this ? x.batch : null;
  }

  /**
   * The batch of an example; what is the same for all is repeated.
   *
   * @param x A tensor.
   * @returns The whole along its first axis.
   */
  whole(x: Tensor): Tensor {
    return this.batchOf(x) ??
      broadcasted(reshaped(x, [1, ...x.shape]), [this.size, ...x.shape]);
  }

  process<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
    if (!p.batch) {
      if (p.expand) return p.expand(inputs, params);
      throw new TraceError(`Cannot batch ${p.name}: it has no rule for vmap`);
    }
    const batches = inputs.map((x) => this.batchOf(x));
    const own = batches.map((batch, i) => batch ?? inputs[i]!);
    const batched = batches.map((batch) => batch !== null);
    if (!batched.includes(true)) return bindAll(p, inputs, params);
    return p.batch(own, batched, params, this.size).map((x) => this.one(x));
  }

  write(_: object, value: Tensor, below: (value: Tensor) => void): void {
    if (this.batchOf(value)) {
      throw new TraceError(
        "Cannot assign a batched tensor to a variable inside vmap: " +
          "return it and assign it outside",
      );
    }
    below(value);
  }
}

/** Which axes hold the examples. */
export interface VmapOptions<I extends AxisTree = AxisTree, O extends AxisTree = AxisTree> {
  /**
   * Axis of the examples in the arguments: one for all tensors, or a list with one for each argument;
   * null where an argument is the same for all examples; trees of axes for trees of tensors. 0 when absent.
   */
  readonly inAxes?: I | undefined;
  /** Axis of the examples in the results, a tree for trees of tensors; null for what is the same for all. 0 when absent. */
  readonly outAxes?: O | undefined;
}

/** The axis for each leaf of a tree, from a tree of axes that may end earlier. */
function axesOf(verb: string, axes: AxisTree, tree: Tree): readonly (number | null)[] {
  if (axes === null || typeof axes === "number") {
    return flatten(tree).leaves.map(() => axes);
  }
  const parts = Object.entries(axes) as [string, AxisTree][];
  const own = typeof tree === "object" && tree !== null ? Object.keys(tree) : [];
  const fits = Array.isArray(axes) === Array.isArray(tree) && parts.length === own.length &&
    parts.every(([name]) => own.includes(name));
  if (!fits) {
    throw new ArgumentError(
      `Cannot ${verb} with axes ${
        valueText(axes)
      }: their structure differs from that of the tensors`,
    );
  }
  return own.flatMap((name) =>
    axesOf(
      verb,
      (axes as { readonly [name: string]: AxisTree })[name]!,
      (tree as { readonly [name: string]: Tree })[name],
    )
  );
}

function moved(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const order = x.shape.map((_, axis) => axis).toSpliced(from, 1).toSpliced(to, 0, from);
  return permuted(x, order);
}

/**
 * The function that runs over a whole batch at once: each primitive runs once for all examples.
 *
 * @typeParam F The function.
 * @typeParam I Axes of the examples in the arguments.
 * @typeParam O Axes of the examples in the results.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param options Which axes hold the examples.
 * @returns A function of arguments with one more axis, which returns results with one more axis.
 * @throws {ShapeError} When called, if the arguments have different numbers of examples.
 * @throws {AxisError} When called, if an axis does not exist.
 * @throws {ArgumentError} When called, if no argument has examples, or axes do not fit the arguments.
 *
 * @example Usage
 * ```ts
 * import { matmul, tensor, type Tensor, vmap } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const dot = (x: Tensor<"float32", [2]>, y: Tensor<"float32", [2]>) => matmul(x, y);
 * const rows = tensor([[1, 2], [3, 4]]);
 *
 * assert.deepEqual(vmap(dot)(rows, rows).toArray(), [5, 25]);
 * ```
 */
export function vmap<
  F extends Transformable,
  const I extends AxisTree = 0,
  const O extends AxisTree = 0,
>(
  f: F,
  { inAxes = 0 as I, outAxes = 0 as O }: VmapOptions<I, O> = {},
): <B extends number = number>(
  ...args: BatchedArguments<Parameters<F>, I, B>
) => Batched<ReturnType<F>, O, B> {
  const map = (...args: readonly unknown[]): unknown => {
    const { leaves, structure } = flatten(args);
    const axes = Array.isArray(inAxes) || typeof inAxes !== "object" || inAxes === null
      ? axesOf("vmap", inAxes, args)
      : axesOf("vmap", [inAxes], args);
    const batches = leaves.map((x, i) => {
      const axis = axes[i]!;
      if (axis === null) return null;
      return moved(x, normalizeAxis("vmap over", axis, x.ndim), 0);
    });
    const size = sizeOfBatch(batches);
    return interpret((level) => new Batch(level, size), (trace) => {
      const inputs = leaves.map((x, i) => batches[i] ? trace.one(batches[i]) : x);
      const call = f as unknown as (...all: readonly unknown[]) => Tree;
      const result = flatten(call(...structure.build(inputs) as readonly unknown[]));
      const whole = result.structure.build(result.leaves);
      const places = axesOf("vmap", outAxes, whole);
      const outputs = result.leaves.map((x, i) => placed(trace, x, places[i]!));
      return result.structure.build(outputs);
    });
  };
  return map as <B extends number = number>(
    ...args: BatchedArguments<Parameters<F>, I, B>
  ) => Batched<ReturnType<F>, O, B>;
}

function sizeOfBatch(batches: readonly (Tensor | null)[]): number {
  const [first, ...rest] = batches.filter((batch) => batch !== null);
  if (!first) {
    throw new ArgumentError(
      "Cannot vmap a call without examples: give at least one argument an axis",
    );
  }
  for (const other of rest) {
    if (other.shape[0] === first.shape[0]) continue;
    throw new ShapeError(
      `Cannot vmap over axes of length ${first.shape[0]} and ${other.shape[0]}: ` +
        `all arguments must have as many examples`,
    );
  }
  return first.shape[0]!;
}

/** A result with its batch at an axis. */
function placed(trace: Batch, x: Tensor, axis: number | null): Tensor {
  if (axis === null) {
    if (!trace.batchOf(x)) return x;
    throw new ArgumentError(
      `Cannot vmap with outAxes null for a result of shape ${shapeText(x.shape)} ` +
        `that differs between examples: give it an axis`,
    );
  }
  const whole = trace.whole(x);
  return moved(whole, 0, normalizeAxis("place the batch at", axis, whole.ndim));
}
