/**
 * The numbers of a recording: lengths of axes, parameters, small constants, numbers among the results.
 * They can be compared between recordings, and replaced by others.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../core/dtype.ts";
import { Graph, Value } from "../core/graph.ts";
import { checkItem, complexOf } from "../core/item.ts";
import { sameShape } from "../core/shape.ts";
import { items, Tensor } from "../core/tensor.ts";
import { flatten, type Structure } from "../core/tree.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { internedGraph } from "./interning.ts";
import type { Recording } from "./recording.ts";

/** Constants of more elements count as a whole. */
const MOST_ELEMENTS = 64;

/** What stands for the user of results. */
const END = "the result";

/** A number where lengths, parameters and elements are. */
export type AnyNumber = number | bigint;

/** Where a number stands. */
export interface Place {
  /** What it is. */
  readonly kind: "axis" | "parameter" | "element" | "result";
  /** The primitive that has or uses it. */
  readonly user: string;
  /** How it is stored, if it is an element. */
  readonly dtype?: DType;
}

/** Something of a recording that is no number. */
export interface Part {
  /** A text that is the same for the same, or a constant as a whole. */
  readonly part: string | Tensor;
  /** The primitive that it is about. */
  readonly user: string;
  /** The constant that it is about, if it is one. */
  readonly constant: Tensor | undefined;
}

/** A recording taken apart. */
export interface Reading {
  /** Its numbers in a fixed order. */
  readonly numbers: readonly (Place & { readonly value: AnyNumber })[];
  /** All that is no number, in order. */
  readonly parts: readonly Part[];
}

/** Walks over a recording: is told of all that it is made of, and gives the numbers of another. */
interface Visitor {
  /** A number; gives the one in its place. */
  number(value: AnyNumber, place: Place): AnyNumber;
  /** Something else. */
  part(part: string | Tensor, user: string, constant?: Tensor): void;
}

/**
 * Takes a recording apart.
 *
 * @param recording A recording without functions among its parameters.
 * @returns Its numbers, and all else.
 */
export function readingOf(recording: Recording): Reading {
  const numbers: (Place & { readonly value: AnyNumber })[] = [];
  const parts: Part[] = [];
  mapped(recording, {
    number: (value, place) => {
      numbers.push({ ...place, value });
      return value;
    },
    part: (part, user, constant) => parts.push({ part, user, constant }),
  });
  return { numbers, parts };
}

/**
 * A recording with other numbers.
 *
 * @param recording The recording.
 * @param numbers A number for each of its own, in order.
 * @returns Another recording; it shares what has not changed.
 * @throws {DTypeError} If a constant cannot have such an element.
 */
export function withNumbers(recording: Recording, numbers: readonly AnyNumber[]): Recording {
  let next = 0;
  return mapped(recording, { number: () => numbers[next++]!, part: () => {} });
}

/**
 * What two readings differ in that is no number.
 *
 * @param a A reading.
 * @param b Another one.
 * @returns The first parts that differ; undefined if none do. One of them may have no more parts.
 */
export function differingParts(
  a: Reading,
  b: Reading,
): readonly [Part | undefined, Part | undefined] | undefined {
  const count = Math.max(a.parts.length, b.parts.length);
  for (let i = 0; i < count; i++) {
    const [x, y] = [a.parts[i], b.parts[i]];
    if (!x || !y || !samePart(x.part, y.part)) return [x, y];
  }
  return undefined;
}

function samePart(a: Part["part"], b: Part["part"]): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return false;
  const sameLayout = a.offset === b.offset && sameShape(a.strides, b.strides);
  if (a.storage === b.storage && sameLayout) return true;
  const [x, y]: readonly ArrayLike<unknown>[] = [a.data(), b.data()];
  return Array.from({ length: x!.length }).every((_, i) => Object.is(x![i], y![i]));
}

/** Stands for a tensor among the results. */
class Mark {}

function isNumber(value: unknown): value is AnyNumber {
  return typeof value === "number" || typeof value === "bigint";
}

/** A text that is the same for the same objects. */
function identityText(value: unknown): string {
  return flatten(value, () => false).structure.key;
}

function mapped(recording: Recording, visitor: Visitor): Recording {
  const { known: { graph, known }, numbers, reads, writes, passed } = recording;
  const uses = numbers.map(({ which, dtype }) => [which, dtype]);
  visitor.part(identityText([uses, reads, writes, [...passed]]), "variables");
  const users = usersOf(graph);
  const constants = [...known].map(([value, x]) =>
    [value, mappedConstant(x, users.get(value) ?? END, visitor)] as const
  );
  const values = new Map<Value, Value>();
  const own = mappedGraph(graph, visitor, values);
  return {
    ...recording,
    known: {
      graph: own,
      known: new Map(constants.map(([value, x]) => [values.get(value)!, x])),
    },
    structure: mappedStructure(recording.structure, visitor),
  };
}

/** The first primitive that uses each value. */
function usersOf({ nodes }: Graph): ReadonlyMap<Value, string> {
  const users = new Map<Value, string>();
  for (const { primitive, inputs } of nodes) {
    for (const value of inputs) if (!users.has(value)) users.set(value, primitive.name);
  }
  return users;
}

function mappedConstant(x: Tensor, user: string, visitor: Visitor): Tensor {
  const { kind } = DTYPES[x.dtype];
  if (x.size > MOST_ELEMENTS || kind === "bool" || kind === "string") {
    visitor.part(x, user, x);
    return x;
  }
  visitor.part(`${x.dtype}[${x.shape}]`, user, x);
  const place: Place = { kind: "element", user, dtype: DTYPES[x.dtype].real };
  let changed = false;
  const number = (value: AnyNumber): AnyNumber => {
    const next = visitor.number(value, place);
    changed ||= !Object.is(next, value);
    return next;
  };
  const complex = ({ re, im }: Complex): Complex => ({
    re: number(re) as number,
    im: number(im) as number,
  });
  const own = [...items(x)].map((item): Item =>
    kind === "complex" ? complex(complexOf(item)) : number(item as AnyNumber)
  );
  if (!changed) return x;
  return wasmDevice().fromItems(x.dtype, x.shape, own.map((item) => checkItem(x.dtype, item)));
}

function mappedGraph(graph: Graph, visitor: Visitor, values: Map<Value, Value>): Graph {
  const order = new Map<Value, number>();
  const define = (value: Value, user: string): Value => {
    const { dtype, shape } = value;
    visitor.part(`${dtype} ${shape.length}`, user);
    const own = shape.map((length) => visitor.number(length, { kind: "axis", user }) as number);
    const next = sameShape(own, shape) ? value : new Value({ dtype, shape: own });
    order.set(value, order.size);
    values.set(value, next);
    return next;
  };
  const use = (list: readonly Value[]): string => list.map((value) => order.get(value)).join();
  const now = (list: readonly Value[]): readonly Value[] => list.map((value) => values.get(value)!);
  const users = usersOf(graph);
  const inputs = graph.inputs.map((value) => define(value, users.get(value) ?? END));
  const nodes = graph.nodes.map((node) => {
    const { primitive: { name }, params, device } = node;
    visitor.part(`${name} ${device?.name} ${use(node.inputs)}`, name);
    const own = mappedParams(params, name, visitor);
    const outputs = node.outputs.map((value) => define(value, name));
    return { ...node, inputs: now(node.inputs), params: own, outputs };
  });
  visitor.part(use(graph.outputs), END);
  const same = nodes.every(({ params }, i) => params === graph.nodes[i]!.params) &&
    [...values].every(([value, next]) => value === next);
  return same ? graph : new Graph(inputs, nodes, now(graph.outputs));
}

function mappedParams(params: unknown, user: string, visitor: Visitor): unknown {
  const isLeaf = (x: unknown): boolean => isNumber(x) || x instanceof Graph || x instanceof Tensor;
  const { leaves, structure } = flatten(params, isLeaf);
  visitor.part(structure.key, user);
  const own = leaves.map((leaf) => {
    if (leaf instanceof Tensor) return mappedConstant(leaf, user, visitor);
    if (!(leaf instanceof Graph)) {
      return visitor.number(leaf as AnyNumber, { kind: "parameter", user });
    }
    const inner = mappedGraph(leaf, visitor, new Map());
    // What loops and branches run is compiled once for all that are equal.
    return inner === leaf ? leaf : internedGraph(inner);
  });
  return own.every((leaf, i) => Object.is(leaf, leaves[i])) ? params : structure.build(own);
}

/** Numbers that the function returns beside its tensors. */
function mappedStructure(structure: Structure, visitor: Visitor): Structure {
  const isMark = (x: unknown): boolean => x instanceof Mark;
  const tree = structure.build(Array.from({ length: structure.count }, () => new Mark()));
  const { leaves, structure: whole } = flatten(tree, (x) => isMark(x) || isNumber(x));
  visitor.part(whole.key + leaves.map((leaf) => isNumber(leaf) ? "number" : "*"), END);
  const own = leaves.map((leaf) =>
    isNumber(leaf) ? visitor.number(leaf, { kind: "result", user: END }) : leaf
  );
  if (own.every((leaf, i) => Object.is(leaf, leaves[i]))) return structure;
  return flatten(whole.build(own), isMark).structure;
}
