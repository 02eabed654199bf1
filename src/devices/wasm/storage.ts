/**
 * Who owns which bytes: slabs for small tensors, blocks of WebAssembly memory
 * for large ones, JavaScript buffers when the budget is used up, and their
 * return when nobody can reach them any more.
 *
 * Finalizers run only between macrotasks. So WebAssembly memory has a budget
 * that follows the live size; beyond it, storages are JavaScript buffers, which
 * the collector frees in the middle of a synchronous stretch, too.
 *
 * @module
 */
import { memoryError } from "../../core/errors.ts";
import { type DeviceMemory, RELEASED, type Storage } from "../../core/tensor.ts";
import type { Block, Heap } from "./heap.ts";

/** Tensors of up to so many bytes share slabs. */
const SMALL_BYTES = 4096;
const SLAB_BYTES = 65536;
/** Kernels read and write whole vectors: every tensor starts on such a boundary. */
const ALIGNMENT = 16;
const LEAST_BUDGET = 96 * 1024 * 1024;
/** Slabs take at most this part of the budget, so that loops over scalars leave room for matrices. */
const SLAB_SHARE = 1 / 3;
/** So many storages as large as one that is opened may exceed the budget. */
const FEW_LARGE = 4;
/** How much new memory passes before the collector is told of it. */
const PRESSURE_STEP = 256 * 1024;
/** An ordinary buffer now and then makes the collector look at the ballast. */
const NUDGE_EVERY = 16;

/** What a finalizer needs to give a block back; empty once that has happened. */
interface Lease {
  block: Block | null;
  readonly slab: boolean;
}

/** What will compute the bytes of a storage when they are needed. */
export interface Pending {
  /** Computes them now. */
  force(): void;
  /** Lets go of what it needs: nobody can need the bytes any more. */
  drop(): void;
}

/** Bytes in WebAssembly memory or, beyond the budget, in a JavaScript buffer. */
export class WasmStorage implements Storage {
  /** The device. */
  device: DeviceMemory;
  /** How many tensors were made on this storage and not disposed of. */
  handles = 0;
  /** How many variables hold it: scopes leave it alone. */
  keepers = 0;
  /** How many operands of calls that were put off are in it: nobody may write to it. */
  readers = 0;
  /** Address of the first byte, -1 in a JavaScript buffer. */
  address: number;
  /** The bytes as words, when they are in a JavaScript buffer. */
  words: Uint32Array<ArrayBuffer> | null;
  /** What computes the bytes, if that was put off. */
  pending: Pending | null = null;
  /** Untouched buffer of the same size that makes the collector feel this storage. */
  ballast: ArrayBuffer | null = null;
  /** Whether tensors of several owners share it. */
  readonly slab: boolean;
  private readonly pool: Pool;
  private readonly lease: Lease | null;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #view: DataView<ArrayBuffer> | undefined;
  /** Whose bytes these are, if they were computed later. */
  #computed: WasmStorage | null = null;

  /**
   * Makes a storage; only the pool does.
   *
   * @param device The device.
   * @param pool The pool that it goes back to.
   * @param lease Its block of WebAssembly memory, or null.
   * @param words Its JavaScript buffer, or null.
   * @param slab Whether tensors of several owners share it.
   */
  constructor(
    device: DeviceMemory,
    pool: Pool,
    lease: Lease | null,
    words: Uint32Array<ArrayBuffer> | null,
    slab: boolean,
  ) {
    this.device = device;
    this.pool = pool;
    this.lease = lease;
    this.address = lease ? lease.block!.address : -1;
    this.words = words;
    this.slab = slab;
  }

  /** The bytes when they are in a JavaScript buffer. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#bytes ??= new Uint8Array(this.words!.buffer);
  }

  /** The same bytes for items. */
  get view(): DataView<ArrayBuffer> {
    return this.#view ??= new DataView(this.words!.buffer);
  }

  /** Gives the bytes back at once, unless several owners share them. */
  release(): void {
    if (this.slab || this.device === RELEASED) return;
    this.device = RELEASED;
    this.ballast = null;
    this.pending?.drop();
    this.pending = null;
    this.#computed?.release();
    if (this.lease) this.pool.take(this.lease);
  }

  /**
   * Takes the bytes that were put off.
   *
   * @param computed A storage that nobody else uses.
   */
  adopt(computed: WasmStorage): void {
    this.pending = null;
    this.#computed = computed;
    this.address = computed.address;
    this.words = computed.words;
  }
}

/** Makes storages for one device. */
export class Pool {
  /** Where in the storage the reserved bytes start: the second result of `reserve`. */
  offset = 0;
  /** How often a storage had to be a JavaScript buffer. */
  overflows = 0;
  /** Bytes of WebAssembly memory that storages may use. */
  budget: number = LEAST_BUDGET;
  private readonly heap: Heap;
  private readonly device: DeviceMemory;
  private slab: WasmStorage | null = null;
  private slabEnd = 0;
  private slabBytes = 0;
  private pressure = 0;
  private nudges = 0;
  private watched = false;
  private scopes: WasmStorage[][] = [];
  private readonly finalizer: FinalizationRegistry<Lease> = new FinalizationRegistry((lease) => {
    this.take(lease);
  });
  private readonly collections: FinalizationRegistry<null> = new FinalizationRegistry(() => {
    this.watched = false;
    // All leases of this collection have come back when the turn ends.
    queueMicrotask(() => {
      this.budget = Math.max(LEAST_BUDGET, 2 * this.heap.used);
    });
  });

  /**
   * Makes a pool.
   *
   * @param device The device that owns the storages.
   * @param heap The memory.
   */
  constructor(device: DeviceMemory, heap: Heap) {
    this.device = device;
    this.heap = heap;
  }

  /**
   * Finds room for a tensor. Not cleared when in WebAssembly memory.
   *
   * @param bytes How many bytes.
   * @returns A storage; `offset` says where in it the room starts.
   */
  reserve(bytes: number): WasmStorage {
    if (bytes > SMALL_BYTES) {
      this.offset = 0;
      return this.open(bytes, false);
    }
    const rounded = (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    let slab = this.slab;
    let end = this.slabEnd + rounded;
    if (slab === null || end > SLAB_BYTES) {
      slab = this.slab = this.open(SLAB_BYTES, true);
      end = rounded;
    }
    this.slabEnd = end;
    this.offset = end - rounded;
    return slab;
  }

  /**
   * A storage whose bytes are computed when they are needed.
   *
   * @param pending What computes them.
   * @returns The storage.
   */
  putOff(pending: Pending): WasmStorage {
    const storage = new WasmStorage(this.device, this, null, null, false);
    storage.pending = pending;
    this.enter(storage);
    return storage;
  }

  /**
   * Has the innermost scope release a storage when it ends, unless several owners share it.
   *
   * @param storage The storage.
   */
  enter(storage: WasmStorage): void {
    if (!storage.slab) this.scopes[this.scopes.length - 1]?.push(storage);
  }

  /**
   * Runs a function whose storages belong to no scope.
   *
   * @typeParam T Result of the function.
   * @param body The function.
   * @returns Its result.
   */
  unrecorded<T>(body: () => T): T {
    const { scopes } = this;
    this.scopes = [];
    try {
      return body();
    } finally {
      this.scopes = scopes;
    }
  }

  /**
   * Takes a block back, once.
   *
   * @param lease What holds it.
   */
  take(lease: Lease): void {
    const { block } = lease;
    if (!block) return;
    lease.block = null;
    this.pressure -= block.size;
    if (lease.slab) this.slabBytes -= block.size;
    this.heap.free(block);
  }

  /**
   * Collects the large storages that a function makes.
   *
   * @typeParam T Result of the function.
   * @param body The function.
   * @returns Its result, and the storages made meanwhile.
   */
  record<T>(body: () => T): readonly [T, readonly WasmStorage[]] {
    const made: WasmStorage[] = [];
    this.scopes.push(made);
    try {
      return [body(), made];
    } finally {
      this.scopes.splice(this.scopes.indexOf(made), 1);
      // What an inner scope leaves alive belongs to the outer one.
      this.scopes[this.scopes.length - 1]?.push(...made);
    }
  }

  private open(bytes: number, slab: boolean): WasmStorage {
    const storage = this.inWasm(bytes, slab) ?? this.inJavaScript(bytes, slab);
    if (this.scopes.length > 0) this.enter(storage);
    return storage;
  }

  private inWasm(bytes: number, slab: boolean): WasmStorage | null {
    // What is large beside the budget is usually live for long: a few such may exceed it.
    if (this.heap.used + bytes > Math.max(this.budget, FEW_LARGE * bytes)) return null;
    if (slab && this.slabBytes + bytes > this.budget * SLAB_SHARE) return null;
    const block = this.heap.allocate(bytes);
    if (!block) return null;
    if (slab) this.slabBytes += block.size;
    const lease: Lease = { block, slab };
    const storage = new WasmStorage(this.device, this, lease, null, slab);
    this.finalizer.register(storage, lease);
    this.press(storage, block.size);
    return storage;
  }

  private inJavaScript(bytes: number, slab: boolean): WasmStorage {
    this.overflows++;
    let words: Uint32Array<ArrayBuffer>;
    try {
      words = new Uint32Array(Math.ceil(bytes / 4));
    } catch {
      throw memoryError(bytes);
    }
    return new WasmStorage(this.device, this, null, words, slab);
  }

  /** Makes the collector feel memory that it does not see. */
  private press(storage: WasmStorage, bytes: number): void {
    this.pressure += bytes;
    if (this.pressure < PRESSURE_STEP) return;
    storage.ballast = new ArrayBuffer(this.pressure, { maxByteLength: this.pressure });
    this.pressure = 0;
    if (++this.nudges % NUDGE_EVERY === 0) nudge = new ArrayBuffer(4096);
    if (!this.watched) {
      this.watched = true;
      this.collections.register({}, null);
    }
  }
}

/** Held so that the engine cannot leave the allocation out. */
let nudge: ArrayBuffer | undefined;

/**
 * The buffer that was last used to make the collector look.
 *
 * @returns The buffer, or undefined before the first.
 */
export function lastNudge(): ArrayBuffer | undefined {
  return nudge;
}
