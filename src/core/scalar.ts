/**
 * Numbers that stand for values while a function is traced.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import { TraceError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A JavaScript number that may be another one at the next call. It can be an operand, whose dtype it
 * takes; to compare or calculate with it in JavaScript is an error.
 */
export class TracedNumber {
  readonly #as: (dtype: DType) => Tensor;

  /**
   * Makes a traced number; transforms do it.
   *
   * @param as Gives its tensor of rank 0 of a dtype.
   */
  constructor(as: (dtype: DType) => Tensor) {
    this.#as = as;
  }

  /**
   * The number as a tensor.
   *
   * @param dtype The dtype.
   * @returns A tensor of rank 0.
   */
  as(dtype: DType): Tensor {
    return this.#as(dtype);
  }

  /**
   * What the language asks for when a number is needed.
   *
   * @param hint Whether text would do.
   * @returns Text.
   * @throws {TraceError} If a number is needed.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return "Traced(number, see staticArgs)";
    throw new TraceError(
      "Cannot calculate with a number argument inside jit: it may differ at the next call, " +
        "use it as an operand of tensors, or name its position in staticArgs",
    );
  }
}
