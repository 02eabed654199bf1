/**
 * The library's functions without what their types know of dtypes and shapes, for programs that are
 * put together at random or for every dtype.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { tensorFrom } from "../support/layouts.ts";

/** Some tensors. */
export type Tensors = readonly Tensor[];

/** A program. */
export type Program = (...inputs: Tensors) => Tensors;

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor | number) => Tensor;
type Along = (
  x: Tensor,
  options?: { readonly axis?: number | readonly number[]; readonly keepDims?: boolean },
) => Tensor;
type Join = (all: Tensors, options: { readonly axis: number }) => Tensor;

export const add = nd.add as unknown as Binary;
export const subtract = nd.subtract as unknown as Binary;
export const multiply = nd.multiply as unknown as Binary;
export const divide = nd.divide as unknown as Binary;
export const maximum = nd.maximum as unknown as Binary;
export const matmul = nd.matmul as unknown as Binary;
export const remainder = nd.remainder as unknown as Binary;
export const less = nd.less as unknown as Binary;
export const logicalXor = nd.logicalXor as unknown as Binary;
export const logicalAnd = nd.logicalAnd as unknown as Binary;
export const negative = nd.negative as unknown as Unary;
export const tanh = nd.tanh as unknown as Unary;
export const exp = nd.exp as unknown as Unary;
export const real = nd.real as unknown as Unary;
export const sum = nd.sum as unknown as Along;
export const max = nd.max as unknown as Along;
export const any = nd.any as unknown as Along;
export const flip = nd.flip as unknown as Along;
export const sort = nd.sort as unknown as Along;
export const concat = nd.concat as unknown as Join;
export const stack = nd.stack as unknown as Join;
export const where = nd.where as unknown as (mask: Tensor, x: Tensor, y: Tensor) => Tensor;
export const cast = nd.cast as unknown as (x: Tensor, dtype: DType) => Tensor;
export const slice = nd.slice as unknown as (x: Tensor, ...parts: readonly unknown[]) => Tensor;
export const reshape = nd.reshape as unknown as (x: Tensor, shape: Shape) => Tensor;
export const transpose = nd.transpose as unknown as (x: Tensor, axes?: Shape) => Tensor;
export const broadcastTo = nd.broadcastTo as unknown as (x: Tensor, shape: Shape) => Tensor;
export const take = nd.take as unknown as (
  x: Tensor,
  indices: Tensor,
  options: { readonly axis: number },
) => Tensor;

export const scan = nd.scan as unknown as (
  f: (carry: Tensors, part: Tensors) => readonly [carry: Tensors, results: Tensors],
  init: Tensors,
  xs: Tensors,
  options?: { readonly length?: number; readonly reverse?: boolean },
) => readonly [Tensors, Tensors];
export const whileLoop = nd.whileLoop as unknown as (
  condition: (carry: Tensors) => Tensor,
  body: (carry: Tensors) => Tensors,
  init: Tensors,
) => Tensors;
export const forLoop = nd.forLoop as unknown as (
  start: number | Tensor,
  stop: number | Tensor,
  body: (i: Tensor, carry: Tensors) => Tensors,
  init: Tensors,
) => Tensors;
export const cond = nd.cond as unknown as (
  predicate: Tensor,
  whenTrue: (...operands: Tensors) => Tensors,
  whenFalse: (...operands: Tensors) => Tensors,
  ...operands: Tensors
) => Tensors;
export const switchCase = nd.switchCase as unknown as (
  index: Tensor,
  branches: readonly ((...operands: Tensors) => Tensors)[],
  ...operands: Tensors
) => Tensors;
export const jit = nd.jit as unknown as (f: Program) => Program;
export const vmap = nd.vmap as unknown as (f: Program) => Program;
export const jvp = nd.jvp as unknown as (
  f: Program,
  primals: Tensors,
  tangents: Tensors,
) => readonly [Tensors, Tensors];
export const grad = nd.grad as unknown as (
  f: (...inputs: Tensors) => Tensor,
  options: { readonly argnums: readonly number[] },
) => Program;

/** An int32 number. */
export function integer(value: number): Tensor {
  return tensorFrom({ dtype: "int32", shape: [], items: [value] });
}
