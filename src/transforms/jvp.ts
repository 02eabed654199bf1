/**
 * Forward mode: each value carries its tangent along.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import { DTypeError, ShapeError, shapeText, TraceError } from "../core/errors.ts";
import { bindAll, interpret, type Interpreter, type Primitive } from "../core/primitive.ts";
import { sameShape } from "../core/shape.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import { flatten, type Tree } from "../core/tree.ts";
import { add } from "../ops/arithmetic.ts";
import { knownStorage, Tracer, zerosOf } from "./tracer.ts";

const STORAGE = knownStorage("jvp", (x) => (x as JvpTracer).primal);

/** A value with its tangent. */
class JvpTracer extends Tracer {
  readonly primal: Tensor;
  readonly tangent: Tensor;

  constructor(interpreter: Interpreter, primal: Tensor, tangent: Tensor) {
    super(interpreter, primal, STORAGE);
    this.primal = primal;
    this.tangent = tangent;
  }

  override toString(): string {
    return this.primal.toString();
  }
}

/**
 * Whether values of a dtype have derivatives.
 *
 * @param aval A tensor, or its dtype and shape.
 * @returns Whether the dtype is a float or complex one.
 */
export function isDifferentiable({ dtype }: Aval): boolean {
  const { kind } = DTYPES[dtype];
  return kind === "float" || kind === "complex";
}

/** Follows tangents through calls. */
export class Jvp implements Interpreter {
  readonly level: number;
  readonly capturesAll = false;
  /** Tangents of variables that are inputs of the function; made at each reading. */
  readonly watched: ReadonlyMap<object, (value: Tensor) => Tensor>;

  /**
   * Starts forward mode.
   *
   * @param level Its level.
   * @param watched Tangents of variables.
   */
  constructor(level: number, watched: ReadonlyMap<object, (value: Tensor) => Tensor> = new Map()) {
    this.level = level;
    this.watched = watched;
  }

  /** A value with a tangent. */
  dual(primal: Tensor, tangent: Tensor | null): Tensor {
    return tangent === null ? primal : new JvpTracer(this, primal, tangent);
  }

  /** Value and tangent of a tensor. */
  split(x: Tensor): readonly [primal: Tensor, tangent: Tensor | null] {
    return x instanceof JvpTracer && x.interpreter === this ? [x.primal, x.tangent] : [x, null];
  }

  process<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
    if (p.expand && !p.jvp && !p.derivatives && !p.dual) return p.expand(inputs, params);
    const pairs = inputs.map((x) => this.split(x));
    const primals = pairs.map(([primal]) => primal);
    const moves = pairs.map(([, tangent]) => tangent);
    const moving = moves.some((tangent) => tangent !== null);
    if (p.dual && moving) return this.#duals(...p.dual(moves, primals, params));
    const results = bindAll(p, primals, params);
    if (!moving || !results.some(isDifferentiable)) return results;
    return this.#duals(results, tangentsOf(p, moves, primals, params, results));
  }

  #duals(
    results: readonly Tensor[],
    tangents: readonly (Tensor | null)[],
  ): readonly Tensor[] {
    return results.map((result, i) => {
      const tangent = tangents[i] ?? null;
      return isDifferentiable(result) ? this.dual(result, tangent) : result;
    });
  }

  read(cell: object, below: () => Tensor): Tensor {
    const value = below();
    const tangent = this.watched.get(cell);
    return tangent ? this.dual(value, tangent(value)) : value;
  }

  write(_: object, value: Tensor, below: (value: Tensor) => void): void {
    below(this.split(value)[0]);
  }
}

function tangentsOf<P>(
  p: Primitive<P>,
  tangents: readonly (Tensor | null)[],
  primals: readonly Tensor[],
  params: P,
  results: readonly Tensor[],
): readonly (Tensor | null)[] {
  if (p.jvp) return p.jvp(tangents, primals, params, results);
  const { derivatives } = p;
  if (!derivatives) {
    throw new TraceError(
      `Cannot differentiate ${p.name}: it has no derivative, ` +
        `wrap its operand in stopGradient to treat the result as a constant`,
    );
  }
  let sum: Tensor | null = null;
  tangents.forEach((tangent, i) => {
    const derivative = derivatives[Math.min(i, derivatives.length - 1)];
    if (tangent === null || !derivative) return;
    const part = derivative(tangent, primals, params, results[0]!);
    sum = sum === null ? part : add(sum, part);
  });
  return [sum];
}

/**
 * Value and tangent of a function of flat inputs.
 *
 * @param f A function of tensors whose result is a tree.
 * @param primals The inputs.
 * @param tangents Their tangents; null is zero.
 * @returns The results and their tangents, in trees; zeros where nothing moves.
 */
export function jvpFlat(
  f: (...inputs: readonly Tensor[]) => Tree,
  primals: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): readonly [result: Tree, tangent: Tree] {
  return interpret((level) => new Jvp(level), (trace) => {
    const { leaves, structure } = flatten(
      f(...primals.map((primal, i) => trace.dual(primal, tangents[i]!))),
    );
    const pairs = leaves.map((x) => trace.split(x));
    return [
      structure.build(pairs.map(([primal]) => primal)),
      structure.build(pairs.map(([primal, tangent]) => tangent ?? zerosOf(primal))),
    ];
  });
}

/**
 * Checks the inputs of a derivative.
 *
 * @param verb What the caller does.
 * @param inputs The tensors.
 * @throws {DTypeError} If one is neither of a float nor of a complex dtype.
 */
export function checkDifferentiable(verb: string, inputs: readonly Aval[]): void {
  for (const x of inputs) {
    if (isDifferentiable(x)) continue;
    throw new DTypeError(
      `Cannot ${verb} ${x.dtype}: derivatives need floating dtypes, cast the tensor to float32 ` +
        `or leave it out of the differentiated arguments`,
    );
  }
}

/**
 * Checks tangents or cotangents against what they belong to.
 *
 * @param verb What the caller does.
 * @param what What they are, for example `tangent`.
 * @param given The tensors.
 * @param expected What they belong to.
 * @throws {ShapeError} If a shape differs.
 * @throws {DTypeError} If a dtype differs.
 */
export function checkLike(
  verb: string,
  what: string,
  given: readonly Tensor[],
  expected: readonly Aval[],
): void {
  if (given.length !== expected.length) {
    throw new ShapeError(
      `Cannot ${verb} with ${given.length} ${what}s for ${expected.length} tensors: ` +
        `pass the same structure`,
    );
  }
  given.forEach((x, i) => {
    const { dtype, shape } = expected[i]!;
    if (x.dtype !== dtype) {
      throw new DTypeError(
        `Cannot ${verb} with a ${what} of ${x.dtype} for a tensor of ${dtype}: cast it first`,
      );
    }
    if (!sameShape(x.shape, shape)) {
      throw new ShapeError(
        `Cannot ${verb} with a ${what} of shape ${shapeText(x.shape)} for a tensor of shape ` +
          `${shapeText(shape)}: the shapes must be equal`,
      );
    }
  });
}
