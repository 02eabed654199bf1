/**
 * Variables: the only values that change.
 *
 * @module
 */
import type { DType } from "../core/dtype.ts";
import { DTypeError, IndexError, ShapeError, shapeText } from "../core/errors.ts";
import { isTracing } from "../core/primitive.ts";
import type { Shape } from "../core/shape.ts";
import { Tensor } from "../core/tensor.ts";
import type { Check, ShapeFrom } from "../core/types/mistake.ts";
import type { DataDType, DataShape, TensorData } from "../core/types/nested.ts";
import type { TensorLike } from "../core/types/operands.ts";
import { Cell } from "../core/variable.ts";
import { donating } from "../devices/wasm/runtime.ts";
import type { ScatterMode } from "../devices/wasm/indexing.ts";
import { add, divide, subtract } from "../ops/arithmetic.ts";
import { ones, tensorOf } from "../ops/creation.ts";
import { unchanged } from "../ops/elementwise.ts";
import { at, updateOf } from "../ops/indexing.ts";
import { gathered, scattered } from "../ops/indexing_primitives.ts";
import { broadcasted, reshaped } from "../ops/movement_primitives.ts";
import { sliced } from "../ops/region_primitives.ts";
import { type IndexPart, updated } from "../ops/selection.ts";
import type { IndexedSlices } from "./indexed_slices.ts";
import { VariablePart } from "./variable_part.ts";

/** How a variable is made. */
export interface VariableOptions<D extends DType> {
  /** Dtype, where the data does not tell it. */
  readonly dtype?: D | undefined;
  /** Name, for messages and checkpoints; `Variable` when absent. */
  readonly name?: string | undefined;
  /** Whether optimizers change it; true when absent. */
  readonly trainable?: boolean | undefined;
}

/** A new value: a tensor of the variable's dtype, or nested arrays. */
export type Assignable<D extends DType, S extends Shape> = TensorLike<D, S> | TensorData;

/** Row numbers or index vectors: an integer tensor or nested arrays of integers. */
export type Indices = TensorLike<"int32" | "int64"> | TensorData;

/** What each way to combine does, for messages. */
const SCATTER_VERBS: { readonly [M in ScatterMode]: string } = {
  set: "update",
  add: "add to",
  sub: "subtract from",
  mul: "multiply",
  min: "take minima in",
  max: "take maxima in",
};

/**
 * A value on its way in or out. The variable keeps a handle of its own, so that disposing of the
 * other one leaves it alone; a traced value has no memory.
 */
function handedOver<D extends DType, S extends Shape>(x: Tensor<D, S>): Tensor<D, S> {
  return isTracing() ? x : unchanged(x) as Tensor as Tensor<D, S>;
}

function indexTensor(indices: Indices): Tensor {
  const x = indices instanceof Tensor ? indices as Tensor : tensorOf(indices, "int32");
  if (x.dtype === "int32" || x.dtype === "int64") return x;
  throw new DTypeError(`Cannot index by ${x.dtype}: cast the indices to int32 or int64`);
}

let cell: (variable: Variable) => Cell;

/**
 * What holds the value of a variable: transforms know it by that.
 *
 * @param variable The variable.
 * @returns Its cell.
 */
export function cellOf(variable: Variable): Cell {
  return cell(variable);
}

/**
 * A cell that holds a tensor of fixed shape and dtype. Tensors read from it earlier
 * never change: a write copies when its memory was handed out, and happens in
 * place when it was not.
 *
 * @typeParam D Dtype of the value.
 * @typeParam S Shape of the value.
 *
 * @example Whole, part, rows and elements
 * ```ts
 * import { indexedSlices, tensor, variable } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const v = variable([[1, 2], [3, 4]]);
 * v.assignAdd([[1, 1], [1, 1]]);
 * v.at(":", 0).assign(0);
 * v.scatterNdUpdate([[0, 1]], [9]);
 * v.scatterSub(indexedSlices(tensor([[1, 1]]), tensor([1], { dtype: "int32" })));
 * assert.deepEqual(v.value.toArray(), [[0, 9], [-1, 4]]);
 * ```
 */
export class Variable<D extends DType = DType, S extends Shape = Shape> {
  /** Name, for messages and checkpoints. */
  readonly name: string;
  /** Whether optimizers change it. */
  readonly trainable: boolean;
  readonly #cell: Cell<D, S>;

  /**
   * Makes a variable; `variable` does it.
   *
   * @param cell What holds the value.
   * @param name Name.
   * @param trainable Whether optimizers change it.
   */
  constructor(cell: Cell<D, S>, name: string, trainable: boolean) {
    this.#cell = cell;
    this.name = name;
    this.trainable = trainable;
  }

  /** Dtype of the value. */
  get dtype(): D {
    return this.#cell.dtype;
  }

  /** Shape of the value. */
  get shape(): S {
    return this.#cell.shape;
  }

  /** The value now; it stays as it is when the variable changes. */
  get value(): Tensor<D, S> {
    return handedOver(this.#cell.read());
  }

  /**
   * Replaces the value.
   *
   * @param value A tensor of the variable's shape and dtype, or nested arrays.
   * @returns The variable.
   * @throws {ShapeError} If the shapes differ.
   * @throws {DTypeError} If the dtypes differ.
   */
  assign(value: Assignable<D, S>): this {
    const x = this.#operand("assign to", value);
    const given = value instanceof Tensor;
    this.#cell.write(given ? handedOver(x) : x, given);
    return this;
  }

  /**
   * Adds to the value.
   *
   * @param value A tensor of the variable's shape and dtype, or nested arrays.
   * @returns The variable.
   * @throws {ShapeError} If the shapes differ.
   * @throws {DTypeError} If the dtypes differ.
   */
  assignAdd(value: Assignable<D, S>): this {
    return this.#replace(add(this.#peek(), this.#operand("add to", value)));
  }

  /**
   * Subtracts from the value.
   *
   * @param value A tensor of the variable's shape and dtype, or nested arrays.
   * @returns The variable.
   * @throws {ShapeError} If the shapes differ.
   * @throws {DTypeError} If the dtypes differ.
   */
  assignSub(value: Assignable<D, S>): this {
    return this.#replace(subtract(this.#peek(), this.#operand("subtract from", value)));
  }

  /**
   * Names a part of the value, with all of NumPy's indexing.
   *
   * @param parts One part an axis: integers, ranges such as `"1:3"`, `"..."`, null, index tensors, masks.
   * @returns The part, to be read or assigned.
   */
  at(...parts: readonly IndexPart[]): VariablePart<D, this> {
    return new VariablePart<D, this>(this, parts, (wanted, value) => {
      this.#update((x) => updated(x, wanted, value, "set"));
    });
  }

  /**
   * Replaces rows. Of equal row numbers the last one counts.
   *
   * @param slices Row numbers and rows.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterUpdate(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "set");
  }

  /**
   * Adds to rows; equal row numbers accumulate.
   *
   * @param slices Row numbers and rows.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterAdd(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "add");
  }

  /**
   * Subtracts from rows; equal row numbers accumulate.
   *
   * @param slices Row numbers and rows.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterSub(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "sub");
  }

  /**
   * Multiplies rows; equal row numbers accumulate.
   *
   * @param slices Row numbers and factors.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterMul(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "mul");
  }

  /**
   * Divides rows by the product of the divisors of each row number.
   *
   * @param slices Row numbers and divisors, of a floating dtype.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterDiv(slices: IndexedSlices<D>): this {
    const numbers = indexTensor(slices.indices);
    const divisors = at(ones(this.shape as Shape, { dtype: this.dtype }) as Tensor, numbers)
      .multiply(slices.values);
    const quotient: Tensor = divide(this.#peek(), divisors);
    this.#cell.check("divide", this.name, quotient);
    return this.#replace(quotient);
  }

  /**
   * Replaces elements of rows by smaller ones.
   *
   * @param slices Row numbers and rows.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterMin(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "min");
  }

  /**
   * Replaces elements of rows by larger ones.
   *
   * @param slices Row numbers and rows.
   * @returns The variable.
   * @throws {IndexError} If a row number is out of range.
   */
  scatterMax(slices: IndexedSlices<D>): this {
    return this.#scatterRows(slices, "max");
  }

  /**
   * Replaces rows within each entry of leading axes.
   *
   * @param slices Indices of shape `[...batch, n]` and values of shape `[...batch, n, ...rest]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the shapes do not fit.
   */
  batchScatterUpdate(
    slices: { readonly indices: Indices; readonly values: Assignable<D, Shape> },
  ): this {
    const indices = indexTensor(slices.indices);
    const batch = indices.ndim - 1;
    if (batch < 0 || batch >= this.shape.length) {
      throw new ShapeError(
        `Cannot update variable ${this.name} of shape ${shapeText(this.shape)} by indices of ` +
          `shape ${
            shapeText(indices.shape)
          }: they have one axis for each leading axis and one more`,
      );
    }
    const lines = Array.from({ length: batch }, (_, axis) => {
      const line = tensorOf(Int32Array.from({ length: indices.shape[axis]! }, (_, i) => i));
      const shape = indices.shape.map((length, i) => (i === axis ? length : 1));
      return broadcasted(reshaped(line, shape), indices.shape);
    });
    return this.#scatter([...lines, indices], slices.values, "set");
  }

  /**
   * Replaces elements or slices at index vectors. Of equal ones the last counts.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @param updates New values, of shape `[..., rest of the variable's axes]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the updates do not fit the indices.
   */
  scatterNdUpdate(indices: Indices, updates: Assignable<D, Shape>): this {
    return this.#scatter(this.#vectors(indices), updates, "set");
  }

  /**
   * Adds at index vectors; equal ones accumulate.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @param updates What to add, of shape `[..., rest of the variable's axes]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the updates do not fit the indices.
   */
  scatterNdAdd(indices: Indices, updates: Assignable<D, Shape>): this {
    return this.#scatter(this.#vectors(indices), updates, "add");
  }

  /**
   * Subtracts at index vectors; equal ones accumulate.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @param updates What to subtract, of shape `[..., rest of the variable's axes]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the updates do not fit the indices.
   */
  scatterNdSub(indices: Indices, updates: Assignable<D, Shape>): this {
    return this.#scatter(this.#vectors(indices), updates, "sub");
  }

  /**
   * Replaces elements at index vectors by smaller ones.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @param updates Values to compare with, of shape `[..., rest of the variable's axes]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the updates do not fit the indices.
   */
  scatterNdMin(indices: Indices, updates: Assignable<D, Shape>): this {
    return this.#scatter(this.#vectors(indices), updates, "min");
  }

  /**
   * Replaces elements at index vectors by larger ones.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @param updates Values to compare with, of shape `[..., rest of the variable's axes]`.
   * @returns The variable.
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If the updates do not fit the indices.
   */
  scatterNdMax(indices: Indices, updates: Assignable<D, Shape>): this {
    return this.#scatter(this.#vectors(indices), updates, "max");
  }

  /**
   * Elements or slices at index vectors.
   *
   * @param indices Integers of shape `[..., k]`: each row is an index of the first `k` axes.
   * @returns A tensor of shape `[..., rest of the variable's axes]`.
   * @throws {IndexError} If an index is out of range.
   */
  gatherNd(indices: Indices): Tensor<D, number[]> {
    return gathered(this.#peek(), this.#vectors(indices)) as Tensor<D, number[]>;
  }

  /**
   * Rows by their numbers.
   *
   * @param indices Row numbers of any shape.
   * @returns A tensor of shape `[...indices, ...row]`.
   * @throws {IndexError} If a row number is out of range.
   */
  sparseRead(indices: Indices): Tensor<D, number[]> {
    return gathered(this.#peek(), [indexTensor(indices)]) as Tensor<D, number[]>;
  }

  /**
   * Name and value as text.
   *
   * @returns The text.
   */
  toString(): string {
    const value = String(this.#peek());
    // Several lines are aligned for the start of a line.
    const gap = value.includes("\n") ? "\n" : " ";
    return `variable(${JSON.stringify(this.name)},${gap}${value})`;
  }

  static {
    cell = (variable) => variable.#cell as unknown as Cell;
  }

  // What consoles and notebooks show; a static block because the names are computed.
  static {
    const shown: PropertyDescriptor = {
      value(this: Variable): string {
        return this.toString();
      },
    };
    const displayed: PropertyDescriptor = {
      value(this: Variable): { readonly "text/plain": string } {
        return { "text/plain": this.toString() };
      },
    };
    Object.defineProperty(this.prototype, Symbol.for("Deno.customInspect"), shown);
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), shown);
    Object.defineProperty(this.prototype, Symbol.for("Jupyter.display"), displayed);
  }

  #peek(): Tensor {
    return this.#cell.peek();
  }

  #operand(verb: string, value: unknown): Tensor<D, S> {
    const x = value instanceof Tensor ? value as Tensor : tensorOf(value, this.dtype);
    this.#cell.check(verb, this.name, x);
    return x as Tensor as Tensor<D, S>;
  }

  #replace(value: Tensor): this {
    this.#cell.write(value as Tensor<D, S>, false);
    return this;
  }

  /** Runs one primitive that changes the value, in place if nobody else can see it. */
  #update(change: (x: Tensor) => Tensor): void {
    const x = this.#peek();
    this.#replace(this.#cell.shared ? change(x) : donating(x, () => change(x)));
  }

  #vectors(indices: Indices): readonly Tensor[] {
    const x = indexTensor(indices);
    const depth = x.shape[x.ndim - 1];
    const rank = this.shape.length;
    if (depth === undefined || depth === 0 || depth > rank) {
      const cure = rank === 0
        ? "it has no axes, assign to it"
        : `the last axis must have 1 to ${rank} indices`;
      throw new IndexError(
        `Cannot index variable ${this.name} of shape ${shapeText(this.shape)} by vectors of ` +
          `shape ${shapeText(x.shape)}: ${cure}`,
      );
    }
    const vectors = x.shape.slice(0, -1);
    return Array.from({ length: depth }, (_, k) =>
      reshaped(
        sliced(x, {
          starts: x.shape.map((_, axis) => (axis === vectors.length ? k : 0)),
          steps: x.shape.map(() => 1),
          lengths: [...vectors, 1],
        }),
        vectors,
      ));
  }

  #scatterRows({ indices, values }: IndexedSlices<D>, mode: ScatterMode): this {
    return this.#scatter([indexTensor(indices)], values, mode);
  }

  #scatter(indices: readonly Tensor[], updates: unknown, mode: ScatterMode): this {
    const values = updateOf(this.dtype, updates);
    const wanted = [...indices[0]!.shape, ...this.shape.slice(indices.length)];
    // One scalar serves all, as in TensorFlow.
    const spread = values.ndim === 0 ? broadcasted(values, wanted) : values;
    if (mode !== "set" && (this.dtype === "bool" || this.dtype === "string")) {
      throw new DTypeError(
        `Cannot ${SCATTER_VERBS[mode]} variable ${this.name} of ${this.dtype}: assign to it`,
      );
    }
    this.#update((x) => scattered(x, spread, indices, mode));
    return this;
  }
}

/**
 * Makes a variable.
 *
 * @typeParam T The data.
 * @typeParam D Dtype of the variable.
 * @param value First value: a tensor, a scalar, nested arrays or a typed array.
 * @param options Dtype, name, and whether optimizers change it.
 * @returns The variable; its shape and dtype never change.
 * @throws {ShapeError} If nested arrays are ragged.
 * @throws {DTypeError} If the dtype cannot represent a value, or a tensor is of another dtype.
 *
 * @example Usage
 * ```ts
 * import { multiply, variable } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const v = variable([[1, 2, 3], [4, 5, 6]]);
 * const before = v.value;
 * v.assign(multiply(2, v.value));
 * v.at(0, 1).assign(42);
 * assert.deepEqual(v.value.toArray(), [[2, 42, 6], [8, 10, 12]]);
 * assert.deepEqual(before.toArray(), [[1, 2, 3], [4, 5, 6]]);
 * ```
 */
export function variable<const T extends TensorData, D extends DType = DataDType<T>>(
  value: T & Check<"make", DataShape<T>>,
  options?: VariableOptions<D>,
): Variable<NoInfer<D>, ShapeFrom<DataShape<T>>>;
/**
 * Makes a variable of a tensor.
 *
 * @typeParam D Dtype of the tensor.
 * @typeParam S Shape of the tensor.
 * @param value First value.
 * @param options Name, and whether optimizers change it.
 * @returns The variable; its shape and dtype never change.
 */
export function variable<D extends DType, S extends Shape>(
  value: Tensor<D, S>,
  options?: VariableOptions<D>,
): Variable<D, S>;
export function variable(
  value: unknown,
  { dtype, name = "Variable", trainable = true }: VariableOptions<DType> = {},
): Variable {
  const first = tensorOf(value, dtype);
  const given = first === value;
  return new Variable(new Cell(given ? handedOver(first) : first, given), name, trainable);
}
