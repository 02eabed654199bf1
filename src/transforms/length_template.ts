/**
 * What a function does at all lengths of an axis in some range, from what it does at three of them:
 * every number of its recording is a polynomial of the length.
 *
 * @module
 */
import { type DType, DTYPES } from "../core/dtype.ts";
import { shapeText, TraceError, valueText } from "../core/errors.ts";
import { checkGraph } from "../core/graph.ts";
import { checkItem, storeItem } from "../core/item.ts";
import type { Recording } from "./recording.ts";
import {
  type AnyNumber,
  differingParts,
  type Part,
  type Place,
  type Reading,
  readingOf,
  withNumbers,
} from "./recording_numbers.ts";

/** Numbers that depend on the length are multiples of 1 / FINEST, so that calculating is exact. */
const FINEST = 1024;

/** What a function does at one length. */
export interface Sample {
  /** The length. */
  readonly length: number;
  /** What it does. */
  readonly recording: Recording;
  /** The same, taken apart. */
  readonly reading: Reading;
}

/** Why a function has no template. */
export interface Difference {
  /** What it does at which lengths. */
  readonly state: string;
  /** What would help. */
  readonly cure: string;
}

/**
 * What a function does at a length.
 *
 * @param length The length.
 * @param record Records it.
 * @returns The recording, or that it throws.
 */
export function sampleAt(
  length: number,
  record: (length: number) => Recording,
): Sample | Difference {
  try {
    const recording = record(length);
    return { length, recording, reading: readingOf(recording) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      state: `it throws "${message}" at length ${length}`,
      cure: "let it take any length",
    };
  }
}

/**
 * Tells a sample from a difference.
 *
 * @param sample One of both.
 * @returns Whether it is a sample.
 */
export function isSample(sample: Sample | Difference): sample is Sample {
  return "reading" in sample;
}

/**
 * The error that says why a function cannot be compiled for all lengths.
 *
 * @param difference What it does at some lengths.
 * @returns The error.
 */
export function symbolicError({ state, cure }: Difference): TraceError {
  return new TraceError(
    `Cannot compile for all lengths of an axis: ${state}, ${cure}, or leave out symbolicArgs`,
  );
}

/** A polynomial of the length, by its differences from a first length on. */
interface Term extends Place {
  readonly start: number;
  readonly differences: readonly [AnyNumber, AnyNumber, AnyNumber];
}

/** Whether a number is no rounded one, so that it tells the polynomial. */
function isExact(x: AnyNumber, dtype: DType | undefined): boolean {
  if (typeof x === "bigint") return true;
  const isStored = (y: number): boolean =>
    dtype === undefined || DTYPES[dtype].kind !== "float" || storeItem(dtype, y) === y;
  return Number.isSafeInteger(x * FINEST) && [x - 1, x + 1].every(isStored);
}

/** The polynomial through values at three lengths in a row, if it can be calculated exactly. */
function termThrough(
  place: Place,
  start: number,
  [x, y, z]: readonly AnyNumber[],
): Term | undefined {
  if (Object.is(x, y) && Object.is(y, z)) return { ...place, start, differences: [x!, 0, 0] };
  if (typeof x === "bigint" && typeof y === "bigint" && typeof z === "bigint") {
    return { ...place, start, differences: [x, y - x, z - y - (y - x)] };
  }
  if (typeof x !== "number" || typeof y !== "number" || typeof z !== "number") return undefined;
  if (![x, y, z].every((value) => isExact(value, place.dtype))) return undefined;
  return { ...place, start, differences: [x, y - x, z - y - (y - x)] };
}

function isConstant({ differences: [, b, c] }: Term): boolean {
  return b === 0 && c === 0;
}

function valueOf(term: Term, length: number): AnyNumber {
  const { start, differences: [a, b, c] } = term;
  if (isConstant(term)) return a;
  const turns = length - start;
  const pairs = turns * (turns - 1) / 2;
  if (typeof a === "number") return a + Number(b) * turns + Number(c) * pairs;
  return a + BigInt(b) * BigInt(turns) + BigInt(c) * BigInt(pairs);
}

/** The number as a recording has it. */
function recordedValue(term: Term, length: number): unknown {
  const value = valueOf(term, length);
  if (term.dtype === undefined) return value;
  try {
    return storeItem(term.dtype, checkItem(term.dtype, value));
  } catch {
    return undefined;
  }
}

function numbersDiffer(
  { kind, user }: Place,
  values: readonly (readonly [length: number, value: AnyNumber])[],
): Difference {
  const what = {
    axis: `an axis of ${user} has length`,
    parameter: `a parameter of ${user} is`,
    element: `${user} takes the number`,
    result: "a number among the results is",
  }[kind];
  const list = values.map(([, value]) => valueText(value)).join(", ");
  const lengths = values.map(([length]) => length).join(", ");
  return {
    state: `${what} ${list} at lengths ${lengths}, which is no exact polynomial of degree 2`,
    cure: kind === "element"
      ? "calculate it by functions of tensors from tensor(length)"
      : "use what is a polynomial of the length",
  };
}

function partsDiffer(
  [a, p]: readonly [Part | undefined, number],
  [b, q]: readonly [Part | undefined, number],
): Difference {
  const where = `at lengths ${p} and ${q}`;
  if (a?.constant && b?.constant && a.user === b.user) {
    const [x, y] = [a.constant, b.constant].map(({ shape }) => shapeText(shape));
    return {
      state: `${a.user} takes constants of shapes ${x} and ${y} that are not equal ${where}`,
      cure: "make them by functions of the shape such as arange and full",
    };
  }
  const [x, y] = [a, b].map((part) => part?.user ?? "nothing");
  return {
    state: x === y
      ? `it calls ${x} in different ways ${where}`
      : `what it does ${where} differs, at first in ${x} and ${y}`,
    cure: "do the same at all lengths, with scan instead of loops in JavaScript",
  };
}

function differenceOf(a: Sample, b: Sample): Difference | undefined {
  const found = differingParts(a.reading, b.reading);
  return found && partsDiffer([found[0], a.length], [found[1], b.length]);
}

/** What a function does in a range of lengths. */
export class Template {
  /** The shortest length at which it was seen to do this. */
  #low: number;
  /** The longest one. */
  #high: number;
  /** The longest shorter length at which it does something else, so far as is known. */
  #below = 1;
  /** The shortest longer one. */
  #above = Infinity;
  readonly #sample: Sample;
  readonly #terms: readonly Term[];

  private constructor(sample: Sample, terms: readonly Term[]) {
    this.#low = sample.length;
    this.#high = sample.length + 2;
    this.#sample = sample;
    this.#terms = terms;
  }

  /**
   * What a function does at three lengths in a row.
   *
   * @param samples The samples.
   * @param others Templates of what it does elsewhere.
   * @returns The template, or why there is none.
   */
  static through(
    samples: readonly Sample[],
    others: readonly Template[],
  ): Template | Difference {
    const first = samples[0]!;
    for (const sample of samples) {
      const found = differenceOf(first, sample);
      if (found) return found;
    }
    const terms: Term[] = [];
    for (const [i, place] of first.reading.numbers.entries()) {
      const values = samples.map(({ reading }) => reading.numbers[i]!.value);
      const term = termThrough(place, first.length, values);
      if (!term) return numbersDiffer(place, values.map((x, k) => [samples[k]!.length, x]));
      terms.push(term);
    }
    const template = new Template(first, terms);
    for (const other of others) {
      if (other.#low > template.#high) template.#above = Math.min(template.#above, other.#low);
      if (other.#high < template.#low) template.#below = Math.max(template.#below, other.#high);
    }
    return template;
  }

  /** Shortest and longest length at which the function was seen to do this. */
  get range(): readonly [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** Lengths around the range at which it does something else; 1 and infinity if none are known. */
  get bounds(): readonly [below: number, above: number] {
    return [this.#below, this.#above];
  }

  /** Whether all axes that depend on the length have at least 2 elements: one alone broadcasts. */
  #isPlain(length: number): boolean {
    return this.#terms.every((term) =>
      term.kind !== "axis" || isConstant(term) || Number(valueOf(term, length)) >= 2
    );
  }

  /**
   * Whether an axis that depends on the length has no element or a single one.
   *
   * @param length The length.
   * @returns Whether the function may do something else at this length alone.
   */
  isSpecial(length: number): boolean {
    return this.#terms.some((term) =>
      term.kind === "axis" && !isConstant(term) && [0, 1].includes(Number(valueOf(term, length)))
    );
  }

  /**
   * Whether it is known what the function does at a length: it does the same at one that is not longer
   * and at one that is not shorter, and no axis is special.
   *
   * @param length The length.
   * @returns Whether it does this.
   */
  covers(length: number): boolean {
    return length >= this.#low && length <= this.#high && this.#isPlain(length);
  }

  /**
   * What the function does differently at a length.
   *
   * @param sample What it does there.
   * @returns The first difference, or undefined if there is none.
   */
  differs(sample: Sample | Difference): Difference | undefined {
    if (!isSample(sample)) return sample;
    const found = differenceOf(this.#sample, sample);
    if (found) return found;
    const { length, reading } = sample;
    for (const [i, term] of this.#terms.entries()) {
      const { value } = reading.numbers[i]!;
      if (Object.is(recordedValue(term, length), value)) continue;
      const seen = [0, 1, 2].map((k) => [term.start + k, valueOf(term, term.start + k)] as const);
      return numbersDiffer(term, [...seen, [length, value]]);
    }
    return undefined;
  }

  /**
   * Takes notice of what the function does at a length: the range grows, or has a bound.
   *
   * @param length The length.
   * @param sample What it does there.
   * @returns Whether it does the same.
   */
  learn(length: number, sample: Sample | Difference): boolean {
    if (length <= this.#below || length >= this.#above) return false;
    const same = !this.differs(sample);
    if (same) {
      this.#low = Math.min(this.#low, length);
      this.#high = Math.max(this.#high, length);
    } else if (length > this.#high) this.#above = length;
    else if (length < this.#low) this.#below = length;
    return same;
  }

  /**
   * The shortest length at which the function can do the same, by its axes.
   *
   * @returns A length from 2 on.
   */
  shortest(): number {
    let [low, high] = [2, this.#low];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#isPlain(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * What the function does at a length.
   *
   * @param length The length.
   * @returns The recording.
   */
  at(length: number): Recording {
    const numbers = this.#terms.map((term) => valueOf(term, length));
    const recording = withNumbers(this.#sample.recording, numbers);
    checkGraph(recording.known.graph, `changing the length of an axis to ${length}`);
    return recording;
  }

  /** Keeps the constants: a scope in which they were made leaves them alone. */
  keep(): void {
    for (const { storage } of this.#sample.recording.known.known.values()) storage.keepers++;
  }
}
