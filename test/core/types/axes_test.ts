import type { Axes, Reduce } from "../../../src/core/types/axes.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("reductions drop axes or keep them with length 1", () => {
  same<Reduce<[2, 3, 4], undefined, false>, []>();
  same<Reduce<[2, 3, 4], undefined, true>, [1, 1, 1]>();
  same<Reduce<[2, 3, 4], 1, false>, [2, 4]>();
  same<Reduce<[2, 3, 4], -1, false>, [2, 3]>();
  same<Reduce<[2, 3, 4], -3, true>, [1, 3, 4]>();
  same<Reduce<[2, 3, 4], readonly [0, -1], false>, [3]>();
  same<Reduce<[2, 3, 4], readonly [2, 0], true>, [1, 3, 1]>();
  same<Reduce<[2, 3, 4], readonly [], false>, [2, 3, 4]>();
  same<Reduce<readonly [2, 3], 0, false>, [3]>();
  same<Reduce<[1, 2, 3, 4, 5, 6, 7, 8], readonly [0, -2], false>, [2, 3, 4, 5, 6, 8]>();
  same<Reduce<[], undefined, false>, []>();
});

Deno.test("unknown axes, lengths and ranks leave what is known", () => {
  same<Reduce<number[], 0, false>, number[]>();
  same<Reduce<[number, 3], 0, false>, [3]>();
  same<Reduce<[2, 3, 4], number, false>, [number, number]>();
  same<Reduce<[2, 3, 4], number, true>, [number, number, number]>();
  same<Reduce<[2, 3, 4], readonly number[], false>, number[]>();
  same<Reduce<[2, 3, 4], readonly number[], true>, [number, number, number]>();
  same<Reduce<[2, 3, 4], 0 | undefined, false>, number[]>();
  same<Reduce<[2, 3, 4], Axes, boolean>, number[]>();
  same<Reduce<[2, 3, 4], 0, boolean>, number[]>();
  same<Reduce<[2, 3, 4], 0 | 1, false>, [3, 4] | [2, 4]>();
  same<Reduce<[2, 3, 4], readonly [0 | 1], false>, [3, 4] | [2, 4]>();
  same<Reduce<[2, 3] | [4], 0, false>, [3] | []>();
});

Deno.test("sum takes axes and keepDims as literals or variables", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3, 4]);
    const all = nd.sum(x);
    same<typeof all, Tensor<"float32", []>>();
    const one = nd.sum(x, { axis: 1 });
    same<typeof one, Tensor<"float32", [2, 4]>>();
    const several = nd.sum(x, { axis: [0, 2], keepDims: true });
    same<typeof several, Tensor<"float32", [1, 3, 1]>>();
    const kept = nd.sum(x, { keepDims: true });
    same<typeof kept, Tensor<"float32", [1, 1, 1]>>();
    const none = nd.sum(x, { axis: undefined });
    same<typeof none, Tensor<"float32", []>>();
    const counted = nd.sum(nd.zeros([2], { dtype: "bool" }));
    same<typeof counted, Tensor<"int32", []>>();
    const axis: number = 1;
    const variable = nd.sum(x, { axis });
    same<typeof variable, Tensor<"float32", [number, number]>>();
    const options: { axis?: number; keepDims?: boolean } = {};
    const optional = nd.sum(x, options);
    same<typeof optional, Tensor<"float32", number[]>>();
    // @ts-expect-error no such axis
    nd.sum(x, { axis: 3 });
    // @ts-expect-error no such axis
    nd.sum(x, { axis: -4 });
    // @ts-expect-error no axis
    nd.sum(nd.zeros([]), { axis: 0 });
    // @ts-expect-error a fraction
    nd.sum(x, { axis: 0.5 });
    // @ts-expect-error no such axis among several
    nd.sum(x, { axis: [0, 3] });
    // @ts-expect-error an axis twice
    nd.sum(x, { axis: [0, -3] });
    // @ts-expect-error no number
    nd.sum(x, { axis: "0" });
    // @ts-expect-error no such option
    nd.sum(x, { dim: 0 });
  }));
