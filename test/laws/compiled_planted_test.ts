import "../../mod.ts";
import { Arena } from "../../src/compiler/arena.ts";
import { optimized } from "../../src/compiler/passes.ts";
import type { DType } from "../../src/core/dtype.ts";
import { Graph, type KnownGraph, type Node, type Value } from "../../src/core/graph.ts";
import type { LaneCode, Lanes } from "../../src/core/lanes.ts";
import { type Primitive, primitives } from "../../src/core/primitive.ts";
import { WasmStorage } from "../../src/devices/wasm/storage.ts";
import { partAlong } from "../../src/ops/region_primitives.ts";
import { assert } from "../support/assert.ts";
import { Random } from "../support/random.ts";
import type { Law } from "./case.ts";
import {
  amidAgrees,
  buffersAgree,
  callsAgree,
  constantsAgree,
  foldsAgree,
  lengthsAgree,
  type Passes,
} from "./compiled.ts";

const FLOAT: readonly DType[] = ["float32"];

/** A record of the table with something changed; the table itself stays as it is. */
function wrong(name: string, change: Partial<Primitive>): Primitive {
  return { ...primitives.get(name)!, ...change };
}

/** Asserts that a law sees a mistake; that right records do not break it is tested elsewhere. */
function assertSeen(law: Law, record: Primitive): void {
  const found = law(record, new Random("planted"));
  assert.ok(found.length > 0, `the law does not see the mistake around ${record.name}`);
  assert.doesNotMatch(found.join("\n"), /: throws /);
}

/** The same of a mistake that is not in the record. */
function assertSeenAround(law: Law, name: string): void {
  assertSeen(law, primitives.get(name)!);
}

/** All passes, and then a change of the nodes and of what is taken for what. */
function passesWith(
  change: (node: Node) => Node,
  find: (nodes: readonly Node[]) => readonly (readonly [Value, Value])[] = () => [],
): Passes {
  return (start) => {
    const { graph, known }: KnownGraph = optimized(start);
    const same = new Map(find(graph.nodes));
    const now = (value: Value): Value => same.get(value) ?? value;
    const nodes = graph.nodes.map((node) => change({ ...node, inputs: node.inputs.map(now) }));
    return { known, graph: new Graph(graph.inputs, nodes, graph.outputs.map(now)) };
  };
}

Deno.test("planted: instructions that are wrong for some dtypes or values alone", () => {
  const mistakes: readonly (readonly [name: string, family: keyof Lanes, code: LaneCode])[] = [
    ["add", "float", [0, 1, "sub"]],
    ["add", "int", [0, 1, "sub"]],
    ["add", "uint", [0, 1, "sub"]],
    // Right but for values whose squares are not.
    ["abs", "float", [0, 0, "mul", "sqrt"]],
    ["round", "float", [0, "trunc"]],
    ["less", "float", [0, 1, "le"]],
    ["less", "uint", [0, 1, "lt_s"]],
    ["where", "float", [2, 1, 0, "bitselect"]],
    ["logicalNot", "bool", [0]],
    ["isnan", "float", [0, 0, "eq"]],
  ];
  for (const [name, family, code] of mistakes) {
    const record = wrong(name, { lanes: { ...primitives.get(name)!.lanes, [family]: code } });
    assertSeen(lengthsAgree, record);
  }
  assertSeen(callsAgree(), wrong("add", { lanes: { float: [0, 1, "mul"] } }));
  assertSeen(amidAgrees(), wrong("add", { lanes: { float: [0, 1, "mul"] } }));
});

Deno.test("planted: identities that do not hold of all values", () => {
  const mistakes: readonly (readonly [name: string, value: number, which: number])[] = [
    // A negative zero becomes a positive one.
    ["add", 0, 0],
    // Zero times infinity is NaN.
    ["multiply", 0, 1],
    ["divide", -1, 0],
    ["power", 2, 0],
  ];
  for (const [name, value, which] of mistakes) {
    assertSeen(
      constantsAgree,
      wrong(name, {
        dtypes: FLOAT,
        simplify: ([, y]) => y!.constant === value ? which : undefined,
      }),
    );
  }
  assertSeen(callsAgree(), wrong("sort", { simplify: () => 0 }));
});

Deno.test("planted: parts of reductions that are joined by something else, or elsewhere", () => {
  assertSeen(foldsAgree, wrong("reduceSum", { dtypes: FLOAT, fold: "reduce_prod" }));
  assertSeen(foldsAgree, wrong("reduceMax", { dtypes: FLOAT, fold: "reduce_min" }));
  assertSeen(foldsAgree, wrong("all", { fold: "reduce_any" }));
  const { lower } = primitives.get("reduceSum")!;
  const halved = wrong("reduceSum", {
    dtypes: FLOAT,
    lower: {
      wasm: ([x], params, outputs) => {
        const axis = x!.ndim - 1;
        const length = x!.shape[axis]!;
        const half = Math.floor(length / 2);
        const halves = [partAlong(x!, axis, 0, half), partAlong(x!, axis, half, length - half)]
          .map((part) => lower.wasm!([part], params, outputs)[0]!);
        return primitives.get("add")!.lower.wasm!(halves, undefined, outputs);
      },
    },
  });
  assertSeen(foldsAgree, halved);
});

Deno.test("planted: passes that swap operands, or take one call for another", () => {
  const swapped = passesWith((node) => ({ ...node, inputs: node.inputs.toReversed() }));
  assertSeenAround(callsAgree(swapped), "subtract");
  assertSeenAround(callsAgree(swapped), "concat");
  const shared = passesWith((node) => node, (nodes) => {
    const [first, second] = nodes.filter(({ primitive }) => primitive.name === "where");
    return first && second ? [[second.outputs[0]!, first.outputs[0]!]] : [];
  });
  assertSeenAround(amidAgrees(shared), "subtract");
});

Deno.test("planted: memory that is given to two values at a time", () => {
  const { take } = Arena.prototype;
  try {
    Arena.prototype.take = function (bytes) {
      this.size = Math.max(this.size, bytes);
      return 0;
    };
    for (const name of ["add", "concat", "matmul"]) assertSeenAround(amidAgrees(), name);
  } finally {
    Arena.prototype.take = take;
  }
});

Deno.test("planted: results in JavaScript buffers that are not written there", () => {
  const right = Object.getOwnPropertyDescriptor(WasmStorage.prototype, "buffer")!;
  try {
    Object.defineProperty(WasmStorage.prototype, "buffer", {
      get(this: WasmStorage) {
        return new Uint8Array(this.words!.slice().buffer);
      },
      configurable: true,
    });
    assertSeenAround(buffersAgree, "matmul");
  } finally {
    Object.defineProperty(WasmStorage.prototype, "buffer", right);
  }
});
