/**
 * Reading and functionally changing parts of tensors.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { mixedDTypesError, ShapeError, unsupportedDTypeError } from "../core/errors.ts";
import { normalizeAxis, type Shape, sizeOf } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { TensorData } from "../core/types/nested.ts";
import type { TensorLike } from "../core/types/operands.ts";
import type { IndexSpec, SliceArguments, SliceShape } from "../core/types/slice.ts";
import type { ScatterMode } from "../devices/wasm/indexing.ts";
import { add, multiply, subtract } from "./arithmetic.ts";
import { tensorOf } from "./creation.ts";
import { notTensorError } from "./elementwise.ts";
import { maximum, minimum } from "./extrema.ts";
import { gathered } from "./indexing_primitives.ts";
import { broadcasted, permuted, reshaped } from "./movement_primitives.ts";
import { flatPositions, type IndexPart, selected, selection, updated } from "./selection.ts";

/**
 * A regular part of a tensor, as NumPy's basic indexing.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @typeParam P The indices.
 * @param x The operand.
 * @param indices One index an axis: an integer drops the axis, `"start:stop:step"` takes a range (out-of-range
 * bounds are clamped), `"..."` stands for all axes not named, null makes a new axis of length 1.
 * @returns A view.
 * @throws {IndexError} If an integer is out of range, a range is malformed, or there are too many indices.
 *
 * @example Usage
 * ```ts
 * import { slice, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(slice(x, ":", 1).toArray(), [2, 5]);
 * assert.deepEqual(slice(x, -1, "::-1").toArray(), [6, 5, 4]);
 * ```
 */
export function slice<
  D extends DType,
  S extends Shape,
  const P extends readonly IndexSpec[],
>(
  x: TensorLike<D, S>,
  ...indices: P & SliceArguments<S, P>
): Tensor<D, SliceShape<S, P>> {
  if (!(x instanceof Tensor)) throw notTensorError("slice", x);
  const operand: Tensor = x;
  return selected(operand, selection(operand.shape, indices)) as Tensor<D, SliceShape<S, P>>;
}

/** A new value of a selection: a tensor, a scalar, or nested arrays of the tensor's dtype. */
export type UpdateValue<D extends DType> = TensorLike<D> | TensorData;

/**
 * What an index selects of a tensor, to be read or changed in a copy.
 *
 * @typeParam D Dtype of the tensor.
 * @typeParam S Shape of the tensor.
 *
 * @example Reading and changing
 * ```ts
 * import { at, greater, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const large = at(x, greater(x, 1));
 * assert.deepEqual(large.get().toArray(), [2, 3]);
 * assert.deepEqual(large.set(0).toArray(), [1, 0, 0]);
 * ```
 */
export class At<D extends DType, S extends Shape> {
  readonly #operand: Tensor<D, S>;
  readonly #parts: readonly IndexPart[];

  /**
   * Names a part of a tensor; `at` does it.
   *
   * @param operand The tensor.
   * @param parts The index.
   */
  constructor(operand: Tensor<D, S>, parts: readonly IndexPart[]) {
    this.#operand = operand;
    this.#parts = parts;
  }

  /**
   * Reads the part.
   *
   * @returns A view, or a copy where index tensors select.
   */
  get(): Tensor<D, number[]> {
    const wanted = selection(this.#operand.shape, this.#parts);
    return selected(this.#operand, wanted) as Tensor<D, number[]>;
  }

  /**
   * Replaces the part. Of repeated indices the last one counts, and alone has a derivative.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  set(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "set", (_, y) => y);
  }

  /**
   * Adds to the part. Repeated indices accumulate.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  add(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "add", (x, y) => add(x, y));
  }

  /**
   * Subtracts from the part. Repeated indices accumulate.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  subtract(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "sub", (x, y) => subtract(x, y));
  }

  /**
   * Multiplies the part. Repeated indices accumulate.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  multiply(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "mul", (x, y) => multiply(x, y));
  }

  /**
   * Replaces the part where a value is smaller. NaN replaces, too. Of equal elements the one that was
   * there has the derivative, else the first value.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  min(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "min", (x, y) => minimum(x, y));
  }

  /**
   * Replaces the part where a value is larger. NaN replaces, too. Of equal elements the one that was
   * there has the derivative, else the first value.
   *
   * @param value What broadcasts into the part.
   * @returns A changed copy of the tensor.
   */
  max(value: UpdateValue<D>): Tensor<D, S> {
    return this.#change(value, "max", (x, y) => maximum(x, y));
  }

  #change(
    value: UpdateValue<D>,
    mode: ScatterMode,
    combine: (x: Tensor, y: Tensor) => Tensor,
  ): Tensor<D, S> {
    const x: Tensor = this.#operand;
    const y = updateOf(x.dtype, value);
    const wanted = selection(x.shape, this.#parts);
    if (wanted.picks.length > 0) {
      if (mode !== "set" && (x.dtype === "bool" || x.dtype === "string")) {
        throw unsupportedDTypeError(`${mode} at an index of`, x.dtype, "numeric");
      }
      return updated(x, wanted, y, mode) as Tensor<D, S>;
    }
    const changed = mode === "set" ? y : combine(selected(x, wanted), y);
    return updated(x, wanted, changed, "set") as Tensor<D, S>;
  }
}

/**
 * A value as a tensor of a dtype.
 *
 * @param dtype The dtype.
 * @param value A tensor of it, a scalar or nested arrays.
 * @returns The tensor.
 * @throws {DTypeError} If the value is of another dtype or cannot be represented.
 */
export function updateOf(dtype: DType, value: unknown): Tensor {
  if (!(value instanceof Tensor)) return tensorOf(value, dtype);
  if (value.dtype !== dtype) throw mixedDTypesError("combine", dtype, value.dtype);
  return value;
}

/**
 * Names a part of a tensor, to read it or to change it in a copy, with all of
 * NumPy's indexing: integers, ranges, new axes, an ellipsis, index tensors (int32 or int64) and
 * masks (bool). Index tensors broadcast together; their axes stand in place of
 * the first of them, or first if a range separates them.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the operand.
 * @param x The operand.
 * @param parts One part an axis (a mask covers as many axes as it has).
 * @returns The part.
 *
 * @example Usage
 * ```ts
 * import { at, greater, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * assert.deepEqual(at(x, tensor([2, 0, 2], { dtype: "int32" })).get().toArray(), [3, 1, 3]);
 * assert.deepEqual(at(x, greater(x, 1)).set(0).toArray(), [1, 0, 0]);
 * assert.deepEqual(x.toArray(), [1, 2, 3]);
 * ```
 */
export function at<D extends DType, S extends Shape>(
  x: TensorLike<D, S>,
  ...parts: readonly IndexPart[]
): At<D, S> {
  if (!(x instanceof Tensor)) throw notTensorError("index", x);
  return new At(x as Tensor as Tensor<D, S>, parts);
}

/**
 * Elements or slices at the given positions along an axis.
 *
 * @typeParam D Dtype of the operand.
 * @param x The operand.
 * @param indices Positions of any shape, int32 or int64, negative from the end.
 * @param options `axis`: the axis; all elements in C order when absent.
 * @returns A copy of shape `[...before axis, ...indices, ...after axis]`.
 * @throws {IndexError} If a position is out of range.
 * @throws {AxisError} If the axis does not exist.
 * @throws {DTypeError} If the positions are no integers.
 *
 * @example Usage
 * ```ts
 * import { take, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const columns = tensor([2, 0], { dtype: "int32" });
 * assert.deepEqual(take(x, columns, { axis: 1 }).toArray(), [[3, 1], [6, 4]]);
 * ```
 */
export function take<D extends DType>(
  x: TensorLike<D>,
  indices: TensorLike<"int32" | "int64">,
  { axis }: { readonly axis?: number | undefined } = {},
): Tensor<D, number[]> {
  if (!(x instanceof Tensor)) throw notTensorError("take from", x);
  if (!(indices instanceof Tensor)) throw notTensorError("take at", indices);
  const operand: Tensor = x;
  const flat = axis === undefined ? reshaped(operand, [operand.size]) : operand;
  const along = normalizeAxis("take along", axis ?? 0, flat.ndim);
  const order = flat.shape.map((_, i) => i).toSpliced(along, 1).toSpliced(0, 0, along);
  const rows = gathered(along === 0 ? flat : permuted(flat, order), [indices]);
  const count = (indices as Tensor).ndim;
  const places = rows.shape.map((_, i) => i);
  const others = places.slice(count);
  const back = [...others.slice(0, along), ...places.slice(0, count), ...others.slice(along)];
  return (along === 0 ? rows : permuted(rows, back)) as Tensor<D, number[]>;
}

/**
 * Elements at positions that are given for each line along an axis, as `argsort` and
 * `argmax` find them.
 *
 * @typeParam D Dtype of the operand.
 * @typeParam S Shape of the positions.
 * @param x The operand.
 * @param indices Positions, int32 or int64, of the operand's rank; other axes broadcast.
 * @param options `axis`: the axis; the last one when absent.
 * @returns A copy of the broadcast shape.
 * @throws {IndexError} If a position is out of range.
 * @throws {ShapeError} If the ranks differ, or other axes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { argsort, takeAlongAxis, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([[3, 1, 2]]);
 * assert.deepEqual(takeAlongAxis(x, argsort(x)).toArray(), [[1, 2, 3]]);
 * ```
 */
export function takeAlongAxis<D extends DType, S extends Shape>(
  x: TensorLike<D>,
  indices: TensorLike<"int32" | "int64", S>,
  { axis = -1 }: { readonly axis?: number | undefined } = {},
): Tensor<D, number[]> {
  if (!(x instanceof Tensor)) throw notTensorError("take from", x);
  if (!(indices instanceof Tensor)) throw notTensorError("take at", indices);
  const [operand, positions]: Tensor[] = [x, indices];
  const along = normalizeAxis("take along", axis, operand!.ndim);
  if (positions!.ndim !== operand!.ndim) {
    throw new ShapeError(
      `Cannot take along axis ${along}: the operand has rank ${operand!.ndim}, ` +
        `the positions ${positions!.ndim}, they must be equal`,
    );
  }
  const common = operand!.shape.map((length, i) => {
    const own = positions!.shape[i]!;
    return i === along ? own : length === 1 ? own : length;
  });
  const spread = broadcasted(positions!, common);
  const source = broadcasted(operand!, common.with(along, operand!.shape[along]!));
  const parts = common.map((length, i) => {
    if (i === along) return spread;
    const line = tensorOf(Int32Array.from({ length }, (_, k) => k));
    return broadcasted(reshaped(line, common.map((_, k) => (k === i ? length : 1))), common);
  });
  return gathered(source, parts) as Tensor<D, number[]>;
}

/**
 * Positions of the true elements, one tensor an axis.
 *
 * @param x A mask of rank 1 or more; compare with 0 for other dtypes.
 * @returns As many int32 tensors of rank 1 as the mask has axes, in C order of the elements.
 * @throws {DTypeError} If the operand is not bool.
 * @throws {ShapeError} If the rank is 0.
 *
 * @example Usage
 * ```ts
 * import { nonzero, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const [rows, columns] = nonzero(tensor([[true, false], [false, true]]));
 * assert.deepEqual(rows?.toArray(), [0, 1]);
 * assert.deepEqual(columns?.toArray(), [0, 1]);
 * ```
 */
export function nonzero(x: TensorLike<"bool">): readonly Tensor<"int32", number[]>[] {
  if (!(x instanceof Tensor)) throw notTensorError("find the positions in", x);
  const mask: Tensor = x;
  if (mask.dtype !== "bool") {
    throw unsupportedDTypeError("find the positions in", mask.dtype, "bool, compare with 0");
  }
  if (mask.ndim === 0) {
    throw new ShapeError("Cannot find the positions in a tensor of rank 0: give it an axis first");
  }
  const flat = flatPositions(mask).data() as Int32Array;
  return mask.shape.map((length, axis) => {
    const step = sizeOf(mask.shape.slice(axis + 1));
    return tensorOf(flat.map((position) => Math.floor(position / step) % length)) as Tensor<
      "int32",
      number[]
    >;
  });
}
