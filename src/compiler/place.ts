/**
 * Where values of a program lie: addresses that are known only when it runs.
 *
 * @module
 */
import type { Layout } from "../core/tensor.ts";

/** Intermediate results and temporary memory. */
export const ARENA = 0;
/** Lengths and strides that kernels read, fixed when the program is planned. */
export const TABLES = 1;
/** The first input; the others and then the outputs follow. */
export const INPUTS = 2;

/** Regions are so far apart that no offset leads from one to another. */
const REGION = 2 ** 40;

/**
 * The planned address of a byte of a region.
 *
 * @param region The region.
 * @param offset Which byte of it.
 * @returns A number beyond all real addresses and counts.
 */
export function planned(region: number, offset: number): number {
  return (region + 1) * REGION + offset;
}

/** A number in a call: itself, or a byte of a region. */
export interface Term {
  /** The region, or -1 for a plain number. */
  readonly region: number;
  /** The number, or which byte of the region. */
  readonly offset: number;
}

/**
 * Reads an argument of a planned call.
 *
 * @param value A count or a planned address.
 * @returns What it is.
 */
export function termOf(value: number): Term {
  const region = Math.round(value / REGION) - 1;
  return region < 0
    ? { region: -1, offset: value }
    : { region, offset: value - planned(region, 0) };
}

/** Where a value lies. */
export interface Place extends Layout {
  /** Its region. */
  readonly region: number;
}

/**
 * The planned address of a value's first element.
 *
 * @param place Where it lies.
 * @returns The address.
 */
export function addressIn({ region, offset }: Place): number {
  return planned(region, offset);
}
