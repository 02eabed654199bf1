/**
 * Elementwise operations as vector instructions, for generated code.
 *
 * @module
 */

/**
 * A program on a stack of vectors: a number pushes that operand, a name runs the instruction of that
 * name for the type of the operands (`add` is `f32x4.add` for float32), `one` pushes ones. Operands
 * and results of dtype bool are masks: all bits of a lane or none.
 */
export type LaneCode = readonly (number | string)[];

/** The program for each family of dtypes that has one. */
export interface Lanes {
  /** For float32 and float64. */
  readonly float?: LaneCode;
  /** For int32 and int64. */
  readonly int?: LaneCode;
  /** For uint32 and uint64. */
  readonly uint?: LaneCode;
  /** For masks. */
  readonly bool?: LaneCode;
}
