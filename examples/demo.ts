/**
 * The tour: "Using TensorFlow like NumPy", cell by cell, in Denum; then real data.
 *
 * Each cell shows TensorFlow's line, Denum's and the result.
 *
 * @module
 */
import * as nd from "../mod.ts";
import * as K from "../src/keras_backend/keras_backend.ts";
import { loadNpz } from "../src/io/mod.ts";

/** Shows a cell: what TensorFlow's user writes, what Denum's user writes, what comes out. */
function cell(tensorflow: string, denum: string, result?: unknown): void {
  console.log(`\ntf     ${tensorflow}\ndenum  ${denum}`);
  if (result !== undefined) console.log(indent(shown(result)));
}

function shown(result: unknown): string {
  return typeof result === "object" ? Deno.inspect(result) : String(result);
}

/** Shows a cell whose result is an error. */
function failing(tensorflow: string, denum: string, attempt: () => unknown): void {
  let shown = "no error";
  try {
    attempt();
  } catch (error) {
    shown = String(error);
  }
  cell(tensorflow, denum, shown);
}

function heading(text: string): void {
  console.log(`\n\n${text}\n${"=".repeat(text.length)}`);
}

function indent(text: string): string {
  return text.split("\n").map((line) => `       ${line}`).join("\n");
}

function tensorsAndOperations(): void {
  heading("Tensors and operations");
  cell("import tensorflow as tf", 'import * as nd from "@denum/denum"');
  cell("import numpy as np", "typed arrays are built in");
  const t = nd.tensor([[1, 2, 3], [4, 5, 6]]);
  cell("tf.constant([[1., 2., 3.], [4., 5., 6.]])", "nd.tensor([[1, 2, 3], [4, 5, 6]])", t);
  cell("tf.constant(42)", 'nd.tensor(42, { dtype: "int32" })', nd.tensor(42, { dtype: "int32" }));
  cell(
    "t = tf.constant([[1., 2., 3.], [4., 5., 6.]])",
    "const t = nd.tensor([[1, 2, 3], [4, 5, 6]])",
  );
  cell("t.shape", "t.shape", t.shape);
  cell("t.dtype", "t.dtype", t.dtype);
  cell("t.numpy", "t.data", "a method: t.data() gives a typed array, t.toArray() nested arrays");
  cell("t[:, 1]", 'nd.slice(t, ":", 1)', nd.slice(t, ":", 1));
  cell("t + 10", "nd.add(t, 10)", nd.add(t, 10));
  cell("tf.square(t)", "nd.square(t)", nd.square(t));
  cell("tf.transpose(t)", "nd.transpose(t)", nd.transpose(t));
  cell(
    "t @ tf.transpose(t)",
    "nd.matmul(t, nd.transpose(t))",
    nd.matmul(t, nd.transpose(t)),
  );
}

function kerasBackend(): void {
  heading("Keras' low-level API");
  cell(
    "from tensorflow import keras; K = keras.backend",
    'import * as K from "@denum/denum/keras-backend"',
  );
  const t = nd.tensor([[1, 2, 3], [4, 5, 6]]);
  cell("K.square(K.transpose(t))", "K.square(K.transpose(t))", K.square(K.transpose(t)));
}

function tensorsAndTypedArrays(): void {
  heading("Tensors and NumPy's arrays: tensors and typed arrays");
  const t = nd.tensor([[1, 2, 3], [4, 5, 6]]);
  const a = new Float64Array([2, 4, 5]);
  cell("a = np.array([2., 4., 5.])", "const a = new Float64Array([2, 4, 5])", a);
  cell("tf.constant(a)", "nd.tensor(a)", nd.tensor(a));
  cell("t.numpy()", "t.data()", t.data());
  cell("tf.square(a)", "nd.square(nd.tensor(a))", nd.square(nd.tensor(a)));
  cell("np.square(t)", "t.data().map((x) => x * x)", t.data().map((x) => x * x));
}

function typeConversions(): void {
  heading("Type conversions");
  const float: nd.Tensor = nd.tensor(2);
  const int: nd.Tensor = nd.tensor(40, { dtype: "int32" });
  failing(
    "tf.constant(2.) + tf.constant(40)",
    'nd.add(nd.tensor(2), nd.tensor(40, { dtype: "int32" }))',
    () => nd.add(float, int),
  );
  const double: nd.Tensor = nd.tensor(40, { dtype: "float64" });
  failing(
    "tf.constant(2.) + tf.constant(40., dtype=tf.float64)",
    'nd.add(nd.tensor(2), nd.tensor(40, { dtype: "float64" }))',
    () => nd.add(float, double),
  );
  cell(
    "tf.constant(2.0) + tf.cast(tf.constant(40), tf.float32)",
    'nd.add(nd.tensor(2), nd.cast(nd.tensor(40, { dtype: "int32" }), "float32"))',
    nd.add(nd.tensor(2), nd.cast(nd.tensor(40, { dtype: "int32" }), "float32")),
  );
}

function variables(): void {
  heading("Variables");
  const v = nd.variable([[1, 2, 3], [4, 5, 6]]);
  cell(
    "v = tf.Variable([[1., 2., 3.], [4., 5., 6.]])",
    "const v = nd.variable([[1, 2, 3], [4, 5, 6]])",
  );
  cell("v", "v", v);
  cell("v.assign(2 * v)", "v.assign(nd.multiply(2, v.value))", v.assign(nd.multiply(2, v.value)));
  cell("v", "v", v);
  cell("v[0, 1].assign(42)", "v.at(0, 1).assign(42)", v.at(0, 1).assign(42));
  cell("v", "v", v);
  cell(
    "v.scatter_nd_update(indices=[[0, 0], [1, 2]], updates=[100., 200.])",
    "v.scatterNdUpdate([[0, 0], [1, 2]], [100, 200])",
    v.scatterNdUpdate([[0, 0], [1, 2]], [100, 200]),
  );
}

/** Handwritten digits: means, a covariance, a nearest-mean classifier on held-out digits. */
function digits(): void {
  heading("Real data: 1,797 handwritten digits");
  const file = Deno.readFileSync(new URL("../test/data/digits.npz", import.meta.url));
  const archive = loadNpz(file);
  const images = archive.get("images", { dtype: "uint8" });
  const labels = archive.get("labels", { dtype: "uint8" });
  const count = images.shape[0]!;
  const pixels = nd.cast(nd.reshape(images, [count, 64]), "float32");
  console.log(
    `\nimages ${images.dtype} [${images.shape}], labels ${labels.dtype} [${labels.shape}]`,
  );

  const held = 360;
  const train = nd.slice(pixels, `:${count - held}`);
  const trainLabels = nd.slice(labels, `:${count - held}`);
  const test = nd.slice(pixels, `${count - held}:`);
  const testLabels = nd.cast(nd.slice(labels, `${count - held}:`), "int32");

  // One row a digit: the mean of its images.
  const means = nd.stack(
    Array.from({ length: 10 }, (_, digit) => {
      const mine = nd.equal(trainLabels, digit);
      return nd.mean(nd.at(train, mine).get(), { axis: 0 });
    }),
  );
  console.log("\nmean of all zeros, 8 x 8:");
  console.log(indent(String(nd.round(nd.reshape(nd.slice(means, 0), [8, 8])))));

  const centred = nd.subtract(train, nd.mean(train, { axis: 0 }));
  const covariance = nd.divide(nd.matmul(nd.transpose(centred), centred), count - held - 1);
  console.log(`\ncovariance of the pixels, [${covariance.shape}], its corner:`);
  console.log(indent(String(nd.slice(covariance, "2:6", "2:6"))));

  // Squared distance of each image to each mean: |x|^2 - 2 x.m + |m|^2; |x|^2 does not matter.
  const distance = nd.subtract(
    nd.sum(nd.square(means), { axis: 1 }),
    nd.multiply(2, nd.matmul(test, nd.transpose(means))),
  );
  const guess = nd.argmin(distance, { axis: 1 });
  const right = nd.sum(nd.equal(guess, testLabels)).item();
  console.log(
    `\nnearest mean on ${held} held-out digits: ${right} right, accuracy ${
      (right as number / held).toFixed(3)
    }`,
  );
}

console.log("Denum: using it like NumPy and TensorFlow's low-level API");
tensorsAndOperations();
kerasBackend();
tensorsAndTypedArrays();
typeConversions();
variables();
digits();
