/**
 * Kernels as compiled programs call them: by name, with the types of their parameters.
 *
 * @module
 */
import { instance, type Kernel } from "../devices/wasm/instance.ts";
import { type Signature, signaturesOf } from "./bytecode.ts";

/**
 * A kernel that runs.
 *
 * @param name Its name.
 * @returns The function.
 */
export function kernelOf(name: string): Kernel {
  return instance().exports[name]!;
}

let signatures: ReadonlyMap<string, Signature> | undefined;

/**
 * Types of a kernel's parameters and results.
 *
 * @param name Its name.
 * @returns The types; undefined for what the memory does itself.
 */
export function signatureOf(name: string): Signature | undefined {
  signatures ??= signaturesOf(instance().bytes);
  return signatures.get(name);
}
