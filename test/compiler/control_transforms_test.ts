import * as nd from "../../mod.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { assert } from "../support/assert.ts";
import { tensorFrom } from "../support/layouts.ts";
import { Random } from "../support/random.ts";
import {
  add,
  any,
  cast,
  concat,
  cond,
  flip,
  forLoop,
  grad,
  integer,
  jit,
  jvp,
  less,
  logicalAnd,
  matmul,
  multiply,
  type Program,
  scan,
  slice,
  subtract,
  sum,
  switchCase,
  take,
  tanh,
  type Tensors,
  vmap,
  whileLoop,
} from "./functions.ts";
import { allSteps, kept, planFor, wrongWay } from "./ways.ts";

function drawn(label: string, shape: Shape): Tensor {
  const random = new Random(label);
  const size = shape.reduce((product, length) => product * length, 1);
  const items = Array.from({ length: size }, () => random.below(4001) / 2000 - 1);
  return tensorFrom({ dtype: "float64", shape, items });
}

type Loss = (...inputs: Tensors) => Tensor;

/** Functions of a matrix, a vector and three vectors of 3. */
const LOSSES: Readonly<Record<string, Loss>> = {
  "a recurrence": (w, c, xs) => {
    const [[last], [all]] = scan(
      ([h], [x]) => {
        const next = tanh(add(matmul(w!, h!), x!));
        return [[next], [next]];
      },
      [c!],
      [xs!],
    );
    return add(sum(last!), sum(multiply(all!, all!)));
  },
  "a linear recurrence from the end, whose carry is stacked before": (w, c, xs) => {
    const [[last], [all]] = scan(
      ([h], [x]) => [[add(multiply(slice(w!, 0), h!), x!)], [multiply(h!, x!)]],
      [c!],
      [xs!],
      { reverse: true },
    );
    return sum(add(last!, sum(all!, { axis: 0 })));
  },
  "a carry of two that change places, and a view of it": (w, c, xs) => {
    const [[a, b], [all]] = scan(
      ([a, b], [x]) => {
        const next = multiply(add(a!, x!), slice(w!, 1));
        return [[flip(b!), next], [flip(a!)]];
      },
      [c!, slice(w!, 2)],
      [xs!],
    );
    return sum(concat([multiply(a!, b!), slice(all!, -1)], { axis: 0 }));
  },
  "a scan in a scan": (w, c, xs) => {
    const [[last], [all]] = scan(
      ([h], [x]) => {
        const [[inner], [parts]] = scan(
          ([d], [row]) => [[tanh(add(multiply(d!, row!), x!))], [multiply(d!, h!)]],
          [h!],
          [w!],
        );
        return [[inner!], [parts!]];
      },
      [c!],
      [xs!],
    );
    return add(sum(last!), sum(tanh(all!)));
  },
  "a cond in a scan": (w, c, xs) => {
    const [[last]] = scan(
      ([h], [x]) => {
        const [next] = cond(
          less(slice(x!, 0), 0),
          (a) => [multiply(a!, slice(w!, 0))],
          (a) => [tanh(add(a!, slice(w!, 1)))],
          h!,
        );
        return [[add(next!, x!)], []];
      },
      [c!],
      [xs!],
    );
    return sum(multiply(last!, last!));
  },
  "a branch by number over a loop over a range": (w, c, xs) => {
    const number = cast(less(sum(xs!), 0), "int32");
    const [y] = switchCase(number, [
      (a) => forLoop(1, 5, (i, [h]) => [multiply(tanh(h!), cast(i, "float64"))], [a!]),
      (a) => [a!],
      (a) => [matmul(w!, a!)],
    ], c!);
    return sum(multiply(y!, slice(w!, 0)));
  },
  "rows by index within a loop": (w, c, xs) => {
    const order = tensorFrom({ dtype: "int32", shape: [3, 2], items: [0, 2, 1, 1, 2, 0] });
    const [[last]] = scan(
      ([h], [x, i]) => {
        const rows = take(w!, i!, { axis: 0 });
        return [[add(tanh(multiply(h!, sum(rows, { axis: 0 }))), x!)], []];
      },
      [c!],
      [xs!, order],
    );
    return sum(last!);
  },
};

const INPUTS: readonly Shape[] = [[3, 3], [3], [3, 3]];

function inputsFor(label: string, batch: Shape = []): Tensors {
  return INPUTS.map((shape, i) => drawn(`${label} ${i}`, [...batch, ...shape]));
}

/** How compiled results differ from those that are not. */
function wrong(program: Program, inputs: Tensors): string | undefined {
  // Derivatives run their loops on the host, where bodies are compiled after some turns.
  for (let run = 0; run < 4; run++) {
    const what = wrongWay(program, inputs);
    if (what !== undefined) return `in run ${run}, ${what}`;
  }
  return undefined;
}

for (const [title, loss] of Object.entries(LOSSES)) {
  Deno.test(`derivatives of ${title} give the same bits compiled`, () => {
    const one = inputsFor(title);
    const tangents = inputsFor(`tangents of ${title}`);
    const gradient = grad(loss, { argnums: [0, 1, 2] });
    assert.equal(wrong(gradient, one), undefined);
    const forward: Program = (...all) =>
      jvp((...x) => [loss(...x)], all.slice(0, 3), all.slice(3)).flat();
    assert.equal(wrong(forward, [...one, ...tangents]), undefined);
    const second: Program = (...all) => jvp(gradient, all.slice(0, 3), all.slice(3)).flat();
    assert.equal(wrong(second, [...one, ...tangents]), undefined);
    const batch = inputsFor(`batch of ${title}`, [5]);
    assert.equal(wrong(vmap((...x) => [loss(...x)]), batch), undefined);
    assert.equal(wrong(vmap(gradient), batch), undefined);
    // Loops are steps of the program, whatever transforms made of them.
    const steps = allSteps(planFor(vmap(gradient), batch).steps);
    const hosts = steps.filter(({ kind }) => kind === "host").map(({ label }) => label);
    const places = title.startsWith("rows by index");
    assert.ok(hosts.every((label) => places && !/scan|cond|while/.test(label)), String(hosts));
  });
}

Deno.test("loops whose examples end one by one give the same bits compiled", () => {
  const rounds: Program = (x, w) =>
    whileLoop(
      ([i, c]) => logicalAnd(less(i!, 9), less(sum(multiply(c!, c!)), 4)),
      ([i, c]) => [add(i!, 1), add(multiply(c!, 1.25), multiply(w!, 0.125))],
      [integer(0), x!],
    );
  const batch = [drawn("x", [6, 3]), drawn("w", [6, 3])];
  assert.equal(wrong(vmap(rounds), batch), undefined);
  const forward: Program = (...all) => jvp(vmap(rounds), all.slice(0, 2), all.slice(2)).flat();
  const moving = [...batch, drawn("dx", [6, 3]), drawn("dw", [6, 3])];
  assert.equal(wrong((...all) => forward(...all).filter(isFloat), moving), undefined);
  const inScan: Program = (xs, w) => {
    const [carry, ys] = scan(
      ([c], [x]) => {
        const [turns, next] = rounds(add(x!, c!), w!);
        const [chosen] = cond(any(less(next!, 0)), (a) => [a!], (a) => [subtract(a!, 1)], next!);
        return [[chosen!], [turns!, next!]];
      },
      [slice(xs!, 0)],
      [xs!],
    );
    return [...carry, ...ys];
  };
  assert.equal(wrong(vmap(inScan), [drawn("xs", [4, 5, 3]), drawn("w", [4, 3])]), undefined);
});

function isFloat({ dtype }: Tensor): boolean {
  return dtype === "float64";
}

Deno.test("loops close over variables, which may change from call to call", () => {
  const start = drawn("a variable", [3]);
  const xs = drawn("parts", [4, 3]);
  const make = (): [nd.Variable<"float64", [3]>, nd.Variable<"float64", [3]>] => [
    nd.variable(start as Tensor<"float64", [3]>),
    nd.variable(start as Tensor<"float64", [3]>),
  ];
  const stepOf = ([w, h]: ReturnType<typeof make>): Program => (xs) => {
    const [[last], [all]] = scan(
      ([c], [x]) => {
        const [next] = cond(
          less(sum(c!), sum(w.value as Tensor)),
          (a) => [add(multiply(a!, w.value as Tensor), x!)],
          (a) => [subtract(a!, w.value as Tensor)],
          c!,
        );
        return [[tanh(next!)], [c!]];
      },
      [h.value as Tensor],
      [xs!],
    );
    h.assign(last as Tensor as Tensor<"float64", [3]>);
    w.assignAdd(slice(all!, 0) as Tensor as Tensor<"float64", [3]>);
    return [all!];
  };
  const [plain, compiled] = [make(), make()];
  const [step, fast] = [stepOf(plain), jit(stepOf(compiled))];
  for (let call = 0; call < 2000; call++) {
    const [expected, found] = [step(xs).map(kept), fast(xs).map(kept)];
    assert.deepEqual(found, expected, `call ${call}`);
    compiled.forEach((cell, i) => {
      assert.deepEqual(kept(cell.value), kept(plain[i]!.value), `variable ${i}, call ${call}`);
    });
    if (call % 500 === 250) { for (const [, h] of [plain, compiled]) h.at(1).assign(0.5); }
  }
});
