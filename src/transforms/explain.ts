/**
 * Showing what compilation makes of a function.
 *
 * @module
 */
import { ARENA, TABLES, termOf } from "../compiler/place.ts";
import type { Program, Step } from "../compiler/program.ts";
import { isTracing } from "../core/primitive.ts";
import { TraceError } from "../core/errors.ts";
import { compiledCall } from "./jit.ts";
import type { Transformable } from "./types.ts";

/** A graph at one stage of compilation. */
export interface ExplainedStage {
  /** What made it: `capture`, or the name of a pass. */
  readonly name: string;
  /** The graph as text. */
  readonly graph: string;
}

/** A step of the program. */
export interface ExplainedStep {
  /** Primitives that it computes. */
  readonly label: string;
  /** Whether it is a call of a kernel, a loop over blocks, a scan, a while loop, a branch, or runs on the host. */
  readonly kind: "call" | "loop" | "scan" | "while" | "branch" | "host";
  /** Details: the kernel, or elements and instructions of a loop. */
  readonly detail: string;
  /** Time of a run in microseconds, the best of several. */
  readonly microseconds: number;
}

/** What compilation makes of a call. */
export interface Explanation {
  /** The graph as captured and after each pass. */
  readonly stages: readonly ExplainedStage[];
  /** What runs, in order. */
  readonly steps: readonly ExplainedStep[];
  /** Bytes of temporary memory, planned for reuse. */
  readonly arenaBytes: number;
  /** Bytes that the intermediate results would take without reuse and fusion. */
  readonly unplannedBytes: number;
  /** Time of a whole run as generated code in microseconds, the best of several; null where code may not be generated. */
  readonly microseconds: number | null;
  /** Everything as text. */
  toString(): string;
}

const RUNS = 5;

/**
 * Compiles a call as `jit` does, and shows the graph, the passes, the memory plan and how long each
 * step takes. It runs the call several times; variables that the function assigns stay as they are.
 *
 * @typeParam F The function.
 * @param f A function that `jit` can compile, not one that `jit` returned.
 * @param args Its arguments.
 * @returns What it is compiled to; as text when printed.
 * @throws {TraceError} If `f` reads elements of its tensors, or inside of a transform.
 *
 * @example Usage
 * ```ts
 * import { add, exp, explain, multiply, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([0, 1, 2]);
 * const explanation = explain((a: typeof x) => sum(exp(add(multiply(a, 2), 1))), x);
 *
 * // The whole chain is one loop.
 * assert.equal(explanation.steps.length, 1);
 * assert.equal(explanation.steps[0]?.label, "multiply add exp reduceSum");
 * ```
 */
export function explain<F extends Transformable>(f: F, ...args: Parameters<F>): Explanation {
  if (isTracing()) {
    throw new TraceError("Cannot explain a function inside of a transform: call explain outside");
  }
  const stages: ExplainedStage[] = [];
  const { executable, inputs, unplanned } = compiledCall(
    f,
    args,
    (name, graph) => stages.push({ name, graph: String(graph) }),
  );
  const { program, times, whole } = executable.measure(inputs, RUNS);
  const steps = program.steps.map((step, i): ExplainedStep => ({
    label: step.label,
    kind: step.kind,
    detail: detailOf(step),
    microseconds: times[i]!,
  }));
  const text = textOf(stages, steps, program, unplanned, whole);
  return {
    stages,
    steps,
    arenaBytes: program.arena,
    unplannedBytes: unplanned,
    microseconds: whole,
    toString: () => text,
  };
}

function detailOf(step: Step): string {
  if (step.kind === "call") return `${step.kernel}(${step.args.map(argumentText).join(", ")})`;
  if (step.kind === "host") return "on the host";
  if (step.kind === "scan") return `${step.turns} turns of ${labels(step.body)}`;
  if (step.kind === "while") return `${labels(step.body)} while ${labels(step.test)}`;
  if (step.kind === "branch") return step.branches.map(labels).join(" or ");
  const vectors = step.body.filter(({ lanes }) => lanes).length;
  const kernels = step.body.filter(({ lanes }) => !lanes).map(({ kernel }) => kernel);
  const rest = kernels.length > 0 ? `, kernels ${kernels.join(" ")}` : "";
  return `${step.size} elements in blocks of ${Math.min(step.size, step.block)}, ` +
    `${vectors} by vector instructions${rest}`;
}

function labels(steps: readonly Step[]): string {
  return `{ ${steps.map(({ label }) => label).join("; ")} }`;
}

function argumentText(value: number | bigint): string {
  if (typeof value === "bigint") return String(value);
  const { region, offset } = termOf(value);
  if (region < 0) return String(offset);
  if (region === ARENA) return `arena+${offset}`;
  return region === TABLES ? `table+${offset}` : `${region - TABLES - 1}+${offset}`;
}

function textOf(
  stages: readonly ExplainedStage[],
  steps: readonly ExplainedStep[],
  { arena }: Program,
  unplanned: number,
  whole: number | null,
): string {
  const lines: string[] = [];
  stages.forEach(({ name, graph }, i) => {
    const same = i > 0 && stages[i - 1]!.graph === graph;
    lines.push(same ? `${name}: nothing to do` : `${name}:\n${graph}`);
  });
  lines.push(`memory: ${arena} bytes at a time, ${unplanned} bytes of intermediate results in all`);
  for (const { label, kind, detail, microseconds } of steps) {
    lines.push(`${microseconds.toFixed(2).padStart(10)} us  ${kind}  ${label}: ${detail}`);
  }
  if (whole !== null) lines.push(`${whole.toFixed(2).padStart(10)} us  all, as generated code`);
  return lines.join("\n");
}
