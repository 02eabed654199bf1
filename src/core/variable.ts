/**
 * The mutable cell under a variable.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import { DTypeError, ShapeError, shapeText } from "./errors.ts";
import { isTracing, makeTraced, readTraced, writeTraced } from "./primitive.ts";
import { sameShape, type Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * Holds a tensor of fixed shape and dtype that can be replaced. It knows whether
 * its memory was handed out; memory that never was may be written to in place.
 *
 * @typeParam D Dtype of the value.
 * @typeParam S Shape of the value.
 */
export class Cell<D extends DType = DType, S extends Shape = Shape> {
  #current: Tensor<D, S>;
  #shared: boolean;

  /**
   * Makes a cell.
   *
   * @param value First value.
   * @param shared Whether someone else can reach its memory.
   * @throws {TraceError} If it is made while a function is compiled.
   */
  constructor(value: Tensor<D, S>, shared: boolean) {
    if (isTracing()) makeTraced();
    this.#current = value;
    this.#shared = shared;
    value.storage.keepers++;
  }

  /** Dtype of the value. */
  get dtype(): D {
    return this.#current.dtype;
  }

  /** Shape of the value. */
  get shape(): S {
    return this.#current.shape;
  }

  /** Whether someone else can reach the value's memory. */
  get shared(): boolean {
    return this.#shared || isTracing();
  }

  /**
   * Hands the value out: it will never change.
   *
   * @returns The value.
   */
  read(): Tensor<D, S> {
    if (isTracing()) return readTraced(this, () => this.#handOut()) as unknown as Tensor<D, S>;
    return this.#handOut();
  }

  #handOut(): Tensor<D, S> {
    this.#shared = true;
    return this.#current;
  }

  /**
   * The value for a use that ends before the next write.
   *
   * @returns The value.
   */
  peek(): Tensor<D, S> {
    return isTracing() ? this.read() : this.#current;
  }

  /**
   * Replaces the value.
   *
   * @param value The new value, of the cell's shape and dtype.
   * @param shared Whether someone else can reach its memory.
   */
  write(value: Tensor<D, S>, shared: boolean): void {
    if (!isTracing()) return this.#put(value, shared);
    writeTraced(this, value, (x) => this.#put(x as unknown as Tensor<D, S>, true));
  }

  #put(value: Tensor<D, S>, shared: boolean): void {
    const old = this.#current;
    if (value === old) return;
    value.storage.keepers++;
    old.storage.keepers--;
    if (!this.#shared) old[Symbol.dispose]();
    this.#current = value;
    this.#shared = shared;
  }

  /**
   * Checks that a tensor can be the value.
   *
   * @param verb What the caller does.
   * @param name Name of the variable, for the message.
   * @param value The tensor.
   * @throws {DTypeError} If the dtypes differ.
   * @throws {ShapeError} If the shapes differ.
   */
  check(verb: string, name: string, value: Tensor): void {
    if (!(value instanceof Tensor)) {
      throw new DTypeError(`Cannot ${verb} variable ${name}: the value must be a tensor`);
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(
        `Cannot ${verb} variable ${name} of ${this.dtype} by ${value.dtype}: cast the value first`,
      );
    }
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `Cannot ${verb} variable ${name} of shape ${shapeText(this.shape)} by a tensor of shape ` +
          `${shapeText(value.shape)}: the shapes must be equal`,
      );
    }
  }
}
