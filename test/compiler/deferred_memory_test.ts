import { assert } from "../support/assert.ts";

interface Report {
  readonly peaks: Readonly<Record<string, number>>;
  readonly grown: number;
  readonly left: number;
  readonly used: number;
}

Deno.test({
  name: "memory stays bounded where calls wait",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const script = new URL("deferred_loops.ts", import.meta.url).href;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script],
      stderr: "inherit",
    }).output();
    const { peaks, grown, left, used } = JSON.parse(new TextDecoder().decode(stdout)) as Report;
    for (const [name, megabytes] of Object.entries(peaks)) {
      assert(megabytes < 600, `${name}: ${megabytes} MB`);
    }
    assert(grown < 3, `${grown} MB more for five hundred structures more`);
    // What the last turn left may still be on the stack.
    assert(left <= 4, `${left} results are left`);
    assert(used < 16, `${used} MB are used`);
  },
});
