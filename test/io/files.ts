/** Fixtures, hand-made files and NumPy as a judge, for the tests of files. */

/** The Python that may have NumPy. */
const PYTHON = Deno.env.get("DENUM_PYTHON") ?? "python3";

const DATA = new URL("../data/", import.meta.url);

/** Content of a file that NumPy wrote. */
export function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`npy/${name}`, DATA));
}

/** Content of a data set. */
export function dataSet(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(name, DATA));
}

/** Bytes in hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An npy file with a header of one's own. */
export function npyFile(
  header: string,
  elements: readonly number[],
  version: 1 | 2 | 3 = 1,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const length = Array.from(
    { length: version === 1 ? 2 : 4 },
    (_, i) => text.length >> 8 * i & 255,
  );
  return new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), version, 0].concat(
    length,
    [...text],
    [...elements],
  ));
}

async function python(script: string, input: Uint8Array): Promise<string | undefined> {
  try {
    const child = new Deno.Command(PYTHON, {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(input).then(() => writer.close()).catch(() => {});
    const { success, stdout, stderr } = await child.output();
    if (success) return new TextDecoder().decode(stdout);
    console.error(new TextDecoder().decode(stderr));
    return undefined;
  } catch {
    return undefined;
  }
}

const VERSION = await python(
  "try:\n  import numpy\n  print(numpy.__version__)\nexcept ImportError: pass",
  new Uint8Array(),
);

/** Why NumPy cannot be asked, or undefined if it can. */
const missing: string | undefined = VERSION === undefined
  ? `${PYTHON} is not installed or may not be run`
  : VERSION === ""
  ? `${PYTHON} has no NumPy`
  : undefined;

/** A test that needs NumPy; without it the test is ignored and its name says why. */
export function numpyTest(name: string, fn: () => Promise<void>): void {
  const ignore = missing !== undefined;
  Deno.test({ name: ignore ? `${name} (ignored: ${missing})` : name, ignore, fn });
}

/** Runs Python on `file`, the bytes as a file object, and returns `say` through JSON. */
export async function numpySays(code: string, bytes: Uint8Array): Promise<unknown> {
  const script = "import io, json, sys\nimport numpy as np\n" +
    `file = io.BytesIO(sys.stdin.buffer.read())\n${code}\njson.dump(say, sys.stdout)`;
  const said = await python(script, bytes);
  if (said === undefined) throw new Error(`Python failed on:\n${code}`);
  return JSON.parse(said);
}
