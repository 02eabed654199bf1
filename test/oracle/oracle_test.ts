import * as nd from "../../mod.ts";
import { assert } from "../support/assert.ts";
import { Oracle } from "../support/oracle.ts";
import { CREATION, NUMBER_TEXTS, PRINTED } from "./cases_creation.ts";
import { ELEMENTWISE } from "./cases_elementwise.ts";
import { INDEXING } from "./cases_indexing.ts";
import { LINEAR } from "./cases_linear.ts";
import { MOVEMENT } from "./cases_movement.ts";
import { REDUCTION } from "./cases_reduction.ts";
import { gaps } from "./coverage.ts";
import { PLANTED } from "./planted.ts";
import { titleOf, tried } from "./row.ts";

const ROWS = [
  ...ELEMENTWISE,
  ...REDUCTION,
  ...LINEAR,
  ...MOVEMENT,
  ...INDEXING,
  ...CREATION,
  ...NUMBER_TEXTS,
];

const oracle = await Oracle.start();
const required = Deno.env.get("DENUM_REQUIRE_ORACLE") === "1";

/** A test that needs NumPy; without it, ignored with the reason, or failing if NumPy is required. */
function compare(title: string, body: (numpy: Oracle) => Promise<void>): void {
  if (typeof oracle !== "string") {
    Deno.test(`NumPy ${oracle.version}: ${title}`, () => body(oracle));
  } else {
    Deno.test({
      name: `NumPy: ${title} (ignored: ${oracle})`,
      ignore: !required,
      fn: () => assert.fail(`NumPy is required, but ${oracle}`),
    });
  }
}

compare("every function that NumPy has is compared", async (numpy) => {
  assert.deepEqual(await gaps(nd, ROWS, numpy), []);
});

for (const row of [...ROWS, ...PRINTED]) {
  compare(titleOf(row), async (numpy) => {
    const wrong = await tried(row, nd, numpy);
    assert.ok(wrong === undefined, wrong);
  });
}

for (const row of PLANTED) {
  compare(`planted: ${titleOf(row)}`, async (numpy) => {
    assert.ok(await tried(row, nd, numpy) !== undefined, "the mistake is not seen");
  });
}

compare("planted: a function without a row, a row without a function", async (numpy) => {
  const fewer = ROWS.filter(({ name }) => name !== "sum");
  assert.deepEqual(await gaps(nd, fewer, numpy), ["sum is NumPy's sum but has no row"]);
  assert.deepEqual(await gaps({ ...nd, sum: undefined }, ROWS, numpy), [
    "there are rows for sum, but the library does not export it",
  ]);
  assert.deepEqual(await gaps({ ...nd, novelty: () => 0 }, ROWS, numpy), [
    "novelty has no row and is not listed as our own",
  ]);
});
