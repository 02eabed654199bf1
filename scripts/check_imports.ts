/**
 * Checks that no module of the entry points imports itself, directly or not.
 * Imports of types alone count, too.
 *
 * @module
 */

/** What `deno info --json` tells of modules. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/**
 * Finds a cycle.
 *
 * @param imports What each module imports.
 * @returns The modules of a cycle, the first one again at the end, or undefined.
 */
export function findCycle(
  imports: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(module);
    if (at >= 0) return [...path.slice(at), module];
    if (done.has(module)) return undefined;
    for (const next of imports.get(module) ?? []) {
      const cycle = visit(next, [...path, module]);
      if (cycle) return cycle;
    }
    done.add(module);
    return undefined;
  };
  for (const module of imports.keys()) {
    const cycle = visit(module, []);
    if (cycle) return cycle;
  }
  return undefined;
}

async function importsOf(entry: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    stderr: "inherit",
  }).output();
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(info.modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.flatMap(({ code, type }) =>
      [code?.specifier, type?.specifier].filter((name) => name !== undefined)
    ),
  ]));
}

if (import.meta.main) {
  for (const entry of Deno.args) {
    const cycle = findCycle(await importsOf(entry));
    if (!cycle) continue;
    const root = new URL("..", import.meta.url).href;
    console.error(`Import cycle: ${cycle.map((name) => name.replace(root, "")).join(" -> ")}`);
    Deno.exit(1);
  }
}
