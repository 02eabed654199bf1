/**
 * A deterministic source of random choices, for loops that are too hot for
 * fast-check.
 *
 * @module
 */
import { SEED } from "./settings.ts";

/** Random numbers by sfc32 (Chris Doty-Humphrey, PractRand). */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  /**
   * Starts a stream.
   *
   * @param label What it is for: streams of different labels are independent.
   * @param seed Seed of the run.
   */
  constructor(label: string, seed: number = SEED) {
    let hash = seed ^ 0x9e3779b9;
    for (let i = 0; i < label.length; i++) {
      hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    }
    [this.a, this.b, this.c] = [seed | 0, hash | 0, Math.imul(hash, 0x85ebca6b) | 0];
    for (let i = 0; i < 12; i++) this.bits();
  }

  /**
   * 32 random bits.
   *
   * @returns An integer from 0 to 2^32 - 1.
   */
  bits(): number {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }

  /**
   * A random index.
   *
   * @param count How many there are.
   * @returns An integer from 0 to `count - 1`.
   */
  below(count: number): number {
    return Math.floor(this.bits() / 2 ** 32 * count);
  }

  /**
   * A random element.
   *
   * @typeParam T Type of the elements.
   * @param choices What to choose from.
   * @returns One of them.
   */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /**
   * True in some of the cases.
   *
   * @param probability In which part of them.
   * @returns Whether this is one.
   */
  chance(probability: number): boolean {
    return this.bits() < probability * 2 ** 32;
  }
}
