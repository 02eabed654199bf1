/**
 * The cases of the benchmark: what each one's work is, and how fast it shall be.
 *
 * @module
 */

/** A case. */
export interface Case {
  /** Name, the same in all libraries. */
  readonly name: string;
  /** Floating-point operations of a run, where a rate is of interest. */
  readonly flop?: number;
  /** Largest difference of equal results, where sums cancel. */
  readonly tolerance?: number;
  /** Target in milliseconds. */
  readonly target?: number;
  /** Slowest time relative to another case of Denum's. */
  readonly within?: { readonly times: number; readonly of: string };
  /** Slowest time relative to the fastest rival's. */
  readonly rivals?: number;
  /** Whether it runs only where it is selected. */
  readonly isDetail?: boolean;
  /** How many equal parts a run has, where the time of one is of interest. */
  readonly parts?: number;
}

const cube = (n: number): number => 2 * n ** 3;

/** All cases. */
export const CASES: readonly Case[] = [
  { name: "add f32[10]", target: 0.0005 },
  { name: "add scalar f32[10]", target: 0.0005 },
  { name: "slice", target: 0.0003 },
  { name: "transpose", target: 0.0003 },
  { name: "add f32[1e6]", target: 0.49 },
  { name: "add row", within: { times: 1.5, of: "add f32[1e6]" } },
  { name: "add column", within: { times: 1.5, of: "add f32[1e6]" } },
  { name: "add A + B^T", target: 1.5 },
  { name: "exp f32[1e6]", target: 1.4 },
  { name: "sin f32[1e6]", target: 2 },
  { name: "tanh f32[1e6]", target: 2 },
  { name: "power f32[1e6]", target: 4 },
  { name: "sum f32[1e6]", target: 0.18, tolerance: 0.1 },
  { name: "sum axis 0", target: 0.18 },
  { name: "sum axis 1", target: 0.18 },
  { name: "max f32[1e6]" },
  { name: "argmax f32[1e6]" },
  { name: "matmul f32 512", flop: cube(512), target: cube(512) / 31.5e6 },
  { name: "matmul f32 511", flop: cube(511), target: cube(511) / 31.5e6 },
  { name: "matmul f32 A B^T 512", flop: cube(512), target: cube(512) / 31.5e6 },
  { name: "matmul f64 512", flop: cube(512), target: cube(512) / 14.5e6 },
  { name: "matmul f64 511", flop: cube(511), target: cube(511) / 14.5e6 },
  { name: "einsum bij,bjk->bik", flop: 32 * cube(64), target: 0.5 },
  { name: "sort f32[1e6]", target: 12 },
  { name: "sort f64[1e6]", target: 35 },
  { name: "argsort f32[1e6]", target: 40 },
  { name: "cumsum f32[1e6]", target: 0.75 },
  { name: "softmax 1000x1000", target: 2.5 },
];
