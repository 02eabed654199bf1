/**
 * A captured program: what primitives were applied to what.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import { shapeText, TraceError } from "./errors.ts";
import { bindAll, bindOn, type Device, type Primitive } from "./primitive.ts";
import { sameShape, type Shape } from "./shape.ts";
import { type Aval, Tensor } from "./tensor.ts";

/** A value of a graph: an input, or a result of a node. */
export class Value implements Aval {
  /** Dtype of the elements. */
  readonly dtype: DType;
  /** Lengths of the axes. */
  readonly shape: Shape;

  /**
   * Makes a value.
   *
   * @param aval Dtype and shape.
   */
  constructor({ dtype, shape }: Aval) {
    this.dtype = dtype;
    this.shape = shape;
  }
}

/** One application of a primitive. */
export interface Node {
  /** The primitive. */
  readonly primitive: Primitive;
  /** Its inputs. */
  readonly inputs: readonly Value[];
  /** Its parameters. */
  readonly params: unknown;
  /** Its results. */
  readonly outputs: readonly Value[];
  /** Where the result lies, if there are no inputs. */
  readonly device?: Device | undefined;
}

/** A program of primitives; each node uses inputs and results of earlier nodes alone. */
export class Graph {
  /** Its inputs. */
  readonly inputs: readonly Value[];
  /** Its nodes in order. */
  readonly nodes: readonly Node[];
  /** Its results, which may be inputs and may repeat. */
  readonly outputs: readonly Value[];

  /**
   * Makes a graph.
   *
   * @param inputs Its inputs.
   * @param nodes Its nodes in order.
   * @param outputs Its results.
   */
  constructor(
    inputs: readonly Value[],
    nodes: readonly Node[],
    outputs: readonly Value[],
  ) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.outputs = outputs;
  }

  /**
   * The program as text, a line a node.
   *
   * @returns For example `{ a:float32[3] => b:float32[3] = sin a; (b) }` over several lines.
   */
  toString(): string {
    return graphText(this);
  }
}

/** A graph, some of whose inputs are known. */
export interface KnownGraph {
  /** The graph. */
  readonly graph: Graph;
  /** Inputs that are always the same. */
  readonly known: ReadonlyMap<Value, Tensor>;
}

/**
 * Runs a graph under the current transforms, one primitive after the other.
 *
 * @param graph The graph.
 * @param inputs A tensor for each of its inputs.
 * @returns Its results.
 */
export function evaluate(graph: Graph, inputs: readonly Tensor[]): readonly Tensor[] {
  const known = new Map<Value, Tensor>();
  graph.inputs.forEach((value, i) => known.set(value, inputs[i]!));
  const get = (value: Value): Tensor => known.get(value)!;
  for (const { primitive, inputs: own, params, outputs, device } of graph.nodes) {
    const results = device
      ? [bindOn(primitive, params, device)]
      : bindAll(primitive, own.map(get), params);
    outputs.forEach((value, i) => known.set(value, results[i]!));
  }
  return graph.outputs.map(get);
}

/**
 * Checks that every node uses what is known, and that rules agree with the results.
 *
 * @param graph The graph.
 * @param stage What made the graph, for the message.
 * @throws {TraceError} If it is not well formed.
 */
export function checkGraph(graph: Graph, stage: string): void {
  const known = new Set<Value>(graph.inputs);
  const use = (value: Value, where: string): void => {
    if (known.has(value)) return;
    throw new TraceError(
      `Cannot run a graph after ${stage}: ${where} uses a value that nothing defines\n${graph}`,
    );
  };
  for (const { primitive, inputs, params, outputs } of graph.nodes) {
    for (const value of inputs) use(value, primitive.name);
    const rule = primitive.rule(inputs, params);
    rule.forEach(({ dtype, shape }, i) => {
      const out = outputs[i];
      if (out && out.dtype === dtype && sameShape(out.shape, shape)) return;
      throw new TraceError(
        `Cannot run a graph after ${stage}: ${primitive.name} gives ${dtype}${shapeText(shape)}, ` +
          `the graph says ${out ? out.dtype + shapeText(out.shape) : "nothing"}`,
      );
    });
    for (const value of outputs) known.add(value);
  }
  for (const value of graph.outputs) use(value, "the result");
}

/** Names of values in the order in which they appear: a, b, ... z, aa, ab ... */
function namesOf(): (value: Value) => string {
  const names = new Map<Value, string>();
  return (value) => {
    let name = names.get(value);
    if (name === undefined) {
      name = "";
      for (let n = names.size + 1; n > 0; n = Math.floor((n - 1) / 26)) {
        name = String.fromCharCode(97 + (n - 1) % 26) + name;
      }
      names.set(value, name);
    }
    return name;
  };
}

function graphText(graph: Graph): string {
  const name = namesOf();
  const typed = (value: Value): string => `${name(value)}:${value.dtype}${shapeText(value.shape)}`;
  const lines = [`(${graph.inputs.map(typed).join(", ")}) => {`];
  for (const { primitive, inputs, params, outputs } of graph.nodes) {
    const own = paramsText(params);
    const operands = inputs.map((value) => ` ${name(value)}`).join("");
    lines.push(`  ${outputs.map(typed).join(", ")} = ${primitive.name}${own}${operands}`);
  }
  lines.push(`  return ${graph.outputs.map(name).join(", ")}`, "}");
  return lines.join("\n");
}

function paramsText(params: unknown): string {
  if (typeof params !== "object" || params === null) return "";
  const entries = Object.entries(params).map(([key, value]) => `${key}=${valueText(value)}`);
  return entries.length === 0 ? "" : `[${entries.join(" ")}]`;
}

function valueText(value: unknown): string {
  if (value instanceof Graph) return String(value).replaceAll("\n", "\n    ");
  if (value instanceof Tensor) return value.dtype + shapeText(value.shape);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name || "function";
  if (typeof value === "object" && value !== null) {
    return `{${
      Object.entries(value).map(([key, part]) => `${key}: ${valueText(part)}`).join(", ")
    }}`;
  }
  return String(value);
}
