/**
 * Movement, joining and splitting.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPE_NAMES } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import {
  arrays,
  arrayShapes,
  broadcastableShapes,
  type Drawn,
  validAxes,
} from "../support/arbitraries.ts";
import { python } from "../support/oracle.ts";
import { mixing, NO_AXES, operand, withAxes } from "./arguments.ts";
import type { Row } from "./row.ts";

const ANY: readonly DType[] = DTYPE_NAMES;
const any = (options: { readonly maxRank?: number; readonly minRank?: number } = {}) =>
  operand({ dtypes: ANY, ...options });

/** Shapes with as many elements, often one of them -1, at times too many or too few. */
function reshapes(): fc.Arbitrary<readonly unknown[]> {
  return any().chain((x) =>
    fc.tuple(
      fc.shuffledSubarray(factors(sizeOf(x.shape)), { minLength: 0 }),
      fc.nat({ max: 9 }),
      fc.nat(),
    )
      .map(([chosen, kind, at]) => {
        const size = sizeOf(x.shape);
        const own = sizeOf(chosen);
        const rest = own === 0 || size % own !== 0 ? 0 : size / own;
        const shape = chosen.toSpliced(at % (chosen.length + 1), 0, kind < 4 ? -1 : rest);
        if (kind === 9) return [x, shape.map((length) => length + 1)];
        if (kind === 8) return [x, [...shape, -1, -1]];
        return [x, shape];
      })
  );
}

function factors(size: number): number[] {
  if (size === 0) return [0, 2, 3];
  const found = [1];
  for (let rest = size, by = 2; rest > 1;) {
    if (rest % by === 0) {
      found.push(by);
      rest /= by;
    } else by++;
  }
  return found;
}

/** Permutations of the axes, negative ones included, at times no permutation. */
function permutations(): fc.Arbitrary<readonly unknown[]> {
  return any().chain((x) => {
    const rank = x.shape.length;
    const axes = x.shape.map((_, axis) => axis);
    const order = fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
    return fc.tuple(order, fc.nat({ max: 11 }), fc.nat()).map(([axes, kind, at]) => {
      if (kind === 0) return [x];
      if (kind === 1) return [x, [...axes, 0]];
      if (kind === 2 && rank > 0) return [x, axes.with(at % rank, axes[0]!)];
      if (kind === 3 && rank > 0) return [x, axes.with(at % rank, rank)];
      return [x, axes.map((axis, i) => (at + i) % 3 === 0 ? axis - rank : axis)];
    });
  });
}

/** Two axes, mostly valid. */
function axisPairs(): fc.Arbitrary<readonly unknown[]> {
  return any().chain((x) => {
    const axis = validAxes(x.shape.length, { single: true, all: false });
    return fc.tuple(fc.constant(x), axis, axis);
  });
}

function insertions(): fc.Arbitrary<readonly unknown[]> {
  return any({ maxRank: 3 }).chain((x) => {
    const rank = x.shape.length;
    const one = fc.integer({ min: -rank - 2, max: rank + 1 });
    const two = fc.tuple(
      fc.integer({ min: -rank - 2, max: rank + 2 }),
      fc.integer({ min: -rank - 2, max: rank + 2 }),
    );
    return fc.tuple(fc.constant(x), fc.oneof(one, two));
  });
}

/** Arrays with axes of length 1, and which of them to drop. */
function squeezes(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(
    fc.constantFrom(...ANY),
    fc.array(fc.constantFrom(1, 1, 2), { maxLength: 5 }),
  ).chain(([dtype, shape]) =>
    fc.tuple(arrays(dtype, shape), validAxes(shape.length)).map(([x, axis]) =>
      axis === undefined ? [x] : [x, { axis }]
    )
  );
}

function broadcasts(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(fc.constantFrom(...ANY), broadcastableShapes(2), fc.nat({ max: 9 })).chain(
    ([dtype, [own, other], kind]) => {
      const rank = Math.max(own!.length, other!.length);
      const at = (shape: readonly number[], axis: number): number =>
        axis < rank - shape.length ? 1 : shape[axis - rank + shape.length]!;
      const target = Array.from({ length: rank }, (_, axis) => {
        const length = at(other!, axis);
        return length === 1 ? at(own!, axis) : length;
      });
      const shape = kind === 0 ? target.slice(1) : kind === 1 ? target.map((n) => n + 1) : target;
      return arrays(dtype, own!).map((x) => [x, shape]);
    },
  );
}

/** Several arrays that differ in one axis only; at times in another, in rank, or in dtype. */
function joins(sameLength: boolean): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(
    fc.constantFrom(...ANY),
    arrayShapes({ minRank: sameLength ? 0 : 1, maxRank: 4 }),
    fc.integer({ min: 1, max: 4 }),
    fc.nat({ max: 19 }),
  ).chain(([dtype, shape, count, mistake]) => {
    const rank = shape.length + (sameLength ? 1 : 0);
    return fc.tuple(
      validAxes(rank, { single: true, all: true }),
      fc.array(fc.nat({ max: 5 }), { minLength: count, maxLength: count }),
    ).chain(([axis, lengths]) => {
      const along = ((axis ?? 0) as number) + ((axis ?? 0) as number < 0 ? rank : 0);
      const parts = lengths.map((length, i) => {
        const last = i === count - 1;
        const own = sameLength || along >= rank || along < 0 ? shape : shape.with(along, length);
        if (last && mistake === 0) return arrays(dtype, [...own, 1]);
        if (last && mistake === 1 && own.length > 0) {
          return arrays(dtype, own.with(-1, own.at(-1)! + 1));
        }
        return arrays(last && mistake === 2 ? "float32" : dtype, own);
      });
      return fc.tuple(...parts).map((all) => axis === undefined ? [all] : [all, { axis }]);
    });
  });
}

function splits(): fc.Arbitrary<readonly unknown[]> {
  return any({ minRank: 1, maxRank: 3 }).chain((x) =>
    validAxes(x.shape.length, { single: true }).chain((axis) => {
      const at = (axis ?? 0) as number;
      const length = x.shape.at(at) ?? 3;
      const divisors = Array.from({ length: length }, (_, i) => i + 1).filter((n) =>
        length % n === 0
      );
      const sections = fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(1, ...divisors) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 7 }) },
        { weight: 4, arbitrary: fc.array(fc.integer({ min: -7, max: 9 }), { maxLength: 3 }) },
      );
      return sections.map((parts) => axis === undefined ? [x, parts] : [x, parts, { axis }]);
    })
  );
}

/** An operand, an integer, and one axis or all. */
function counted(
  least: number,
  most: number,
): fc.Arbitrary<readonly unknown[]> {
  return any({ maxRank: 3 }).chain((x) =>
    fc.tuple(
      fc.constant(x),
      fc.integer({ min: least, max: most }),
      validAxes(x.shape.length, { single: true }).map((axis) => axis === undefined ? {} : { axis }),
    )
  );
}

const asTuple = (x: Drawn, axes?: number | readonly number[]) => ({
  args: axes === undefined ? [x] : [x, typeof axes === "number" ? axes : python.tuple(axes)],
});

/** Rows of this file. */
export const MOVEMENT: readonly Row[] = [
  { name: "reshape", np: "np.reshape", args: reshapes() },
  { name: "transpose", np: "np.transpose", args: permutations(), theirs: asTuple },
  { name: "swapaxes", np: "np.swapaxes", args: axisPairs() },
  { name: "moveaxis", np: "np.moveaxis", args: axisPairs() },
  { name: "expandDims", np: "np.expand_dims", args: insertions(), theirs: asTuple },
  { name: "squeeze", np: "np.squeeze", args: squeezes(), refuses: [NO_AXES] },
  { name: "broadcastTo", np: "np.broadcast_to", args: broadcasts() },
  { name: "ravel", np: "np.ravel", args: any().map((x) => [x]) },
  { name: "flip", np: "np.flip", args: withAxes({ dtypes: ANY, keepDims: false }) },
  { name: "concat", np: "np.concatenate", args: joins(false), refuses: [mixing()] },
  { name: "stack", np: "np.stack", args: joins(true), refuses: [mixing()] },
  { name: "split", np: "np.split", args: splits() },
  {
    name: "tile",
    np: "np.tile",
    args: fc.tuple(any({ maxRank: 3 }), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 })),
  },
  { name: "repeat", np: "np.repeat", args: counted(0, 3), refuses: [NO_AXES] },
  { name: "roll", np: "np.roll", args: counted(-12, 12), refuses: [NO_AXES] },
];
