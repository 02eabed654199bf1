/**
 * Builders of elementwise primitives and the calls that public functions share:
 * they resolve scalars, check dtypes and broadcast.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../core/dtype.ts";
import { DTypeError, mixedDTypesError, unsupportedDTypeError, valueText } from "../core/errors.ts";
import { checkItem, complexOf } from "../core/item.ts";
import {
  bind,
  definePrimitive,
  type Device,
  type Lowering,
  type Primitive,
  type Sample,
} from "../core/primitive.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import { type Aval, Tensor } from "../core/tensor.ts";
import { map } from "../devices/wasm/map.ts";
import { wasmDevice } from "../devices/wasm/device.ts";
import type { Operand } from "../core/types/operands.ts";
import { broadcasted } from "./movement_primitives.ts";

/** The definition of an elementwise op for each family of dtypes. */
export interface Scalar {
  /** Of real floats, calculated in float64. */
  readonly float?: (...x: number[]) => number | boolean | Complex;
  /** Of integers, exact; the result is wrapped to the dtype. */
  readonly int?: (...x: bigint[]) => bigint | boolean | number;
  /** Of complex numbers. */
  readonly complex?: (...x: Complex[]) => Complex | number | boolean;
  /** Of booleans. */
  readonly bool?: (...x: boolean[]) => boolean;
  /** Of strings. */
  readonly string?: (...x: string[]) => string | boolean;
}

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
  /** Those dtypes in words, for messages. */
  readonly allowed: string;
  /** Its definition. */
  readonly scalar: Scalar;
  /** Dtype of the result; that of the operands when absent. */
  readonly result?: (dtype: DType) => DType;
  /** Prefix of its kernels; the name in snake case when absent. */
  readonly kernel?: string;
  /** Its lowering where it is not the kernel of that prefix. */
  readonly wasm?: Lowering<void>;
  /** Units in the last place that kernels may be off. */
  readonly ulps?: number;
  /** Shapes and bounds for the laws, where the usual ones do not do. */
  readonly samples?: readonly Sample<void>[];
}

/** An elementwise primitive and what public functions need to call it. */
export interface ElementwisePrimitive extends Primitive<void> {
  /** What the function does, in messages. */
  readonly verb: string;
  /** The dtypes in words. */
  readonly allowed: string;
  /** The dtypes as a set. */
  readonly supported: ReadonlySet<DType>;
}

const SHAPES: readonly Shape[] = [[], [1], [7], [2, 3], [0, 4], [2, 1, 5]];

/**
 * Defines an elementwise primitive.
 *
 * @param op What makes it up.
 * @returns The primitive.
 */
export function elementwise(op: Elementwise): ElementwisePrimitive {
  const { name, arity, dtypes, scalar, result } = op;
  const ruleOf = (x: Aval): readonly Aval[] => {
    if (result === undefined) return [x];
    return [{ dtype: result(x.dtype), shape: x.shape }];
  };
  const record: ElementwisePrimitive = {
    name,
    verb: op.verb ?? name,
    allowed: op.allowed,
    supported: new Set(dtypes),
    rule: ([x]) => ruleOf(x!),
    reference: (inputs) => [applyScalar(scalar, inputs[0]!.dtype, inputs.map((x) => x.items))],
    lower: { wasm: op.wasm ?? map(op.kernel ?? snakeCase(name)) },
    dtypes,
    elementwise: true,
    samples: op.samples ?? SHAPES.map((shape) => ({
      shapes: new Array<Shape>(arity).fill(shape),
      params: undefined,
    })),
    ...(op.ulps === undefined ? {} : { ulps: op.ulps }),
  };
  definePrimitive(record);
  return record;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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
 * @throws {DTypeError} If it is not defined for the dtype.
 */
export function unary(p: ElementwisePrimitive, x: Tensor): Tensor {
  if (!(x instanceof Tensor)) throw notTensorError(p.verb, x);
  if (!p.supported.has(x.dtype)) throw unsupportedDTypeError(p.verb, x.dtype, p.allowed);
  return bind(p, [x], undefined);
}

/**
 * Calls an elementwise primitive of two operands, of which one may be a scalar.
 *
 * @param p The primitive.
 * @param a Left operand.
 * @param b Right operand.
 * @returns Its result, of the broadcast shape.
 * @throws {DTypeError} If the dtypes differ or it is not defined for them, or a
 * scalar cannot be represented in the other operand's dtype.
 * @throws {ShapeError} If the shapes do not broadcast.
 */
export function binary(p: ElementwisePrimitive, a: Operand, b: Operand): Tensor {
  let x: Tensor;
  let y: Tensor;
  if (a instanceof Tensor) {
    x = a;
    y = b instanceof Tensor ? b : scalarLike(b, a);
  } else if (b instanceof Tensor) {
    x = scalarLike(a, b);
    y = b;
  } else {
    throw notTensorError(p.verb, a);
  }
  const { dtype } = x;
  if (dtype !== y.dtype) throw mixedDTypesError(p.verb, dtype, y.dtype);
  if (!p.supported.has(dtype)) throw unsupportedDTypeError(p.verb, dtype, p.allowed);
  if (x.shape !== y.shape) {
    const shape = broadcastShapes(p.verb, x.shape, y.shape);
    x = broadcasted(x, shape);
    y = broadcasted(y, shape);
  }
  return bind(p, [x, y], undefined);
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
  const { device } = like.storage;
  const target = "fromItems" in device ? device as Device : wasmDevice();
  return target.fromItems(like.dtype, [], [checkItem(like.dtype, value)]);
}

/**
 * The error for an operand that is no tensor.
 *
 * @param verb What the caller does.
 * @param value The operand.
 * @returns The error.
 */
export function notTensorError(verb: string, value: unknown): DTypeError {
  return new DTypeError(
    `Cannot ${verb} ${valueText(value)}: an operand must be a tensor, make one with tensor()`,
  );
}
