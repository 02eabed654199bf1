/**
 * Writes zip archives.
 *
 * @module
 */
import { deflateSync } from "fflate";
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

/** Date of all entries, 1 January 1980: equal contents give equal archives. */
const DATE = 0x21;
/** Version 4.5, for the zip64 fields. */
const VERSION = 45;
/** Flag of names in UTF-8. */
const UTF8 = 0x800;
/** Made on Unix, with permissions rw-------. */
const UNIX = 3;
const PERMISSIONS = 0o600 << 16;

/**
 * Writes an archive; a stored one byte for byte as `numpy.savez` does.
 *
 * @param files Names and contents.
 * @param compress Whether to deflate the contents.
 * @returns The archive.
 * @throws {FormatError} If it would have 4 GiB or more, or more than 65,534 files.
 */
export function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  compress: boolean,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const encoded = new TextEncoder().encode(name);
    const packed = compress ? deflateSync(content) : content;
    const head = {
      name: encoded,
      flags: encoded.length === name.length ? 0 : UTF8,
      method: compress ? DEFLATED : STORED,
      crc: crc32(content),
      packed: packed.length,
      size: content.length,
      offset,
    };
    const local = localRecord(head);
    parts.push(local, packed);
    directory.push(centralRecord(head));
    offset += local.length + packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  if (offset + size >= WIDE32 || files.size >= WIDE16) {
    throw new FormatError(
      `Cannot write npz file: ${files.size} arrays take ${offset} bytes, ` +
        `an archive holds fewer than ${WIDE16} arrays and 4 GiB, write several`,
    );
  }
  return joined([...parts, ...directory, endRecord(files.size, size, offset)]);
}

/** What both records of an entry say. */
interface Head {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** Fields as [bytes, value], little-endian. */
type Fields = readonly (readonly [bytes: 2 | 4 | 8, value: number])[];

function record(fields: Fields): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

function localRecord({ name, flags, method, crc, packed, size }: Head): Uint8Array<ArrayBuffer> {
  // Python leaves both sizes to the zip64 field, whether or not they need it.
  const fixed = record([
    [4, LOCAL],
    [2, VERSION],
    [2, flags],
    [2, method],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, WIDE32],
    [4, WIDE32],
    [2, name.length],
    [2, 20],
  ]);
  return joined([fixed, name, record([[2, EXTRA64], [2, 16], [8, size], [8, packed]])]);
}

function centralRecord(head: Head): Uint8Array<ArrayBuffer> {
  const { name, flags, method, crc, packed, size, offset } = head;
  const fixed = record([
    [4, CENTRAL],
    [2, VERSION | UNIX << 8],
    [2, VERSION],
    [2, flags],
    [2, method],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, packed],
    [4, size],
    [2, name.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, PERMISSIONS],
    [4, offset],
  ]);
  return joined([fixed, name]);
}

function endRecord(count: number, size: number, offset: number): Uint8Array<ArrayBuffer> {
  return record([[4, END], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
