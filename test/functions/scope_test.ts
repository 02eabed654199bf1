import assert from "node:assert/strict";
import * as nd from "../../mod.ts";

/** Large enough to have memory of its own. */
const large = (): nd.Tensor<"float32", [number]> => nd.add(nd.arange(0, 100_000), 0);

Deno.test("scope returns its result and releases what it made besides", () => {
  let inside: nd.Tensor | undefined;
  const result = nd.scope(() => {
    inside = large();
    return { sum: nd.add(inside as nd.Tensor<"float32", [number]>, 1), list: [large()] };
  });
  assert.equal(nd.slice(result.sum, -1).item(), 100_000);
  assert.equal(nd.slice(result.list[0]!, -1).item(), 99_999);
  assert.throws(() => inside!.data(), {
    name: "DisposedError",
    message: "Cannot use a tensor that was disposed: its scope has ended, " +
      "return it from the scope to keep it",
  });
  assert.throws(() => nd.add(inside as nd.Tensor<"float32", [number]>, 1), nd.DisposedError);
});

Deno.test("a view in the result keeps its memory", () => {
  const part = nd.scope(() => nd.slice(large(), "5:8"));
  assert.deepEqual(part.toArray(), [5, 6, 7]);
});

Deno.test("what a variable holds survives a scope", () => {
  const v = nd.variable(new Float32Array(100_000));
  nd.scope(() => {
    v.assign(large());
    v.assignAdd(large());
  });
  assert.equal(nd.slice(v.value, 3).item(), 6);
});

Deno.test("scopes nest, and tensors made outside stay", () => {
  const outer = large();
  const result = nd.scope(() => {
    const inner = nd.scope(() => nd.add(outer, large()));
    return nd.add(inner, inner);
  });
  assert.equal(nd.slice(result, 2).item(), 8);
  assert.equal(nd.slice(outer, 2).item(), 2);
});

Deno.test("a scope that throws leaves everything usable", () => {
  const outer = large();
  assert.throws(() =>
    nd.scope(() => {
      large();
      throw new RangeError("stop");
    }), RangeError);
  assert.equal(nd.slice(outer, 2).item(), 2);
});

Deno.test("using releases a tensor, and views of it stay valid", () => {
  let view: nd.Tensor;
  let gone: nd.Tensor;
  {
    using x = large();
    gone = x;
    view = nd.slice(x, "1:3");
  }
  assert.deepEqual(view.toArray(), [1, 2]);
  assert.throws(() => gone.item(), nd.ShapeError);
  assert.throws(() => gone.data(), nd.DisposedError);
  assert.throws(() => nd.sum(gone as nd.Tensor<"float32", [number]>), nd.DisposedError);
});

Deno.test("released memory is used again at once", () => {
  const addresses = new Set<number>();
  for (let i = 0; i < 50; i++) {
    using x = nd.add(nd.zeros([1 << 20]), 1);
    using element = nd.slice(x, 5);
    assert.equal(element.item(), 1);
    addresses.add((x.storage as unknown as { address: number }).address);
  }
  assert(addresses.size <= 3, `${addresses.size} addresses`);
});
