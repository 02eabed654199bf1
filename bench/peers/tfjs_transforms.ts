/**
 * TensorFlow.js in the benchmark of transforms: it has gradients on a tape and compiles nothing.
 *
 * @module
 */
import * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
// The gradients of the ops come with it.
import "npm:@tensorflow/tfjs-layers@4.22.0";
import { joined, numbers, oneHot } from "../data.ts";
import type { Task } from "../peer.ts";
import { BATCHES, CALLS, LAYERS, LENGTHS, RATE, TURNS } from "../transform_cases.ts";

/** Cases by name. */
type Tasks = Readonly<Record<string, () => Task>>;

type Loss = (...parameters: tf.Tensor[]) => tf.Scalar;

function f32(shape: number[], seed: number, scale = 1): tf.Tensor {
  const data = numbers(shape.reduce((x, y) => x * y, 1), seed);
  return tf.tensor(data.map((x) => x * Math.fround(scale)), shape);
}

function task(make: () => tf.Tensor | tf.Tensor[]): Task {
  return {
    run: () => tf.dispose(tf.tidy(make)),
    value: () => joined([tf.tidy(make)].flat().map((x) => x.dataSync())),
  };
}

function chain(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.mul(tf.relu(tf.sub(tf.mul(tf.add(tf.mul(x, y), x), 0.5), y)), x);
}

function expChain(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.div(tf.mul(tf.add(tf.exp(tf.mul(x, y)), 1), y), tf.add(x, 2));
}

function chainTasks(): Tasks {
  const all: Record<string, () => Task> = {};
  const kinds: Readonly<Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor>> = {
    "chain": chain,
    "chain to sum": (x, y) => tf.sum(chain(x, y)),
    "exp chain": expChain,
    "exp chain to sum": (x, y) => tf.sum(expChain(x, y)),
  };
  for (const [kind, f] of Object.entries(kinds)) {
    for (const [text, length] of Object.entries(LENGTHS)) {
      all[`${kind} f32[${text}]`] = () => {
        return withOperands((): [tf.Tensor, tf.Tensor] => [f32([length], 1), f32([length], 2)], f);
      };
    }
  }
  return all;
}

/** Large operands of the case before. */
let operands: tf.Tensor[] = [];

function withOperands<T extends tf.Tensor[]>(make: () => T, run: (...own: T) => tf.Tensor): Task {
  tf.dispose(operands);
  const own = make();
  operands = own;
  return task(() => run(...own));
}

function network(seed: number, scale: number): tf.Tensor[] {
  const [inputs, hidden, classes] = LAYERS;
  return [[inputs, hidden], [hidden], [hidden, classes], [classes]].map((shape, i) =>
    f32(shape, seed + i, scale)
  );
}

function examples(batch: number): [x: tf.Tensor, y: tf.Tensor] {
  const labels = oneHot(batch, LAYERS[2]);
  return [f32([batch, LAYERS[0]], 5), tf.tensor(labels, [batch, LAYERS[2]])];
}

function scores(x: tf.Tensor, [w1, b1, w2, b2]: tf.Tensor[]): tf.Tensor {
  const hidden = tf.relu(tf.add(tf.matMul(x, w1!), b1!));
  return tf.add(tf.matMul(hidden, w2!), b2!);
}

function lossOf([x, y]: [tf.Tensor, tf.Tensor]): Loss {
  return (...p) => tf.losses.softmaxCrossEntropy(y, scores(x, p)) as tf.Scalar;
}

/** Its gradient of exp keeps the result without a way back to the operand: the second one lacks a part. */
const exp = tf.customGrad((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return {
    value: tf.exp(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => tf.mul(dy, tf.exp(x!)),
  };
});

/** The same loss of ops that can be differentiated twice. */
function plainLoss([x, y]: [tf.Tensor, tf.Tensor], scale: number): Loss {
  return (...p) => {
    const z = scores(x, p);
    const logs = tf.sub(z, tf.log(tf.sum(exp(z), 1, true)));
    return tf.mul(tf.sum(tf.mul(logs, y)), -scale) as tf.Scalar;
  };
}

function training(batch: number): Task {
  const variables = network(1, 0.2).map((x) => tf.variable(x));
  const own = examples(batch);
  const optimizer = tf.train.sgd(RATE);
  const loss = (): tf.Scalar => lossOf(own)(...variables);
  const step = (): void => void optimizer.minimize(loss, false, variables);
  return {
    run: step,
    value: () => {
      step();
      return joined(variables.map((x) => x.dataSync()));
    },
  };
}

function networkTasks(): Tasks {
  const all: Record<string, () => Task> = {};
  for (const [text, batch] of Object.entries(BATCHES)) {
    all[`MLP gradient ${text}`] = () => {
      const [p, loss] = [network(1, 0.2), lossOf(examples(batch))];
      return task(() => tf.grads(loss)(p));
    };
    all[`MLP training step ${text}`] = () => training(batch);
    all[`MLP Hessian-vector product ${text}`] = () => {
      const [p, v] = [network(1, 0.2), network(6, 1)];
      const loss = plainLoss(examples(batch), 1 / batch);
      const along = (...q: tf.Tensor[]): tf.Scalar => {
        const parts = tf.grads(loss)(q).map((g, i) => tf.sum(tf.mul(g, v[i]!)));
        return tf.addN(parts) as tf.Scalar;
      };
      return task(() => tf.grads(along)(p));
    };
  }
  return all;
}

function eachGradient(): Task {
  const [p, [x, y]] = [network(1, 0.2), examples(32)];
  return task(() => {
    const labels = tf.split(y, 32);
    const found = tf.split(x, 32).map((one, i) => tf.grads(lossOf([one, labels[i]!]))(p));
    return p.map((_, k) => tf.stack(found.map((parts) => parts[k]!)));
  });
}

function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, 1e-5))), gain), bias);
}

/**
 * The cases of transforms.
 *
 * @returns Their preparations by name.
 */
export function transformTasks(): Tasks {
  const [a, b] = [f32([10], 1), f32([10], 2)];
  const [m, n, o] = [f32([3, 3], 1), f32([3, 3], 2), f32([3, 3], 3)];
  const [w, rows] = [f32([128, 64], 1), f32([1000, 64], 2)];
  return {
    "call of jit(add) f32[10]": () => task(() => tf.add(a, b)),
    "call in adds f32[10]": () =>
      task(() => {
        let x = a;
        for (let i = 0; i < CALLS; i++) x = tf.add(x, b);
        return x;
      }),
    "call in adds, matmuls f32[3, 3]": () =>
      task(() => {
        let x = m;
        for (let i = 0; i < CALLS; i += 2) x = tf.add(tf.matMul(x, n), o);
        return x;
      }),
    "call in sums, adds f32[10]": () =>
      task(() => {
        let x = tf.add(a, b);
        for (let i = 1; i < CALLS; i += 3) x = tf.add(b, tf.mul(tf.sum(x), 0.1));
        return x;
      }),
    "MLP gradients of 32 examples": eachGradient,
    "MLP gradients of 32 examples, loop": eachGradient,
    "vmap(matvec) 1000": () => task(() => tf.matMul(rows, w, false, true)),
    "matvec 1000, loop": () => task(() => tf.stack(tf.unstack(rows).map((row) => tf.dot(w, row)))),
    "softmax 1000x1000": () =>
      withOperands((): [tf.Tensor] => [f32([1000, 1000], 1)], (x) => tf.softmax(x)),
    "layer norm 1000x1000": () =>
      withOperands(
        (): [tf.Tensor, tf.Tensor, tf.Tensor] => [
          f32([1000, 1000], 1),
          f32([1000], 2),
          f32([1000], 3),
        ],
        layerNorm,
      ),
    [`scan of ${TURNS} turns`]: () => {
      const xs = f32([TURNS, 10], 2);
      return task(() => {
        let c = a;
        for (const x of tf.unstack(xs)) c = tf.tanh(tf.add(tf.mul(c, 0.9), x));
        return c;
      });
    },
    ...chainTasks(),
    ...networkTasks(),
  };
}
