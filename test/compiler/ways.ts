/**
 * The ways in which a program can run, and how their results differ.
 *
 * @module
 */
import { Executable } from "../../src/compiler/executable.ts";
import { optimized } from "../../src/compiler/passes.ts";
import { planOf } from "../../src/compiler/plan.ts";
import type { Program as Plan, Step } from "../../src/compiler/program.ts";
import { evaluate, type Graph } from "../../src/core/graph.ts";
import { bindAll, bindOn, type Control, type HostArray } from "../../src/core/primitive.ts";
import { isContiguous } from "../../src/core/shape.ts";
import { freshLayout, items, type Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { partAt, stackedParts } from "../../src/transforms/scan_primitive.ts";
import { programOf, wrongRun } from "../laws/compiled.ts";
import { disagreement } from "../support/assert.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import type { Program, Tensors } from "./functions.ts";

/** Bodies of loops and branches are compiled when they ran a few times on the host. */
const HOST_RUNS = 6;

/** An array that no later call can touch. */
export function kept(x: Tensor): HostArray {
  return { dtype: x.dtype, shape: x.shape, items: [...items(x)] };
}

/** How tensors differ from what they should be, bit for bit. */
function unlike(results: Tensors, expected: readonly HostArray[]): string | undefined {
  if (results.length !== expected.length) return `there are ${results.length} results`;
  for (const [i, x] of results.entries()) {
    const what = disagreement(x, expected[i]!);
    if (what !== undefined) return `result ${i}: ${what}`;
  }
  return undefined;
}

/**
 * Runs a program as it is, compiled step by step, as generated code, and captured but with loops and
 * branches on the host, each more than once.
 *
 * @param program The program.
 * @param inputs Its inputs.
 * @param results Where new tensors lie.
 * @returns How results of one way differ from those of the program as it is, bit for bit.
 */
export function wrongWay(
  program: Program,
  inputs: Tensors,
  results: StorageKind = "wasm",
): string | undefined {
  const expected = program(...inputs).map(kept);
  const known = programOf(program, inputs);
  const executable = new Executable(optimized(known));
  const compiled = storedIn(results, () => wrongRun(executable, inputs, expected));
  if (compiled !== undefined) return `${compiled}\n${known.graph}`;
  const rest = [...inputs];
  const all = known.graph.inputs.map((value) => known.known.get(value) ?? rest.shift()!);
  for (let run = 1; run <= HOST_RUNS; run++) {
    const what = unlike(storedIn(results, () => evaluate(known.graph, all)), expected);
    if (what !== undefined) return `on the host, run ${run}: ${what}\n${known.graph}`;
  }
  return undefined;
}

/**
 * Runs a graph by definition: its calls one by one, loops and branches as plain JavaScript. Results that
 * are no views get C order, as within programs: sums of floats depend on the order by rounding.
 */
function byDefinition(graph: Graph, inputs: Tensors): Tensors {
  const known = new Map(graph.inputs.map((value, i) => [value, inputs[i]!]));
  for (const { primitive, inputs: own, params, outputs, device } of graph.nodes) {
    const operands = own.map((value) => known.get(value)!);
    const control = primitive.control?.(params) as Control<Graph> | undefined;
    const results = device
      ? [bindOn(primitive, params, device)]
      : control
      ? controlled(control, operands)
      : bindAll(primitive, operands, params);
    outputs.forEach((value, i) => {
      known.set(value, primitive.view ? results[i]! : packed(results[i]!));
    });
  }
  return graph.outputs.map((value) => known.get(value)!);
}

function packed(x: Tensor): Tensor {
  // Nothing waits: with later calls it might be computed in another way.
  const bytes = x.storage.device.toBytes(x);
  if (isContiguous(x.shape, x.strides)) return x;
  return wasmDevice().fromBytes(x.dtype, x.shape, bytes);
}

function controlled(control: Control<Graph>, inputs: Tensors): Tensors {
  if (control.kind === "branch") {
    const [index, ...operands] = inputs;
    const { branches } = control;
    return byDefinition(branches[Number(index!.item())] ?? branches.at(-1)!, operands);
  }
  const { constants, body } = control;
  const own = inputs.slice(0, constants);
  if (control.kind === "while") {
    let carry = inputs.slice(constants).map(packed);
    while (byDefinition(control.condition, [...own, ...carry])[0]!.item()) {
      carry = byDefinition(body, [...own, ...carry]).map(packed);
    }
    return carry;
  }
  const { carry: count, length, reverse } = control;
  const xs = inputs.slice(constants + count);
  let carry = inputs.slice(constants, constants + count).map(packed);
  const parts = body.outputs.slice(count).map(() => new Array<Tensor>(length));
  for (let turn = 0; turn < length; turn++) {
    const at = reverse ? length - 1 - turn : turn;
    const results = byDefinition(body, [...own, ...carry, ...xs.map((x) => partAt(x, at))]);
    carry = results.slice(0, count).map(packed);
    parts.forEach((all, i) => all[at] = results[count + i]!);
  }
  const stacks = parts.map((all, i) => stackedParts(all, body.outputs[count + i]!, wasmDevice()));
  return [...carry, ...stacks];
}

/**
 * Runs a program compiled step by step and as generated code, and by definition.
 *
 * @param program The program.
 * @param inputs Its inputs.
 * @param results Where new tensors lie.
 * @returns How results differ, bit for bit.
 */
export function wrongByDefinition(
  program: Program,
  inputs: Tensors,
  results: StorageKind = "wasm",
): string | undefined {
  const known = programOf(program, inputs);
  const rest = [...inputs];
  const all = known.graph.inputs.map((value) => known.known.get(value) ?? rest.shift()!);
  const expected = byDefinition(known.graph, all).map(kept);
  const executable = new Executable(optimized(known));
  const what = storedIn(results, () => wrongRun(executable, inputs, expected));
  return what && `${what}\n${known.graph}`;
}

/**
 * What a program is planned as, for inputs in C order.
 *
 * @param program The program.
 * @param inputs Its inputs.
 * @returns The plan.
 */
export function planFor(program: Program, inputs: Tensors): Plan {
  const { graph } = optimized(programOf(program, inputs));
  return planOf(graph, graph.inputs.map(({ shape }) => freshLayout(shape)));
}

/**
 * All steps of a plan, those within loops and branches too.
 *
 * @param steps The outer steps.
 * @returns All of them.
 */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind === "branch") return [step, ...step.branches.flatMap(allSteps)];
    if (step.kind !== "while" && step.kind !== "scan") return [step];
    const test = step.kind === "while" ? step.test : [];
    return [step, ...allSteps([...test, ...step.body, ...step.after])];
  });
}
