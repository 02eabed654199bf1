/**
 * Vector instructions by name, and what loads and stores vectors.
 *
 * @module
 */
import type { LaneCode } from "../core/lanes.ts";
import { type Bytes, get, unsigned, vector } from "./bytecode.ts";

/** Opcodes by type and name. */
const INSTRUCTIONS: { readonly [type: string]: { readonly [name: string]: number } } = {
  v128: { not: 0x4d, and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51, bitselect: 0x52 },
  f32x4: {
    eq: 0x41,
    ne: 0x42,
    lt: 0x43,
    gt: 0x44,
    le: 0x45,
    ge: 0x46,
    ceil: 0x67,
    floor: 0x68,
    trunc: 0x69,
    nearest: 0x6a,
    abs: 0xe0,
    neg: 0xe1,
    sqrt: 0xe3,
    add: 0xe4,
    sub: 0xe5,
    mul: 0xe6,
    div: 0xe7,
  },
  f64x2: {
    eq: 0x47,
    ne: 0x48,
    lt: 0x49,
    gt: 0x4a,
    le: 0x4b,
    ge: 0x4c,
    ceil: 0x74,
    floor: 0x75,
    trunc: 0x7a,
    nearest: 0x94,
    abs: 0xec,
    neg: 0xed,
    sqrt: 0xef,
    add: 0xf0,
    sub: 0xf1,
    mul: 0xf2,
    div: 0xf3,
  },
  i32x4: {
    eq: 0x37,
    ne: 0x38,
    lt_s: 0x39,
    lt_u: 0x3a,
    gt_s: 0x3b,
    gt_u: 0x3c,
    le_s: 0x3d,
    le_u: 0x3e,
    ge_s: 0x3f,
    ge_u: 0x40,
    abs: 0xa0,
    neg: 0xa1,
    add: 0xae,
    sub: 0xb1,
    mul: 0xb5,
    min_s: 0xb6,
    min_u: 0xb7,
    max_s: 0xb8,
    max_u: 0xb9,
  },
  i64x2: {
    eq: 0xd6,
    ne: 0xd7,
    lt_s: 0xd8,
    gt_s: 0xd9,
    le_s: 0xda,
    ge_s: 0xdb,
    abs: 0xc0,
    neg: 0xc1,
    add: 0xce,
    sub: 0xd1,
    mul: 0xd5,
  },
};

/** A vector of ones of each type. */
const ONES: { readonly [type: string]: readonly number[] } = {
  f32x4: bytesOf(new Float32Array(4).fill(1)),
  f64x2: bytesOf(new Float64Array(2).fill(1)),
  i32x4: bytesOf(new Int32Array(4).fill(1)),
  i64x2: bytesOf(new BigInt64Array(2).fill(1n)),
};

function bytesOf(array: ArrayBufferView): readonly number[] {
  return [...new Uint8Array(array.buffer)];
}

function opcodeOf(type: string, name: string): number | undefined {
  return INSTRUCTIONS[type]?.[name] ?? INSTRUCTIONS.v128![name];
}

/**
 * Whether all instructions of a program exist for a type.
 *
 * @param type Type of the lanes.
 * @param code The program.
 * @returns Whether it can be generated.
 */
export function canGenerate(type: string, code: LaneCode): boolean {
  return code.every((token) =>
    typeof token === "number" ||
    (token === "one" ? ONES[type] !== undefined : opcodeOf(type, token) !== undefined)
  );
}

/**
 * The bytes of a program.
 *
 * @param type Type of the lanes.
 * @param code The program.
 * @param operands Locals that hold the operands.
 * @returns Code that leaves the result on the stack.
 */
export function laneCode(type: string, code: LaneCode, operands: readonly number[]): Bytes {
  return code.map((token) => {
    if (typeof token === "number") return get(operands[token]!);
    if (token === "one") return vector(0x0c, ONES[type]!);
    return vector(opcodeOf(type, token)!);
  });
}

const ZEROS: Bytes = vector(0x0c, new Array<number>(16).fill(0));

/** Reads a vector at the address on the stack. */
export function loadVector(offset: number): Bytes {
  return vector(0x00, 0, unsigned(offset));
}

/** Writes the vector on the stack to the address under it. */
export function storeVector(offset: number): Bytes {
  return vector(0x0b, 0, unsigned(offset));
}

/** Reads an element of some bytes at the address on the stack into all lanes. */
export function loadSplat(width: number): Bytes {
  return vector(width === 4 ? 0x09 : 0x0a, 0, 0);
}

/** Makes masks of small integers: lanes of `width` bytes that are not 0. */
function widened(width: number): Bytes {
  const words = [vector(0x89), vector(0xa9)];
  return width === 4
    ? [words, ZEROS, vector(INSTRUCTIONS.i32x4!.ne!)]
    : [words, vector(0xc9), ZEROS, vector(INSTRUCTIONS.i64x2!.ne!)];
}

/** Reads bools at the address on the stack as masks of lanes of `width` bytes. */
export function loadMask(width: number, offset: number): Bytes {
  const load = width === 4 ? vector(0x5c, 0, unsigned(offset)) : vector(0x08, 0, unsigned(offset));
  return [load, widened(width)];
}

/** Reads one bool at the address on the stack as a mask of all lanes. */
export function loadMaskSplat(width: number): Bytes {
  return [vector(0x07, 0, 0), widened(width)];
}

/** Writes one lane of the vector on the stack to the address under it, which is that of the first. */
export function storeLane(width: number, lane: number): Bytes {
  return vector(width === 4 ? 0x5a : 0x5b, 0, unsigned(width * lane), lane);
}

/** Makes bools of the mask on the stack: one byte a lane, the first bytes of the vector. */
function narrowed(width: number): Bytes {
  if (width === 4) {
    const one = vector(0x0c, new Array<number>(16).fill(1));
    // Words become halves, halves become bytes; the second operand is of no interest.
    return [ZEROS, vector(0x85), ZEROS, vector(0x65), one, vector(INSTRUCTIONS.v128!.and!)];
  }
  const picked = vector(0x0c, [0, 8, ...new Array<number>(14).fill(255)]);
  return [vector(0x0c, ONES.i64x2!), vector(INSTRUCTIONS.v128!.and!), picked, vector(0x0e)];
}

/** Writes the mask on the stack as bools to the address under it. */
export function storeMask(width: number, offset: number): Bytes {
  return [narrowed(width), vector(width === 4 ? 0x5a : 0x59, 0, unsigned(offset), 0)];
}

/** Writes one lane of the mask on the stack as a bool, as `storeLane` does. */
export function storeMaskLane(width: number, lane: number): Bytes {
  return [narrowed(width), vector(0x58, 0, unsigned(lane), lane)];
}

/** Bytes of the lanes of a type; those of masks alone may be either. */
export function laneWidth(type: string): number {
  if (type === "v128") return 0;
  return type.endsWith("x2") ? 8 : 4;
}
