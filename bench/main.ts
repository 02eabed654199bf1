/**
 * The benchmark: Denum and its rivals, case by case, samples in turn, in one run.
 *
 *     deno task bench [--quick] [--cpu] [--markdown] [--peers=denum,numpy] [part or case ...]
 *
 * Parts are `ops`, `transforms` and `memory`; a case or a loop is selected by a regular expression that
 * matches its name: `deno task bench transforms`, `deno task bench "chain.*1e6" softmax`. If nothing is
 * selected, everything runs but the details.
 *
 * Results are compared for equality first. A sample lasts at least 10 ms, and there are fewer of them
 * where runs are so long that they would take more than a second; the table shows the median of the
 * samples and, in brackets, the best. Each library is driven at its best: results disposed, SIMD, one
 * thread. With `--cpu` processor time is measured, of all threads: for machines that others use, too.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type Case, CASES } from "./cases.ts";
import { LOOPS, measureLoop } from "./memory.ts";
import type { Peer, Task } from "./peer.ts";
import { TRANSFORM_CASES } from "./transform_cases.ts";

const { values: flags, positionals: words } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    cpu: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    peers: { type: "string", default: "denum,numpy,tfjs,numpyts,jaxjs" },
  },
});

const SAMPLES = flags.quick ? 5 : 25;
const SAMPLE_MS = flags.quick ? 4 : 10;
const WARM_MS = flags.quick ? 60 : 300;
/** After so much time a library gets no more samples in a case, if it has the fewest that count. */
const ENOUGH_MS = 1000;
const FEWEST_SAMPLES = 5;

/** The cases by part. */
const PARTS: Readonly<Record<string, readonly Case[]>> = {
  ops: CASES,
  transforms: TRANSFORM_CASES,
};

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

function isSelected(part: string, name: string): boolean {
  return words.length === 0 ||
    words.some((word) => word === part || !(word in PARTS) && new RegExp(word).test(name));
}

async function loadPeers(): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const name of flags.peers.split(",")) {
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

/** Milliseconds that have passed, or that the process was running. */
function clock(): number {
  if (!flags.cpu) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function sample({ peer, task }: Runner, name: string, runs: number): Promise<number> {
  if (peer.measure) return await peer.measure(name, runs, flags.cpu);
  const start = clock();
  for (let i = 0; i < runs; i++) task!.run();
  return (clock() - start) / runs;
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
  { name, tolerance, parts = 1 }: Case,
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
      const spent = runner.samples.reduce((sum, ms) => sum + ms, 0) * runner.runs;
      if (round >= FEWEST_SAMPLES && spent > ENOUGH_MS) continue;
      runner.samples.push(await sample(runner, name, runner.runs));
      await settle();
    }
  }
  return new Map(runners.map(({ peer, samples }) => {
    samples.sort((a, b) => a - b);
    const median = samples[samples.length >> 1]! / parts;
    return [peer.name, { median, best: samples[0]! / parts }];
  }));
}

function time(ms: number): string {
  if (ms < 1e-3) return `${(ms * 1e6).toFixed(0)} ns`;
  return ms < 1 ? `${(ms * 1e3).toPrecision(3)} us` : `${ms.toPrecision(3)} ms`;
}

/** How our time compares with what it shall be. */
function verdict(
  { target, within, rivals }: Case,
  times: ReadonlyMap<string, Times>,
  all: ReadonlyMap<string, Times>,
): string {
  const own = times.get("Denum");
  if (!own) return "";
  const said: string[] = [];
  const say = (good: boolean, what: string): void =>
    void said.push(`${good ? "met" : "MISSED"}: ${what}`);
  if (target !== undefined) say(own.best <= target, time(target));
  const compare = (other: Times, most: number, what: string): void => {
    const ratio = own.median / other.median;
    say(ratio <= most, `${ratio.toFixed(2)} of ${most} x ${what}`);
  };
  const other = within && all.get(within.of);
  if (other) compare(other, within.times, within.of);
  const [rival] = [...times].filter(([peer]) => peer !== "Denum")
    .sort(([, a], [, b]) => a.median - b.median);
  if (rivals !== undefined && rival) compare(rival[1], rivals, rival[0]);
  return said.join("; ");
}

function row([first, ...rest]: readonly string[]): string {
  if (flags.markdown) return `| ${[first, ...rest].join(" | ")} |`;
  return [first!.padEnd(nameWidth), ...rest.map((cell) => cell.padEnd(22))].join(" ").trimEnd();
}

const selected = Object.entries(PARTS).flatMap(([part, cases]) =>
  cases.filter(({ name, isDetail }) => isSelected(part, name) && !(isDetail && words.length === 0))
);
const nameWidth = Math.max(0, ...selected.map(({ name }) => name.length));

async function compareAll(): Promise<void> {
  const peers = await loadPeers();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ` +
      `${navigator.hardwareConcurrency} cores; median (best) of ${SAMPLES} samples of ${SAMPLE_MS} ms` +
      `${flags.cpu ? " of processor time" : ""}\n`,
  );
  console.log(row(["case", ...peers.map(({ name }) => name), "target"]));
  if (flags.markdown) console.log(row(["---", ...peers.map(() => "---"), "---"]));
  const ours = new Map<string, Times>();
  for (const one of selected) {
    const times = await measure(one, peers);
    const own = times.get("Denum");
    if (own) ours.set(one.name, own);
    const cells = peers.map(({ name }) => {
      const found = times.get(name);
      if (!found) return "-";
      const rate = one.flop ? `, ${(one.flop / found.best / 1e6).toFixed(1)} GFLOP/s` : "";
      return `${time(found.median)} (${time(found.best)}${rate})`;
    });
    console.log(row([one.name, ...cells, verdict(one, times, ours)]));
  }
  for (const peer of peers) await peer.close?.();
}

if (selected.length > 0) await compareAll();

const loops = Object.keys(LOOPS).filter((name) => isSelected("memory", name));
if (loops.length > 0) {
  console.log("\nmemory of loops, each in a process of its own:");
  for (const loop of loops) console.log(await measureLoop(loop, flags.quick));
}
Deno.exit(0);
