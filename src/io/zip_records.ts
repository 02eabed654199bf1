/**
 * Zip archives: signatures, field values and the checksum.
 *
 * @module
 */

/** Signature of the header before each content. */
export const LOCAL = 0x04034b50;
/** Signature of an entry of the table of contents. */
export const CENTRAL = 0x02014b50;
/** Signature of the end record. */
export const END = 0x06054b50;
/** Method of contents that are not compressed. */
export const STORED = 0;
/** Method of contents that are compressed by deflate. */
export const DEFLATED = 8;
/** Value of narrow fields whose value stands in the zip64 records. */
export const WIDE16 = 0xffff;
/** Value of wider fields whose value stands in the zip64 records. */
export const WIDE32 = 0xffffffff;
/** Tag of the zip64 extra field. */
export const EXTRA64 = 1;

const CRC_TABLE = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/**
 * Checksum of bytes, as zip defines it.
 *
 * @param bytes The bytes.
 * @returns The CRC-32.
 */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = CRC_TABLE[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/**
 * Fields of bytes.
 *
 * @param bytes The bytes.
 * @returns A view of them.
 */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
