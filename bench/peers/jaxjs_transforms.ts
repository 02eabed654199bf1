/**
 * jax-js in the benchmark of transforms. All functions own their operands: what is used again is taken
 * by `ref`.
 *
 * @module
 */
import { joined, numbers, oneHot } from "../data.ts";
import type { Task } from "../peer.ts";
import { BATCHES, CALLS, LAYERS, LENGTHS, RATE, TURNS } from "../transform_cases.ts";

/** The part of its arrays that is used. */
export interface Value {
  readonly ref: Value;
  readonly size: number;
  readonly shape: readonly number[];
  add(other: Value | number): Value;
  sub(other: Value | number): Value;
  mul(other: Value | number): Value;
  div(other: Value | number): Value;
  reshape(shape: number[]): Value;
  transpose(): Value;
  slice(...index: number[]): Value;
  sum(axis?: number): Value;
  dispose(): void;
  dataSync(): ArrayLike<number>;
}

/** A function compiled, or as it is; a compiled one holds memory until it is disposed. */
type Way = <A extends readonly unknown[], R>(
  f: (...args: A) => R,
) => ((...args: A) => R) & { dispose?(): void };

type Functions = Readonly<Record<string, (...operands: unknown[]) => Value>>;

/** The part of the library that is used. */
export interface Library {
  readonly numpy: Functions & { unstack(x: Value): Value[] };
  readonly nn: Functions;
  readonly jit: Way;
  grad<P, A extends readonly unknown[]>(f: (p: P, ...rest: A) => Value): (p: P, ...rest: A) => P;
  valueAndGrad<P, A extends readonly unknown[]>(
    f: (p: P, ...rest: A) => Value,
  ): (p: P, ...rest: A) => [Value, P];
  jvp<P, R>(f: (p: P) => R, primals: [P], tangents: [P]): [R, R];
  vmap<A extends readonly unknown[], R>(
    f: (...args: A) => R,
    axes: readonly (number | null)[],
  ): (...args: A) => R;
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
}

/** Cases by name. */
type Tasks = Readonly<Record<string, () => Task>>;

/** Parameters of the network; a type, for the library wants plain trees. */
type Network = { w1: Value; b1: Value; w2: Value; b2: Value };

/** Results of fewer elements are read as a whole, of larger ones the first element. */
const LARGE = 16384;

/** Calculates and releases a result. */
function drop(x: Value): void {
  (x.size < LARGE ? x : x.slice(...x.shape.map(() => 0))).dataSync();
}

function task(make: () => Value[]): Task {
  return {
    run: () => make().forEach(drop),
    value: () => joined(make().map((x) => x.dataSync())),
  };
}

function leaves({ w1, b1, w2, b2 }: Network): Value[] {
  return [w1, b1, w2, b2];
}

function refs({ w1, b1, w2, b2 }: Network): Network {
  return { w1: w1.ref, b1: b1.ref, w2: w2.ref, b2: b2.ref };
}

/**
 * The cases of transforms.
 *
 * @param jax The library.
 * @returns Their preparations by name.
 */
export function transformTasks(jax: Library): Tasks {
  const { numpy: np, nn } = jax;
  const data = (values: Float32Array, shape: readonly number[]): Value =>
    np.array!(values).reshape([...shape]);
  const f32 = (shape: readonly number[], seed: number, scale = 1): Value => {
    const values = numbers(shape.reduce((x, y) => x * y, 1), seed);
    return data(values.map((x) => x * Math.fround(scale)), shape);
  };
  const bothWays = (name: string, make: (way: Way) => Task): Tasks => ({
    [`${name}, jit`]: () => make(jax.jit),
    [`${name}, eager`]: () => make((f) => f),
  });

  const chain = (x: Value, y: Value, scale = 0.5): Value =>
    np.maximum!(x.ref.mul(y.ref).add(x.ref).mul(scale).sub(y), 0).mul(x);
  const expChain = (x: Value, y: Value): Value =>
    np.exp!(x.ref.mul(y.ref)).add(1).mul(y).div(x.add(2));
  const chainTasks = (): Tasks => {
    const all: Record<string, () => Task> = {};
    const kinds: Readonly<Record<string, (x: Value, y: Value) => Value>> = {
      "chain": (x, y) => chain(x, y),
      "chain to sum": (x, y) => chain(x, y).sum(),
      "exp chain": expChain,
      "exp chain to sum": (x, y) => expChain(x, y).sum(),
    };
    for (const [kind, f] of Object.entries(kinds)) {
      for (const [text, length] of Object.entries(LENGTHS)) {
        const both = bothWays(`${kind} f32[${text}]`, (way) => {
          return withOperands((): [Value, Value] => [f32([length], 1), f32([length], 2)], way(f));
        });
        Object.assign(all, both);
      }
    }
    return all;
  };

  const network = (seed: number, scale: number): Network => {
    const [inputs, hidden, classes] = LAYERS;
    return {
      w1: f32([inputs, hidden], seed, scale),
      b1: f32([hidden], seed + 1, scale),
      w2: f32([hidden, classes], seed + 2, scale),
      b2: f32([classes], seed + 3, scale),
    };
  };
  const examples = (batch: number): [x: Value, y: Value] => [
    f32([batch, LAYERS[0]], 5),
    data(oneHot(batch, LAYERS[2]), [batch, LAYERS[2]]),
  ];
  const crossEntropy = (p: Network, x: Value, y: Value, scale: number): Value => {
    const hidden = np.maximum!(np.matmul!(x, p.w1).add(p.b1), 0);
    const scores = np.matmul!(hidden, p.w2).add(p.b2);
    return nn.logSoftmax!(scores, -1).mul(y).sum().mul(-scale);
  };
  const gradientOf = (scale: number): (p: Network, x: Value, y: Value) => Network =>
    jax.grad((p: Network, x: Value, y: Value) => crossEntropy(p, x, y, scale));

  const training = (batch: number, way: Way): Task => {
    let p = network(1, 0.2);
    const [x, y] = examples(batch);
    const derive = jax.valueAndGrad((q: Network, x: Value, y: Value) =>
      crossEntropy(q, x, y, 1 / batch)
    );
    const step = way((q: Network, x: Value, y: Value): [Value, Network] => {
      const [loss, g] = derive(refs(q), x, y);
      const next = (value: Value, slope: Value): Value => value.sub(slope.mul(RATE));
      const { w1, b1, w2, b2 } = q;
      return [loss, {
        w1: next(w1, g.w1),
        b1: next(b1, g.b1),
        w2: next(w2, g.w2),
        b2: next(b2, g.b2),
      }];
    });
    const run = (): void => {
      const [loss, next] = step(p, x.ref, y.ref);
      loss.dataSync();
      // Eager steps would pile up.
      if (way !== jax.jit) leaves(next).forEach((value) => value.ref.dataSync());
      p = next;
    };
    return {
      run,
      value: () => {
        run();
        return joined(leaves(p).map((value) => value.ref.dataSync()));
      },
    };
  };

  const networkTasks = (): Tasks => {
    const all: Record<string, () => Task> = {};
    for (const [text, batch] of Object.entries(BATCHES)) {
      const gradient = gradientOf(1 / batch);
      Object.assign(
        all,
        bothWays(`MLP gradient ${text}`, (way) => {
          const [p, [x, y], run] = [network(1, 0.2), examples(batch), way(gradient)];
          return task(() => leaves(run(refs(p), x.ref, y.ref)));
        }),
        bothWays(`MLP training step ${text}`, (way) => training(batch, way)),
        bothWays(`MLP Hessian-vector product ${text}`, (way) => {
          const [p, v, [x, y]] = [network(1, 0.2), network(6, 1), examples(batch)];
          const run = way((p: Network, v: Network, x: Value, y: Value) => {
            const [g, product] = jax.jvp((q: Network) => gradient(q, x, y), [p], [v]);
            leaves(g).forEach((value) => value.dispose());
            return product;
          });
          return task(() => leaves(run(refs(p), refs(v), x.ref, y.ref)));
        }),
      );
    }
    return all;
  };

  const eachGradientTasks = (): Tasks => {
    const each = jax.vmap(gradientOf(1), [null, 0, 0]);
    return bothWays("MLP gradients of 32 examples", (way) => {
      const [p, [x, y], run] = [network(1, 0.2), examples(32), way(each)];
      return task(() => leaves(run(refs(p), x.ref, y.ref)));
    });
  };

  /** A function compiled anew at each run, with another constant in it. */
  const firstCall = (make: (constant: number) => [() => Value[], { dispose?(): void }]): Task => {
    let count = 0;
    const call = (constant: number): Value[] => {
      const [run, compiled] = make(constant);
      const results = run();
      compiled.dispose?.();
      return results;
    };
    return {
      run: () => call(1 + ++count * 2 ** -22).forEach(drop),
      value: () => joined(call(1).map((x) => x.dataSync())),
    };
  };
  const firstChain = (): Task => {
    const [x, y] = [f32([10], 1), f32([10], 2)];
    return firstCall((constant) => {
      const run = jax.jit((x: Value, y: Value) => chain(x, y, 0.5 * constant));
      return [() => [run(x.ref, y.ref)], run];
    });
  };
  const firstGradient = (): Task => {
    const [p, [x, y]] = [network(1, 0.2), examples(32)];
    return firstCall((constant) => {
      const run = jax.jit(gradientOf(constant / 32));
      return [() => leaves(run(refs(p), x.ref, y.ref)), run];
    });
  };

  const smallTasks = (): Tasks => {
    const [a, b] = [f32([10], 1), f32([10], 2)];
    const [m, n, o] = [f32([3, 3], 1), f32([3, 3], 2), f32([3, 3], 3)];
    return {
      "call of jit(add) f32[10]": () => {
        const run = jax.jit((x: Value, y: Value) => x.add(y));
        return task(() => [run(a.ref, b.ref)]);
      },
      ...bothWays("call in adds f32[10]", (way) => {
        const run = way((x: Value, b: Value) => {
          for (let i = 0; i < CALLS; i++) x = x.add(b.ref);
          b.dispose();
          return x;
        });
        return task(() => [run(a.ref, b.ref)]);
      }),
      ...bothWays("call in adds, matmuls f32[3, 3]", (way) => {
        const run = way((x: Value, a: Value, b: Value) => {
          for (let i = 0; i < CALLS; i += 2) x = np.matmul!(x, a.ref).add(b.ref);
          a.dispose();
          b.dispose();
          return x;
        });
        return task(() => [run(m.ref, n.ref, o.ref)]);
      }),
      ...bothWays("call in sums, adds f32[10]", (way) => {
        const run = way((x: Value, b: Value) => {
          let y = x.add(b.ref);
          for (let i = 1; i < CALLS; i += 3) y = b.ref.add(y.sum().mul(0.1));
          b.dispose();
          return y;
        });
        return task(() => [run(a.ref, b.ref)]);
      }),
      // It has no scan: the turns are written out.
      ...bothWays(`scan of ${TURNS} turns`, (way) => {
        const xs = f32([TURNS, 10], 2);
        const run = way((c: Value, xs: Value) => {
          for (const x of np.unstack(xs)) c = np.tanh!(c.mul(0.9).add(x));
          return c;
        });
        return task(() => [run(a.ref, xs.ref)]);
      }),
    };
  };

  const matrixTasks = (): Tasks => {
    const layerNorm = (x: Value, gain: Value, bias: Value): Value => {
      const rows = { keepdims: true };
      const centred = x.ref.sub(np.mean!(x, 1, rows));
      const variance = np.mean!(np.square!(centred.ref), 1, rows);
      return centred.div(np.sqrt!(variance.add(1e-5))).mul(gain).add(bias);
    };
    const matvec = jax.vmap((w: Value, x: Value) => np.matmul!(w, x), [null, 0]);
    return {
      ...bothWays("vmap(matvec) 1000", (way) => {
        const [w, x, run] = [f32([128, 64], 1), f32([1000, 64], 2), way(matvec)];
        return task(() => [run(w.ref, x.ref)]);
      }),
      ...bothWays("softmax 1000x1000", (way) => {
        return withOperands(
          (): [Value] => [f32([1000, 1000], 1)],
          way((x: Value) => nn.softmax!(x, 1)),
        );
      }),
      ...bothWays("layer norm 1000x1000", (way) => {
        return withOperands(
          (): [Value, Value, Value] => [f32([1000, 1000], 1), f32([1000], 2), f32([1000], 3)],
          way(layerNorm),
        );
      }),
    };
  };

  return {
    "first call of jit(chain)": firstChain,
    "first call of jit(chain), WebAssembly": firstChain,
    "first call of jit(MLP gradient)": firstGradient,
    "first call of jit(MLP gradient), WebAssembly": firstGradient,
    ...smallTasks(),
    ...chainTasks(),
    ...networkTasks(),
    ...eachGradientTasks(),
    ...matrixTasks(),
  };
}

/** Large operands of the case before. */
let operands: Value[] = [];

function withOperands<T extends Value[]>(make: () => T, run: (...own: T) => Value): Task {
  operands.forEach((x) => x.dispose());
  const own = make();
  operands = own;
  return task(() => [run(...own.map((x) => x.ref) as T)]);
}
