import * as nd from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import { Turns } from "../../src/transforms/turns.ts";
import { assert, assertTensorEqual } from "../support/assert.ts";

type Large = Tensor<"float32", [512, 512]>;

const x: Large = nd.ones([512, 512]);

/** Asserts that a function does not use up the budget of memory, which is freed between tests alone. */
function assertLean(body: () => unknown): void {
  const before = runtime().pool.overflows;
  body();
  assert.equal(runtime().pool.overflows - before, 0);
}

Deno.test("hundreds of turns over a megabyte take the memory of a few", async () => {
  const forward = (a: Large): Large =>
    nd.forLoop(0, 300, (_, c) => nd.tanh(nd.add(nd.multiply(c, 0.5), a)), a);
  const results: Tensor[] = [];
  assertLean(() => results.push(nd.jvp(forward, [x], [x])[0]));
  await new Promise((resolve) => setTimeout(resolve));
  assertLean(() => {
    const f = nd.vmap((row: Tensor<"float32", [512]>) =>
      nd.whileLoop(
        ([, i]) => nd.less(i, 300),
        ([c, i]) => [nd.tanh(nd.add(nd.multiply(c, 0.5), row)), nd.add(i, 1)],
        [row, nd.tensor(0, { dtype: "int32" })],
      )[0]
    );
    results.push(f(x));
  });
  assertTensorEqual(results[0]!, results[1]!);
});

Deno.test("turns give back what is not needed, and nothing of others", () => {
  const others = nd.ones([2000]);
  const turns = new Turns([others]);
  const view = (a: Tensor): Tensor => nd.reshape(a as Tensor<"float32", [2000]>, [2, 1000]);
  const made = (): Tensor => nd.multiply(others, 2) as Tensor;
  const [first, second, third] = turns.take(() => [made(), made(), made()]);
  turns.keep([third!]);
  turns.drop([first!, second!, third!, others as Tensor], [view(second!)]);
  assert.throws(() => first!.toArray(), { name: "DisposedError" });
  for (const kept of [second!, third!, others]) assert.equal(kept.data().length, 2000);
});
