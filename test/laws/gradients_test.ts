import { primitives } from "../../src/core/primitive.ts";
import "../../mod.ts";
import { assert } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { REPEAT, runs } from "../support/settings.ts";
import { GRADIENT_LAWS } from "./gradients.ts";

/** `DENUM_PRIMITIVE=add` tries the laws on one primitive alone. */
const only = Deno.env.get("DENUM_PRIMITIVE");
const records = [...primitives.values()].filter(({ name }) => only === undefined || name === only);
const SHOWN = 40;

for (const [title, law] of Object.entries(GRADIENT_LAWS)) {
  Deno.test(`${title}, for all primitives`, async () => {
    const broken: string[] = [];
    for (const record of records) {
      // Finalizers give memory back between macrotasks only.
      await new Promise((resolve) => setTimeout(resolve));
      for (let round = 0; round < runs(3); round++) {
        broken.push(...law(record, new Random(`${title} ${record.name} ${round}`)));
      }
    }
    const more = broken.length > SHOWN ? `\n... and ${broken.length - SHOWN} more` : "";
    const list = broken.slice(0, SHOWN).join("\n");
    assert.ok(broken.length === 0, `${broken.length} violations (${REPEAT}):\n${list}${more}`);
  });
}
