/**
 * Loops over rows: operands that differ from row to row, and loops that follow each other row by row.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import type { Node, Value } from "../core/graph.ts";
import { isContiguous, sameShape, sizeOf } from "../core/shape.ts";
import type { Layout } from "../core/tensor.ts";
import { collapse } from "../devices/wasm/runtime.ts";
import { foldedRow, type Group, nodesOf, type Stage, type Task } from "./fusion.ts";

/** Shorter rows are not worth a turn of their own. */
export const LEAST_ROW = 64;
/** Longer rows do not stay in the cache. */
const MOST_ROW = 8192;

/** How an operand is walked: from element to element, and from row to row. */
export interface Walk {
  /** Elements from one to the next within a row: 0 or 1. */
  readonly step: 0 | 1;
  /** Elements from one row to the next. */
  readonly pitch: number;
  /** Length of a row. */
  readonly row: number;
}

/**
 * How an operand is walked row by row.
 *
 * @param layout Its layout.
 * @returns The walk, or null if there is none with rows that are long enough.
 */
export function walkOf({ shape, strides }: Layout): Walk | null {
  if (isContiguous(shape, strides)) return null;
  const axes = collapse(shape, [strides]);
  const [pitch, step] = axes.strides[0]!;
  const row = axes.shape[1];
  if (axes.shape.length !== 2 || row! < LEAST_ROW || (step !== 0 && step !== 1)) return null;
  return { step, pitch: pitch!, row: row! };
}

/** A group of a reduction alone, as the first of loops that follow each other. */
function asGroup(task: Task): Group | null {
  if (task.kind === "group") return task;
  const row = foldedRow(task.node);
  if (row === undefined) return null;
  return {
    kind: "group",
    shape: task.node.inputs[0]!.shape,
    stages: [{ nodes: [], folds: [task.node], views: [] }],
    row,
  };
}

/**
 * Joins loops over the same rows where the later one needs, of each row, only what the earlier one made
 * of that row: so a softmax goes over its operand once.
 *
 * @param tasks What runs, in order.
 * @param layouts Layouts of inputs and views.
 * @returns The same with fewer loops.
 */
export function mergeRows(
  tasks: readonly Task[],
  layouts: ReadonlyMap<Value, Layout>,
): readonly Task[] {
  const result: Task[] = [];
  for (let i = 0; i < tasks.length; i++) {
    const first = asGroup(tasks[i]!);
    let joined: Group | null = null;
    while (first && mayLead(joined ?? first)) {
      const found = follower(joined ?? first, tasks, i + 1, layouts);
      if (!found) break;
      [joined, i] = found;
    }
    result.push(joined ?? tasks[i]!);
  }
  return result;
}

/** Whether the rows of a group are reduced, and fit into the cache. */
function mayLead({ stages, row }: Group): boolean {
  return row >= LEAST_ROW && row <= MOST_ROW && stages.every(({ folds }) => folds.length > 0);
}

/** The group together with the next one, and the place of that one, if only views are between them. */
function follower(
  group: Group,
  tasks: readonly Task[],
  from: number,
  layouts: ReadonlyMap<Value, Layout>,
): readonly [Group, number] | null {
  const views: Node[] = [];
  for (let i = from; i < tasks.length; i++) {
    const task = tasks[i]!;
    if (task.kind === "single" && layouts.has(task.node.outputs[0]!)) {
      views.push(task.node);
      continue;
    }
    const next = asGroup(task);
    if (!next || !sameShape(next.shape, group.shape)) return null;
    const [stage] = next.stages;
    if (stage!.folds.length > 0 && next.row !== group.row) return null;
    if (!rowByRow(group, views, next, layouts)) return null;
    const last = group.stages.length - 1;
    const stages: Stage[] = [
      ...group.stages.slice(0, last),
      { ...group.stages[last]!, views },
      ...next.stages,
    ];
    return [{ ...group, stages }, i];
  }
  return null;
}

/** Whether a group needs of each row only what another one made of that row. */
function rowByRow(
  group: Group,
  views: readonly Node[],
  next: Group,
  layouts: ReadonlyMap<Value, Layout>,
): boolean {
  const bases = new Map<Value, Value>();
  for (const node of nodesOf(group)) {
    const kept = layouts.has(node.outputs[0]!) ? bases.get(node.inputs[0]!) : node.outputs[0]!;
    if (kept) bases.set(node.outputs[0]!, kept);
  }
  for (const { inputs, outputs } of views) {
    const base = bases.get(inputs[0]!);
    if (base) bases.set(outputs[0]!, base);
  }
  return nodesOf(next).every(({ inputs }) =>
    inputs.every((value) => {
      const base = bases.get(value);
      if (!base) return true;
      if (base === value && sameShape(value.shape, group.shape)) return true;
      const layout = layouts.get(value);
      const walk = layout && sameShape(layout.shape, group.shape) ? walkOf(layout) : null;
      // One element of each row, in the order of the rows.
      return walk !== null && walk.row === group.row && walk.step === 0 && walk.pitch === 1 &&
        sizeOf(base.shape) * group.row === sizeOf(group.shape);
    })
  );
}

/** Bytes of the widest value of a group, as it lies or as kernels read it. */
export function widestOf(group: Group): number {
  const values = nodesOf(group).flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  return Math.max(
    ...values.map(({ dtype }) =>
      Math.max(DTYPES[dtype].bytes, DTYPES[DTYPES[dtype].compute].bytes)
    ),
  );
}
