import {
  bind,
  type Derivative,
  type Primitive,
  primitives,
  Unknown,
} from "../../src/core/primitive.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import {
  add,
  cast,
  cos,
  divide,
  multiply,
  negative,
  sin,
  square,
  subtract,
  tanh,
} from "../../mod.ts";
import {
  adjointsAgree,
  derivativesAgree,
  differentiable,
  modesAgree,
  narrowAgree,
  secondDerivatives,
} from "./gradients.ts";
import { assertRejected } from "./table.ts";

/** A record of the table with something changed; the table itself stays as it is. */
function wrong(name: string, change: Partial<Primitive>): Primitive {
  return { ...primitives.get(name)!, ...change };
}

/** A record of one input with another derivative. */
function derived(name: string, derivative: Derivative<unknown>): Primitive {
  return wrong(name, { derivatives: [derivative] });
}

/** A tensor of the same elements of which no transform knows where they come from. */
function detached(x: Tensor): Tensor {
  return wasmDevice().fromItems(x.dtype, x.shape, [...items(x)]);
}

Deno.test("planted: a primitive without any derivative", () => {
  const { derivatives: _, ...without } = primitives.get("sin")!;
  assertRejected(differentiable, without);
});

Deno.test("planted: a wrong formula, sign, factor or operand", () => {
  assertRejected(derivativesAgree, derived("sin", (t, [x]) => multiply(t, sin(x!))));
  assertRejected(derivativesAgree, derived("cos", (t, [x]) => multiply(t, sin(x!))));
  assertRejected(derivativesAgree, derived("square", (t, [x]) => multiply(t, x!)));
  assertRejected(
    derivativesAgree,
    derived("sin", (t, [x]) => multiply(t, multiply(cos(x!), 1 + 1e-6))),
  );
  assertRejected(
    derivativesAgree,
    wrong("divide", {
      derivatives: [(t, [, y]) => divide(t, y!), (t, [, y]) => negative(divide(t, y!))],
    }),
  );
});

Deno.test("planted: zero where there is a derivative, a derivative where there is none", () => {
  assertRejected(derivativesAgree, wrong("sin", { derivatives: [null] }));
  assertRejected(
    derivativesAgree,
    wrong("multiply", { derivatives: [(t, [, y]) => multiply(t, y!), null] }),
  );
  assertRejected(derivativesAgree, wrong("floor", { derivatives: [(t) => t] }));
});

Deno.test("planted: a derivative of complex numbers that forgets a conjugate", () => {
  const record = wrong("abs", {
    dtypes: ["complex128"],
    derivatives: [(t, [z], _, size) => {
      const unit = divide(z!, cast(size, z!.dtype));
      const parts = [...items(multiply(t, unit))] as { readonly re: number }[];
      return wasmDevice().fromItems(size.dtype, size.shape, parts.map(({ re }) => re));
    }],
  });
  assertRejected(derivativesAgree, record);
});

Deno.test("planted: a derivative that is wrong at one element, or of wrong dtype or shape", () => {
  const spoil = (change: (x: number, i: number) => number): Primitive => ({
    ...derived("sin", (t, [x]) => {
      const right = multiply(t, cos(x!));
      const numbers = [...items(right)] as number[];
      return wasmDevice().fromItems(right.dtype, right.shape, numbers.map(change));
    }),
    dtypes: ["float64"],
  });
  assertRejected(derivativesAgree, spoil((x, i) => i === 6 ? x + 1e-4 : x));
  assertRejected(derivativesAgree, spoil((x, i) => i === 6 ? NaN : x));
  assertRejected(derivativesAgree, derived("negative", (t) => cast(negative(t), "complex64")));
  assertRejected(derivativesAgree, {
    ...derived(
      "negative",
      (t) => wasmDevice().fromItems(t.dtype, [sizeOf(t.shape)], [...items(t)]),
    ),
    dtypes: ["float64"],
  });
});

Deno.test("planted: a value that differs under a transform", () => {
  let calls = 0;
  const right = primitives.get("sin")!;
  const record: Primitive = {
    ...right,
    lower: {
      wasm: (inputs, params, outputs) => {
        const results = right.lower.wasm!(inputs, params, outputs);
        return ++calls % 2 === 0 ? results : results.map((x) => add(x, 1e-12));
      },
    },
  };
  assertRejected(derivativesAgree, record);
});

Deno.test("planted: an adjoint that is not that of the derivative", () => {
  // Its derivative is itself, so that reverse mode meets its own adjoint.
  const self = (name: string, transpose: Primitive["transpose"]): Primitive => {
    const record: Primitive = wrong(name, {
      derivatives: [(t, _, params) => bind(record, [t], params)],
      transpose: transpose!,
    });
    return record;
  };
  assertRejected(modesAgree, self("negative", ([c]) => [c!]));
  assertRejected(modesAgree, self("conj", ([c]) => [c!]));
  assertRejected(modesAgree, self("negative", () => [null]));
  assertRejected(adjointsAgree, self("negative", ([c]) => [c!]));
});

Deno.test("planted: a derivative that is not linear in the tangent", () => {
  const record = derived("sin", (t, [x]) => multiply(tanh(t), cos(x!)));
  assertRejected(modesAgree, record, { mayThrow: true });
  assertRejected(derivativesAgree, record);
});

Deno.test("planted: an adjoint that forgets a conjugate, a sign or an input", () => {
  assertRejected(
    adjointsAgree,
    wrong("multiply", {
      transpose: ([c], [a, b]) =>
        a instanceof Unknown ? [multiply(c!, b as Tensor), null] : [null, multiply(a!, c!)],
    }),
  );
  assertRejected(adjointsAgree, wrong("subtract", { transpose: ([c]) => [c!, c!] }));
  assertRejected(adjointsAgree, wrong("add", { transpose: ([c]) => [c!, null] }));
  assertRejected(adjointsAgree, wrong("square", { transpose: ([c]) => [c!] }));
  assertRejected(adjointsAgree, wrong("reduceSum", { transpose: ([c]) => [c!] }));
});

Deno.test("planted: a derivative that transforms cannot follow a second time", () => {
  assertRejected(
    secondDerivatives,
    derived("square", (t, [x]) => multiply(t, detached(add(x!, x!)))),
  );
  assertRejected(
    secondDerivatives,
    derived("exp", (t, _, __, result) => multiply(t, detached(result))),
  );
});

Deno.test("planted: a derivative that overflows or loses the digits of narrow dtypes", () => {
  assertRejected(
    narrowAgree,
    derived("square", (t, [x]) => divide(multiply(t, multiply(x!, 1e6)), 5e5)),
  );
  assertRejected(
    narrowAgree,
    derived("square", (t, [x]) => multiply(t, subtract(add(add(x!, x!), 1e9), 1e9))),
  );
  assertRejected(
    narrowAgree,
    derived("tanh", (t, _, __, result) => {
      const wide = subtract(1, square(result));
      return multiply(t, wide.dtype === "float16" ? add(wide, 0.5) : wide);
    }),
  );
});
