/**
 * What the runner needs of a library.
 *
 * @module
 */

/** A case as a library runs it. */
export interface Task {
  /** Does the work once and drops the result, the way the library does it best. */
  readonly run: () => void;
  /** The result as numbers, or undefined where it is no array. */
  readonly value: () => ArrayLike<number> | Promise<ArrayLike<number>> | undefined;
}

/** A library, driven at its best. */
export interface Peer {
  /** Name in the table. */
  readonly name: string;
  /** Version and settings. */
  readonly version: string;
  /** Prepares a case, or gives undefined if the library cannot do it. */
  readonly task: (name: string) => Task | undefined;
  /**
   * Measures a case itself, in milliseconds a run, where it runs in a process of its own; processor
   * time if it is asked for.
   */
  readonly measure?: (name: string, runs: number, cpu: boolean) => Promise<number>;
  /** The result of a case where it runs in a process of its own. */
  readonly result?: (name: string) => Promise<ArrayLike<number> | undefined>;
  /** Ends the library. */
  readonly close?: () => Promise<void>;
}
