import assert from "node:assert/strict";
import { type Block, Heap } from "../../src/devices/wasm/heap.ts";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

function newHeap(maximum = 4096): Heap {
  return new Heap(new WebAssembly.Memory({ initial: 2, maximum }), 1024);
}

Deno.test("blocks never overlap and all memory comes back", () => {
  const heap = newHeap();
  const next = random(1);
  const live: Block[] = [];
  for (let step = 0; step < 20_000; step++) {
    if (live.length < 100 && next() < 0.55) {
      const bytes = Math.floor(2 ** (next() * 18));
      const block = heap.allocate(bytes)!;
      assert(block.size >= bytes);
      assert.equal(block.address % 64, 0);
      live.push(block);
    } else if (live.length > 0) {
      heap.free(live.splice(Math.floor(next() * live.length), 1)[0]!);
    }
    if (step % 1000 !== 0) continue;
    const sorted = live.toSorted((a, b) => a.address - b.address);
    sorted.slice(1).forEach((block, i) => {
      assert(sorted[i]!.address + sorted[i]!.size <= block.address);
    });
  }
  for (const block of live) heap.free(block);
  assert.equal(heap.used, 0);
  const whole = heap.memory.buffer.byteLength;
  assert(heap.allocate(whole * 0.8 - 4096), "free memory has become one block again");
  assert.equal(heap.memory.buffer.byteLength, whole);
});

Deno.test("views are renewed when the memory grows", () => {
  const heap = newHeap();
  const block = heap.allocate(10 * 1024 * 1024)!;
  heap.u8[block.address + block.size - 1] = 7;
  assert.equal(heap.view.getUint8(block.address + block.size - 1), 7);
  assert.equal(heap.u32.byteLength, heap.memory.buffer.byteLength);
});

Deno.test("a memory that cannot grow gives null", () => {
  const heap = newHeap(4);
  assert.equal(heap.allocate(1024 * 1024), null);
  assert(heap.allocate(1024));
});
