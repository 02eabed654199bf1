/**
 * What must hold of the rules of derivatives of every primitive.
 *
 * @module
 */
import type { DType } from "../../src/core/dtype.ts";
import { TraceError } from "../../src/core/errors.ts";
import { bindAll, Unknown } from "../../src/core/primitive.ts";
import { sameShape, sizeOf } from "../../src/core/shape.ts";
import type { Aval, Tensor } from "../../src/core/tensor.ts";
import { jvp, vjp } from "../../src/transforms/grad.ts";
import { disagreement } from "../support/assert.ts";
import { tensorFrom } from "../support/layouts.ts";
import type { Random } from "../support/random.ts";
import { attempt, type Case, type Law, violation } from "./case.ts";
import {
  type Difference,
  difference,
  fromNumbers,
  isFloating,
  type Numbers,
  numbersOf,
  precisionOf,
  randomLike,
  smoothCases,
} from "./differences.ts";

const DTYPES: readonly DType[] = ["float64", "complex128"];

/** Dtypes that calculate less precisely, with the precise one that they are compared with. */
const NARROW: readonly (readonly [narrow: DType, precise: DType])[] = [
  ["float32", "float64"],
  ["float16", "float64"],
  ["bfloat16", "float64"],
  ["complex64", "complex128"],
];

/** A call as a function of some of its inputs, with a point and a direction. */
interface Moving {
  /** The results that have derivatives. */
  readonly f: (...inputs: Tensor[]) => Tensor[];
  /** The inputs that move. */
  readonly point: Tensor[];
  /** How they move. */
  readonly direction: Tensor[];
  /** Which inputs they are. */
  readonly places: readonly number[];
}

/** Moves chosen inputs of a call. */
function moving(
  { record, params, inputs }: Case,
  places: readonly number[],
  random: Random,
): Moving {
  const all = inputs.map((array) => tensorFrom(array));
  return {
    f: (...moved) => {
      const own = [...all];
      places.forEach((place, i) => own[place] = moved[i]!);
      return bindAll(record, own, params).filter(isFloating);
    },
    point: places.map((place) => all[place]!),
    direction: places.map((place) => randomLike(random, inputs[place]!)),
    places,
  };
}

/** All inputs that have derivatives, and each of them alone. */
function choices({ inputs }: Case): readonly (readonly number[])[] {
  const all = floatingPlaces(inputs);
  return all.length < 2 ? [all] : [all, ...all.map((place) => [place])];
}

function floatingPlaces(avals: readonly Aval[]): readonly number[] {
  return avals.flatMap((aval, i) => isFloating(aval) ? [i] : []);
}

/** Whether a call has a result with derivatives. */
function hasFloatingResult({ record, params, inputs }: Case): boolean {
  return record.rule(inputs, params).some(isFloating);
}

type Check = (one: Case, random: Random) => string | undefined;

/** A law about smooth calls with certain dtypes. */
function smoothLaw(
  dtypes: readonly DType[],
  check: Check,
  choose: (cases: readonly Case[]) => readonly Case[] = (cases) => cases,
): Law {
  return (record, random) =>
    dtypes.flatMap((dtype) =>
      choose(smoothCases(record, dtype, random).filter(hasFloatingResult)).flatMap((one) => {
        const what = attempt(() => check(one, random));
        return what === undefined ? [] : [violation(one, what)];
      })
    );
}

function hasElements({ inputs }: Case): boolean {
  return inputs.every(({ items }) => items.length > 0);
}

/** Derivatives of results in the direction, by differences. */
function slopes({ f, point, direction }: Moving): readonly Difference[] {
  const starts = point.map(numbersOf);
  const ways = direction.map(numbersOf);
  const results = f(...point);
  const epsilon = precisionOf([...point, ...results]);
  const at = (s: number): readonly Numbers[] =>
    f(...point.map((x, i) => fromNumbers(x, starts[i]!.map((y, k) => y + s * ways[i]![k]!)))).map(
      numbersOf,
    );
  return results.map((_, i) => difference((s) => at(s)[i]!, epsilon));
}

/** How a derivative differs from that by differences. */
function wrongSlope(actual: Tensor, { slope, error }: Difference): string | undefined {
  const numbers = numbersOf(actual);
  let rough = 0;
  for (const [i, expected] of slope.entries()) {
    if (Number.isNaN(expected)) rough++;
    else if (!(Math.abs(numbers[i]! - expected) <= error[i]!)) {
      return `number ${i} of the derivative is ${numbers[i]}, by differences it is ${expected}`;
    }
  }
  return rough > Math.max(1, 0.1 * slope.length)
    ? `no derivative by differences at ${rough} of ${slope.length} numbers`
    : undefined;
}

/** How dtype and shape differ from those that are expected. */
function unlike(what: string, actual: Aval, expected: Aval): string | undefined {
  if (actual.dtype === expected.dtype && sameShape(actual.shape, expected.shape)) return undefined;
  return `${what} is ${actual.dtype}[${actual.shape.join(", ")}], expected ${expected.dtype}[${
    expected.shape.join(", ")
  }]`;
}

function first<T>(
  list: readonly T[],
  judge: (element: T, i: number) => string | undefined,
): string | undefined {
  for (const [i, element] of list.entries()) {
    const what = judge(element, i);
    if (what !== undefined) return what;
  }
  return undefined;
}

/** Says which inputs move. */
function overChoices(check: (one: Moving, random: Random) => string | undefined): Check {
  return (one, random) =>
    first(choices(one), (places) => {
      const what = check(moving(one, places, random), random);
      return what && `by inputs ${places.join(", ")}: ${what}`;
    });
}

/** Derivatives are those by differences; values are the same as without derivatives. */
export const derivativesAgree: Law = smoothLaw(
  DTYPES,
  overChoices((one) => {
    const { f, point, direction } = one;
    const plain = f(...point);
    const [results, tangents] = jvp(f, point, direction);
    const expected = slopes(one);
    return first(tangents, (tangent, i) =>
      disagreement(results[i]!, plain[i]!) ??
        unlike("the tangent", tangent, plain[i]!) ??
        wrongSlope(tangent, expected[i]!));
  }),
);

/** The sum of products, and that of their magnitudes. */
function dot(
  left: readonly Tensor[],
  right: readonly Tensor[],
): readonly [sum: number, size: number] {
  const terms = left.flatMap((x, i) => {
    const other = numbersOf(right[i]!);
    return [...numbersOf(x)].map((number, k) => number * other[k]!);
  });
  return [
    terms.reduce((sum, x) => sum + x, 0),
    terms.reduce((sum, x) => sum + Math.abs(x), 0),
  ];
}

/** How two inner products differ, which should be equal. */
function unequalDots(
  tangents: readonly Tensor[],
  cotangents: readonly Tensor[],
  direction: readonly Tensor[],
  gradient: readonly Tensor[],
): string | undefined {
  const [forward, size] = dot(tangents, cotangents);
  const [backward, other] = dot(direction, gradient);
  const epsilon = precisionOf([...tangents, ...direction]);
  return Math.abs(forward - backward) <= 256 * epsilon * (size + other)
    ? undefined
    : `<jvp(t), c> is ${forward}, but <t, vjp(c)> is ${backward}`;
}

/** A law of reverse mode; what has forward mode alone must refuse with its reason. */
function backward(law: Law): Law {
  return (record, random) => {
    const { forwardOnly } = record;
    if (forwardOnly === undefined) return law(record, random);
    const found = law(record, random);
    const wrong = found.filter((text) => !text.includes(forwardOnly));
    if (found.length > 0) return wrong;
    return [`${record.name} (any) has reverse mode, although it says that there is none`];
  };
}

/** Reverse mode is the adjoint of forward mode in the real inner product. */
export const modesAgree: Law = backward(smoothLaw(
  DTYPES,
  overChoices(({ f, point, direction }, random) => {
    const [results, tangents] = jvp(f, point, direction);
    const cotangents = results.map((x) => randomLike(random, x));
    const gradient = vjp(f, point)[1](cotangents);
    return first(gradient, (x, i) => unlike("the gradient", x, point[i]!)) ??
      unequalDots(tangents, cotangents, direction, gradient);
  }),
));

/** Derivatives of gradients are those by differences. */
export const secondDerivatives: Law = backward(smoothLaw(
  DTYPES,
  (one, random) => {
    const plain = moving(one, floatingPlaces(one.inputs), random);
    const cotangents = plain.f(...plain.point).map((x) => randomLike(random, x));
    const gradient = (...inputs: Tensor[]): Tensor[] => vjp(plain.f, inputs)[1](cotangents);
    const [, tangents] = jvp(gradient, plain.point, plain.direction);
    const expected = slopes({ ...plain, f: gradient });
    return first(tangents, (tangent, i) => wrongSlope(tangent, expected[i]!));
  },
  (cases) => cases.filter(hasElements).slice(0, 1),
));

/** All choices of at least one place. */
function subsets(places: readonly number[]): readonly (readonly number[])[] {
  return Array.from(
    { length: 2 ** places.length - 1 },
    (_, i) => places.filter((_, k) => (i + 1) >> k & 1),
  );
}

/** Whether a call is linear in the moving inputs, but for a constant, as far as can be seen. */
function isLinear({ f, point }: Moving, random: Random): boolean {
  const scaled = (x: Tensor, factor: number): Tensor =>
    fromNumbers(x, numbersOf(x).map((number) => factor * number));
  const plus = (x: Tensor, y: Tensor): Tensor => {
    const other = numbersOf(y);
    return fromNumbers(x, numbersOf(x).map((number, i) => number + other[i]!));
  };
  const others = point.map((x) => randomLike(random, x));
  const values = (inputs: readonly Tensor[]): Numbers =>
    Float64Array.from(f(...inputs).flatMap((x) => [...numbersOf(x)]));
  const [zero, one, two] = [
    values(point.map((x) => scaled(x, 0))),
    values(point),
    values(others),
  ];
  const both = values(point.map((x, i) => plus(x, others[i]!)));
  const back = values(point.map((x) => scaled(x, -1)));
  const epsilon = precisionOf([...point, ...f(...point)]);
  return zero.every((at0, i) => {
    if (!Number.isFinite(at0)) return false;
    const size = Math.abs(at0) + Math.abs(one[i]!) + Math.abs(two[i]!) + 1;
    const sum = both[i]! - one[i]! - two[i]! + at0;
    const flip = one[i]! + back[i]! - 2 * at0;
    return Math.abs(sum) <= 64 * epsilon * size && Math.abs(flip) <= 64 * epsilon * size;
  });
}

/** The adjoint of a linear call against the call itself. */
function wrongAdjoint(one: Case, own: Moving, random: Random): string | undefined {
  const { f, point, places } = own;
  const zeros = f(...point.map((x) => fromNumbers(x, numbersOf(x).fill(0))));
  const changes = f(...point).map((x, i) => {
    const start = numbersOf(zeros[i]!);
    return fromNumbers(x, numbersOf(x).map((number, k) => number - start[k]!));
  });
  const all = one.record.rule(one.inputs, one.params);
  const cotangents = all.map((x) => isFloating(x) ? randomLike(random, x) : null);
  const inputs = one.inputs.map((x, i) => places.includes(i) ? new Unknown(x) : tensorFrom(x));
  const parts = one.record.transpose!(cotangents, inputs, one.params);
  const gradient = places.map((place, i) =>
    parts[place] ?? fromNumbers(point[i]!, numbersOf(point[i]!).fill(0))
  );
  return first(gradient, (x, i) => unlike("the cotangent", x, point[i]!)) ??
    unequalDots(changes, cotangents.filter((x) => x !== null), point, gradient);
}

/**
 * Adjoints of linear primitives are right whichever inputs are unknown; they may refuse what
 * derivatives do not need.
 */
export const adjointsAgree: Law = (record, random) => {
  if (!record.transpose) return [];
  let judged = 0;
  const check: Check = (one) =>
    first(subsets(floatingPlaces(one.inputs)), (places) => {
      const own = moving(one, places, random);
      if (!isLinear(own, random)) return undefined;
      try {
        const what = wrongAdjoint(one, own, random);
        judged++;
        return what && `with inputs ${places.join(", ")} unknown: ${what}`;
      } catch (error) {
        if (error instanceof TraceError) return undefined;
        throw error;
      }
    });
  const found = smoothLaw(DTYPES, check, (cases) => cases.filter(hasElements))(record, random);
  return judged > 0 ? found : [...found, `${record.name} (any) has an adjoint of nothing linear`];
};

/** Derivatives of narrow dtypes are those of precise ones but for rounding, without overflow. */
export const narrowAgree: Law = (record, random) =>
  NARROW.flatMap(([narrow, precise]) => {
    if (!record.dtypes.includes(precise)) return [];
    return smoothLaw([narrow], (one) => {
      const own = moving(one, floatingPlaces(one.inputs), random);
      const wide = moving(
        {
          ...one,
          inputs: one.inputs.map((x) => isFloating(x) ? { ...x, dtype: precise } : x),
        },
        own.places,
        random,
      );
      const ways = own.direction.map((x, i) => fromNumbers(wide.point[i]!, numbersOf(x)));
      const [, tangents] = jvp(own.f, own.point, own.direction);
      const [results, expected] = jvp(wide.f, wide.point, ways);
      const epsilon = precisionOf([...own.point, ...tangents]);
      return first(tangents, (tangent, i) => {
        const slope = numbersOf(expected[i]!);
        const sizes = numbersOf(results[i]!);
        const error = slope.map((x, k) => 32 * epsilon * (1 + Math.abs(x) + Math.abs(sizes[k]!)));
        return wrongSlope(tangent, { slope, error });
      });
    }, (cases) => cases.filter(isSmall).slice(0, 2))(record, random);
  });

/** So few numbers that narrow dtypes tell them apart. */
function isSmall(one: Case): boolean {
  const count = one.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return hasElements(one) && count <= 32;
}

/** No primitive with floating results of floating inputs is without derivatives. */
export const differentiable: Law = (record) => {
  const { derivatives, jvp: rule, expand, dtypes, samples } = record;
  if (derivatives || rule || expand) return [];
  const floats = dtypes.filter((dtype) => isFloating({ dtype, shape: [] }));
  const moves = floats.some((dtype) =>
    samples.some(({ shapes, params, dtypes: own }) => {
      const avals = shapes.map((shape, i) => ({ dtype: own?.[i] ?? dtype, shape }));
      return avals.some(isFloating) && record.rule(avals, params).some(isFloating);
    })
  );
  return moves ? [`${record.name} (any) has floating results, but no derivative`] : [];
};

/** All laws of derivatives by the sentence that they stand for. */
export const GRADIENT_LAWS: Readonly<Record<string, Law>> = {
  "what has floating results has derivatives": differentiable,
  "derivatives are those by differences": derivativesAgree,
  "forward and reverse mode agree": modesAgree,
  "adjoints of linear primitives agree with them": adjointsAgree,
  "derivatives of gradients are those by differences": secondDerivatives,
  "derivatives of narrow dtypes agree with those of precise ones": narrowAgree,
};
