/**
 * The plan of temporary memory: which bytes of one block hold what, and when.
 *
 * @module
 */

/** All sizes are multiples of it, so that whole vectors fit. */
const GRAIN = 64;

interface Gap {
  offset: number;
  size: number;
}

/** Offsets within a block that is as large as it must be. */
export class Arena {
  /** Bytes needed. */
  size = 0;
  readonly #gaps: Gap[] = [];

  /**
   * Takes the smallest gap that fits.
   *
   * @param bytes How much.
   * @returns The offset of the first byte.
   */
  take(bytes: number): number {
    const size = roundedUp(bytes);
    let best: Gap | undefined;
    for (const gap of this.#gaps) {
      if (gap.size >= size && (!best || gap.size < best.size)) best = gap;
    }
    if (best) {
      const { offset } = best;
      best.offset += size;
      best.size -= size;
      if (best.size === 0) this.#gaps.splice(this.#gaps.indexOf(best), 1);
      return offset;
    }
    const last = this.#gaps.at(-1);
    if (last && last.offset + last.size === this.size) {
      this.#gaps.pop();
      this.size = last.offset + size;
      return last.offset;
    }
    this.size += size;
    return this.size - size;
  }

  /**
   * Gives bytes back.
   *
   * @param offset What `take` returned.
   * @param bytes What it was asked for.
   */
  give(offset: number, bytes: number): void {
    const size = roundedUp(bytes);
    let i = this.#gaps.findIndex((gap) => gap.offset > offset);
    if (i < 0) i = this.#gaps.length;
    const [before, after] = [this.#gaps[i - 1], this.#gaps[i]];
    if (before && before.offset + before.size === offset) {
      before.size += size;
      if (after && before.offset + before.size === after.offset) {
        before.size += after.size;
        this.#gaps.splice(i, 1);
      }
    } else if (after && offset + size === after.offset) {
      after.offset = offset;
      after.size += size;
    } else {
      this.#gaps.splice(i, 0, { offset, size });
    }
  }
}

function roundedUp(bytes: number): number {
  return Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);
}
