import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ArgumentError, FormatError } from "../../src/core/errors.ts";
import { tensorOf } from "../../src/ops/creation.ts";
import { encodeNpy, type RawArray } from "../../src/io/npy_format.ts";
import { loadNpy, saveNpy } from "../../src/io/npy.ts";
import { loadNpz, saveNpz } from "../../src/io/npz.ts";
import { decodeNpz, encodeNpz } from "../../src/io/npz_format.ts";
import { crc32 } from "../../src/io/zip_records.ts";
import { readZip, unpack } from "../../src/io/zip_read.ts";
import { writeZip } from "../../src/io/zip_write.ts";
import { dataSet, fixture, numpySays, numpyTest } from "./files.ts";
import { rawArrays } from "./generators.ts";

const ARRAYS: ReadonlyMap<string, RawArray> = new Map<string, RawArray>([
  ["a", {
    dtype: "float64",
    shape: [2, 3],
    bytes: new Uint8Array(new Float64Array([0, 1, 2, 3, 4, 5]).buffer),
  }],
  ["b", {
    dtype: "string",
    shape: [3, 2],
    strings: ["", "a", "héé", "漢字 \u{1f600}", "x\ty", "end"],
  }],
  ["näme", { dtype: "int8", shape: [], bytes: new Uint8Array([3]) }],
]);

function arraysOf(bytes: Uint8Array): Map<string, RawArray> {
  const archive = decodeNpz(bytes);
  return new Map(archive.names.map((name) => [name, archive.read(name)]));
}

/** Position of the n-th record with a signature. */
function find(bytes: Uint8Array, signature: number, n = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (view.getUint32(at, true) === signature && n-- === 0) return at;
  }
  throw new Error("The record is missing");
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Changes a field of the n-th record with a signature. */
function changed(
  bytes: Uint8Array,
  [signature, n, field]: readonly [signature: number, n: number, field: number],
  width: 2 | 4,
  value: number,
): Uint8Array<ArrayBuffer> {
  const result = bytes.slice();
  const at = find(bytes, signature, n) + field;
  if (width === 2) new DataView(result.buffer).setUint16(at, value, true);
  else new DataView(result.buffer).setUint32(at, value, true);
  return result;
}

function refused(bytes: Uint8Array, reason: RegExp): void {
  assert.throws(() => arraysOf(bytes), (error) => {
    assert(error instanceof FormatError, String(error));
    assert.match(error.message, /^Cannot read .*npz file: [^.\n]/);
    assert.match(error.message, reason);
    return true;
  });
}

Deno.test("decodeNpz reads what NumPy wrote, stored, deflated and streamed", async () => {
  assert.deepEqual(arraysOf(await fixture("stored.npz")), ARRAYS);
  assert.deepEqual(arraysOf(await fixture("deflated.npz")), ARRAYS);
  const moved = new Map([...ARRAYS].map(([name, array]) => [`folder/${name}`, array]));
  assert.deepEqual(arraysOf(await fixture("streamed.npz")), moved);
});

Deno.test("encodeNpz writes the bytes that NumPy writes", async () => {
  assert.deepEqual(encodeNpz(ARRAYS), await fixture("stored.npz"));
});

Deno.test("archives come back, stored and deflated", () => {
  const archives = fc.dictionary(fc.stringMatching(/^[a-z][a-z.\-é ]{0,8}$/), rawArrays(), {
    maxKeys: 5,
    noNullPrototype: true,
  }).map((record) => new Map(Object.entries(record)));
  fc.assert(fc.property(archives, fc.boolean(), (arrays, compress) => {
    assert.deepEqual(arraysOf(encodeNpz(arrays, { compress })), arrays);
  }));
});

Deno.test("the data sets are read", async () => {
  const digits = loadNpz(await dataSet("digits.npz"));
  assert.deepEqual(digits.names, ["images", "labels"]);
  const images = digits.get("images", { dtype: "uint8" });
  assert.deepEqual(images.shape, [1797, 8, 8]);
  assert.equal(images.data().reduce((sum, x) => sum + x, 0), 561718);
  const labels = digits.get("labels", { dtype: "uint8" }).data();
  assert.deepEqual(labels.subarray(0, 5), new Uint8Array([0, 1, 2, 3, 4]));
  const iris = loadNpz(await dataSet("iris.npz")).get("features", { dtype: "float64" });
  assert.deepEqual(iris.data().subarray(0, 4), new Float64Array([5.1, 3.5, 1.4, 0.2]));
  const diabetes = loadNpz(await dataSet("diabetes.npz"));
  assert.deepEqual([...diabetes].map(([name, x]) => [name, x.dtype, x.shape]), [
    ["features", "float64", [442, 10]],
    ["target", "float64", [442]],
  ]);
});

Deno.test("loadNpz copies, has names, and says which arrays there are", () => {
  const bytes = saveNpz({ x: tensorOf([1, 2]), y: tensorOf(["a"]) }, { compress: true });
  const file = loadNpz(bytes);
  bytes.fill(0);
  assert.deepEqual(file.get("x").toArray(), [1, 2]);
  assert.deepEqual(file.get("y", { dtype: "string" }).toArray(), ["a"]);
  assert.equal(file.has("x") && !file.has("z"), true);
  assert.throws(
    () => file.get("z"),
    new ArgumentError('Cannot read array "z" of npz file: its arrays are "x", "y"'),
  );
  assert.deepEqual(loadNpz(saveNpz({})).names, []);
});

Deno.test("a Buffer of Node is read as other bytes are, and left alone", async () => {
  const x = tensorOf([[1, 258], [3, 4]], "int16");
  const little = saveNpy(x);
  const big = little.slice();
  big.set(new TextEncoder().encode(">i2"), new TextDecoder("latin1").decode(big).indexOf("<i2"));
  // At an odd address, where no typed array of 16 bits can begin.
  const buffer = Buffer.concat([Buffer.from([0]), big]).subarray(1);
  assert.deepEqual(loadNpy(buffer).toArray(), [[256, 513], [768, 1024]]);
  assert.deepEqual(new Uint8Array(buffer), big);
  const stored = Buffer.from(await fixture("stored.npz"));
  const file = loadNpz(stored);
  stored.fill(0);
  assert.deepEqual(file.get("a").shape, [2, 3]);
});

Deno.test("what is no content of a file or no tensor is refused", () => {
  for (const load of [loadNpy, loadNpz]) {
    for (const bytes of [new ArrayBuffer(8), "x.npz", undefined]) {
      assert.throws(() => load(bytes as unknown as Uint8Array), {
        name: "ArgumentError",
        message: /^Cannot read np[yz] file: its content must be a Uint8Array, not /,
      });
    }
  }
  assert.throws(() => saveNpz({ x: [1] } as never), {
    name: "DTypeError",
    message: "Cannot save [1]: an operand must be a tensor, make one with tensor()",
  });
});

Deno.test("an array is unpacked only when it is read", async () => {
  const file = await fixture("deflated.npz");
  file[find(file, LOCAL) + 70]! ^= 255;
  const archive = decodeNpz(file);
  assert.deepEqual(archive.read("b"), ARRAYS.get("b"));
  assert.throws(() => archive.read("a"), /damaged|holds/);
});

Deno.test("a file cut off anywhere is refused", async () => {
  for (const name of ["stored.npz", "deflated.npz", "streamed.npz"]) {
    const file = await fixture(name);
    for (let length = 0; length < file.length; length++) {
      assert.throws(() => arraysOf(file.subarray(0, length)), FormatError, `${name} ${length}`);
    }
    assert.throws(() => arraysOf(new Uint8Array([...file, 0])), FormatError);
    assert.throws(() => arraysOf(new Uint8Array([0, ...file])), FormatError);
  }
});

Deno.test("damaged archives are refused with the reason", async () => {
  const stored = await fixture("stored.npz");
  const deflated = await fixture("deflated.npz");
  refused(new Uint8Array(100), /no end record/);
  refused(changed(stored, [END, 0, 4], 2, 1), /divided archive/);
  refused(changed(stored, [END, 0, 10], 2, 2), /divided archive/);
  refused(changed(stored, [END, 0, 12], 4, 1), /must end at/);
  refused(changed(stored, [END, 0, 16], 4, 0xfffffff0), /must end at/);
  refused(changed(stored, [CENTRAL, 0, 0], 2, 0), /table of contents is damaged/);
  refused(changed(stored, [CENTRAL, 2, 28], 2, 60_000), /table of contents is cut off/);
  refused(changed(stored, [CENTRAL, 0, 8], 2, 1), /encrypted/);
  refused(changed(stored, [CENTRAL, 0, 10], 2, 14), /method 14/);
  refused(changed(stored, [CENTRAL, 0, 16], 4, 0), /checksum differs/);
  refused(changed(stored, [CENTRAL, 0, 24], 4, 1), /claims 1 bytes/);
  refused(changed(stored, [CENTRAL, 0, 24], 4, 0xfffffff0), /claims 4294967280 bytes/);
  refused(changed(stored, [CENTRAL, 0, 24], 4, 0xffffffff), /lacks its zip64 sizes/);
  refused(changed(stored, [CENTRAL, 0, 42], 4, 0xfffffff0), /not at its place/);
  refused(changed(stored, [CENTRAL, 1, 42], 4, 0), /contradicts|overlaps/);
  refused(changed(stored, [CENTRAL, 0, 46], 2, 0x2f2e), /contradicts/);
  refused(changed(stored, [LOCAL, 0, 8], 2, 8), /contradicts/);
  refused(changed(stored, [LOCAL, 0, 28], 2, 60_000), /cut off/);
  refused(changed(deflated, [CENTRAL, 0, 24], 4, 10_000_000), /cannot hold/);
  refused(changed(deflated, [CENTRAL, 0, 24], 4, 1000), /holds 176 bytes instead of 1000/);
  refused(changed(deflated, [CENTRAL, 0, 24], 4, 10), /holds more than its 10 bytes/);
});

Deno.test("two entries of the same bytes are refused", () => {
  const same = new Map([["x.npy", new Uint8Array(50)], ["y.npy", new Uint8Array(50)]]);
  const file = changed(writeZip(same, false), [CENTRAL, 1, 42], 4, 0);
  file[find(file, CENTRAL, 1) + 46] = "x".charCodeAt(0);
  refused(file, /overlaps/);
});

Deno.test("what is no array of the size that it claims is not unpacked to its end", () => {
  const zeros = new Uint8Array(1 << 25);
  const three = encodeNpy({ dtype: "int8", shape: [3], bytes: new Uint8Array(3) });
  const followed = zeros.slice();
  followed.set(three);
  const bombs: [Uint8Array, RegExp][] = [
    [zeros, /array "x" of npz file: it does not begin with the bytes of the format/],
    [
      followed,
      /array "x" of npz file: its shape \[3\] of "\|i1" takes 3 bytes, but 33554304 follow/,
    ],
  ];
  for (const [content, reason] of bombs) {
    const archive = writeZip(new Map([["x.npy", content]]), true);
    const [entry] = readZip(archive);
    let seen = 0;
    assert.throws(() =>
      unpack(entry!, (start) => {
        seen = start.length;
        throw new FormatError("stop");
      }), /stop/);
    assert(seen >= 16_384 && seen <= 17_000_000, `${seen} bytes`);
    refused(archive, reason);
  }
});

Deno.test("a zip bomb stops at the size that it claims", () => {
  const bomb = writeZip(new Map([["x.npy", new Uint8Array(10_000_000)]]), true);
  const small = changed(bomb, [CENTRAL, 0, 24], 4, 200);
  const start = performance.now();
  refused(small, /holds more than its 200 bytes/);
  assert(performance.now() - start < 1000);
  const [entry] = readZip(bomb);
  assert.equal(unpack(entry!).length, 10_000_000);
});

Deno.test("names that lead elsewhere, or are given twice, are refused", () => {
  const npy = encodeNpy(ARRAYS.get("näme")!);
  for (const name of ["../x", "/x", "a//b", "a/../b", "./x", "a\\b", "C:x", "a\0", "x\n", ""]) {
    refused(writeZip(new Map([[`${name}.npy`, npy]]), false), /the name .* (leads|has|begins)/);
    assert.throws(() => encodeNpz(new Map([[name, ARRAYS.get("a")!]])), FormatError);
  }
  refused(writeZip(new Map([["x", npy], ["x.npy", npy]]), false), /"x" is given twice/);
  assert.throws(() => encodeNpz(new Map([["x".repeat(20_000), ARRAYS.get("a")!]])), FormatError);
  assert.throws(() => encodeNpz(new Map([["\ud800", ARRAYS.get("a")!]])), /surrogate/);
  const proto = new Map([["__proto__", ARRAYS.get("a")!]]);
  assert.deepEqual(arraysOf(encodeNpz(proto)), proto);
});

Deno.test("an entry that is no npy file is refused when it is read", () => {
  const file = writeZip(new Map([["readme.txt", new Uint8Array(20)]]), true);
  assert.deepEqual(decodeNpz(file).names, ["readme.txt"]);
  refused(file, /Cannot read array "readme\.txt" of npz file: it does not begin/);
});

/** Turns the end record of a small archive into that of zip64. */
function asZip64(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const end = find(bytes, END);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const count = view.getUint16(end + 10, true);
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const result = new Uint8Array(end + 56 + 20 + 22);
  result.set(bytes.subarray(0, end));
  const out = new DataView(result.buffer, end);
  out.setUint32(0, 0x06064b50, true);
  out.setUint32(4, 44, true);
  for (const field of [24, 32]) out.setUint32(field, count, true);
  out.setUint32(40, size, true);
  out.setUint32(48, start, true);
  out.setUint32(56, 0x07064b50, true);
  out.setUint32(64, end, true);
  out.setUint32(72, 1, true);
  out.setUint32(76, END, true);
  for (let i = 0; i < 12; i++) out.setUint8(84 + i, 255);
  return result;
}

Deno.test("zip64 archives are read, and damaged ones refused", async () => {
  const wide = asZip64(await fixture("stored.npz"));
  assert.deepEqual(arraysOf(wide), ARRAYS);
  refused(changed(wide, [0x06064b50, 0, 44], 4, 1), /lies beyond its end/);
  refused(changed(wide, [0x06064b50, 0, 40], 4, 1), /must end at/);
  refused(changed(wide, [0x06064b50, 0, 16], 4, 1), /divided archive/);
  refused(changed(wide, [0x07064b50, 0, 8], 4, 1), /zip64 end record is missing/);
});

Deno.test("mutated archives are read or refused, nothing else", async () => {
  const files = await Promise.all(["stored.npz", "deflated.npz", "streamed.npz"].map(fixture));
  files.push(asZip64(files[0]!));
  const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 255)));
  const changes = fc.array(change, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...files), changes, (file, list) => {
      const mutated = file.slice();
      for (const [at, byte] of list) mutated[at % file.length] = byte;
      try {
        arraysOf(mutated);
      } catch (error) {
        assert(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("mutated deflated data with a matching checksum are read or refused", () => {
  const noise = new Uint8Array(
    encodeNpy({ dtype: "uint8", shape: [300], bytes: randomBytes(300) }),
  );
  const file = writeZip(new Map([["x.npy", noise]]), true);
  const [entry] = readZip(file);
  const change = fc.tuple(fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (list) => {
      const packed = entry!.packed.slice();
      for (const [at, byte] of list) packed[at % packed.length] = byte;
      try {
        unpack({ ...entry!, packed });
      } catch (error) {
        assert(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * i * 2654435761) >>> 13 & 15);
}

Deno.test("crc32 has the standard check value", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array()), 0);
});

numpyTest("NumPy reads our npz files", async () => {
  for (const compress of [false, true]) {
    const said = await numpySays(
      "with np.load(file) as z:\n" +
        "  say = {k: [z[k].dtype.str, z[k].tolist()] for k in z.files}",
      encodeNpz(ARRAYS, { compress }),
    );
    assert.deepEqual(said, {
      a: ["<f8", [[0, 1, 2], [3, 4, 5]]],
      b: ["<U4", [["", "a"], ["héé", "漢字 \u{1f600}"], ["x\ty", "end"]]],
      näme: ["|i1", 3],
    });
  }
});
