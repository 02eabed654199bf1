/**
 * The binary format of WebAssembly, as far as generated programs need it (WebAssembly Core
 * Specification 2.0, chapter 5).
 *
 * @module
 */

/** Bytes, nested in any way. */
export type Bytes = number | readonly Bytes[];

/** Type of a 32-bit integer. */
export const I32 = 0x7f;
/** Type of a 64-bit integer. */
export const I64 = 0x7e;
/** Type of a 32-bit float. */
export const F32 = 0x7d;
/** Type of a 64-bit float. */
export const F64 = 0x7c;
/** Type of a vector. */
export const V128 = 0x7b;
/** Type of a block without results. */
export const NOTHING = 0x40;

/** Instructions without immediates. */
export const OP = {
  unreachable: 0x00,
  end: 0x0b,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  eqz: 0x45,
  eq: 0x46,
  ltU: 0x49,
  gtU: 0x4b,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divU: 0x6e,
  and: 0x71,
  shl: 0x74,
} as const;

/** An unsigned number in LEB128. */
export function unsigned(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

/** A signed number in LEB128. */
export function signed(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    if ((rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 128);
  }
}

/** A list with its length in front. */
export function list(parts: readonly Bytes[]): Bytes {
  return [unsigned(parts.length), parts];
}

/** A name with its length in front. */
export function text(name: string): Bytes {
  return list([...new TextEncoder().encode(name)]);
}

/** Bytes with their number in front. */
export function sized(bytes: Bytes): Bytes {
  const flat = flattened(bytes);
  return [unsigned(flat.length), flat];
}

/** Nested bytes one after the other. */
export function flattened(bytes: Bytes, into: number[] = []): number[] {
  if (typeof bytes === "number") into.push(bytes);
  else for (const part of bytes) flattened(part, into);
  return into;
}

/** Pushes an integer: addresses above 2 GiB wrap to negative numbers. */
export function constant(value: number): Bytes {
  return [0x41, signed(value | 0)];
}

/** Pushes a 64-bit integer. */
export function constant64(value: bigint): Bytes {
  return [0x42, signed(BigInt.asIntN(64, value))];
}

/** Pushes a float. */
export function constantFloat(type: number, value: number): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  if (type === F32) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  const bytes = [...new Uint8Array(view.buffer)];
  return type === F32 ? [0x43, bytes.slice(0, 4)] : [0x44, bytes];
}

/** Pushes a local. */
export function get(local: number): Bytes {
  return [0x20, unsigned(local)];
}

/** Pops into a local. */
export function set(local: number): Bytes {
  return [0x21, unsigned(local)];
}

/** Calls a function. */
export function call(index: number): Bytes {
  return [0x10, unsigned(index)];
}

/** Adds a multiple of a local to the number on the stack. */
export function plus(local: number, by: number): Bytes {
  if (by === 0) return [];
  return by === 1 ? [get(local), OP.add] : [get(local), constant(by), OP.mul, OP.add];
}

/** Reads a word at the address on the stack. */
export function load32(offset: number): Bytes {
  return [0x28, 2, unsigned(offset)];
}

/** A vector instruction. */
export function vector(opcode: number, ...immediates: readonly Bytes[]): Bytes {
  return [0xfd, unsigned(opcode), immediates];
}

/** Repeats while the code leaves something other than 0. */
export function repeat(body: Bytes): Bytes {
  return [0x03, NOTHING, body, 0x0d, 0, OP.end];
}

/** Runs a body if what is on the stack is not 0. */
export function when(body: Bytes): Bytes {
  return [0x04, NOTHING, body, OP.end];
}

/** Runs one of two bodies by what is on the stack. */
export function either(first: Bytes, second: Bytes): Bytes {
  return [0x04, NOTHING, first, 0x05, second, OP.end];
}

/** Runs a body as long as some code leaves something other than 0. */
export function whileTrue(test: Bytes, body: Bytes): Bytes {
  return [0x02, NOTHING, 0x03, NOTHING, test, OP.eqz, [0x0d, 1], body, [0x0c, 0], OP.end, OP.end];
}

/** Reads a byte at the address on the stack. */
export function load8(): Bytes {
  return [0x2d, 0, 0];
}

/** Writes the word on the stack to the address under it. */
export function store32(offset: number): Bytes {
  return [0x36, 2, unsigned(offset)];
}

/** Types of a function. */
export interface Signature {
  /** Types of the parameters. */
  readonly params: readonly number[];
  /** Types of the results. */
  readonly results: readonly number[];
}

/** Reads a module from a place on. */
class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  byte(): number {
    return this.#bytes[this.#at++]!;
  }

  number(): number {
    let [result, shift] = [0, 1];
    for (;;) {
      const byte = this.byte();
      result += (byte & 127) * shift;
      if (byte < 128) return result;
      shift *= 128;
    }
  }

  skip(count: number): void {
    this.#at += count;
  }

  name(): string {
    const length = this.number();
    const bytes = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return new TextDecoder().decode(bytes);
  }

  items<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read);
  }
}

/**
 * Types of the functions that a module exports.
 *
 * @param bytes The module. Its imports are one memory.
 * @returns The types by name.
 */
export function signaturesOf(bytes: Uint8Array): ReadonlyMap<string, Signature> {
  let types: Signature[] = [];
  let functions: number[] = [];
  const result = new Map<string, Signature>();
  const sections = new Reader(bytes, 8);
  while (sections.at < bytes.length) {
    const id = sections.byte();
    const length = sections.number();
    const own = new Reader(bytes, sections.at);
    sections.skip(length);
    if (id === 1) {
      types = own.items(() => {
        own.byte();
        return { params: own.items(() => own.byte()), results: own.items(() => own.byte()) };
      });
    } else if (id === 3) {
      functions = own.items(() => own.number());
    } else if (id === 7) {
      own.items(() => {
        const name = own.name();
        const kind = own.byte();
        const index = own.number();
        if (kind === 0) result.set(name, types[functions[index]!]!);
      });
    }
  }
  return result;
}
