/**
 * House rules that `deno lint` runs on every file.
 *
 * @module
 */

/** The layers of `src/` from the lowest on; a layer imports itself and those before it. */
const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["devices"],
  ["compiler"],
  ["ops"],
  ["functions"],
  ["transforms"],
];

const MAX_LINES = 600;

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "layers": {
      create(context) {
        const layer = layerOf(context.filename);
        if (layer === undefined) return {};
        const check = (node: { readonly source: Deno.lint.StringLiteral | null }): void => {
          if (!node.source?.value.startsWith(".")) return;
          const target = new URL(node.source.value, `file://${context.filename}`).pathname;
          const other = layerOf(target);
          if (other === undefined || rankOf(other) <= rankOf(layer)) return;
          context.report({
            node: node.source,
            message: `Layer "${layer}" must not import layer "${other}"`,
          });
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
        };
      },
    },
    "max-lines": {
      create(context) {
        return {
          Program(node) {
            if (context.filename.includes("/generated/")) return;
            const lines = context.sourceCode.text.trimEnd().split("\n").length;
            if (lines <= MAX_LINES) return;
            context.report({
              node,
              message: `File has ${lines} lines: the limit is ${MAX_LINES}`,
            });
          },
        };
      },
    },
    "file-name": {
      create(context) {
        return {
          Program(node) {
            const name = context.filename.split("/").at(-1)!;
            if (/^[a-z0-9]+(_[a-z0-9]+)*\.ts$/.test(name) && name !== "index.ts") return;
            context.report({ node, message: `File name "${name}" is not a noun in snake case` });
          },
        };
      },
    },
    "no-default-export": {
      create(context) {
        if (!isSource(context.filename)) return {};
        return {
          ExportDefaultDeclaration(node) {
            context.report({ node, message: "Export a name instead of a default" });
          },
        };
      },
    },
    "no-console": {
      create(context) {
        if (!isSource(context.filename)) return {};
        return {
          "MemberExpression[object.name='console']"(node: Deno.lint.MemberExpression) {
            context.report({ node, message: "The library does not write to the console" });
          },
        };
      },
    },
    "error-message": {
      create(context) {
        if (!isSource(context.filename)) return {};
        return {
          NewExpression(node) {
            if (node.callee.type !== "Identifier" || !node.callee.name.endsWith("Error")) return;
            const text = textOf(node.arguments[0]);
            const complaint = text === undefined ? undefined : complaintAbout(text);
            if (complaint !== undefined) context.report({ node, message: complaint });
          },
        };
      },
    },
  },
};

export default plugin;

function isSource(filename: string): boolean {
  return /\/src\//.test(filename);
}

/** Name of the folder of `src/` that a file lies in. */
function layerOf(path: string): string | undefined {
  return /\/src\/([a-z_]+)\//.exec(path)?.[1];
}

/** Place of a layer; all that are not named come last. */
function rankOf(layer: string): number {
  const rank = LAYERS.findIndex((names) => names.includes(layer));
  return rank < 0 ? LAYERS.length : rank;
}

/** Text of strings, templates and their sums, with `x` for what is interpolated. */
function textOf(
  node: Deno.lint.Expression | Deno.lint.SpreadElement | Deno.lint.PrivateIdentifier | undefined,
): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral") return node.quasis.map(({ cooked }) => cooked).join("x");
  if (node?.type === "BinaryExpression" && node.operator === "+") {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined ? undefined : left + (right ?? "x");
  }
  return undefined;
}

function complaintAbout(text: string): string | undefined {
  if (!/^[A-Z]/.test(text)) return "Error message does not start with a capital";
  if (text.endsWith(".")) return "Error message ends with a period";
  if (/[a-z]'(t|s|re|ve|ll|d)\b/.test(text.replace(/NumPy's|Python's/g, ""))) {
    return "Error message has a contraction";
  }
  return undefined;
}
