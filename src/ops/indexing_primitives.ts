/**
 * Indexing as primitives: gathering and scattering by index tensors, which are each other's adjoints.
 *
 * @module
 */
import { DTYPE_NAMES, DTYPES, dtypesOfKind } from "../core/dtype.ts";
import {
  DTypeError,
  indexError,
  ShapeError,
  shapeText,
  tooManyIndicesError,
  TraceError,
} from "../core/errors.ts";
import { storeItem } from "../core/item.ts";
import {
  bind,
  definePrimitive,
  type HostArray,
  type Primitive,
  Unknown,
} from "../core/primitive.ts";
import { sameShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Aval, Tensor } from "../core/tensor.ts";
import {
  gatherRows,
  type PlaceParams,
  type ScatterMode,
  scatterRows,
} from "../devices/wasm/indexing.ts";
import { add, divide, multiply, negative } from "./arithmetic.ts";
import { converted } from "./cast_primitive.ts";
import { equal, less, notEqual } from "./comparison.ts";
import { type Round, scalarLike } from "./elementwise.ts";
import { logicalAnd } from "./logical.ts";
import { broadcasted, repeated, reshaped } from "./movement_primitives.ts";
import { progression } from "./progression.ts";
import { zerosLike } from "./region_primitives.ts";
import { COMBINE } from "./scatter_modes.ts";
import { where } from "./where.ts";

/** Rows of a tensor: indices of its leading axes. */
interface Place extends PlaceParams {
  /** One tensor for each axis, of equal shape. */
  readonly indices: readonly Tensor[];
}

/** Flat numbers of the rows that index arrays select. */
function rowsOf(
  shape: Shape,
  indices: readonly HostArray[],
  { added }: PlaceParams,
): readonly number[] {
  return indices[0]!.items.map((_, i) =>
    indices.reduce((row, { items }, axis) => {
      const [index, length] = [Number(items[i]), shape[axis]!];
      if (index < -length || index >= length) throw indexError(index, axis - added, length);
      return row * length + (index < 0 ? index + length : index);
    }, 0)
  );
}

/** Shape of what index tensors select. */
function selectedShape(name: string, shape: Shape, indices: readonly Aval[]): Shape {
  const [first] = indices;
  for (const { dtype, shape: own } of indices) {
    if (dtype !== "int32" && dtype !== "int64") {
      throw new DTypeError(
        `Cannot ${name} by indices of ${dtype}: cast them to int32 or int64`,
      );
    }
    if (!sameShape(own, first!.shape)) {
      throw new ShapeError(
        `Cannot ${name} by indices of shape ${shapeText(first!.shape)} and ${shapeText(own)}: ` +
          `broadcast them to one shape`,
      );
    }
  }
  if (indices.length > shape.length) throw tooManyIndicesError(indices.length, shape.length);
  return [...first!.shape, ...shape.slice(indices.length)];
}

/** The same rows of each part along a new leading axis, which gets indices, too. */
function placeOver(
  { indices, added }: Place,
  batched: readonly boolean[],
  size: number,
): Place {
  const own = indices.map((x, i) => batched[i] ? x : repeated(x, size));
  const { shape } = own[0]!;
  const parts = progression({ length: size, start: 0, step: 1, dtype: "int32" });
  const leading = reshaped(parts, [size, ...shape.slice(1).map(() => 1)]);
  return { indices: [broadcasted(leading, shape), ...own], added: added + 1 };
}

/** Indices counted from the front alone, so that equal rows have equal numbers. */
function fromFront(index: Tensor, length: number): Tensor {
  return where(less(index, 0), add(index, length), index);
}

const GATHER: Primitive<PlaceParams> = definePrimitive<PlaceParams>({
  name: "gather",
  rule: ([x, ...indices]) => [
    { dtype: x!.dtype, shape: selectedShape("gather", x!.shape, indices) },
  ],
  reference: ([x, ...indices], params) => {
    const inner = sizeOf(x!.shape.slice(indices.length));
    const rows = rowsOf(x!.shape, indices, params);
    return [rows.flatMap((row) => x!.items.slice(row * inner, (row + 1) * inner))];
  },
  lower: { wasm: gatherRows() },
  derivatives: [(t, [, ...indices], { added }) => taken(t, { indices, added }), null],
  transpose: ([c], [x, ...known], { added }) => {
    const indices = known as readonly Tensor[];
    return [
      put(zerosLike(c!, x!.shape), c!, { indices, added }, "add"),
      ...indices.map(() => null),
    ];
  },
  sparseTranspose: (c, [x, ...known]) => {
    if (known.length !== 1) return undefined;
    const index = known[0] as Tensor;
    const count = sizeOf(index.shape);
    return {
      indices: reshaped(fromFront(index, x!.shape[0]!), [count]),
      values: reshaped(c, [count, ...x!.shape.slice(1)]),
    };
  },
  batch: ([x, ...indices], [moving, ...batched], { added }, size) => {
    if (moving) return [taken(x!, placeOver({ indices, added }, batched, size))];
    const own = indices.map((index, i) => batched[i] ? index : repeated(index, size));
    return [taken(x!, { indices: own, added })];
  },
  dtypes: DTYPE_NAMES,
  samples: [
    {
      shapes: [[5], [3]],
      params: { added: 0 },
      dtypes: [undefined, "int32"],
      bounds: [undefined, [-5, 4]],
    },
    {
      shapes: [[4, 3], [2, 2]],
      params: { added: 0 },
      dtypes: [undefined, "int64"],
      bounds: [undefined, [-4, 3]],
    },
    {
      shapes: [[4, 3, 2], [5], [5]],
      params: { added: 0 },
      dtypes: [undefined, "int32", "int32"],
      bounds: [undefined, [-4, 3], [-3, 2]],
    },
    {
      shapes: [[4, 3], [0]],
      params: { added: 0 },
      dtypes: [undefined, "int32"],
      bounds: [undefined, [0, 0]],
    },
    {
      shapes: [[4, 0], [3]],
      params: { added: 0 },
      dtypes: [undefined, "int32"],
      bounds: [undefined, [0, 3]],
    },
  ],
});

/** Parameters of a scatter. */
export interface ScatterParams extends PlaceParams {
  /** How an update combines with what is there. */
  readonly mode: ScatterMode;
}

/** Numbers of the updates in their order, over the axes of their rows. */
function numbersOf(updates: Aval, { indices }: Place): Tensor {
  const { shape } = indices[0]!;
  const flat = progression({ length: sizeOf(shape), start: 0, step: 1, dtype: "int32" });
  const inner = updates.shape.slice(shape.length).map(() => 1);
  return broadcasted(reshaped(flat, [...shape, ...inner]), updates.shape);
}

/** Which updates a scatter that sets leaves in place: the last one of each row. */
function lastUpdates(x: Aval, updates: Aval, at: Place): Tensor {
  const numbers = numbersOf(updates, at);
  return equal(numbers, taken(put(zerosLike(numbers, x.shape), numbers, at, "set"), at));
}

/** Tangents of what a scatter takes; null is zero. */
interface Changes {
  readonly x: Tensor | null;
  readonly updates: Tensor | null;
}

/** Change of a linear scatter: the same scatter of the changes. */
function changeOfLinear(
  change: Changes,
  x: Tensor,
  updates: Tensor,
  at: Place,
  mode: ScatterMode,
): Tensor {
  const moving = change.x ?? change.updates!;
  return put(
    change.x ?? zerosLike(moving, x.shape),
    change.updates ?? zerosLike(moving, updates.shape),
    at,
    mode,
  );
}

/**
 * Change of a scatter that multiplies: that of `x` times all updates, and `x` times that of each
 * update times the others of its row. Their product is by division, where none is 0.
 */
function changeOfProduct(change: Changes, x: Tensor, updates: Tensor, at: Place): Tensor {
  const ones = broadcasted(scalarLike(1, x), x.shape);
  const scaled = change.x && multiply(change.x, put(ones, updates, at, "mul"));
  if (!change.updates) return scaled!;
  const isZero = equal(updates, 0);
  const flags = converted(isZero, "int32");
  const zeroCount = taken(put(zerosLike(flags, x.shape), flags, at, "add"), at);
  const nonzero = where(isZero, 1, updates);
  const product = taken(put(ones, nonzero, at, "mul"), at);
  const otherZeros = where(isZero, add(zeroCount, -1), zeroCount);
  const others = where(equal(otherZeros, 0), divide(product, nonzero), 0);
  const sums = put(zerosLike(x, x.shape), multiply(change.updates, others), at, "add");
  return scaled ? add(scaled, multiply(x, sums)) : multiply(x, sums);
}

/**
 * Change of a scatter that takes extremes: that of the element which the result is. Of equal ones
 * it is the first, where `x` comes before all updates, as `maximum(x, y)` is `x` if they are equal.
 */
function changeOfExtreme(
  change: Changes,
  x: Tensor,
  updates: Tensor,
  at: Place,
  result: Tensor,
): Tensor {
  const numbers = numbersOf(updates, at);
  const none = sizeOf(at.indices[0]!.shape);
  const extreme = taken(result, at);
  const wins = logicalAnd(equal(updates, extreme), notEqual(taken(x, at), extreme));
  const nobody = broadcasted(scalarLike(none, numbers), x.shape);
  const first = put(nobody, where(wins, numbers, none), at, "min");
  const kept = change.x && where(equal(first, none), change.x, 0);
  if (!change.updates) return kept!;
  const came = where(equal(taken(first, at), numbers), change.updates, 0);
  return put(kept ?? zerosLike(came, x.shape), came, at, "add");
}

const SCATTER: Primitive<ScatterParams> = definePrimitive<ScatterParams>({
  name: "scatter",
  rule: ([x, updates, ...indices]) => {
    const shape = selectedShape("scatter", x!.shape, indices);
    if (!sameShape(shape, updates!.shape)) {
      throw new ShapeError(
        `Cannot scatter updates of shape ${shapeText(updates!.shape)}: ` +
          `the indices select shape ${shapeText(shape)}`,
      );
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  reference: ([x, updates, ...indices], { mode, added }) => {
    const { compute } = DTYPES[x!.dtype];
    const { kind } = DTYPES[compute];
    const round: Round = compute === "complex64" ? Math.fround : (x) => x;
    const combine = COMBINE[mode](kind, round);
    const inner = sizeOf(x!.shape.slice(indices.length));
    const items = [...x!.items];
    rowsOf(x!.shape, indices, { added }).forEach((row, i) => {
      for (let j = 0; j < inner; j++) {
        const at = row * inner + j;
        items[at] = storeItem(compute, combine(items[at]!, updates!.items[i * inner + j]!));
      }
    });
    return [items];
  },
  lower: { wasm: scatterRows() },
  jvp: ([dx, du], [x, updates, ...indices], { mode, added }, [result]) => {
    const change: Changes = { x: dx!, updates: du! };
    const at: Place = { indices, added };
    switch (mode) {
      case "mul":
        return [changeOfProduct(change, x!, updates!, at)];
      case "min":
      case "max":
        return [changeOfExtreme(change, x!, updates!, at, result!)];
      default:
        return [changeOfLinear(change, x!, updates!, at, mode)];
    }
  },
  transpose: ([c], [x, updates, ...known], { mode, added }) => {
    const at: Place = { indices: known as readonly Tensor[], added };
    const ofX = x instanceof Unknown;
    const ofUpdates = updates instanceof Unknown;
    const rest = known.map(() => null);
    switch (mode) {
      case "set": {
        const cleared = ofX ? put(c!, zerosLike(c!, updates!.shape), at, "set") : null;
        if (!ofUpdates) return [cleared, null, ...rest];
        return [cleared, where(lastUpdates(x!, updates, at), taken(c!, at), 0), ...rest];
      }
      case "add":
        return [ofX ? c! : null, ofUpdates ? taken(c!, at) : null, ...rest];
      case "sub":
        return [ofX ? c! : null, ofUpdates ? negative(taken(c!, at)) : null, ...rest];
      default:
        throw new TraceError(
          `Cannot transpose a scatter by ${mode}: it is not linear, only set, add and sub are`,
        );
    }
  },
  batch: ([x, updates, ...indices], [moving, updating, ...batched], { mode, added }, size) => {
    const at = placeOver({ indices, added }, batched, size);
    return [put(
      moving ? x! : repeated(x!, size),
      updating ? updates! : repeated(updates!, size),
      at,
      mode,
    )];
  },
  dtypes: dtypesOfKind("int", "uint", "float", "complex"),
  samples: (["set", "add", "sub", "mul", "min", "max"] as const).flatMap((mode) => [
    scatterSample([5], [3], mode, [-5, 4]),
    scatterSample([4, 3], [7], mode, [-4, 3]),
    scatterSample([4, 3], [0], mode, [0, 0]),
    scatterSample([4, 0], [2], mode, [0, 3]),
  ]),
});

function scatterSample(
  shape: Shape,
  index: Shape,
  mode: ScatterMode,
  range: readonly [number, number],
): Primitive<ScatterParams>["samples"][number] {
  return {
    shapes: [shape, [...index, ...shape.slice(1)], index],
    params: { mode, added: 0 },
    dtypes: [undefined, undefined, "int32"],
    bounds: [undefined, undefined, range],
  };
}

function taken(x: Tensor, { indices, added }: Place): Tensor {
  return bind(GATHER, [x, ...indices], { added });
}

function put(x: Tensor, updates: Tensor, { indices, added }: Place, mode: ScatterMode): Tensor {
  return bind(SCATTER, [x, updates, ...indices], { mode, added });
}

/**
 * Rows of a tensor at the indices of its leading axes.
 *
 * @param x Any tensor.
 * @param indices One int32 or int64 tensor for each leading axis, of equal shape.
 * @returns A tensor of shape `[...indices, ...rest of x]`.
 * @throws {IndexError} If an index is out of range.
 */
export function gathered(x: Tensor, indices: readonly Tensor[]): Tensor {
  return taken(x, { indices, added: 0 });
}

/**
 * A copy with rows changed at the indices of its leading axes, in their order.
 *
 * @param x Any tensor.
 * @param updates A tensor of shape `[...indices, ...rest of x]`.
 * @param indices One int32 or int64 tensor for each leading axis, of equal shape.
 * @param mode How an update combines with what is there.
 * @returns A tensor like `x`.
 * @throws {IndexError} If an index is out of range.
 */
export function scattered(
  x: Tensor,
  updates: Tensor,
  indices: readonly Tensor[],
  mode: ScatterMode,
): Tensor {
  return put(x, updates, { indices, added: 0 }, mode);
}
