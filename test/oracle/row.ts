/**
 * What one row of the oracle's tables says, and how it is judged.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import * as errors from "../../src/core/errors.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { items, Tensor } from "../../src/core/tensor.ts";
import type { Drawn } from "../support/arbitraries.ts";
import { disagreement, itemText } from "../support/assert.ts";
import { placed } from "../support/layouts.ts";
import { type Answer, type Oracle, type OracleCall, python } from "../support/oracle.ts";
import { Random } from "../support/random.ts";
import { REPEAT, runs, SEED } from "../support/settings.ts";

/** A public function, whatever it takes. */
export type PublicFunction = (...args: readonly unknown[]) => unknown;

/** The library's namespace. */
export type Namespace = Readonly<Record<string, unknown>>;

/** A deliberate difference: the library refuses what NumPy does. */
export interface Refusal {
  /** Why. */
  readonly reason: string;
  /** Which arguments it refuses. */
  readonly when: (...args: readonly unknown[]) => boolean;
}

/** One function, compared with NumPy on drawn arguments. */
export interface Row {
  /** Name of the public function. */
  readonly name: string;
  /** What is special about this row, where a function has several. */
  readonly label?: string;
  /** Python expression for the function: `np.add`, or a lambda over the same arguments. */
  readonly np: string;
  /** The arguments; arrays become tensors, objects at the end become arguments by name. */
  readonly args: fc.Arbitrary<readonly unknown[]>;
  /** The library's call; `nd[name](...args)` when absent. */
  readonly ours?: (nd: Namespace, ...args: readonly never[]) => unknown;
  /** NumPy's arguments; the same when absent. */
  readonly theirs?: (...args: readonly never[]) => Pick<OracleCall, "args" | "kwargs">;
  /** Dtypes of NumPy's result that are others here. */
  readonly to?: (dtype: DType) => Readonly<Record<string, string>>;
  /** Units in the last place that results may be off, perhaps by dtype; 0 when absent. */
  readonly ulps?: number | ((dtype: DType) => number);
  /** Whether floats in NumPy's result become bfloat16; if an operand is, when absent. */
  readonly narrows?: (...args: readonly unknown[]) => boolean;
  /** Whether NumPy leaves open which of two equal zeros results. */
  readonly zerosEqual?: boolean;
  /** Whether signs beside NaN are open in complex numbers. */
  readonly signsOpen?: boolean;
  /** Python expression for the magnitudes that rounding errors of sums refer to. */
  readonly scale?: string;
  /** Deliberate differences. */
  readonly refuses?: readonly Refusal[];
  /** Errors that may be thrown where NumPy gives a result. */
  readonly tolerates?: (error: Error, args: readonly unknown[]) => boolean;
  /** Number of drawn cases, 150 when absent. */
  readonly runs?: number;
}

/** Names of options that NumPy writes otherwise. */
const OPTION_NAMES: Readonly<Record<string, string>> = { keepDims: "keepdims" };

function isDrawn(value: unknown): value is Drawn {
  return typeof value === "object" && value !== null && "items" in value && "layout" in value;
}

function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isDrawn(value) &&
    Object.getPrototypeOf(value) === Object.prototype && !("re" in value);
}

/** Makes tensors of arrays, wherever they stand. */
function ourArgument(value: unknown): unknown {
  if (isDrawn(value)) return placed(value, value.layout).tensor;
  if (Array.isArray(value)) return value.map(ourArgument);
  if (!isOptions(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, ourArgument(part)]),
  );
}

function drawnIn(args: readonly unknown[]): readonly Drawn[] {
  return args.flatMap((arg) =>
    isDrawn(arg)
      ? [arg]
      : Array.isArray(arg)
      ? drawnIn(arg)
      : isOptions(arg)
      ? drawnIn(Object.values(arg))
      : []
  );
}

/** Dtype of the first array. */
function dtypeOf(args: readonly unknown[]): DType {
  return drawnIn(args)[0]?.dtype ?? "float32";
}

function usualArguments(args: readonly unknown[]): Pick<OracleCall, "args" | "kwargs"> {
  const last = args.at(-1);
  if (!isOptions(last)) return { args };
  const kwargs = Object.entries(last).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [OPTION_NAMES[name] ?? name, pythonAxes(value)]);
  return { args: args.slice(0, -1), kwargs: Object.fromEntries(kwargs) };
}

/** NumPy takes several axes as a tuple only. */
function pythonAxes(value: unknown): unknown {
  return Array.isArray(value) ? python.tuple(value) : value;
}

/** What a row asks of NumPy for some arguments. */
function question(row: Row, args: readonly unknown[]): OracleCall {
  const drawn = drawnIn(args);
  const narrows = row.narrows?.(...args) ?? drawn.some(({ dtype }) => dtype === "bfloat16");
  return {
    fn: row.np,
    ...(row.theirs ? row.theirs(...args as never[]) : usualArguments(args)),
    to: row.to?.(dtypeOf(args)) ?? {},
    scale: row.scale,
    narrow: narrows ? "bfloat16" : undefined,
  };
}

/** What the library answers. */
type Outcome = { readonly result: unknown } | { readonly error: unknown };

function outcome(row: Row, nd: Namespace, args: readonly unknown[]): Outcome {
  try {
    const own = args.map(ourArgument);
    if (row.ours) return { result: row.ours(nd, ...own as never[]) };
    return { result: (nd[row.name] as PublicFunction)(...own) };
  } catch (error) {
    return { error };
  }
}

/** The library's own error classes: anything else that is thrown is a crash. */
const CLASSES: ReadonlySet<unknown> = new Set(Object.values(errors));

/** Which of our classes may stand for one of NumPy's. */
const EQUIVALENT: Readonly<Record<string, readonly string[]>> = {
  AxisError: ["AxisError"],
  IndexError: ["IndexError", "ShapeError", "AxisError"],
};

function errorProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !CLASSES.has(error.constructor)) {
    const place = error instanceof Error ? error.stack?.split("\n").slice(1, 3).join(" ") : "";
    return `crashes: ${String(error)} ${place}`;
  }
  return /^Cannot .+: .*[^.\s]$/s.test(error.message)
    ? undefined
    : `the message "${error.message}" does not follow the grammar`;
}

/**
 * Compares what the library answers with NumPy's answer.
 *
 * @param row The row.
 * @param args The arguments.
 * @param ours What the library answers.
 * @param theirs What NumPy answers.
 * @returns What is wrong, or undefined.
 */
function judge(
  row: Row,
  args: readonly unknown[],
  ours: Outcome,
  theirs: Answer,
): string | undefined {
  const refusal = row.refuses?.find(({ when }) => when(...args));
  if ("error" in ours) {
    const problem = errorProblem(ours.error);
    if (problem !== undefined) return problem;
    const { name, message } = ours.error as Error;
    if (theirs.kind !== "error") {
      const tolerated = refusal || row.tolerates?.(ours.error as Error, args);
      return tolerated ? undefined : `throws "${message}", NumPy gives ${answerText(theirs)}`;
    }
    // Of two mistakes either may be named.
    const wanted = refusal ? undefined : EQUIVALENT[theirs.name];
    return wanted && !wanted.includes(name)
      ? `throws ${name} "${message}", NumPy ${theirs.name} "${theirs.message}"`
      : undefined;
  }
  if (refusal) return `gives a result but should refuse: ${refusal.reason}`;
  if (theirs.kind === "error") {
    return `gives ${resultText(ours.result)}, NumPy throws ${theirs.name}: ${theirs.message}`;
  }
  const ulps = typeof row.ulps === "function" ? row.ulps(dtypeOf(args)) : row.ulps;
  return compared({ ...row, ulps: ulps ?? 0 }, ours.result, theirs);
}

function compared(
  row: Row & { readonly ulps: number },
  result: unknown,
  theirs: Answer,
): string | undefined {
  if (theirs.kind === "list") {
    if (!Array.isArray(result)) return `gives ${resultText(result)}, NumPy a list`;
    if (result.length !== theirs.list.length) {
      return `gives ${result.length} results, NumPy ${theirs.list.length}`;
    }
    for (const [i, part] of theirs.list.entries()) {
      const wrong = compared(row, result[i], part);
      if (wrong !== undefined) return `result ${i}: ${wrong}`;
    }
    return undefined;
  }
  if (theirs.kind === "value") {
    return Object.is(result, theirs.value)
      ? undefined
      : `gives ${resultText(result)}, NumPy ${answerText(theirs)}`;
  }
  if (theirs.kind !== "array") return undefined;
  if (!(result instanceof Tensor)) return `gives ${resultText(result)}, NumPy an array`;
  const { array, scale } = theirs;
  if (!(array.dtype in DTYPES)) return `NumPy gives the dtype ${array.dtype}`;
  const spread = scale && scale.length === array.items.length ? scale : undefined;
  return disagreement(result, array, {
    ulps: row.ulps,
    scale: spread,
    zerosEqual: row.zerosEqual,
    signsOpen: row.signsOpen,
  });
}

function answerText(answer: Answer): string {
  switch (answer.kind) {
    case "array":
      return arrayText(answer.array);
    case "list":
      return `[${answer.list.map(answerText).join(", ")}]`;
    case "value":
      return JSON.stringify(answer.value);
    default:
      return `${answer.name}: ${answer.message}`;
  }
}

function resultText(result: unknown): string {
  if (result instanceof Tensor) {
    return arrayText({ dtype: result.dtype, shape: result.shape, items: [...items(result)] });
  }
  return Array.isArray(result) ? `[${result.map(resultText).join(", ")}]` : String(result);
}

function arrayText({ dtype, shape, items }: HostArray): string {
  const shown = items.length > 12
    ? `${items.slice(0, 12).map(itemText).join(", ")}, ...`
    : items.map(itemText).join(", ");
  return `${dtype}[${shape.join(", ")}](${shown})`;
}

function argumentText(value: unknown): string {
  if (isDrawn(value)) {
    return arrayText(value) + (value.layout === "contiguous" ? "" : ` ${value.layout}`);
  }
  if (Array.isArray(value)) return `[${value.map(argumentText).join(", ")}]`;
  if (isOptions(value)) {
    const parts = Object.entries(value).map(([name, part]) => `${name}: ${argumentText(part)}`);
    return `{ ${parts.join(", ")} }`;
  }
  return value === null ? "null" : itemText(value as never);
}

/**
 * Title of a row.
 *
 * @param row The row.
 * @returns The name of its function, and what is special.
 */
export function titleOf({ name, label }: Row): string {
  return label === undefined ? name : `${name}, ${label}`;
}

/** Rows of the same arguments should not all draw the same ones. */
function seedOf(row: Row): number {
  return new Random(titleOf(row), SEED).bits() | 0;
}

/**
 * Tries a row on drawn arguments, all in one frame; on failure looks for a
 * smaller case.
 *
 * @param row The row.
 * @param nd The library.
 * @param oracle NumPy.
 * @returns What is wrong with the smallest case found, or undefined.
 */
export async function tried(
  row: Row,
  nd: Namespace,
  oracle: Oracle,
): Promise<string | undefined> {
  const numRuns = runs(row.runs ?? 150);
  const cases = fc.sample(row.args, { numRuns, seed: seedOf(row) });
  const answers = await oracle.call(cases.map((args) => question(row, args)));
  const wrong = (args: readonly unknown[], answer: Answer): string | undefined => {
    const what = judge(row, args, outcome(row, nd, args), answer);
    return what && `${row.name}(${args.map(argumentText).join(", ")})\n  ${what}`;
  };
  const failures = cases.map((args, i) => wrong(args, answers[i]!)).filter((text) => text);
  if (failures.length === 0) return undefined;
  const found = await smallest(row, oracle, numRuns, wrong);
  return `${failures.length} of ${numRuns} cases differ (${REPEAT}):\n${found ?? failures[0]}`;
}

async function smallest(
  row: Row,
  oracle: Oracle,
  numRuns: number,
  wrong: (args: readonly unknown[], answer: Answer) => string | undefined,
): Promise<string | undefined> {
  let last: string | undefined;
  const property = fc.asyncProperty(row.args, async (args) => {
    const [answer] = await oracle.call([question(row, args)]);
    const text = wrong(args, answer!);
    if (text !== undefined) last = text;
    return text === undefined;
  });
  const details = await fc.check(property, {
    numRuns,
    seed: seedOf(row),
    interruptAfterTimeLimit: 3000,
  });
  return details.failed ? last : undefined;
}
