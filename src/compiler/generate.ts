/**
 * Generating one WebAssembly function for a program.
 *
 * @module
 */
import { CLEAR, COPY, instance } from "../devices/wasm/instance.ts";
import {
  type Bytes,
  call,
  constant,
  constant64,
  constantFloat,
  either,
  F32,
  F64,
  flattened,
  get,
  I32,
  I64,
  list,
  load32,
  load8,
  OP,
  plus,
  repeat,
  set,
  type Signature,
  sized,
  store32,
  text,
  unsigned,
  when,
  whileTrue,
} from "./bytecode.ts";
import { type Bases, hostOf } from "./interpreter.ts";
import { signatureOf } from "./kernels.ts";
import { termOf } from "./place.ts";
import type {
  BlockArg,
  BranchStep,
  CallStep,
  FoldOp,
  HostStep,
  LoopStep,
  Move,
  Program,
  ScanStep,
  Step,
  WhileStep,
} from "./program.ts";
import { laneSegments } from "./segment.ts";

/** The parameters of every generated function: address of the frame, and of bodies the block. */
const FRAME = 0;
const START = 1;
const COUNT = 2;

/** A function that is being written: its locals, and addresses of regions in them. */
export class FunctionWriter {
  readonly #params: number;
  readonly #locals: number[] = [];
  readonly #bases = new Map<number, number>();
  readonly #code: Bytes[] = [];

  /**
   * Begins a function.
   *
   * @param params How many parameters it has.
   */
  constructor(params: number) {
    this.#params = params;
  }

  /**
   * A new local.
   *
   * @param type Its type.
   * @returns Its index.
   */
  local(type: number): number {
    this.#locals.push(type);
    return this.#params + this.#locals.length - 1;
  }

  /**
   * Appends code.
   *
   * @param code The code.
   */
  emit(...code: readonly Bytes[]): void {
    this.#code.push(...code);
  }

  /**
   * Pushes a count or a planned address.
   *
   * @param value The number.
   * @returns The code.
   */
  term(value: number): Bytes {
    const { region, offset } = termOf(value);
    if (region < 0) return constant(offset);
    let base = this.#bases.get(region);
    if (base === undefined) this.#bases.set(region, base = this.local(I32));
    return offset === 0 ? get(base) : [get(base), constant(offset), OP.add];
  }

  /** The finished function. */
  finish(): Bytes {
    // Addresses of regions are read once, before everything else.
    const loads = [...this.#bases].map(([region, local]) => [
      get(FRAME),
      load32(4 * region),
      set(local),
    ]);
    const locals = list(this.#locals.map((type) => [unsigned(1), type]));
    return sized([locals, loads, this.#code, OP.end]);
  }
}

/** Writes the module of a program. */
class ModuleWriter {
  readonly #types: Signature[] = [];
  readonly #kernels = new Map<string, number>();
  readonly #hosts: HostStep[] = [];
  readonly #functions: { readonly type: number; readonly body: Bytes }[] = [];
  readonly #imported: number;

  constructor(program: Program) {
    // Indices of functions begin with those that are imported.
    this.#imports(program.steps);
    this.#imported = this.#kernels.size + this.#hosts.length;
  }

  #imports(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === "call") this.#kernel(step.kernel);
      else if (step.kind === "host") this.#hosts.push(step);
      else if (step.kind === "loop") this.#kernelsOf(step);
      else if (step.kind === "branch") step.branches.forEach((own) => this.#imports(own));
      else {
        this.#imports([...step.kind === "while" ? step.test : [], ...step.body, ...step.after]);
      }
    }
  }

  get hosts(): readonly HostStep[] {
    return this.#hosts;
  }

  get kernels(): readonly string[] {
    return [...this.#kernels.keys()];
  }

  #kernelsOf(loop: LoopStep): void {
    for (const { kernel } of loop.before) this.#kernel(kernel);
    for (const { kernel, lanes } of loop.body) if (!lanes) this.#kernel(kernel);
    for (const { kernel, joiner } of loop.folds) {
      this.#kernel(kernel);
      this.#kernel(joiner);
    }
  }

  #kernel(name: string): number {
    let index = this.#kernels.get(name);
    if (index === undefined && !isOwn(name)) this.#kernels.set(name, index = this.#kernels.size);
    return index ?? -1;
  }

  #type(signature: Signature): number {
    const same = this.#types.findIndex(({ params, results }) =>
      `${params} ${results}` === `${signature.params} ${signature.results}`
    );
    return same >= 0 ? same : this.#types.push(signature) - 1;
  }

  #define(params: number, body: Bytes): number {
    const type = this.#type({ params: new Array<number>(params).fill(I32), results: [] });
    this.#functions.push({ type, body });
    return this.#imported + this.#functions.length - 1;
  }

  write(program: Program): Uint8Array<ArrayBuffer> {
    const main = this.#steps(program.steps);
    const kernels = [...this.#kernels.keys()].map((name) => this.#type(signatureOf(name)!));
    const host32 = this.#type({ params: [I32], results: [] });
    const shared = instance().build === "threads";
    const imports: Bytes[] = [
      ...[...this.#kernels.keys()].map((
        name,
        i,
      ) => [text("k"), text(name), 0, unsigned(kernels[i]!)]),
      ...this.#hosts.map((_, i) => [text("h"), text(String(i)), 0, unsigned(host32)]),
      [text("e"), text("memory"), 2, shared ? 3 : 1, unsigned(0), unsigned(65536)],
    ];
    const types = this.#types.map(({ params, results }) => [0x60, list(params), list(results)]);
    const functions = this.#functions.map(({ type }) => unsigned(type));
    const section = (id: number, content: Bytes): Bytes => [id, sized(content)];
    return new Uint8Array(flattened([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list(imports)),
      section(3, list(functions)),
      section(7, list([[text("run"), 0, unsigned(main)]])),
      section(10, list(this.#functions.map(({ body }) => body))),
    ]));
  }

  /** A function that runs steps. */
  #steps(steps: readonly Step[]): number {
    const f = new FunctionWriter(1);
    for (const step of steps) f.emit(this.#step(f, step));
    return this.#define(1, f.finish());
  }

  #step(f: FunctionWriter, step: Step): Bytes {
    switch (step.kind) {
      case "call":
        return this.#call(f, step);
      case "host":
        return [get(FRAME), call(this.#kernels.size + this.#hosts.indexOf(step))];
      case "loop":
        return [get(FRAME), call(this.#loop(step))];
      case "scan":
        return this.#scan(f, step);
      case "while":
        return this.#while(f, step);
      case "branch":
        return this.#branch(f, step);
    }
  }

  #scan(f: FunctionWriter, { turns, moves, body, after }: ScanStep): Bytes {
    const [turn, end] = [this.#steps(body), this.#steps(after)];
    const left = f.local(I32);
    return [
      moved(moves, ({ first }) => f.term(first)),
      [constant(turns), set(left)],
      repeat([
        [get(FRAME), call(turn)],
        moved(moves, ({ next }) => current(next)),
        [get(left), constant(1), OP.sub, set(left), get(left)],
      ]),
      after.length > 0 ? [get(FRAME), call(end)] : [],
    ];
  }

  #while(f: FunctionWriter, { test, flag, moves, body, after }: WhileStep): Bytes {
    const [decide, turn, end] = [this.#steps(test), this.#steps(body), this.#steps(after)];
    return [
      moved(moves, ({ first }) => f.term(first)),
      whileTrue(
        [get(FRAME), call(decide), current(flag), load8()],
        [get(FRAME), call(turn), moved(moves, ({ next }) => current(next))],
      ),
      after.length > 0 ? [get(FRAME), call(end)] : [],
    ];
  }

  #branch(f: FunctionWriter, { index, width, branches }: BranchStep): Bytes {
    const which = f.local(I32);
    const functions = branches.map((steps) => this.#steps(steps));
    // The last one serves all numbers that are not there.
    const choice = functions.slice(0, -1).reduceRight<Bytes>(
      (rest, own, i) => [
        get(which),
        constant(i),
        OP.eq,
        either([get(FRAME), call(own)], rest),
      ],
      [get(FRAME), call(functions.at(-1)!)],
    );
    return [f.term(index), width === 1 ? load8() : load32(0), set(which), choice];
  }

  #call(f: FunctionWriter, { kernel, args }: CallStep): Bytes {
    if (isOwn(kernel)) return memoryCall(kernel, args.map((value) => f.term(Number(value))));
    const { params, results } = signatureOf(kernel)!;
    return [
      args.map((value, i) => argument(f, params[i]!, value)),
      call(this.#kernel(kernel)),
      results.map(() => OP.drop),
    ];
  }

  /** The function that runs a loop; it calls one for each block, which the engine can optimise meanwhile. */
  #loop(step: LoopStep): number {
    const body = this.#body(step);
    const f = new FunctionWriter(1);
    const read = readByKernels(step);
    // What is spread out for kernels alone is left out where instructions take their place.
    for (const one of step.before) if (read.has(one.args[0] as number)) f.emit(this.#call(f, one));
    if (step.parts) this.#rows(f, step, body);
    else this.#blocks(f, step, body);
    return this.#define(1, f.finish());
  }

  #blocks(f: FunctionWriter, { size, block }: LoopStep, body: number): void {
    if (size <= block) {
      f.emit(get(FRAME), constant(0), constant(size), call(body));
      return;
    }
    const start = f.local(I32);
    const left = [constant(size), get(start), OP.sub];
    f.emit(repeat([
      get(FRAME),
      get(start),
      [left, constant(block), left, constant(block), OP.ltU, OP.select],
      call(body),
      [get(start), constant(block), OP.add, set(start)],
      [get(start), constant(size), OP.ltU],
    ]));
  }

  /** Rows that are longer than a block: their parts are reduced and joined. */
  #rows(f: FunctionWriter, step: LoopStep, body: number): void {
    const { size, row, parts, partsTable, folds } = step;
    const [first, start, depth, part, count, joins] = Array.from(
      { length: 6 },
      () => f.local(I32),
    ) as [number, number, number, number, number, number];
    const end = f.local(I32);
    f.emit(f.term(partsTable), constant(4 * parts!.length), OP.add, set(end));
    f.emit(repeat([
      [get(first), set(start), constant(0), set(depth), f.term(partsTable), set(part)],
      repeat([
        [get(part), load32(0), set(count), get(part), load32(4), set(joins)],
        [get(FRAME), get(start), get(count), call(body)],
        folds.map((fold) => this.#fold(f, fold, { first, start, depth, count, joins, row })),
        [get(start), get(count), OP.add, set(start)],
        [get(depth), constant(1), OP.add, get(joins), OP.sub, set(depth)],
        [get(part), constant(8), OP.add, set(part)],
        [get(part), get(end), OP.ltU],
      ]),
      [get(first), constant(row), OP.add, set(first)],
      [get(first), constant(size), OP.ltU],
    ]));
  }

  #fold(
    f: FunctionWriter,
    { kernel, joiner, from, stack, width, target }: FoldOp,
    at: { readonly [name: string]: number },
  ): Bytes {
    const { first, start, depth, count, joins, row } = at as {
      readonly [K in "first" | "start" | "depth" | "count" | "joins" | "row"]: number;
    };
    const run = (name: string): Bytes => [
      call(this.#kernel(name)),
      signatureOf(name)!.results.map(() => OP.drop),
    ];
    const [top, left] = [f.local(I32), f.local(I32)];
    const slot = (index: Bytes): Bytes => [f.term(stack), index, constant(width), OP.mul, OP.add];
    const source: Bytes = [
      f.term(from.base),
      plus(start, from.perStart),
      from.perRow === 0
        ? []
        : [get(first), constant(row), OP.divU, constant(from.perRow), OP.mul, OP.add],
    ];
    const ones = [constant(1), constant(1), constant(1)];
    const pair = slot([get(top), constant(1), OP.sub]);
    return [
      [source, slot(get(depth)), constant(1), get(count), get(count), ones, run(kernel)],
      [get(depth), set(top), get(joins), set(left)],
      [
        get(left),
        when(repeat([
          [pair, pair, constant(1), constant(2), constant(2), ones, run(joiner)],
          [get(top), constant(1), OP.sub, set(top)],
          [get(left), constant(1), OP.sub, set(left)],
          get(left),
        ])),
      ],
      [get(top), OP.eqz],
      when([
        [f.term(target), get(first), constant(row), OP.divU, constant(width), OP.mul, OP.add],
        f.term(stack),
        constant(width),
        [0xfc, 10, 0, 0],
      ]),
    ];
  }

  /** The function that does one block. */
  #body(step: LoopStep): number {
    const f = new FunctionWriter(3);
    const [row, rows] = [f.local(I32), f.local(I32)];
    f.emit(get(START), constant(step.row), OP.divU, set(row));
    f.emit(get(COUNT), constant(step.row), OP.divU, set(rows));
    const blockArg = ({ base, perStart, perCount, perRow, perRows }: BlockArg): Bytes => [
      f.term(base),
      plus(START, perStart),
      plus(COUNT, perCount),
      plus(row, perRow),
      plus(rows, perRows),
    ];
    const read = readByKernels(step);
    const body = step.body.filter(({ fills }) => fills === undefined || read.has(fills));
    for (const segment of laneSegments({ ...step, body })) {
      if (segment.kind === "lanes") {
        f.emit(segment.code(f, { start: START, count: COUNT, row }));
        continue;
      }
      const { kernel, args } = segment.op;
      const own = args.map(blockArg);
      if (isOwn(kernel)) {
        f.emit(memoryCall(kernel, own));
        continue;
      }
      f.emit(own, call(this.#kernel(kernel)), signatureOf(kernel)!.results.map(() => OP.drop));
    }
    return this.#define(3, f.finish());
  }
}

/** Moves all regions at once: their addresses are all there before one is stored. */
function moved(moves: readonly Move[], to: (move: Move) => Bytes): Bytes {
  return [
    moves.map((move) => [get(FRAME), to(move)]),
    moves.toReversed().map(({ region }) => store32(4 * region)),
  ];
}

/** Pushes a planned address by where its region lies now, which may be elsewhere than at the start. */
function current(value: number): Bytes {
  const { region, offset } = termOf(value);
  return [get(FRAME), load32(4 * region), offset === 0 ? [] : [constant(offset), OP.add]];
}

/** Planned addresses that kernels of a loop read, but for what only spreads an element out. */
function readByKernels({ body }: LoopStep): ReadonlySet<number> {
  return new Set(
    body.flatMap(({ lanes, fills, args }) =>
      lanes || fills !== undefined ? [] : args.map(({ base }) => base)
    ),
  );
}

/** Whether the memory does it by an instruction. */
function isOwn(kernel: string): boolean {
  return kernel === COPY || kernel === CLEAR;
}

function memoryCall(kernel: string, args: readonly Bytes[]): Bytes {
  if (kernel === COPY) return [args[1]!, args[0]!, args[2]!, [0xfc, 10, 0, 0]];
  return [args[0]!, constant(0), args[1]!, [0xfc, 11, 0]];
}

function argument(f: FunctionWriter, type: number, value: number | bigint): Bytes {
  if (type === I64) return constant64(BigInt(value));
  if (type === F32 || type === F64) return constantFloat(type, Number(value));
  return f.term(Number(value));
}

/**
 * Generates and starts the function of a program.
 *
 * @param program The program.
 * @param basesAt Addresses of the regions of the run whose frame is at an address.
 * @returns The function of the address of a frame: one word with the address of each region; null
 * where the runtime does not permit to compile.
 */
export function generate(
  program: Program,
  basesAt: (frame: number) => Bases,
): ((frame: number) => void) | null {
  const writer = new ModuleWriter(program);
  const bytes = writer.write(program);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError && WebAssembly.validate(bytes)) return null;
    throw error;
  }
  const { exports, heap } = instance();
  const hosts = writer.hosts.map(hostOf);
  const { run } = new WebAssembly.Instance(module, {
    e: { memory: heap.memory },
    k: Object.fromEntries(writer.kernels.map((name) => [name, exports[name]!])),
    h: Object.fromEntries(
      hosts.map((host, i) => [String(i), (frame: number) => host(basesAt(frame))]),
    ),
  }).exports;
  return run as (frame: number) => void;
}
