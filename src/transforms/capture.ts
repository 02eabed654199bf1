/**
 * Capturing what a function does as a graph.
 *
 * @module
 */
import { TraceError } from "../core/errors.ts";
import { Graph, Value } from "../core/graph.ts";
import { interpret, type Interpreter } from "../core/primitive.ts";
import { Recorder } from "../core/recorder.ts";
import { type Aval, type Storage, Tensor } from "../core/tensor.ts";
import { flatten, type Structure, type Tree } from "../core/tree.ts";
import { Tracer, unknownStorage } from "./tracer.ts";

/** A value of the graph that is being captured. */
export class GraphTracer extends Tracer {
  /** The value. */
  readonly value: Value;

  /**
   * Makes a tracer of a value.
   *
   * @param interpreter What captures the graph.
   * @param value The value.
   * @param storage What answers when its elements are asked for.
   */
  constructor(interpreter: Interpreter, value: Value, storage: Storage) {
    super(interpreter, value, storage);
    this.value = value;
  }

  /** Dtype and shape: there are no elements. */
  override toString(): string {
    return `Traced(${this.dtype}[${this.shape.join(", ")}])`;
  }
}

const BRANCH = "use cond, where or whileLoop to branch on it, or return it and read it outside";

/** Records what a function does with tensors that have no values. */
export class Capture extends Recorder {
  readonly #storage: Storage;

  /**
   * Starts a capture.
   *
   * @param level Its level.
   * @param name Name of the transform, for messages.
   * @param capturesAll Whether calls without tracers are recorded, too.
   */
  constructor(level: number, name: string, capturesAll: boolean) {
    super(level, capturesAll);
    this.#storage = unknownStorage(name, BRANCH);
  }

  /**
   * A new value and its tracer.
   *
   * @param aval Dtype and shape.
   * @returns The tracer.
   */
  fresh(aval: Aval): GraphTracer {
    return this.tracer(new Value(aval));
  }

  override tracer(value: Value): GraphTracer {
    return new GraphTracer(this, value, this.#storage);
  }

  override recorded(x: Tensor): Value | undefined {
    return x instanceof GraphTracer && x.interpreter === this ? x.value : undefined;
  }
}

/**
 * Whether a tensor is a value of a linear program: one that is recorded to be run backward.
 *
 * @param x A tensor.
 * @returns Whether it is one.
 */
export function isLinear(x: Tensor | null): boolean {
  return x instanceof GraphTracer && !x.interpreter.capturesAll;
}

/** A captured function: its graph has the constants as its first inputs. */
export interface Captured {
  /** The program. */
  readonly graph: Graph;
  /** Tensors from outside that it uses. */
  readonly constants: readonly Tensor[];
  /** What contains its results. */
  readonly structure: Structure;
}

/**
 * Captures a function of tensors.
 *
 * @param name Name of the transform, for messages.
 * @param f A function of one tracer for each input; its result is a tree of tensors.
 * @param avals Dtypes and shapes of the inputs.
 * @param make Makes what records the calls, where it is not a plain capture.
 * @returns The graph.
 * @throws {TraceError} If the function reads elements.
 */
export function capture(
  name: string,
  f: (...inputs: readonly Tensor[]) => Tree,
  avals: readonly Aval[],
  make: (level: number) => Capture = (level) => new Capture(level, name, true),
): Captured {
  return interpret(make, (trace) => {
    const inputs = avals.map((aval) => trace.fresh(aval));
    const { leaves, structure } = flatten(f(...inputs));
    const outputs = leaves.map((x) => trace.valueOf(x));
    const graph = new Graph(
      [...trace.constants.values(), ...inputs.map(({ value }) => value)],
      trace.nodes,
      outputs,
    );
    return { graph, constants: [...trace.constants.keys()], structure };
  });
}

/**
 * A tensor, or the error that tells what stands in its place.
 *
 * @param verb What the caller does.
 * @param value What a user's function returned.
 * @returns The tensor.
 * @throws {TraceError} If it is none.
 */
export function resultTensor(verb: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  const what = value instanceof Promise ? "a promise" : value === null ? "null" : typeof value;
  throw new TraceError(
    `Cannot ${verb} a function that returns ${what}: return a tensor` +
      (value instanceof Promise ? ", transformed functions are synchronous" : ""),
  );
}
