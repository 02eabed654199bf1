/**
 * A planned program: calls of kernels, loops over blocks, and what only the host can do.
 *
 * @module
 */
import type { Node, Value } from "../core/graph.ts";
import type { LaneCode } from "../core/lanes.ts";
import type { Primitive } from "../core/primitive.ts";
import type { Aval, Layout, Tensor } from "../core/tensor.ts";
import type { Arena } from "./arena.ts";
import type { Place } from "./place.ts";

/** One call of a kernel. */
export interface CallStep {
  readonly kind: "call";
  /** What it computes, for people. */
  readonly label: string;
  /** Name of the kernel. */
  readonly kernel: string;
  /** Counts and planned addresses. */
  readonly args: readonly (number | bigint)[];
}

/** A primitive that the host runs, because it looks at elements or consists of graphs. */
export interface HostStep {
  readonly kind: "host";
  readonly label: string;
  readonly primitive: Primitive;
  readonly params: unknown;
  /** Its inputs. */
  readonly inputs: readonly Placed[];
  /** Its results, in C order. */
  readonly outputs: readonly Placed[];
}

/** A value and where it lies. */
export interface Placed {
  readonly aval: Aval;
  readonly place: Place;
}

/**
 * An argument within a block: `base + start * perStart + count * perCount + row * perRow + rows * perRows`,
 * where `start` is the first element of the block and `row` its row, `count` and `rows` how many it has.
 */
export interface BlockArg {
  /** A count or a planned address. */
  readonly base: number;
  readonly perStart: number;
  readonly perCount: number;
  readonly perRow: number;
  readonly perRows: number;
}

/** A value within a block: its first element is at `base + start * perStart + row * perRow`. */
export interface BlockValue {
  /** Planned address. */
  readonly base: number;
  /** Bytes from one element to the next within the block; 0 for one element that stands for all. */
  readonly step: number;
  readonly perStart: number;
  readonly perRow: number;
}

/** What happens to each block. */
export interface BlockOp {
  /** What it computes, for people. */
  readonly label: string;
  /** The kernel that does it. */
  readonly kernel: string;
  readonly args: readonly BlockArg[];
  /** How vector instructions do it, where they can. */
  readonly lanes?: LaneOp | undefined;
  /** Planned address of the scratch that it fills with one element, for kernels alone. */
  readonly fills?: number | undefined;
}

/** An operation by vector instructions. */
export interface LaneOp {
  /** The instructions. */
  readonly code: LaneCode;
  /** Type of the lanes of the operands, for example `f32x4`. */
  readonly type: string;
  /** The operands. */
  readonly inputs: readonly number[];
  /** The result. */
  readonly output: number;
}

/** A value that vector instructions read or write. */
export interface LaneValue extends BlockValue {
  /** Whether it is a bool, which is a mask in a register. */
  readonly mask: boolean;
  /** Whether anything but the vector instructions that make it reads it from memory. */
  readonly stored: boolean;
}

/** A loop over blocks of elements. */
export interface LoopStep {
  readonly kind: "loop";
  readonly label: string;
  /** How many elements. */
  readonly size: number;
  /** How many elements a row has. */
  readonly row: number;
  /** How many elements a block has at most: several rows, one row, or a part of one. */
  readonly block: number;
  /**
   * Sizes of the parts of one row, where a row is longer than a block, each followed by how many times
   * the two last partial results are joined.
   */
  readonly parts: readonly number[] | null;
  /** Planned address of the same numbers. */
  readonly partsTable: number;
  /** Calls before the first block. */
  readonly before: readonly CallStep[];
  /** What happens to each block, in order. */
  readonly body: readonly BlockOp[];
  /** Values that vector instructions read and write. */
  readonly values: readonly LaneValue[];
  /** Reductions of rows that are longer than a block. */
  readonly folds: readonly FoldOp[];
}

/** A reduction of long rows: parts are joined in the order in which a kernel does it at once. */
export interface FoldOp {
  /** Kernel of the reduction. */
  readonly kernel: string;
  /** Kernel that reduces partial results, which may be wider than elements. */
  readonly joiner: string;
  /** Planned address of what it reads, with its step. */
  readonly from: BlockValue;
  /** Planned address of the stack of partial results. */
  readonly stack: number;
  /** Bytes of a partial result. */
  readonly width: number;
  /** Planned address of the first result. */
  readonly target: number;
}

/** Steps that run a number of times that is known. */
export interface ScanStep {
  readonly kind: "scan";
  readonly label: string;
  /** How often they run. */
  readonly turns: number;
  /** Regions that lie elsewhere in each turn. */
  readonly moves: readonly Move[];
  readonly body: readonly Step[];
  /** Steps after the last turn. */
  readonly after: readonly Step[];
}

/** A region that lies elsewhere in each turn: a part of an array, or a carry. */
export interface Move {
  readonly region: number;
  /** Planned address of the region in the first turn. */
  readonly first: number;
  /** Planned address in the next turn, by where regions lie in this one; they all move at once. */
  readonly next: number;
}

/** Steps that run as long as others say so. */
export interface WhileStep {
  readonly kind: "while";
  readonly label: string;
  /** Steps that decide. */
  readonly test: readonly Step[];
  /** Planned address of the bool that they make. */
  readonly flag: number;
  /** Regions that lie elsewhere in each turn. */
  readonly moves: readonly Move[];
  readonly body: readonly Step[];
  /** Steps after the last turn. */
  readonly after: readonly Step[];
}

/** One of several lists of steps. */
export interface BranchStep {
  readonly kind: "branch";
  readonly label: string;
  /** Planned address of the number of the list; one that does not exist takes the last. */
  readonly index: number;
  /** Bytes of that number: 1 for bool, 4 for int32. */
  readonly width: number;
  readonly branches: readonly (readonly Step[])[];
}

/** What a program does, in order. */
export type Step = CallStep | HostStep | LoopStep | ScanStep | WhileStep | BranchStep;

/** A tensor that is always the same. */
export interface Constant {
  /** Its region. */
  readonly region: number;
  /** The tensor. */
  readonly tensor: Tensor;
}

/** A planned program. */
export interface Program {
  readonly steps: readonly Step[];
  /** Dtypes, shapes and layouts of the inputs for which it was planned. */
  readonly inputs: readonly Placed[];
  /** Fresh results: regions after the inputs, in C order. */
  readonly fresh: readonly Aval[];
  /** The results: views of fresh results or inputs. */
  readonly outputs: readonly Placed[];
  /** Tensors that graphs within the graph use. */
  readonly constants: readonly Constant[];
  /** How many regions there are. */
  readonly regions: number;
  /** Bytes of the arena. */
  readonly arena: number;
  /** What the tables hold. */
  readonly tables: readonly number[];
}

/** What planning a loop needs of the whole plan. */
export interface PlanMemory {
  /** Temporary memory. */
  readonly arena: Arena;
  /** Where a value lies that was planned before. */
  placeOf(value: Value): Place;
  /** Shape and strides of a value, known before its place is. */
  layoutOf(value: Value): Layout;
  /** A place for a result, in C order. */
  make(value: Value): Place;
  /** Places a view of a value that has a place. */
  view(node: Node): void;
  /** Whether anything outside of some nodes needs a value. */
  isNeeded(value: Value, nodes: ReadonlySet<Node>): boolean;
  /** Stores lengths and strides for kernels; the strides are 128 bytes after the planned address. */
  table(shape: readonly number[], strides: readonly number[]): number;
  /** Stores numbers; returns the planned address of the first one. */
  words(values: readonly number[]): number;
}
