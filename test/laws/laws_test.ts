import { assert } from "../support/assert.ts";
import { LAWS } from "./laws.ts";
import { records, testLaws } from "./table.ts";

Deno.test("there are primitives to try the laws on", () => {
  assert.ok(records.length > 0);
});

testLaws(LAWS);
