/**
 * Compiles random programs where memory cannot be shared, and tells what is wrong.
 *
 * @module
 */
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    if (descriptor.shared) throw new TypeError("memory cannot be shared here");
    super(descriptor);
  }
};

// The kernels start with the first tensor, and tests make some when they are imported.
const { default: fc } = await import("fast-check");
const { Executable } = await import("../../src/compiler/executable.ts");
const { optimized } = await import("../../src/compiler/passes.ts");
const { instance } = await import("../../src/devices/wasm/instance.ts");
const { called, programOf, wrongRun } = await import("../laws/compiled.ts");
const { inputsOf, recipes, runRecipe } = await import("../transforms/random_programs.ts");

const wrong = fc.sample(recipes("any"), { numRuns: 60, seed: 1 }).flatMap((recipe) => {
  const inputs = inputsOf(recipe);
  const { graph, known } = optimized(programOf((...own) => runRecipe(recipe, own), inputs));
  let next = 0;
  const all = graph.inputs.map((value) => known.get(value) ?? inputs[next++]!);
  const expected = called(graph, all, { inOrder: true });
  return wrongRun(new Executable({ graph, known }), inputs, expected) ?? [];
});
(self as unknown as { readonly postMessage: (value: unknown) => void })
  .postMessage({ build: instance().build, wrong });
