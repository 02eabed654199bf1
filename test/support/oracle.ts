/**
 * NumPy as the oracle: one Python process answers many calls a frame over pipes.
 *
 * @module
 */
import { type Complex, type DType, DTYPES, type Item } from "../../src/core/dtype.ts";
import { isComplex, readItem, writeItem } from "../../src/core/item.ts";
import type { HostArray } from "../../src/core/primitive.ts";
import { sizeOf } from "../../src/core/shape.ts";

/** A call of a function in Python. */
export interface OracleCall {
  /** Python expression for the function, for example `np.add` or a lambda. */
  readonly fn: string;
  /** Positional arguments: arrays, numbers, `python.slice(...)` and the like. */
  readonly args?: readonly unknown[];
  /** Arguments by name. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Which dtypes of the result become which. */
  readonly to?: Readonly<Record<string, string>>;
  /** Whether floats in the result are rounded to bfloat16, which NumPy does not have. */
  readonly narrow?: "bfloat16" | undefined;
  /** Python expression for the function that gives magnitudes for the tolerance. */
  readonly scale?: string | undefined;
}

/** What a call resulted in. */
export type Answer =
  | { readonly kind: "array"; readonly array: HostArray; readonly scale?: readonly number[] }
  | { readonly kind: "list"; readonly list: readonly Answer[] }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly name: string; readonly message: string };

/** Python values that JavaScript does not have. */
export class PythonValue {
  /** How it travels. */
  readonly json: unknown;

  /**
   * Wraps a value; `python` does it.
   *
   * @param json How it travels.
   */
  constructor(json: unknown) {
    this.json = json;
  }
}

/** Makes Python values that JavaScript does not have. */
export const python = {
  /** A slice object. */
  slice: (start: number | null, stop: number | null, step: number | null): PythonValue =>
    new PythonValue({ slice: [start, stop, step] }),
  /** The ellipsis. */
  ellipsis: new PythonValue({ ellipsis: true }) as PythonValue,
  /** A tuple of numbers. */
  tuple: (parts: readonly number[]): PythonValue => new PythonValue({ tuple: parts }),
  /** A dtype object. */
  dtype: (name: DType): PythonValue => new PythonValue({ dtype: name }),
} as const;

/** Collects the bytes of arrays. */
class Block {
  readonly parts: Uint8Array[] = [];
  length = 0;

  add(array: HostArray): unknown {
    const { dtype, shape, items } = array;
    if (dtype === "string") return { strings: [items, shape] };
    const { bytes } = DTYPES[dtype];
    const data = new Uint8Array(Math.ceil(items.length * bytes / 16) * 16);
    const view = new DataView(data.buffer);
    for (let i = 0; i < items.length; i++) writeItem(dtype, view, i * bytes, items[i]!);
    const offset = this.length;
    this.parts.push(data);
    this.length += data.length;
    return { array: [dtype, shape, offset] };
  }
}

function isArray(value: object): value is HostArray {
  return "items" in value && "dtype" in value && "shape" in value;
}

function encode(value: unknown, block: Block): unknown {
  if (Array.isArray(value)) return value.map((part) => encode(part, block));
  switch (typeof value) {
    case "bigint":
      return { int: String(value) };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { float: floatText(value) };
    case "object":
      if (value === null) return null;
      if (value instanceof PythonValue) return value.json;
      if (isArray(value)) return block.add(value);
      if (isComplex(value)) return { complex: [floatText(value.re), floatText(value.im)] };
      return {
        options: Object.fromEntries(
          Object.entries(value).map(([name, part]) => [name, encode(part, block)]),
        ),
      };
    case "undefined":
      return null;
    default:
      return value;
  }
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Math.abs(value) === Infinity) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

interface WireArray {
  readonly array?: readonly [DType, readonly number[], number, number];
  readonly strings?: readonly [readonly string[], readonly number[]];
  readonly list?: readonly Wire[];
  readonly value?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly scale?: Wire;
}
type Wire = WireArray;

function decode(wire: Wire, block: Uint8Array): Answer {
  if (wire.error !== undefined) {
    return { kind: "error", name: wire.error, message: wire.message ?? "" };
  }
  if (wire.list) return { kind: "list", list: wire.list.map((part) => decode(part, block)) };
  if (wire.strings) {
    const [items, shape] = wire.strings;
    return { kind: "array", array: { dtype: "string", shape, items } };
  }
  if (!wire.array) return { kind: "value", value: wire.value };
  const [dtype, shape, offset] = wire.array;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const known = dtype in DTYPES;
  const { bytes } = known ? DTYPES[dtype] : { bytes: 0 };
  const count = known ? sizeOf(shape) : 0;
  const items: Item[] = Array.from(
    { length: count },
    (_, i) => readItem(dtype, view, offset + i * bytes),
  );
  const array: HostArray = { dtype, shape, items };
  if (!wire.scale) return { kind: "array", array };
  const scale = decode(wire.scale, block) as { readonly array: HostArray };
  return { kind: "array", array, scale: scale.array.items as readonly number[] };
}

/** A call that takes longer, in milliseconds, hangs: some of NumPy's loops do. */
const PATIENCE = 60_000;

/** A Python process that answers calls. */
export class Oracle {
  /** NumPy's version. */
  readonly version: string;
  private readonly child: Deno.ChildProcess;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array<ArrayBufferLike>>;
  private rest: Uint8Array = new Uint8Array(0);

  private constructor(child: Deno.ChildProcess, version: string) {
    this.child = child;
    this.version = version;
    this.reader = child.stdout.getReader();
    this.writer = child.stdin.getWriter();
  }

  /**
   * Starts Python.
   *
   * @returns The oracle, or the reason why there is none.
   */
  static async start(): Promise<Oracle | string> {
    const command = Deno.env.get("DENUM_PYTHON") ?? "python3";
    const script = decodeURIComponent(new URL("./oracle.py", import.meta.url).pathname);
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(command, {
        args: ["-u", script],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    } catch (error) {
      return `${command} cannot be run: ${error instanceof Error ? error.name : error}`;
    }
    const oracle = new Oracle(child, "");
    let hello: { readonly numpy?: string; readonly missing?: string };
    try {
      [hello] = await oracle.receive() as [typeof hello, Uint8Array];
    } catch {
      return `${command} ended at once`;
    }
    if (hello.numpy === undefined) {
      await oracle.close();
      return hello.missing ?? `${command} gives no answer`;
    }
    // Between calls the process keeps nobody waiting; it ends with its standard input.
    child.unref();
    return Object.assign(oracle, { version: hello.numpy });
  }

  /**
   * Makes many calls in one frame.
   *
   * @param calls The calls.
   * @returns An answer each, in the same order.
   */
  async call(calls: readonly OracleCall[]): Promise<readonly Answer[]> {
    const block = new Block();
    const header = calls.map(({ fn, args = [], kwargs = {}, to = {}, narrow, scale }) => ({
      f: fn,
      a: args.map((arg) => encode(arg, block)),
      k: Object.fromEntries(
        Object.entries(kwargs).map(([name, value]) => [name, encode(value, block)]),
      ),
      to,
      narrow,
      scale,
    }));
    const text = new TextEncoder().encode(JSON.stringify(header));
    const frame = new Uint8Array(8 + text.length + block.length);
    const view = new DataView(frame.buffer);
    view.setUint32(0, text.length, true);
    view.setUint32(4, block.length, true);
    frame.set(text, 8);
    let at = 8 + text.length;
    for (const part of block.parts) {
      frame.set(part, at);
      at += part.length;
    }
    this.child.ref();
    const alarm = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE);
    try {
      // Python reads the whole request before it answers, so neither side waits for the other.
      await this.writer.write(frame);
      const [answers, bytes] = await this.receive();
      return (answers as readonly Wire[]).map((wire) => decode(wire, bytes));
    } finally {
      clearTimeout(alarm);
      this.child.unref();
    }
  }

  /** Ends Python. */
  async close(): Promise<void> {
    this.child.ref();
    await this.writer.close();
    await this.reader.cancel();
    await this.child.status;
  }

  private async receive(): Promise<readonly [unknown, Uint8Array]> {
    const lengths = await this.take(8);
    const view = new DataView(lengths.buffer, lengths.byteOffset);
    const text = await this.take(view.getUint32(0, true));
    const header: unknown = JSON.parse(new TextDecoder().decode(text));
    return [header, await this.take(view.getUint32(4, true))];
  }

  private async take(count: number): Promise<Uint8Array> {
    const parts = [this.rest];
    let have = this.rest.length;
    while (have < count) {
      const { value, done } = await this.reader.read();
      if (done) throw new Error("Cannot ask the oracle: Python crashed or took too long");
      parts.push(value);
      have += value.length;
    }
    const all = new Uint8Array(have);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    this.rest = all.slice(count);
    return all.slice(0, count);
  }
}

/**
 * A complex number.
 *
 * @param re Real part.
 * @param im Imaginary part.
 * @returns The number.
 */
export function complex(re: number, im: number): Complex {
  return { re, im };
}
