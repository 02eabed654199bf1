import * as nd from "../../mod.ts";
import { limits } from "../../src/compiler/chain.ts";
import type { DType } from "../../src/core/dtype.ts";
import { items, type Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import type { Block } from "../../src/devices/wasm/heap.ts";
import { instance, type Kernel } from "../../src/devices/wasm/instance.ts";
import { donating, runtime } from "../../src/devices/wasm/runtime.ts";
import type { WasmStorage } from "../../src/devices/wasm/storage.ts";
import { cellOf } from "../../src/structures/variable.ts";
import { scattered } from "../../src/ops/indexing_primitives.ts";
import { assert, assertThrows } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import { REPEAT, runs, SEED } from "../support/settings.ts";
import { storedIn } from "../support/storages.ts";
import { type ProgramOptions, runProgram, unlike, withLimits } from "./deferred_programs.ts";

/** Large enough to wait. */
const SIZE = 20_000;
const NEVER: Partial<typeof limits> = { leastBytes: Infinity };
/** How chains run: one call after the other, as programs, or as programs from the second time on. */
const WAYS: { readonly [name: string]: Partial<typeof limits> } = {
  "one by one": { earned: Infinity },
  "as programs": { earned: 0 },
  "as programs the second time": { earned: 1.5 * SIZE },
};

/** Elements that kernels without vector instructions were given, by their names. */
const given = new Map<string, number>();
const COUNTED = ["exp", "expm1", "log1p", "sin", "cos", "tan", "tanh"] as const;

// Before anything keeps the kernels themselves.
wasmDevice();
const kernels = instance().exports as Record<string, Kernel>;
for (const name of COUNTED) {
  const own = kernels[`${name}_f32`]!;
  kernels[`${name}_f32`] = (from, to, count) => {
    given.set(name, (given.get(name) ?? 0) + count!);
    return own(from!, to!, count!);
  };
}

/** How often each function was computed on all of an array, in the order of their first time. */
function computations(): Readonly<Record<string, number>> {
  const counts = Object.fromEntries([...given].map(([name, count]) => [name, count / SIZE]));
  given.clear();
  return counts;
}

type Vector = nd.Tensor<"float32", [number]>;

function vector(size = SIZE, step = 1): Vector {
  return nd.tensor(Float32Array.from({ length: size }, (_, i) => (i * step) % 11 / 4));
}

function storageOf(x: Tensor): WasmStorage {
  return x.storage as WasmStorage;
}

function isWaiting(x: Tensor): boolean {
  return storageOf(x).pending !== null;
}

/** A test in all ways in which chains run. */
function each(name: string, body: () => void): void {
  for (const [way, wanted] of Object.entries(WAYS)) {
    Deno.test(`${name}, ${way}`, () => withLimits(wanted, body));
  }
}

/** The first elements of an array, computed at once. */
function atOnce(body: () => Tensor): readonly unknown[] {
  return withLimits(NEVER, () => first(body()));
}

function first(x: Tensor): readonly unknown[] {
  return [...items(x)].slice(0, 50);
}

function checkPrograms(shape: readonly [number, number], count: number, leastBytes: number): void {
  const ways = [Infinity, 0, shape[0] * shape[1]];
  for (let i = 0; i < count; i++) {
    const options: ProgramOptions = { seed: SEED + i, steps: 40, shape };
    const wrong = (steps: number): string | undefined => {
      const expected = withLimits(NEVER, () => runProgram({ ...options, steps }));
      for (const earned of ways) {
        const actual = withLimits({ leastBytes, earned }, () => runProgram({ ...options, steps }));
        const what = unlike(actual, expected);
        if (what !== undefined) return `compiled after ${earned} elements, ${what}`;
      }
      return undefined;
    };
    if (wrong(options.steps) === undefined) continue;
    let steps = 0;
    while (wrong(steps) === undefined) steps++;
    assert.fail(`Program ${i} of ${steps} steps: ${wrong(steps)}; ${REPEAT}`);
  }
}

Deno.test("programs read the same whether calls wait or not", () => {
  checkPrograms([64, 80], runs(60), 4097);
});

Deno.test("programs on tensors that are as large as usual read the same", () => {
  checkPrograms([256, 300], runs(4), limits.leastBytes);
});

each("calls wait until a value is needed, and then run once", () => {
  const x = vector();
  computations();
  const y = nd.tanh(nd.cos(nd.sin(x)));
  nd.exp(y);
  assert.deepEqual(computations(), {});
  const expected = atOnce(() => nd.tanh(nd.cos(nd.sin(x))));
  computations();
  assert.deepEqual(first(y), expected);
  assert.deepEqual(computations(), { sin: 1, cos: 1, tanh: 1 });
  y.data();
  assert.deepEqual(computations(), {});
});

Deno.test("calls on small tensors and on permuted ones do not wait", () => {
  assert(!isWaiting(nd.exp(vector(16_383))));
  assert(isWaiting(nd.exp(vector(16_384))));
  const turned = nd.transpose(nd.reshape(vector(), [100, 200]));
  assert(!isWaiting(nd.add(turned, turned)));
  // What only repeats rows, columns or one element is as good as C order.
  const row = nd.broadcastTo(vector(200), [100, 200]);
  assert(isWaiting(nd.add(row, 1)));
});

each("a value is computed at most twice, in whatever order values are needed", () => {
  const random = new Random("orders", SEED);
  const x = vector();
  for (let round = 0; round < 30; round++) {
    const values: Vector[] = [x];
    for (const name of COUNTED) values.push(nd[name](random.pick(values)));
    computations();
    while (values.length > 1) {
      const at = 1 + random.below(values.length - 1);
      first(values[at]!);
      if (random.chance(0.7)) values.splice(at, 1);
    }
    for (const [name, count] of Object.entries(computations())) {
      assert(count === 1 || count === 2, `${name} ${count} times`);
    }
  }
});

each("what several calls wait for is computed once", () => {
  const x = vector();
  const root = nd.exp(nd.sin(x));
  const [one, two] = [nd.cos(root), nd.tanh(root)];
  computations();
  first(two);
  first(one);
  first(root);
  assert.deepEqual(computations(), { sin: 1, exp: 1, tanh: 1, cos: 1 });
});

Deno.test("a reduction runs over a chain without storing it, until it is needed again", () => {
  withLimits({ earned: 0 }, () => {
    const x = vector();
    const y = nd.multiply(nd.add(x, 1), x);
    const expected = withLimits(NEVER, () => nd.sum(nd.multiply(nd.add(x, 1), x)).item());
    assert.equal(nd.sum(y).item(), expected);
    assert(isWaiting(y));
    assert.equal(nd.sum(y).item(), expected);
    assert(!isWaiting(y));
    // Rows of another shape, and columns.
    const z = nd.add(x, 1);
    const matrix = nd.reshape(z, [100, 200]);
    const sums = withLimits(NEVER, () => nd.sum(nd.reshape(nd.add(x, 1), [100, 200]), { axis: 1 }));
    assert.deepEqual(nd.sum(matrix, { axis: 1 }).data(), sums.data());
  });
});

Deno.test("a chain that runs at once has memory for its result alone", () => {
  withLimits({ earned: 0 }, () => {
    const { heap } = runtime();
    const x = vector();
    const y = nd.multiply(nd.add(nd.multiply(x, 2), 1), x);
    const used = heap.used;
    first(y);
    const bytes = heap.used - used;
    assert(bytes >= 4 * SIZE && bytes < 6 * SIZE, `${bytes} bytes`);
  });
});

each("mistakes are told at the call", () => {
  const x = nd.exp(vector());
  computations();
  assertThrows(
    () => nd.add(x, vector(3) as unknown as Vector),
    nd.ShapeError,
    "Cannot add tensors of shape [20000] and [3]: axis -1 has lengths 20000 and 3",
  );
  assertThrows(
    () => nd.add(x, nd.cast(x, "int32") as unknown as Vector),
    nd.DTypeError,
    "Cannot add float32 and int32: cast one of them first",
  );
  const gone = nd.sin(x);
  gone[Symbol.dispose]();
  assertThrows(() => nd.add(gone, x), nd.DisposedError);
  assertThrows(() => gone.data(), nd.DisposedError);
  assert.deepEqual(computations(), {});
});

each("operands may be disposed of right after the call", () => {
  const expected = atOnce(() => nd.add(nd.multiply(vector(), 3), vector(SIZE, 2)));
  const [x, y] = [vector(), vector(SIZE, 2)];
  const product = nd.multiply(x, 3);
  const sum = nd.add(product, y);
  for (const operand of [x, product, y]) operand[Symbol.dispose]();
  assert.deepEqual(first(sum), expected);
});

each("disposing gives memory back at once, computed or not", () => {
  const { heap } = runtime();
  const before = heap.used;
  for (const reads of [false, true]) {
    const x = vector();
    const y = nd.add(nd.multiply(nd.sin(x), x), x);
    x[Symbol.dispose]();
    if (reads) first(y);
    y[Symbol.dispose]();
    // The intermediate results have no handle that is left, and would be collected.
    assert(heap.used - before <= 3 * 4 * SIZE);
  }
  {
    using x = vector();
    using sine = nd.sin(x);
    using product = nd.multiply(sine, x);
    using sum = nd.add(product, x);
    using further = nd.add(sum, 1);
    first(sum);
    assert(isWaiting(further));
  }
});

Deno.test("what waits and is dropped lets go of its operands", () => {
  const x = vector();
  const storage = storageOf(x);
  {
    using sine = nd.sin(x);
    using _ = nd.multiply(sine, sine);
    x[Symbol.dispose]();
    assert(storage.device.name !== "released");
  }
  assert.equal(storage.device.name, "released");
});

each("nothing that waits sees a tensor change in place", () => {
  const x = vector();
  const expected = first(nd.sin(vector()));
  const y = nd.sin(x);
  const zero = nd.tensor([0], { dtype: "int32" });
  const changed = donating(x, () => scattered(x, nd.tensor([7]), [zero], "set"));
  assert.equal(nd.slice(changed as Vector, 0).item(), 7);
  assert.deepEqual(first(y), expected);
  // Nor is what waits changed where somebody else waits for it.
  const z = nd.sin(vector());
  const w = nd.cos(z);
  const cosines = atOnce(() => nd.cos(nd.sin(vector())));
  donating(z, () => scattered(z, nd.tensor([7]), [zero], "set"));
  assert.deepEqual(first(w), cosines);
});

each("variables change as if nothing waited", () => {
  const v = nd.variable(new Float32Array(SIZE).fill(1));
  const before = v.value;
  v.assignAdd(vector());
  const waiting = nd.multiply(v.value, 2);
  const after = v.value;
  v.assignAdd(after);
  v.at(0).assign(100);
  v.at("1:3").assign(nd.slice(waiting, "5:7"));
  v.scatterNdUpdate([[3]], [50]);
  v.assign(nd.add(v.value, waiting));
  v.at(1).assign(-1);
  assert.deepEqual(first(before).slice(0, 4), [1, 1, 1, 1]);
  assert.deepEqual(first(after).slice(0, 4), [1, 1.25, 1.5, 1.75]);
  assert.deepEqual(first(waiting).slice(0, 4), [2, 2.5, 3, 3.5]);
  assert.deepEqual(first(v.value).slice(0, 5), [102, -1, 8, 53.5, 8]);
});

Deno.test("a variable is changed in place, small or large, where nobody else can see it", () => {
  for (const size of [10, SIZE]) {
    const v = storedIn("wasm", () => nd.variable(new Float32Array(size)));
    const address = (): number => {
      const { storage, offset } = cellOf(v as unknown as nd.Variable).peek();
      return (storage as WasmStorage).address + offset;
    };
    const before = address();
    v.at(0).assign(1);
    assert.equal(address(), before);
    const seen = v.value;
    v.at(0).assign(2);
    assert.notEqual(address(), before);
    assert.equal(nd.slice(seen, 0).item(), 1);
  }
});

Deno.test("a variable whose value waits is computed and then changed in place", () => {
  const { pool } = runtime();
  const reserve = pool.reserve.bind(pool);
  const v = storedIn("wasm", () => nd.variable(new Float32Array(SIZE)));
  v.assignAdd(vector());
  let reserved = 0;
  pool.reserve = (bytes) => {
    if (bytes > SIZE) reserved++;
    return reserve(bytes);
  };
  try {
    storedIn("wasm", () => v.at(0).assign(7));
  } finally {
    pool.reserve = reserve;
  }
  assert.equal(reserved, 1);
  assert.deepEqual(first(v.value).slice(0, 3), [7, 0.25, 0.5]);
});

each("a scope computes what it keeps, and releases the rest", () => {
  const outside = nd.multiply(vector(), 2);
  const others = [nd.add(outside, 1), nd.add(outside, 2)];
  const v = nd.variable(new Float32Array(SIZE));
  let inside: Tensor | undefined;
  let rows: Tensor | undefined;
  const kept = nd.scope(() => {
    inside = nd.sin(vector());
    v.assign(nd.add(vector(), vector()));
    v.assignAdd(nd.cos(inside as Vector));
    rows = nd.sum(nd.add(nd.reshape(outside, [2000, 10]), 0), { axis: 1 });
    nd.sum(outside);
    return nd.exp(inside as Vector);
  });
  for (let i = 0; i < 4; i++) vector(SIZE, 3 + i);
  assertThrows(() => inside!.data(), nd.DisposedError);
  assertThrows(() => rows!.data(), nd.DisposedError);
  assert.deepEqual(first(kept), atOnce(() => nd.exp(nd.sin(vector()))));
  assert.deepEqual(first(outside), atOnce(() => nd.multiply(vector(), 2)));
  assert.deepEqual(first(others[1]!), atOnce(() => nd.add(nd.multiply(vector(), 2), 2)));
  assert.deepEqual(
    first(v.value),
    atOnce(() => nd.add(nd.add(vector(), vector()), nd.cos(nd.sin(vector())))),
  );
});

each("axes of length 1 may have any stride", () => {
  const square = nd.reshape(vector(90_000), [300, 300]);
  const spread = nd.broadcastTo(nd.expandDims(nd.transpose(square), -1), [300, 300, 5]);
  const x = nd.slice(spread, ":", ":", "0:1");
  assert.deepEqual(first(nd.add(x, 1)), atOnce(() => nd.add(x, 1)));
});

each("one structure serves each shape, dtype and layout for itself", () => {
  const dtypes: readonly DType[] = ["float32", "int32", "float64", "uint32"];
  for (let round = 0; round < 2; round++) {
    for (const size of [SIZE, SIZE + 1, 2 * SIZE]) {
      for (const dtype of dtypes) {
        const x = nd.cast(vector(size), dtype) as unknown as Vector;
        const shapes = [[size], [1, size], [size, 1]];
        for (const shape of shapes) {
          const y = nd.reshape(x, shape) as unknown as Vector;
          const f = (): Tensor => nd.add(nd.multiply(y, y), nd.broadcastTo(nd.slice(x, 5), shape));
          assert.deepEqual(first(f()), atOnce(f));
          const sum = (): Tensor => nd.sum(f() as Vector, { axis: shape.length - 1 });
          assert.deepEqual(first(sum()), atOnce(sum));
        }
      }
    }
  }
});

each("strings do not wait", () => {
  const words = Array.from({ length: 70_000 }, (_, i) => "abc"[i % 3]!);
  const x = nd.tensor(words);
  const same = nd.equal(x, nd.tensor("b"));
  assert.deepEqual(first(same).slice(0, 4), [false, true, false, false]);
  const chosen = nd.where(nd.logicalNot(same), x, nd.tensor("z"));
  assert.deepEqual(first(chosen).slice(0, 4), ["a", "z", "c", "a"]);
});

Deno.test("what fails for lack of memory can be tried again", () => {
  const { pool } = runtime();
  const reserve = pool.reserve.bind(pool);
  const x = vector();
  const expected = atOnce(() => nd.tanh(nd.cos(nd.sin(x))));
  for (const earned of [0, Infinity]) {
    for (let failing = 0; failing < 3; failing++) {
      withLimits({ earned }, () => {
        const sine = nd.sin(x);
        const y = nd.tanh(nd.cos(sine));
        let left = failing;
        pool.reserve = (bytes) => {
          if (left-- === 0) throw new RangeError("Cannot go on: a test has no memory");
          return reserve(bytes);
        };
        try {
          if (earned === 0 && failing > 0) first(y);
          else assertThrows(() => first(y), RangeError);
        } finally {
          pool.reserve = reserve;
        }
        assert.deepEqual(first(y), expected);
        assert.deepEqual(first(sine), atOnce(() => nd.sin(x)));
        nd.scope(() => nd.sin(vector()));
      });
    }
  }
});

Deno.test("a chain for which there is too little memory at once runs one by one", () => {
  const { pool } = runtime();
  const reserve = pool.reserve.bind(pool);
  withLimits({ earned: 0 }, () => {
    const x = vector();
    const y = nd.tanh(nd.cos(nd.sin(x)));
    let failures = 0;
    pool.reserve = (bytes) => {
      if (failures++ === 0) throw new nd.DeviceError("Cannot allocate: a test has no memory");
      return reserve(bytes);
    };
    try {
      assert.deepEqual(first(y), atOnce(() => nd.tanh(nd.cos(nd.sin(x)))));
    } finally {
      pool.reserve = reserve;
    }
  });
});

Deno.test("programs run in the upper half of the memory, too", () => {
  const { heap } = runtime();
  const blocks: Block[] = [];
  // All of the lower half, the gaps in it, too.
  for (let size = 2 ** 26; size >= 64; size /= 4) {
    do blocks.push(heap.allocate(size)!); while (blocks.at(-1)!.address < 2 ** 31);
  }
  try {
    storedIn("wasm", () => {
      const x = vector();
      assert(storageOf(x).address >= 2 ** 31);
      const functions: readonly (() => Tensor)[] = [
        () => nd.sum(nd.multiply(nd.add(x, 3), x)),
        () => {
          const cube = nd.reshape(x, [20, 10, 100]);
          const own = nd.multiply(nd.sin(cube), nd.slice(cube, ":", "0:1"));
          return nd.add(own, nd.slice(cube, ":", ":", "0:1"));
        },
      ];
      for (const f of functions) {
        const expected = atOnce(f);
        withLimits({ earned: 0 }, () => assert.deepEqual(first(f()), expected));
      }
    });
  } finally {
    for (const block of blocks) heap.free(block);
  }
});

each("chains of any length need no deep stack", () => {
  const one = nd.ones([SIZE]);
  let x: Tensor = nd.zeros([SIZE]);
  for (let i = 0; i < 20_000; i++) x = nd.add(x as Vector, one as Vector);
  assert.equal(nd.slice(x as Vector, -1).item(), 20_000);
  // Each is used twice by the next: there are many ways through them.
  let y: Tensor = nd.ones([SIZE]);
  for (let i = 0; i < 100; i++) y = nd.add(y as Vector, y as Vector);
  assert.equal(nd.slice(y as Vector, -1).item(), 2 ** 100);
});

Deno.test("few calls wait for each other, and keep few operands", () => {
  const mostOf = (step: (x: Vector, i: number) => Tensor): number => {
    const made = [vector()];
    let most = 0;
    for (let i = 0; i < 60; i++) {
      made.push(step(made.at(-1)!, i) as Vector);
      most = Math.max(most, made.filter(isWaiting).length);
    }
    return most;
  };
  withLimits({ earned: Infinity }, () => {
    const other = vector();
    assert.equal(mostOf((x) => nd.add(x, other)), 24);
    // Eight operands of the size of the result.
    assert.equal(mostOf((x, i) => nd.add(x, vector(SIZE, i))), 7);
    // Two of its size, and three of twice the bytes.
    const wide = mostOf((x, i) => {
      const own = nd.cast(vector(SIZE, i), "float64");
      own.data();
      return nd.add(x, nd.cast(own, "float32"));
    });
    assert.equal(wide, 4);
  });
});

each("transforms take what waits as arguments and as constants", () => {
  const x = vector();
  const [waiting, constant] = [nd.sin(x), nd.cos(x)];
  const loss = (a: Vector): nd.Tensor<"float32", []> => nd.sum(nd.multiply(nd.square(a), constant));
  const compiled = nd.jit((a: Vector) => nd.multiply(a, constant));
  assert.deepEqual(first(compiled(waiting)), atOnce(() => nd.multiply(nd.sin(x), nd.cos(x))));
  assert.deepEqual(
    first(nd.grad(loss)(waiting)),
    atOnce(() => nd.multiply(nd.multiply(nd.sin(x), 2), nd.cos(x))),
  );
  const matrix = nd.reshape(nd.sin(x), [100, 200]);
  const rows = nd.vmap((row: Tensor) => nd.add(row as Vector, nd.slice(matrix, 0) as Vector));
  assert.deepEqual(
    first(rows(matrix as never) as Tensor),
    atOnce(() => nd.add(matrix, nd.slice(matrix, 0))),
  );
  const turns = nd.jit((a: Vector) =>
    nd.forLoop(0, 3, (_, carry: Vector) => nd.add(carry, constant), a)
  );
  const three = atOnce(() => nd.add(nd.add(nd.add(nd.sin(x), nd.cos(x)), nd.cos(x)), nd.cos(x)));
  assert.deepEqual(first(turns(nd.sin(x))), three);
  const chosen = nd.jit((a: Vector, flag: nd.Tensor<"bool", []>) =>
    nd.cond(flag, () => nd.add(a, constant), () => constant)
  );
  assert.deepEqual(first(chosen(nd.sin(x), nd.tensor(false))), atOnce(() => nd.cos(x)));
});
