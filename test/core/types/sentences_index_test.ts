/**
 * The compiler's sentences about indices and equations are the run time's errors.
 *
 * @module
 */
import { einsum } from "../../../src/functions/einsum.ts";
import { zeros } from "../../../src/ops/creation.ts";
import { slice } from "../../../src/ops/indexing.ts";
import type { Shape } from "../../../src/core/shape.ts";
import type { Tensor } from "../../../src/core/tensor.ts";
import type { IndexSpec, SliceArguments } from "../../../src/core/types/slice.ts";
import { says, type SentenceOf } from "./expect.ts";

type Float<S extends Shape> = Tensor<"float32", S>;

Deno.test("indices", () => {
  type Slice<S extends Shape, P extends readonly IndexSpec[]> = SentenceOf<
    SliceArguments<S, P>[number]
  >;
  const x = zeros([2, 3]);
  says<Slice<[2, 3], readonly [":", -4]>>(
    "Cannot take index -4 of axis 1 with length 3: an index must be from -3 to 2",
    slice,
    x,
    ":",
    -4,
  );
  says<Slice<[0], readonly [0]>>(
    "Cannot take index 0 of axis 0 with length 0: the axis is empty",
    slice,
    zeros([0]),
    0,
  );
  says<Slice<[2, 3], readonly [0.5]>>(
    "Cannot take index 0.5 of axis 0: use an integer",
    slice,
    x,
    0.5,
  );
  says<Slice<[2, 3], readonly [0, null, "...", 0, 0]>>(
    "Cannot take 3 indices of a tensor of rank 2: there is one index an axis at most",
    slice,
    x,
    0,
    null,
    "...",
    0,
    0,
  );
  says<Slice<[2, 3], readonly ["...", "..."]>>(
    'Cannot index by several "...": it may stand once',
    slice,
    x,
    "...",
    "...",
  );
  says<Slice<[2, 3], readonly ["a"]>>(
    'Cannot slice by "a": an index is an integer, a range such as "1:3", "..." or null',
    slice,
    x,
    "a",
  );
  says<Slice<[2, 3], readonly ["::0"]>>(
    'Cannot slice by "::0": the step must not be 0',
    slice,
    x,
    "::0",
  );
});

Deno.test("equations", () => {
  type Einsum<E extends string, T extends readonly Tensor[]> = SentenceOf<
    Parameters<typeof einsum<E, T>>[0]
  >;
  const x = zeros([2, 3]);
  says<Einsum<"ij,jk->ik", readonly [Float<[2, 3]>, Float<[4, 5]>]>>(
    'Cannot einsum "ij,jk->ik": index j has lengths 3 and 4',
    einsum,
    "ij,jk->ik",
    x,
    zeros([4, 5]),
  );
  says<Einsum<"ij,jk->ik", readonly [Float<[2, 3]>]>>(
    'Cannot einsum "ij,jk->ik": it names 2 operands, pass as many instead of 1',
    einsum,
    "ij,jk->ik",
    x,
  );
  says<Einsum<"ijk->i", readonly [Float<[2, 3]>]>>(
    'Cannot einsum "ijk->i": "ijk" names 3 axes of a tensor of shape [2, 3], name each of its 2 axes',
    einsum,
    "ijk->i",
    x,
  );
  says<Einsum<"ij->iz", readonly [Float<[2, 3]>]>>(
    'Cannot einsum "ij->iz": output index z is not among the inputs',
    einsum,
    "ij->iz",
    x,
  );
  says<Einsum<"ij->ii", readonly [Float<[2, 3]>]>>(
    'Cannot einsum "ij->ii": output index i stands twice, it may stand once',
    einsum,
    "ij->ii",
    x,
  );
  says<Einsum<"i,i->", readonly [Float<[2]>, Tensor<"int32", [2]>]>>(
    "Cannot einsum float32 and int32: cast one of them first",
    einsum,
    "i,i->",
    zeros([2]),
    zeros([2], { dtype: "int32" }),
  );
  says<Einsum<"i->", readonly [Tensor<"bool", [2]>]>>(
    "Cannot einsum bool: the operand must be numeric",
    einsum,
    "i->",
    zeros([2], { dtype: "bool" }),
  );
});
