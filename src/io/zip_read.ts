/**
 * Reads zip archives: as much of them as npz files need.
 *
 * Nothing in an archive is believed before it is checked: positions, sizes and
 * checksums; memory grows with what is really there, not with what is claimed.
 *
 * @module
 */
import { Inflate } from "fflate";
import { FormatError } from "../core/errors.ts";
import {
  CENTRAL,
  crc32,
  DEFLATED,
  END,
  EXTRA64,
  LOCAL,
  STORED,
  viewOf,
  WIDE16,
  WIDE32,
} from "./zip_records.ts";

/** A file in an archive. */
export interface ZipEntry {
  /** Name, with `/` between folders. */
  readonly name: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Compression: 0 stored, 8 deflated. */
  readonly method: number;
  /** Checksum of the content. */
  readonly crc: number;
  /** The bytes in the archive, a view. */
  readonly packed: Uint8Array;
}

const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
/** Bytes of the records without their variable parts. */
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const LOCATOR64_BYTES = 20;
/** Deflate cannot pack better than 258 bytes in 2 bits. */
const BEST_RATIO = 1032;
/** Bytes that are inflated at a time. */
const PIECE = 16_384;
/** Bytes of a long content after which it is checked whether the rest is worth its memory. */
const START = 16_384;

/**
 * A malformed or unsupported zip archive.
 *
 * @param state What was found and what would help.
 * @returns The error.
 */
export function zipError(state: string): FormatError {
  return new FormatError(`Cannot read npz file: ${state}`);
}

function wide(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(view.byteLength)) throw zipError("a position or size lies beyond its end");
  return Number(value);
}

/** The table of contents: where it lies and how many entries it has. */
interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

function findDirectory(view: DataView): Directory {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - WIDE16; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) !== view.byteLength) continue;
    return directoryAt(view, at);
  }
  throw zipError("it has no end record, it is cut off or no zip archive");
}

function directoryAt(view: DataView, at: number): Directory {
  const disks = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  const count = view.getUint16(at + 10, true);
  const size = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  const locator = at - LOCATOR64_BYTES;
  const is64 = (count === WIDE16 || size === WIDE32 || start === WIDE32) && locator >= 0 &&
    view.getUint32(locator, true) === LOCATOR64;
  if (is64) return directory64(view, locator);
  if (disks !== 0 || view.getUint16(at + 8, true) !== count) {
    throw zipError("it is a part of a divided archive, join the parts");
  }
  return checked({ start, end: start + size, count }, at);
}

function directory64(view: DataView, locator: number): Directory {
  const at = wide(view, locator + 8);
  if (at + 56 > locator || view.getUint32(at, true) !== END64) {
    throw zipError("its zip64 end record is missing");
  }
  if (view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0) {
    throw zipError("it is a part of a divided archive, join the parts");
  }
  const start = wide(view, at + 48);
  return checked({ start, end: start + wide(view, at + 40), count: wide(view, at + 32) }, at);
}

function checked(directory: Directory, endRecord: number): Directory {
  const { start, end, count } = directory;
  if (end !== endRecord) {
    throw zipError(
      `its table of contents of ${count} entries is said to be at ${start} to ${end}, ` +
        `but must end at ${endRecord}`,
    );
  }
  return directory;
}

/** An entry of the table of contents. */
interface Listed {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Lists the files of an archive and checks where they lie.
 *
 * @param bytes The archive; the entries are views of it.
 * @returns Its files in the order of the table of contents, without folders.
 * @throws {FormatError} If the archive is malformed, encrypted, divided, or its
 * files overlap.
 */
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes);
  if (view.byteLength < END_BYTES) throw zipError("it is too short for a zip archive");
  const directory = findDirectory(view);
  const listed: Listed[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.count; i++) {
    const next = nextEntry(view, at, directory.end);
    listed.push(listedAt(bytes, view, at));
    at = next;
  }
  if (at !== directory.end) throw zipError("its table of contents has bytes left over");
  const entries = new Map<Listed, ZipEntry>();
  let free = 0;
  for (const entry of listed.toSorted((a, b) => a.offset - b.offset)) {
    const { begin, end } = contentOf(view, entry, directory.start);
    if (entry.offset < free) throw zipError(`the entry ${quoted(entry.name)} overlaps another`);
    free = end;
    const { name, size, method, crc } = entry;
    entries.set(entry, { name, size, method, crc, packed: bytes.subarray(begin, end) });
  }
  return listed.filter(({ name, size }) => size > 0 || !name.endsWith("/"))
    .map((entry) => entries.get(entry)!);
}

/** Checks that an entry of the table of contents lies in it; its end. */
function nextEntry(view: DataView, at: number, end: number): number {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) {
    throw zipError("its table of contents is damaged");
  }
  const next = at + CENTRAL_BYTES + view.getUint16(at + 28, true) +
    view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw zipError("its table of contents is cut off");
  return next;
}

function listedAt(bytes: Uint8Array, view: DataView, at: number): Listed {
  const flags = view.getUint16(at + 8, true);
  const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const name = nameOf(bytes.slice(at + CENTRAL_BYTES, nameEnd));
  const method = view.getUint16(at + 10, true);
  if (flags & 1) throw zipError(`the entry ${quoted(name)} is encrypted`);
  if (method !== STORED && method !== DEFLATED) {
    throw zipError(
      `the entry ${quoted(name)} is compressed by method ${method}, ` +
        `only stored (0) and deflated (8) entries are read`,
    );
  }
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const sizes = sizesOf(view, at, nameEnd, extraEnd);
  const { size, packedSize } = sizes;
  const most = method === STORED ? packedSize : packedSize * BEST_RATIO;
  if (size > most || (method === STORED && size < packedSize)) {
    throw zipError(
      `the entry ${quoted(name)} claims ${size} bytes, ` +
        `which its ${packedSize} packed bytes cannot hold`,
    );
  }
  return { name, method, crc: view.getUint32(at + 16, true), ...sizes };
}

/** Sizes and offset of an entry, from the zip64 field where the plain ones are too narrow. */
function sizesOf(
  view: DataView,
  at: number,
  extra: number,
  extraEnd: number,
): Pick<Listed, "size" | "packedSize" | "offset"> {
  const narrow = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  if (narrow.includes(WIDE32)) {
    let field = extra;
    while (field + 4 <= extraEnd && view.getUint16(field, true) !== EXTRA64) {
      field += 4 + view.getUint16(field + 2, true);
    }
    let from = field + 4;
    const end = Math.min(extraEnd, from + (from <= extraEnd ? view.getUint16(field + 2, true) : 0));
    for (let i = 0; i < narrow.length; i++) {
      if (narrow[i] !== WIDE32) continue;
      if (from + 8 > end) throw zipError("an entry lacks its zip64 sizes");
      narrow[i] = wide64(view, from);
      from += 8;
    }
  }
  const [size = 0, packedSize = 0, offset = 0] = narrow;
  return { size, packedSize, offset };
}

/** A size that may exceed the archive's, since contents can be packed. */
function wide64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw zipError("an entry claims an impossible size");
  return Number(value);
}

function nameOf(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw zipError("the name of an entry is not UTF-8");
  }
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}

/** Where the content of an entry lies, checked against its own header. */
function contentOf(
  view: DataView,
  { name, offset, method, packedSize }: Listed,
  limit: number,
): { readonly begin: number; readonly end: number } {
  if (offset + LOCAL_BYTES > limit || view.getUint32(offset, true) !== LOCAL) {
    throw zipError(`the entry ${quoted(name)} is not at its place`);
  }
  const nameLength = view.getUint16(offset + 26, true);
  const begin = offset + LOCAL_BYTES + nameLength + view.getUint16(offset + 28, true);
  const end = begin + packedSize;
  if (end > limit) throw zipError(`the entry ${quoted(name)} is cut off`);
  const start = view.byteOffset + offset + LOCAL_BYTES;
  const own = nameOf(new Uint8Array(view.buffer, start, nameLength).slice());
  if (own !== name || view.getUint16(offset + 8, true) !== method) {
    throw zipError(`the entry ${quoted(name)} contradicts the table of contents`);
  }
  return { begin, end };
}

/**
 * Unpacks a file of an archive.
 *
 * @param entry The file.
 * @param checkStart Is shown at least the first 16 KiB of a longer packed content, and throws if
 * the rest need not be unpacked.
 * @returns Its content; a view of the archive if it is stored.
 * @throws {FormatError} If the content is damaged or has another size than claimed.
 */
export function unpack(
  entry: ZipEntry,
  checkStart: (start: Uint8Array) => void = () => {},
): Uint8Array {
  const content = entry.method === STORED ? entry.packed : inflated(entry, checkStart);
  if (crc32(content) !== entry.crc) {
    throw zipError(`the entry ${quoted(entry.name)} is damaged, its checksum differs`);
  }
  return content;
}

/** Inflates piece by piece, so that no more comes out than the entry claims. */
function inflated(
  { name, size, packed }: ZipEntry,
  checkStart: (start: Uint8Array) => void,
): Uint8Array {
  let content = new Uint8Array(Math.min(size, 4 * packed.length + PIECE));
  let length = 0;
  const stream = new Inflate((piece) => {
    const end = length + piece.length;
    if (end > size) throw zipError(`the entry ${quoted(name)} holds more than its ${size} bytes`);
    if (end > content.length) {
      const larger = new Uint8Array(Math.min(size, Math.max(end, 2 * content.length)));
      larger.set(content.subarray(0, length));
      content = larger;
    }
    content.set(piece, length);
    if (length < START && end >= START) checkStart(content.subarray(0, end));
    length = end;
  });
  try {
    for (let at = 0; at < packed.length; at += PIECE) {
      stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw zipError(`the entry ${quoted(name)} is damaged, its compressed data make no sense`);
  }
  if (length !== size) {
    throw zipError(`the entry ${quoted(name)} holds ${length} bytes instead of ${size}`);
  }
  return content;
}
