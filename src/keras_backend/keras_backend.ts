/**
 * Names of Keras' backend, for code that comes from there: each is the function
 * of the main entry that does the same.
 *
 * @example Usage
 * ```ts
 * import { tensor } from "@denum/denum";
 * import * as K from "@denum/denum/keras-backend";
 * import assert from "node:assert/strict";
 *
 * const t = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(K.square(K.transpose(t)).toArray(), [[1, 16], [4, 25], [9, 36]]);
 * ```
 *
 * @module
 */
export { abs, square } from "../ops/arithmetic.ts";
export { exp, log, sqrt } from "../ops/exponential.ts";
export { matmul as dot } from "../ops/linear.ts";
export { transpose } from "../ops/movement.ts";
export { argmax, argmin, max, min, prod, sum } from "../ops/reductions.ts";
export { mean, std, variance as var } from "../functions/statistics.ts";
export { variable } from "../structures/variable.ts";
