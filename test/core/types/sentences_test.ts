/**
 * The compiler's sentence is the run time's error, word for word: what a parameter's type says
 * about wrong arguments is what the function throws for them.
 *
 * @module
 */
import { add } from "../../../src/ops/arithmetic.ts";
import { tensor, zeros } from "../../../src/ops/creation.ts";
import { concat, stack } from "../../../src/ops/joining.ts";
import { matmul } from "../../../src/ops/linear.ts";
import {
  broadcastTo,
  expandDims,
  moveaxis,
  reshape,
  squeeze,
  swapaxes,
  transpose,
} from "../../../src/ops/movement.ts";
import { broadcastError } from "../../../src/core/errors.ts";
import { sum } from "../../../src/ops/reductions.ts";
import type { DType } from "../../../src/core/dtype.ts";
import type { Shape } from "../../../src/core/shape.ts";
import type { Tensor } from "../../../src/core/tensor.ts";
import { says, type SentenceOf } from "./expect.ts";

type Float<S extends Shape> = Tensor<"float32", S>;
type Int<S extends Shape> = Tensor<"int32", S>;
type Bool<S extends Shape> = Tensor<"bool", S>;
type NonNull<T> = Exclude<T, undefined>;

type Add<A extends Tensor | number, B extends Tensor | number | bigint | boolean> = SentenceOf<
  Parameters<typeof add<A, B>>[1]
>;

function ints<const S extends Shape>(shape: S): Tensor {
  return zeros(shape as Shape, { dtype: "int32" });
}

function bools<const S extends Shape>(shape: S): Tensor {
  return zeros(shape as Shape, { dtype: "bool" });
}

Deno.test("shapes and dtypes of two operands", () => {
  says<Add<Float<[2, 3]>, Float<[4]>>>(
    "Cannot add tensors of shape [2, 3] and [4]: axis -1 has lengths 3 and 4",
    add,
    zeros([2, 3]),
    zeros([4]),
  );
  says<Add<Float<[]>, Int<[]>>>(
    "Cannot add float32 and int32: cast one of them first",
    add,
    zeros([]),
    ints([]),
  );
  says<Add<Bool<[2]>, Bool<[2]>>>(
    "Cannot add bool: the operand must be numeric",
    add,
    bools([2]),
    bools([2]),
  );
  says<Add<1, 2>>(
    "Cannot add 1: an operand must be a tensor, make one with tensor()",
    add,
    1,
    2,
  );
});

Deno.test("scalars that a dtype cannot represent", () => {
  const rest = "pass a value of that dtype, or cast the tensor to one that holds it" as const;
  says<Add<Int<[2]>, 1.5>>(`Cannot represent 1.5 as int32: ${rest}`, add, ints([2]), 1.5);
  says<Add<1.5, Int<[2]>>>(`Cannot represent 1.5 as int32: ${rest}`, add, 1.5, ints([2]));
  says<Add<Tensor<"uint8", [2]>, -1>>(
    `Cannot represent -1 as uint8: ${rest}`,
    add,
    zeros([2], { dtype: "uint8" }),
    -1,
  );
  says<Add<Float<[2]>, 1n>>(`Cannot represent 1n as float32: ${rest}`, add, zeros([2]), 1n);
  says<Add<Float<[2]>, true>>(`Cannot represent true as float32: ${rest}`, add, zeros([2]), true);
  says<Add<Bool<[2]>, 1>>(`Cannot represent 1 as bool: ${rest}`, add, bools([2]), 1);
});

Deno.test("matrix products", () => {
  type MatMul<A extends Tensor, B extends Tensor> = SentenceOf<
    Parameters<typeof matmul<A, B>>[1]
  >;
  says<MatMul<Float<[2, 3]>, Float<[5, 2, 4]>>>(
    "Cannot matmul tensors of shape [2, 3] and [5, 2, 4]: inner lengths 3 and 2 differ",
    matmul,
    zeros([2, 3]),
    zeros([5, 2, 4]),
  );
  says<MatMul<Float<[3]>, Float<[4]>>>(
    "Cannot matmul tensors of shape [3] and [4]: inner lengths 3 and 4 differ",
    matmul,
    zeros([3]),
    zeros([4]),
  );
  says<MatMul<Float<[]>, Float<[3]>>>(
    "Cannot matmul tensors of shape [] and [3]: both operands need at least 1 axis",
    matmul,
    zeros([]),
    zeros([3]),
  );
  says<MatMul<Float<[4, 2, 3]>, Float<[5, 3, 4]>>>(
    "Cannot matmul tensors of shape [4, 2, 3] and [5, 3, 4]: axis -3 has lengths 4 and 5",
    () => {
      throw broadcastError("matmul", [4, 2, 3], [5, 3, 4], -3);
    },
  );
  says<MatMul<Float<[3]>, Int<[3]>>>(
    "Cannot matmul float32 and int32: cast one of them first",
    matmul,
    zeros([3]),
    ints([3]),
  );
});

Deno.test("axes of reductions", () => {
  type Sum<S extends Shape, A extends number | readonly number[]> = SentenceOf<
    NonNull<Parameters<typeof sum<"float32", S, A, false>>[1]>["axis"]
  >;
  says<Sum<[2, 3], 2>>(
    "Cannot sum over axis 2 of a tensor of rank 2: axis must be from -2 to 1",
    sum,
    zeros([2, 3]),
    { axis: 2 },
  );
  says<Sum<[], -1>>(
    "Cannot sum over axis -1 of a tensor of rank 0: a tensor of rank 0 has no axes",
    sum,
    zeros([]),
    { axis: -1 },
  );
  says<Sum<[2, 3], readonly [0, -2]>>(
    "Cannot sum over axes [0, -2]: an axis is given twice, each may stand once",
    sum,
    zeros([2, 3]),
    { axis: [0, -2] },
  );
});

Deno.test("movement of axes", () => {
  type Transpose<P extends readonly number[]> = SentenceOf<
    Parameters<typeof transpose<"float32", [2, 3, 4], P>>[1]
  >;
  const x = zeros([2, 3, 4]);
  says<Transpose<readonly [0, 1, 3]>>(
    "Cannot transpose axis 3 of a tensor of rank 3: axis must be from -3 to 2",
    transpose,
    x,
    [0, 1, 3],
  );
  says<Transpose<readonly [0, 0, 1]>>(
    "Cannot transpose axes [0, 0, 1]: an axis is given twice, each may stand once",
    transpose,
    x,
    [0, 0, 1],
  );
  says<Transpose<readonly [0, 1]>>(
    "Cannot transpose a tensor of shape [2, 3, 4] by axes [0, 1]: each of its axes must stand once",
    transpose,
    x,
    [0, 1],
  );
  says<SentenceOf<Parameters<typeof swapaxes<"float32", [2, 3, 4], 0, 3>>[2]>>(
    "Cannot swap axis 3 of a tensor of rank 3: axis must be from -3 to 2",
    swapaxes,
    x,
    0,
    3,
  );
  says<SentenceOf<Parameters<typeof moveaxis<"float32", [2, 3, 4], -4, 0>>[2]>>(
    "Cannot move axis -4 of a tensor of rank 3: axis must be from -3 to 2",
    moveaxis,
    x,
    -4,
    0,
  );
});

Deno.test("axes of length 1, and stretching", () => {
  const x = zeros([2, 3]);
  says<SentenceOf<Parameters<typeof expandDims<"float32", [2, 3], 3>>[1]>>(
    "Cannot insert axis 3 of a tensor of rank 3: axis must be from -3 to 2",
    expandDims,
    x,
    3,
  );
  says<SentenceOf<Parameters<typeof expandDims<"float32", [2, 3], readonly [0, 0]>>[1]>>(
    "Cannot insert axes [0, 0]: an axis is given twice, each may stand once",
    expandDims,
    x,
    [0, 0],
  );
  type Squeeze<A extends number> = SentenceOf<
    NonNull<Parameters<typeof squeeze<"float32", [2, 3], A>>[1]>["axis"]
  >;
  says<Squeeze<-1>>(
    "Cannot squeeze axis 1 of a tensor of shape [2, 3]: its length is 3, " +
    "only an axis of length 1 can be removed" as Squeeze<-1>,
    squeeze,
    x,
    { axis: -1 },
  );
  says<Squeeze<2>>(
    "Cannot squeeze axis 2 of a tensor of rank 2: axis must be from -2 to 1",
    squeeze,
    x,
    { axis: 2 },
  );
  says<SentenceOf<Parameters<typeof broadcastTo<"float32", [2, 3], readonly [3]>>[1]>>(
    "Cannot broadcast a tensor of shape [2, 3] to [3]: its lengths must be 1 or those of the last axes",
    broadcastTo,
    x,
    [3],
  );
});

Deno.test("sizes of reshaped tensors", () => {
  type Reshape<To extends Shape> = SentenceOf<
    Parameters<typeof reshape<"float32", [6, 4], To>>[1]
  >;
  const x = zeros([6, 4]);
  says<Reshape<readonly [5, 5]>>(
    "Cannot reshape a tensor of shape [6, 4] to [5, 5]: it has 24 elements",
    reshape,
    x,
    [5, 5],
  );
  says<Reshape<readonly [5, -1]>>(
    "Cannot reshape a tensor of shape [6, 4] to [5, -1]: it has 24 elements",
    reshape,
    x,
    [5, -1],
  );
  says<Reshape<readonly [-1, -1]>>(
    "Cannot reshape a tensor of shape [6, 4] to [-1, -1]: only one length may be -1",
    reshape,
    x,
    [-1, -1],
  );
});

Deno.test("lists of tensors", () => {
  type Concat<T extends readonly Tensor<DType, Shape>[], A extends number> = SentenceOf<
    Parameters<typeof concat<T, A>>[0]
  >;
  type Stack<T extends readonly Tensor<DType, Shape>[], A extends number> = SentenceOf<
    Parameters<typeof stack<T, A>>[0]
  >;
  const x = zeros([2, 3]);
  says<Concat<readonly [Float<[2, 3]>, Float<[2, 4]>], 0>>(
    "Cannot concatenate tensors of shape [2, 3] and [2, 4]: axis -1 has lengths 3 and 4",
    concat,
    [x, zeros([2, 4])],
  );
  says<Concat<readonly [Float<[2, 3]>, Float<[2, 3, 4]>], 0>>(
    "Cannot concatenate tensors of shape [2, 3] and [2, 3, 4]: their ranks 2 and 3 differ",
    concat,
    [x, zeros([2, 3, 4])],
  );
  says<Concat<readonly [Float<[2, 3]>], 2>>(
    "Cannot concatenate along axis 2 of a tensor of rank 2: axis must be from -2 to 1",
    concat,
    [x],
    { axis: 2 },
  );
  says<Concat<readonly [Float<[2, 3]>, Int<[2, 3]>], 0>>(
    "Cannot concatenate float32 and int32: cast one of them first",
    concat,
    [x, ints([2, 3])],
  );
  says<Concat<readonly [], 0>>("Cannot concatenate no tensors: pass at least one", concat, []);
  says<Stack<readonly [Float<[2, 3]>, Float<[2, 4]>], 0>>(
    "Cannot stack tensors of shape [2, 3] and [2, 4]: axis -1 has lengths 3 and 4",
    stack,
    [x, zeros([2, 4])],
  );
  says<Stack<readonly [Float<[2, 3]>, Float<[2, 3]>], 3>>(
    "Cannot stack along axis 3 of a tensor of rank 3: axis must be from -3 to 2",
    stack,
    [x, x],
    { axis: 3 },
  );
});

Deno.test("data and shapes", () => {
  says<SentenceOf<Parameters<typeof tensor<readonly [readonly [1, 2], readonly [3]]>>[0]>>(
    "Cannot make a tensor of ragged arrays: the first elements have shape [2, 2], axis 1 has another length or depth elsewhere",
    tensor,
    [[1, 2], [3]],
  );
  says<SentenceOf<Parameters<typeof zeros<readonly [2, -1]>>[0]>>(
    "Cannot make a tensor of shape [2, -1]: a length is an integer from 0 on",
    zeros,
    [2, -1],
  );
});
