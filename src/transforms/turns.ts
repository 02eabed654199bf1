/**
 * Running loops turn by turn on known tensors, in memory for one turn.
 *
 * @module
 */
import type { Storage, Tensor } from "../core/tensor.ts";
import { releasingKnown } from "../devices/wasm/device.ts";

/** Gives back after each turn what it made and no later turn needs. */
export class Turns {
  readonly #others: Set<Storage>;

  /**
   * Starts a loop.
   *
   * @param inputs What belongs to others.
   */
  constructor(inputs: readonly Tensor[]) {
    this.#others = new Set(inputs.map(({ storage }) => storage));
  }

  /**
   * Takes a turn.
   *
   * @param body Makes new tensors.
   * @returns What it makes.
   */
  take(body: () => readonly Tensor[]): readonly Tensor[] {
    return releasingKnown(body, (results) => results);
  }

  /**
   * Gives tensors back that turns made.
   *
   * @param used Tensors that were needed so far.
   * @param needed Tensors that are needed on.
   */
  drop(used: readonly Tensor[], needed: readonly Tensor[]): void {
    const live = new Set(needed.map(({ storage }) => storage));
    for (const { storage } of used) {
      if (storage.keepers > 0 || live.has(storage) || this.#others.has(storage)) continue;
      storage.release();
    }
  }

  /**
   * Leaves tensors alone from now on.
   *
   * @param results Tensors that the loop returns.
   */
  keep(results: readonly Tensor[]): void {
    for (const { storage } of results) this.#others.add(storage);
  }
}
