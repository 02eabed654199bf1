/**
 * The kernels: compiled on the first call, in the best build that the runtime
 * can run.
 *
 * @module
 */
import { DeviceError } from "../../core/errors.ts";
import { CORE_PLAIN } from "./generated/core_plain.ts";
import { CORE_THREADS } from "./generated/core_threads.ts";
import { Heap } from "./heap.ts";

/** An exported kernel: addresses and counts in, a count or nothing out. */
export type Kernel = (...args: number[]) => number;

/** Takes the calls of kernels down instead of running them. */
export type Sink = (name: string, args: readonly number[]) => void;

/** A running instance. */
export interface Instance {
  /** Its memory. */
  readonly heap: Heap;
  /** Its exports by name. */
  readonly exports: Readonly<Record<string, Kernel>>;
  /** Which build it is. */
  readonly build: "threads" | "plain";
  /** The module's bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const INITIAL_PAGES = 64;
const MAXIMUM_PAGES = 65536;

let running: Instance | undefined;
let sink: Sink | undefined;

/**
 * Runs a function whose calls of kernels are taken down; kernels that it fetches do not run.
 *
 * @typeParam T Result of the function.
 * @param to Takes the calls down.
 * @param body The function.
 * @returns Its result.
 */
export function divertKernels<T>(to: Sink, body: () => T): T {
  const before = sink;
  sink = to;
  try {
    return body();
  } finally {
    sink = before;
  }
}

/**
 * The running instance, started on the first call.
 *
 * @returns The instance.
 * @throws {DeviceError} If the runtime has no WebAssembly with SIMD.
 */
export function instance(): Instance {
  return running ??= start();
}

/**
 * A kernel by name.
 *
 * @param name For example `add_f32`.
 * @returns The exported function.
 * @throws {DeviceError} If there is no such kernel.
 */
export function kernel(name: string): Kernel {
  if (sink) {
    const own = sink;
    return (...args) => {
      own(name, args);
      return 0;
    };
  }
  const found = instance().exports[name];
  if (!found) throw new DeviceError(`Cannot run kernel ${name}: the module does not export it`);
  return found;
}

function start(): Instance {
  const threaded = threadedMemory();
  if (threaded) {
    const bytes = decode(CORE_THREADS);
    // Validation fails where relaxed SIMD or threads are missing.
    if (WebAssembly.validate(bytes)) return instantiate("threads", bytes, threaded);
  }
  const bytes = decode(CORE_PLAIN);
  if (!WebAssembly.validate(bytes)) {
    throw new DeviceError("Cannot start the wasm device: this runtime has no WebAssembly SIMD");
  }
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  return instantiate("plain", bytes, memory);
}

function threadedMemory(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({
      initial: INITIAL_PAGES,
      maximum: MAXIMUM_PAGES,
      shared: true,
    });
  } catch {
    return undefined;
  }
}

function instantiate(
  build: Instance["build"],
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
): Instance {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory },
  });
  const own = exports as Record<string, Kernel>;
  const heap = new Heap(memory, own.heap_base!());
  return { heap, exports: { ...own, ...memoryKernels(heap) }, build, bytes };
}

/** Names of what the memory does itself, beside the kernels: copies and clears bytes. */
export const COPY = "memory.copy";
/** As `COPY`. */
export const CLEAR = "memory.clear";

function memoryKernels(heap: Heap): Record<string, Kernel> {
  return {
    [COPY]: (from, to, bytes) => {
      heap.u8.copyWithin(to!, from!, from! + bytes!);
      return 0;
    },
    [CLEAR]: (at, bytes) => {
      heap.u8.fill(0, at, at! + bytes!);
      return 0;
    },
  };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
