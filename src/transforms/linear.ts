/**
 * Linearization: the derivative of a function at a point as a linear program, and its adjoint,
 * which is reverse mode.
 *
 * @module
 */
import { TraceError } from "../core/errors.ts";
import { evaluate, Graph, type Node, type Value } from "../core/graph.ts";
import { interpret, type Primitive, Unknown } from "../core/primitive.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Structure, type Tree } from "../core/tree.ts";
import { add } from "../ops/arithmetic.ts";
import { Capture } from "./capture.ts";
import { Jvp } from "./jvp.ts";
import { zerosOf } from "./tracer.ts";

/** A function's value at a point, and its derivative there as a program of the tangents. */
export interface Linearized {
  /** The results. */
  readonly results: readonly Tensor[];
  /** What contains the results. */
  readonly structure: Structure;
  /** The derivative. */
  readonly map: LinearMap;
}

/** A linear program: nodes that are linear in the tangents, and values known already. */
export interface LinearMap {
  /** The tangents that it takes. */
  readonly inputs: readonly Value[];
  /** Its nodes. */
  readonly nodes: readonly Node[];
  /** Its results; null where they are zero. */
  readonly outputs: readonly (Value | null)[];
  /** Values that are known. */
  readonly residuals: ReadonlyMap<Value, Tensor>;
}

/**
 * Linearizes a function of flat inputs at a point.
 *
 * @param f A function of tensors whose result is a tree.
 * @param primals The inputs.
 * @param cells Variables whose values are further inputs, one value for all readings.
 * @returns Its value and derivative.
 */
export function linearizeFlat(
  f: (...inputs: readonly Tensor[]) => Tree,
  primals: readonly Tensor[],
  cells: readonly Aval[] = [],
): Linearized {
  return interpret((level) => new Capture(level, "a derivative", false), (linear) => {
    const tangents = [...primals, ...cells].map((x) => linear.fresh(x));
    const watched = new Map(
      cells.map((cell, i) => [cell, () => tangents[primals.length + i] as Tensor]),
    );
    return interpret((level) => new Jvp(level, watched), (trace) => {
      const duals = primals.map((primal, i) => trace.dual(primal, tangents[i]!));
      const { leaves, structure } = flatten(f(...duals));
      const pairs = leaves.map((x) => trace.split(x));
      const outputs = pairs.map(([, tangent]) => tangent === null ? null : linear.valueOf(tangent));
      const residuals = new Map<Value, Tensor>();
      for (const [tensor, value] of linear.constants) residuals.set(value, tensor);
      return {
        results: pairs.map(([primal]) => primal),
        structure,
        map: {
          inputs: tangents.map(({ value }) => value),
          nodes: linear.nodes,
          outputs,
          residuals,
        },
      };
    });
  });
}

/**
 * Applies a derivative to tangents.
 *
 * @param map The derivative.
 * @param tangents A tangent for each input.
 * @returns The tangents of the results.
 */
export function applyLinear(
  map: LinearMap,
  tangents: readonly Tensor[],
): readonly (Tensor | null)[] {
  const known = map.outputs.filter((value) => value !== null);
  const graph = new Graph([...map.residuals.keys(), ...map.inputs], map.nodes, known);
  const results = evaluate(graph, [...map.residuals.values(), ...tangents]);
  let next = 0;
  return map.outputs.map((value) => value === null ? null : results[next++]!);
}

/** Rows of a gradient that is zero elsewhere. */
export interface SparseRows {
  /** Row numbers. */
  readonly indices: Tensor;
  /** Rows, one for each number. */
  readonly values: Tensor;
}

/** What reverse mode finds for one input. */
export interface Cotangent {
  /** The dense part; null if there is none. */
  readonly dense: Tensor | null;
  /** Rows that were not added to the dense part, if these were asked for. */
  readonly sparse: readonly SparseRows[];
}

/**
 * Applies the adjoint of a derivative to cotangents: reverse mode.
 *
 * @param map The derivative.
 * @param cotangents A cotangent for each result; null is zero.
 * @param sparse Inputs whose rows stay apart where only rows were read.
 * @returns What each input gets.
 */
export function transposeLinear(
  map: LinearMap,
  cotangents: readonly (Tensor | null)[],
  sparse: ReadonlySet<Value> = new Set(),
): readonly Cotangent[] {
  const sums = new Map<Value, Tensor>();
  const rows = new Map<Value, SparseRows[]>();
  const accumulate = (value: Value, part: Tensor | null): void => {
    if (part === null) return;
    const sum = sums.get(value);
    sums.set(value, sum ? add(sum, part) : part);
  };
  map.outputs.forEach((value, i) => {
    if (value !== null) accumulate(value, cotangents[i]!);
  });
  for (let i = map.nodes.length - 1; i >= 0; i--) {
    const { primitive, inputs, params, outputs } = map.nodes[i]!;
    const own = outputs.map((value) => sums.get(value) ?? null);
    if (own.every((cotangent) => cotangent === null)) continue;
    for (const value of outputs) sums.delete(value);
    const known = inputs.map((value) => map.residuals.get(value) ?? new Unknown(value));
    const [first] = inputs;
    if (first && sparse.has(first) && own[0]) {
      const found = primitive.sparseTranspose?.(own[0], known, params);
      if (found) {
        rows.set(first, [...rows.get(first) ?? [], found]);
        continue;
      }
    }
    const parts = transposed(primitive, own, known, params);
    inputs.forEach((value, k) => {
      if (known[k] instanceof Unknown) accumulate(value, parts[k] ?? null);
    });
  }
  return map.inputs.map((value) => ({
    dense: sums.get(value) ?? null,
    sparse: rows.get(value) ?? [],
  }));
}

function transposed(
  primitive: Primitive,
  cotangents: readonly (Tensor | null)[],
  inputs: readonly (Tensor | Unknown)[],
  params: unknown,
): readonly (Tensor | null)[] {
  if (primitive.transpose) return primitive.transpose(cotangents, inputs, params);
  throw new TraceError(
    `Cannot differentiate backward through ${primitive.name}: ` +
      (primitive.forwardOnly ?? "it is not linear in its tangent, use forward mode (jvp)"),
  );
}

/**
 * Cotangents with zeros where nothing flows.
 *
 * @param found What reverse mode found.
 * @param like The inputs.
 * @returns A tensor for each input.
 */
export function filled(found: readonly Cotangent[], like: readonly Tensor[]): readonly Tensor[] {
  return like.map((x, i) => found[i]?.dense ?? zerosOf(x));
}
