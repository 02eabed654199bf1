/**
 * An allocator over WebAssembly memory: two-level segregated fit with immediate
 * coalescing (Masmano et al., 2004, "TLSF: a new dynamic memory allocator for
 * real-time systems"), its bookkeeping in JavaScript objects.
 *
 * @module
 */

/** A stretch of memory, allocated or free. */
export interface Block {
  /** Address of the first byte. */
  readonly address: number;
  /** Bytes. */
  size: number;
  /** Whether it may be handed out. */
  free: boolean;
  /** Block that ends where this one begins. */
  before: Block | null;
  /** Block that begins where this one ends. */
  after: Block | null;
  /** Previous free block of the same class. */
  previous: Block | null;
  /** Next free block of the same class. */
  next: Block | null;
}

const PAGE = 65536;
/** All sizes are multiples of it, so that vectors and cache lines are aligned. */
const GRAIN = 64;
/** Each power of two is cut into so many classes. */
const STEPS = 8;
const CLASSES = 27 * STEPS;
/** Memory grows by at least an eighth of itself, and by this. */
const GROWTH = 4 * 1024 * 1024;

/** Class whose blocks have at least the size of its lower bound. */
function classBelow(size: number): number {
  const units = size / GRAIN;
  if (units < STEPS) return units;
  const power = 31 - Math.clz32(units);
  return (power - 2) * STEPS + (Math.floor(units / 2 ** (power - 3)) - STEPS);
}

/** Class all of whose blocks are large enough for the size. */
function classAbove(size: number): number {
  const units = size / GRAIN;
  if (units < STEPS) return units;
  const power = 31 - Math.clz32(units);
  const unit = 2 ** (power - 3);
  return classBelow(Math.ceil(units / unit) * unit * GRAIN);
}

/** The memory of one WebAssembly instance and what is free in it. */
export class Heap {
  /** The memory. */
  readonly memory: WebAssembly.Memory;
  /** All bytes; renewed when the memory grows. */
  u8: Uint8Array;
  /** All bytes as words; renewed when the memory grows. */
  u32: Uint32Array;
  /** All bytes for items; renewed when the memory grows. */
  view: DataView;
  /** Bytes handed out. */
  used = 0;
  private readonly bins: (Block | null)[] = new Array<Block | null>(CLASSES).fill(null);
  private readonly occupied: number[] = new Array<number>(Math.ceil(CLASSES / 32)).fill(0);
  private last: Block | null = null;

  /**
   * Takes over a memory.
   *
   * @param memory The memory.
   * @param base First address that the module does not use itself.
   */
  constructor(memory: WebAssembly.Memory, base: number) {
    this.memory = memory;
    this.u8 = new Uint8Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.extend(base, this.u8.length - base - GRAIN);
  }

  /**
   * Hands out memory, not cleared.
   *
   * @param bytes How much.
   * @returns A block aligned to 64 bytes, or null if the memory cannot grow.
   */
  allocate(bytes: number): Block | null {
    const size = Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);
    let block = this.find(size);
    if (!block) {
      if (!this.grow(size)) return null;
      block = this.find(size);
      if (!block) return null;
    }
    this.unlink(block);
    if (block.size > size) this.split(block, size);
    block.free = false;
    this.used += block.size;
    return block;
  }

  /**
   * Takes memory back.
   *
   * @param block What `allocate` returned.
   */
  free(block: Block): void {
    this.used -= block.size;
    block.free = true;
    let merged = block;
    const { before, after } = block;
    if (after?.free) {
      this.unlink(after);
      block.size += after.size;
      this.join(block, after.after);
    }
    if (before?.free) {
      this.unlink(before);
      before.size += block.size;
      this.join(before, block.after);
      merged = before;
    }
    this.link(merged);
  }

  private join(block: Block, after: Block | null): void {
    block.after = after;
    if (after) after.before = block;
    else this.last = block;
  }

  private split(block: Block, size: number): void {
    const rest: Block = {
      address: block.address + size,
      size: block.size - size,
      free: true,
      before: block,
      after: null,
      previous: null,
      next: null,
    };
    this.join(rest, block.after);
    this.join(block, rest);
    block.size = size;
    this.link(rest);
  }

  private link(block: Block): void {
    const index = classBelow(block.size);
    const first = this.bins[index]!;
    block.previous = null;
    block.next = first;
    if (first) first.previous = block;
    this.bins[index] = block;
    this.occupied[index >> 5]! |= 1 << (index & 31);
  }

  private unlink(block: Block): void {
    const { previous, next } = block;
    if (next) next.previous = previous;
    if (previous) {
      previous.next = next;
    } else {
      const index = classBelow(block.size);
      this.bins[index] = next;
      if (!next) this.occupied[index >> 5]! &= ~(1 << (index & 31));
    }
    block.previous = block.next = null;
  }

  private find(size: number): Block | null {
    const index = classAbove(size);
    let word = index >> 5;
    let bits = this.occupied[word]! & (-1 << (index & 31));
    while (bits === 0) {
      if (++word >= this.occupied.length) return null;
      bits = this.occupied[word]!;
    }
    return this.bins[(word << 5) + 31 - Math.clz32(bits & -bits)]!;
  }

  private grow(size: number): boolean {
    const had = this.u8.length;
    // A class above the size must exist afterwards: an eighth more is enough.
    const least = Math.ceil((size + size / STEPS + GRAIN) / PAGE);
    const pages = Math.max(least, GROWTH / PAGE, Math.ceil(had / 8 / PAGE));
    if (!this.tryGrow(pages) && !this.tryGrow(least)) return false;
    this.u8 = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    // The last bytes are kept free: whole vectors are read at the end of arrays.
    this.extend(had - GRAIN, this.u8.length - had);
    return true;
  }

  private tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  private extend(address: number, size: number): void {
    const block: Block = {
      address,
      size: 0,
      free: false,
      before: this.last,
      after: null,
      previous: null,
      next: null,
    };
    if (this.last) this.last.after = block;
    this.last = block;
    block.size = size - size % GRAIN;
    this.used += block.size;
    this.free(block);
  }
}
