import type { DType, NumericDType } from "../../../src/core/dtype.ts";
import type { Shape } from "../../../src/core/shape.ts";
import type { Operand, TensorLike } from "../../../src/core/types/operands.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("tensors are covariant", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const loose: Tensor<"float32", number[]> = x;
    const looser: Tensor = loose;
    const partly: Tensor<"float32", [number, number]> = x;
    const like: TensorLike<"float32", readonly [2, 3]> = x;
    const list: Tensor<NumericDType>[] = [x, nd.zeros([], { dtype: "int32" }), partly];
    let sum: Tensor<"float32", number[]> = nd.zeros([]);
    sum = nd.add(sum, x);
    // @ts-expect-error an unknown shape is not a known one
    const known: Tensor<"float32", [2, 3]> = loose;
    // @ts-expect-error an unknown dtype is not a known one
    const float: Tensor<"float32"> = looser;
    return [like, list, known, float, sum];
  }));

/** Generic in a length: what does not depend on it stays exact, the rest is number[]. */
function inLength<N extends number>(x: Tensor<"float32", [N, 3]>): Tensor<"float32", [N, 3]> {
  const row: Tensor<"float32", [N, 3]> = nd.add(x, nd.zeros([3]));
  const doubled: Tensor<"float32", [N, 3]> = nd.add(x, x);
  const scaled: Tensor<"float32", [N, 3]> = nd.add(2, nd.add(x, 1));
  const product: Tensor<"float32", [N, 4]> = nd.matmul(x, nd.zeros([3, 4]));
  const turned: Tensor<"float32", [3, N]> = nd.transpose(x);
  const permuted: Tensor<"float32", [3, N]> = nd.transpose(x, [1, 0]);
  const gram: Tensor<"float32", [N, N]> = nd.matmul(x, turned);
  const inner: Tensor<"float32", [3, 3]> = nd.matmul(turned, x);
  const sums: Tensor<"float32", [N]> = nd.sum(x, { axis: 1 });
  const column: Tensor<"float32", [N]> = nd.slice(x, ":", 1);
  const expanded: Tensor<"float32", [1, N, 3]> = nd.expandDims(x, 0);
  const stacked: Tensor<"float32", [2, N, 3]> = nd.stack([x, x]);
  const einsum: Tensor<"float32", [N, 4]> = nd.einsum("ij,jk->ik", x, nd.zeros([3, 4]));
  const wide: Tensor<"float32", number[]> = nd.add(x, nd.zeros([2, 3]));
  const long: Tensor<"float32", number[]> = nd.concat([x, nd.zeros([2, 3])]);
  const flat: Tensor<"float32", number[]> = nd.reshape(x, [-1]);
  const part: Tensor<"float32", number[]> = nd.slice(x, 1);
  const block: Tensor<"float32", number[]> = nd.slice(x, "1:5", "...", null);
  const thin: Tensor<"float32", number[]> = nd.squeeze(x, { axis: 0 });
  const tall: Tensor<"float32", number[]> = nd.broadcastTo(x, [5, 6, 3]);
  const chosen: Tensor<"float32", number[]> = nd.where(nd.equal(x, 0), x, wide);
  const chain: Tensor<"float32", number[]> = nd.add(nd.add(wide, long), nd.matmul(chosen, inner));
  // @ts-expect-error a mistake whatever the length
  nd.add(x, nd.zeros([4]));
  // @ts-expect-error a mistake whatever the length
  nd.matmul(x, nd.zeros([4, 4]));
  // @ts-expect-error a mistake whatever the length
  nd.sum(x, { axis: 2 });
  // @ts-expect-error a mistake whatever the length
  nd.concat([x, nd.zeros([3])]);
  // @ts-expect-error a mistake whatever the length
  nd.slice(x, ":", 3);
  // @ts-expect-error a mistake whatever the length
  nd.add(x, nd.zeros([3], { dtype: "int32" }));
  void [row, doubled, product, permuted, gram, sums, column, expanded, stacked, einsum];
  void [flat, part, block, thin, tall, chain];
  return scaled;
}

/** Generic in the shape: elementwise functions keep it. */
function inShape<S extends Shape>(x: Tensor<"float32", S>): Tensor<"float32", S> {
  nd.matmul(x, nd.zeros([3, 4]));
  nd.add(x, nd.zeros([3]));
  nd.sum(x, { axis: 1 });
  nd.sum(x, { axis: [0, 1], keepDims: true });
  nd.transpose(x);
  nd.transpose(x, [1, 0]);
  nd.reshape(x, [-1]);
  nd.concat([x, x]);
  nd.stack([x, nd.zeros([2])], { axis: -1 });
  nd.einsum("ij->ji", x);
  nd.slice(x, 0, ":", "1:2");
  nd.expandDims(x, 0);
  nd.squeeze(x);
  nd.squeeze(x, { axis: 0 });
  nd.broadcastTo(x, [2, 3]);
  nd.swapaxes(x, 0, 1);
  nd.moveaxis(x, 0, 1);
  nd.where(nd.equal(x, 0), x, 0);
  nd.zeros(x.shape);
  const loose: Tensor<"float32"> = nd.add(nd.sum(x, { axis: 0 }), nd.transpose(x));
  void loose;
  return nd.add(nd.add(nd.negative(nd.sqrt(x)), x), 1);
}

/** Generic in the dtype. */
function inDType<D extends NumericDType, S extends Shape>(
  x: TensorLike<D, S>,
  y: Tensor<"float32", [2]>,
): Tensor<D, S> {
  nd.matmul(x, x);
  nd.add(x, y);
  nd.add(1, x);
  nd.concat([x, x]);
  nd.concat([x, y]);
  nd.stack([x, x]);
  nd.einsum("ij->ji", x);
  nd.einsum("i,i->", x, y);
  nd.where(nd.equal(x, x), x, 0);
  nd.sum(x);
  nd.sqrt(x);
  return nd.add(nd.negative(nd.add(x, x)), 1);
}

/** Generic in the whole operand. */
function inOperand<A extends Operand, T extends TensorLike>(a: A, t: T): void {
  nd.add(a, 1);
  nd.add(1, a);
  nd.add(a, a);
  nd.add(a, nd.zeros([2, 3]));
  nd.add(t, a);
  nd.add(t, 1);
  nd.matmul(t, t);
  nd.sum(t);
  nd.concat([t, t]);
}

/** A layer whose lengths are type parameters. */
class Linear<const I extends number, const O extends number> {
  readonly weight: Tensor<"float32", [I, O]>;
  readonly bias: Tensor<"float32", [O]>;
  constructor(i: I, o: O) {
    this.weight = nd.zeros([i, o]);
    this.bias = nd.zeros([o]);
  }
  forward<B extends number>(x: Tensor<"float32", [B, I]>): Tensor<"float32", [B, O]> {
    return nd.add(nd.matmul(x, this.weight), this.bias);
  }
}

Deno.test("generic code compiles, and its callers get exact shapes", () =>
  onlyTypes(() => {
    const length = inLength(nd.zeros([7, 3]));
    same<typeof length, Tensor<"float32", [7, 3]>>();
    const shape = inShape(nd.zeros([7, 3]));
    same<typeof shape, Tensor<"float32", [7, 3]>>();
    const dtype = inDType(nd.zeros([7], { dtype: "int32" }), nd.zeros([2]));
    same<typeof dtype, Tensor<"int32", [7]>>();
    inOperand(2, nd.zeros([7]));
    const layer = new Linear(784, 10);
    const scores = layer.forward(nd.zeros([32, 784]));
    same<typeof scores, Tensor<"float32", [32, 10]>>();
    // @ts-expect-error another number of features
    layer.forward(nd.zeros([32, 783]));
  }));

Deno.test("tensors of unknown dtype and shape pass every check", () =>
  onlyTypes(() => {
    const x = nd.zeros([2]) as Tensor;
    const y = nd.zeros([2]) as Tensor<DType, [2] | [number, 3]>;
    const sum = nd.add(x, y);
    same<typeof sum, Tensor<DType, number[]>>();
    nd.add(x, 1.5);
    nd.matmul(x, x);
    nd.concat([x, y]);
    nd.einsum("ij,j->i", x, y);
    nd.slice(x, 0, "1:3");
    nd.negative(x);
    nd.sum(x, { axis: 5 });
    nd.reshape(x, [2, 3]);
  }));
