/**
 * Programs for all lengths of an axis, from recordings at few of them: at three lengths in a row, which
 * give a template, and at some further ones, which say how far it holds.
 *
 * @module
 */
import { ShapeError } from "../core/errors.ts";
import type { Aval } from "../core/tensor.ts";
import { leaves } from "../core/tree.ts";
import { withoutFunctions } from "./call_primitive.ts";
import {
  type Difference,
  isSample,
  type Sample,
  sampleAt,
  symbolicError,
  Template,
} from "./length_template.ts";
import type { Arguments, Recording } from "./recording.ts";

/** Ranges of lengths in which a function may do different things. */
const MOST_TEMPLATES = 8;
/** Divisible by all numbers up to 16; the number before it by none of them. */
const ROUND = 720720;
/** How much longer than any axis so far one is tried at once. */
const AHEAD = 16;

/** Records what a function does where the axis has some length. */
export type RecordAt = (length: number) => Recording;

/** A leading axis that some tensors of a call share. */
export interface SymbolicAxis {
  /** Its length. */
  readonly length: number;
  /** The same for calls that differ in the length alone. */
  readonly key: string;
  /** Dtypes and shapes of all tensors of the call where it has another length. */
  readonly avals: (length: number) => readonly Aval[];
}

/** Positions of arguments that are not just traced. */
export interface Positions {
  /** Those that are part of the program. */
  readonly statics: ReadonlySet<number>;
  /** Those whose tensors have the leading axis. */
  readonly symbolics: ReadonlySet<number>;
}

/**
 * The leading axis of the tensors in some arguments.
 *
 * @param args The arguments of a call.
 * @param own The same, taken apart.
 * @param positions Which arguments have the axis, and which are not taken apart.
 * @returns The axis, or undefined if there are no such tensors.
 * @throws {ShapeError} If one of the tensors has no axis, or another length.
 */
export function symbolicAxis(
  args: readonly unknown[],
  { tensors, keyWith }: Arguments,
  { statics, symbolics }: Positions,
): SymbolicAxis | undefined {
  const owners = args.flatMap((arg, i) => statics.has(i) ? [] : Array.from(leaves(arg), () => i));
  const has = (i: number): boolean => symbolics.has(owners[i]!);
  const first = tensors.findIndex((_, i) => has(i));
  if (first < 0) return undefined;
  const [length] = tensors[first]!.shape;
  tensors.forEach(({ shape }, i) => {
    if (!has(i)) return;
    if (shape.length === 0) {
      throw new ShapeError(
        `Cannot run a compiled function over the leading axis of a tensor of rank 0: ` +
          `leave argument ${owners[i]} out of symbolicArgs`,
      );
    }
    if (shape[0] === length) return;
    throw new ShapeError(
      `Cannot run a compiled function over leading axes of lengths ${length} and ${shape[0]} in ` +
        `arguments ${owners[first]} and ${
          owners[i]
        }: all tensors of symbolicArgs must have one length`,
    );
  });
  return {
    length: length!,
    key: keyWith(({ shape }, i) => has(i) ? ["*", ...shape.slice(1)] : shape),
    avals: (other) =>
      tensors.map(({ dtype, shape }, i) => ({
        dtype,
        shape: has(i) ? shape.with(0, other) : shape,
      })),
  };
}

/** The recordings of a function for arguments that differ in the length of an axis alone. */
export class SymbolicRecordings {
  readonly #templates: Template[] = [];

  /**
   * What the function does at a length.
   *
   * @param length The length.
   * @param record Records it where that is not known.
   * @returns The recording.
   * @throws {TraceError} If there are no lengths at which it does the same, or too many at which it does not.
   */
  at(length: number, record: RecordAt): Recording {
    const known = this.#templates.find((template) => template.covers(length));
    if (known) return known.at(length);
    // An axis of length 1 broadcasts, one without elements reduces to something else.
    if (length < 2) return record(length);
    const closed: RecordAt = (own) => closedRecording(record(own));
    const recording = closed(length);
    const sample = sampleAt(length, () => recording) as Sample;
    const search = new Search(closed, this.#templates);
    const same = this.#templates.find((template) => template.learn(length, sample));
    if (!same) this.#start(sample, search);
    else if (length === same.range[1]) search.up(same);
    else if (length === same.range[0]) search.down(same);
    return recording;
  }

  /** Looks for what the function does around a length, or else at other ones. */
  #start(sample: Sample, search: Search): void {
    const { length } = sample;
    if (this.#templates.some((template) => template.isSpecial(length))) return;
    const found = search.around(sample);
    if (found instanceof Template) return this.#add(found, sample);
    // A function that does the same at other lengths may make an exception.
    if (this.#templates.length > 0) return;
    // Large counts may be rounded, short axes special.
    for (const other of [Math.ceil(Math.cbrt(length)) + 2, 4 * length + 13]) {
      const start = search.sample(other);
      const template = isSample(start) ? search.around(start) : start;
      if (!(template instanceof Template)) continue;
      this.#add(template, sample);
      if (template.learn(length, sample)) return;
      const difference = template.covers(length) && template.differs(sample);
      if (difference) throw symbolicError(difference);
    }
    if (this.#templates.length === 0) throw symbolicError(found);
  }

  #add(template: Template, sample: Sample): void {
    const difference = this.#templates[MOST_TEMPLATES - 1]?.differs(sample);
    if (difference) throw symbolicError(difference);
    template.keep();
    this.#templates.push(template);
  }
}

function closedRecording(recording: Recording): Recording {
  const { graph, known } = recording.known;
  return { ...recording, known: { graph: withoutFunctions(graph), known } };
}

/** Looks for templates and for how far they hold. */
class Search {
  readonly #record: RecordAt;
  readonly #others: readonly Template[];

  /** Of what a function does; what it does elsewhere is known already. */
  constructor(record: RecordAt, others: readonly Template[]) {
    this.#record = record;
    this.#others = others;
  }

  sample(length: number): Sample | Difference {
    return sampleAt(length, this.#record);
  }

  /** The template of a length and of two after or before it. */
  around(sample: Sample): Template | Difference {
    const { length } = sample;
    const after = this.#from(length, sample);
    if (after instanceof Template || length < 5) return after;
    const before = this.#from(length - 2, sample);
    return before instanceof Template ? before : after;
  }

  /** The template of three lengths from one on, one of which is known, if it holds at a fourth. */
  #from(start: number, known: Sample): Template | Difference {
    const samples: Sample[] = [];
    for (let length = start; length < start + 3; length++) {
      const sample = length === known.length ? known : this.sample(length);
      if (!isSample(sample)) return sample;
      samples.push(sample);
    }
    const template = Template.through(samples, this.#others);
    if (!(template instanceof Template)) return template;
    if ([this.up(template), this.down(template)].includes(true)) return template;
    const fourth = start === known.length ? start + 3 : start - 1;
    const sample = this.sample(fourth);
    return template.learn(fourth, sample) ? template : template.differs(sample) ?? template;
  }

  /**
   * Tries a length far above a template's range; later one between the range and what is known to be
   * different.
   *
   * @returns Whether the function does the same there.
   */
  up(template: Template): boolean {
    const [[, high], [, above]] = [template.range, template.bounds];
    if (above < Infinity) {
      const middle = Math.floor(Math.sqrt(high * above));
      return middle > high && template.learn(middle, this.sample(middle));
    }
    const far = Math.ceil(AHEAD * high / ROUND) * ROUND;
    const samples = [far - 1, far].map((length) => this.sample(length));
    const [x, y] = samples.map((sample) => template.differs(sample));
    // What depends on being divisible cannot be told from a few lengths.
    const single = x && y ? undefined : x ?? y;
    if (single) throw symbolicError(single);
    return samples.map((sample, i) => template.learn(far - 1 + i, sample)).includes(true);
  }

  /**
   * Tries the shortest length that a template may have; later one between what is known to be different
   * and the range.
   *
   * @returns Whether the function does the same there.
   */
  down(template: Template): boolean {
    const [[low], [below]] = [template.range, template.bounds];
    const length = below > 1 ? Math.ceil(Math.sqrt(below * low)) : template.shortest();
    return length < low && template.learn(length, this.sample(length));
  }
}
