import type { Concat, Stack } from "../../../src/core/types/join.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("concat adds the lengths of one axis", () => {
  same<Concat<readonly [[2, 3], [5, 3]], 0>, [7, 3]>();
  same<Concat<readonly [[2, 3], [2, 4], [2, 5]], -1>, [2, 12]>();
  same<Concat<readonly [[2, 3]], 0>, [2, 3]>();
  same<Concat<readonly [[2, number], [number, 3]], 0>, [number, 3]>();
  same<Concat<readonly [[2, 3], number[]], 0>, number[]>();
  same<Concat<readonly [[2, 3], [2, 3]], number>, [number, number]>();
  same<Concat<readonly [2, 3][], 0>, [number, 3]>();
});

Deno.test("stack inserts the number of tensors", () => {
  same<Stack<readonly [[2, 3], [2, 3]], 0>, [2, 2, 3]>();
  same<Stack<readonly [[2, 3], [2, 3], [2, 3]], -1>, [2, 3, 3]>();
  same<Stack<readonly [[], []], 0>, [2]>();
  same<Stack<readonly [[number, 3], [2, number]], 1>, [2, 2, 3]>();
  same<Stack<readonly [[2], [2]], number>, [number, number]>();
  same<Stack<readonly [2, 3][], 0>, [number, 2, 3]>();
  same<Stack<readonly [number[]], 0>, number[]>();
});

Deno.test("lists of tensors have one dtype and fit", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const y = nd.zeros([4, 3]);
    const rows = nd.concat([x, y]);
    same<typeof rows, Tensor<"float32", [6, 3]>>();
    const columns = nd.concat([x, nd.zeros([2, 1])], { axis: 1 });
    same<typeof columns, Tensor<"float32", [2, 4]>>();
    const stacked = nd.stack([x, x, x], { axis: -1 });
    same<typeof stacked, Tensor<"float32", [2, 3, 3]>>();
    const list: Tensor<"int32", [2, 3]>[] = [];
    const many = nd.concat(list, { axis: 1 });
    same<typeof many, Tensor<"int32", [2, number]>>();
    const loose: Tensor[] = [x, y];
    const joined = nd.stack(loose);
    same<typeof joined["shape"], number[]>();
    // @ts-expect-error lengths
    nd.concat([x, y], { axis: 1 });
    // @ts-expect-error ranks
    nd.concat([x, nd.zeros([3])]);
    // @ts-expect-error dtypes
    nd.concat([x, nd.zeros([2, 3], { dtype: "int32" })]);
    // @ts-expect-error no such axis
    nd.concat([x, y], { axis: 2 });
    // @ts-expect-error rank 0
    nd.concat([nd.zeros([]), nd.zeros([])]);
    // @ts-expect-error no tensors
    nd.concat([]);
    // @ts-expect-error shapes
    nd.stack([x, y]);
    // @ts-expect-error no such axis
    nd.stack([x, x], { axis: 3 });
    // @ts-expect-error dtypes and shapes, of which the first is reported
    nd.stack([x, nd.zeros([4], { dtype: "bool" })]);
  }));
