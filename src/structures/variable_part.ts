/**
 * Parts of variables.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { updateOf, type UpdateValue } from "../ops/indexing.ts";
import { type IndexPart, selected, type Selection, selection } from "../ops/selection.ts";

/** What a part needs of its variable. */
export interface Parted<D extends DType> {
  /** Dtype of the value. */
  readonly dtype: D;
  /** Shape of the value. */
  readonly shape: Shape;
  /** The value now. */
  readonly value: Tensor<D, Shape>;
}

/**
 * A part of a variable, to be read or assigned.
 *
 * @typeParam D Dtype of the variable.
 * @typeParam V The variable.
 *
 * @example A row
 * ```ts
 * import { variable } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const v = variable([[1, 2], [3, 4]]);
 * const row = v.at(1);
 * row.assign([5, 6]);
 * assert.deepEqual(row.value.toArray(), [5, 6]);
 * ```
 */
export class VariablePart<D extends DType, V extends Parted<D>> {
  readonly #variable: V;
  readonly #parts: readonly IndexPart[];
  readonly #write: (wanted: Selection, value: Tensor) => void;

  /**
   * Names a part; `Variable.at` does it.
   *
   * @param variable The variable.
   * @param parts The index.
   * @param write Replaces the selected elements.
   */
  constructor(
    variable: V,
    parts: readonly IndexPart[],
    write: (wanted: Selection, value: Tensor) => void,
  ) {
    this.#variable = variable;
    this.#parts = parts;
    this.#write = write;
  }

  /** The part's value now. */
  get value(): Tensor<D, number[]> {
    const wanted = selection(this.#variable.shape, this.#parts);
    return selected(this.#variable.value, wanted) as Tensor<D, number[]>;
  }

  /**
   * Replaces the part.
   *
   * @param value A tensor of the variable's dtype, a scalar or nested arrays, which broadcast into the part.
   * @returns The variable.
   * @throws {ShapeError} If the value does not broadcast into the part.
   * @throws {DTypeError} If the dtypes differ.
   * @throws {IndexError} If the index is out of range.
   */
  assign(value: UpdateValue<D>): V {
    const wanted = selection(this.#variable.shape, this.#parts);
    this.#write(wanted, updateOf(this.#variable.dtype, value));
    return this.#variable;
  }
}
