/**
 * NumPy's npy format on plain data: one array a file.
 *
 * @module
 */
import { type DType, DTYPE_NAMES, DTYPES } from "../core/dtype.ts";
import { FormatError, shapeText } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { reverseAxes, swapBytes } from "./element_order.ts";
import { type LocatedHeader, npyError, readNpyHeader, writeNpyHeader } from "./npy_header.ts";

/** An array of elements of fixed size. */
export interface NumericArray {
  /** Dtype of the elements. */
  readonly dtype: Exclude<DType, "string">;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** Little-endian elements in C order; booleans are bytes 0 and 1. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An array of strings. */
export interface StringArray {
  /** Dtype of the elements. */
  readonly dtype: "string";
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** The elements in C order. */
  readonly strings: readonly string[];
}

/** An array as files hold it. */
export type RawArray = NumericArray | StringArray;

/** Encoding of byte strings, NumPy's type `S`. */
export type BytesEncoding = "utf-8" | "latin1";

/** How to read an npy file. */
export interface DecodeNpyOptions {
  /** Encoding of byte strings (NumPy's type `S`); default `utf-8`. */
  readonly encoding?: BytesEncoding;
}

/** How to write an npy file. */
export interface EncodeNpyOptions {
  /** Whether the first axis shall vary fastest in the file; default false. */
  readonly fortranOrder?: boolean;
}

/** Type of the elements in a file. */
interface ElementType {
  readonly dtype: DType;
  /** Bytes of an element. */
  readonly width: number;
  /** Whether the most significant byte comes first. */
  readonly bigEndian: boolean;
  /** NumPy's letter of the type. */
  readonly letter: string;
}

/** Most bytes of an array of strings that is written. */
const LONGEST_STRINGS = 2 ** 32;

/** Dtypes by NumPy's code; a void of 2 bytes is what ml_dtypes writes for bfloat16. */
const BY_CODE: ReadonlyMap<string, DType> = new Map(
  DTYPE_NAMES.filter((dtype) => DTYPES[dtype].npy !== "").map((d) => [DTYPES[d].npy, d]),
);

const TYPE = /^([<>|=]?)([A-Za-z])(\d{0,9})$/;

function elementType(descr: string): ElementType {
  if (descr === "bfloat16") return elementType("<V2");
  const [, order, letter = "", digits = ""] = TYPE.exec(descr) ?? [];
  const bigEndian = order === ">";
  if ((letter === "U" || letter === "S") && digits !== "") {
    const width = Number(digits) * (letter === "U" ? 4 : 1);
    return { dtype: "string", width, bigEndian, letter };
  }
  const dtype = BY_CODE.get(letter + digits);
  if (dtype === undefined || (bigEndian && letter === "V")) throw unknownType(descr, letter);
  return { dtype, width: DTYPES[dtype].bytes, bigEndian, letter };
}

function unknownType(descr: string, letter: string): FormatError {
  const text = JSON.stringify(descr.slice(0, 40));
  if (letter === "O") {
    return npyError(
      `its elements are Python objects (${text}), which only Python can read, ` +
        `save an array of numbers or strings`,
    );
  }
  return npyError(
    `its elements have the type ${text}, ` +
      `convert them to bool, integers, floats of 16 to 64 bits, complex numbers or strings`,
  );
}

/** Number of elements; the lengths other than 0 must have a product, too. */
function countOf(shape: readonly number[]): number {
  let product = 1;
  let empty = false;
  for (const length of shape) {
    if (length === 0) empty = true;
    else product *= length;
    if (product > Number.MAX_SAFE_INTEGER) {
      throw npyError(`its shape ${shapeText(shape)} has too many elements`);
    }
  }
  return empty ? 0 : product;
}

/** What the header of a file says, checked against the size of the file. */
interface Plan extends LocatedHeader {
  /** Type of the elements. */
  readonly type: ElementType;
}

/**
 * Checks the header of an npy file and that it fits the size of the file.
 *
 * @param start The file, or at least its header.
 * @param size Bytes of the file.
 * @returns What the header says.
 * @throws {FormatError} If it is malformed, of an unsupported type, or names another size.
 */
export function checkNpyStart(start: Uint8Array, size: number): Plan {
  const header = readNpyHeader(start);
  const { descr, shape } = header;
  const type = elementType(descr);
  const count = countOf(shape);
  const length = size - header.start;
  if (count * type.width !== length) {
    throw npyError(
      `its shape ${shapeText(shape)} of ${JSON.stringify(descr)} takes ` +
        `${count * type.width} bytes, but ${length} follow the header`,
    );
  }
  if (type.width === 0 && count > 0) {
    throw npyError(`its ${count} strings have no bytes, save them with a length of at least 1`);
  }
  return { ...header, type };
}

/**
 * Reads an npy file of version 1.0, 2.0 or 3.0.
 *
 * Bytes and elements of any order become little-endian C order. `V2` is read as
 * bfloat16, because that is what NumPy writes for the bfloat16 of ml_dtypes.
 *
 * @param bytes The file, nothing after it.
 * @param options How to read it.
 * @returns Its array, on memory of its own.
 * @throws {FormatError} If the file is malformed, or of structured or object type.
 */
export function decodeNpy(bytes: Uint8Array, options: DecodeNpyOptions = {}): RawArray {
  const { type, fortranOrder, shape, start } = checkNpyStart(bytes, bytes.length);
  const { dtype, width, bigEndian, letter } = type;
  const own = bytes.slice(start);
  const ordered = fortranOrder ? reverseAxes(own, shape.toReversed(), width) : own;
  if (dtype === "string") {
    const strings = letter === "U"
      ? wideStrings(ordered, width / 4, bigEndian)
      : byteStrings(ordered, width, options.encoding ?? "utf-8");
    return { dtype, shape, strings };
  }
  if (bigEndian) swapBytes(ordered, DTYPES[DTYPES[dtype].real].bytes);
  if (dtype === "bool") {
    for (let i = 0; i < ordered.length; i++) if (ordered[i]! > 1) ordered[i] = 1;
  }
  return { dtype, shape, bytes: ordered };
}

/** Strings of code points of 4 bytes, filled up with zeros. */
function wideStrings(bytes: Uint8Array, length: number, bigEndian: boolean): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = 4 * length;
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; start += width) {
    let end = start + width;
    while (end > start && view.getUint32(end - 4) === 0) end -= 4;
    let text = "";
    for (let at = start; at < end; at += 4) {
      const code = view.getUint32(at, !bigEndian);
      if (code > 0x10ffff) throw npyError(`a string has the code point ${code}, which is none`);
      text += String.fromCodePoint(code);
    }
    strings.push(text);
  }
  return strings;
}

/** Strings of bytes, filled up with zeros. */
function byteStrings(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  encoding: BytesEncoding,
): string[] {
  // The platform's decoder of "latin1" decodes windows-1252 instead.
  const decoder = encoding === "utf-8"
    ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    : undefined;
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; start += width) {
    let end = start + width;
    while (end > start && bytes[end - 1] === 0) end--;
    const part = bytes.subarray(start, end);
    try {
      strings.push(decoder ? decoder.decode(part) : latin1(part));
    } catch {
      throw npyError(
        `byte string ${strings.length} is not UTF-8, read it with the encoding "latin1"`,
      );
    }
  }
  return strings;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * Writes an npy file of version 1.0, byte for byte as `numpy.save` does.
 *
 * Strings are written as `<U`, as wide as the longest, bfloat16 as `<V2`.
 *
 * @param array The array.
 * @param options How to write it.
 * @returns The file.
 * @throws {FormatError} If the array has not the elements that its shape needs, or
 * strings that the format cannot hold.
 */
export function encodeNpy(
  array: RawArray,
  options: EncodeNpyOptions = {},
): Uint8Array<ArrayBuffer> {
  const { shape } = array;
  const { code, bytes, width } = elementsOf(array);
  // NumPy calls an array whose two orders are the same one of C order.
  const fortranOrder = (options.fortranOrder ?? false) && bytes.length > 0 &&
    shape.filter((length) => length > 1).length > 1;
  const header = writeNpyHeader({ descr: code, fortranOrder, shape });
  const file = new Uint8Array(header.length + bytes.length);
  file.set(header);
  file.set(fortranOrder ? reverseAxes(bytes, shape, width) : bytes, header.length);
  return file;
}

function elementsOf(array: RawArray): {
  readonly code: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
} {
  const { dtype, shape } = array;
  const count = sizeOf(shape);
  const width = array.dtype === "string" ? 1 : DTYPES[dtype].bytes;
  const given = array.dtype === "string" ? array.strings.length : array.bytes.length;
  if (given !== count * width) {
    throw new FormatError(
      `Cannot write npy file: shape ${shapeText(shape)} of ${dtype} needs ${count * width} ` +
        `${array.dtype === "string" ? "strings" : "bytes"}, but there are ${given}`,
    );
  }
  if (array.dtype === "string") return stringElements(array.strings);
  return { code: `${width === 1 ? "|" : "<"}${DTYPES[dtype].npy}`, bytes: array.bytes, width };
}

function stringElements(strings: readonly string[]): {
  readonly code: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
} {
  let longest = 1;
  strings.forEach((text, i) => {
    if (text.endsWith("\0")) {
      throw new FormatError(
        `Cannot write npy file: string ${i} ends with a NUL character, which the format drops`,
      );
    }
    let length = 0;
    for (const _ of text) length++;
    longest = Math.max(longest, length);
  });
  const width = 4 * longest;
  if (width * strings.length > LONGEST_STRINGS) {
    throw new FormatError(
      `Cannot write npy file: ${strings.length} strings of up to ${longest} characters take ` +
        `${width * strings.length} bytes, write long and short strings apart`,
    );
  }
  const bytes = new Uint8Array(width * strings.length);
  const view = new DataView(bytes.buffer);
  strings.forEach((text, i) => {
    let at = i * width;
    for (const character of text) {
      view.setUint32(at, character.codePointAt(0)!, true);
      at += 4;
    }
  });
  return { code: `<U${longest}`, bytes, width };
}
