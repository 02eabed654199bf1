/**
 * Trying laws on the whole table of primitives.
 *
 * @module
 */
import { type Primitive, primitives } from "../../src/core/primitive.ts";
import "../../mod.ts";
import { assert } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { REPEAT, runs } from "../support/settings.ts";
import type { Law } from "./case.ts";

/** `DENUM_PRIMITIVE=add` tries the laws on one primitive alone. */
const only = Deno.env.get("DENUM_PRIMITIVE");
const SHOWN = 40;
/** How often a law is tried on a wrong record before it is said to see nothing. */
const ROUNDS = 20;

/** The primitives to try. */
export const records: readonly Primitive[] = [...primitives.values()].filter(({ name }) =>
  only === undefined || name === only
);

/**
 * Makes a test of each law, over all primitives.
 *
 * @param laws The laws by the sentence that they stand for.
 * @param options `rounds`: how often each is tried, with other values; 1 when absent.
 */
export function testLaws(
  laws: Readonly<Record<string, Law>>,
  { rounds = 1 }: { readonly rounds?: number } = {},
): void {
  for (const [title, law] of Object.entries(laws)) {
    Deno.test(`${title}, for all primitives`, async () => {
      const broken: string[] = [];
      for (const record of records) {
        // Finalizers give memory back between macrotasks only.
        await new Promise((resolve) => setTimeout(resolve));
        for (let round = 0; round < runs(rounds); round++) {
          const random = new Random(`${title} ${record.name} ${round}`);
          const violations = law(record, random);
          // One violation a dtype says enough.
          const dtypes = new Map(
            violations.map((text) => [text.slice(0, text.indexOf(")")), text]),
          );
          broken.push(...dtypes.values());
        }
      }
      const more = broken.length > SHOWN ? `\n... and ${broken.length - SHOWN} more` : "";
      const list = broken.slice(0, SHOWN).join("\n");
      assert.ok(broken.length === 0, `${broken.length} violations (${REPEAT}):\n${list}${more}`);
    });
  }
}

/**
 * Asserts that a law holds of a primitive, and does not of a wrong version of it.
 *
 * @param law The law.
 * @param record The wrong version; the table has the right one.
 * @param options `mayThrow`: whether errors count as well; they would hide that the law sees nothing.
 */
export function assertRejected(
  law: Law,
  record: Primitive,
  { mayThrow = false }: { readonly mayThrow?: boolean } = {},
): void {
  const right = law(primitives.get(record.name)!, new Random("planted"));
  assert.deepEqual(right, [], "the right record breaks the law");
  const found = firstFound(ROUNDS, (round) => law(record, new Random(`planted ${round}`)));
  assert.ok(found.length > 0, `the law does not see the mistake in ${record.name}`);
  if (!mayThrow) assert.doesNotMatch(found.join("\n"), /: throws /);
}

/** The first violations that a law finds: mistakes at rare values may take some rounds. */
function firstFound(
  rounds: number,
  find: (round: number) => readonly string[],
): readonly string[] {
  for (let round = 0; round < rounds; round++) {
    const found = find(round);
    if (found.length > 0) return found;
  }
  return [];
}
