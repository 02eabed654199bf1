/**
 * Headers of NumPy's npy files: a Python dictionary as text.
 *
 * @module
 */
import { FormatError } from "../core/errors.ts";
import { MAX_RANK } from "../core/shape.ts";

/** What the header of an npy file says. */
export interface NpyHeader {
  /** NumPy's code of the element type, for example `<f4`. */
  readonly descr: string;
  /** Whether the first axis varies fastest in the file. */
  readonly fortranOrder: boolean;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
}

/** A header and where the elements begin. */
export interface LocatedHeader extends NpyHeader {
  /** Position of the first element in bytes. */
  readonly start: number;
}

/** The first bytes of every npy file. */
const MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Longest header that is read, the limit of NumPy. Plain arrays need 130 characters. */
const LONGEST = 10_000;

/** Elements begin at a multiple of this. */
const ALIGNMENT = 64;

/** Digits for which NumPy leaves room, so that the first axis can grow in place. */
const GROWTH_DIGITS = 21;

/**
 * A malformed or unsupported npy file.
 *
 * @param state What was found and what would help.
 * @returns The error.
 */
export function npyError(state: string): FormatError {
  return new FormatError(`Cannot read npy file: ${state}`);
}

/**
 * Reads the header of an npy file.
 *
 * @param bytes The file.
 * @returns The header and the position of the first element.
 * @throws {FormatError} If the header is malformed.
 */
export function readNpyHeader(bytes: Uint8Array): LocatedHeader {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw npyError(
      "it does not begin with the bytes of the format, pass a file that numpy.save wrote",
    );
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major === undefined || minor === undefined) throw cutOff(bytes.length, 10);
  if (major < 1 || major > 3 || minor !== 0) {
    throw npyError(`its version is ${major}.${minor}, versions 1.0, 2.0 and 3.0 are known`);
  }
  const width = major === 1 ? 2 : 4;
  const begin = 8 + width;
  if (bytes.length < begin) throw cutOff(bytes.length, begin);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = width === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST) {
    throw npyError(`its header claims ${length} bytes, at most ${LONGEST} are read`);
  }
  const start = begin + length;
  if (bytes.length < start) throw cutOff(bytes.length, start);
  const text = decoded(bytes.slice(begin, start), major);
  return { ...new Scanner(text, major < 3).header(), start };
}

function cutOff(length: number, wanted: number): FormatError {
  return npyError(`it ends after ${length} bytes inside its header of ${wanted} bytes`);
}

function decoded(bytes: Uint8Array<ArrayBuffer>, major: number): string {
  if (major < 3) return String.fromCharCode(...bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw npyError("its header is not UTF-8 as version 3.0 demands");
  }
}

/** A strict reader of the one dictionary that a header may be. */
class Scanner {
  readonly #text: string;
  /** Python 2 wrote lengths such as `3L`. */
  readonly #long: boolean;
  #at = 0;

  constructor(text: string, long: boolean) {
    this.#text = text;
    this.#long = long;
  }

  header(): NpyHeader {
    let descr: string | undefined;
    let fortranOrder: boolean | undefined;
    let shape: readonly number[] | undefined;
    this.#expect("{");
    while (!this.#accept("}")) {
      const key = this.#string("a key");
      this.#expect(":");
      if (key === "descr" && descr === undefined) descr = this.#descr();
      else if (key === "fortran_order" && fortranOrder === undefined) fortranOrder = this.#flag();
      else if (key === "shape" && shape === undefined) shape = this.#shape();
      else {
        throw npyError(
          `its header has the key ${JSON.stringify(key.slice(0, 40))} twice or unexpectedly, ` +
            `the keys are descr, fortran_order and shape`,
        );
      }
      if (!this.#accept(",")) {
        this.#expect("}");
        break;
      }
    }
    if (this.#match(/\s*$/y) === undefined) throw this.#unexpected("the end");
    if (descr === undefined || fortranOrder === undefined || shape === undefined) {
      throw npyError("its header lacks one of the keys descr, fortran_order and shape");
    }
    return { descr, fortranOrder, shape };
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #accept(token: string): boolean {
    this.#match(/[ \t\r\n]*/y);
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unexpected(JSON.stringify(token));
  }

  #unexpected(wanted: string): FormatError {
    const found = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
    return npyError(`its header has ${found} at position ${this.#at} where ${wanted} must stand`);
  }

  #string(what: string): string {
    this.#accept("");
    const found = this.#match(/'([^'\\\n]*)'|"([^"\\\n]*)"/y);
    if (found === undefined) throw this.#unexpected(what);
    return found[1] ?? found[2]!;
  }

  #descr(): string {
    if (this.#accept("[") || this.#accept("(")) {
      throw npyError(
        "its elements have a structured type with fields, save one array for each field",
      );
    }
    return this.#string("the type of the elements");
  }

  #flag(): boolean {
    if (this.#accept("True")) return true;
    if (this.#accept("False")) return false;
    throw this.#unexpected("True or False");
  }

  #shape(): readonly number[] {
    const shape: number[] = [];
    this.#expect("(");
    while (!this.#accept(")")) {
      shape.push(this.#length());
      if (shape.length > MAX_RANK) {
        throw npyError(`its rank is above ${MAX_RANK}, the highest that a tensor can have`);
      }
      if (this.#accept(",")) continue;
      // Python reads (3) as a number, not as a tuple.
      if (shape.length === 1) throw this.#unexpected('","');
      this.#expect(")");
      break;
    }
    return shape;
  }

  #length(): number {
    this.#accept("");
    const found = this.#match(
      this.#long ? /(0|[1-9]\d*)(?:L\b)?(?![\w.])/y : /(0|[1-9]\d*)(?![\w.])/y,
    );
    if (found === undefined) throw this.#unexpected("a length from 0 on");
    const length = Number(found[1]);
    if (!Number.isSafeInteger(length)) {
      throw npyError(`its shape has the length ${found[1]!.slice(0, 40)}, which is too large`);
    }
    return length;
  }
}

/**
 * Writes the header of an npy file of version 1.0, byte for byte as NumPy does.
 *
 * @param header What the header says.
 * @returns Magic bytes, version, length and padded dictionary.
 */
export function writeNpyHeader({ descr, fortranOrder, shape }: NpyHeader): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const order = fortranOrder ? "True" : "False";
  const growing = shape.at(fortranOrder ? -1 : 0);
  const room = growing === undefined ? 0 : GROWTH_DIGITS - `${growing}`.length;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }` +
    " ".repeat(room);
  const begin = MAGIC.length + 4;
  // The line break counts; a header that fits exactly gets a whole block of padding.
  const total = Math.floor((begin + text.length + 1) / ALIGNMENT + 1) * ALIGNMENT;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([1, 0, (total - begin) & 255, (total - begin) >> 8], MAGIC.length);
  bytes.set(new TextEncoder().encode(text), begin);
  bytes[total - 1] = 0x0a;
  return bytes;
}
