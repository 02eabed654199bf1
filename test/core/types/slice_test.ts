import type { RangeLength, SliceShape } from "../../../src/core/types/slice.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("ranges have the lengths of Python's", () => {
  same<RangeLength<5, ":">, 5>();
  same<RangeLength<5, "1:3">, 2>();
  same<RangeLength<5, "::2">, 3>();
  same<RangeLength<5, "-1:">, 1>();
  same<RangeLength<5, ":-1">, 4>();
  same<RangeLength<5, "::-1">, 5>();
  same<RangeLength<5, "::-2">, 3>();
  same<RangeLength<5, "3:0:-1">, 3>();
  same<RangeLength<5, "-10:10">, 5>();
  same<RangeLength<5, "3:1">, 0>();
  same<RangeLength<1797, "100:-100:7">, 229>();
  same<RangeLength<0, "::3">, 0>();
  same<RangeLength<number, "1:3">, number>();
});

Deno.test("integers drop axes, null makes one, an ellipsis stands for the rest", () => {
  same<SliceShape<[5, 6, 7], readonly []>, [5, 6, 7]>();
  same<SliceShape<[5, 6, 7], readonly [0]>, [6, 7]>();
  same<SliceShape<[5, 6, 7], readonly [":", -6]>, [5, 7]>();
  same<SliceShape<[5, 6, 7], readonly ["...", null, "1:3"]>, [5, 6, 1, 2]>();
  same<SliceShape<[5, 6, 7], readonly [0, "...", -1]>, [6]>();
  same<SliceShape<[5, 6, 7], readonly [0, 0, "...", 0]>, []>();
  same<SliceShape<[], readonly [null, "...", null]>, [1, 1]>();
  same<SliceShape<readonly [5, 6], readonly [null, ":", 1]>, [1, 5]>();
});

Deno.test("unknown lengths, ranks and indices leave what is known", () => {
  same<SliceShape<number[], readonly [0]>, number[]>();
  same<SliceShape<[number, 6], readonly ["::2", ":"]>, [number, 6]>();
  same<SliceShape<[number, 6], readonly [99]>, [6]>();
  same<SliceShape<[5, 6], readonly [number]>, [6]>();
  same<SliceShape<[5, 6], readonly [string]>, number[]>();
  same<SliceShape<[5, 6], readonly [number | null]>, number[]>();
  same<SliceShape<[5, 6], readonly (number | string)[]>, number[]>();
});

Deno.test("slice takes one index an axis", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const column = nd.slice(x, ":", 1);
    same<typeof column, Tensor<"float32", [2]>>();
    const backward = nd.slice(x, -1, "::-1");
    same<typeof backward, Tensor<"float32", [3]>>();
    const i: number = 0;
    const row = nd.slice(x, i);
    same<typeof row, Tensor<"float32", [3]>>();
    const from = nd.slice(x, `${i}:`, ":");
    same<typeof from["shape"]["length"], 2>();
    // @ts-expect-error out of range
    nd.slice(x, 2);
    // @ts-expect-error out of range
    nd.slice(x, ":", -4);
    // @ts-expect-error empty
    nd.slice(nd.zeros([0]), 0);
    // @ts-expect-error a fraction
    nd.slice(x, 0.5);
    // @ts-expect-error too many
    nd.slice(x, 0, 0, 0);
    // @ts-expect-error too many
    nd.slice(x, 0, 0, "...", 0);
    // @ts-expect-error two ellipses
    nd.slice(x, "...", "...");
    // @ts-expect-error no range
    nd.slice(x, "a");
    // @ts-expect-error no range
    nd.slice(x, "1:2:3:4");
    // @ts-expect-error a step of 0
    nd.slice(x, "::0");
    // @ts-expect-error neither number nor text
    nd.slice(x, true);
  }));
