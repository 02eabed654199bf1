import type { Reshape } from "../../../src/core/types/reshape.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("reshape computes the length left out", () => {
  same<Reshape<[6, 4], readonly [3, 8]>, [3, 8]>();
  same<Reshape<[6, 4], readonly [2, -1]>, [2, 12]>();
  same<Reshape<[6, 4], readonly [-1]>, [24]>();
  same<Reshape<[60000, 28, 28], readonly [-1, 784]>, [60000, 784]>();
  same<Reshape<[], readonly [1, -1]>, [1, 1]>();
  same<Reshape<[0, 3], readonly [-1, 3]>, [0, 3]>();
  same<Reshape<[1], readonly []>, []>();
});

Deno.test("unknown sizes leave the lengths asked for", () => {
  same<Reshape<number[], readonly [2, -1]>, [2, number]>();
  same<Reshape<[number, 4], readonly [-1]>, [number]>();
  same<Reshape<[6, 4], readonly [number, 4]>, [number, 4]>();
  same<Reshape<[6, 4], readonly number[]>, number[]>();
  same<Reshape<[6, 4] | [24], readonly [-1, 2]>, [12, 2]>();
});

Deno.test("reshape refuses shapes of another size", () =>
  onlyTypes(() => {
    const x = nd.zeros([6, 4]);
    const rows = nd.reshape(x, [2, -1]);
    same<typeof rows, Tensor<"float32", [2, 12]>>();
    // @ts-expect-error another size
    nd.reshape(x, [5, 5]);
    // @ts-expect-error no length fits
    nd.reshape(x, [5, -1]);
    // @ts-expect-error two lengths left out
    nd.reshape(x, [-1, -1]);
    // @ts-expect-error ambiguous
    nd.reshape(nd.zeros([0, 3]), [0, -1]);
  }));
