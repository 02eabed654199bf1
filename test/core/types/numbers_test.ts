import type { Add, Divide, DivideUp, SizeOf, Subtract } from "../../../src/core/types/numbers.ts";
import { same } from "./expect.ts";

Deno.test("literal lengths add and subtract, with carries and borrows", () => {
  same<Add<0, 0>, 0>();
  same<Add<999, 1>, 1000>();
  same<Add<1, 999>, 1000>();
  same<Add<1797, 60000>, 61797>();
  same<Subtract<1000, 1>, 999>();
  same<Subtract<60000, 60000>, 0>();
  same<Subtract<5, 6>, never>();
  same<Subtract<99, 100>, never>();
});

Deno.test("literal lengths multiply and divide", () => {
  same<SizeOf<[]>, 1>();
  same<SizeOf<readonly [60000, 28, 28]>, 47040000>();
  same<SizeOf<[7, 0, 3]>, 0>();
  same<Divide<47040000, 784>, 60000>();
  same<Divide<7, 2>, never>();
  same<Divide<7, 0>, never>();
  same<DivideUp<7, 2>, 4>();
  same<DivideUp<8, 2>, 4>();
  same<DivideUp<0, 3>, 0>();
  same<DivideUp<7, 1>, 7>();
});

Deno.test("unknown and unwritable numbers give number", () => {
  same<Add<number, 3>, number>();
  same<Subtract<3, number>, number>();
  same<Divide<number, 2>, number>();
  same<SizeOf<[number, 3]>, number>();
  same<SizeOf<number[]>, number>();
  same<Add<1.5, 2>, number>();
  same<Add<1e21, 2>, number>();
});
