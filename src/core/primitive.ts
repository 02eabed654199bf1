/**
 * Primitives as records, and `bind`: the one place where every call passes.
 *
 * @module
 */
import type { DType, Item } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import type { Shape } from "./shape.ts";
import { type Aval, type DeviceMemory, type Layout, RELEASED, type Tensor } from "./tensor.ts";

/** A tensor as plain JavaScript values in C order. */
export interface HostArray extends Aval {
  /** The elements. */
  readonly items: readonly Item[];
}

/** Computes the results of a primitive on one device. */
export type Lowering<P> = (
  inputs: readonly Tensor[],
  params: P,
  outputs: readonly Aval[],
) => readonly Tensor[];

/** One way to call a primitive, from which the laws draw their cases. */
export interface Sample<P> {
  /** Shapes of the inputs. */
  readonly shapes: readonly Shape[];
  /** Parameters of the call. */
  readonly params: P;
  /** Dtypes of the inputs where they are not all the one that is drawn. */
  readonly dtypes?: readonly (DType | undefined)[];
  /** Whether to draw values of moderate size alone, where others are ill-conditioned. */
  readonly moderate?: boolean;
  /** Inclusive bounds of an input's integers where not all values are valid. */
  readonly bounds?: readonly (readonly [number, number] | undefined)[];
}

/** Everything the library knows of one primitive. */
export interface Primitive<P = unknown> {
  /** Name in messages, graphs and tables. */
  readonly name: string;
  /** Shapes and dtypes of the results; throws if the inputs do not fit. */
  readonly rule: (inputs: readonly Aval[], params: P) => readonly Aval[];
  /**
   * For movement without copying: the result's layout over the input's storage,
   * or null if this layout needs a copy.
   */
  readonly view?: (x: Layout & Aval, params: P) => Layout | null;
  /** The definition, as plain loops: specification, oracle and fallback. */
  readonly reference: (
    inputs: readonly HostArray[],
    params: P,
    outputs: readonly Aval[],
  ) => readonly (readonly Item[])[];
  /** Fast ways to compute it, one a device. */
  readonly lower: { readonly wasm?: Lowering<P> };
  /** Dtypes of the inputs for which it is defined. */
  readonly dtypes: readonly DType[];
  /** Calls that the laws try. */
  readonly samples: readonly Sample<P>[];
  /** Relative error to allow between devices, in units of the last place; 0 when absent. */
  readonly ulps?: number;
  /** The same for complex numbers, in units of their larger part; `ulps` when absent. */
  readonly complexUlps?: number;
  /**
   * Whether all shapes are equal and an element of the results depends on the
   * elements of the inputs at its place alone; false when absent.
   */
  readonly elementwise?: boolean;
}

/** A device: memory, and a way to run primitives. */
export interface Device extends DeviceMemory {
  /** Runs a primitive on tensors of this device. */
  run<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[];
  /** Makes a tensor from C-order bytes, which are copied. */
  fromBytes(dtype: DType, shape: Shape, bytes: Uint8Array): Tensor;
  /** Makes a tensor from checked JavaScript values in C order. */
  fromItems(dtype: DType, shape: Shape, items: readonly Item[]): Tensor;
}

const table = new Map<string, Primitive>();

/** All primitives by name: what the laws run over. */
export const primitives: ReadonlyMap<string, Primitive> = table;

/**
 * Adds a primitive to the table.
 *
 * @typeParam P Type of its parameters.
 * @param record The primitive.
 * @returns The record itself.
 * @throws {TypeError} If the name is taken.
 */
export function definePrimitive<P>(record: Primitive<P>): Primitive<P> {
  if (table.has(record.name)) {
    throw new TypeError(`Cannot define primitive "${record.name}": the name is taken`);
  }
  table.set(record.name, record as unknown as Primitive);
  return record;
}

/**
 * What runs the calls of a function that is transformed. Its tracers come first
 * at `bind`; the interpreter of the highest level among the inputs decides.
 */
export interface Interpreter {
  /** Depth of nesting, from 1. */
  readonly level: number;
  /** Whether calls without a tracer among their inputs are recorded, too. */
  readonly capturesAll: boolean;
  /** Does with a call what the transform does. */
  process<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[];
}

/** A tensor that stands for a value under a transform has an interpreter. */
export interface Traced {
  /** The interpreter that made it. */
  readonly interpreter: Interpreter;
}

const interpreters: Interpreter[] = [];

/**
 * Runs a function under an interpreter.
 *
 * @typeParam T Result of the function.
 * @param make Makes the interpreter for its level.
 * @param body What runs under it.
 * @returns What `body` returns.
 */
export function interpret<I extends Interpreter, T>(
  make: (level: number) => I,
  body: (interpreter: I) => T,
): T {
  const interpreter = make(interpreters.length + 1);
  interpreters.push(interpreter);
  try {
    return body(interpreter);
  } finally {
    interpreters.pop();
  }
}

function interpreterOf(inputs: readonly Tensor[]): Interpreter | undefined {
  const top = interpreters[interpreters.length - 1]!;
  if (top.capturesAll) return top;
  let highest: Interpreter | undefined;
  for (const x of inputs) {
    const traced = (x as Partial<Traced>).interpreter;
    if (traced && (!highest || traced.level > highest.level)) highest = traced;
  }
  return highest;
}

/**
 * Applies a primitive with several results under the current transform.
 *
 * @typeParam P Type of its parameters.
 * @param p The primitive.
 * @param inputs Its inputs, at least one.
 * @param params Its parameters.
 * @returns The results.
 */
export function bindAll<P>(
  p: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
): readonly Tensor[] {
  if (interpreters.length !== 0) {
    const interpreter = interpreterOf(inputs);
    if (interpreter) return interpreter.process(p, inputs, params);
  }
  return deviceOf(p.name, inputs).run(p, inputs, params);
}

/**
 * Applies a primitive under the current transform.
 *
 * @typeParam P Type of its parameters.
 * @param p The primitive.
 * @param inputs Its inputs, at least one.
 * @param params Its parameters.
 * @returns The (first) result.
 */
export function bind<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): Tensor {
  return bindAll(p, inputs, params)[0]!;
}

/**
 * Applies a primitive without inputs on a device, under the current transform.
 *
 * @typeParam P Type of its parameters.
 * @param p The primitive.
 * @param params Its parameters.
 * @param device Where the result lies.
 * @returns The result.
 */
export function bindOn<P>(p: Primitive<P>, params: P, device: Device): Tensor {
  const top = interpreters[interpreters.length - 1];
  if (top?.capturesAll) return top.process(p, [], params)[0]!;
  return device.run(p, [], params)[0]!;
}

function deviceOf(name: string, inputs: readonly Tensor[]): Device {
  const { device } = inputs[0]!.storage;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.storage.device;
    if (other !== device && other !== RELEASED && device !== RELEASED) {
      throw new DeviceError(
        `Cannot ${name} tensors on ${device.name} and ${other.name}: ` +
          `copy one of them to the other device first`,
      );
    }
    if (other === RELEASED) RELEASED.item(inputs[i]!, 0);
  }
  if (device === RELEASED) RELEASED.item(inputs[0]!, 0);
  return device as Device;
}
