/** The tour against the document that it follows, and against what its own lines do. */
import assert from "node:assert/strict";
import * as nd from "../../mod.ts";
import * as K from "../../src/keras_backend/keras_backend.ts";

/** A cell as the tour shows it. */
interface Cell {
  readonly tensorflow: string;
  readonly denum: string;
  readonly result: string;
}

/** All cells with code of "Using TensorFlow like NumPy", and the numbers that TensorFlow shows. */
const DOCUMENT: readonly [line: string, numbers: string][] = [
  ["import tensorflow as tf", ""],
  ["import numpy as np", ""],
  ["tf.constant([[1., 2., 3.], [4., 5., 6.]])", "1 2 3 4 5 6"],
  ["tf.constant(42)", "42"],
  ["t = tf.constant([[1., 2., 3.], [4., 5., 6.]])", ""],
  ["t.shape", "2 3"],
  ["t.dtype", ""],
  ["t.numpy", ""],
  ["t[:, 1]", "2 5"],
  ["t + 10", "11 12 13 14 15 16"],
  ["tf.square(t)", "1 4 9 16 25 36"],
  ["tf.transpose(t)", "1 4 2 5 3 6"],
  ["t @ tf.transpose(t)", "14 32 32 77"],
  ["from tensorflow import keras; K = keras.backend", ""],
  ["K.square(K.transpose(t))", "1 16 4 25 9 36"],
  ["a = np.array([2., 4., 5.])", "2 4 5"],
  ["tf.constant(a)", "2 4 5"],
  ["t.numpy()", "1 2 3 4 5 6"],
  ["tf.square(a)", "4 16 25"],
  ["np.square(t)", "1 4 9 16 25 36"],
  ["tf.constant(2.) + tf.constant(40)", ""],
  ["tf.constant(2.0) + tf.cast(tf.constant(40), tf.float32)", "42"],
  ["v = tf.Variable([[1., 2., 3.], [4., 5., 6.]])", ""],
  ["v", "1 2 3 4 5 6"],
  ["v.assign(2 * v)", "2 4 6 8 10 12"],
  ["v", "2 4 6 8 10 12"],
  ["v[0, 1].assign(42)", "2 42 6 8 10 12"],
  ["v", "2 42 6 8 10 12"],
  ["v.scatter_nd_update(indices=[[0, 0], [1, 2]], updates=[100., 200.])", "100 42 6 8 10 200"],
];

async function tour(): Promise<string> {
  const root = new URL("../../", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--no-prompt",
      "--allow-read=test/data/digits.npz",
      "examples/demo.ts",
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function cellsOf(text: string): readonly Cell[] {
  return [...text.matchAll(/^tf {5}(.*)\ndenum {2}(.*)((?:\n {7}.*)*)/gm)].map((match) => ({
    tensorflow: match[1]!,
    denum: match[2]!,
    result: match[3]!.replaceAll("\n       ", "\n").trim(),
  }));
}

/** The numbers of a result, without those in names of dtypes and classes. */
function numbersOf(result: string): string {
  const words = result.replace(/\w*Array\(\d+\)|[a-z]+\d+/gi, "");
  return [...words.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text)).join(" ");
}

const TOUR = await tour();
const CELLS = cellsOf(TOUR);

Deno.test("the tour has every cell of the document, in order, with TensorFlow's numbers", () => {
  let next = 0;
  for (const [line, numbers] of DOCUMENT) {
    const at = CELLS.findIndex(({ tensorflow }, i) => i >= next && tensorflow === line);
    assert(at >= 0, `the cell ${line} is missing`);
    const { result } = CELLS[at]!;
    if (numbers !== "") assert.equal(numbersOf(result), numbers, line);
    next = at + 1;
  }
});

Deno.test("the lines of the tour give the results that it shows", () => {
  const names: Record<string, unknown> = { nd, K };
  const value = (code: string): unknown =>
    new Function("names", `with (names) { return (${code}); }`)(names);
  for (const { denum, result } of CELLS) {
    if (denum.startsWith("import ") || !/[.(]|^v$/.test(denum)) continue;
    const [, name, code = denum] = /^const (\w+) = (.*)$/.exec(denum) ?? [];
    let given: unknown;
    try {
      given = value(code);
    } catch (error) {
      given = String(error);
    }
    if (name !== undefined) names[name] = given;
    if (result === "" || typeof given === "function") continue;
    const shown = typeof given === "object" ? Deno.inspect(given) : String(given);
    assert.equal(result, shown, denum);
  }
});

Deno.test("mixing dtypes in the tour fails as it does in TensorFlow", () => {
  const mixed = CELLS.filter(({ result }) => result.startsWith("DTypeError: "));
  assert.deepEqual(mixed.map(({ result }) => result), [
    "DTypeError: Cannot add float32 and int32: cast one of them first",
    "DTypeError: Cannot add float32 and float64: cast one of them first",
  ]);
});

Deno.test("the tour ends with the accuracy that NumPy finds", () => {
  assert.match(TOUR, /nearest mean on 360 held-out digits: 306 right, accuracy 0\.850/);
});
