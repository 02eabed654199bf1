import type {
  BroadcastTo,
  ExpandDims,
  MoveAxis,
  Permute,
  Squeeze,
  SwapAxes,
} from "../../../src/core/types/movement.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("transpose reverses or permutes", () => {
  same<Permute<[2, 3, 4], undefined>, [4, 3, 2]>();
  same<Permute<[], undefined>, []>();
  same<Permute<[2, 3, 4], readonly [2, 0, 1]>, [4, 2, 3]>();
  same<Permute<[2, 3, 4], readonly [-1, 0, -2]>, [4, 2, 3]>();
  same<Permute<[number, 3], readonly [1, 0]>, [3, number]>();
  same<Permute<[2, 3], readonly number[]>, [number, number]>();
  same<Permute<[2, 3], readonly [number, number]>, [number, number]>();
  same<Permute<number[], readonly [1, 0]>, number[]>();
  same<Permute<[2, 3] | [4], undefined>, [3, 2] | [4]>();
});

Deno.test("axes are exchanged and moved", () => {
  same<SwapAxes<[2, 3, 4], 0, -1>, [4, 3, 2]>();
  same<SwapAxes<[2, 3, 4], 1, 1>, [2, 3, 4]>();
  same<SwapAxes<[2, 3, 4], number, 1>, [number, number, number]>();
  same<SwapAxes<number[], 0, 1>, number[]>();
  same<MoveAxis<[2, 3, 4], 0, -1>, [3, 4, 2]>();
  same<MoveAxis<[2, 3, 4], -1, 0>, [4, 2, 3]>();
  same<MoveAxis<[2, 3, 4], 0, 1>, [3, 2, 4]>();
  same<MoveAxis<[2, 3, 4], 0, number>, [number, number, number]>();
});

Deno.test("axes of length 1 come and go", () => {
  same<ExpandDims<[2, 3], 0>, [1, 2, 3]>();
  same<ExpandDims<[2, 3], -1>, [2, 3, 1]>();
  same<ExpandDims<[2, 3], readonly [0, -1]>, [1, 2, 3, 1]>();
  same<ExpandDims<[], readonly [0, 1]>, [1, 1]>();
  same<ExpandDims<[2], number>, [number, number]>();
  same<ExpandDims<number[], 0>, number[]>();
  same<Squeeze<[1, 2, 1, 3], undefined>, [2, 3]>();
  same<Squeeze<[1, 2, 1, 3], 0>, [2, 1, 3]>();
  same<Squeeze<[1, 2, 1, 3], readonly [0, -2]>, [2, 3]>();
  same<Squeeze<[number, 1], undefined>, number[]>();
  same<Squeeze<[number, 1], 0>, [1]>();
});

Deno.test("tensors stretch to a shape", () => {
  same<BroadcastTo<[3], readonly [2, 3]>, [2, 3]>();
  same<BroadcastTo<[2, 1], readonly [4, 2, 3]>, [4, 2, 3]>();
  same<BroadcastTo<number[], readonly [2, 3]>, [2, 3]>();
  same<BroadcastTo<[number], readonly [2, 3]>, [2, 3]>();
  same<BroadcastTo<[3], readonly number[]>, number[]>();
  same<BroadcastTo<[3], readonly [number, 3]>, [number, 3]>();
});

Deno.test("functions that move axes take literals", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3, 4]);
    const reversed = nd.transpose(x);
    same<typeof reversed, Tensor<"float32", [4, 3, 2]>>();
    const permuted = nd.transpose(x, [2, 0, 1]);
    same<typeof permuted, Tensor<"float32", [4, 2, 3]>>();
    const swapped = nd.swapaxes(x, 0, 1);
    same<typeof swapped, Tensor<"float32", [3, 2, 4]>>();
    const moved = nd.moveaxis(x, 0, -1);
    same<typeof moved, Tensor<"float32", [3, 4, 2]>>();
    const expanded = nd.expandDims(x, [0, -1]);
    same<typeof expanded, Tensor<"float32", [1, 2, 3, 4, 1]>>();
    const squeezed = nd.squeeze(nd.zeros([1, 3, 1]), { axis: 0 });
    same<typeof squeezed, Tensor<"float32", [3, 1]>>();
    const stretched = nd.broadcastTo(nd.zeros([3]), [2, 3]);
    same<typeof stretched, Tensor<"float32", [2, 3]>>();
    // @ts-expect-error too few axes
    nd.transpose(x, [1, 0]);
    // @ts-expect-error an axis twice
    nd.transpose(x, [0, 0, 1]);
    // @ts-expect-error no such axis
    nd.transpose(x, [0, 1, 3]);
    // @ts-expect-error no such axis
    nd.swapaxes(x, 0, 3);
    // @ts-expect-error no such axis
    nd.swapaxes(x, 3, 0);
    // @ts-expect-error no such axis
    nd.moveaxis(x, -4, 0);
    // @ts-expect-error no such place
    nd.expandDims(x, 4);
    // @ts-expect-error a place twice
    nd.expandDims(x, [0, 0]);
    // @ts-expect-error not of length 1
    nd.squeeze(x, { axis: 0 });
    // @ts-expect-error does not stretch
    nd.broadcastTo(x, [2, 3, 5]);
    // @ts-expect-error loses an axis
    nd.broadcastTo(x, [3, 4]);
  }));
