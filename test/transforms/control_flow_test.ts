import * as nd from "../../mod.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { Random } from "../support/random.ts";
import { type Any, assertSameUnderTransforms, drawn } from "./compositions.ts";

const { add, cast, cos, divide, greater, less, matmul, multiply, sin, subtract, sum, tanh } = nd;

type Vector = Tensor<"float64", [3]>;
type Number64 = Tensor<"float64", []>;
type Loss = (x: Vector, w: Vector) => Number64;

/** A program with control flow, and the same without. */
interface Pair {
  readonly flow: Loss;
  readonly plain: Loss;
  /** Whether it has no reverse mode. */
  readonly forwardOnly?: boolean;
}

const zero: Number64 = nd.zeros([], { dtype: "float64" });
const one: Number64 = nd.ones([], { dtype: "float64" });

function at(x: Vector, i: number): Number64 {
  return nd.slice(x, i) as Tensor as Number64;
}

/** A sum over numbers that stand for parts of a vector. */
function summed(x: Vector, f: (part: Number64) => Number64): Number64 {
  return [0, 1, 2].map((i) => f(at(x, i))).reduce((a, b) => add(a, b));
}

/** Some steps of a recurrence with a matrix of the weights. */
function step(h: Vector, x: Number64, w: Vector): Vector {
  const outer = multiply(nd.reshape(w, [3, 1]), nd.reshape(w, [1, 3]));
  return tanh(add(matmul(outer, h), multiply(w, x)));
}

const PAIRS: Readonly<Record<string, Pair>> = {
  "a recurrence that closes over its weights": {
    flow: (x, w) => {
      const [h, ys] = nd.scan(
        (c: Vector, part) => {
          const next = step(c, part, w);
          return [next, sum(multiply(next, c))];
        },
        w,
        x,
      );
      return add(sum(h), sum(ys));
    },
    plain: (x, w) => {
      let [h, total] = [w, zero];
      for (let i = 0; i < 3; i++) {
        const next = step(h, at(x, i), w);
        total = add(total, sum(multiply(next, h)));
        h = next;
      }
      return add(sum(h), total);
    },
  },
  "a carry that moves after a turn, beside a counter": {
    flow: (x, w) => {
      const init = { count: nd.tensor(0, { dtype: "int32" }), still: one, late: one };
      const [{ late }, ys] = nd.scan(
        (c, [a, b]) => {
          const count = add(c.count, 1);
          const still = multiply(c.still, cast(count, "float64"));
          const next = { count, still, late: sin(add(multiply(c.late, a), still)) };
          return [next, { product: multiply(c.late, b), count }];
        },
        init,
        [x, w],
        { reverse: true },
      );
      return add(late, sum(multiply(ys.product, cast(ys.count, "float64"))));
    },
    plain: (x, w) => {
      let [still, late, total] = [one, one, zero];
      for (let i = 2; i >= 0; i--) {
        const count = 3 - i;
        total = add(total, multiply(multiply(late, at(w, i)), count));
        still = multiply(still, count);
        late = sin(add(multiply(late, at(x, i)), still));
      }
      return add(late, total);
    },
  },
  "loops in loops": {
    flow: (x, w) =>
      nd.forLoop(1, 3, (i, total) => {
        const inner = nd.scan(
          (c: Number64, part) => [tanh(add(multiply(c, part), total)), null],
          cast(i, "float64"),
          multiply(x, w),
        )[0];
        return add(multiply(total, cast(i, "float64")), sin(inner));
      }, sum(w)),
    plain: (x, w) => {
      let total = sum(w);
      for (let i = 1; i < 3; i++) {
        let inner: Number64 = multiply(one, i);
        for (let k = 0; k < 3; k++) {
          inner = tanh(add(multiply(inner, multiply(at(x, k), at(w, k))), total));
        }
        total = add(multiply(total, i), sin(inner));
      }
      return total;
    },
  },
  "a choice by a traced value in a loop": {
    flow: (x, w) =>
      nd.scan(
        (c: Number64, part) => [
          nd.cond(
            greater(part, 0),
            (a, b) => multiply(a, add(b, sum(w))),
            (a, b) => subtract(sin(multiply(a, b)), b),
            c,
            part,
          ),
          null,
        ],
        one,
        x,
      )[0],
    plain: (x, w) => {
      let c: Number64 = one;
      for (let i = 0; i < 3; i++) {
        const part = at(x, i);
        const yes = multiply(c, add(part, sum(w)));
        const no = subtract(sin(multiply(c, part)), part);
        c = nd.where(greater(part, 0), yes, no);
      }
      return c;
    },
  },
  "a choice by number, around a loop": {
    flow: (x, w) => {
      const index = cast(greater(sum(x), 0), "int32");
      return nd.switchCase(
        index,
        [
          (a: Vector) => nd.forLoop(0, 2, (_, c) => multiply(c, sum(w)), sum(a)),
          (a: Vector) => sum(nd.map((part) => multiply(part, sin(part)), a)),
        ],
        x,
      );
    },
    plain: (x, w) => {
      const no = multiply(multiply(sum(x), sum(w)), sum(w));
      return nd.where(greater(sum(x), 0), summed(x, (part) => multiply(part, sin(part))), no);
    },
  },
  "a map over pairs": {
    flow: (x, w) => sum(nd.map(({ a, b }) => divide(sin(a), add(2, cos(b))), { a: x, b: w })),
    plain: (x, w) => sum(divide(sin(x), add(2, cos(w)))),
  },
  "running compositions of affine functions": {
    flow: (x, w) => {
      const [, offsets] = nd.associativeScan(
        ([a, b], [c, d]) => [multiply(a, c), add(multiply(b, c), d)],
        [x, w] as const,
      );
      return sum(sin(offsets));
    },
    plain: (x, w) => {
      let [b, total] = [zero, zero];
      for (let i = 0; i < 3; i++) {
        b = add(multiply(b, at(x, i)), at(w, i));
        total = add(total, sin(b));
      }
      return total;
    },
  },
  "a loop with bounds that are numbers": {
    flow: (x, w) =>
      nd.forLoop(-1, 2, (i, c) => tanh(add(multiply(c, sum(w)), cast(i, "float64"))), sum(x)),
    plain: (x, w) => {
      let c = sum(x);
      for (let i = -1; i < 2; i++) c = tanh(add(multiply(c, sum(w)), i));
      return c;
    },
  },
  "a loop with a condition": {
    forwardOnly: true,
    flow: (x, w) =>
      nd.whileLoop(
        ([c, i]) => nd.logicalAnd(less(c, 40), less(i, 9)),
        ([c, i]) => [add(multiply(c, c), sum(multiply(w, w))), add(i, 1)],
        [sum(multiply(x, x)), tensor32(0)],
      )[0],
    plain: (x, w) => {
      let [c, i] = [sum(multiply(x, x)), zero];
      for (let turn = 0; turn < 9; turn++) {
        const goes = nd.logicalAnd(less(c, 40), less(i, 9));
        const next = add(multiply(c, c), sum(multiply(w, w)));
        c = nd.where(goes, next, c);
        i = nd.where(goes, add(i, 1), i);
      }
      return c;
    },
  },
  "a loop with a traced bound": {
    forwardOnly: true,
    flow: (x, w) => {
      const turns = add(cast(greater(sum(x), 0), "int32"), 2);
      return nd.forLoop(0, turns, (_, c) => sin(multiply(c, sum(w))), sum(x));
    },
    plain: (x, w) => {
      const two = sin(multiply(sin(multiply(sum(x), sum(w))), sum(w)));
      return nd.where(greater(sum(x), 0), sin(multiply(two, sum(w))), two);
    },
  },
};

function tensor32(value: number): Tensor<"int32", []> {
  return nd.tensor(value, { dtype: "int32" });
}

for (const [title, { flow, plain, forwardOnly = false }] of Object.entries(PAIRS)) {
  Deno.test(`${title}, under all transforms, as without control flow`, () => {
    const random = new Random(title);
    for (let round = 0; round < 3; round++) {
      const args = [[3], [3], [4, 3], [4, 3]].map((shape) => drawn(random, shape));
      assertSameUnderTransforms(flow as unknown as Any, plain as unknown as Any, args, forwardOnly);
    }
  });
}
