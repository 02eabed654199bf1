/**
 * Vector instructions of a block: operations that follow each other become one loop.
 *
 * @module
 */
import { type Bytes, constant, get, I32, OP, plus, repeat, set, V128, when } from "./bytecode.ts";
import type { BlockOp, LaneOp, LaneValue, LoopStep } from "./program.ts";
import {
  laneCode,
  laneWidth,
  loadMask,
  loadMaskSplat,
  loadSplat,
  loadVector,
  storeLane,
  storeMask,
  storeMaskLane,
  storeVector,
} from "./vectors.ts";

/** What a segment needs of the function that it is part of. */
export interface Writer {
  /** A new local of a type. */
  local(type: number): number;
  /** Pushes a count or a planned address. */
  term(value: number): Bytes;
}

/** Operations that become one loop of vector instructions, or one call of a kernel. */
export type Segment =
  | { readonly kind: "kernel"; readonly op: BlockOp }
  | {
    readonly kind: "lanes";
    readonly code: (f: Writer, block: BlockLocals) => Bytes;
  };

/** Locals that say which block it is. */
export interface BlockLocals {
  /** First element. */
  readonly start: number;
  /** How many elements. */
  readonly count: number;
  /** Row of the first element. */
  readonly row: number;
}

/** So many vectors a turn. */
const UNROLL = 4;

/**
 * Cuts the body of a loop into segments.
 *
 * @param step The loop.
 * @returns Its segments in order.
 */
export function laneSegments(step: LoopStep): readonly Segment[] {
  const runs: (BlockOp | LaneOp[])[] = [];
  let width = 0;
  for (const op of step.body) {
    const last = runs.at(-1);
    if (!op.lanes) {
      runs.push(op);
      width = 0;
      continue;
    }
    const own = laneWidth(op.lanes.type);
    if (Array.isArray(last) && (own === 0 || width === 0 || own === width)) last.push(op.lanes);
    else {
      runs.push([op.lanes]);
      width = 0;
    }
    width ||= own;
  }
  const uses = new Map<number, Set<unknown>>();
  for (const run of runs) {
    if (!Array.isArray(run)) continue;
    for (const { inputs } of run) {
      for (const id of inputs) {
        const own = uses.get(id) ?? new Set();
        uses.set(id, own.add(run));
      }
    }
  }
  return runs.map((run): Segment => {
    if (!Array.isArray(run)) return { kind: "kernel", op: run };
    const made = new Set(run.map(({ output }) => output));
    const isStored = (id: number): boolean =>
      step.values[id]!.stored || [...uses.get(id) ?? []].some((other) => other !== run);
    return {
      kind: "lanes",
      code: (f, block) => segmentCode(f, { ops: run, made, isStored, values: step.values }, block),
    };
  });
}

interface Run {
  readonly ops: readonly LaneOp[];
  readonly made: ReadonlySet<number>;
  readonly isStored: (id: number) => boolean;
  readonly values: readonly LaneValue[];
}

function segmentCode(f: Writer, run: Run, { start, count, row }: BlockLocals): Bytes {
  const { ops, made, isStored, values } = run;
  const width = ops.map(({ type }) => laneWidth(type)).find((own) => own !== 0) ?? 4;
  const lanes = 16 / width;
  const read = [...new Set(ops.flatMap(({ inputs }) => inputs))].filter((id) => !made.has(id));
  const stored = [...made].filter(isStored);
  const vectors = new Map([...read, ...made].map((id) => [id, f.local(V128)]));
  const pointers = new Map<number, number>();
  const before: Bytes[] = [];
  for (const id of [...read, ...stored]) {
    const { base, step, perStart, perRow, mask } = values[id]!;
    before.push(f.term(base), plus(start, perStart), plus(row, perRow));
    if (step === 0) {
      before.push(mask ? loadMaskSplat(width) : loadSplat(width), set(vectors.get(id)!));
      continue;
    }
    const pointer = f.local(I32);
    pointers.set(id, pointer);
    before.push(set(pointer));
  }
  const [at, end] = [f.local(I32), f.local(I32)];
  // Positions count bytes of the lanes; bools take one byte a lane.
  const positionOf = (id: number): Bytes =>
    values[id]!.mask ? [get(at), constant(width), OP.divU] : get(at);
  const address = (id: number): Bytes => [get(pointers.get(id)!), positionOf(id), OP.add];
  const computed = (turn: number): Bytes => [
    read.filter((id) => pointers.has(id)).map((id) => [
      address(id),
      values[id]!.mask ? loadMask(width, lanes * turn) : loadVector(16 * turn),
      set(vectors.get(id)!),
    ]),
    ops.map(({ code, type, inputs, output }) => [
      laneCode(type, code, inputs.map((id) => vectors.get(id)!)),
      set(vectors.get(output)!),
    ]),
  ];
  const one = (turn: number): Bytes => [
    computed(turn),
    stored.map((id) => [
      address(id),
      get(vectors.get(id)!),
      values[id]!.mask ? storeMask(width, lanes * turn) : storeVector(16 * turn),
    ]),
  ];
  const loop = (turns: number): Bytes => {
    const fits = [get(at), constant(16 * turns), OP.add, get(end), OP.gtU, OP.eqz];
    const body = Array.from({ length: turns }, (_, turn) => one(turn));
    const advance = [get(at), constant(16 * turns), OP.add, set(at)];
    return [fits, when(repeat([body, advance, fits]))];
  };
  const rest = [get(count), constant(lanes - 1), OP.and];
  // What follows a row or block is another one, which may be there already, or somebody else's.
  const tail = Array.from({ length: lanes - 1 }, (_, lane): Bytes => {
    const stores = stored.map((id) => [
      address(id),
      get(vectors.get(id)!),
      values[id]!.mask ? storeMaskLane(width, lane) : storeLane(width, lane),
    ]);
    return lane === 0 ? stores : [rest, constant(lane), OP.gtU, when(stores)];
  });
  return [
    before,
    [get(count), constant(-lanes), OP.and, constant(width), OP.mul, set(end)],
    [constant(0), set(at)],
    loop(UNROLL),
    loop(1),
    [rest, when([computed(0), tail])],
  ];
}
