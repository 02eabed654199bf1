import assert from "node:assert/strict";
import * as nd from "../../mod.ts";
import {
  definePrimitive,
  interpret,
  type Interpreter,
  type Primitive,
  primitives,
} from "../../src/core/primitive.ts";
import { Tensor } from "../../src/core/tensor.ts";
import { referenceDevice } from "../../src/devices/reference.ts";
import { wasmDevice } from "../../src/devices/wasm/device.ts";

/** Writes down which primitives are called and passes the calls on. */
class Recorder implements Interpreter {
  readonly level: number;
  readonly capturesAll: boolean;
  readonly names: string[] = [];

  constructor(level: number, capturesAll: boolean) {
    this.level = level;
    this.capturesAll = capturesAll;
  }

  process<P>(p: Primitive<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
    this.names.push(p.name);
    return wasmDevice().run(p, inputs, params);
  }
}

/** A tensor that an interpreter has made. */
class Marked extends Tensor {
  readonly interpreter: Interpreter;

  constructor(x: Tensor, interpreter: Interpreter) {
    super(x.dtype, x.shape, x.strides, x.offset, x.storage);
    this.interpreter = interpreter;
  }
}

Deno.test("every call passes the interpreter that captures all", () => {
  const x = nd.tensor([[1, 2], [3, 4]]);
  const names = interpret((level) => new Recorder(level, true), (recorder) => {
    nd.sum(nd.add(nd.transpose(x), nd.arange(0, 2)));
    return recorder.names;
  });
  assert.deepEqual(names, ["permute", "iota", "broadcast", "add", "reduceSum"]);
  nd.add(x, x);
  assert.equal(names.length, 5, "nothing is recorded after the interpreter has ended");
});

Deno.test("the interpreter of the highest level among the inputs decides", () => {
  const x: Tensor = nd.tensor([1, 2]);
  interpret((level) => new Recorder(level, false), (outer) => {
    interpret((level) => new Recorder(level, false), (inner) => {
      assert.equal(outer.level < inner.level, true);
      const low: Tensor = new Marked(x, outer);
      const high: Tensor = new Marked(x, inner);
      nd.negative(low as nd.Tensor<"float32">);
      nd.add(low as nd.Tensor<"float32">, high as nd.Tensor<"float32">);
      nd.negative(x as nd.Tensor<"float32">);
      assert.deepEqual([outer.names, inner.names], [["negative"], ["add"]]);
    });
  });
});

Deno.test("an interpreter that fails is taken off the stack", () => {
  assert.throws(() =>
    interpret((level) => new Recorder(level, true), () => {
      throw new RangeError("stop");
    }), RangeError);
  assert.equal(nd.add(nd.tensor([1]), 1).toArray()[0 as never], 2);
});

Deno.test("tensors of two devices do not mix", () => {
  const there = referenceDevice.fromItems("float32", [1], [1]) as nd.Tensor<"float32", [1]>;
  assert.throws(() => nd.add(nd.tensor([1]), there), {
    name: "DeviceError",
    message: "Cannot add tensors on wasm and reference: copy one of them to the other device first",
  });
  assert.deepEqual(nd.add(there, there).toArray(), [2]);
});

Deno.test("a name is defined once", () => {
  const add = primitives.get("add")!;
  assert.throws(() => definePrimitive(add), {
    name: "TypeError",
    message: 'Cannot define primitive "add": the name is taken',
  });
});
