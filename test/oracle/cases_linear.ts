/**
 * Matrix products and Einstein sums.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { arrays, broadcastableShapes } from "../support/arbitraries.ts";
import type { Profile } from "../support/values.ts";
import { dtypesOf, mixing, NUMBERS, NUMERIC, only } from "./arguments.ts";
import type { Row } from "./row.ts";

function profileOf(dtype: DType): Profile {
  return DTYPES[dtype].kind === "complex" ? "moderate" : "tame";
}

const inner = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(15, 16, 17, 33, 65) },
);

/** Vectors, matrices and stacks of them; at times inner lengths differ, or a rank is 0. */
function factorsOf(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(
    dtypesOf(NUMBERS),
    fc.tuple(inner, inner, inner),
    broadcastableShapes(2, { maxRank: 2, maxLength: 3, long: false }),
    fc.nat({ max: 23 }),
  ).chain(([dtype, [m, k, n], [left, right], kind]) => {
    const vector = kind < 6;
    const a = kind < 3 ? [k] : kind === 6 ? [] : [...vector ? [] : left!, m, k];
    const b = kind > 1 && kind < 4 ? [k] : kind === 7 ? [] : [...vector ? [] : right!, k, n];
    const wrong = kind === 8 ? b.with(-1, b.at(-1)! + 1).with(0, b[0]! + 1) : b;
    return fc.tuple(
      arrays(dtype, a, { profile: profileOf(dtype) }),
      arrays(kind === 9 ? "int16" : dtype, wrong, { profile: profileOf(dtype) }),
    );
  });
}

/** Subscripts, some of which do not fit their operands or mean nothing. */
const SUBSCRIPTS: readonly string[] = [
  "i->i",
  "i->",
  "ii->i",
  "ii",
  "ij->ji",
  "ij",
  "ba",
  "ijk->ki",
  "iij->j",
  "i,i",
  "i,i->i",
  "i,j->ij",
  "ij,jk",
  "ij,jk->ik",
  "ij,kj->ki",
  "bij,bjk->bik",
  "bij,jk->bki",
  "ij,ij->",
  "ij,j->i",
  "ij,ij->ij",
  "ij,jk,kl->il",
  "i,ij,j->",
  "a,b,c->cab",
  "bhid,bhjd->bhij",
  "abc,cd,be->ade",
  "...ij,...jk->...ik",
  "...i->...",
  "i...->...",
  "...ii->...i",
  "...,...->...",
  "ij...,j...->i...",
  " i j , j k -> i k ",
  "ij->ijk",
  "ij->ii",
  "ij,jk->ikk",
  "i,",
  "ij-ji",
  "ij,jk->i->k",
  "i1->i",
  ",ij->ij",
  "->",
];

/** Operands for subscripts: one length a letter. */
function einsums(): fc.Arbitrary<readonly unknown[]> {
  return fc.tuple(
    dtypesOf(NUMERIC),
    fc.constantFrom(...SUBSCRIPTS),
    fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5), { minLength: 12, maxLength: 12 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    fc.nat({ max: 29 }),
  ).chain(([dtype, subscripts, lengths, batch, mistake]) => {
    const inputs = subscripts.replaceAll(" ", "").split("->")[0]!.split(",");
    const parts = inputs.map((labels, i) => {
      const letters = labels.split("...").map((text) =>
        [...text].map((letter) => lengths[letter.charCodeAt(0) % lengths.length]!)
      );
      const shape = letters.length === 2
        ? [...letters[0]!, ...batch.map((n, axis) => (i + axis) % 3 === 2 ? 1 : n), ...letters[1]!]
        : letters.flat();
      const last = i === inputs.length - 1;
      if (last && mistake === 0) shape.push(2);
      if (last && mistake === 1 && sizeOf(shape) > 1) shape[0] = shape[0]! + 1;
      // Products of several factors with infinities depend on their order.
      return arrays(last && mistake === 2 ? "int16" : dtype, shape, { profile: "moderate" });
    });
    return fc.tuple(...parts).map((operands) => [subscripts, ...operands]);
  });
}

/** Rows of this file. */
export const LINEAR: readonly Row[] = [
  {
    name: "matmul",
    np: "wide(np.matmul)",
    args: factorsOf(),
    ulps: 8,
    scale: "magnitudes(np.matmul)",
    refuses: [mixing(), only(NUMBERS)],
    runs: 100,
  },
  {
    name: "einsum",
    np: "lambda s, *x: wide(einsum)(s, *x)",
    args: einsums(),
    ulps: 8,
    scale: "lambda s, *x: magnitudes(einsum)(s, *x)",
    refuses: [mixing(), only(NUMERIC, "arithmetic on bool and strings is refused", 1)],
    runs: 150,
  },
];
