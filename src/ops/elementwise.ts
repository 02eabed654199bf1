/**
 * Builders of elementwise primitives and the calls that public functions share:
 * they resolve scalars, check dtypes and broadcast.
 *
 * @module
 */
import {
  type Complex,
  type DType,
  DTYPES,
  dtypesOfKind,
  type Item,
  type Kind,
} from "../core/dtype.ts";
import { DTypeError, mixedDTypesError, unsupportedDTypeError, valueText } from "../core/errors.ts";
import { checkItem, complexOf } from "../core/item.ts";
import {
  bind,
  bindAll,
  definePrimitive,
  type Derivative,
  type Device,
  type JvpRule,
  type Lowering,
  type Primitive,
  type Sample,
  type TransposeRule,
} from "../core/primitive.ts";
import type { Lanes } from "../core/lanes.ts";
import { TracedNumber } from "../core/scalar.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import type { Operand, TensorLike } from "../core/types/operands.ts";
import { deferred } from "../compiler/deferred.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import { map } from "../devices/wasm/map.ts";
import { converted } from "./cast_primitive.ts";
import { broadcasted, reshaped } from "./movement_primitives.ts";

/** Rounding of an intermediate result: to float32, or none where the elements are float64. */
export type Round = (x: number) => number;

/** The definition of an elementwise op for each family of dtypes. */
export interface Scalar {
  /** Of real floats, in float64; the result is rounded to the dtype. */
  readonly float?: (...x: number[]) => number | boolean | Complex;
  /** Of integers, exact; the result is wrapped to the dtype. */
  readonly int?: (...x: bigint[]) => bigint | boolean;
  /** Of complex numbers, in float64; the result is rounded to the dtype. */
  readonly complex?: (...x: Complex[]) => Complex | number | boolean;
  /** Of booleans. */
  readonly bool?: (...x: boolean[]) => boolean;
  /** Of strings. */
  readonly string?: (...x: string[]) => boolean;
}

/** A dtype that a function takes, and the dtype in which it calculates. */
export type Conversion = readonly [from: DType, to: DType];

/** What makes up an elementwise primitive. */
export interface Elementwise {
  /** Name of the primitive and of the public function. */
  readonly name: string;
  /** What the function does, in messages; the name when absent. */
  readonly verb?: string;
  /** How many operands it has. */
  readonly arity: number;
  /** Dtypes for which it is defined. */
  readonly dtypes: readonly DType[];
  /** Dtypes that the public function takes, too, and to which it converts them. */
  readonly converts?: readonly Conversion[];
  /** All those dtypes in words, for messages. */
  readonly allowed: string;
  /** Its definition; where it consists of several steps that round, a function of their rounding. */
  readonly scalar: Scalar | ((round: Round) => Scalar);
  /** Dtype of the result; that of the operands when absent. */
  readonly result?: (dtype: DType) => DType;
  /** Prefix of its kernels; the name in snake case when absent. */
  readonly kernel?: string;
  /** Its lowering where it is not the kernel of that prefix. */
  readonly wasm?: Lowering<void>;
  /** Units in the last place that kernels may be off. */
  readonly ulps?: number;
  /** The same for complex numbers, where it is more. */
  readonly complexUlps?: number;
  /** Shapes and bounds for the laws, where the usual ones do not do. */
  readonly samples?: readonly Sample<void>[];
  /** Range of real floats in which it has a derivative, where that is not from -2 to 2. */
  readonly domain?: readonly [number, number];
  /** The same by vector instructions, for generated code. */
  readonly lanes?: Lanes;
  /** Which operand the result is, bit for bit, where it is one. */
  readonly simplify?: Primitive<void>["simplify"];
  /** Derivative by each operand; null where it is zero. */
  readonly derivatives?: readonly (Derivative<void> | null)[];
  /** All derivatives at once, where single ones do not do. */
  readonly jvp?: JvpRule<void>;
  /** Its adjoint, if it is linear in some operands. */
  readonly transpose?: TransposeRule<void>;
}

/** An elementwise primitive and what public functions need to call it. */
export interface ElementwisePrimitive extends Primitive<void> {
  /** What the function does, in messages. */
  readonly verb: string;
  /** The dtypes in words. */
  readonly allowed: string;
  /** For each dtype that the public function takes the one in which it calculates. */
  readonly takes: ReadonlyMap<DType, DType>;
}

const SHAPES: readonly Shape[] = [[], [1], [7], [2, 3], [0, 4], [2, 1, 5]];

/**
 * Defines an elementwise primitive.
 *
 * @param op What makes it up.
 * @returns The primitive.
 */
export function elementwise(op: Elementwise): ElementwisePrimitive {
  const { name, arity, dtypes, converts = [], result, domain } = op;
  const ruleOf = (x: Aval): readonly Aval[] => {
    if (result === undefined) return [x];
    return [{ dtype: result(x.dtype), shape: x.shape }];
  };
  const scalarOf = definitions(op.scalar);
  const record: ElementwisePrimitive = {
    name,
    verb: op.verb ?? name,
    allowed: op.allowed,
    takes: new Map([...dtypes.map((dtype): Conversion => [dtype, dtype]), ...converts]),
    rule: ([x]) => ruleOf(x!),
    reference: (inputs) => {
      const { dtype } = inputs[0]!;
      return [applyScalar(scalarOf(dtype), dtype, inputs.map((x) => x.items))];
    },
    lower: { wasm: op.wasm ?? map(op.kernel ?? snakeCase(name)) },
    defer: deferred,
    dtypes,
    elementwise: true,
    samples: op.samples ?? SHAPES.map((shape) => ({
      shapes: new Array<Shape>(arity).fill(shape),
      params: undefined,
      ...(domain === undefined ? {} : { domains: new Array(arity).fill(domain) }),
    })),
    batch: (inputs, batched) => bindAll(record, batchAligned(inputs, batched), undefined),
    ...(op.lanes === undefined ? {} : { lanes: op.lanes }),
    ...(op.simplify === undefined ? {} : { simplify: op.simplify }),
    ...(op.derivatives === undefined ? {} : { derivatives: op.derivatives }),
    ...(op.jvp === undefined ? {} : { jvp: op.jvp }),
    ...(op.transpose === undefined ? {} : { transpose: op.transpose }),
    ...(op.ulps === undefined ? {} : { ulps: op.ulps }),
    ...(op.complexUlps === undefined ? {} : { complexUlps: op.complexUlps }),
  };
  definePrimitive(record);
  return record;
}

/**
 * Operands of an elementwise primitive over a batch: those without the new axis are repeated.
 *
 * @param inputs The operands.
 * @param batched Which of them have the axis, in front; at least one.
 * @returns The operands, all of one shape.
 */
export function batchAligned(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
): readonly Tensor[] {
  const { shape } = inputs[batched.indexOf(true)]!;
  return inputs.map((x) => broadcasted(x, shape));
}

/**
 * The conversions of functions that calculate in floats.
 *
 * @param kinds Families of dtypes that they take.
 * @returns Each dtype with that of its real functions.
 */
export function floats(...kinds: readonly Kind[]): readonly Conversion[] {
  return dtypesOfKind(...kinds).map((dtype) => [dtype, DTYPES[dtype].floating]);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The definition for each dtype: with steps in float32 where that is how it is calculated. */
function definitions(scalar: Elementwise["scalar"]): (dtype: DType) => Scalar {
  if (typeof scalar !== "function") return () => scalar;
  const [single, double] = [scalar(Math.fround), scalar((x) => x)];
  return (dtype) => DTYPES[DTYPES[dtype].compute].real === "float32" ? single : double;
}

function applyScalar(
  scalar: Scalar,
  dtype: DType,
  operands: readonly (readonly Item[])[],
): readonly Item[] {
  const first = operands[0]!;
  const at = (i: number): Item[] => operands.map((items) => items[i]!);
  switch (DTYPES[dtype].kind) {
    case "int":
    case "uint":
      return first.map((_, i) => scalar.int!(...at(i).map((x) => BigInt(x as number | bigint))));
    case "complex":
      return first.map((_, i) => scalar.complex!(...at(i).map(complexOf)));
    case "bool":
      return first.map((_, i) => scalar.bool!(...at(i) as boolean[]));
    case "string":
      return first.map((_, i) => scalar.string!(...at(i) as string[]));
    default:
      return first.map((_, i) => scalar.float!(...at(i) as number[]));
  }
}

/**
 * Calls an elementwise primitive of one operand.
 *
 * @param p The primitive.
 * @param x Its operand.
 * @returns Its result.
 * @throws {DTypeError} If the public function does not take the dtype.
 */
export function unary(p: ElementwisePrimitive, x: TensorLike): Tensor {
  const operand = tensorOperand(p.verb, x);
  const calculated = calculatedDType(p, operand.dtype);
  return bind(
    p,
    [calculated === operand.dtype ? operand : converted(operand, calculated)],
    undefined,
  );
}

/**
 * The dtype in which a public function calculates.
 *
 * @param p The primitive that it calls.
 * @param dtype Dtype of its operand.
 * @param verb What the caller does, where it is not what the primitive does.
 * @returns The dtype itself, or the one to which the operand is converted first.
 * @throws {DTypeError} If the function does not take the dtype.
 */
export function calculatedDType(
  p: ElementwisePrimitive,
  dtype: DType,
  verb: string = p.verb,
): DType {
  const calculated = p.takes.get(dtype);
  if (calculated === undefined) throw unsupportedDTypeError(verb, dtype, p.allowed);
  return calculated;
}

/**
 * Calls an elementwise primitive of two operands, of which one may be a scalar.
 *
 * @param p The primitive.
 * @param a Left operand.
 * @param b Right operand.
 * @param verb What the caller does, where it is not what the primitive does.
 * @returns Its result, of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ or the public function does not take them, or a
 * scalar cannot be represented in the other operand's dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 */
export function binary(
  p: ElementwisePrimitive,
  a: Operand,
  b: Operand,
  verb: string = p.verb,
): Tensor {
  let [x, y] = operandPair(verb, a, b);
  const { dtype } = x;
  const calculated = calculatedDType(p, dtype, verb);
  const shape = x.shape === y.shape ? x.shape : broadcastShapes(verb, x.shape, y.shape);
  if (calculated !== dtype) {
    x = converted(x, calculated);
    y = converted(y, calculated);
  }
  return bind(p, [broadcasted(x, shape), broadcasted(y, shape)], undefined);
}

/**
 * Two operands as tensors of one dtype; a scalar takes that of the other.
 *
 * @param verb What the caller does.
 * @param a Left operand.
 * @param b Right operand.
 * @returns The tensors, not broadcast.
 * @throws {DTypeError} If the dtypes differ, or none is a tensor, or a scalar cannot be
 * represented in the other operand's dtype.
 */
export function operandPair(verb: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (a instanceof Tensor) {
    if (!(b instanceof Tensor)) return [a, scalarLike(b, a)];
    if (a.dtype !== b.dtype) throw mixedDTypesError(verb, a.dtype, b.dtype);
    return [a, b];
  }
  if (b instanceof Tensor) return [scalarLike(a, b), b];
  throw notTensorError(verb, a);
}

/**
 * An operand that must be a tensor.
 *
 * @param verb What the caller does.
 * @param x The operand.
 * @returns The tensor.
 * @throws {DTypeError} If it is none.
 */
export function tensorOperand(verb: string, x: unknown): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(verb, x);
  return x;
}

/**
 * The result of a function that changes nothing: a handle of its own, so that disposing of it
 * leaves the operand alone.
 *
 * @param x A tensor.
 * @returns A view of all of it.
 */
export function unchanged(x: Tensor): Tensor {
  return reshaped(x, x.shape);
}

/**
 * A tensor of rank 0 of another tensor's dtype on its device.
 *
 * @param value A JavaScript value.
 * @param like The other tensor.
 * @returns The tensor.
 * @throws {DTypeError} If the dtype cannot represent the value.
 */
export function scalarLike(value: unknown, like: Tensor): Tensor {
  if (value instanceof TracedNumber) return value.as(like.dtype);
  const { device } = like.storage;
  const target = "fromItems" in device ? device as Device : wasmDevice();
  return target.fromItems(like.dtype, [], [checkItem(like.dtype, value)]);
}

/**
 * A tensor of another tensor's dtype and shape that has one value everywhere.
 *
 * @param value A JavaScript value.
 * @param like The other tensor.
 * @returns A view of one element.
 * @throws {DTypeError} If the dtype cannot represent the value.
 */
export function constantLike(value: unknown, like: Tensor): Tensor {
  return broadcasted(scalarLike(value, like), like.shape);
}

/**
 * The error for an operand that is no tensor.
 *
 * @param verb What the caller does.
 * @param value The operand.
 * @returns The error.
 */
export function notTensorError(verb: string, value: unknown): DTypeError {
  // Whoever comes from TensorFlow passes a variable.
  const holds = typeof value === "object" && value !== null && "value" in value;
  const cure = holds ? "pass its value" : "make one with tensor()";
  return new DTypeError(`Cannot ${verb} ${valueText(value)}: an operand must be a tensor, ${cure}`);
}
