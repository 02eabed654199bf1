/**
 * What the environment says about how tests draw their cases.
 *
 * @module
 */

/**
 * Seed of all drawn cases: `DENUM_SEED`, or a fixed one, so that a run can be
 * repeated. `DENUM_SEED=random` takes another one each time.
 */
export const SEED: number = seed(Deno.env.get("DENUM_SEED"));

function seed(text: string | undefined): number {
  if (text === undefined || text === "") return 20_250_601;
  if (text === "random") return crypto.getRandomValues(new Int32Array(1))[0]!;
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw new TypeError(`Cannot seed by DENUM_SEED=${text}: it must be an integer or "random"`);
  }
  return value | 0;
}

/**
 * How many cases to draw.
 *
 * @param usual The number that keeps the suite fast.
 * @returns That number times `DENUM_RUNS`, a factor which is 1 when absent.
 */
export function runs(usual: number): number {
  const factor = Number(Deno.env.get("DENUM_RUNS") ?? "1");
  if (!(factor > 0)) {
    throw new TypeError("Cannot draw cases by DENUM_RUNS: it must be a number over 0");
  }
  return Math.max(1, Math.round(usual * factor));
}

/** How to repeat this run, for messages of failure. */
export const REPEAT: string = `repeat with DENUM_SEED=${SEED}`;
