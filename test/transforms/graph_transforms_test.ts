import * as nd from "../../mod.ts";
import { type Tensor, TraceError } from "../../mod.ts";
import { evaluate, type Graph } from "../../src/core/graph.ts";
import { bind, type HostArray, type Primitive } from "../../src/core/primitive.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { type Aval, items } from "../../src/core/tensor.ts";
import { captureBody } from "../../src/transforms/body.ts";
import { capture } from "../../src/transforms/capture.ts";
import { evaluateReference } from "../../src/transforms/graph_reference.ts";
import {
  batchGraph,
  checkInputs,
  grown,
  jvpGraph,
  linearizeGraph,
  pruned,
  splitGraph,
  transposeGraph,
} from "../../src/transforms/graph_transforms.ts";
import { internedGraph, internedParams } from "../../src/transforms/interning.ts";
import { linearizedLoop } from "../../src/transforms/scan_loops.ts";
import { array, assert, assertTensorEqual, assertThrows } from "../support/assert.ts";

const { add, cos, exp, matmul, multiply, sin, tanh, tensor } = nd;

type Vector = Tensor<"float32", [2]>;

const VECTOR: Aval = { dtype: "float32", shape: [2] };

/** The graph of a function of two vectors. */
function graphOf(f: (x: Vector, y: Vector) => unknown): Graph {
  return capture("test", (x, y) => f(x as Vector, y as Vector), [VECTOR, VECTOR]).graph;
}

function names({ nodes }: Graph): readonly string[] {
  return nodes.map(({ primitive }) => primitive.name);
}

const x = tensor([1, 2]);
const y = tensor([3, 5]);
const only = (...flags: number[]): readonly boolean[] => flags.map(Boolean);

Deno.test("a graph is pruned of what its results do not need, else it stays itself", () => {
  const graph = graphOf((a, b) => {
    exp(sin(a));
    return [multiply(a, b), sin(b)];
  });
  assert.deepEqual(names(pruned(graph)), ["multiply", "sin"]);
  const lean = pruned(graph);
  assert.equal(pruned(lean), lean);
  assert.equal(lean.inputs.length, 2);
});

Deno.test("what was made of a graph is made once for the same flags", () => {
  const graph = graphOf((a, b) => [multiply(a, b)]);
  const none = only(0);
  assert.equal(jvpGraph(graph, only(1, 0), none), jvpGraph(graph, only(1, 0), none));
  assert.notEqual(jvpGraph(graph, only(1, 0), none), jvpGraph(graph, only(0, 1), none));
  assert.notEqual(jvpGraph(graph, only(0, 0), none), jvpGraph(graph, only(0, 0), only(1)));
  assert.equal(linearizeGraph(graph, only(1, 0), none), linearizeGraph(graph, only(1, 0), none));
  assert.notEqual(batchGraph(graph, only(1, 0), 2, none), batchGraph(graph, only(1, 0), 3, none));
});

Deno.test("tangents of results are there if something moves, or if they are wanted", () => {
  const graph = graphOf((a, b) => [sin(a), exp(b), nd.cast(a, "int32")]);
  const some = jvpGraph(graph, only(1, 0), only(0, 0, 0));
  assert.deepEqual(some.flags, [true, false, false]);
  const all = jvpGraph(graph, only(1, 0), only(0, 1, 0));
  const results = evaluate(all.graph, [...all.constants, x, y, y]);
  assert.equal(results.length, 5);
  assertTensorEqual(results[3]!, multiply(y, cos(x)));
  assertTensorEqual(results[4]!, array("float32", [2], [0, 0]));
});

Deno.test("a linearized graph knows what its derivative needs, and no more", () => {
  const graph = graphOf((a, b) => {
    exp(a);
    return [sin(multiply(a, b)), add(a, b)];
  });
  const { known, residuals, linear, flags } = linearizeGraph(graph, only(1, 0), only(0, 0));
  assert.deepEqual(flags, [true, true]);
  assert.ok(!names(known.graph).includes("exp"));
  assert.deepEqual(new Set(names(linear)), new Set(["multiply"]));
  assert.equal(residuals.length, 2);
  const all = evaluate(known.graph, [...known.constants, x, y]);
  const [slope, same] = evaluate(linear, [...all.slice(2), x]);
  assertTensorEqual(slope!, multiply(multiply(x, y), cos(multiply(x, y))));
  assertTensorEqual(same!, x);
});

Deno.test("an adjoint computes what is known by itself", () => {
  const graph = graphOf((a, b) => [multiply(exp(a), b), a]);
  const { graph: adjoint, constants, flags } = transposeGraph(
    graph,
    only(0, 1),
    only(1, 0),
    only(0, 0),
  );
  assert.deepEqual(flags, [false, true]);
  const [found] = evaluate(adjoint, [...constants, x, y]);
  assertTensorEqual(found!, multiply(exp(x), y));
  const zeros = transposeGraph(graph, only(0, 1), only(0, 1), only(0, 1));
  const [zero] = evaluate(zeros.graph, [...zeros.constants, x, y]);
  assertTensorEqual(zero!, array("float32", [2], [0, 0]));
});

Deno.test("a graph is split into what is known early and the rest", () => {
  const graph = graphOf((a, b) => [add(exp(sin(a)), b), sin(a), sin(b)]);
  const { first, second, early } = splitGraph(graph, only(1, 0));
  assert.deepEqual([names(first), names(second)], [["sin", "exp", "sin"], ["add", "sin"]]);
  assert.deepEqual(graph.outputs.map((value) => early.has(value)), [false, true, false]);
  const handed = evaluate(first, [x]);
  const results = evaluate(second, [...handed, x, y]);
  evaluate(graph, [x, y]).forEach((expected, i) => assertTensorEqual(results[i]!, expected));
});

Deno.test("flags of a carry grow until they are stable", () => {
  // Each part of the carry moves the next one.
  const turn = (
    flags: readonly boolean[],
  ): readonly boolean[] => [flags[1]!, flags[1]!, flags[2]!, flags[3]!];
  assert.deepEqual(grown(only(1, 1, 0, 0, 0), 1, turn), only(1, 1, 1, 1, 1));
  assert.deepEqual(grown(only(1, 0, 0, 1, 0), 1, turn), only(1, 0, 0, 1, 1));
  assert.deepEqual(grown(only(1, 0, 0, 0, 0), 1, turn), only(1, 0, 0, 0, 0));
});

Deno.test("inputs that a graph does not take are named", () => {
  const other: Aval = { dtype: "int32", shape: [] };
  checkInputs("scan", [VECTOR, other], [VECTOR, other]);
  assertThrows(
    () => checkInputs("scan", [VECTOR, VECTOR], [VECTOR, other]),
    TraceError,
    "Cannot run scan on float32[2], int32[]: its graph takes float32[2], float32[2]",
  );
  assertThrows(
    () => checkInputs("scan", [], [VECTOR]),
    TraceError,
    "Cannot run scan on float32[2]: its graph takes nothing",
  );
});

Deno.test("a loop keeps of each turn no weights, nor what is made of them", () => {
  const avals: readonly Aval[] = [
    { dtype: "float32", shape: [3, 3] },
    { dtype: "float32", shape: [3] },
    { dtype: "float32", shape: [3] },
  ];
  type Weights = Tensor<"float32", [3, 3]>;
  type Row = Tensor<"float32", [3]>;
  const { graph } = capture("scan", (w, c, part) => {
    const weights = exp(nd.transpose(w as Weights));
    const next = tanh(add(matmul(weights, c as Row), multiply(part as Row, part as Row)));
    return [next, next];
  }, avals);
  const params = { body: graph, constants: 1, carry: 1, length: 5, reverse: false };
  const plan = linearizedLoop(params, only(1, 1, 1));
  assert.ok(plan.stacked.length > 0);
  for (const { shape } of plan.stacked) assert.equal(sizeOf(shape), 3);
  const fixed = plan.residuals.fixed.map(({ shape }) => shape.length);
  assert.ok(fixed.includes(2));
  assert.ok(!names(plan.known.body).includes("exp"));
});

Deno.test("equal graphs are one, others are not", () => {
  const f = (a: Vector, b: Vector): unknown => [nd.sum(add(a, b), { axis: 0 }), sin(a)];
  const graph = internedGraph(graphOf(f));
  assert.equal(internedGraph(graphOf(f)), graph);
  const others: readonly ((a: Vector, b: Vector) => unknown)[] = [
    (a, b) => [nd.sum(add(b, a), { axis: 0 }), sin(a)],
    (a, b) => [nd.sum(add(a, b), { axis: 0, keepDims: true }), sin(a)],
    (a, b) => [nd.sum(add(a, b), { axis: 0 }), sin(b)],
    (a, b) => [nd.sum(add(a, b), { axis: 0 }), cos(a)],
    (a, b) => [sin(a), nd.sum(add(a, b), { axis: 0 })],
  ];
  const part = (at: number) => graphOf((a) => nd.slice(a, at));
  assert.equal(internedGraph(part(1)), internedGraph(part(1)));
  assert.notEqual(internedGraph(part(0)), internedGraph(part(1)));
  for (const other of others) assert.notEqual(internedGraph(graphOf(other)), graph);
  const wide = { dtype: "float32", shape: [2, 1] } as const;
  const [narrow, broad] = [VECTOR, wide].map((aval) =>
    internedGraph(capture("test", (a) => [a], [aval]).graph)
  );
  assert.notEqual(narrow, broad);
  assert.equal(internedParams({ body: graph, n: 1 }), internedParams({ body: graph, n: 1 }));
  assert.notEqual(internedParams({ body: graph, n: 1 }), internedParams({ body: graph, n: 2 }));
  assert.notEqual(internedParams({ body: graph, n: 1 }), internedParams({ body: broad, n: 1 }));
});

Deno.test("graphs that were not used for long are forgotten", () => {
  const shaped = (length: number): Graph =>
    capture("test", (a) => [a], [{ dtype: "int8", shape: [length] }]).graph;
  const [old, used] = [internedGraph(shaped(1)), internedGraph(shaped(2))];
  for (let length = 3; length < 200; length++) {
    internedGraph(shaped(length));
    assert.equal(internedGraph(shaped(2)), used);
  }
  assert.notEqual(internedGraph(shaped(1)), old);
});

Deno.test("a graph by definitions gives what kernels give", () => {
  const graph = graphOf((a, b) => {
    const narrow = nd.cast(b, "int8");
    // 12 * 12 is negative in between.
    return [multiply(a, b), nd.greater(multiply(narrow, narrow), narrow), nd.flip(b)];
  });
  const [a, b] = [tensor([0.1, 300]), tensor([12, 3])];
  const host = (own: Tensor): HostArray => array(own.dtype, own.shape, [...items(own)]);
  const results = evaluateReference(graph, [host(a), host(b)]);
  evaluate(graph, [a, b]).forEach((own, i) => assertTensorEqual(own, results[i]!));
});

Deno.test("a body reads a variable once, however often it names it", () => {
  const v = nd.variable([1, 2]);
  let counts: number[] = [];
  const loss = () => {
    const body = (a: Tensor): Tensor => add(v.value, multiply(v.value, a as Vector)) as Tensor;
    counts = [...counts, captureBody("scan", (a) => body(a!), [VECTOR]).constants.length];
    return nd.sum(nd.map((i) => multiply(multiply(i, v.value), v.value), x));
  };
  // (1 + 2) (v * v), so that both readings count.
  assert.deepEqual(nd.gradients(loss, v).toArray(), [6, 12]);
  assert.deepEqual(counts, [1]);
});

Deno.test("scopes leave what derivatives of bodies need alone", () => {
  const point = nd.ones([2000]);
  const threes = new Float32Array(2000).fill(3);
  const large: Primitive<void> = {
    name: "large",
    rule: ([a]) => [a!],
    reference: ([a]) => [a!.items],
    lower: {},
    // The rule makes a tensor that no slab holds.
    derivatives: [
      (t) => multiply(t as typeof point, tensor(threes)) as Tensor,
    ],
    dtypes: ["float32"],
    samples: [],
  };
  const loss = (a: typeof point) =>
    nd.sum(
      nd.scan((c) => [bind(large, [c], undefined) as typeof c, null], a, null, { length: 2 })[0],
    );
  for (let step = 0; step < 3; step++) {
    const found = nd.scope(() => nd.grad(loss)(point));
    assert.equal(nd.sum(found).item(), 9 * 2000);
  }
});

Deno.test("training captures derivatives of a body once", () => {
  let derivatives = 0;
  const counted: Primitive<void> = {
    name: "counted",
    rule: ([a]) => [a!],
    reference: ([a]) => [a!.items],
    lower: {},
    derivatives: [(t) => {
      derivatives++;
      return t;
    }],
    dtypes: ["float32"],
    samples: [],
  };
  const f = (a: Tensor): Tensor => bind(counted, [a], undefined);
  const loss = (scale: Tensor<"float32", []>) =>
    nd.scan(
      (c, part) => [f(multiply(add(c, part), scale)) as Tensor<"float32", []>, null],
      tensor(0),
      tensor([1, 2, 3]),
    )[0];
  let scale = tensor(0.5);
  for (let step = 0; step < 5; step++) {
    scale = nd.subtract(scale, multiply(nd.grad(loss)(scale), 0.01));
  }
  // Once to see what moves, and once for all of the carry.
  assert.ok(derivatives <= 2, `${derivatives}`);
});
