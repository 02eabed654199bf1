import type { Broadcast, BroadcastShape } from "../../../src/core/types/broadcast.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("literal shapes broadcast exactly", () => {
  same<Broadcast<[2, 3], [3]>, [2, 3]>();
  same<Broadcast<[], [2, 3]>, [2, 3]>();
  same<Broadcast<[8, 1, 3], [4, 1]>, [8, 4, 3]>();
  same<Broadcast<[1], [0]>, [0]>();
  same<Broadcast<readonly [2, 1], readonly [1, 5]>, [2, 5]>();
  same<
    Broadcast<[1, 2, 1, 4, 1, 6, 1, 8], [1, 1, 3, 1, 5, 1, 7, 1]>,
    [1, 2, 3, 4, 5, 6, 7, 8]
  >();
});

Deno.test("unknown lengths and ranks broadcast to what is known", () => {
  same<Broadcast<[number, 3], [2, 3]>, [2, 3]>();
  same<Broadcast<[number], [1]>, [number]>();
  same<Broadcast<[number, 1], [4]>, [number, 4]>();
  same<Broadcast<number[], [2, 3]>, number[]>();
  same<Broadcast<readonly number[], readonly number[]>, number[]>();
});

Deno.test("unions of shapes broadcast to the unions that fit", () => {
  same<Broadcast<[2] | [1, 2], [3, 1]>, [3, 2]>();
  same<BroadcastShape<[2] | [3], [3]>, [3]>();
  same<Broadcast<[2 | 3], [3]>, [3]>();
});

Deno.test("operands are tensors of one dtype, or a tensor and a scalar", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const n = nd.zeros([3], { dtype: "int32" });
    const b = nd.zeros([3], { dtype: "bool" });
    const z = nd.zeros([3], { dtype: "complex64" });
    same<ReturnType<typeof f>, Tensor<"float32", [2, 3]>>();
    function f() {
      return nd.add(x, nd.zeros([3]));
    }
    const scalarRight = nd.add(x, 10);
    same<typeof scalarRight, Tensor<"float32", [2, 3]>>();
    const scalarLeft = nd.add(10n, n);
    same<typeof scalarLeft, Tensor<"int32", [3]>>();
    const complex = nd.add(z, { re: 1, im: -1 });
    same<typeof complex, Tensor<"complex64", [3]>>();
    const quotient = nd.divide(n, 2);
    same<typeof quotient, Tensor<"float64", [3]>>();
    const comparison = nd.equal(b, true);
    same<typeof comparison, Tensor<"bool", [3]>>();
    const choice = nd.where(nd.equal(x, 0), x, 1);
    same<typeof choice, Tensor<"float32", [2, 3]>>();
    const ofScalars = nd.where(b, 1, 0);
    same<typeof ofScalars, Tensor<"float32", [3]>>();
    const either: Tensor<"float32", [2, 3]> | number = x;
    const mixed = nd.add(either, x);
    same<typeof mixed, Tensor<"float32", [2, 3]>>();
  }));

Deno.test("a mistake in operands does not compile", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const n = nd.zeros([3], { dtype: "int32" });
    const u = nd.zeros([3], { dtype: "uint8" });
    const b = nd.zeros([3], { dtype: "bool" });
    // @ts-expect-error shapes
    nd.add(x, nd.zeros([4]));
    // @ts-expect-error dtypes
    nd.add(x, n);
    // @ts-expect-error a fraction in an integer tensor
    nd.add(n, 1.5);
    // @ts-expect-error a fraction in an integer tensor, at the left
    nd.add(1.5, n);
    // @ts-expect-error a negative number in an unsigned tensor
    nd.add(u, -1);
    // @ts-expect-error a bigint in a float tensor
    nd.add(x, 1n);
    // @ts-expect-error a boolean in a numeric tensor
    nd.add(x, true);
    // @ts-expect-error a number in a bool tensor
    nd.equal(b, 1);
    // @ts-expect-error no arithmetic on bool
    nd.add(b, b);
    // @ts-expect-error no arithmetic on bool
    nd.add(b, true);
    // @ts-expect-error no tensor
    nd.add(1, 2);
    // @ts-expect-error neither tensor nor scalar
    nd.add(x, [1, 2, 3]);
    // @ts-expect-error the condition is not bool
    nd.where(x, x, 0);
    // @ts-expect-error the condition does not fit
    nd.where(nd.zeros([4], { dtype: "bool" }), x, 0);
    // @ts-expect-error the choices have two dtypes
    nd.where(b, x, n);
  }));

Deno.test("after a mistake the result is usable, so that it is reported once", () =>
  onlyTypes(() => {
    // @ts-expect-error shapes
    const wrong = nd.add(nd.zeros([2, 3]), nd.zeros([4]));
    same<typeof wrong, Tensor<"float32", number[]>>();
    nd.add(wrong, nd.zeros([7]));
  }));
