/**
 * Recording calls as nodes of a graph.
 *
 * @module
 */
import { type Node, Value } from "./graph.ts";
import { checkLive, type Device, type Interpreter, isTraced, type Primitive } from "./primitive.ts";
import { Tensor } from "./tensor.ts";

/** An interpreter that records calls instead of running them. */
export abstract class Recorder implements Interpreter {
  /** Depth of nesting. */
  readonly level: number;
  /** Whether calls without its own tensors are recorded, too. */
  readonly capturesAll: boolean;
  /** Nodes so far. */
  readonly nodes: Node[] = [];
  /** Values of tensors that come from outside. */
  readonly constants: Map<Tensor, Value> = new Map();
  readonly #values = new Map<Tensor, Value>();

  /**
   * Starts recording.
   *
   * @param level Its level.
   * @param capturesAll Whether calls without its own tensors are recorded, too.
   */
  constructor(level: number, capturesAll: boolean) {
    this.level = level;
    this.capturesAll = capturesAll;
  }

  /**
   * A tensor that stands for a value.
   *
   * @param value The value.
   * @returns The tensor.
   */
  abstract tracer(value: Value): Tensor;

  /**
   * The value that a tensor stands for.
   *
   * @param x A tensor.
   * @returns The value, or undefined if the tensor comes from outside.
   */
  abstract recorded(x: Tensor): Value | undefined;

  /**
   * The value of a tensor: what comes from outside becomes a constant.
   *
   * @param x A tensor.
   * @returns Its value.
   * @throws {TraceError} If it is a value of a transform that has ended.
   */
  valueOf(x: Tensor): Value {
    let value = this.recorded(x) ?? this.#values.get(x);
    if (!value) {
      checkLive(x);
      this.#values.set(x, value = new Value(x));
      this.constants.set(handleOf(x), value);
    }
    return value;
  }

  /**
   * Records a call.
   *
   * @typeParam P Type of its parameters.
   * @param p The primitive.
   * @param inputs Its inputs.
   * @param params Its parameters.
   * @param device Where its result lies, if it has no inputs.
   * @returns Tensors that stand for the results.
   */
  process<P>(
    p: Primitive<P>,
    inputs: readonly Tensor[],
    params: P,
    device?: Device,
  ): readonly Tensor[] {
    const own = inputs.map((x) => this.valueOf(x));
    const outputs = p.rule(inputs, params).map((aval) => new Value(aval));
    const primitive = p as unknown as Primitive;
    this.nodes.push({ primitive, inputs: own, params, outputs, device });
    return outputs.map((value) => this.tracer(value));
  }
}

/** A handle of its own, so that a function may dispose of what it uses. */
function handleOf(x: Tensor): Tensor {
  if (isTraced(x)) return x;
  return new Tensor(x.dtype, x.shape, x.strides, x.offset, x.storage);
}
