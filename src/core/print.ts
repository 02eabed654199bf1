/**
 * Arrays as text, laid out as NumPy does.
 *
 * @module
 */
import type { DType, Item } from "./dtype.ts";
import { ArgumentError, shapeText, valueText } from "./errors.ts";
import { elementFormat, type ElementOptions } from "./print_element.ts";
import { checkCount } from "./print_float.ts";
import { sizeOf } from "./shape.ts";

/** What printing needs of an array; only elements that are shown are read. */
export interface Printable {
  /** Dtype of the elements. */
  readonly dtype: DType;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** The element at an index. */
  item(index: readonly number[]): Item;
}

/** How to print an array. */
export interface PrintOptions {
  /** Most digits after the point of floats, see `floatMode`; default 8. */
  readonly precision?: number;
  /** Arrays of more elements are summarised; default 1000. */
  readonly threshold?: number;
  /** Elements shown at the ends of each axis of a summary; default 3. */
  readonly edgeItems?: number;
  /** Characters a line; default 75. */
  readonly lineWidth?: number;
  /** Whether floats are never written in scientific notation; default false. */
  readonly suppress?: boolean;
  /**
   * `maxprec` (the default): as many digits as tell an element from its
   * neighbours, at most `precision`; `maxprec_equal`: the same number for all
   * elements; `unique`: without limit; `fixed`: exactly `precision` digits.
   */
  readonly floatMode?: ElementOptions["floatMode"];
  /** Numbers that are not negative get no sign (`-`, the default), `+`, or a space. */
  readonly sign?: ElementOptions["sign"];
  /** What stands between elements; default a space. */
  readonly separator?: string;
  /** Text that the caller puts before the result: later lines are indented by its length. */
  readonly prefix?: string;
  /** Text that the caller puts after the result: lines are shorter by its length. */
  readonly suffix?: string;
  /** Formats an element, instead of the built-in formats. */
  readonly formatter?: (item: Item) => string;
}

type Resolved = Required<Omit<PrintOptions, "formatter">> & Pick<PrintOptions, "formatter">;

const DEFAULTS: Resolved = {
  precision: 8,
  threshold: 1000,
  edgeItems: 3,
  lineWidth: 75,
  suppress: false,
  floatMode: "maxprec",
  sign: "-",
  separator: " ",
  prefix: "",
  suffix: "",
};

const FLOAT_MODES: readonly string[] = ["fixed", "unique", "maxprec", "maxprec_equal"];
const SIGNS: readonly string[] = ["-", "+", " "];

function resolve(options: PrintOptions): Resolved {
  const result: Resolved = { ...DEFAULTS, ...options };
  const { precision, threshold, edgeItems, lineWidth, floatMode, sign } = result;
  checkCount("precision", precision);
  if (!(threshold >= 0)) throw optionError("threshold", threshold, "a number from 0 on");
  if (Number.isNaN(lineWidth)) throw optionError("lineWidth", lineWidth, "a number");
  if (!Number.isInteger(edgeItems) || edgeItems < 1) {
    throw optionError("edgeItems", edgeItems, "an integer from 1 on");
  }
  if (!FLOAT_MODES.includes(floatMode)) {
    throw optionError("floatMode", floatMode, FLOAT_MODES.join(", "));
  }
  if (!SIGNS.includes(sign)) throw optionError("sign", sign, '"-", "+" or " "');
  return result;
}

function optionError(name: string, value: unknown, allowed: string): ArgumentError {
  return new ArgumentError(
    `Cannot print with ${name} ${valueText(value)}: it must be ${allowed}`,
  );
}

/**
 * The elements of an array as text: NumPy's `array2string`.
 *
 * @param x The array.
 * @param options How to print it.
 * @returns The text, of several lines if it is long or has several axes.
 * @throws {ArgumentError} If an option is out of range.
 */
export function formatArray(x: Printable, options: PrintOptions = {}): string {
  const resolved = resolve(options);
  const { shape, dtype } = x;
  const size = sizeOf(shape);
  if (size === 0) return "[]";
  const { threshold, edgeItems, formatter, lineWidth, suffix } = resolved;
  const edge = size > threshold ? edgeItems : Infinity;
  const items = shownItems(x, edge);
  const format = formatter ?? elementFormat(dtype, items, shape.length, resolved);
  const cursor = items.values();
  const page: Page = { shape, edge, ...resolved, word: () => format(cursor.next().value!) };
  const indent = " ".repeat(1 + lengthOf(resolved.prefix));
  return block(page, 0, indent, lineWidth - lengthOf(suffix));
}

/**
 * An array as text that names its dtype: the layout of NumPy's `array_repr` with
 * the word `tensor`. The shape is named where the text does not show it: if the
 * array is summarised, or empty with several axes.
 *
 * @param x The array.
 * @param options How to print it; separator, prefix and suffix are given.
 * @returns The text, for example `tensor([1., 2.], dtype=float32)`.
 * @throws {ArgumentError} If an option is out of range.
 */
export function tensorText(x: Printable, options: PrintOptions = {}): string {
  const prefix = "tensor(";
  const { threshold, lineWidth } = resolve(options);
  const body = formatArray(x, { ...options, separator: ", ", prefix, suffix: ")" });
  const { shape, dtype } = x;
  const size = sizeOf(shape);
  const hidden = size > threshold || (size === 0 && shape.length > 1);
  const extras = `${hidden ? `shape=${shapeText(shape)}, ` : ""}dtype=${dtype})`;
  const text = `${prefix}${body},`;
  const last = lengthOf(text.slice(text.lastIndexOf("\n") + 1));
  const wraps = last + extras.length + 1 > lineWidth;
  return `${text}${wraps ? `\n${" ".repeat(prefix.length)}` : " "}${extras}`;
}

/** Elements that are shown, in C order. */
function shownItems(x: Printable, edge: number): Item[] {
  const { shape } = x;
  const items: Item[] = [];
  const index = new Array<number>(shape.length).fill(0);
  const visit = (axis: number): void => {
    if (axis === shape.length) {
      items.push(x.item(index));
      return;
    }
    const length = shape[axis]!;
    for (let i = 0; i < length; i++) {
      if (i === edge && length > 2 * edge) i = length - edge;
      index[axis] = i;
      visit(axis + 1);
    }
  };
  visit(0);
  return items;
}

/** What all blocks of an array share. */
interface Page {
  readonly shape: readonly number[];
  /** Elements shown at the ends of an axis; Infinity to show all. */
  readonly edge: number;
  readonly separator: string;
  /** The next element as text. */
  readonly word: () => string;
}

/** An axis as text: what stands before, inside and after the gap of a summary. */
function block(page: Page, axis: number, indent: string, width: number): string {
  const { shape, separator } = page;
  const left = shape.length - axis;
  if (left === 0) return page.word();
  if (left === 1) return row(page, indent, width);
  const between = separator.trimEnd() + "\n".repeat(left - 1) + indent;
  const parts: string[] = [];
  for (const shown of shownOf(page, axis)) {
    parts.push(shown ? block(page, axis + 1, `${indent} `, width - 1) : "...");
  }
  return `[${parts.join(between)}]`;
}

/** True for each element of an axis that is shown, false for the gap. */
function* shownOf({ shape, edge }: Page, axis: number): Generator<boolean, void> {
  const length = shape[axis]!;
  const gap = length > 2 * edge;
  for (let i = 0; i < (gap ? edge : length); i++) yield true;
  if (!gap) return;
  yield false;
  for (let i = 0; i < edge; i++) yield true;
}

/** The last axis: words in lines of limited width. */
function row(page: Page, indent: string, width: number): string {
  const { shape, separator } = page;
  const limit = width - Math.max(lengthOf(separator.trimEnd()), 1);
  const lines = new Lines(indent, limit);
  let first = true;
  for (const shown of shownOf(page, shape.length - 1)) {
    if (!first) lines.append(separator);
    first = false;
    if (shown) lines.addWord(page.word());
    else lines.add("...");
  }
  return `[${lines.text().slice(indent.length)}]`;
}

/** Words broken into lines. */
class Lines {
  readonly #indent: string;
  readonly #limit: number;
  readonly #done: string[] = [];
  #line: string;
  #length: number;

  constructor(indent: string, limit: number) {
    this.#indent = indent;
    this.#limit = limit;
    this.#line = indent;
    this.#length = indent.length;
  }

  append(text: string): void {
    this.#line += text;
    this.#length += lengthOf(text);
  }

  #wrap(indent: string): void {
    this.#done.push(this.#line.trimEnd());
    this.#line = indent;
    this.#length = indent.length;
  }

  /** Adds a text of one line, on a new line if it does not fit and that helps. */
  add(word: string, length: number = lengthOf(word)): void {
    const full = this.#length + length > this.#limit && this.#length > this.#indent.length;
    if (full) this.#wrap(this.#indent);
    this.append(word);
  }

  /** Adds a text that may have several lines, which are aligned below each other. */
  addWord(word: string): void {
    if (!word.includes("\n")) return this.add(word);
    const lines = word.split("\n");
    const widest = Math.max(...lines.map(lengthOf));
    this.add(lines[0]!, widest);
    const indent = " ".repeat(this.#length - lengthOf(lines[0]!));
    for (const line of lines.slice(1)) {
      this.#wrap(indent);
      this.append(line);
    }
    this.append(" ".repeat(widest - lengthOf(lines.at(-1)!)));
  }

  text(): string {
    return [...this.#done, this.#line].join("\n");
  }
}

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Length in code points, as Python counts. */
function lengthOf(text: string): number {
  const pairs = text.match(ASTRAL);
  return text.length - (pairs === null ? 0 : pairs.length);
}
