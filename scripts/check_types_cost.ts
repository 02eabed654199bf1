/**
 * Refuses types that are slow to check: 300 typed calls, each with shapes of its
 * own, may add 4 seconds to `deno check`.
 *
 *     deno run -A scripts/check_types_cost.ts [module with the public functions]
 *
 * @module
 */
const CALLS = 300;
const LIMIT_MS = 4000;
/** A slow machine gets another chance before types are called slow. */
const ATTEMPTS = 3;

const root = new URL("..", import.meta.url);
const module = new URL(Deno.args[0] ?? "mod.ts", root).href;

/** Lengths that differ from call to call, from 2 to 98. */
function lengths(seed: number): readonly [number, number, number, number] {
  const at = (step: number): number => 2 + (seed * 37 + step * 53 + seed * seed * step) % 97;
  return [at(1), at(2), at(3), at(4)];
}

/** A call of each kind that must compile, for lengths `a` to `d`. */
const KINDS: readonly ((a: number, b: number, c: number, d: number) => string)[] = [
  (a, b) => `nd.add(nd.zeros([${a}, ${b}]), nd.zeros([${b}]))`,
  (a, b, c, d) => `nd.add(nd.zeros([${a}, 1, ${b}, ${c}]), nd.zeros([${d}, 1, ${c}]))`,
  (a, b) => `nd.add(nd.zeros([${a}, ${b}], { dtype: "int32" }), ${a})`,
  (a, b, c) => `nd.matmul(nd.zeros([${a}, ${b}]), nd.zeros([${b}, ${c}]))`,
  (a, b, c, d) => `nd.matmul(nd.zeros([${a}, 1, ${b}, ${c}]), nd.zeros([${d}, ${c}, ${a}]))`,
  (a, b, c) => `nd.sum(nd.zeros([${a}, ${b}, ${c}]), { axis: -2, keepDims: true })`,
  (a, b, c, d) => `nd.sum(nd.zeros([${a}, ${b}, ${c}, ${d}]), { axis: [0, -1] })`,
  (a, b, c, d) => `nd.transpose(nd.zeros([${a}, ${b}, ${c}, ${d}]), [3, 0, -2, 1])`,
  (a, b, c) => `nd.reshape(nd.zeros([${a}, ${b}, ${c}]), [-1, ${c}])`,
  (a, b, c) => `nd.reshape(nd.zeros([${a * b}, ${c}]), [${a}, ${b * c}])`,
  (a, b, c) => `nd.slice(nd.zeros([${a}, ${b}, ${c}]), "1:-1", 0, "::-3")`,
  (a, b) => `nd.concat([nd.zeros([${a}, ${b}]), nd.zeros([${b}, ${b}])])`,
  (a, b) => `nd.stack([nd.zeros([${a}, ${b}]), nd.zeros([${a}, ${b}])], { axis: -1 })`,
  (a, b, c, d) =>
    `nd.einsum("bij,bjk->bik", nd.zeros([${a}, ${b}, ${c}]), nd.zeros([${a}, ${c}, ${d}]))`,
  (a, b, c) => `nd.expandDims(nd.zeros([${a}, ${b}, ${c}]), [0, -1])`,
  (a, b) => `nd.tensor([[${a}, ${b}], [${b}, ${a}]])`,
];

function program(calls: number): string {
  const lines = Array.from({ length: calls }, (_, i) => {
    const kind = KINDS[i % KINDS.length]!;
    return `const x${i} = ${kind(...lengths(i))};`;
  });
  return [
    `import type * as functions from ${JSON.stringify(module)};`,
    "declare const nd: typeof functions;",
    ...lines,
    "export {};",
  ].join("\n");
}

/** Milliseconds that `deno check` takes; a new text each time, for it remembers checked files. */
async function checkMs(folder: string, calls: number): Promise<number> {
  const path = `${folder}/calls_${calls}.ts`;
  await Deno.writeTextFile(path, `${program(calls)}\n// ${crypto.randomUUID()}\n`);
  const config = new URL("deno.json", root).pathname;
  const start = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--config", config, path],
    stdout: "null",
    stderr: "piped",
  }).output();
  const ms = performance.now() - start;
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(0, 2000));
  return ms;
}

async function cost(): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    let [without, full] = [Infinity, Infinity];
    // Two at least: the first may be slow without the calls alone, which would hide their cost.
    for (let i = 0; i < ATTEMPTS && (i < 2 || full - without > LIMIT_MS); i++) {
      without = Math.min(without, await checkMs(folder, 0));
      full = Math.min(full, await checkMs(folder, CALLS));
    }
    return full - without;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const ms = Math.round(await cost());
  console.log(`${CALLS} typed calls: ${ms} ms to check, ${LIMIT_MS} ms allowed`);
  if (ms > LIMIT_MS) Deno.exit(1);
}
