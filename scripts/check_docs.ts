/**
 * Checks that each exported function of the given entry points documents its
 * parameters, type parameters and result, and that each function, class and constant has a
 * titled example that asserts; error classes are shown where they are thrown.
 *
 * @module
 */

/** A tag of a documentation comment. */
interface Tag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
}

/** What `deno doc --json` tells of a declaration. */
export interface Declaration {
  /** Kind of the declaration. */
  readonly kind: string;
  /** Its documentation comment. */
  readonly jsDoc?: { readonly tags?: readonly Tag[] };
  /** What a function takes and gives. */
  readonly def?: {
    readonly params?: readonly {
      readonly kind: string;
      readonly name?: string;
      readonly left?: { readonly name?: string };
    }[];
    readonly typeParams?: readonly { readonly name: string }[];
    readonly returnType?: { readonly repr: string };
    /** The class that a class extends. */
    readonly extends?: string;
  };
}

/**
 * What the documentation of a function, class or constant lacks.
 *
 * @param declaration The function, class or constant.
 * @returns The missing tags; none for other declarations.
 */
export function missingTags({ kind, def, jsDoc }: Declaration): readonly string[] {
  const shown = kind === "function" || kind === "variable" || kind === "class";
  if (!shown || !def || def.extends?.endsWith("Error")) return [];
  const tags = jsDoc?.tags ?? [];
  const has = (wanted: string, name?: string): boolean =>
    tags.some((tag) =>
      tag.kind === wanted && (name === undefined || tag.name === name) && tag.doc !== undefined
    );
  const parameters = tags.filter((tag) => tag.kind === "param").length;
  const example = tags.some((tag) =>
    tag.kind === "example" && /^[^`]/.test(tag.doc ?? "") && tag.doc!.includes("assert")
  );
  return [
    ...(def.params ?? []).map((p) => p.name ?? p.left?.name)
      .filter((name) => name !== undefined && !has("param", name))
      .map((name) => `@param ${name}`),
    ...(parameters < (def.params ?? []).length ? ["@param for each parameter"] : []),
    ...(def.typeParams ?? []).filter(({ name }) => !has("template", name))
      .map(({ name }) => `@typeParam ${name}`),
    ...(kind !== "function" || def.returnType?.repr === "void" || has("return")
      ? []
      : ["@returns"]),
    ...(example ? [] : ["@example with a title and an assertion"]),
  ];
}

async function problemsOf(entry: string): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    stderr: "inherit",
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly nodes: Readonly<
      Record<
        string,
        {
          readonly symbols: readonly {
            readonly name: string;
            readonly declarations: readonly Declaration[];
          }[];
        }
      >
    >;
  };
  return Object.values(nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) =>
      // Overloads share the example of the first.
      declarations.slice(0, 1).flatMap((declaration) =>
        missingTags(declaration).map((what) => `${name}: ${what}`)
      )
    )
  );
}

if (import.meta.main) {
  const problems = (await Promise.all(Deno.args.map(problemsOf))).flat();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
