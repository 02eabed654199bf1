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

/** A running instance. */
export interface Instance {
  /** Its memory. */
  readonly heap: Heap;
  /** Its exports by name. */
  readonly exports: Readonly<Record<string, Kernel>>;
  /** Which build it is. */
  readonly build: "threads" | "plain";
}

const INITIAL_PAGES = 64;
const MAXIMUM_PAGES = 65536;

let running: Instance | undefined;

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
  const kernels = exports as Record<string, Kernel>;
  return { heap: new Heap(memory, kernels.heap_base!()), exports: kernels, build };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
