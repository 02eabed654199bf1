import { primitives } from "../../src/core/primitive.ts";
import "../../mod.ts";
import { assert } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { REPEAT, runs } from "../support/settings.ts";
import { LAWS } from "./laws.ts";

/** `DENUM_PRIMITIVE=add` tries the laws on one primitive alone. */
const only = Deno.env.get("DENUM_PRIMITIVE");
const records = [...primitives.values()].filter(({ name }) => only === undefined || name === only);
const SHOWN = 40;

Deno.test("there are primitives to try the laws on", () => {
  assert.ok(records.length > 0);
});

for (const [title, law] of Object.entries(LAWS)) {
  Deno.test(`${title}, for all primitives`, async () => {
    const broken: string[] = [];
    for (const record of records) {
      // Finalizers give memory back between macrotasks only.
      await new Promise((resolve) => setTimeout(resolve));
      for (let round = 0; round < runs(1); round++) {
        const random = new Random(`${title} ${record.name} ${round}`);
        const violations = law(record, random);
        // One violation a dtype says enough.
        const dtypes = new Map(violations.map((text) => [text.slice(0, text.indexOf(")")), text]));
        broken.push(...dtypes.values());
      }
    }
    const more = broken.length > SHOWN ? `\n... and ${broken.length - SHOWN} more` : "";
    const list = broken.slice(0, SHOWN).join("\n");
    assert.ok(broken.length === 0, `${broken.length} violations (${REPEAT}):\n${list}${more}`);
  });
}
