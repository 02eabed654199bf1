/**
 * Denum's transforms in the benchmark.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import { compiledCall } from "../../src/transforms/jit.ts";
import { joined, numbers, oneHot } from "../data.ts";
import type { Task } from "../peer.ts";
import { BATCHES, CALLS, LAYERS, LENGTHS, RATE, TURNS } from "../transform_cases.ts";

type Any = nd.Tensor<"float32", number[]>;
type Loss = nd.Tensor<"float32", []>;

/** Cases by name. */
type Tasks = Readonly<Record<string, () => Task>>;

/** A function compiled, or as it is. */
type Way = <A extends readonly unknown[], R>(f: (...args: A) => R) => (...args: A) => R;

const compiled: Way = (f) => nd.jit(f) as unknown as typeof f;

/** Parameters of the network. */
interface Network {
  readonly w1: Any;
  readonly b1: Any;
  readonly w2: Any;
  readonly b2: Any;
}

/** Results of at least so many elements are released, as the rivals' are. */
const LARGE = 16384;

function f32(shape: readonly number[], seed: number): Any {
  const count = shape.reduce((x, y) => x * y, 1);
  return nd.reshape(nd.tensor(numbers(count, seed)), shape) as nd.Tensor as Any;
}

/** Drops a result. Of a large one an element is read before, for it may not be calculated yet. */
function drop(x: nd.Tensor): void {
  if (x.size < LARGE) return;
  using first = nd.slice(x, ...x.shape.map(() => 0));
  first.item();
  x[Symbol.dispose]();
}

function task(make: () => readonly nd.Tensor[]): Task {
  return {
    run: () => make().forEach(drop),
    value: () => joined(make().map((x) => x.data() as ArrayLike<number>)),
  };
}

/** Large operands of the case before, to be released as the rivals' are. */
let operands: readonly nd.Tensor[] = [];

function withOperands<T extends readonly Any[]>(
  make: () => T,
  run: (...own: T) => nd.Tensor,
): Task {
  for (const x of operands) x[Symbol.dispose]();
  const own = make();
  operands = own;
  return task(() => [run(...own)]);
}

/** A case that can be compiled and run call by call. */
function bothWays(name: string, make: (way: Way) => Task): Tasks {
  return {
    [`${name}, jit`]: () => make(compiled),
    [`${name}, eager`]: () => make((f) => f),
  };
}

/** A function compiled anew at each run, with another constant in it. */
function firstCalls<A extends readonly unknown[]>(
  name: string,
  args: A,
  make: (constant: number) => (...args: A) => readonly nd.Tensor[],
): Tasks {
  let count = 0;
  const fresh = (): ReturnType<typeof make> => make(1 + ++count * 2 ** -22);
  const { value } = task(() => make(1)(...args));
  return {
    [name]: () => ({ run: () => void compiled(fresh())(...args), value }),
    [`${name}, WebAssembly`]: () => ({
      run: () => {
        const { executable, inputs } = compiledCall(fresh(), args, () => {});
        executable.earn(inputs);
        executable.run(inputs);
      },
      value,
    }),
  };
}

function chain(x: Any, y: Any, scale: number = 0.5): Any {
  const scaled = nd.multiply(nd.add(nd.multiply(x, y), x), scale);
  return nd.multiply(nd.maximum(nd.subtract(scaled, y), 0), x) as Any;
}

function expChain(x: Any, y: Any): Any {
  const weighted = nd.multiply(nd.add(nd.exp(nd.multiply(x, y)), 1), y);
  return nd.divide(weighted, nd.add(x, 2)) as Any;
}

function chainTasks(): Tasks {
  const all: Record<string, () => Task> = {};
  const kinds: Readonly<Record<string, (x: Any, y: Any) => nd.Tensor>> = {
    "chain": (x, y) => chain(x, y),
    "chain to sum": (x, y) => nd.sum(chain(x, y)),
    "exp chain": expChain,
    "exp chain to sum": (x, y) => nd.sum(expChain(x, y)),
  };
  for (const [kind, f] of Object.entries(kinds)) {
    for (const [text, length] of Object.entries(LENGTHS)) {
      const both = bothWays(`${kind} f32[${text}]`, (way) => {
        return withOperands((): [Any, Any] => [f32([length], 1), f32([length], 2)], way(f));
      });
      Object.assign(all, both);
    }
  }
  return all;
}

function adds(x: Any, b: Any): Any {
  for (let i = 0; i < CALLS; i++) x = nd.add(x, b) as Any;
  return x;
}

function addsAndMatmuls(x: Any, a: Any, b: Any): Any {
  for (let i = 0; i < CALLS; i += 2) x = nd.add(nd.matmul(x, a), b) as Any;
  return x;
}

/** The sum is scaled down, or it would overflow. */
function sumsAndAdds(x: Any, b: Any): Any {
  let y = nd.add(x, b) as Any;
  for (let i = 1; i < CALLS; i += 3) y = nd.add(b, nd.multiply(nd.sum(y), 0.1)) as Any;
  return y;
}

function network(seed: number, scale: number): Network {
  const [inputs, hidden, classes] = LAYERS;
  const scaled = (shape: readonly number[], own: number): Any =>
    nd.multiply(f32(shape, own), scale) as Any;
  return {
    w1: scaled([inputs, hidden], seed),
    b1: scaled([hidden], seed + 1),
    w2: scaled([hidden, classes], seed + 2),
    b2: scaled([classes], seed + 3),
  };
}

const parameters = (): Network => network(1, 0.2);

function examples(batch: number): readonly [x: Any, y: Any] {
  const labels = nd.reshape(nd.tensor(oneHot(batch, LAYERS[2])), [batch, LAYERS[2]]);
  return [f32([batch, LAYERS[0]], 5), labels as nd.Tensor as Any];
}

/** Cross entropy of the labels, times `scale`; of one example or many. */
function crossEntropy({ w1, b1, w2, b2 }: Network, x: Any, y: Any, scale: number): Loss {
  const hidden = nd.maximum(nd.add(nd.matmul(x, w1), b1), 0);
  const scores = nd.add(nd.matmul(hidden, w2), b2) as Any;
  const rows = { axis: -1, keepDims: true } as const;
  const shifted = nd.subtract(scores, nd.stopGradient(nd.max(scores, rows)));
  const logs = nd.subtract(shifted, nd.log(nd.sum(nd.exp(shifted), rows)));
  return nd.multiply(nd.sum(nd.multiply(logs, y)), -scale) as Loss;
}

type Gradient = (p: Network, x: Any, y: Any) => Network;

function gradientOf(scale: number): Gradient {
  return nd.grad((p: Network, x: Any, y: Any) => crossEntropy(p, x, y, scale));
}

function leaves({ w1, b1, w2, b2 }: Network): readonly Any[] {
  return [w1, b1, w2, b2];
}

/** A step that reads and assigns variables. */
function training(batch: number, way: Way): Task {
  const { w1, b1, w2, b2 } = parameters();
  const variableOf = (x: Any): nd.Variable<"float32", number[]> => nd.variable(x);
  const own = {
    w1: variableOf(w1),
    b1: variableOf(b1),
    w2: variableOf(w2),
    b2: variableOf(b2),
  };
  const variables = [own.w1, own.b1, own.w2, own.b2];
  const step = way((x: Any, y: Any): Loss => {
    const [loss, found] = nd.valueAndGradients(() => {
      const p = { w1: own.w1.value, b1: own.b1.value, w2: own.w2.value, b2: own.b2.value };
      return crossEntropy(p, x, y, 1 / batch);
    }, variables);
    variables.forEach((variable, i) => {
      variable.assign(nd.subtract(variable.value, nd.multiply(found[i]!, RATE)) as Any);
    });
    return loss;
  });
  const [x, y] = examples(batch);
  return {
    run: () => void step(x, y),
    value: () => {
      step(x, y);
      return joined(variables.map((variable) => variable.value.data()));
    },
  };
}

function networkTasks(): Tasks {
  const all: Record<string, () => Task> = {};
  for (const [text, batch] of Object.entries(BATCHES)) {
    const gradient = gradientOf(1 / batch);
    Object.assign(
      all,
      bothWays(`MLP gradient ${text}`, (way) => {
        const [p, [x, y], run] = [parameters(), examples(batch), way(gradient)];
        return task(() => leaves(run(p, x, y)));
      }),
      bothWays(`MLP training step ${text}`, (way) => training(batch, way)),
      bothWays(`MLP Hessian-vector product ${text}`, (way) => {
        const run = way((p: Network, v: Network, x: Any, y: Any) =>
          nd.jvp((q: Network) => gradient(q, x, y), [p], [v])[1]
        );
        const [p, v, [x, y]] = [parameters(), network(6, 1), examples(batch)];
        return task(() => leaves(run(p, v, x, y)));
      }),
    );
  }
  return all;
}

function eachGradientTasks(): Tasks {
  const gradient = gradientOf(1);
  const each = nd.vmap(gradient, { inAxes: [null, 0, 0] }) as Gradient;
  const name = "MLP gradients of 32 examples";
  return {
    ...bothWays(name, (way) => {
      const [p, [x, y], run] = [parameters(), examples(32), way(each)];
      return task(() => leaves(run(p, x, y)));
    }),
    [`${name}, loop`]: () => {
      const [p, [x, y]] = [parameters(), examples(32)];
      return task(() => {
        const labels = [...y] as readonly nd.Tensor[];
        const found = [...x].map((one, i) => leaves(gradient(p, one as Any, labels[i] as Any)));
        return leaves(p).map((_, k) => nd.stack(found.map((parts) => parts[k]!)));
      });
    },
  };
}

function matvecTasks(): Tasks {
  const matvec = (w: Any, x: Any): Any => nd.matmul(w, x) as Any;
  const [w, x] = [f32([128, 64], 1), f32([1000, 64], 2)];
  return {
    ...bothWays("vmap(matvec) 1000", (way) => {
      const run = way(nd.vmap(matvec, { inAxes: [null, 0] }) as typeof matvec);
      return task(() => [run(w, x)]);
    }),
    "matvec 1000, loop": () => task(() => [nd.stack([...x].map((row) => matvec(w, row as Any)))]),
  };
}

function softmax(x: Any): nd.Tensor {
  const raised = nd.exp(nd.subtract(x, nd.max(x, { axis: 1, keepDims: true })));
  return nd.divide(raised, nd.sum(raised, { axis: 1, keepDims: true }));
}

function layerNorm(x: Any, gain: Any, bias: Any): nd.Tensor {
  const rows = { axis: 1, keepDims: true } as const;
  const centred = nd.subtract(x, nd.mean(x, rows)) as Any;
  const deviation = nd.sqrt(nd.add(nd.mean(nd.square(centred), rows), 1e-5));
  return nd.add(nd.multiply(nd.divide(centred, deviation), gain), bias);
}

function recurrence(carry: Any, xs: Any): Any {
  const turn = (c: Any, x: Any): readonly [Any, null] => [
    nd.tanh(nd.add(nd.multiply(c, 0.9), x)) as Any,
    null,
  ];
  return nd.scan(turn, carry, xs as nd.Tensor<"float32", [number, ...number[]]>)[0];
}

function wholeTasks(): Tasks {
  return {
    ...bothWays("call in adds f32[10]", (way) => {
      const [x, b, run] = [f32([10], 1), f32([10], 2), way(adds)];
      return task(() => [run(x, b)]);
    }),
    ...bothWays("call in adds, matmuls f32[3, 3]", (way) => {
      const [x, a, b] = [f32([3, 3], 1), f32([3, 3], 2), f32([3, 3], 3)];
      const run = way(addsAndMatmuls);
      return task(() => [run(x, a, b)]);
    }),
    ...bothWays("call in sums, adds f32[10]", (way) => {
      const [x, b, run] = [f32([10], 1), f32([10], 2), way(sumsAndAdds)];
      return task(() => [run(x, b)]);
    }),
    ...bothWays("softmax 1000x1000", (way) => {
      return withOperands((): [Any] => [f32([1000, 1000], 1)], way(softmax));
    }),
    ...bothWays("layer norm 1000x1000", (way) => {
      return withOperands(
        (): [Any, Any, Any] => [f32([1000, 1000], 1), f32([1000], 2), f32([1000], 3)],
        way(layerNorm),
      );
    }),
    ...bothWays(`scan of ${TURNS} turns`, (way) => {
      const [carry, xs, run] = [f32([10], 1), f32([TURNS, 10], 2), way(recurrence)];
      return task(() => [run(carry, xs)]);
    }),
  };
}

/**
 * The cases of transforms.
 *
 * @returns Their preparations by name.
 */
export function transformTasks(): Tasks {
  const [a, b] = [f32([10], 1), f32([10], 2)];
  return {
    "call of jit(add) f32[10]": () => {
      const run = nd.jit((x: Any, y: Any) => nd.add(x, y) as Any);
      return { run: () => void run(a, b), value: () => run(a, b).data() };
    },
    ...firstCalls(
      "first call of jit(chain)",
      [a, b],
      (constant) => (x: Any, y: Any) => [chain(x, y, 0.5 * constant)],
    ),
    ...firstCalls(
      "first call of jit(MLP gradient)",
      [parameters(), ...examples(32)],
      (constant) => (p: Network, x: Any, y: Any) => leaves(gradientOf(constant / 32)(p, x, y)),
    ),
    ...wholeTasks(),
    ...chainTasks(),
    ...networkTasks(),
    ...eachGradientTasks(),
    ...matvecTasks(),
  };
}
