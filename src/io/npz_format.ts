/**
 * NumPy's npz format on plain data: a zip archive of npy files.
 *
 * @module
 */
import { ArgumentError, FormatError } from "../core/errors.ts";
import {
  checkNpyStart,
  decodeNpy,
  type DecodeNpyOptions,
  encodeNpy,
  type RawArray,
} from "./npy_format.ts";
import { readZip, unpack, type ZipEntry, zipError } from "./zip_read.ts";
import { writeZip } from "./zip_write.ts";

/** The ending of the archive's file names, no part of the array's name. */
const SUFFIX = ".npy";

/** Most characters of a name, so that it fits its field in any encoding. */
const LONGEST_NAME = 10_000;

/** An archive whose arrays are read when they are asked for. */
export interface NpzArchive {
  /** Names of the arrays in the order of the archive. */
  readonly names: readonly string[];
  /**
   * Reads an array.
   *
   * @param name Its name.
   * @param options How to read it.
   * @returns The array.
   * @throws {ArgumentError} If there is no such array.
   * @throws {FormatError} If it is malformed.
   */
  read(name: string, options?: DecodeNpyOptions): RawArray;
}

/** How to write an npz file. */
export interface EncodeNpzOptions {
  /** Whether to deflate the arrays; default false. */
  readonly compress?: boolean;
}

/** Why a name cannot be that of an array, if so. */
function mistakeOf(name: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f\\]/.test(name)) return "has a control character or backslash";
  if (name.split("/").some((part) => part === "" || part === "." || part === "..")) {
    return "leads out of the archive or has an empty part";
  }
  if (!name.isWellFormed()) return "has half of a surrogate pair";
  if (/^[A-Za-z]:/.test(name)) return "begins with a drive";
  return undefined;
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}

/**
 * Opens an npz file. Arrays are unpacked when they are read, all else is checked now.
 *
 * @param bytes The file; it must not change as long as the archive is in use.
 * @returns The archive.
 * @throws {FormatError} If the zip archive is malformed, names an array twice, or
 * has names that are paths to somewhere else.
 */
export function decodeNpz(bytes: Uint8Array): NpzArchive {
  const entries = new Map<string, ZipEntry>();
  for (const entry of readZip(bytes)) {
    const name = entry.name.endsWith(SUFFIX) ? entry.name.slice(0, -SUFFIX.length) : entry.name;
    const mistake = mistakeOf(name);
    if (mistake !== undefined) throw zipError(`the name ${quoted(name)} ${mistake}`);
    if (entries.has(name)) throw zipError(`the name ${quoted(name)} is given twice`);
    entries.set(name, entry);
  }
  const names = [...entries.keys()];
  return {
    names,
    read(name: string, options?: DecodeNpyOptions): RawArray {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw new ArgumentError(
          `Cannot read array ${quoted(name)} of npz file: its arrays are ${listed(names)}`,
        );
      }
      const content = unpack(entry, (start) => {
        naming(name, () => checkNpyStart(start, entry.size));
      });
      return naming(name, () => decodeNpy(content, options));
    },
  };
}

/** Runs a function that reads an npy file and has its errors name the array. */
function naming<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const reason = error.message.slice(error.message.indexOf(": ") + 2);
    throw new FormatError(`Cannot read array ${quoted(name)} of npz file: ${reason}`);
  }
}

/** Names for a message, the first ten of many. */
function listed(names: readonly string[]): string {
  const text = names.slice(0, 10).map(quoted).join(", ");
  return names.length > 10 ? `${text} and ${names.length - 10} more` : text || "none";
}

/**
 * Writes an npz file; a stored one byte for byte as `numpy.savez` does.
 *
 * @param arrays Names and arrays.
 * @param options How to write it.
 * @returns The file.
 * @throws {FormatError} If a name or array cannot be written, or the file would
 * have 4 GiB or more.
 */
export function encodeNpz(
  arrays: ReadonlyMap<string, RawArray>,
  options: EncodeNpzOptions = {},
): Uint8Array<ArrayBuffer> {
  const files = new Map<string, Uint8Array>();
  for (const [name, array] of arrays) {
    const mistake = mistakeOf(name) ?? (name.length > LONGEST_NAME ? "is too long" : undefined);
    if (mistake !== undefined) {
      throw new FormatError(
        `Cannot write npz file: the name ${quoted(name)} ${mistake}, ` +
          `choose one as for a file in a folder`,
      );
    }
    files.set(name + SUFFIX, encodeNpy(array));
  }
  return writeZip(files, options.compress ?? false);
}
