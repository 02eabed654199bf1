/**
 * Einstein summation, on top of matrix products.
 *
 * @module
 */
import { type DType, DTYPES } from "../core/dtype.ts";
import {
  ArgumentError,
  mixedDTypesError,
  ShapeError,
  shapeText,
  unsupportedDTypeError,
  valueText,
} from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Einsum, EinsumCheck } from "../core/types/einsum.ts";
import type { ShapeFrom } from "../core/types/mistake.ts";
import type { DTypeOfAll, ShapesOf, TensorLike } from "../core/types/operands.ts";
import { multiply } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { notTensorError } from "../ops/elementwise.ts";
import { matrixProduct } from "../ops/matmul_primitive.ts";
import { broadcasted, permuted, reshaped } from "../ops/movement_primitives.ts";
import { diagonalOf } from "../ops/region_primitives.ts";
import { sum } from "../ops/reductions.ts";

/** A tensor and the name of each of its axes. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

function einsumError(subscripts: string, what: string): ArgumentError {
  return new ArgumentError(`Cannot einsum "${subscripts}": ${what}`);
}

/** Labels of each operand and of the result; those of an ellipsis are numbers. */
function parse(
  subscripts: string,
  operands: readonly Tensor[],
): readonly [readonly (readonly string[])[], readonly string[]] {
  if (typeof subscripts !== "string") {
    throw new ArgumentError(
      `Cannot einsum ${valueText(subscripts)}: the first argument is a text such as "ij,jk->ik"`,
    );
  }
  const [left, right, ...more] = subscripts.replaceAll(" ", "").split("->");
  const inputs = left!.split(",");
  if (more.length > 0) throw einsumError(subscripts, `"->" may stand once`);
  if (inputs.length !== operands.length) {
    throw einsumError(
      subscripts,
      `it names ${inputs.length} operands, pass as many instead of ${operands.length}`,
    );
  }
  const widths = inputs.map((text, i) => ellipsisWidth(subscripts, text, operands[i]!));
  const widest = Math.max(0, ...widths);
  const named = inputs.map((text, i) => expand(text, widths[i]!, widest));
  const extra = Array.from({ length: widest }, (_, i) => String(i));
  if (right === undefined) return [named, [...extra, ...implicitOutput(named)]];
  checkLetters(subscripts, right);
  if (widest > 0 && !right.includes("...")) {
    throw einsumError(subscripts, `the result must have "..." as the operands do`);
  }
  const output = expand(right, widest, widest);
  output.forEach((label, i) => {
    if (!named.some((labels) => labels.includes(label))) {
      throw einsumError(subscripts, `output index ${label} is not among the inputs`);
    }
    if (output.indexOf(label) !== i) {
      throw einsumError(subscripts, `output index ${label} stands twice, it may stand once`);
    }
  });
  return [named, output];
}

function ellipsisWidth(subscripts: string, text: string, x: Tensor): number {
  checkLetters(subscripts, text);
  const letters = text.replace("...", "").length;
  const width = x.ndim - letters;
  if (text.includes("...") ? width >= 0 : width === 0) return Math.max(0, width);
  throw einsumError(
    subscripts,
    `"${text}" names ${letters} axes of a tensor of shape ${shapeText(x.shape)}, ` +
      `name each of its ${x.ndim} axes`,
  );
}

function checkLetters(subscripts: string, text: string): void {
  if (/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(text)) return;
  throw einsumError(subscripts, `"${text}" must consist of letters and at most one "..."`);
}

function expand(text: string, width: number, widest: number): readonly string[] {
  const [before, after] = text.split("...");
  if (after === undefined) return [...text];
  const extra = Array.from({ length: width }, (_, i) => String(widest - width + i));
  return [...before!, ...extra, ...after];
}

/** The labels that stand once, in the order of the alphabet. */
function implicitOutput(named: readonly (readonly string[])[]): readonly string[] {
  const all = named.flat().filter((label) => !/\d/.test(label));
  return all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort();
}

/** Length of each label; 1 stretches. */
function lengthsOf(
  subscripts: string,
  operands: readonly Tensor[],
  named: readonly (readonly string[])[],
): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  named.forEach((labels, k) => {
    labels.forEach((label, axis) => {
      const { shape } = operands[k]!;
      const length = shape[axis]!;
      // Within an operand a repeated index takes the diagonal: nothing is broadcast.
      const first = labels.indexOf(label);
      const known = first < axis ? shape[first]! : lengths.get(label) ?? 1;
      const broadcasts = first === axis && (known === 1 || length === 1);
      if (known !== length && !broadcasts) {
        throw new ShapeError(
          `Cannot einsum "${subscripts}": index ${label} has lengths ${known} and ${length}`,
        );
      }
      if (first === axis) lengths.set(label, known === 1 ? length : known);
    });
  });
  return lengths;
}

/** Takes diagonals of repeated labels, and stretches axes of length 1. */
function prepare(
  x: Tensor,
  labels: readonly string[],
  lengths: ReadonlyMap<string, number>,
): Labelled {
  let operand = broadcasted(x, labels.map((label) => lengths.get(label)!));
  let names = labels;
  for (let axis = 0; axis < names.length; axis++) {
    let again = names.indexOf(names[axis]!, axis + 1);
    while (again >= 0) {
      operand = diagonalOf(operand, axis, again);
      names = names.toSpliced(again, 1);
      again = names.indexOf(names[axis]!, axis + 1);
    }
  }
  return { x: operand, labels: names };
}

/** Sums over the axes whose labels nobody needs, keeping the dtype. */
function sumOut({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axis = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  if (axis.length === 0) return { x, labels };
  return {
    x: cast(sum(x, { axis }), x.dtype),
    labels: labels.filter((label) => needed.has(label)),
  };
}

/** Permutes to the given labels and merges groups of them into one axis each. */
function grouped({ x, labels }: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const order = groups.flat().map((label) => labels.indexOf(label));
  const moved = permuted(x, order);
  const lengths = groups.map((group) =>
    sizeOf(group.map((label) => x.shape[labels.indexOf(label)]!))
  );
  return reshaped(moved, lengths);
}

/** Contracts two operands over the labels that nobody else needs. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const left = sumOut(a, new Set([...needed, ...b.labels]));
  const right = sumOut(b, new Set([...needed, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const length = (label: string): number => {
    const own = left.labels.indexOf(label);
    return own >= 0 ? left.x.shape[own]! : right.x.shape[right.labels.indexOf(label)]!;
  };
  const shape = labels.map(length);
  const single = rows.length === 0 && columns.length === 0 && batch.length > 0;
  if (inner.length === 0 || single) {
    // No sum, or one short sum for each of many results: a product element by element.
    const all = [...labels, ...inner];
    const spread = (part: Labelled): Tensor => {
      const own = all.filter((label) => part.labels.includes(label));
      const moved = permuted(part.x, own.map((label) => part.labels.indexOf(label)));
      return reshaped(moved, all.map((label) => (own.includes(label) ? length(label) : 1)));
    };
    return sumOut({ x: multiply(spread(left), spread(right)), labels: all }, needed);
  }
  const product = matrixProduct(
    grouped(left, [batch, rows, inner]),
    grouped(right, [batch, inner, columns]),
  );
  return { x: reshaped(product, shape), labels };
}

/** The pair whose product is smallest, so that little is computed on the way. */
function cheapestPair(
  parts: readonly Labelled[],
  output: readonly string[],
  lengths: ReadonlyMap<string, number>,
): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let least = Infinity;
  for (let i = 0; i < parts.length; i++) {
    for (let j = i + 1; j < parts.length; j++) {
      const needed = neededBy(parts, [i, j], output);
      const kept = new Set([...parts[i]!.labels, ...parts[j]!.labels].filter((l) => needed.has(l)));
      const size = sizeOf([...kept].map((label) => lengths.get(label)!));
      if (size < least) [best, least] = [[i, j], size];
    }
  }
  return best;
}

function neededBy(
  parts: readonly Labelled[],
  without: readonly number[],
  output: readonly string[],
): ReadonlySet<string> {
  return new Set([
    ...output,
    ...parts.flatMap(({ labels }, i) => (without.includes(i) ? [] : labels)),
  ]);
}

/**
 * Sum of products over named axes (Einstein summation).
 *
 * @typeParam E The subscripts.
 * @typeParam T The operands.
 * @param subscripts For example `"ij,jk->ik"`: one letter an axis, operands separated by commas; axes
 * not named after `->` are summed over. Without `->` the axes named once stay, in alphabetical order.
 * A letter that repeats within an operand takes the diagonal; `...` stands for further axes, which broadcast.
 * @param operands Tensors of one numeric dtype.
 * @returns A tensor of the operands' dtype; integers wrap.
 * @throws {ArgumentError} If the subscripts are malformed or do not fit the operands.
 * @throws {ShapeError} If an index has two lengths.
 * @throws {DTypeError} If the dtypes differ or are not numeric.
 *
 * @example Usage
 * ```ts
 * import { einsum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * assert.deepEqual(einsum("ij,jk->ik", x, x).toArray(), [[7, 10], [15, 22]]);
 * assert.equal(einsum("ii", x).item(), 5);
 * ```
 */
export function einsum<const E extends string, const T extends readonly TensorLike[]>(
  subscripts: E & EinsumCheck<E, T>,
  ...operands: T
): Tensor<DTypeOfAll<T>, ShapeFrom<Einsum<E, ShapesOf<T>>>> {
  return einsumOf(subscripts, operands) as Tensor<
    DTypeOfAll<T>,
    ShapeFrom<Einsum<E, ShapesOf<T>>>
  >;
}

function einsumOf(subscripts: string, operands: readonly TensorLike[]): Tensor {
  const tensors = operands.map((x) => {
    if (!(x instanceof Tensor)) throw notTensorError("einsum", x);
    return x as Tensor;
  });
  checkDTypes(tensors);
  const [named, output] = parse(subscripts, tensors);
  const lengths = lengthsOf(subscripts, tensors, named);
  let parts = tensors.map((x, i) => prepare(x, named[i]!, lengths));
  while (parts.length > 1) {
    const [i, j] = cheapestPair(parts, output, lengths);
    const result = contract(parts[i]!, parts[j]!, neededBy(parts, [i, j], output));
    parts = [...parts.filter((_, k) => k !== i && k !== j), result];
  }
  const result = sumOut(parts[0]!, new Set(output));
  return permuted(result.x, output.map((label) => result.labels.indexOf(label)));
}

function checkDTypes(tensors: readonly Tensor[]): void {
  const dtype: DType | undefined = tensors[0]?.dtype;
  if (dtype === undefined) throw new ArgumentError("Cannot einsum no tensors: pass at least one");
  for (const x of tensors) {
    if (x.dtype !== dtype) throw mixedDTypesError("einsum", dtype, x.dtype);
  }
  const { kind } = DTYPES[dtype];
  if (kind === "bool" || kind === "string") throw unsupportedDTypeError("einsum", dtype, "numeric");
}
