/**
 * Functions under transforms and under transforms of transforms.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { jit } from "../../src/transforms/jit.ts";
import { assertAllClose } from "../support/assert.ts";
import type { Random } from "../support/random.ts";

/** A function of tensors of any shape. */
export type Any = (...args: readonly Tensor[]) => Tensor;

type Transform = (f: Any) => Any;

// The transforms without the shapes in their types.
const grad = nd.grad as unknown as Transform;
const gradBy = nd.grad as unknown as (f: Any, options: { readonly argnums: number }) => Any;
const vmap = nd.vmap as unknown as (f: Any, options?: nd.VmapOptions) => Any;
const jvp = nd.jvp as unknown as (
  f: Any,
  primals: readonly Tensor[],
  tangents: readonly Tensor[],
) => readonly [Tensor, Tensor];
const compiled = jit as unknown as Transform;
const checkpointed = nd.checkpoint as unknown as Transform;

/** The derivative in the direction of the second argument. */
const pushed: Transform = (f) => (x, w) => jvp((a) => f(a!, w!), [x!], [w!])[1];

/** The gradient by the second argument. */
const second: Transform = (f) => gradBy(f, { argnums: 1 });

/** The second argument is the same for all examples. */
const overFirst: Transform = (f) => vmap(f, { inAxes: [0, null] });

/** A loss of what a function gives. */
const loss: Transform = (f) => (...args) => nd.sum(nd.sin(f(...args))) as Tensor;

type Table = Readonly<Record<string, Transform>>;

const FORWARD: Table = {
  "eager": (f) => f,
  "jit": compiled,
  "jvp": pushed,
  "jit(jvp)": (f) => compiled(pushed(f)),
  "jvp(jvp)": (f) => pushed(pushed(f)),
};

const REVERSE: Table = {
  "grad": grad,
  "grad by the second": second,
  "jit(grad)": (f) => compiled(grad(f)),
  "jit(grad by the second)": (f) => compiled(second(f)),
  "jvp(grad)": (f) => pushed(grad(f)),
  "grad(jvp)": (f) => grad(pushed(f)),
  "grad(grad)": (f) => grad(loss(grad(f))),
  "jit(grad(grad by the second))": (f) => compiled(grad(loss(second(f)))),
  "grad(checkpoint)": (f) => grad(checkpointed(f)),
};

const FORWARD_OF_BATCHES: Table = {
  "vmap": (f) => vmap(f),
  "jit(vmap)": (f) => compiled(vmap(f)),
  "jvp(vmap)": (f) => pushed(vmap(f)),
  "vmap(jvp)": (f) => vmap(pushed(f)),
};

const REVERSE_OF_BATCHES: Table = {
  "vmap(grad)": (f) => vmap(grad(f)),
  "jit(vmap(grad by the second))": (f) => compiled(vmap(second(f))),
  "grad(vmap)": (f) => grad(loss(vmap(f))),
  "vmap(jvp(grad))": (f) => vmap(pushed(grad(f))),
  "grad(vmap(grad))": (f) => grad(loss(vmap(grad(f)))),
};

const FORWARD_OF_FIRST: Table = {
  "vmap over the first": overFirst,
};

const REVERSE_OF_FIRST: Table = {
  "vmap over the first(grad by the second)": (f) => overFirst(second(f)),
  "grad by the second(vmap over the first)": (f) => second(loss(overFirst(f))),
};

/**
 * Asserts that two functions of two vectors are the same under all transforms.
 *
 * @param actual The function that is judged.
 * @param expected The one that is right.
 * @param args Two vectors, and two batches of them.
 * @param forwardOnly Whether there is no reverse mode.
 */
export function assertSameUnderTransforms(
  actual: Any,
  expected: Any,
  [x, w, xs, ws]: readonly Tensor[],
  forwardOnly: boolean,
): void {
  const check = (table: Table, own: readonly Tensor[]): void => {
    for (const [name, transform] of Object.entries(table)) {
      assertClose(transform(actual)(...own), transform(expected)(...own), name);
    }
  };
  check(FORWARD, [x!, w!]);
  check(FORWARD_OF_BATCHES, [xs!, ws!]);
  check(FORWARD_OF_FIRST, [xs!, w!]);
  if (forwardOnly) return;
  check(REVERSE, [x!, w!]);
  check(REVERSE_OF_BATCHES, [xs!, ws!]);
  check(REVERSE_OF_FIRST, [xs!, w!]);
}

/** Asserts that float64 tensors agree up to rounding, in units of the largest element. */
function assertClose(actual: Tensor, expected: Tensor, what: string): void {
  const data = (expected as Tensor<"float64">).data();
  const size = Math.max(1, ...data.map(Math.abs));
  assertAllClose(actual, expected, { ulps: 2 ** 16, scale: data.map(() => size) }, what);
}

/**
 * A tensor of float64 numbers from -2 to 2.
 *
 * @param random Where chance comes from.
 * @param shape Its shape.
 * @returns The tensor.
 */
export function drawn(random: Random, shape: readonly number[]): Tensor {
  const count = shape.reduce((x, y) => x * y, 1);
  const values = Float64Array.from({ length: count }, () => random.below(4001) / 1000 - 2);
  return nd.reshape(nd.tensor(values) as Tensor, shape);
}
