/**
 * Slicing, advanced indexing and functional updates.
 *
 * @module
 */
import fc from "fast-check";
import { type DType, DTYPE_NAMES } from "../../src/core/dtype.ts";
import { IndexError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import {
  advancedIndices,
  arrays,
  arrayShapes,
  basicIndices,
  type Drawn,
  type IndexPart,
  validAxes,
} from "../support/arbitraries.ts";
import { python } from "../support/oracle.ts";
import { indices, NO_AXES, NUMERIC, operand } from "./arguments.ts";
import type { Namespace, PublicFunction, Row } from "./row.ts";

const ANY: readonly DType[] = DTYPE_NAMES;

/** An index as Python has it. */
function pythonIndex(parts: readonly IndexPart[]): readonly unknown[] {
  return parts.map((part) => {
    if (part === "...") return python.ellipsis;
    if (typeof part !== "string") return part;
    const [start, stop, step] = part.split(":").map((text) => text === "" ? null : Number(text));
    return python.slice(start ?? null, stop ?? null, step ?? null);
  });
}

function indexed(
  dtypes: readonly DType[],
  index: (shape: readonly number[]) => fc.Arbitrary<readonly IndexPart[]>,
  minRank: number,
): fc.Arbitrary<readonly [Drawn, readonly IndexPart[]]> {
  return operand({ dtypes, minRank, maxRank: 4, maxLength: 5 }).chain((x) =>
    fc.tuple(fc.constant(x), index(x.shape))
  );
}

/** Whether an index selects nothing: NumPy looks at some of the other indices then, we at all. */
function nothingSelected(error: Error, args: readonly unknown[]): boolean {
  return error instanceof IndexError && args.flat().some((arg) => {
    if (typeof arg !== "object" || arg === null || !("items" in arg)) return false;
    const { dtype, items } = arg as Drawn;
    return items.length === 0 || (dtype === "bool" && !items.includes(true));
  });
}

const basic = indexed(ANY, basicIndices, 0);
const advanced = indexed(ANY, advancedIndices, 1);

type Part = Readonly<Record<string, PublicFunction>>;

function partOf(nd: Namespace, x: Tensor, parts: readonly unknown[]): Part {
  return (nd["at"] as PublicFunction)(x, ...parts) as Part;
}

const READING: readonly Row[] = [
  {
    name: "slice",
    np: "getitem",
    args: basic,
    ours: (nd: Namespace, x: Tensor, parts: readonly unknown[]) =>
      (nd["slice"] as PublicFunction)(x, ...parts),
    theirs: (x: Drawn, parts: readonly IndexPart[]) => ({ args: [x, pythonIndex(parts)] }),
    runs: 150,
  },
  ...Object.entries({ basic, advanced }).map(([label, args]): Row => ({
    name: "at",
    label: `get of ${label} indices`,
    np: "getitem",
    args,
    ours: (nd: Namespace, x: Tensor, parts: readonly unknown[]) => partOf(nd, x, parts)["get"]!(),
    theirs: (x: Drawn, parts: readonly IndexPart[]) => ({ args: [x, pythonIndex(parts)] }),
    tolerates: nothingSelected,
    runs: label === "basic" ? 150 : 400,
  })),
];

/** Shapes that often broadcast into a selection of the shape: scalars, one axis, the tail. */
function valueShapes(shape: readonly number[]): fc.Arbitrary<readonly number[]> {
  return fc.oneof(
    fc.constant([]),
    fc.constant([1]),
    fc.nat({ max: shape.length }).map((from) => shape.slice(from)),
    fc.constant([1, 1, ...shape]),
  );
}

/** Operand, index, and a value that mostly fits because the shape is one that slicing leaves. */
function changes(
  dtypes: readonly DType[],
  index: (shape: readonly number[]) => fc.Arbitrary<readonly IndexPart[]>,
  minRank: number,
): fc.Arbitrary<readonly unknown[]> {
  return indexed(dtypes, index, minRank).chain(([x, parts]) =>
    fc.tuple(valueShapes(x.shape), fc.nat({ max: 29 })).chain(([shape, mistake]) =>
      arrays(mistake === 0 ? "int16" : x.dtype, shape).map((value) => [x, parts, value])
    )
  );
}

const MODES = ["set", "add", "subtract", "multiply", "min", "max"] as const;

const CHANGING: readonly Row[] = MODES.flatMap((mode) =>
  Object.entries({ basic: basicIndices, advanced: advancedIndices }).map(([label, index]): Row => ({
    name: "at",
    label: `${mode} at ${label} indices`,
    np: "updated",
    args: changes(mode === "set" ? ANY : NUMERIC, index, label === "basic" ? 0 : 1),
    ours: (nd: Namespace, x: Tensor, parts: readonly unknown[], value: Tensor) =>
      partOf(nd, x, parts)[mode]!(value),
    theirs: (x: Drawn, parts: readonly IndexPart[], value: Drawn) => ({
      args: [x, pythonIndex(parts), value, mode],
    }),
    tolerates: nothingSelected,
    zerosEqual: mode === "min" || mode === "max",
    refuses: [{
      reason: "bool and strings have no arithmetic",
      when: (x) => mode !== "set" && !NUMERIC.includes((x as Drawn).dtype),
    }],
  }))
);

function taken(): fc.Arbitrary<readonly unknown[]> {
  return operand({ dtypes: ANY, maxRank: 3 }).chain((x) =>
    fc.tuple(
      validAxes(x.shape.length, { single: true }),
      arrayShapes({ maxRank: 2, long: false }),
      fc.nat({ max: 14 }),
      fc.constantFrom<DType>("int32", "int64"),
    ).chain(([axis, shape, mistake, dtype]) => {
      const length = axis === undefined ? x.items.length : x.shape.at(axis as number) ?? 1;
      const bounds = mistake === 0
        ? [-length - 1, length] as const
        : [-length, Math.max(length - 1, -length)] as const;
      return arrays(dtype, shape, { bounds }).map((positions) =>
        axis === undefined ? [x, positions] : [x, positions, { axis }]
      );
    })
  );
}

function takenAlong(): fc.Arbitrary<readonly unknown[]> {
  return operand({ dtypes: ANY, maxRank: 3, minRank: 1, minLength: 1 }).chain((x) =>
    fc.tuple(
      validAxes(x.shape.length, { single: true }),
      fc.integer({ min: 0, max: 5 }),
      fc.nat({ max: 19 }),
    ).chain(([axis, count, mistake]) => {
      const at = ((axis ?? -1) as number) + ((axis ?? -1) as number < 0 ? x.shape.length : 0);
      const along = at < 0 || at >= x.shape.length ? 0 : at;
      const length = x.shape[along]!;
      const shape = x.shape.with(along, count);
      const wrong = mistake === 0 ? [...shape, 1] : mistake === 1 ? shape.map(() => 1) : shape;
      const bounds = [-length, mistake === 2 ? length : length - 1] as const;
      return arrays("int32", wrong, { bounds }).map((positions) =>
        axis === undefined ? [x, positions] : [x, positions, { axis }]
      );
    })
  );
}

const OTHERS: readonly Row[] = [
  { name: "take", np: "np.take", args: taken(), refuses: [NO_AXES], tolerates: nothingSelected },
  {
    name: "takeAlongAxis",
    np: "lambda x, i, axis=-1: np.take_along_axis(x, i, axis)",
    args: takenAlong(),
  },
  {
    name: "nonzero",
    np: "np.nonzero",
    args: operand({ dtypes: ["bool"] }).map((x) => [x]),
    to: indices,
    refuses: [{
      reason: "only bool is a truth value",
      when: (x) => (x as Drawn).dtype !== "bool",
    }],
  },
];

/** Rows of this file. */
export const INDEXING: readonly Row[] = [...READING, ...CHANGING, ...OTHERS];
