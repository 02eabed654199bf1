/**
 * A group of nodes as a loop over blocks that stay in the cache.
 *
 * @module
 */
import { type DType, DTYPES } from "../core/dtype.ts";
import type { Node, Value } from "../core/graph.ts";
import type { LaneCode } from "../core/lanes.ts";
import { isContiguous, sizeOf } from "../core/shape.ts";
import { COPY } from "../devices/wasm/instance.ts";
import { isMap } from "../devices/wasm/map.ts";
import { castName, collapse } from "../devices/wasm/runtime.ts";
import { type Group, nodesOf } from "./fusion.ts";
import { addressIn, ARENA, planned } from "./place.ts";
import type {
  BlockArg,
  BlockOp,
  BlockValue,
  CallStep,
  FoldOp,
  LaneOp,
  LaneValue,
  LoopStep,
  PlanMemory,
} from "./program.ts";
import { type Walk, walkOf, widestOf } from "./rows.ts";
import { canGenerate } from "./vectors.ts";

/** Bytes of the widest value of a block: several blocks fit into the cache. */
const BLOCK_BYTES = 8192;
/** Leaves of the kernels' pairwise sums; parts of rows end where these do. */
const LEAF = 1024;
/** Kernels of reductions treat rows shorter than this in another way than parts of longer ones. */
const LEAST_PART = 512;

/** Vector instructions for a dtype: prefix of their names. */
const LANES: { readonly [D in DType]?: string } = {
  float32: "f32x4",
  float64: "f64x2",
  int32: "i32x4",
  uint32: "i32x4",
  int64: "i64x2",
  uint64: "i64x2",
};

const NONE: BlockArg = { base: 0, perStart: 0, perCount: 0, perRow: 0, perRows: 0 };

function count(perCount: number): BlockArg {
  return { ...NONE, perCount };
}

function number(base: number): BlockArg {
  return { ...NONE, base };
}

function address({ base, perStart, perRow }: BlockValue): BlockArg {
  return { ...NONE, base, perStart, perRow };
}

/** Builds the loop of one group. */
class LoopBuilder {
  readonly #planner: PlanMemory;
  readonly #group: Group;
  readonly #size: number;
  /** Length of a row. */
  readonly #row: number;
  /** Whether no block has more than one row. */
  readonly #byRow: boolean;
  readonly #block: number;
  readonly #parts: readonly number[] | null;
  readonly #before: CallStep[] = [];
  readonly #body: BlockOp[] = [];
  readonly #values: LaneValue[] = [];
  readonly #folds: FoldOp[] = [];
  readonly #taken: [number, number][] = [];
  /** Where values are, as they lie in memory. */
  readonly #sources = new Map<Value, BlockValue>();
  /** The same, one element after the other, for kernels. */
  readonly #flat = new Map<string, BlockValue>();
  readonly #ids = new Map<Value, number>();
  readonly #valueNumbers = new Map<Value, number>();

  constructor(planner: PlanMemory, group: Group) {
    this.#planner = planner;
    this.#group = group;
    this.#size = sizeOf(group.shape);
    const limit = Math.max(LEAF, BLOCK_BYTES / widestOf(group));
    const folds = group.stages.some((stage) => stage.folds.length > 0);
    const walks = this.#walks();
    this.#row = folds ? group.row : walks[0]?.row ?? this.#size;
    this.#byRow = walks.some(({ row }) => row === this.#row);
    if (this.#byRow || group.stages.length > 1) {
      const fits = this.#row <= limit || group.stages.length > 1;
      this.#block = fits ? this.#row : limit;
      this.#parts = fits ? null : partsOf(this.#row, limit);
    } else if (!folds) {
      this.#block = Math.min(this.#size, limit);
      this.#parts = null;
    } else if (this.#row <= limit) {
      this.#block = Math.min(this.#size, Math.floor(limit / this.#row) * this.#row);
      this.#parts = null;
    } else {
      this.#block = limit;
      this.#parts = partsOf(this.#row, limit);
    }
  }

  /** How operands from outside are walked that are neither in C order nor one element. */
  #walks(): readonly Walk[] {
    const nodes = nodesOf(this.#group).filter(({ primitive }) => !primitive.view);
    const made = new Set(nodes.flatMap(({ outputs }) => outputs));
    return nodes.flatMap(({ inputs }) => inputs).flatMap((value) => {
      const walk = made.has(value) ? null : walkOf(this.#planner.layoutOf(value));
      return walk ? [walk] : [];
    });
  }

  build(): LoopStep {
    const own = new Set<Node>(nodesOf(this.#group));
    for (const { nodes, folds, views } of this.#group.stages) {
      for (const node of ordered(nodes)) {
        const value = node.outputs[0]!;
        const { bytes } = DTYPES[value.dtype];
        const place = this.#planner.isNeeded(value, own) ? this.#planner.make(value) : undefined;
        const source: BlockValue = place
          ? { base: addressIn(place), step: bytes, perStart: bytes, perRow: 0 }
          : this.#scratch(bytes);
        this.#node(node, source, place !== undefined);
        this.#sources.set(value, source);
      }
      for (const node of folds) this.#fold(node);
      for (const node of views) this.#planner.view(node);
    }
    for (const [offset, bytes] of this.#taken) this.#planner.arena.give(offset, bytes);
    const computing = [...own].filter(({ primitive }) => !primitive.view);
    return {
      kind: "loop",
      label: computing.map(({ primitive }) => primitive.name).join(" "),
      size: this.#size,
      row: this.#row,
      block: this.#block,
      parts: this.#parts,
      partsTable: this.#parts ? this.#planner.words(this.#parts) : 0,
      before: this.#before,
      body: this.#body,
      values: this.#stored(),
      folds: this.#folds,
    };
  }

  /** Memory for one block. */
  #scratch(bytes: number): BlockValue {
    const size = this.#block * bytes + 64;
    const offset = this.#planner.arena.take(size);
    this.#taken.push([offset, size]);
    return { base: planned(ARENA, offset), step: bytes, perStart: 0, perRow: 0 };
  }

  /** Where an operand is: as it lies if that is C order or one element, else packed block by block. */
  #source(value: Value): BlockValue {
    const found = this.#sources.get(value);
    if (found) return found;
    const place = this.#planner.placeOf(value);
    const { bytes } = DTYPES[value.dtype];
    const base = addressIn(place);
    const one = this.#size > 1 &&
      place.strides.every((step, axis) => step === 0 || place.shape[axis] === 1);
    const walk = walkOf(place);
    let source: BlockValue;
    if (one) {
      source = { base, step: 0, perStart: 0, perRow: 0 };
    } else if (isContiguous(place.shape, place.strides)) {
      source = { base, step: bytes, perStart: bytes, perRow: 0 };
    } else if (this.#byRow && walk?.row === this.#row) {
      const step = walk.step * bytes;
      source = { base, step, perStart: step, perRow: walk.pitch * bytes - this.#row * step };
    } else {
      source = this.#scratch(bytes);
      const axes = collapse(place.shape, [place.strides]);
      const at = this.#planner.table(axes.shape, axes.strides[0]!);
      this.#op("pack", `pack_${bytes}`, [
        number(base),
        address(source),
        number(axes.shape.length),
        number(at),
        number(at + 128),
        { ...NONE, perStart: 1 },
        count(1),
      ]);
    }
    this.#sources.set(value, source);
    return source;
  }

  /** The same for kernels: elements one after the other, in the dtype that they read. */
  #operand(value: Value, dtype: DType): BlockValue {
    const key = `${this.#id(value)} ${dtype}`;
    const found = this.#flat.get(key);
    if (found) return found;
    let source = this.#source(value);
    const { bytes } = DTYPES[value.dtype];
    if (source.step === 0) {
      const own = `${this.#id(value)} ${value.dtype}`;
      const filled = this.#flat.get(own) ?? this.#filled(source, bytes);
      this.#flat.set(own, filled);
      source = filled;
    }
    if (dtype !== value.dtype) {
      const target = this.#scratch(DTYPES[dtype].bytes);
      this.#cast(value.dtype, dtype, source, target);
      source = target;
    }
    this.#flat.set(key, source);
    return source;
  }

  /** One element spread out for kernels: once, or for each row. */
  #filled(source: BlockValue, bytes: number): BlockValue {
    const target = this.#scratch(bytes);
    const kernel = `fill_${bytes}`;
    if (source.perRow === 0) {
      const args = [target.base, this.#block, source.base];
      this.#before.push({ kind: "call", label: "fill", kernel, args });
    } else {
      const args = [address(target), count(1), address(source)];
      this.#body.push({ label: "fill", kernel, args, fills: target.base });
    }
    return target;
  }

  #id(value: Value): number {
    let id = this.#ids.get(value);
    if (id === undefined) this.#ids.set(value, id = this.#ids.size);
    return id;
  }

  #op(label: string, kernel: string, args: readonly BlockArg[], lanes?: LaneOp): void {
    this.#body.push({ label, kernel, args, lanes });
  }

  #cast(from: DType, to: DType, source: BlockValue, target: BlockValue): void {
    const kernel = castName(from, to);
    const scale = kernel === COPY ? DTYPES[from].bytes : 1;
    this.#op("cast", kernel, [address(source), address(target), count(scale)]);
  }

  #node(node: Node, target: BlockValue, stored: boolean): void {
    const { primitive, inputs, outputs } = node;
    const lower = primitive.lower.wasm;
    if (!isMap(lower)) return;
    const out = outputs[0]!;
    const { name, reads, writes } = lower.plan(inputs, out);
    const operands = inputs.map((value, i) => this.#operand(value, reads[i]!));
    const lanes = this.#lanes(node, target, stored);
    const narrow = writes !== out.dtype;
    const result = narrow ? this.#scratch(DTYPES[writes].bytes) : target;
    const scale = name === COPY ? DTYPES[out.dtype].bytes : 1;
    const args = [...operands.map(address), address(result), count(scale)];
    this.#op(primitive.name, name, args, lanes);
    if (narrow) this.#cast(writes, out.dtype, result, target);
  }

  /** The vector instructions of a node, if it has some for its dtype. */
  #lanes(node: Node, target: BlockValue, stored: boolean): LaneOp | undefined {
    const { primitive, inputs, outputs } = node;
    const dtype = inputs.find((value) => value.dtype !== "bool")?.dtype ?? "bool";
    const fits = [...inputs, ...outputs].every((value) =>
      value.dtype === dtype || value.dtype === "bool"
    );
    const type = dtype === "bool" ? "v128" : LANES[dtype];
    const { kind } = DTYPES[dtype];
    const code: LaneCode | undefined = kind === "string" || kind === "complex"
      ? undefined
      : primitive.lanes?.[kind];
    if (!fits || type === undefined || code === undefined || !canGenerate(type, code)) {
      return undefined;
    }
    const operands = inputs.map((value) => this.#value(value, this.#source(value), true));
    return { code, type, inputs: operands, output: this.#value(outputs[0]!, target, stored) };
  }

  #value(value: Value, source: BlockValue, stored: boolean): number {
    let id = this.#valueNumbers.get(value);
    if (id === undefined) {
      this.#valueNumbers.set(value, id = this.#values.length);
      this.#values.push({ ...source, mask: value.dtype === "bool", stored });
    }
    return id;
  }

  /** The values, which are stored, too, where a kernel reads them. */
  #stored(): readonly LaneValue[] {
    const read = new Set(this.#folds.map(({ from }) => from.base));
    for (const { lanes, args } of this.#body) {
      if (!lanes) { for (const { base } of args) read.add(base); }
    }
    return this.#values.map((value) => ({
      ...value,
      stored: value.stored || read.has(value.base),
    }));
  }

  #fold({ primitive, inputs, outputs }: Node): void {
    const value = inputs[0]!;
    const out = outputs[0]!;
    const kernel = `${primitive.fold}_${DTYPES[value.dtype].kernel}`;
    const from = this.#source(value);
    const target = addressIn(this.#planner.make(out));
    const { bytes: width } = DTYPES[out.dtype];
    const row = this.#row;
    if (this.#parts) {
      // As many partial results wait as the halving is deep.
      const offset = this.#planner.arena.take(64 * width);
      this.#taken.push([offset, 64 * width]);
      const joiner = `${primitive.fold}_${DTYPES[out.dtype].kernel}`;
      this.#folds.push({ kernel, joiner, from, stack: planned(ARENA, offset), width, target });
      return;
    }
    this.#op(primitive.name, kernel, [
      address(from),
      { ...NONE, base: target, perRow: width },
      { ...NONE, perRows: 1 },
      number(row),
      number(row),
      number(1),
      number(1),
      number(1),
    ]);
  }
}

/**
 * Sizes of the parts of a row in order, each followed by how many times the two last partial results
 * are joined: halved as the kernels of reductions do.
 */
function partsOf(row: number, limit: number): readonly number[] {
  if (row <= limit) return [row, 0];
  const half = Math.ceil(Math.floor(row / 2) / LEAST_PART) * LEAST_PART;
  const low = partsOf(half, limit);
  const high = partsOf(row - half, limit);
  return [...low, ...high.with(-1, high.at(-1)! + 1)];
}

/** Nodes in an order that keeps those with vector instructions of one type together. */
function ordered(nodes: readonly Node[]): readonly Node[] {
  const left = new Set(nodes);
  const made = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  const kindOf = ({ primitive, inputs }: Node): string => {
    const dtype = inputs.find((value) => value.dtype !== "bool")?.dtype ?? "bool";
    return primitive.lanes ? String(DTYPES[dtype].bytes) : "kernel";
  };
  const result: Node[] = [];
  let current = "";
  while (left.size > 0) {
    const ready = [...left].filter(({ inputs }) =>
      inputs.every((value) => !made.has(value) || !left.has(made.get(value)!))
    );
    const next = ready.find((node) => kindOf(node) === current || kindOf(node) === "1") ??
      ready.find((node) => kindOf(node) !== "kernel") ?? ready[0]!;
    if (kindOf(next) !== "1") current = kindOf(next);
    left.delete(next);
    result.push(next);
  }
  return result;
}

/**
 * Plans the loop of a group.
 *
 * @param planner Where values lie.
 * @param group The group; its shape has elements.
 * @returns The loop.
 */
export function loopOf(planner: PlanMemory, group: Group): LoopStep {
  return new LoopBuilder(planner, group).build();
}
