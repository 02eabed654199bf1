/**
 * Primitives as records, and `bind`: the one place where every call passes.
 *
 * @module
 */
import type { DType, Item } from "./dtype.ts";
import { DeviceError, TraceError } from "./errors.ts";
import type { Lanes } from "./lanes.ts";
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
  /**
   * Ranges of an input's real floats in which results are finite and derivatives exist but at
   * single points; -2 to 2 when absent.
   */
  readonly domains?: readonly (readonly [number, number] | undefined)[];
}

/** An input of a linear map that is not known yet: its dtype and shape alone. */
export class Unknown implements Aval {
  /** Dtype of the elements. */
  readonly dtype: DType;
  /** Lengths of the axes. */
  readonly shape: Shape;

  /**
   * Makes a placeholder.
   *
   * @param aval Dtype and shape.
   */
  constructor({ dtype, shape }: Aval) {
    this.dtype = dtype;
    this.shape = shape;
  }
}

/**
 * What a change of one input adds to the change of the (first) result. It must be linear
 * in the tangent, and consist of primitives alone.
 */
export type Derivative<P> = (
  tangent: Tensor,
  primals: readonly Tensor[],
  params: P,
  result: Tensor,
) => Tensor;

/** Changes of all results from those of the inputs, where null is no change. */
export type JvpRule<P> = (
  tangents: readonly (Tensor | null)[],
  primals: readonly Tensor[],
  params: P,
  results: readonly Tensor[],
) => readonly (Tensor | null)[];

/** Results and their changes in one go, where null is no change. */
export type DualRule<P> = (
  tangents: readonly (Tensor | null)[],
  primals: readonly Tensor[],
  params: P,
) => readonly [results: readonly Tensor[], tangents: readonly (Tensor | null)[]];

/**
 * The adjoint of a linear map: for each unknown input its cotangent, from those of the results,
 * where null is zero. Complex numbers have the real inner product, as in TensorFlow.
 */
export type TransposeRule<P> = (
  cotangents: readonly (Tensor | null)[],
  inputs: readonly (Tensor | Unknown)[],
  params: P,
) => readonly (Tensor | null)[];

/**
 * The primitive over a new leading axis of the inputs that are batched; the results all have it.
 */
export type BatchRule<P> = (
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: P,
  size: number,
) => readonly Tensor[];

/** An input as simplification sees it. */
export interface SimplifyInput extends Aval {
  /** The element that all of its elements are, if that is known. */
  readonly constant: Item | undefined;
}

/**
 * What a primitive does that runs graphs: so that a compiled program can contain them.
 *
 * @typeParam G Type of the graphs.
 */
export type Control<G> =
  /** Runs one of several graphs on all inputs but the first, which says which one: false or 0 the first. */
  | { readonly kind: "branch"; readonly branches: readonly G[] }
  /** Replaces the inputs after the first `constants` by the results of a graph while another gives true. */
  | {
    readonly kind: "while";
    readonly condition: G;
    readonly body: G;
    readonly constants: number;
  }
  /**
   * Runs a graph on the first `constants` inputs, the next `carry` ones and a part of each further one,
   * from the last on if `reverse`; the first results are the next carry, parts of the others are stacked.
   */
  | {
    readonly kind: "scan";
    readonly body: G;
    readonly constants: number;
    readonly carry: number;
    readonly length: number;
    readonly reverse: boolean;
  };

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
  /** What it does with the graphs in its parameters, which are those of `graph.ts`. */
  readonly control?: (params: P) => Control<object>;
  /** What it consists of, for primitives that only other primitives compute. */
  readonly expand?: (inputs: readonly Tensor[], params: P) => readonly Tensor[];
  /**
   * Puts a call off until its result is needed, on the wasm device; undefined where it had better run
   * at once.
   */
  readonly defer?: (
    primitive: Primitive<P>,
    inputs: readonly Tensor[],
    params: P,
    outputs: readonly Aval[],
  ) => readonly Tensor[] | undefined;
  /** Which input the result is, bit for bit, where it is one. */
  readonly simplify?: (inputs: readonly SimplifyInput[], params: P) => number | undefined;
  /** The same by vector instructions, for generated code. */
  readonly lanes?: Lanes;
  /**
   * For reductions over trailing axes whose parts can be reduced alone and then joined, by the same
   * kernels: the prefix of their names.
   */
  readonly fold?: string;
  /**
   * Derivative by each input; null where it is zero everywhere. The last entry serves all further
   * inputs. Absent for what has no derivative or has `jvp`.
   */
  readonly derivatives?: readonly (Derivative<P> | null)[];
  /** All derivatives at once, where single ones do not do. */
  readonly jvp?: JvpRule<P>;
  /** The results and all derivatives at once, for what runs functions: they share their work. */
  readonly dual?: DualRule<P>;
  /** Why it has no reverse mode although it has derivatives, and what to use instead. */
  readonly forwardOnly?: string;
  /** Its adjoint, if it is linear in some inputs. */
  readonly transpose?: TransposeRule<P>;
  /** Its adjoint by the first input as rows, where only rows of it were read. */
  readonly sparseTranspose?: (
    cotangent: Tensor,
    inputs: readonly (Tensor | Unknown)[],
    params: P,
  ) => { readonly indices: Tensor; readonly values: Tensor } | undefined;
  /** How it runs over a batch. */
  readonly batch?: BatchRule<P>;
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
  /** Does with a call what the transform does; without inputs, `device` is where results lie. */
  process<P>(
    p: Primitive<P>,
    inputs: readonly Tensor[],
    params: P,
    device?: Device,
  ): readonly Tensor[];
  /** Is told that a variable is made under the transform. */
  make?(): void;
  /** What a variable holds under the transform; `below` is what it holds outside. */
  read?(cell: object, below: () => Tensor): Tensor;
  /** Gives a variable a new value; `below` does it outside. */
  write?(cell: object, value: Tensor, below: (value: Tensor) => void): void;
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

/** Whether a transform is running. */
export function isTracing(): boolean {
  return interpreters.length !== 0;
}

/** Tells the transforms that a variable is made. */
export function makeTraced(): void {
  for (const interpreter of interpreters) interpreter.make?.();
}

/**
 * What a variable holds, as the transforms see it.
 *
 * @param cell The variable's cell.
 * @param base What it holds outside of all transforms.
 * @returns The value.
 */
export function readTraced(cell: object, base: () => Tensor): Tensor {
  const from = (depth: number): Tensor => {
    if (depth < 0) return base();
    const below = (): Tensor => from(depth - 1);
    const interpreter = interpreters[depth]!;
    return interpreter.read ? interpreter.read(cell, below) : below();
  };
  return from(interpreters.length - 1);
}

/**
 * Gives a variable a new value, as the transforms see it.
 *
 * @param cell The variable's cell.
 * @param value The value.
 * @param base Writes it outside of all transforms.
 */
export function writeTraced(cell: object, value: Tensor, base: (value: Tensor) => void): void {
  const to = (depth: number, x: Tensor): void => {
    if (depth < 0) return base(x);
    const below = (inner: Tensor): void => to(depth - 1, inner);
    const interpreter = interpreters[depth]!;
    if (interpreter.write) interpreter.write(cell, x, below);
    else below(x);
  };
  to(interpreters.length - 1, value);
}

/** The innermost interpreter that records all calls. */
function recorder(): Interpreter | undefined {
  for (let i = interpreters.length - 1; i >= 0; i--) {
    if (interpreters[i]!.capturesAll) return interpreters[i];
  }
  return undefined;
}

function interpreterOf(inputs: readonly Tensor[]): Interpreter | undefined {
  let highest = recorder();
  if (highest?.level === interpreters.length) return highest;
  for (let i = 0; i < inputs.length; i++) {
    const traced = (inputs[i] as Partial<Traced>).interpreter;
    if (!traced) continue;
    if (interpreters[traced.level - 1] !== traced) throw leakedError();
    if (!highest || traced.level > highest.level) highest = traced;
  }
  return highest;
}

/**
 * Whether a tensor stands for a value under a transform.
 *
 * @param x A tensor.
 * @returns Whether it does.
 */
export function isTraced(x: Tensor): boolean {
  return (x as Partial<Traced>).interpreter !== undefined;
}

/**
 * Checks that a tensor is no value of a transform that has ended.
 *
 * @param x The tensor.
 * @throws {TraceError} If it is one.
 */
export function checkLive(x: Tensor): void {
  const traced = (x as Partial<Traced>).interpreter;
  if (traced && interpreters[traced.level - 1] !== traced) throw leakedError();
}

function leakedError(): TraceError {
  return new TraceError(
    "Cannot use a traced tensor after its transform has ended: " +
      "return it from the transformed function instead of storing it elsewhere",
  );
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
  const interpreter = recorder();
  if (interpreter) return interpreter.process(p, [], params, device)[0]!;
  return device.run(p, [], params)[0]!;
}

function deviceOf(name: string, inputs: readonly Tensor[]): Device {
  const { device } = inputs[0]!.storage;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.storage.device;
    if (other !== device && other !== RELEASED && device !== RELEASED) {
      if (!("run" in device && "run" in other)) throw leakedError();
      throw new DeviceError(
        `Cannot ${name} tensors on ${device.name} and ${other.name}: ` +
          `copy one of them to the other device first`,
      );
    }
    if (other === RELEASED) RELEASED.item(inputs[i]!, 0);
  }
  if (device === RELEASED) RELEASED.item(inputs[0]!, 0);
  if (!("run" in device)) throw leakedError();
  return device as Device;
}
