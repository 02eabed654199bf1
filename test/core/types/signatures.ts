/**
 * The signatures of public functions, one a family, without their bodies, and the class Tensor
 * as far as types see it. Tests of the type level call these, never at run time:
 * `import type` them.
 *
 * @module
 */
import type { DType, FloatingOf, NumericDType, SumDType } from "../../../src/core/dtype.ts";
import type { Shape } from "../../../src/core/shape.ts";
import type { Axes, Reduce } from "../../../src/core/types/axes.ts";
import type { BinaryCheck, BroadcastShape, WhereCheck } from "../../../src/core/types/broadcast.ts";
import type { Einsum, EinsumCheck } from "../../../src/core/types/einsum.ts";
import type { Concat, ConcatCheck, Stack, StackCheck } from "../../../src/core/types/join.ts";
import type { MatMul, MatMulCheck } from "../../../src/core/types/matmul.ts";
import type { Check, Mutable, ShapeFrom } from "../../../src/core/types/mistake.ts";
import type {
  BroadcastTo,
  ExpandDims,
  MoveAxis,
  Permute,
  Squeeze,
  SwapAxes,
} from "../../../src/core/types/movement.ts";
import type { DataDType, DataShape, NewShape, TensorData } from "../../../src/core/types/nested.ts";
import type {
  CommonDType,
  DTypeCheck,
  DTypeOf,
  DTypeOfAll,
  Operand,
  ShapeOf,
  ShapesOf,
  TensorLike,
} from "../../../src/core/types/operands.ts";
import type { Reshape } from "../../../src/core/types/reshape.ts";
import type { IndexSpec, SliceArguments, SliceShape } from "../../../src/core/types/slice.ts";

/** A tensor: a class with a private field, covariant in dtype and shape. */
export declare class Tensor<out D extends DType = DType, out S extends Shape = Shape> {
  readonly #storage: unknown;
  readonly dtype: D;
  readonly shape: S;
  item(): unknown;
}

/** Options of creation. */
export interface DTypeOption<D extends DType> {
  readonly dtype?: D | undefined;
}

/** Creation from a shape. */
export declare function zeros<const S extends Shape, D extends DType = "float32">(
  shape: S & Check<"make", NewShape<S>>,
  options?: DTypeOption<D>,
): Tensor<NoInfer<D>, Mutable<S>>;

/** Creation from data. */
export declare function tensor<const T extends TensorData, D extends DType = DataDType<T>>(
  data: T & Check<"make", DataShape<T>>,
  options?: DTypeOption<D>,
): Tensor<NoInfer<D>, ShapeFrom<DataShape<T>>>;

/** Arithmetic on two operands. */
export declare function add<A extends Operand, B extends Operand>(
  a: A,
  b: B & BinaryCheck<"add", A, B, NumericDType, "numeric">,
): Tensor<CommonDType<A, B>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;

/** True division of two operands. */
export declare function divide<A extends Operand, B extends Operand>(
  a: A,
  b: B & BinaryCheck<"divide", A, B, NumericDType, "numeric">,
): Tensor<FloatingOf<CommonDType<A, B>>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;

/** Comparison of two operands. */
export declare function equal<A extends Operand, B extends Operand>(
  a: A,
  b: B & BinaryCheck<"compare", A, B>,
): Tensor<"bool", BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;

/** Choice between two operands. */
export declare function where<C extends TensorLike, A extends Operand, B extends Operand>(
  condition: C & DTypeCheck<"select by", DTypeOf<C>, "bool", "bool">,
  a: A,
  b: B & WhereCheck<"select from", C, A, B>,
): Tensor<CommonDType<A, B>, BroadcastShape<ShapeOf<C>, BroadcastShape<ShapeOf<A>, ShapeOf<B>>>>;

/** Arithmetic on one tensor. */
export declare function negative<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"negate", D, NumericDType, "numeric">,
): Tensor<D, S>;

/** Real function of one tensor. */
export declare function sqrt<D extends DType, S extends Shape>(
  x: TensorLike<D, S> & DTypeCheck<"take square roots of", D, NumericDType | "bool", "numeric">,
): Tensor<FloatingOf<D>, S>;

/** Options of a reduction. */
export interface ReduceOptions<Axis, Keep extends boolean> {
  /** Axes. */
  readonly axis?: Axis;
  /** Whether axes stay. */
  readonly keepDims?: Keep | undefined;
}

/** Reduction over axes. */
export declare function sum<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
  const K extends boolean = false,
>(
  x: TensorLike<D, S>,
  options?: ReduceOptions<A & Check<"sum over", Reduce<S, A, K>>, K>,
): Tensor<SumDType<D>, ShapeFrom<Reduce<S, A, K>>>;

/** Matrix product. */
export declare function matmul<A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B & MatMulCheck<A, B, Exclude<DType, "string">, "numeric or bool">,
): Tensor<CommonDType<A, B>, ShapeFrom<MatMul<ShapeOf<A>, ShapeOf<B>>>>;

/** Permutation of axes. */
export declare function transpose<
  D extends DType,
  S extends Shape,
  const P extends readonly number[] | undefined = undefined,
>(
  x: TensorLike<D, S>,
  axes?: P & Check<"transpose", Permute<S, P>>,
): Tensor<D, ShapeFrom<Permute<S, P>>>;

/** Exchange of two axes. */
export declare function swapaxes<
  D extends DType,
  S extends Shape,
  A extends number,
  B extends number,
>(
  x: TensorLike<D, S>,
  a: A,
  b: B & Check<"swap", SwapAxes<S, A, B>>,
): Tensor<D, ShapeFrom<SwapAxes<S, A, B>>>;

/** Move of one axis. */
export declare function moveaxis<
  D extends DType,
  S extends Shape,
  A extends number,
  B extends number,
>(
  x: TensorLike<D, S>,
  from: A,
  to: B & Check<"move", MoveAxis<S, A, B>>,
): Tensor<D, ShapeFrom<MoveAxis<S, A, B>>>;

/** Insertion of axes. */
export declare function expandDims<
  D extends DType,
  S extends Shape,
  const A extends number | readonly number[],
>(
  x: TensorLike<D, S>,
  axis: A & Check<"insert", ExpandDims<S, A>>,
): Tensor<D, ShapeFrom<ExpandDims<S, A>>>;

/** Options of squeeze. */
export interface AxisOption<Axis> {
  /** Axes. */
  readonly axis?: Axis;
}

/** Removal of axes of length 1. */
export declare function squeeze<
  D extends DType,
  S extends Shape,
  const A extends Axes = undefined,
>(
  x: TensorLike<D, S>,
  options?: AxisOption<A & Check<"squeeze", Squeeze<S, A>>>,
): Tensor<D, ShapeFrom<Squeeze<S, A>>>;

/** Shape change. */
export declare function reshape<D extends DType, S extends Shape, const To extends Shape>(
  x: TensorLike<D, S>,
  shape: To & Check<"reshape", Reshape<S, To>>,
): Tensor<D, ShapeFrom<Reshape<S, To>>>;

/** Broadcast to a shape. */
export declare function broadcastTo<D extends DType, S extends Shape, const To extends Shape>(
  x: TensorLike<D, S>,
  shape: To & Check<"broadcast", BroadcastTo<S, To>>,
): Tensor<D, ShapeFrom<BroadcastTo<S, To>>>;

/** Basic indexing. */
export declare function slice<
  D extends DType,
  S extends Shape,
  const P extends readonly IndexSpec[],
>(
  x: TensorLike<D, S>,
  ...indices: P & SliceArguments<S, P>
): Tensor<D, SliceShape<S, P>>;

/** Joins along an axis. */
export declare function concat<
  const T extends readonly TensorLike[],
  const A extends number = 0,
>(
  tensors: T & ConcatCheck<T, A>,
  options?: AxisOption<A>,
): Tensor<DTypeOfAll<T>, ShapeFrom<Concat<ShapesOf<T>, A>>>;

/** Joins along a new axis. */
export declare function stack<
  const T extends readonly TensorLike[],
  const A extends number = 0,
>(
  tensors: T & StackCheck<T, A>,
  options?: AxisOption<A>,
): Tensor<DTypeOfAll<T>, ShapeFrom<Stack<ShapesOf<T>, A>>>;

/** Einstein sum. */
export declare function einsum<const E extends string, T extends readonly TensorLike[]>(
  equation: E & EinsumCheck<E, T>,
  ...operands: T
): Tensor<DTypeOfAll<T>, ShapeFrom<Einsum<E, ShapesOf<T>>>>;
