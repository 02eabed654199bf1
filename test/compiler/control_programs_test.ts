import fc from "fast-check";
import { assert } from "../support/assert.ts";
import { runs, SEED } from "../support/settings.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import {
  type ControlFamily,
  controlInputs,
  controlRecipes,
  runControl,
} from "./control_programs.ts";
import { wrongByDefinition, wrongWay } from "./ways.ts";

/** Checks random programs with inputs and results in some kinds of memory. */
function checkPrograms(
  family: ControlFamily,
  usual: number,
  [from, to]: readonly [StorageKind, StorageKind],
): void {
  const wrong = family === "exact" ? wrongWay : wrongByDefinition;
  const property = fc.property(controlRecipes(family), (recipe) => {
    const inputs = storedIn(from, () => controlInputs(recipe));
    const what = wrong((...own) => runControl(recipe, own), inputs, to);
    if (what !== undefined) assert.fail(what);
  });
  fc.assert(property, { numRuns: runs(usual), seed: SEED });
}

for (const family of ["any", "exact"] as const) {
  const title = family === "any" ? "operations" : "integers";

  Deno.test(`random loops and branches of ${title} give the same bits compiled`, () => {
    checkPrograms(family, 200, ["wasm", "wasm"]);
  });

  Deno.test(`random loops and branches of ${title} do not depend on where tensors are stored`, () => {
    checkPrograms(family, 40, ["buffer", "wasm"]);
    checkPrograms(family, 40, ["wasm", "buffer"]);
  });
}
