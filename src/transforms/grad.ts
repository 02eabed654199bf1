/**
 * Reverse mode: gradients and cotangents.
 *
 * @module
 */
import { DTYPES } from "../core/dtype.ts";
import { DTypeError, ShapeError, shapeText } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, leaves, type Tree } from "../core/tree.ts";
import { releasing } from "../devices/wasm/device.ts";
import { scalarLike } from "../ops/elementwise.ts";
import { partial, splitAux } from "./arguments.ts";
import { resultTensor } from "./capture.ts";
import { checkLike, isDifferentiable, jvpFlat } from "./jvp.ts";
import { applyLinear, filled, linearizeFlat, transposeLinear } from "./linear.ts";
import { zerosOf } from "./tracer.ts";
import type { GradCheck, WholeCheck } from "./mistakes.ts";
import type { Argnums, GradOf, GradOptions, Transformable } from "./types.ts";

/**
 * Checks that a tensor can be a loss.
 *
 * @param verb What the caller does.
 * @param loss A tensor.
 * @throws {ShapeError} If it is no scalar.
 * @throws {DTypeError} If it is not of a real floating dtype.
 */
export function checkLoss(verb: string, loss: Tensor): void {
  if (loss.shape.length !== 0) {
    throw new ShapeError(
      `Cannot ${verb} a function that returns shape ${shapeText(loss.shape)}: ` +
        `a loss has rank 0, reduce it with sum or mean, or use jacobian or vjp`,
    );
  }
  if (DTYPES[loss.dtype].kind !== "float") {
    throw new DTypeError(
      `Cannot ${verb} a function that returns ${loss.dtype}: a loss is of a real floating dtype`,
    );
  }
}

/**
 * The function that returns a loss together with its gradient.
 *
 * @typeParam F The loss function.
 * @typeParam N Position or positions of the differentiated arguments.
 * @typeParam H Whether it returns something beside the loss.
 * @param f A function of trees of tensors that returns a floating tensor of rank 0 (with `hasAux` a
 * pair of it and anything else).
 * @param options Which arguments to differentiate by, and whether there is something beside the loss.
 * @returns A function of the same arguments that returns `f`'s result and the gradient, which has the
 * type of the arguments. For complex arguments it is the direction of steepest ascent.
 * @throws {ShapeError} When called, if the loss has axes.
 * @throws {DTypeError} When called, if an argument or the loss is not floating.
 *
 * @example Usage
 * ```ts
 * import { square, sum, tensor, valueAndGrad } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const [loss, gradient] = valueAndGrad((w: typeof x) => sum(square(w)))(x);
 *
 * assert.equal(loss.item(), 14);
 * assert.deepEqual(gradient.toArray(), [2, 4, 6]);
 * ```
 */
export function valueAndGrad<
  F extends Transformable,
  const N extends Argnums = 0,
  const H extends boolean = false,
>(
  f: F & GradCheck<F, N, H>,
  { argnums = 0 as N, hasAux = false as H }: GradOptions<N, H> = {},
): (...args: Parameters<F>) => [value: ReturnType<F>, gradient: GradOf<F, N, false>] {
  return (...args) => {
    const [result, , gradient] = derive("differentiate", f, args, argnums, hasAux);
    return [result as ReturnType<F>, gradient as GradOf<F, N, false>];
  };
}

/**
 * The function that returns the gradient of a loss.
 *
 * @typeParam F The loss function.
 * @typeParam N Position or positions of the differentiated arguments.
 * @typeParam H Whether it returns something beside the loss.
 * @param f A function of trees of tensors that returns a floating tensor of rank 0 (with `hasAux` a
 * pair of it and anything else).
 * @param options Which arguments to differentiate by, and whether there is something beside the loss.
 * @returns A function of the same arguments that returns the gradient, of the type of the arguments
 * (with `hasAux` a pair of it and what was beside the loss). For complex arguments it is the direction
 * of steepest ascent.
 * @throws {ShapeError} When called, if the loss has axes.
 * @throws {DTypeError} When called, if an argument or the loss is not floating.
 *
 * @example Usage
 * ```ts
 * import { grad, multiply, sum, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const [x, y] = [tensor([1, 2]), tensor([3, 4])];
 * const loss = (a: typeof x, b: typeof y) => sum(multiply(a, b));
 *
 * assert.deepEqual(grad(loss)(x, y).toArray(), [3, 4]);
 * assert.deepEqual(grad(loss, { argnums: 1 })(x, y).toArray(), [1, 2]);
 * ```
 */
export function grad<
  F extends Transformable,
  const N extends Argnums = 0,
  const H extends boolean = false,
>(
  f: F & GradCheck<F, N, H>,
  { argnums = 0 as N, hasAux = false as H }: GradOptions<N, H> = {},
): (...args: Parameters<F>) => GradOf<F, N, H> {
  return (...args) => {
    const [, aux, gradient] = derive("differentiate", f, args, argnums, hasAux);
    return (hasAux ? [gradient, aux] : gradient) as GradOf<F, N, H>;
  };
}

function derive(
  verb: string,
  f: Transformable,
  args: readonly unknown[],
  argnums: Argnums,
  hasAux: boolean,
): readonly [result: Tree, aux: Tree, gradient: Tree] {
  const { inputs, call, build } = partial(verb, f, args, argnums);
  const { results, structure, map } = linearizeFlat(call, inputs);
  const result = structure.build(results);
  const [value, aux] = splitAux(verb, result, hasAux);
  const loss = resultTensor(verb, value);
  checkLoss(verb, loss);
  // The loss comes first; nothing flows from what is beside it.
  const cotangents = results.map((_, i) => i === 0 ? scalarLike(1, loss) : null);
  const gradients = releasing(() => filled(transposeLinear(map, cotangents), inputs), leaves);
  return [result, aux, build(gradients)];
}

/**
 * Value and directional derivative: forward mode.
 *
 * @typeParam A The arguments.
 * @typeParam R The result.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param primals Its arguments.
 * @param tangents A direction: trees like the arguments.
 * @returns `f`'s result, and how it changes in that direction; zeros where nothing changes.
 * @throws {DTypeError} If an argument is not floating, or a tangent has another dtype.
 * @throws {ShapeError} If a tangent has another shape.
 *
 * @example Usage
 * ```ts
 * import { jvp, square, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const [y, dy] = jvp((a: typeof x) => square(a), [x], [tensor([1, 0, 0])]);
 *
 * assert.deepEqual(y.toArray(), [1, 4, 9]);
 * assert.deepEqual(dy.toArray(), [2, 0, 0]);
 * ```
 */
export function jvp<A extends readonly unknown[], R>(
  f: ((...args: A) => R) & WholeCheck<"push forward", A>,
  primals: readonly [...A],
  tangents: readonly [...NoInfer<A>],
): [result: R, tangent: R] {
  const { inputs, call } = whole("push forward", f, primals);
  const given = flatten(tangents).leaves;
  checkLike("push forward", "tangent", given, inputs);
  return jvpFlat(call, inputs, given) as [R, R];
}

/**
 * Value, and the directional derivative as a function: forward mode without running the function again.
 *
 * @typeParam A The arguments.
 * @typeParam R The result.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param primals Its arguments.
 * @returns `f`'s result, and a linear function from tangents of the arguments to those of the result.
 * @throws {DTypeError} If an argument is not floating.
 *
 * @example Usage
 * ```ts
 * import { linearize, square, tensor } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const [y, push] = linearize((a: typeof x) => square(a), [x]);
 *
 * assert.deepEqual(y.toArray(), [1, 4, 9]);
 * assert.deepEqual(push(tensor([0, 1, 0])).toArray(), [0, 4, 0]);
 * ```
 */
export function linearize<A extends readonly unknown[], R>(
  f: ((...args: A) => R) & WholeCheck<"linearize", A>,
  primals: readonly [...A],
): [result: R, push: (...tangents: A) => R] {
  const { inputs, call } = whole("linearize", f, primals);
  const { results, structure, map } = linearizeFlat(call, inputs);
  const push = (...tangents: A): R => {
    const given = flatten(tangents).leaves;
    checkLike("push forward", "tangent", given, inputs);
    const pushed = applyLinear(map, given);
    return structure.build(results.map((x, i) => pushed[i] ?? zerosOf(x))) as R;
  };
  return [structure.build(results) as R, push];
}

/**
 * Value, and the adjoint of the derivative as a function: reverse mode.
 *
 * @typeParam A The arguments.
 * @typeParam R The result.
 * @param f A function of trees of tensors that returns a tree of tensors.
 * @param primals Its arguments.
 * @returns `f`'s result, and a linear function from a cotangent of the result to those of the
 * arguments; results of integer and bool dtypes have none, what stands in their place is ignored.
 * @throws {DTypeError} If an argument is not floating.
 *
 * @example Usage
 * ```ts
 * import { multiply, tensor, vjp } from "@denum/denum";
 * import assert from "node:assert/strict";
 *
 * const x = tensor([1, 2, 3]);
 * const [y, pull] = vjp((a: typeof x) => multiply(a, a), [x]);
 *
 * assert.deepEqual(y.toArray(), [1, 4, 9]);
 * assert.deepEqual(pull(tensor([1, 1, 0]))[0].toArray(), [2, 4, 0]);
 * ```
 */
export function vjp<A extends readonly unknown[], R>(
  f: ((...args: A) => R) & WholeCheck<"pull back", A>,
  primals: readonly [...A],
): [result: R, pull: (cotangent: NoInfer<R>) => A] {
  const { inputs, call, build } = whole("pull back", f, primals);
  const { results, structure, map } = linearizeFlat(call, inputs);
  const pull = (cotangent: R): A => {
    const given = flatten(cotangent).leaves;
    const floating = results.map(isDifferentiable);
    const belongs = (_: unknown, i: number): boolean => floating[i] ?? true;
    checkLike("pull back", "cotangent", given.filter(belongs), results.filter(belongs));
    const own = results.map((_, i) => floating[i] ? given[i]! : null);
    return build(filled(transposeLinear(map, own), inputs)) as A;
  };
  return [structure.build(results) as R, pull];
}

/** A function of all its arguments. */
function whole(
  verb: string,
  f: Transformable,
  primals: readonly unknown[],
): ReturnType<typeof partial> {
  return partial(verb, f, primals, primals.map((_, i) => i));
}
