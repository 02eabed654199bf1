/**
 * Finds a Rust toolchain that can build the kernels for wasm32.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** How a toolchain gets the core library for wasm32. */
export type Recipe = "prebuilt core" | "core built from source";

/** A toolchain that can build the kernels. */
export interface Toolchain {
  /** Where its core library comes from. */
  readonly recipe: Recipe;
  /** Further arguments of `cargo build`. */
  readonly cargoArgs: readonly string[];
  /** Environment of cargo. */
  readonly env: Readonly<Record<string, string>>;
  /** First line of `rustc -vV`. */
  readonly version: string;
  /** Path prefixes that may occur in its output, with what stands for each. */
  readonly prefixes: readonly (readonly [string, string])[];
}

/** Name of the target in Rust's words. */
export const TARGET = "wasm32-unknown-unknown";

const DEBIAN_BIN = "/usr/bin";

const HELP = `Cannot build the kernels: no Rust toolchain with a wasm32 core library was found.
Run scripts/install_kernel_tools.sh, or install one of these:
  rustup target add ${TARGET}
  apt-get install --no-install-recommends rustc-web cargo-web rust-web-src   (Debian; needs a
      wasm-ld, for example the rust-lld of a rustup toolchain, or the package lld)`;

/**
 * Finds a toolchain: first one whose core library for wasm32 is installed,
 * then one that has the sources of its own core library.
 *
 * @param fromSource Whether to pass over installed core libraries.
 * @returns The toolchain.
 * @throws {Error} If there is none; the message says what to install.
 */
export async function findToolchain(fromSource: boolean): Promise<Toolchain> {
  const candidates = [undefined, join(cargoHome(), "bin"), DEBIAN_BIN]
    .map((bin) => ({ rustc: bin ? join(bin, "rustc") : "rustc", bin }));
  const sysroots: { sysroot: string; bin: string | undefined; version: string }[] = [];
  for (const { rustc, bin } of candidates) {
    const sysroot = await output(rustc, ["--print", "sysroot"]);
    const version = (await output(rustc, ["-vV"]))?.split("\n")[0];
    if (sysroot && version) sysroots.push({ sysroot, bin, version });
  }
  for (const { sysroot, bin, version } of sysroots) {
    const library = join(sysroot, "lib", "rustlib", TARGET, "lib");
    if (fromSource || !contains(library, /^libcore-.*\.rlib$/)) continue;
    return {
      recipe: "prebuilt core",
      cargoArgs: [],
      env: environment(bin),
      version,
      prefixes: prefixes(sysroot),
    };
  }
  for (const { sysroot, bin, version } of sysroots) {
    if (!exists(join(sysroot, "lib", "rustlib", "src", "rust", "library", "Cargo.lock"))) continue;
    const linker = findLinker(sysroots.map((found) => found.sysroot));
    if (!linker) continue;
    return {
      recipe: "core built from source",
      cargoArgs: ["-Zbuild-std=core,alloc"],
      env: { ...environment(bin), CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker },
      version,
      prefixes: prefixes(sysroot),
    };
  }
  throw new Error(HELP);
}

/**
 * Whether wasm-pack and the wasm-bindgen that it needs can be run.
 *
 * @param bindgen Version of wasm-bindgen in the lock file.
 * @returns True if both are there and the versions agree.
 */
export async function hasWasmPack(bindgen: string): Promise<boolean> {
  if (!await output("wasm-pack", ["--version"])) return false;
  return (await output("wasm-bindgen", ["--version"]))?.trim() === `wasm-bindgen ${bindgen}`;
}

/**
 * Output of a command.
 *
 * @param command Name or path of the program.
 * @param args Its arguments.
 * @returns What it printed, or undefined if it is missing or failed.
 */
export async function output(
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: [...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

function environment(bin: string | undefined): Record<string, string> {
  // Constant for both recipes: it changes the order of functions in the output.
  const env: Record<string, string> = { RUSTC_BOOTSTRAP: "1", RUST_BACKTRACE: "0" };
  if (bin) env.PATH = `${bin}:${Deno.env.get("PATH") ?? ""}`;
  return env;
}

function prefixes(sysroot: string): [string, string][] {
  return [[cargoHome(), "cargo"], [sysroot, "rust"]];
}

function cargoHome(): string {
  return Deno.env.get("CARGO_HOME") ?? join(Deno.env.get("HOME") ?? "", ".cargo");
}

/** rust-lld of any toolchain, or a wasm-ld on the path: both give the same bytes. */
function findLinker(sysroots: readonly string[]): string | undefined {
  const folders = sysroots.flatMap((root) =>
    hosts(root).map((host) => join(root, "lib", "rustlib", host, "bin"))
  );
  const path = (Deno.env.get("PATH") ?? "").split(":");
  for (const folder of [...folders, ...path]) {
    const name = contains(folder, /^(rust-lld|wasm-ld(-\d+)?)$/);
    if (name) return join(folder, name);
  }
  return undefined;
}

function hosts(sysroot: string): string[] {
  try {
    return [...Deno.readDirSync(join(sysroot, "lib", "rustlib"))]
      .filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
  } catch {
    return [];
  }
}

function contains(folder: string, pattern: RegExp): string | undefined {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort()
      .find((name) => pattern.test(name));
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return contains(dirname(path), new RegExp(`^${path.slice(dirname(path).length + 1)}$`)) !==
    undefined;
}
