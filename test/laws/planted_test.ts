import type { DType, Item } from "../../src/core/dtype.ts";
import { type Lowering, type Primitive, primitives } from "../../src/core/primitive.ts";
import { contiguousStrides } from "../../src/core/shape.ts";
import { items, type Layout, Tensor } from "../../src/core/tensor.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";
import { runtime } from "../../src/devices/wasm/runtime.ts";
import type { WasmStorage } from "../../src/devices/wasm/storage.ts";
import {
  described,
  devices,
  inputsUnchanged,
  layoutsAgree,
  local,
  shapeRule,
  sharing,
  storagesAgree,
  viewsCompose,
} from "./laws.ts";
import { assertRejected } from "./table.ts";

/** A record of the table with something changed; the table itself stays as it is. */
function wrong(name: string, change: (right: Primitive) => Partial<Primitive>): Primitive {
  const right = primitives.get(name)!;
  return { ...right, ...change(right) };
}

/** A record whose lowering gets the right results to spoil. */
function spoilt(
  name: string,
  spoil: (results: readonly Tensor[], inputs: readonly Tensor[]) => readonly Tensor[],
): Primitive {
  return wrong(name, (right) => ({ lower: { wasm: spoiling(right.lower.wasm!, spoil) } }));
}

function spoiling(
  lower: Lowering<unknown>,
  spoil: (results: readonly Tensor[], inputs: readonly Tensor[]) => readonly Tensor[],
): Lowering<unknown> {
  return (inputs, params, outputs) => spoil(lower(inputs, params, outputs), inputs);
}

/** A tensor with its items replaced. */
function changed(x: Tensor, change: (all: Item[]) => Item[]): Tensor {
  return wasmDevice().fromItems(x.dtype, x.shape, change([...items(x)]));
}

const FLOAT: readonly DType[] = ["float32"];

Deno.test("planted: a record without samples or with impossible ones", () => {
  assertRejected(described, wrong("add", () => ({ samples: [] })));
  assertRejected(described, wrong("add", () => ({ dtypes: [] })));
  assertRejected(
    described,
    wrong("add", () => ({ samples: [{ shapes: [[2], [3]], params: undefined }] })),
  );
});

Deno.test("planted: a rule that does not announce dtype, shape or count of the results", () => {
  assertRejected(shapeRule, {
    ...spoilt("add", ([x]) => [
      new Tensor("int32", x!.shape, x!.strides, x!.offset, x!.storage),
    ]),
    dtypes: FLOAT,
  });
  assertRejected(
    shapeRule,
    spoilt("add", ([x]) => [
      new Tensor(x!.dtype, [...x!.shape, 1], [...x!.strides, 1], x!.offset, x!.storage),
    ]),
  );
  assertRejected(shapeRule, spoilt("add", ([x]) => [x!, x!]));
});

Deno.test("planted: a kernel with one wrong element, sign of zero or NaN", () => {
  const spoil = (change: (item: Item, i: number) => Item, name = "add"): Primitive => ({
    ...spoilt(name, ([x]) => [
      changed(x!, (all) => all.map(change)),
    ]),
    dtypes: FLOAT,
  });
  assertRejected(devices, spoil((x, i) => i === 1024 ? (x as number) + 1 : x));
  assertRejected(devices, spoil((x) => Object.is(x, -0) ? 0 : x, "negative"));
  assertRejected(devices, spoil((x) => Number.isNaN(x as number) ? 0 : x));
  assertRejected(devices, spoil((x) => (x as number) * (1 + 2 ** -23)));
});

Deno.test("planted: a sum that leaves out an element or loses precision", () => {
  const sums = (change: (item: number) => number): Primitive => ({
    ...spoilt("reduceSum", ([x]) => [
      changed(x!, (all) => all.map((item) => change(item as number))),
    ]),
    dtypes: FLOAT,
  });
  assertRejected(devices, sums((x) => x + 0.01));
  assertRejected(devices, sums((x) => Number.isNaN(x) ? 0 : x));
});

Deno.test("planted: a lowering that ignores the strides of its second input", () => {
  const record = wrong("add", (right) => ({
    lower: {
      wasm: ([a, b], params, outputs) => {
        const fresh = contiguousStrides(b!.shape);
        const straight = new Tensor(b!.dtype, b!.shape, fresh, b!.offset, b!.storage);
        return right.lower.wasm!([a!, straight], params, outputs);
      },
    },
  }));
  assertRejected(layoutsAgree, record);
});

Deno.test("planted: a lowering that ignores the offset", () => {
  const record = wrong("add", (right) => ({
    lower: {
      wasm: ([a, b], params, outputs) => {
        const shift = a!.offset % 64 === 12 ? 12 : 0;
        const moved = new Tensor(a!.dtype, a!.shape, a!.strides, a!.offset - shift, a!.storage);
        return right.lower.wasm!([moved, b!], params, outputs);
      },
    },
  }));
  assertRejected(layoutsAgree, record);
});

Deno.test("planted: a lowering that writes into its input, or beside it", () => {
  const scribble = (position: (x: Tensor) => number): Primitive =>
    spoilt("add", (results, [a]) => {
      const storage = a!.storage as WasmStorage;
      const { u8 } = runtime().heap;
      const at = storage.address + a!.offset + position(a!);
      if (storage.address >= 0 && a!.size > 0) u8[at]! ^= 0xff;
      return results;
    });
  assertRejected(inputsUnchanged, scribble(() => 0));
  assertRejected(inputsUnchanged, scribble((x) => x.strides.at(-1) === 2 ? -1 : 0));
});

Deno.test("planted: a result that differs from call to call", () => {
  let calls = 0;
  const record = spoilt("add", ([x]) => [
    changed(x!, (all) => (++calls % 2 === 0 ? all : all.toReversed())),
  ]);
  assertRejected(inputsUnchanged, { ...record, dtypes: FLOAT });
});

Deno.test("planted: a result that is lost in a JavaScript buffer", () => {
  const record = spoilt("add", ([x]) => {
    const storage = x!.storage as WasmStorage;
    if (storage.address < 0) storage.buffer.fill(0);
    return [x!];
  });
  assertRejected(storagesAgree, record);
});

Deno.test("planted: an input that is read wrongly from a JavaScript buffer", () => {
  const record = wrong("add", (right) => ({
    lower: {
      wasm: ([a, b], params, outputs) => {
        const lost = (b!.storage as WasmStorage).address < 0 && b!.size > 1;
        return right.lower.wasm!([a!, lost ? a! : b!], params, outputs);
      },
    },
  }));
  assertRejected(storagesAgree, record);
});

Deno.test("planted: results that depend on position, length or blocks", () => {
  const at = (differs: (i: number, length: number) => boolean): Primitive => ({
    ...spoilt("add", ([x]) => [
      changed(
        x!,
        (all) =>
          all.map((item, i) => differs(i, all.length) ? (item as number) * (1 + 2 ** -20) : item),
      ),
    ]),
    dtypes: FLOAT,
  });
  // The tail after the last vector, a size threshold, the second block.
  assertRejected(local, at((i, length) => i >= length - length % 4));
  assertRejected(local, at((_, length) => length > 64));
  assertRejected(local, at((i) => i === 65536 / 4));
});

Deno.test("planted: a copy that shares memory, a view that does not", () => {
  assertRejected(
    sharing,
    wrong("negative", () => ({
      lower: {
        wasm: ([x]) => [new Tensor(x!.dtype, x!.shape, x!.strides, x!.offset, x!.storage)],
      },
    })),
  );
  assertRejected(
    sharing,
    spoilt("negative", ([x]) => [
      new Tensor(x!.dtype, x!.shape, x!.shape.map(() => 0), x!.offset, x!.storage),
    ]),
  );
});

Deno.test("planted: a view that ignores the strides or the offset of its operand", () => {
  const viewed = (name: string, change: (layout: Layout, x: Layout) => Layout): Primitive =>
    wrong(name, (right) => ({
      view: (x, params) => {
        const made = right.view!(x, params);
        return made && change(made, x);
      },
    }));
  assertRejected(viewsCompose, viewed("slice", (made, x) => ({ ...made, offset: x.offset })));
  assertRejected(
    viewsCompose,
    viewed("reshape", (made) => ({ ...made, strides: contiguousStrides(made.shape) })),
  );
  assertRejected(
    viewsCompose,
    viewed("permute", (made, x) => ({ ...made, strides: x.strides })),
  );
});
