import type { Einsum } from "../../../src/core/types/einsum.ts";
import { onlyTypes, same } from "./expect.ts";
import type * as signatures from "./signatures.ts";
import type { Tensor } from "./signatures.ts";

declare const nd: typeof signatures;

Deno.test("equations give shapes", () => {
  same<Einsum<"ij,jk->ik", [[2, 3], [3, 4]]>, [2, 4]>();
  same<Einsum<"bij,bjk->bik", [[8, 2, 3], [8, 3, 5]]>, [8, 2, 5]>();
  same<Einsum<"ii->i", [[3, 3]]>, [3]>();
  same<Einsum<"ii->", [[3, 3]]>, []>();
  same<Einsum<"ij->ji", [[2, 3]]>, [3, 2]>();
  same<Einsum<"i,j->ij", [[2], [3]]>, [2, 3]>();
  same<Einsum<"ij, jk, kl -> il", [[2, 3], [3, 4], [4, 5]]>, [2, 5]>();
  same<Einsum<"ij,ij->ij", [[2, 1], [2, 3]]>, [2, 3]>();
  same<Einsum<",->", [[], []]>, []>();
});

Deno.test("without an arrow the indices that stand once are the result's, in alphabetic order", () => {
  same<Einsum<"ij,jk", [[2, 3], [3, 4]]>, [2, 4]>();
  same<Einsum<"ii", [[3, 3]]>, []>();
  same<Einsum<"ba", [[2, 3]]>, [3, 2]>();
  same<Einsum<"bA", [[2, 3]]>, [3, 2]>();
});

Deno.test("unknown lengths, ranks and equations leave what is known", () => {
  same<Einsum<"ij,jk->ik", [[number, 3], [number, 4]]>, [number, 4]>();
  same<Einsum<"ij,jk->jk", [[2, number], [3, 4]]>, [3, 4]>();
  same<Einsum<"ij,jk->ijk", [number[], [3, 4]]>, [number, 3, 4]>();
  same<Einsum<"...i->...", [[2, 3]]>, number[]>();
  same<Einsum<string, [[2, 3]]>, number[]>();
  same<Einsum<"ij->ij", [2, 3][]>, number[]>();
});

Deno.test("einsum refuses equations that do not fit", () =>
  onlyTypes(() => {
    const x = nd.zeros([2, 3]);
    const product = nd.einsum("ij,jk->ik", x, nd.zeros([3, 4]));
    same<typeof product, Tensor<"float32", [2, 4]>>();
    // @ts-expect-error an index of two lengths
    nd.einsum("ij,jk->ik", x, nd.zeros([4, 4]));
    // @ts-expect-error an operand too few
    nd.einsum("ij,jk->ik", x);
    // @ts-expect-error an operand too many
    nd.einsum("ij->i", x, x);
    // @ts-expect-error another rank
    nd.einsum("ijk->i", x);
    // @ts-expect-error another rank
    nd.einsum("i->i", x);
    // @ts-expect-error no such index
    nd.einsum("ij->iz", x);
    // @ts-expect-error an index twice
    nd.einsum("ij->ii", x);
    // @ts-expect-error dtypes
    nd.einsum("ij,ij->", x, nd.zeros([2, 3], { dtype: "int32" }));
    // @ts-expect-error not numeric
    nd.einsum("i->", nd.tensor(["a"]));
  }));
