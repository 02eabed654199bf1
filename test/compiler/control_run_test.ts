import * as nd from "../../mod.ts";
import { Executable } from "../../src/compiler/executable.ts";
import { optimized } from "../../src/compiler/passes.ts";
import { IndexError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import { programOf } from "../laws/compiled.ts";
import { assert, assertTensorEqual } from "../support/assert.ts";
import { tensorFrom } from "../support/layouts.ts";
import { storedIn } from "../support/storages.ts";
import {
  add,
  broadcastTo,
  cast,
  cond,
  divide,
  exp,
  forLoop,
  grad,
  integer,
  jit,
  jvp,
  less,
  logicalAnd,
  matmul,
  max,
  multiply,
  type Program,
  reshape,
  scan,
  slice,
  subtract,
  sum,
  take,
  tanh,
  type Tensors,
  transpose,
  whileLoop,
} from "./functions.ts";
import { allSteps, kept, planFor, wrongWay } from "./ways.ts";

/** Numbers from -1 to 1. */
function numbers(shape: readonly number[], seed = 1): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const items = Array.from({ length: size }, (_, i) => ((i * 37 + seed * 11) % 199) / 99.5 - 1);
  return tensorFrom({ dtype: "float32", shape, items });
}

function integers(items: readonly number[], shape: readonly number[] = [items.length]): Tensor {
  return tensorFrom({ dtype: "int32", shape, items });
}

/** Bytes of WebAssembly memory that are handed out. */
function used(): number {
  return runtime().heap.used;
}

function softmax(x: Tensor): Tensor {
  const e = exp(subtract(x, max(x, { axis: -1, keepDims: true })));
  return divide(e, sum(e, { axis: -1, keepDims: true }));
}

Deno.test("large bodies give the same bits compiled", () => {
  const layers: Program = (w, v, c, xs) => {
    const [carry, ys] = scan(
      ([h], [x]) => {
        const scores = softmax(matmul(add(h!, x!), w!));
        const rows = matmul(scores, transpose(v!));
        const next = tanh(add(rows, h!));
        return [[next], [max(next, { axis: -1 }), sum(scores, { axis: 0 })]];
      },
      [c!],
      [xs!],
    );
    return [...carry, ...ys];
  };
  const inputs = [[130, 70], [130, 70], [9, 130], [3, 9, 130]].map((shape, i) => numbers(shape, i));
  assert.equal(wrongWay(layers, inputs), undefined);
  // Rows of 5000 elements are reduced in parts; sums of all go through all of them.
  const long: Program = (c, xs) => {
    const [carry, ys] = scan(
      ([own], [x]) => {
        const next = softmax(add(own!, x!));
        return [[next], [sum(multiply(next, x!), { axis: -1 }), max(next), sum(next)]];
      },
      [c!],
      [xs!],
      { reverse: true },
    );
    return [...carry, ...ys];
  };
  assert.equal(wrongWay(long, [numbers([2, 5000]), numbers([3, 1, 5000], 2)]), undefined);
  assert.equal(wrongWay(long, [numbers([7, 66]), numbers([3, 7, 66], 2)]), undefined);
});

Deno.test("what only the host can do runs in loops and branches", () => {
  const table = numbers([6, 3]);
  const lookUp: Program = (table, indices) => {
    const [carry, ys] = scan(
      ([c], [i]) => {
        const rows = take(table!, i!, { axis: 0 });
        const updated = nd.at(c as Tensor<"float32">, i! as Tensor<"int32">).add(
          rows as never,
        ) as Tensor;
        const [row] = cond(
          less(slice(i!, 0), 3),
          (own) => [slice(take(own!, i!, { axis: 0 }), 0)],
          (own) => [slice(own!, 1)],
          updated,
        );
        return [[updated], [rows, row!, transpose(updated)]];
      },
      [table!],
      [indices!],
    );
    return [...carry, ...ys];
  };
  const indices = integers([0, 5, 3, 3, -1, 2], [3, 2]);
  const kinds = allSteps(planFor(lookUp, [table, indices]).steps).map(({ kind }) => kind);
  assert.ok(kinds.includes("host") && kinds.includes("scan") && kinds.includes("branch"));
  assert.equal(wrongWay(lookUp, [table, indices]), undefined);
  assert.equal(wrongWay(lookUp, [table, indices], "buffer"), undefined);
});

Deno.test("bodies use tensors that come with what is put in their place", () => {
  for (const kind of ["wasm", "buffer"] as const) {
    const weights = storedIn(kind, () => numbers([5], 3));
    const again = nd.checkpoint((x: Tensor) => tanh(multiply(x, add(weights, 1)))) as (
      x: Tensor,
    ) => Tensor;
    const loss = (c: Tensor, xs: Tensor): Tensor => {
      const [[last], [all]] = scan(
        ([d], [x]) => {
          const [chosen] = cond(less(sum(x!), 0), (a) => [again(a!)], (a) => [a!], add(d!, x!));
          return [[add(again(d!), chosen!)], [d!]];
        },
        [c],
        [xs],
      );
      return sum(multiply(last!, all!));
    };
    const program = grad(loss as (...inputs: Tensors) => Tensor, { argnums: [0, 1] });
    const inputs = [numbers([5]), numbers([4, 5], 2)];
    assert.ok(planFor(program, inputs).constants.length > 0);
    assert.equal(wrongWay(program, inputs), undefined);
  }
});

/** A program that takes rows of a table by indices, which may be wrong, in a branch in a loop. */
const looking: Program = (table, indices) => {
  const [carry, ys] = scan(
    ([c], [i]) => {
      const [row] = cond(
        less(i!, 100),
        (own) => [slice(take(own!, reshape(i!, [1]), { axis: 0 }), 0)],
        (own) => [slice(own!, 0)],
        table!,
      );
      return [[add(c!, row!)], [row!]];
    },
    [slice(table!, 0)],
    [indices!],
  );
  return [...carry, ...ys];
};

Deno.test("an index out of range within a loop is an error after which all is as before", () => {
  const table = numbers([6, 3000]);
  const good = integers([0, 5, 3, -6, 100]);
  const bad = integers([0, 5, 6, 1, 2]);
  const expected = looking(table, good).map(kept);
  const executable = new Executable(optimized(programOf(looking, [table, good])));
  const own = (): number => {
    const before = used();
    assert.throws(() => executable.run([table, bad]), (error) => {
      assert.ok(error instanceof IndexError);
      assert.equal(
        error.message,
        "Cannot take index 6 of axis 0 with length 6: an index must be from -6 to 5",
      );
      return true;
    });
    return used() - before;
  };
  for (const way of ["step by step", "as generated code"]) {
    if (way !== "step by step") executable.earn([table, good]);
    executable.run([table, good]);
    const first = own();
    for (const [i, x] of executable.run([table, good]).entries()) {
      assertTensorEqual(x, expected[i]!, way);
    }
    // Results that were begun wait for the collector; nothing else stays.
    assert.ok(own() <= first, way);
  }
});

Deno.test("numbers of calls are no addresses, however large", () => {
  const progressions: Program = (x) => {
    const [[last], [all]] = scan(
      ([c], [part]) => {
        const own = nd.arange(1e15, 1e15 + 4, { dtype: "float64" }) as Tensor;
        return [[add(multiply(c!, 0.5), own)], [subtract(own, part!)]];
      },
      [slice(x!, 0)],
      [x!],
    );
    return [last!, all!, nd.arange(-3e17, -1e17, { step: 1e17, dtype: "float64" }) as Tensor];
  };
  assert.equal(wrongWay(progressions, [cast(numbers([3, 4]), "float64")]), undefined);
});

Deno.test("memory of a program does not depend on turns", () => {
  const body = (n: number): Program => (w, c) =>
    forLoop(0, n, (i, [own]) => {
      const [[next]] = scan(
        ([d], [x]) => [[tanh(matmul(w!, add(d!, x!)))], []],
        [own!],
        [broadcastTo(cast(i, "float32"), [n, 40, 40])],
      );
      return [next!];
    }, [c!]);
  const plans = [3, 300].map((n) => planFor(body(n), [numbers([40, 40]), numbers([40, 40])]));
  assert.equal(plans[0]!.arena, plans[1]!.arena);
  assert.equal(plans[0]!.regions, plans[1]!.regions);
});

Deno.test("turns copy nothing that can be made or left where it is needed", () => {
  const turns: Readonly<Record<string, (c: Tensor, x: Tensor, w: Tensor) => Tensors>> = {
    "a carry": (c, x) => [add(c, x)],
    "a carry in another shape, as products of matrices give it": (c, _, w) => [matmul(w, c)],
    "a carry that is stacked": (c, x) => {
      const next = multiply(c, x);
      return [next, next, reshape(next, [1, 5])];
    },
    "the part before": (c, x) => [x, add(c, x)],
    "what stays": (c, x) => [c, add(c, x), x],
  };
  const inputs = [numbers([5]), numbers([3, 5]), numbers([5, 5])];
  for (const [title, turn] of Object.entries(turns)) {
    const program: Program = (c, xs, w) => {
      const [carry, ys] = scan(
        ([own], [x]) => {
          const [next, ...results] = turn(own!, x!, w!);
          return [[next!], results];
        },
        [c!],
        [xs!],
      );
      return [...carry, ...ys];
    };
    const [loop] = planFor(program, inputs).steps.filter((step) => step.kind === "scan");
    const copies = loop!.body.filter(({ label }) => label === "copy").length;
    // What is stacked besides is copied.
    const expected = title === "what stays" || title === "a carry that is stacked" ? 1 : 0;
    assert.equal(copies, expected, title);
    assert.equal(wrongWay(program, inputs), undefined, title);
  }
});

Deno.test("regions of loops that follow each other are the same", () => {
  const some = (count: number): Program => (c, xs) => {
    let own: Tensors = [c!];
    for (let k = 0; k < count; k++) own = scan(([d], [x]) => [[add(d!, x!)], []], own, [xs!])[0];
    return own;
  };
  const inputs = [numbers([3]), numbers([2, 3])];
  const regions = [1, 20].map((count) => planFor(some(count), inputs).regions);
  assert.equal(regions[0], regions[1]);
  assert.equal(wrongWay(some(20), inputs), undefined);
});

Deno.test("100,000 calls of loops leave no memory behind", () => {
  const f: Program = (c, xs, n) => {
    const [carry] = scan(([own], [x]) => [[add(own!, x!)], []], [c!], [xs!]);
    const [, rest] = whileLoop(
      ([i]) => less(i!, n!),
      (
        [i, own],
      ) => [add(i!, 1), cond(less(i!, 1), (x) => [x!], (x) => [multiply(x!, 2)], own!)[0]!],
      [integer(0), carry[0]!],
    );
    return [rest!];
  };
  const compiled = jit(f);
  const inputs = [numbers([1030]), numbers([2, 1030]), integer(2)];
  const call = (): void => compiled(...inputs).forEach((x) => x[Symbol.dispose]());
  for (let i = 0; i < 5000; i++) call();
  const before = used();
  for (let i = 0; i < 100_000; i++) call();
  assert.equal(used(), before);
});

Deno.test("turns give back what they take, on the host, too", () => {
  const { pool, heap } = runtime();
  const x = numbers([40, 500]);
  const turns = 100;
  /** A megabyte. */
  const squares = (c: Tensor): Tensor => matmul(transpose(c), c);
  const recurrence: Program = (x) =>
    scan(([c]) => [[tanh(matmul(c!, squares(c!)))], []], [x!], [], { length: turns })[0];
  const until: Program = (x) =>
    whileLoop(
      ([i, c]) => logicalAnd(less(i!, turns), less(max(squares(c!)), 1e9)),
      ([i, c]) => [add(i!, 1), multiply(c!, 1.001)],
      [integer(0), x!],
    );
  const cases: Readonly<Record<string, () => Tensors>> = {
    "a scan in forward mode": () => jvp(recurrence, [x], [x])[0],
    "a while loop in forward mode, whose condition takes memory": () => jvp(until, [x], [x])[0],
  };
  for (const [title, run] of Object.entries(cases)) {
    run();
    const [before, overflows] = [heap.u8.length, pool.overflows];
    run();
    assert.ok(heap.u8.length - before <= 10e6, `${title}: ${heap.u8.length - before} bytes`);
    assert.equal(pool.overflows, overflows, title);
  }
});
