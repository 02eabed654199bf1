/**
 * Running a program step by step from JavaScript, with the ordinary kernels.
 *
 * @module
 */
import {
  contiguousAddress,
  copyBytes,
  runtime,
  staged,
  tensorAt,
  withTemporaries,
} from "../devices/wasm/runtime.ts";
import { bindAll } from "../core/primitive.ts";
import { DTYPES } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import { F64 } from "./bytecode.ts";
import { kernelOf, signatureOf } from "./kernels.ts";
import { addressIn, termOf } from "./place.ts";
import type {
  BlockArg,
  BranchStep,
  CallStep,
  FoldOp,
  HostStep,
  LoopStep,
  Move,
  ScanStep,
  Step,
  WhileStep,
} from "./program.ts";

/** Addresses of the regions in one run. */
export type Bases = number[] | Uint32Array;

/** Runs one step. */
export type Runner = (bases: Bases) => void;

/** Gives a number of a call its value in one run. */
function resolver(value: number | bigint): (bases: Bases) => number {
  // Kernels of 64-bit integers take bigints, which their type does not tell.
  if (typeof value === "bigint") return () => value as unknown as number;
  const { region, offset } = termOf(value);
  return region < 0 ? () => offset : (bases) => bases[region]! + offset;
}

/**
 * A step as a function.
 *
 * @param step The step.
 * @returns The function of the addresses of the regions.
 */
export function runnerOf(step: Step): Runner {
  switch (step.kind) {
    case "call":
      return callOf(step);
    case "host":
      return hostOf(step);
    case "loop":
      return loopOf(step);
    case "scan":
      return scanOf(step);
    case "while":
      return whileOf(step);
    case "branch":
      return branchOf(step);
  }
}

function allOf(steps: readonly Step[]): Runner {
  const runners = steps.map(runnerOf);
  return (bases) => {
    for (let i = 0; i < runners.length; i++) runners[i]!(bases);
  };
}

/** Moves all regions at once. */
function moverOf(moves: readonly Move[], to: "first" | "next"): Runner {
  const addresses = moves.map((move) => resolver(move[to]));
  const found = new Array<number>(moves.length);
  return (bases) => {
    for (let i = 0; i < moves.length; i++) found[i] = addresses[i]!(bases);
    for (let i = 0; i < moves.length; i++) bases[moves[i]!.region] = found[i]!;
  };
}

function scanOf({ turns, moves, body, after }: ScanStep): Runner {
  const [begin, move] = [moverOf(moves, "first"), moverOf(moves, "next")];
  const [run, end] = [allOf(body), allOf(after)];
  return (bases) => {
    begin(bases);
    for (let turn = 0; turn < turns; turn++) {
      run(bases);
      move(bases);
    }
    end(bases);
  };
}

function whileOf({ test, flag, moves, body, after }: WhileStep): Runner {
  const [begin, move] = [moverOf(moves, "first"), moverOf(moves, "next")];
  const [decide, run, end] = [allOf(test), allOf(body), allOf(after)];
  const address = resolver(flag);
  const goesOn = (bases: Bases): boolean => {
    decide(bases);
    return runtime().heap.u8[address(bases)] !== 0;
  };
  return (bases) => {
    begin(bases);
    while (goesOn(bases)) {
      run(bases);
      move(bases);
    }
    end(bases);
  };
}

function branchOf({ index, width, branches }: BranchStep): Runner {
  const runners = branches.map(allOf);
  const address = resolver(index);
  return (bases) => {
    const { u8, view } = runtime().heap;
    const at = address(bases);
    const which = width === 1 ? u8[at]! : view.getInt32(at, true);
    (runners[which] ?? runners.at(-1)!)(bases);
  };
}

function callOf({ kernel, args }: CallStep): Runner {
  const run = kernelOf(kernel);
  const types = signatureOf(kernel)?.params;
  // Floats are no addresses, however large.
  const own = args.map((value, i) => types?.[i] === F64 ? () => value as number : resolver(value));
  const given = new Array<number>(own.length);
  return (bases) => {
    for (let i = 0; i < own.length; i++) given[i] = own[i]!(bases);
    run(...given);
  };
}

/**
 * What only the host can do.
 *
 * @param step The step.
 * @returns The function of the addresses of the regions.
 */
export function hostOf({ primitive, params, inputs, outputs }: HostStep): Runner {
  const lower = primitive.lower.wasm;
  const address = inputs.map(({ place }) => resolver(addressIn(place)));
  const targets = outputs.map(({ place }) => resolver(addressIn(place)));
  const avals = outputs.map(({ aval }) => aval);
  return (bases) => {
    const tensors = inputs.map(({ aval, place }, i) =>
      tensorAt(aval, place.strides, address[i]!(bases))
    );
    if (lower && outputs.length === 1) {
      staged({ target: targets[0]!(bases) }, () => lower(tensors, params, avals));
      return;
    }
    // Where the memory grows meanwhile, the addresses cannot be read any more.
    const to = targets.map((target) => target(bases));
    const results = bindAll(primitive, tensors, params);
    withTemporaries(() =>
      results.forEach((x, i) => {
        const bytes = sizeOf(x.shape) * DTYPES[x.dtype].bytes;
        if (bytes > 0) copyBytes(contiguousAddress(x, x.dtype), to[i]!, bytes);
      })
    );
  };
}

/** An argument within a block. */
function blockArg({ base, perStart, perCount, perRow, perRows }: BlockArg, row: number) {
  const { region, offset } = termOf(base);
  const byRow = perRow !== 0 || perRows !== 0;
  return (bases: Bases, start: number, count: number): number => {
    const rows = byRow ? Math.floor(start / row) * perRow + count / row * perRows : 0;
    return (region < 0 ? 0 : bases[region]!) + offset + start * perStart + count * perCount + rows;
  };
}

function loopOf(step: LoopStep): Runner {
  const { size, row, block, parts, folds } = step;
  const before = step.before.map(callOf);
  const body = step.body.map(({ kernel, args }) => {
    const run = kernelOf(kernel);
    const own = args.map((arg) => blockArg(arg, row));
    const given = new Array<number>(own.length);
    return (bases: Bases, start: number, count: number): void => {
      for (let i = 0; i < own.length; i++) given[i] = own[i]!(bases, start, count);
      run(...given);
    };
  });
  const blockAt = (bases: Bases, start: number, count: number): void => {
    for (let i = 0; i < body.length; i++) body[i]!(bases, start, count);
  };
  if (!parts) {
    return (bases) => {
      for (const run of before) run(bases);
      for (let start = 0; start < size; start += block) {
        blockAt(bases, start, Math.min(block, size - start));
      }
    };
  }
  const joins = folds.map(folder);
  return (bases) => {
    for (const run of before) run(bases);
    for (let first = 0, r = 0; first < size; first += row, r++) {
      let start = first;
      let depth = 0;
      for (let k = 0; k < parts.length; k += 2) {
        blockAt(bases, start, parts[k]!);
        for (const join of joins) join(bases, start, parts[k]!, depth, parts[k + 1]!, r);
        start += parts[k]!;
        depth += 1 - parts[k + 1]!;
      }
    }
  };
}

/** Reduces a part of a row onto the stack of partial results, and joins the last ones. */
function folder({ kernel, joiner, from, stack, width, target }: FoldOp) {
  const [run, join] = [kernelOf(kernel), kernelOf(joiner)];
  const [source, pile, result] = [resolver(from.base), resolver(stack), resolver(target)];
  return (
    bases: Bases,
    start: number,
    count: number,
    depth: number,
    joins: number,
    row: number,
  ): void => {
    const at = source(bases) + start * from.perStart + row * from.perRow;
    const bottom = pile(bases);
    run(at, bottom + depth * width, 1, count, count, 1, 1, 1);
    let top = depth;
    for (let i = 0; i < joins; i++, top--) {
      const pair = bottom + (top - 1) * width;
      join(pair, pair, 1, 2, 2, 1, 1, 1);
    }
    if (top === 0) copyBytes(bottom, result(bases) + row * width, width);
  };
}
