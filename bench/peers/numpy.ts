/**
 * NumPy in the benchmark: a child process that times itself, one thread. Old versions of OpenBLAS
 * need to be told the processor by `OPENBLAS_CORETYPE`.
 *
 * @module
 */
import type { Peer } from "../peer.ts";

/**
 * NumPy.
 *
 * @returns The library.
 */
export async function load(): Promise<Peer> {
  const child = new Deno.Command(Deno.env.get("DENUM_PYTHON") ?? "python3", {
    args: [new URL("numpy_peer.py", import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    env: { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(lineSplitter()).getReader();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.read();
    if (done) throw new Error("Cannot measure NumPy: its process has ended");
    return JSON.parse(value);
  };
  const ask = async (question: object): Promise<unknown> => {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
    return await answer();
  };
  return {
    name: "NumPy",
    version: `${await answer()}, 1 thread`,
    task: () => undefined,
    measure: async (name, runs, cpu) => (await ask({ name, runs, cpu }) ?? NaN) as number,
    result: async (name) => (await ask({ name }) ?? undefined) as number[] | undefined,
    close: async () => {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}

function lineSplitter(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      for (const part of parts) controller.enqueue(part);
    },
  });
}
