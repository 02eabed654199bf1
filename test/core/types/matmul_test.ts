import type { MatMul } from "../../../src/core/types/matmul.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("matrices, vectors and stacks multiply", () => {
  same<MatMul<[2, 3], [3, 4]>, [2, 4]>();
  same<MatMul<[3], [3, 4]>, [4]>();
  same<MatMul<[2, 3], [3]>, [2]>();
  same<MatMul<[3], [3]>, []>();
  same<MatMul<[5, 2, 3], [3, 4]>, [5, 2, 4]>();
  same<MatMul<[5, 1, 2, 3], [7, 3, 4]>, [5, 7, 2, 4]>();
  same<MatMul<[3], [7, 3, 4]>, [7, 4]>();
  same<MatMul<[7, 2, 3], [3]>, [7, 2]>();
  same<MatMul<readonly [2, 0], readonly [0, 4]>, [2, 4]>();
});

Deno.test("unknown lengths and ranks multiply to what is known", () => {
  same<MatMul<[number, 3], [3, 4]>, [number, 4]>();
  same<MatMul<[2, number], [3, number]>, [2, number]>();
  same<MatMul<number[], [3, 4]>, number[]>();
  same<MatMul<[2, 3] | [5, 3], [3, 4]>, [2, 4] | [5, 4]>();
});

Deno.test("matmul takes two tensors of one dtype", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const product = nd.matmul(x, nd.zeros([3, 4]));
    same<typeof product, Tensor<"float32", [2, 4]>>();
    const gram = nd.matmul(nd.transpose(x), x);
    same<typeof gram, Tensor<"float32", [3, 3]>>();
    // @ts-expect-error inner lengths
    nd.matmul(x, nd.zeros([4, 3]));
    // @ts-expect-error inner lengths: 1 does not stretch
    nd.matmul(x, nd.zeros([1, 3]));
    // @ts-expect-error leading axes
    nd.matmul(nd.zeros([4, 2, 3]), nd.zeros([5, 3, 4]));
    // @ts-expect-error rank 0
    nd.matmul(x, nd.zeros([]));
    // @ts-expect-error dtypes
    nd.matmul(x, nd.zeros([3, 4], { dtype: "float64" }));
    // @ts-expect-error no scalars
    nd.matmul(x, 2);
    // @ts-expect-error no strings
    nd.matmul(nd.tensor(["a"]), nd.tensor(["b"]));
  }));
