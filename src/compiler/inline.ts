/**
 * Putting what primitives consist of in their place: functions with derivatives of their own, and steps
 * that are run again, are plain programs once nothing is left to differentiate.
 *
 * @module
 */
import type { Item } from "../core/dtype.ts";
import { TraceError } from "../core/errors.ts";
import { Graph, type KnownGraph, type Value } from "../core/graph.ts";
import {
  type Device,
  interpret,
  type Interpreter,
  type Primitive,
  type Traced,
} from "../core/primitive.ts";
import { Recorder } from "../core/recorder.ts";
import { contiguousStrides } from "../core/shape.ts";
import { type DeviceMemory, type Storage, Tensor } from "../core/tensor.ts";

function noElements(): never {
  throw new TraceError(
    "Cannot read a tensor while a function is compiled: its primitives must not look at elements",
  );
}

const NOWHERE: DeviceMemory = {
  name: "compiler",
  toBytes: noElements,
  item: (): Item => noElements(),
};

/** A value of the graph as a tensor. */
class Placeholder extends Tensor implements Traced {
  readonly interpreter: Interpreter;
  readonly value: Value;

  constructor(interpreter: Interpreter, value: Value) {
    const storage: Storage = { device: NOWHERE, handles: 0, keepers: 0, release() {} };
    super(value.dtype, value.shape, contiguousStrides(value.shape), 0, storage);
    this.interpreter = interpreter;
    this.value = value;
  }
}

/** Whether a primitive is nothing but what it consists of. */
function isComposite({ expand, control }: Primitive): boolean {
  return expand !== undefined && control === undefined;
}

/** Records a graph in which nothing is composite. */
class Inliner extends Recorder {
  constructor(level: number) {
    super(level, true);
  }

  override tracer(value: Value): Placeholder {
    return new Placeholder(this, value);
  }

  override recorded(x: Tensor): Value | undefined {
    return x instanceof Placeholder && x.interpreter === this ? x.value : undefined;
  }

  override process<P>(
    p: Primitive<P>,
    inputs: readonly Tensor[],
    params: P,
    device?: Device,
  ): readonly Tensor[] {
    if (isComposite(p as unknown as Primitive)) return p.expand!(inputs, params);
    return super.process(p, inputs, params, device);
  }
}

/**
 * Replaces composite calls by what they consist of.
 *
 * @param graph A graph and what is known of its inputs.
 * @returns The graph without composite calls.
 */
export function inlined({ graph, known }: KnownGraph): KnownGraph {
  if (!graph.nodes.some(({ primitive }) => isComposite(primitive))) return { graph, known };
  return interpret((level) => new Inliner(level), (inliner) => {
    const same = new Map<Value, Value>();
    const now = (value: Value): Value => same.get(value) ?? value;
    for (const node of graph.nodes) {
      const { primitive, params, outputs } = node;
      const inputs = node.inputs.map(now);
      if (!isComposite(primitive)) {
        inliner.nodes.push({ ...node, inputs });
        continue;
      }
      const operands = inputs.map((value) => inliner.tracer(value));
      const results = primitive.expand!(operands, params).map((x) => inliner.valueOf(x));
      outputs.forEach((value, i) => same.set(value, results[i]!));
    }
    const fresh = [...inliner.constants].map(([x, value]) => [value, x] as const);
    return {
      graph: new Graph(
        [...graph.inputs, ...fresh.map(([value]) => value)],
        inliner.nodes,
        graph.outputs.map(now),
      ),
      known: new Map([...known, ...fresh]),
    };
  });
}
