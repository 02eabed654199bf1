import * as nd from "../../mod.ts";
import { type DType, DTYPES } from "../../src/core/dtype.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert } from "../support/assert.ts";
import { type LayoutName, LAYOUTS, placed, tensorFrom } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import { type StorageKind, storedIn } from "../support/storages.ts";
import { randomArray } from "../support/values.ts";
import {
  add,
  any,
  broadcastTo,
  cast,
  concat,
  cond,
  flip,
  forLoop,
  integer,
  less,
  logicalAnd,
  logicalXor,
  max,
  maximum,
  multiply,
  negative,
  type Program,
  remainder,
  reshape,
  scan,
  slice,
  sort,
  stack,
  subtract,
  sum,
  switchCase,
  tanh,
  type Tensors,
  transpose,
  where,
  whileLoop,
} from "./functions.ts";
import { allSteps, planFor, wrongWay } from "./ways.ts";

/** Values that are drawn anew for each label. */
function drawn(label: string, dtype: DType, shape: Shape): Tensor {
  return tensorFrom(randomArray(new Random(label), dtype, shape, "tame"));
}

/** Runs a program in all ways; `host` says whether parts of it run on the host. */
function check(
  label: string,
  program: Program,
  inputs: Tensors,
  { host = false, results = "wasm" as StorageKind } = {},
): void {
  const steps = allSteps(planFor(program, inputs).steps);
  assert.equal(steps.some(({ kind }) => kind === "host"), host, `${label}: steps on the host`);
  const what = wrongWay(program, inputs, results);
  assert.equal(what, undefined, `${label}: ${what}`);
}

/** Computes something of any dtype. */
function mixed(x: Tensor, y: Tensor): Tensor {
  return x.dtype === "bool" ? logicalXor(x, y) : subtract(x, y);
}

/** A turn over a carry of three matrices and a part of the same shape, and a constant. */
type Turn = (carry: Tensors, part: Tensor, constant: Tensor) => readonly [Tensors, Tensors];

const TURNS: Readonly<Record<string, Turn>> = {
  "two parts of the carry change places": ([a, b, c], x) => [[b!, a!, mixed(c!, x)], [a!, b!]],
  "the carry rotates": ([a, b, c], x) => [[b!, c!, mixed(a!, x)], [c!]],
  "the carry stays the same": ([a, b, c], x) => [[a!, b!, c!], [mixed(a!, x), a!]],
  "the carry is views of itself": ([a, b, c], x) => [
    [transpose(b!), flip(a!, { axis: 0 }), broadcastTo(slice(c!, 0), c!.shape)],
    [mixed(c!, x), transpose(a!)],
  ],
  "the carry is two views of one part of it": ([a, b], x) => [
    [transpose(a!), flip(a!), slice(a!, "::-1")],
    [mixed(a!, mixed(b!, x))],
  ],
  "the carry is constants and views of them": (_, x, w) => [
    [w, transpose(w), broadcastTo(slice(w, ":", -1), w.shape)],
    [w, flip(w), x],
  ],
  "the carry is the part and views of it": ([a], x) => [
    [x, transpose(x), broadcastTo(slice(x, 0, 0), x.shape)],
    [a!, x, transpose(x)],
  ],
  "results are views of each other": ([a, b], x) => {
    const next = mixed(a!, x);
    return [[next, transpose(next), mixed(b!, next)], [next, transpose(next), next, flip(next)]];
  },
  "what is computed is stacked alone": ([a, b, c], x, w) => [
    [a!, b!, c!],
    [mixed(w, x), mixed(transpose(x), a!), slice(mixed(x, b!), 0), slice(mixed(x, c!), 0, -1)],
  ],
  "constants, carries, parts and views of them are stacked": ([a, b, c], x, w) => [
    [mixed(a!, x), b!, mixed(c!, w)],
    [w, a!, transpose(b!), slice(x, ":", "::-1"), broadcastTo(slice(w, 0, 0), [2, 3])],
  ],
  "parts of the carry are chosen, joined and sorted": ([a, b, c], x) => {
    const rows = concat([slice(a!, "1:"), slice(x, ":1")], { axis: 0 });
    const ordered = DTYPES[x.dtype].kind === "complex" ? flip(c!) : sort(c!, { axis: 0 });
    return [[where(equalParts(a!, b!), a!, b!), rows, ordered], [stack([a!, rows], { axis: 1 })]];
  },
};

/** A mask that differs from row to row. */
function equalParts(x: Tensor, y: Tensor): Tensor {
  return logicalXor(cast(real(x), "bool"), cast(real(y), "bool"));
}

function real(x: Tensor): Tensor {
  return DTYPES[x.dtype].kind === "complex" ? nd.real(x as Tensor<"complex64">) : x;
}

/** A scan with a turn over three matrices. */
function scanOf(turn: Turn, reverse: boolean): Program {
  return (w, a, b, c, xs) => {
    const [carry, ys] = scan((all, [x]) => turn(all, x!, w!), [a!, b!, c!], [xs!], { reverse });
    // What follows takes the place of what is no longer needed.
    const after = ys.map((y) => y.shape[0] === 0 ? y : mixed(slice(y, -1), slice(y, 0)));
    return [...carry, ...ys, ...after, mixed(a!, w!), mixed(carry[0]!, carry[1]!)];
  };
}

const TRIED: readonly DType[] = [
  ...["bool", "int8", "uint16", "int32", "int64", "float16", "bfloat16", "float32"] as const,
  ...["float64", "complex64", "complex128"] as const,
];

for (const dtype of TRIED) {
  Deno.test(`scans of ${dtype} give the same bits compiled`, () => {
    for (const [title, turn] of Object.entries(TURNS)) {
      for (const [n, length] of [[1, 3], [3, 4], [4, 2], [5, 3], [3, 1]] as const) {
        const label = `${title}, ${dtype}[${n}, ${n}], ${length} turns`;
        const inputs = [[n, n], [n, n], [n, n], [n, n], [length, n, n]].map((shape, i) =>
          drawn(`${label} ${i}`, dtype, shape)
        );
        check(label, scanOf(turn, n === 4), inputs);
      }
    }
  });
}

/** A carry and a part of any shape; the part is carried, too. */
function plainScan(reverse: boolean): Program {
  return (c, xs) => {
    const [carry, ys] = scan(
      ([own, before], [x]) => {
        const next = mixed(own!, x!);
        return [[next, x!], [next, x!, own!, mixed(before!, x!)]];
      },
      [c!, c!],
      [xs!],
      { reverse },
    );
    return [...carry, ...ys];
  };
}

Deno.test("carries of rank 0, empty ones, and parts of odd sizes give the same bits compiled", () => {
  const shapes: readonly Shape[] = [[], [0], [0, 3], [2, 0], [1], [3], [5], [7], [2, 3], [17]];
  for (const dtype of TRIED) {
    for (const shape of shapes) {
      for (const length of [1, 5]) {
        const label = `${dtype}[${shape}], ${length} turns`;
        const inputs = [drawn(label, dtype, shape), drawn(`${label} x`, dtype, [length, ...shape])];
        check(label, plainScan(false), inputs);
        check(`${label}, reverse`, plainScan(true), inputs);
      }
    }
  }
});

Deno.test("parts of arrays of any layout, wherever these lie, give the same bits compiled", () => {
  const layoutNames: readonly LayoutName[] = [...LAYOUTS, "broadcast"];
  for (const dtype of ["bool", "int8", "bfloat16", "float32", "int64", "complex128"] as const) {
    for (const shape of [[4], [3, 5], [4, 3], [2, 1, 3]] as const) {
      const label = `${dtype}[${shape}]`;
      const array = randomArray(new Random(label), dtype, shape, "tame");
      for (const layout of layoutNames) {
        for (const from of ["wasm", "buffer"] as const) {
          const to = from === "wasm" ? "buffer" : "wasm";
          const xs = storedIn(from, () => placed(array, layout).tensor);
          const first = storedIn(from, () => drawn(`${label} c`, dtype, shape.slice(1)));
          for (const reverse of [false, true]) {
            const name = `${label} ${layout} in a ${from}, results in a ${to}, reverse ${reverse}`;
            check(name, plainScan(reverse), [first, xs], { results: to });
          }
        }
      }
    }
  }
});

Deno.test("loops without turns, parts, carry or results give the same bits compiled", () => {
  const [c, none, xs] = [drawn("c", "float32", [3]), nd.zeros([0, 3]), drawn("xs", "int8", [5, 3])];
  check("no turn", (a, x) => {
    const [carry, ys] = scan(([own], [p]) => [[add(own!, p!)], [p!, own!]], [a!], [x!]);
    return [...carry, ...ys];
  }, [c, none]);
  check("no turn by length, the carry is returned", (a) => {
    const [carry] = scan(([own]) => [[add(own!, 1)], []], [a!], [], { length: 0 });
    return [...carry, a!];
  }, [c]);
  check("no parts", (a) => {
    const [carry, ys] = scan(([own]) => [[add(own!, 1)], [own!]], [a!], [], { length: 4 });
    return [...carry, ...ys];
  }, [c]);
  check("no carry", (x) => scan((_, [p]) => [[], [negative(p!), p!]], [], [x!])[1], [xs]);
  check("no results", (x) => {
    scan((_, [p]) => [[], [negative(p!)]], [], [x!]);
    scan(() => [[], []], [], [x!]);
    return [negative(x!)];
  }, [xs]);
  check("several arrays of several dtypes", (a, x, y) => {
    const [carry, ys] = scan(
      ([own], [p, q]) => [[add(own!, cast(p!, "float32"))], [multiply(q!, own!), p!]],
      [a!],
      [x!, y!],
      { reverse: true },
    );
    return [...carry, ...ys];
  }, [c, xs, drawn("y", "float32", [5, 1])]);
});

Deno.test("loops in loops give the same bits compiled", () => {
  const [w, a, xs] = [drawn("w", "float32", [3]), drawn("a", "float32", [3]), [4, 2, 3]];
  const x = drawn("x", "float32", xs);
  check("a scan in a scan over parts of parts", (w, a, x) => {
    const [carry, ys] = scan(
      ([c], [part]) => {
        const [inner, parts] = scan(
          ([d], [p]) => {
            const next = tanh(add(multiply(d!, w!), p!));
            return [[next], [next, c!, p!]];
          },
          [c!],
          [part!],
          { reverse: true },
        );
        return [inner, [...parts, ...inner, slice(parts[0]!, 0)]];
      },
      [a!],
      [x!],
    );
    return [...carry, ...ys];
  }, [w, a, x]);
  check("scans over the carry and over results of scans", (w, a, x) => {
    const [carry, ys] = scan(
      ([c], [part]) => {
        const [, first] = scan(([d], [p]) => [[add(d!, p!)], [d!]], [slice(w!, 0)], [c!]);
        const [[last]] = scan(([d], [p]) => [[maximum(d!, p!)], []], [slice(w!, 1)], [first[0]!]);
        return [[maximum(first[0]!, slice(part!, 0))], [broadcastTo(last!, [2]), ...first]];
      },
      [a!],
      [x!],
    );
    return [...carry, ...ys];
  }, [w, a, x]);
  check("a while in a scan, whose carry is stacked", (w, a, x) => {
    const [carry, ys] = scan(
      ([c], [part]) => {
        const [turns, value] = whileLoop(
          ([i, own]) => logicalAnd(less(i!, 4), any(less(own!, 2))),
          ([i, own]) => [add(i!, 1), add(multiply(own!, 1.5), multiply(w!, w!))],
          [integer(0), slice(part!, 1)],
        );
        return [[add(c!, value!)], [value!, turns!]];
      },
      [a!],
      [x!],
    );
    return [...carry, ...ys];
  }, [w, a, x]);
  check("a scan and a cond in a while", (w, a, x) => {
    return whileLoop(
      ([i]) => less(i!, 5),
      ([i, c, d]) => {
        const [[next]] = scan(([own], [p]) => [[subtract(own!, p!)], []], [c!], [slice(x!, 0)]);
        const even = less(remainder(i!, 2), 1);
        const chosen = cond(even, (y, z) => [z!, y!], (y, z) => [y!, mixed(z!, w!)], next!, d!);
        return [add(i!, 1), ...chosen];
      },
      [integer(0), a!, w!],
    );
  }, [w, a, x]);
  check("a loop over a range in the branch of a cond in a scan", (w, a, x) => {
    const [carry, ys] = scan(
      ([c], [part]) => {
        const [result] = cond(
          less(slice(part!, 0, 0), 0),
          (y) => forLoop(1, 4, (i, [own]) => [multiply(own!, cast(i, "float32"))], [y!]),
          (y) => [y!],
          c!,
        );
        return [[add(result!, w!)], [result!]];
      },
      [a!],
      [x!],
    );
    return [...carry, ...ys];
  }, [w, a, x]);
  check("a traced bound", (n, a) => forLoop(0, n!, (i, [c]) => [add(c!, i)], [a!]), [
    integer(7),
    drawn("n", "int32", [3]),
  ]);
});

Deno.test("numbers of branches out of range take the last branch", () => {
  const indices = [-(2 ** 31), -1, 0, 1, 2, 3, 2 ** 31 - 1];
  const [a, b] = [drawn("a", "float32", [5]), drawn("b", "float32", [5])];
  const branches: readonly Program[] = [
    (x, y) => [add(x!, y!), x!],
    (x, y) => [y!, x!],
    (x) => [x!, flip(x!)],
  ];
  for (const index of indices) {
    for (const count of [1, 2, 3]) {
      const own = branches.slice(0, count);
      check(`branch ${index} of ${count}`, (i, x, y) => [...switchCase(i!, own, x!, y!), y!], [
        integer(index),
        a,
        b,
      ]);
    }
  }
  const numbers = tensorFrom({ dtype: "int32", shape: [indices.length], items: indices });
  check("all in turn", (all, x, y) => {
    const turn = ([own]: Tensors, [i]: Tensors) => {
      const [next, other] = switchCase(i!, branches, own!, y!);
      return [[next!], [other!]] as const;
    };
    const [carry, ys] = scan(turn, [x!], [all!]);
    return [...carry, ...ys];
  }, [numbers, a, b]);
});

Deno.test("branches that return operands, constants and views give the same bits compiled", () => {
  const inputs = ["a", "b", "w"].map((label) => drawn(label, "float32", [3, 3]));
  for (const flag of [false, true]) {
    const mask = tensorFrom({ dtype: "bool", shape: [3], items: [!flag, flag, !flag] });
    check(`a predicate within a mask, ${flag}`, (mask, a, b, w) => {
      const [x, y] = cond(slice(mask!, 1), (p, q) => [q!, p!], (p) => [p!, p!], a!, b!);
      const [z] = cond(slice(mask!, 1), () => [w!], (p) => [transpose(p!)], x!);
      const [v, u] = cond(
        slice(mask!, 2),
        (p) => [broadcastTo(slice(p!, 0), [3, 3]), add(p!, w!)],
        (p) => {
          const own = tanh(p!);
          return [own, transpose(own)];
        },
        y!,
      );
      return [x!, y!, z!, v!, u!, add(a!, b!)];
    }, [mask, ...inputs]);
  }
});

Deno.test("conditions and bodies share constants, carries and memory", () => {
  const [a, w] = [drawn("a", "float32", [5]), drawn("w", "float32", [5])];
  const flags = tensorFrom({ dtype: "bool", shape: [4], items: [true, true, true, false] });
  check("what the body needs is needed by the condition, too", (a, w) => {
    const limit = sum(multiply(w!, w!));
    const [i, c] = whileLoop(
      ([i, c]) => logicalAnd(less(i!, 6), less(max(c!), add(limit, sum(w!)))),
      ([i, c]) => [add(i!, 1), add(c!, multiply(limit, multiply(w!, w!)))],
      [integer(0), a!],
    );
    return [i!, c!, limit, w!];
  }, [a, w]);
  check("the carry decides itself", (flags, a) => {
    const [flag, , c] = whileLoop(
      ([goes]) => goes!,
      (
        [, rest, c],
      ) => [
        slice(rest!, 1),
        concat([slice(rest!, "1:"), slice(rest!, ":1")], { axis: 0 }),
        add(c!, 1),
      ],
      [slice(flags!, 0), flags!, a!],
    );
    return [flag!, c!];
  }, [flags, a]);
  check("a view of the carry decides", (flags, a) =>
    whileLoop(
      ([rest]) => slice(rest!, -2),
      ([rest, c]) => [
        concat([slice(rest!, -1), slice(rest!, ":-1")].map((x) => reshape(x, [x.size])), {
          axis: 0,
        }),
        flip(c!),
      ],
      [flags!, a!],
    ), [flags, a]);
  check(
    "a constant decides that there is no turn",
    (flags, a) => whileLoop(() => slice(flags!, 3), ([c]) => [add(c!, 1)], [a!]),
    [flags, a],
  );
});
