/**
 * Which public functions NumPy has, so that none is left without a row.
 *
 * @module
 */
import type { Oracle } from "../support/oracle.ts";
import type { Namespace, Row } from "./row.ts";

/** Functions that NumPy has under another name, or as a method or an operator. */
const NUMPY_NAMES: Readonly<Record<string, string>> = {
  at: "put",
  cast: "astype",
  slice: "take",
  tensor: "array",
  variance: "var",
};

/** Functions of other names than NumPy's, which has nothing like them. */
const OUR_OWN: ReadonlySet<string> = new Set([
  "associativeScan",
  "checkGrads",
  "checkpoint",
  "complex",
  "cond",
  "customJvp",
  "customVjp",
  "dtypesOfKind",
  "explain",
  "forLoop",
  "grad",
  "gradients",
  "hessian",
  "indexedSlices",
  "jacobian",
  "jit",
  "jvp",
  "linearize",
  "map",
  "scan",
  "scope",
  "stopGradient",
  "switchCase",
  "toDense",
  "valueAndGrad",
  "valueAndGradients",
  "variable",
  "vjp",
  "vmap",
  "whileLoop",
]);

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/**
 * Names of the public functions.
 *
 * @param nd The library.
 * @returns All exported functions, without classes.
 */
export function publicFunctions(nd: Namespace): readonly string[] {
  return Object.keys(nd).filter((name) => typeof nd[name] === "function" && !isClass(nd[name]));
}

/**
 * What is wrong with the coverage of a library by rows.
 *
 * @param nd The library.
 * @param rows The rows.
 * @param oracle NumPy, which says what it has.
 * @returns A sentence each.
 */
export async function gaps(
  nd: Namespace,
  rows: readonly Row[],
  oracle: Oracle,
): Promise<readonly string[]> {
  const names = publicFunctions(nd);
  const asked = names.map((name) => NUMPY_NAMES[name] ?? snakeCase(name));
  const answers = await oracle.call([{
    fn: "lambda names: [hasattr(np, n) or hasattr(np, n.replace('_', '')) for n in names]",
    args: [asked],
  }]);
  const [answer] = answers;
  if (answer?.kind !== "list") return ["NumPy does not say what it has"];
  const covered = new Set(rows.map(({ name }) => name));
  const missing = names.flatMap((name, i) => {
    const known = answer.list[i];
    if (known?.kind !== "value") return [`NumPy does not say whether it has ${asked[i]}`];
    if (covered.has(name)) return [];
    if (known.value === true) return [`${name} is NumPy's ${asked[i]} but has no row`];
    return OUR_OWN.has(name) ? [] : [`${name} has no row and is not listed as our own`];
  });
  const unknown = [...covered].filter((name) => !names.includes(name)).map((name) =>
    `there are rows for ${name}, but the library does not export it`
  );
  return [...missing, ...unknown];
}
