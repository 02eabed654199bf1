import type { NestedItems } from "../../../src/core/dtype.ts";
import type { DataDType, DataShape } from "../../../src/core/types/nested.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("nested literals have a shape and a dtype", () =>
  onlyTypes(() => {
    const matrix = nd.tensor([[1, 2], [3, 4]]);
    same<typeof matrix, Tensor<"float32", [2, 2]>>();
    const scalar = nd.tensor(1.5);
    same<typeof scalar, Tensor<"float32", []>>();
    const mask = nd.tensor([[true, false, true]]);
    same<typeof mask, Tensor<"bool", [1, 3]>>();
    const large = nd.tensor([1n, 2n]);
    same<typeof large, Tensor<"int64", [2]>>();
    const words = nd.tensor([["a"], ["b"]]);
    same<typeof words, Tensor<"string", [2, 1]>>();
    const complex = nd.tensor([1, { re: 0, im: 1 }]);
    same<typeof complex, Tensor<"complex64", [2]>>();
    const empty = nd.tensor([]);
    same<typeof empty, Tensor<"float32", [0]>>();
    const rows = nd.tensor([[], []]);
    same<typeof rows, Tensor<"float32", [2, 0]>>();
    const deep = nd.tensor([[[[[[[[1]]]]]]]]);
    same<typeof deep, Tensor<"float32", [1, 1, 1, 1, 1, 1, 1, 1]>>();
    const given = nd.tensor([[1, 2], [3, 4]], { dtype: "int32" });
    same<typeof given, Tensor<"int32", [2, 2]>>();
    const typed = nd.tensor(new Float64Array(3));
    same<typeof typed, Tensor<"float64", [number]>>();
    const bytes = nd.tensor(new Uint8ClampedArray(3), { dtype: "float32" });
    same<typeof bytes, Tensor<"float32", [number]>>();
  }));

Deno.test("arrays of unknown length and depth", () => {
  same<DataShape<number[]>, [number]>();
  same<DataShape<readonly boolean[][]>, [number, number]>();
  same<DataShape<[number, number][]>, [number, 2]>();
  same<DataShape<NestedItems<"float32">>, number[]>();
  same<DataDType<NestedItems<"float32">>, "float32">();
  same<DataDType<NestedItems<"bool">>, "bool">();
  same<DataDType<readonly number[][]>, "float32">();
  same<DataDType<BigUint64Array>, "uint64">();
});

Deno.test("the dtype is what the call says, not what its context wants", () =>
  onlyTypes(() => {
    // @ts-expect-error zeros are float32
    const zeros: Tensor<"int32", [2]> = nd.zeros([2]);
    // @ts-expect-error numbers are float32
    const tensor: Tensor<"int32", [2]> = nd.tensor([1, 2]);
    return [zeros, tensor];
  }));

Deno.test("ragged arrays and impossible shapes do not compile", () =>
  onlyTypes(() => {
    // @ts-expect-error rows of two lengths
    nd.tensor([[1, 2], [3]]);
    // @ts-expect-error rows of two lengths, deeper
    nd.tensor([[[1], [2]], [[1, 2], [3]]]);
    // @ts-expect-error a negative length
    nd.zeros([2, -1]);
    // @ts-expect-error a fractional length
    nd.zeros([0.5]);
    // @ts-expect-error no data
    nd.tensor(null);
    // @ts-expect-error no such dtype
    nd.tensor([1], { dtype: "float128" });
  }));

Deno.test("shapes of zeros may be literal, partly known or unknown", () =>
  onlyTypes(() => {
    const n: number = 2;
    const shape: number[] = [2, 3];
    const literal = nd.zeros([2, 3]);
    same<typeof literal, Tensor<"float32", [2, 3]>>();
    const partly = nd.zeros([n, 3]);
    same<typeof partly, Tensor<"float32", [number, 3]>>();
    const unknown = nd.zeros(shape);
    same<typeof unknown, Tensor<"float32", number[]>>();
    const like = nd.zeros(literal.shape, { dtype: "int32" });
    same<typeof like, Tensor<"int32", [2, 3]>>();
  }));
