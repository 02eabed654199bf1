/**
 * Denum: a functional array language for Deno, and from there for every
 * JavaScript runtime. Immutable tensors with dtypes and shapes checked by the
 * compiler, NumPy's semantics, Rust kernels in WebAssembly, no memory to free.
 *
 * @example Usage
 * ```ts
 * import * as nd from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const t = nd.tensor([[1, 2, 3], [4, 5, 6]]);
 *
 * assert.deepEqual(nd.slice(t, ":", 1).toArray(), [2, 5]);
 * assert.deepEqual(nd.matmul(t, nd.transpose(t)).toArray(), [[14, 32], [32, 77]]);
 * ```
 *
 * @module
 */
export { DTYPES, dtypesOfKind } from "./src/core/dtype.ts";
export type {
  Complex,
  ComplexDType,
  DataOf,
  DType,
  DTypeOfKind,
  FloatDType,
  FloatingOf,
  IntegerDType,
  Item,
  Kind,
  NestedItems,
  NumericDType,
  RealDType,
  RealOf,
  ScalarOf,
  SumDType,
} from "./src/core/dtype.ts";
export {
  ArgumentError,
  AxisError,
  DeviceError,
  DisposedError,
  DTypeError,
  FormatError,
  IndexError,
  ShapeError,
  TraceError,
} from "./src/core/errors.ts";
export { formatFloatPositional, formatFloatScientific } from "./src/core/print_float.ts";
export type {
  FloatTrim,
  FormatFloatOptions,
  FormatFloatPositionalOptions,
  FormatFloatScientificOptions,
} from "./src/core/print_float.ts";
export type { Shape } from "./src/core/shape.ts";
export { Tensor } from "./src/core/tensor.ts";
export type { DeviceMemory, Storage } from "./src/core/tensor.ts";
export type { Axes, Reduce } from "./src/core/types/axes.ts";
export type {
  BinaryCheck,
  Broadcast,
  BroadcastShape,
  ResultShape,
  WhereCheck,
} from "./src/core/types/broadcast.ts";
export type { Einsum, EinsumCheck } from "./src/core/types/einsum.ts";
export type { Concat, ConcatCheck, Stack, StackCheck } from "./src/core/types/join.ts";
export type { MatMul, MatMulCheck } from "./src/core/types/matmul.ts";
export type { Check, Mistake, Mutable, ShapeFrom } from "./src/core/types/mistake.ts";
export type {
  BroadcastTo,
  ExpandDims,
  MoveAxis,
  Permute,
  Squeeze,
  SwapAxes,
} from "./src/core/types/movement.ts";
export type {
  DataDType,
  DataShape,
  NestedArray,
  NewShape,
  TensorData,
  TypedArrayDTypes,
  TypedData,
} from "./src/core/types/nested.ts";
export type {
  CommonDType,
  DTypeCheck,
  DTypeOf,
  DTypeOfAll,
  OneDTypeCheck,
  Operand,
  Scalar,
  ScalarDType,
  ShapeOf,
  ShapesOf,
  TensorLike,
} from "./src/core/types/operands.ts";
export type { Reshape } from "./src/core/types/reshape.ts";
export type { IndexSpec, SliceArguments, SliceShape } from "./src/core/types/slice.ts";
export { angle } from "./src/functions/angle.ts";
export { einsum } from "./src/functions/einsum.ts";
export { scope } from "./src/functions/scope.ts";
export { mean, std, variance } from "./src/functions/statistics.ts";
export type { VarOptions } from "./src/functions/statistics.ts";
export {
  abs,
  add,
  divide,
  multiply,
  negative,
  reciprocal,
  sign,
  square,
  subtract,
} from "./src/ops/arithmetic.ts";
export {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  leftShift,
  rightShift,
} from "./src/ops/bitwise.ts";
export { cast } from "./src/ops/cast.ts";
export { isfinite, isinf, isnan, signbit } from "./src/ops/classification.ts";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./src/ops/comparison.ts";
export { complex, conj, imag, real } from "./src/ops/complex.ts";
export type { ComplexOf } from "./src/ops/complex.ts";
export { arange, eye, full, linspace, ones, tensor, zeros } from "./src/ops/creation.ts";
export type {
  ArangeOptions,
  DTypeOptions,
  EyeOptions,
  LinspaceOptions,
} from "./src/ops/creation.ts";
export { floorDivide, remainder } from "./src/ops/division.ts";
export { exp, expm1, log, log1p, sqrt } from "./src/ops/exponential.ts";
export { clip, maximum, minimum } from "./src/ops/extrema.ts";
export type { BoundCheck, ClipOptions, ClipShape } from "./src/ops/extrema.ts";
export { At, at, nonzero, slice, take, takeAlongAxis } from "./src/ops/indexing.ts";
export type { UpdateValue } from "./src/ops/indexing.ts";
export { concat, repeat, roll, split, stack, tile } from "./src/ops/joining.ts";
export type { AxisOption } from "./src/ops/joining.ts";
export { matmul } from "./src/ops/linear.ts";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./src/ops/logical.ts";
export {
  broadcastTo,
  expandDims,
  flip,
  moveaxis,
  ravel,
  reshape,
  squeeze,
  swapaxes,
  transpose,
} from "./src/ops/movement.ts";
export { power } from "./src/ops/power.ts";
export { all, any, argmax, argmin, max, min, prod, sum } from "./src/ops/reductions.ts";
export type { ReduceOptions, SummableDType } from "./src/ops/reductions.ts";
export { ceil, floor, round, trunc } from "./src/ops/rounding.ts";
export type { RoundOptions } from "./src/ops/rounding.ts";
export type { IndexPart } from "./src/ops/selection.ts";
export { argsort, cumprod, cumsum, searchsorted, sort } from "./src/ops/sorting.ts";
export type { ScanShape, SortOptions } from "./src/ops/sorting.ts";
export { arctan2, copysign, cos, hypot, sin, tan, tanh } from "./src/ops/trigonometric.ts";
export { where } from "./src/ops/where.ts";
export { gradients, valueAndGradients } from "./src/structures/gradients.ts";
export type { Gradients, GradientsOptions, Unconnected } from "./src/structures/gradients.ts";
export { indexedSlices, toDense } from "./src/structures/indexed_slices.ts";
export type { IndexedSlices } from "./src/structures/indexed_slices.ts";
export { Variable, variable } from "./src/structures/variable.ts";
export type { Assignable, Indices, VariableOptions } from "./src/structures/variable.ts";
export { VariablePart } from "./src/structures/variable_part.ts";
export type { Parted } from "./src/structures/variable_part.ts";
export { associativeScan } from "./src/transforms/associative_scan.ts";
export type { AnyLengths, AssociativeScanOptions } from "./src/transforms/associative_scan.ts";
export { checkGrads, GradientError } from "./src/transforms/check_grads.ts";
export type { CheckGradsOptions } from "./src/transforms/check_grads.ts";
export { checkpoint } from "./src/transforms/checkpoint.ts";
export { cond, switchCase } from "./src/transforms/cond.ts";
export { customJvp } from "./src/transforms/custom_jvp.ts";
export { customVjp } from "./src/transforms/custom_vjp.ts";
export type { CustomGradients } from "./src/transforms/custom_vjp.ts";
export { explain } from "./src/transforms/explain.ts";
export type { ExplainedStage, ExplainedStep, Explanation } from "./src/transforms/explain.ts";
export { forLoop } from "./src/transforms/for_loop.ts";
export { grad, jvp, linearize, valueAndGrad, vjp } from "./src/transforms/grad.ts";
export { hessian, jacobian } from "./src/transforms/jacobian.ts";
export type { JacobianOptions } from "./src/transforms/jacobian.ts";
export { jit } from "./src/transforms/jit.ts";
export type { JitOptions } from "./src/transforms/jit.ts";
export { map, scan } from "./src/transforms/scan.ts";
export type { LengthOf, PartOf, ScanOptions, StackOf } from "./src/transforms/scan.ts";
export type {
  ArgnumsCheck,
  GradCheck,
  LossCheck,
  VariablesCheck,
  WholeCheck,
} from "./src/transforms/mistakes.ts";
export { stopGradient } from "./src/transforms/stop_gradient.ts";
export type {
  Argnums,
  ArgumentsAt,
  AuxOf,
  AxisTree,
  Batched,
  BatchedArguments,
  GradOf,
  GradOptions,
  Jacobian,
  Transformable,
} from "./src/transforms/types.ts";
export { vmap } from "./src/transforms/vmap.ts";
export type { VmapOptions } from "./src/transforms/vmap.ts";
export { whileLoop } from "./src/transforms/while_loop.ts";
