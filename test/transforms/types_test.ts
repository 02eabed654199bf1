/**
 * Types of transformed functions: exact, and their mistakes are the errors of the run time, word
 * for word.
 *
 * @module
 */
import * as nd from "../../mod.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { DType } from "../../src/core/dtype.ts";
import type {
  ArgnumsCheck,
  GradCheck,
  LossCheck,
  VariablesCheck,
  WholeCheck,
} from "../../src/transforms/mistakes.ts";
import { onlyTypes, same, says, type SentenceOf } from "../core/types/expect.ts";

type Vector = nd.Tensor<"float32", [3]>;
type Matrix = nd.Tensor<"float32", [2, 3]>;
type Scalar = nd.Tensor<"float32", []>;
type Double = nd.Tensor<"float64", [4]>;
type Count = nd.Tensor<"int32", [3]>;
interface Layer {
  readonly w: Matrix;
  readonly b: nd.Tensor<"float32", [2]>;
}

declare const v: Vector;
declare const m: Matrix;
declare const d: Double;
declare const layer: Layer;
declare const count: Count;

const norm = (x: Vector): Scalar => nd.sum(nd.square(x));
const dot = (x: Vector, y: Vector): Scalar => nd.sum(nd.multiply(x, y));
const apply = (p: Layer, x: Vector, y: Double): Scalar =>
  nd.multiply(
    nd.sum(nd.add(nd.matmul(p.w, x), p.b)),
    nd.sum(nd.cast(y, "float32")),
  );

Deno.test("grad has the types of the arguments", () => {
  onlyTypes(() => {
    const first = nd.grad(norm)(v);
    same<typeof first, Vector>();
    const tree = nd.grad(apply)(layer, v, d);
    same<typeof tree, Layer>();
    const third = nd.grad(apply, { argnums: 2 })(layer, v, d);
    same<typeof third, Double>();
    const last = nd.grad(apply, { argnums: -1 })(layer, v, d);
    same<typeof last, Double>();
    const several = nd.grad(apply, { argnums: [2, 0, -2] })(layer, v, d);
    same<typeof several, [Double, Layer, Vector]>();
    const pair = nd.grad((p: [Vector, Matrix]) => nd.add(norm(p[0]), nd.sum(p[1])))([v, m]);
    same<typeof pair, [Vector, Matrix]>();
    const open = nd.grad((x: nd.Tensor<"float32", number[]>) => nd.sum(x))(v);
    same<typeof open, nd.Tensor<"float32", number[]>>();
    const complex = nd.grad((x: nd.Tensor<"complex64", [2]>) => nd.sum(nd.abs(x)));
    same<ReturnType<typeof complex>, nd.Tensor<"complex64", [2]>>();
  });
});

Deno.test("valueAndGrad has those of the result and of the arguments", () => {
  onlyTypes(() => {
    const [value, gradient] = nd.valueAndGrad(norm)(v);
    same<typeof value, Scalar>();
    same<typeof gradient, Vector>();
    const aux = (x: Vector): [Scalar, Count] => [norm(x), count];
    const [pair, by] = nd.valueAndGrad(aux, { hasAux: true })(v);
    same<typeof pair, [Scalar, Count]>();
    same<typeof by, Vector>();
    const [alone, beside] = nd.grad(aux, { hasAux: true })(v);
    same<typeof alone, Vector>();
    same<typeof beside, Count>();
    // A pair that is not typed as one still compiles.
    const [, loose] = nd.grad((x: Vector) => [norm(x), count], { hasAux: true })(v);
    same<typeof loose, Scalar | Count>();
  });
});

Deno.test("jvp, linearize and vjp have those of results and arguments", () => {
  onlyTypes(() => {
    const both = (x: Vector, y: Vector): { sum: Vector; dot: Scalar } => ({
      sum: nd.add(x, y),
      dot: dot(x, y),
    });
    const [result, tangent] = nd.jvp(both, [v, v], [v, v]);
    same<typeof result, { sum: Vector; dot: Scalar }>();
    same<typeof tangent, { sum: Vector; dot: Scalar }>();
    const [, push] = nd.linearize(both, [v, v]);
    same<ReturnType<typeof push>, { sum: Vector; dot: Scalar }>();
    const [, pull] = nd.vjp(both, [v, v]);
    const found = pull({ sum: v, dot: dot(v, v) });
    same<typeof found, [x: Vector, y: Vector]>();
    // Compositions, functions of any shape, and parameters whose types the point tells.
    const along = nd.jvp(nd.grad(norm), [v], [v]);
    same<typeof along, [result: Vector, tangent: Vector]>();
    const [generic] = nd.jvp(nd.square, [v], [v]);
    same<typeof generic, Vector>();
    const [, by] = nd.vjp((x, y) => nd.add(x, nd.sum(y)), [v, m]);
    same<ReturnType<typeof by>, [Vector, Matrix]>();
    // @ts-expect-error: a tangent of another shape.
    nd.jvp(both, [v, v], [v, m]);
    // @ts-expect-error: a tangent is missing.
    push(v);
    // @ts-expect-error: a cotangent of another shape.
    pull({ sum: m, dot: dot(v, v) });
  });
});

Deno.test("vmap adds the axis and knows the number of examples", () => {
  onlyTypes(() => {
    const rows = nd.zeros([5, 3]);
    const each = nd.vmap(norm)(rows);
    same<typeof each, nd.Tensor<"float32", [5]>>();
    const unknown = nd.vmap(norm)(rows as nd.Tensor<"float32", [number, 3]>);
    same<typeof unknown, nd.Tensor<"float32", [number]>>();
    const second = nd.vmap(dot, { inAxes: [0, null] })(rows, v);
    same<typeof second, nd.Tensor<"float32", [5]>>();
    const columns = nd.vmap(norm, { inAxes: 1 })(nd.zeros([3, 7]));
    same<typeof columns, nd.Tensor<"float32", [7]>>();
    const back = nd.vmap((x: Vector) => nd.square(x), { inAxes: -1, outAxes: 1 })(nd.zeros([3, 7]));
    same<typeof back, nd.Tensor<"float32", [3, 7]>>();
    const parts = nd.vmap((x: Vector): { a: Vector; b: [Scalar] } => ({ a: x, b: [norm(x)] }), {
      outAxes: { a: -1, b: null },
    })(rows);
    same<typeof parts, { a: nd.Tensor<"float32", [3, 5]>; b: [Scalar] }>();
    const trees = nd.vmap((p: Layer, x: Vector) => nd.matmul(p.w, x), {
      inAxes: [{ w: 2, b: null }, 0],
    })({ w: nd.zeros([2, 3, 5]), b: layer.b }, rows);
    same<typeof trees, nd.Tensor<"float32", [5, 2]>>();
    const twice = nd.vmap(nd.vmap(norm))(nd.zeros([2, 5, 3]));
    same<typeof twice, nd.Tensor<"float32", [2, number]>>();
    const gradients = nd.vmap(nd.grad(norm))(rows);
    same<typeof gradients, nd.Tensor<"float32", [5, 3]>>();
    const open = nd.vmap((x: nd.Tensor<"float32", number[]>) => x)(rows);
    same<typeof open, nd.Tensor<"float32", number[]>>();
    // @ts-expect-error: the examples have another shape.
    nd.vmap(norm)(nd.zeros([5, 4]));
    // @ts-expect-error: an argument without examples has the axis.
    nd.vmap(dot, { inAxes: [0, null] })(rows, rows);
  });
});

Deno.test("jacobians and hessians have the axes of both", () => {
  onlyTypes(() => {
    const square = nd.jacobian((x: Vector) => nd.square(x))(v);
    same<typeof square, nd.Tensor<"float32", [3, 3]>>();
    const wide = nd.jacobian((x: Vector) => nd.cast(nd.sum(x), "float64"))(v);
    same<typeof wide, nd.Tensor<"float64", [3]>>();
    const tree = nd.jacobian((p: Layer, x: Vector) => nd.add(nd.matmul(p.w, x), p.b))(layer, v);
    same<typeof tree.w, nd.Tensor<"float32", [2, 2, 3]>>();
    same<typeof tree.b, nd.Tensor<"float32", [2, 2]>>();
    const several = nd.jacobian((x: Vector, y: Double): { a: Scalar; b: Double } => ({
      a: norm(x),
      b: y,
    }), { argnums: [0, 1] })(v, d);
    same<
      typeof several,
      {
        a: [nd.Tensor<"float32", [3]>, nd.Tensor<"float32", [4]>];
        b: [nd.Tensor<"float64", [4, 3]>, nd.Tensor<"float64", [4, 4]>];
      }
    >();
    const second = nd.jacobian(nd.grad(norm))(v);
    same<typeof second, nd.Tensor<"float32", [3, 3]>>();
    const open = nd.jacobian((x: nd.Tensor<"float32", number[]>) => x)(v);
    same<typeof open, nd.Tensor<"float32", number[]>>();
    const large = nd.hessian((x: Matrix) => nd.sum(x))(m);
    same<typeof large, nd.Tensor<"float32", [2, 3, 2, 3]>>();
    const mixed = nd.hessian(dot, { argnums: [0, 1] })(v, v);
    type Block = nd.Tensor<"float32", [3, 3]>;
    same<typeof mixed, [[Block, Block], [Block, Block]]>();
  });
});

Deno.test("gradients have the structure of the variables", () => {
  onlyTypes(() => {
    const w = nd.variable([[1, 2, 3], [4, 5, 6]]);
    const b = nd.variable([1], { dtype: "float64" });
    const loss = () => nd.sum(w.value);
    const one = nd.gradients(loss, w);
    same<typeof one, Matrix>();
    const list = nd.gradients(loss, [w, b]);
    same<typeof list, [Matrix, nd.Tensor<"float64", [1]>]>();
    const named = nd.gradients(loss, { w, inner: { b } });
    same<typeof named, { w: Matrix; inner: { b: nd.Tensor<"float64", [1]> } }>();
    const none = nd.gradients(loss, w, { unconnected: "none" });
    same<typeof none, Matrix | null>();
    const rows = nd.gradients(loss, w, { sparse: true });
    same<typeof rows, Matrix | nd.IndexedSlices<"float32">>();
    const [value, found] = nd.valueAndGradients(loss, [w]);
    same<typeof value, nd.Tensor<"float32", []>>();
    same<typeof found, [Matrix]>();
    const many: nd.Variable[] = [];
    const all = nd.gradients(loss, many);
    same<typeof all, nd.Tensor[]>();
  });
});

Deno.test("functions with derivatives of their own keep their type", () => {
  onlyTypes(() => {
    const jvp = nd.customJvp(dot, ([x, y], [t, u]) => [
      dot(x, y),
      nd.add(dot(t, y), dot(x, u)),
    ]);
    same<typeof jvp, typeof dot>();
    const vjp = nd.customVjp(
      dot,
      (x, y) => [dot(x, y), { x, y }],
      ({ x, y }, c) => [nd.multiply(c, y), nd.multiply(c, x)],
    );
    same<typeof vjp, typeof dot>();
    const tuple = nd.customVjp(dot, (x, y) => [dot(x, y), [y, 2]], ([y, two], c) => {
      same<typeof y, Vector>();
      same<typeof two, 2>();
      same<typeof c, Scalar>();
      return [nd.multiply(c, y), null];
    });
    same<typeof tuple, typeof dot>();
    const kept = nd.checkpoint(dot);
    same<typeof kept, typeof dot>();
    const stopped = nd.stopGradient({ layer, v });
    same<typeof stopped, { layer: Layer; v: Vector }>();
    // @ts-expect-error: the tangent has another shape than the result.
    nd.customJvp(norm, ([x], [t]) => [norm(x), t]);
    // @ts-expect-error: one gradient for two arguments.
    nd.customVjp(dot, (x, y) => [dot(x, y), null], (_, c) => [c]);
    // @ts-expect-error: forward returns no pair.
    nd.customVjp(norm, (x) => norm(x), () => [null]);
  });
});

Deno.test("code that is generic in shapes and dtypes compiles", () => {
  onlyTypes(() => {
    function descend<S extends Shape>(
      loss: (x: nd.Tensor<"float32", S>) => nd.Tensor<"float32", []>,
      x: nd.Tensor<"float32", S>,
    ): nd.Tensor<"float32", S> {
      return nd.grad(loss)(x);
    }
    function any<D extends nd.FloatDType, S extends Shape>(
      f: (x: nd.Tensor<D, S>) => nd.Tensor<D, []>,
      x: nd.Tensor<D, S>,
    ): void {
      nd.grad(f)(x);
      nd.jvp(f, [x], [x]);
      nd.vjp(f, [x]);
      nd.hessian(f)(x);
    }
    function whole<D extends DType, S extends Shape>(w: nd.Variable<D, S>): void {
      nd.gradients(() => nd.sum(nd.tensor([1])), w);
    }
    return [descend, any, whole];
  });
});

type Fn<A extends readonly unknown[], R> = (...args: A) => R;
type Grad<
  A extends readonly unknown[],
  R,
  N extends nd.Argnums = 0,
  H extends boolean = false,
> = SentenceOf<GradCheck<Fn<A, R>, N, H>>;

const ones = nd.tensor([1, 2, 3]);
const integers = nd.tensor([1, 2, 3], { dtype: "int32" });

/** A call that the compiler does not look at. */
function loosely(f: unknown, options: unknown, ...args: readonly unknown[]): () => unknown {
  const grad = nd.grad as (
    f: unknown,
    options: unknown,
  ) => (...args: readonly unknown[]) => unknown;
  return () => grad(f, options)(...args);
}

Deno.test("what is no loss is refused in the words of the error", () => {
  says<Grad<[Vector], Matrix>>(
    "Cannot differentiate a function that returns shape [2, 3]: a loss has rank 0, reduce it with sum or mean, or use jacobian or vjp",
    loosely(() => nd.zeros([2, 3]), {}, ones),
  );
  says<Grad<[Vector], nd.Tensor<"int32", []>>>(
    "Cannot differentiate a function that returns int32: a loss is of a real floating dtype",
    loosely(() => nd.sum(integers), {}, ones),
  );
  says<Grad<[Vector], nd.Tensor<"complex64", []>>>(
    "Cannot differentiate a function that returns complex64: a loss is of a real floating dtype",
    loosely(() => nd.zeros([], { dtype: "complex64" }), {}, ones),
  );
  says<Grad<[Vector], number>>(
    "Cannot differentiate a function that returns number: return a tensor",
    loosely(() => 1, {}, ones),
  );
  says<Grad<[Vector], undefined>>(
    "Cannot differentiate a function that returns undefined: return a tensor",
    loosely(() => undefined, {}, ones),
  );
  says<Grad<[Vector], null>>(
    "Cannot differentiate a function that returns null: return a tensor",
    loosely(() => null, {}, ones),
  );
  says<Grad<[Vector], [Scalar, Scalar]>>(
    "Cannot differentiate a function that returns object: return a tensor",
    loosely((x: Vector) => [norm(x), norm(x)], {}, ones),
  );
  says<Grad<[Vector], Promise<Scalar>>>(
    "Cannot differentiate a function that returns a promise: return a tensor, transformed functions are synchronous",
    // deno-lint-ignore require-await -- a promise is the mistake.
    loosely(async (x: Vector) => norm(x), {}, ones),
  );
  says<Grad<[Vector], [Matrix, Scalar], 0, true>>(
    "Cannot differentiate a function that returns shape [2, 3]: a loss has rank 0, reduce it with sum or mean, or use jacobian or vjp",
    loosely((x: Vector) => [nd.zeros([2, 3]), norm(x)], { hasAux: true }, ones),
  );
});

Deno.test("arguments without derivatives are refused in the words of the error", () => {
  says<Grad<[Count], Scalar>>(
    "Cannot differentiate by int32: derivatives need floating dtypes, cast the tensor to float32 or leave it out of the differentiated arguments",
    loosely(() => norm(ones), {}, integers),
  );
  says<Grad<[Vector, { readonly n: readonly Count[] }], Scalar, [0, 1]>>(
    "Cannot differentiate by int32: derivatives need floating dtypes, cast the tensor to float32 or leave it out of the differentiated arguments",
    loosely(norm, { argnums: [0, 1] }, ones, { n: [integers] }),
  );
  says<Grad<[Vector, 2], Scalar, 1>>(
    "Cannot differentiate by 2: make it a tensor, or leave it out of the differentiated arguments",
    loosely(norm, { argnums: 1 }, ones, 2),
  );
  says<SentenceOf<WholeCheck<"push forward", [Vector, Count]>>>(
    "Cannot push forward by int32: derivatives need floating dtypes, cast the tensor to float32 or leave it out of the differentiated arguments",
    () => {
      const both = [ones, integers];
      (nd.jvp as (...all: readonly unknown[]) => unknown)((x: unknown) => x, both, both);
    },
  );
  says<SentenceOf<VariablesCheck<{ readonly a: nd.Variable<"int32", [3]> }>>>(
    "Cannot differentiate by int32: derivatives need floating dtypes, cast the tensor to float32 or leave it out of the differentiated arguments",
    () => nd.gradients(() => nd.sum(ones), [nd.variable(integers) as unknown]),
  );
  says<SentenceOf<LossCheck<Vector>>>(
    "Cannot differentiate a function that returns shape [3]: a loss has rank 0, reduce it with sum or mean, or use jacobian or vjp",
    () => nd.gradients(() => ones as unknown, nd.variable(ones)),
  );
});

Deno.test("positions that do not exist are refused in the words of the error", () => {
  says<Grad<[Vector], Scalar, 1>>(
    "Cannot differentiate by argument 1: the function was called with 1 arguments",
    loosely(norm, { argnums: 1 }, ones),
  );
  says<Grad<[Vector, Vector], Scalar, [0, -3]>>(
    "Cannot differentiate by argument -3: the function was called with 2 arguments",
    loosely(dot, { argnums: [0, -3] }, ones, ones),
  );
  says<Grad<[], Scalar>>(
    "Cannot differentiate by argument 0: the function was called with 0 arguments",
    loosely(() => norm(ones), {}),
  );
  says<SentenceOf<ArgnumsCheck<"take the jacobian", Fn<[Vector], Vector>, 2>>>(
    "Cannot take the jacobian by argument 2: the function was called with 1 arguments",
    () =>
      (nd.jacobian as (f: unknown, options: unknown) => (x: Vector) => unknown)(nd.square, {
        argnums: 2,
      })(ones),
  );
});

Deno.test("wrong calls do not compile", () => {
  onlyTypes(() => {
    // @ts-expect-error: the loss has axes.
    nd.grad((x: Vector) => nd.square(x));
    // @ts-expect-error: the loss is no tensor.
    nd.grad((x: Vector) => norm(x).item());
    // @ts-expect-error: the loss is no pair's first part.
    nd.valueAndGrad((x: Vector): [Vector, Scalar] => [x, norm(x)], { hasAux: true });
    // @ts-expect-error: there is no second argument.
    nd.grad(norm, { argnums: 1 });
    // @ts-expect-error: int32 has no derivatives.
    nd.grad((x: Count) => norm(nd.cast(x, "float32")));
    // @ts-expect-error: int32 has no derivatives.
    nd.vjp((x: Count) => nd.cast(x, "float32"), [count]);
    // @ts-expect-error: int32 has no derivatives.
    nd.jacobian((x: Count) => nd.cast(x, "float32"));
    // @ts-expect-error: the loss has axes.
    nd.hessian((x: Vector) => x);
    // @ts-expect-error: an argument of another shape.
    nd.grad(norm)(m);
    // @ts-expect-error: the loss has axes.
    nd.gradients(() => v, nd.variable([1]));
    // @ts-expect-error: int32 has no derivatives.
    nd.gradients(() => norm(v), nd.variable([1], { dtype: "int32" }));
    // @ts-expect-error: there is no such mode.
    nd.jacobian(norm, { mode: "sideways" });
    // @ts-expect-error: the arguments are missing.
    nd.checkGrads(norm, []);
  });
});
