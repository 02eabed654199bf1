/**
 * The benchmark: Denum and its rivals, case by case, samples in turn, in one run.
 *
 *     deno task bench [--quick] [--only=regular expression] [--markdown] [--no-memory]
 *
 * Results are compared for equality first. A sample lasts at least 10 ms; the table
 * shows the median of the samples and, in brackets, the best. Each library is
 * driven at its best: results disposed, SIMD, one thread.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Case, CASES } from "./cases.ts";
import { LOOPS, measureLoop } from "./memory.ts";
import type { Peer, Task } from "./peer.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    markdown: { type: "boolean", default: false },
    "no-memory": { type: "boolean", default: false },
  },
});

const SAMPLES = flags.quick ? 5 : 25;
const SAMPLE_MS = flags.quick ? 4 : 10;
const WARM_MS = flags.quick ? 60 : 300;

/** Times of a library in one case, in milliseconds a run. */
interface Times {
  readonly median: number;
  readonly best: number;
}

/** A library in one case. */
interface Runner {
  readonly peer: Peer;
  readonly task: Task | undefined;
  runs: number;
  readonly samples: number[];
}

async function loadPeers(): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const name of ["denum", "numpy", "tfjs", "numpyts", "jaxjs"]) {
    try {
      const { load } = await import(`./peers/${name}.ts`) as { load(): Peer | Promise<Peer> };
      const peer = await load();
      peers.push(peer);
      console.log(`${peer.name}: ${peer.version}`);
    } catch (error) {
      console.log(`${name}: cannot be loaded: ${String(error).split("\n")[0]}`);
    }
  }
  return peers;
}

async function sample({ peer, task }: Runner, name: string, runs: number): Promise<number> {
  if (peer.measure) return await peer.measure(name, runs);
  const start = performance.now();
  for (let i = 0; i < runs; i++) task!.run();
  return (performance.now() - start) / runs;
}

/** Warms a library up and finds how many runs make a sample. */
async function prepare(runner: Runner, name: string): Promise<boolean> {
  let spent = 0;
  let last = await sample(runner, name, 1);
  if (Number.isNaN(last)) return false;
  while (spent < WARM_MS) {
    runner.runs = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(last, 1e-5)));
    last = await sample(runner, name, runner.runs);
    spent += last * runner.runs;
  }
  return true;
}

/** Values of a result at about a thousand places, or undefined. */
async function probe({ peer, task }: Runner, name: string): Promise<number[] | undefined> {
  const values = peer.result ? await peer.result(name) : await task!.value();
  if (values === undefined) return undefined;
  const step = peer.result ? 1 : Math.max(1, Math.floor(values.length / 1000));
  const probed: number[] = [];
  for (let i = 0; i < values.length; i += step) probed.push(Number(values[i]));
  return probed;
}

function agrees(a: readonly number[], b: readonly number[], tolerance: number): boolean {
  return a.length === b.length &&
    a.every((x, i) => Object.is(x, b[i]) || Math.abs(x - b[i]!) <= tolerance);
}

/** Lets finalizers run, so that no library pays for another's garbage. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function measure(
  { name, tolerance }: Case,
  peers: readonly Peer[],
): Promise<Map<string, Times>> {
  const runners: Runner[] = [];
  let expected: readonly number[] | undefined;
  for (const peer of peers) {
    const task = peer.task(name);
    if (!task && !peer.measure) continue;
    const runner: Runner = { peer, task, runs: 1, samples: [] };
    try {
      const got = await probe(runner, name);
      if (got === undefined) continue;
      expected ??= got;
      const allowed = tolerance ?? 2e-4 * Math.max(1e-3, ...expected.map(Math.abs));
      if (!agrees(expected, got, allowed)) {
        console.log(`  ${peer.name} computes something else in ${name}`);
      }
      await settle();
      if (await prepare(runner, name)) runners.push(runner);
    } catch (error) {
      console.log(`  ${peer.name} fails in ${name}: ${String(error).split("\n")[0]}`);
    }
  }
  for (let round = 0; round < SAMPLES; round++) {
    for (const runner of runners) {
      runner.samples.push(await sample(runner, name, runner.runs));
      await settle();
    }
  }
  return new Map(runners.map(({ peer, samples }) => {
    samples.sort((a, b) => a - b);
    return [peer.name, { median: samples[samples.length >> 1]!, best: samples[0]! }];
  }));
}

function time(ms: number): string {
  if (ms < 1e-3) return `${(ms * 1e6).toFixed(0)} ns`;
  return ms < 1 ? `${(ms * 1e3).toPrecision(3)} us` : `${ms.toPrecision(3)} ms`;
}

/** How our time compares with what it shall be. */
function verdict(one: Case, ours: Times, all: ReadonlyMap<string, Times>): string {
  if (one.target !== undefined) {
    return `${ours.best <= one.target ? "met" : "MISSED"}: ${time(one.target)}`;
  }
  if (!one.within) return "";
  const { times, of } = one.within;
  const other = all.get(of);
  if (!other) return "";
  const ratio = ours.median / other.median;
  return `${ratio <= times ? "met" : "MISSED"}: ${ratio.toFixed(2)} of ${times} x`;
}

function row(cells: readonly string[]): string {
  const widths = [22, 24, 22, 22, 22, 22, 22];
  if (flags.markdown) return `| ${cells.join(" | ")} |`;
  return cells.map((cell, i) => cell.padEnd(widths[i] ?? 20)).join(" ");
}

const peers = await loadPeers();
console.log(
  `${new Date().toISOString().slice(0, 10)}, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ` +
    `${navigator.hardwareConcurrency} cores; median (best) of ${SAMPLES} samples of ${SAMPLE_MS} ms\n`,
);
console.log(row(["case", ...peers.map(({ name }) => name), "target"]));
if (flags.markdown) console.log(row(["---", ...peers.map(() => "---"), "---"]));
const ours = new Map<string, Times>();
for (const one of CASES.filter(({ name }) => new RegExp(flags.only).test(name))) {
  const times = await measure(one, peers);
  const own = times.get("Denum");
  if (own) ours.set(one.name, own);
  const cells = peers.map(({ name }) => {
    const found = times.get(name);
    if (!found) return "-";
    const rate = one.flop ? `, ${(one.flop / found.best / 1e6).toFixed(1)} GFLOP/s` : "";
    return `${time(found.median)} (${time(found.best)}${rate})`;
  });
  console.log(row([one.name, ...cells, own ? verdict(one, own, ours) : ""]));
}
for (const peer of peers) await peer.close?.();

if (!flags["no-memory"] && flags.only === "") {
  console.log("\nmemory of loops, each in a process of its own:");
  for (const loop of Object.keys(LOOPS)) console.log(await measureLoop(loop, flags.quick));
}
Deno.exit(0);
