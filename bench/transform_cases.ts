/**
 * The cases of transforms. What a user writes once stands in two rows where it can be run in two ways:
 * call by call (`eager`), and compiled (`jit`); a library that cannot compile does in both what it does.
 *
 * @module
 */
import type { Case } from "./cases.ts";

/** Lengths of the chains, by name. */
export const LENGTHS: Readonly<Record<string, number>> = {
  "1e3": 1e3,
  "1e4": 1e4,
  "1e5": 1e5,
  "1e6": 1e6,
  "1e7": 1e7,
};

/** Batches of the network, by name. */
export const BATCHES: Readonly<Record<string, number>> = { "32": 32, "256": 256 };

/** Lengths of the network's layers. */
export const LAYERS = [64, 128, 10] as const;

/** How far a training step goes. */
export const RATE = 0.1;

/** Calls in the programs of small calls. */
export const CALLS = 100;

/** Turns of the loop. */
export const TURNS = 1000;

/**
 * A case without the way that it is run in.
 *
 * @param name Name of a case.
 * @returns The name without `, jit` and `, eager`.
 */
export function withoutWay(name: string): string {
  return name.replace(/, (jit|eager)$/, "");
}

/** A chain of six calls: 0.6 ns an element where all are cheap, 2 ns with exp and a division. */
function chain(kind: string, perElement: number): readonly Case[] {
  return Object.entries(LENGTHS).flatMap(([text, length]): readonly Case[] => {
    const name = `${kind} f32[${text}]`;
    const isSum = kind.endsWith("sum");
    const shared = {
      // A short one shows what calls cost, a long one what memory does.
      isDetail: isSum || length !== 1e3 && length !== 1e6,
      // Sums of so many elements differ by the order in which they are taken.
      ...(isSum ? { tolerance: length * 1e-5 } : {}),
    };
    return [
      { name: `${name}, jit`, target: length * perElement + 1e-3, ...shared },
      { name: `${name}, eager`, rivals: 1, ...shared },
    ];
  });
}

/** NumPy's derivatives are written by hand, and its matrix products have more lanes. */
const COMPILED = 1.5;
/** Derivatives call by call are found anew each time. */
const EAGER = 4;

function network(batch: string): readonly Case[] {
  const isDetail = batch !== "32";
  return [
    { name: `MLP gradient ${batch}, jit`, rivals: COMPILED },
    { name: `MLP gradient ${batch}, eager`, rivals: EAGER, isDetail },
    // The target is NumPy's time in numpy-ts's report.
    { name: `MLP training step ${batch}, jit`, target: 0.43, rivals: COMPILED },
    { name: `MLP training step ${batch}, eager`, rivals: EAGER, isDetail },
    { name: `MLP Hessian-vector product ${batch}, jit`, rivals: COMPILED },
    { name: `MLP Hessian-vector product ${batch}, eager`, rivals: EAGER, isDetail },
  ];
}

/** Time of a call within a compiled program. */
const CALL_MS = 5e-5;

/** All cases. */
export const TRANSFORM_CASES: readonly Case[] = [
  { name: "call of jit(add) f32[10]", target: 3e-4 },
  { name: "call in adds f32[10], jit", parts: CALLS, target: CALL_MS },
  { name: "call in adds, matmuls f32[3, 3], jit", parts: CALLS, target: CALL_MS },
  { name: "call in sums, adds f32[10], jit", parts: CALLS, target: CALL_MS },
  { name: "first call of jit(chain)", rivals: 1 },
  { name: "first call of jit(chain), WebAssembly", rivals: 1 },
  { name: "first call of jit(MLP gradient)", rivals: 1 },
  { name: "first call of jit(MLP gradient), WebAssembly", rivals: 1 },
  ...chain("chain", 0.6e-6),
  ...chain("chain to sum", 0.6e-6),
  ...chain("exp chain", 2e-6),
  ...chain("exp chain to sum", 2e-6),
  ...Object.keys(BATCHES).flatMap(network),
  { name: "MLP gradients of 32 examples, jit", rivals: COMPILED },
  { name: "MLP gradients of 32 examples, eager", rivals: EAGER },
  { name: "MLP gradients of 32 examples, loop", rivals: EAGER },
  // As the one product that it is.
  { name: "vmap(matvec) 1000, jit", target: 0.53 },
  { name: "vmap(matvec) 1000, eager", target: 0.53 },
  { name: "matvec 1000, loop", rivals: 1 },
  { name: "softmax 1000x1000, jit", target: 2.5 },
  { name: "layer norm 1000x1000, jit", rivals: 1 },
  { name: "layer norm 1000x1000, eager", rivals: 1 },
  { name: `scan of ${TURNS} turns, jit`, target: 3 * TURNS * CALL_MS, rivals: 1 },
  { name: `scan of ${TURNS} turns, eager`, rivals: 1 },
];
