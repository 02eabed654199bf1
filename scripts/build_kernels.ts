/**
 * Builds the Rust kernels and embeds them as base64 in generated TypeScript.
 *
 * `deno task build` builds; `deno task build --check` compares what is committed
 * with the sources: the source hash must agree; the bytes must too where the
 * compiler is the one of the committed files. With another compiler the fresh
 * files stay in place, so that the tests run on them. `--core-from-source` takes the
 * toolchain that compiles Rust's core library itself, if both kinds are there.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { findToolchain, hasWasmPack, TARGET, type Toolchain } from "./kernel_toolchain.ts";

/** One build of the sources. */
interface Variant {
  /** File name and constant of the generated module derive from it. */
  readonly name: "plain" | "threads";
  readonly summary: string;
  readonly features: string;
  readonly linkArgs: readonly string[];
  /** Whether wasm-pack drives it. */
  readonly packed: boolean;
}

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKSPACE = join(ROOT, "kernels-rs");
const GENERATED = join(ROOT, "src", "devices", "wasm", "generated");

const VARIANTS: readonly Variant[] = [
  {
    name: "plain",
    summary: "Core kernels for every runtime with WebAssembly SIMD; memory is not shared.",
    features: "+simd128,+bulk-memory,+multivalue",
    linkArgs: ["--import-memory"],
    packed: true,
  },
  {
    name: "threads",
    summary: "Core kernels with relaxed SIMD (fused multiply-add) and shared memory.",
    features: "+simd128,+relaxed-simd,+bulk-memory,+multivalue,+atomics,+mutable-globals",
    linkArgs: [
      "--import-memory",
      "--shared-memory",
      "--max-memory=4294967296",
      "--export=__stack_pointer",
    ],
    // wasm-bindgen rewrites shared-memory modules for its own start of threads,
    // so cargo alone builds this one.
    packed: false,
  },
];

/** Bytes that a variant should not exceed: it is part of what every user loads. */
const BUDGET = 300_000;

/** What the header of a generated file says. */
interface Stamp {
  readonly source: string;
  readonly compiler: string;
}

async function main(): Promise<void> {
  const check = Deno.args.includes("--check");
  const source = await hashSources();
  if (check) requireSource(source);
  const toolchain = await findToolchain(Deno.args.includes("--core-from-source"));
  const bindgen = await lockedBindgen();
  const packed = await hasWasmPack(bindgen);
  if (!packed) {
    console.log(
      `wasm-pack with wasm-bindgen ${bindgen} not found (scripts/install_kernel_tools.sh gets ` +
        "them): cargo alone builds, to the same bytes",
    );
  }
  const changed: string[] = [];
  const otherCompiler: string[] = [];
  for (const variant of VARIANTS) {
    const wasm = await build(variant, toolchain, variant.packed && packed);
    requireNoPaths(wasm, toolchain);
    const compiler = `${toolchain.version}, ${toolchain.recipe}`;
    const file = generatedFile(variant);
    const text = render(variant, wasm, { source, compiler });
    const committed = readText(file);
    if (check && committed && readStamp(committed).compiler === compiler) {
      if (committed !== text) changed.push(variant.name);
    } else {
      if (check) otherCompiler.push(variant.name);
      await Deno.mkdir(GENERATED, { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    const over = wasm.length > BUDGET ? `, over the budget of ${kilobytes(BUDGET)}` : "";
    console.log(`${variant.name}: ${kilobytes(wasm.length)}, ${gzipped(wasm)} gzipped${over}`);
  }
  if (changed.length > 0) {
    throw new Error(
      `The committed kernels (${changed.join(", ")}) are not what this compiler makes of the ` +
        "sources: run deno task build and commit the result",
    );
  }
  if (otherCompiler.length > 0) {
    console.log(
      `The compiler is not that of the committed kernels (${otherCompiler.join(", ")}): ` +
        "bytes not compared, the fresh build stays in place for the tests",
    );
  } else if (check) console.log("The committed kernels are what this compiler makes");
}

async function build(
  variant: Variant,
  toolchain: Toolchain,
  throughPack: boolean,
): Promise<Uint8Array> {
  const target = join(WORKSPACE, "target", `wasm-${variant.name}`);
  const flags = [
    `-Ctarget-feature=${variant.features}`,
    ...variant.linkArgs.map((arg) => `-Clink-arg=${arg}`),
    ...[[WORKSPACE, "kernels-rs"] as const, ...toolchain.prefixes]
      .map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
  ];
  const env = {
    ...toolchain.env,
    CARGO_TARGET_DIR: target,
    CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f"),
  };
  const cargoArgs = ["--locked", ...toolchain.cargoArgs];
  if (throughPack) {
    const options = ["--release", "--mode", "force", "--no-opt", "--no-pack", "--no-typescript"];
    const args = ["build", "core", ...options, "--target", "web", "--out-dir", "pkg"];
    await run("wasm-pack", [...args, "--", ...cargoArgs], env);
  } else {
    await run("cargo", ["build", "--release", "--target", TARGET, ...cargoArgs], env);
  }
  // The module as it was linked: the copy in wasm-pack's folder differs only in the name of
  // the memory import, which wasm-bindgen points at loader code that we do not use.
  return Deno.readFileSync(join(target, TARGET, "release", "denum_core.wasm"));
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    cwd: WORKSPACE,
    stdout: "inherit",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args[0]} failed:\n${text}`);
  if (warnings(text).length > 0) console.log(text);
}

/** Warnings of the compiler, but for the one that every threaded build gives. */
function warnings(text: string): string[] {
  return text.split("\n").filter((line) =>
    /^warning/.test(line) && !/unstable feature specified|generated 1 warning$/.test(line)
  );
}

/** sha256 over the names and bytes of all sources, in order of name. */
async function hashSources(): Promise<string> {
  const files = ["Cargo.lock", "Cargo.toml", ...sources("core")].sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const bytes = await Deno.readFile(join(WORKSPACE, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

function sources(folder: string): string[] {
  return [...Deno.readDirSync(join(WORKSPACE, folder))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return entry.name === "pkg" ? [] : sources(path);
    return /\.rs$|^Cargo\.toml$/.test(entry.name) ? [path] : [];
  });
}

async function lockedBindgen(): Promise<string> {
  const lock = await Deno.readTextFile(join(WORKSPACE, "Cargo.lock"));
  const version = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(lock)?.[1];
  if (!version) throw new Error("kernels-rs/Cargo.lock names no version of wasm-bindgen");
  return version;
}

function requireSource(source: string): void {
  for (const variant of VARIANTS) {
    const text = readText(generatedFile(variant));
    if (text && readStamp(text).source === source) continue;
    throw new Error(
      `The committed kernels (${variant.name}) were built from other sources: ` +
        "run deno task build and commit the result",
    );
  }
}

function requireNoPaths(wasm: Uint8Array, toolchain: Toolchain): void {
  const text = new TextDecoder("latin1").decode(wasm);
  for (const [prefix] of [[ROOT, ""] as const, ...toolchain.prefixes]) {
    if (text.includes(prefix)) throw new Error("The built module contains a path of this machine");
  }
}

function generatedFile(variant: Variant): string {
  return join(GENERATED, `core_${variant.name}.ts`);
}

function render(variant: Variant, wasm: Uint8Array, stamp: Stamp): string {
  const lines = [
    "// deno-fmt-ignore-file",
    "// deno-lint-ignore-file",
    "// Generated from kernels-rs by scripts/build_kernels.ts (deno task build); not edited by hand.",
    `// Source: sha256 ${stamp.source}`,
    `// Compiler: ${stamp.compiler}`,
    "/**",
    ` * ${variant.summary}`,
    " *",
    " * @module",
    " */",
    "",
    `/** ${variant.summary} The module in base64. */`,
    `export const CORE_${variant.name.toUpperCase()}: string = "${wasm.toBase64()}";`,
  ];
  return `${lines.join("\n")}\n`;
}

function readStamp(text: string): Partial<Stamp> {
  const source = /^\/\/ Source: sha256 (\w+)$/m.exec(text)?.[1];
  const compiler = /^\/\/ Compiler: (.*)$/m.exec(text)?.[1];
  return { ...(source && { source }), ...(compiler && { compiler }) };
}

function readText(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function gzipped(wasm: Uint8Array): string {
  return kilobytes(gzipSync(wasm, { level: 9 }).length);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
