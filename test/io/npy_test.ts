import assert from "node:assert/strict";
import fc from "fast-check";
import { DTYPE_NAMES, DTYPES } from "../../src/core/dtype.ts";
import { DTypeError, FormatError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { loadNpy, saveNpy } from "../../src/io/npy.ts";
import { decodeNpy, encodeNpy, type RawArray } from "../../src/io/npy_format.ts";
import expected from "../data/npy/expected.json" with { type: "json" };
import { fixture, hexOf, npyFile, numpySays, numpyTest } from "./files.ts";
import { rawArrays } from "./generators.ts";

/** What make_fixtures.py says of a file. */
interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex?: string;
  readonly strings?: readonly string[];
}

const FIXTURES: readonly [string, Expected][] = Object.entries(expected);

function contentOf(array: RawArray): Expected {
  const { dtype, shape } = array;
  return array.dtype === "string"
    ? { dtype, shape, strings: array.strings }
    : { dtype, shape, hex: hexOf(array.bytes) };
}

Deno.test("decodeNpy reads what NumPy wrote", async () => {
  for (const [name, wanted] of FIXTURES) {
    assert.deepEqual(contentOf(decodeNpy(await fixture(name))), wanted, name);
  }
});

Deno.test("encodeNpy writes the bytes that NumPy writes", async () => {
  for (const [name] of FIXTURES) {
    if (/_big|bytes|version[23]|python2/.test(name)) continue;
    const file = await fixture(name);
    const fortranOrder = /_fortran|rank5/.test(name);
    assert.deepEqual(encodeNpy(decodeNpy(file), { fortranOrder }), file, name);
  }
});

Deno.test("arrays of every dtype come back from both orders", () => {
  fc.assert(fc.property(rawArrays(), fc.boolean(), (array, fortranOrder) => {
    const file = encodeNpy(array, { fortranOrder });
    assert.equal(file.indexOf(0x0a) % 64, 63);
    assert.deepEqual(contentOf(decodeNpy(file)), contentOf(array));
  }));
});

Deno.test("bytes at any position of a buffer are read", async () => {
  const file = await fixture("float64_fortran.npy");
  for (let shift = 0; shift < 9; shift++) {
    const moved = new Uint8Array(file.length + shift);
    moved.set(file, shift);
    assert.deepEqual(contentOf(decodeNpy(moved.subarray(shift))), contentOf(decodeNpy(file)));
  }
  const bytes = new Uint8Array(33).fill(7).subarray(1);
  const shape = [2, 2];
  const array: RawArray = { dtype: "float64", shape, bytes };
  assert.equal(encodeNpy(array, { fortranOrder: true }).length, 128 + 32);
});

Deno.test("what was read does not share memory with the file", async () => {
  const file = await fixture("uint8.npy");
  const array = decodeNpy(file);
  const before = contentOf(array);
  file.fill(0);
  assert.deepEqual(contentOf(array), before);
});

Deno.test("odd but valid headers are read", () => {
  const four = [1, 0, 0, 0];
  const texts = [
    "{'descr':'<i4','fortran_order':False,'shape':()}",
    '{ "shape" : ( ) , "descr" : "|i4" , "fortran_order" : True , }\n\n',
    "{'descr': '=i4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': 'i4', 'fortran_order': False, 'shape': (1, 1L,), }",
  ];
  for (const text of texts) {
    const array = decodeNpy(npyFile(text, four));
    assert.equal(array.dtype, "int32", text);
    assert.equal(sizeOf(array.shape), 1);
  }
  const bfloat16 = "{'descr': 'bfloat16', 'fortran_order': False, 'shape': (2,)}";
  assert.equal(decodeNpy(npyFile(bfloat16, four)).dtype, "bfloat16");
  const bool = "{'descr': '|b1', 'fortran_order': False, 'shape': (4,)}";
  const flags = decodeNpy(npyFile(bool, [0, 1, 2, 255]));
  assert.deepEqual(flags.dtype === "bool" && flags.bytes, new Uint8Array([0, 1, 1, 1]));
});

Deno.test("byte strings are read as UTF-8 or latin1", () => {
  const file = npyFile("{'descr': '|S2', 'fortran_order': False, 'shape': (2,)}", [
    ...[0xe9, 0],
    ...[0x80, 0x41],
  ]);
  assert.deepEqual(contentOf(decodeNpy(file, { encoding: "latin1" })).strings, ["é", "\x80A"]);
  assert.throws(() => decodeNpy(file), {
    name: "FormatError",
    message: 'Cannot read npy file: byte string 0 is not UTF-8, read it with the encoding "latin1"',
  });
});

/** Headers that are refused, and a word of the reason. */
const REFUSED: readonly (readonly [header: string, reason: RegExp])[] = [
  ["", /where "\{" must stand/],
  ["{}", /lacks one of the keys/],
  ["[]", /where "\{" must stand/],
  ["{'descr': '<f4', 'fortran_order': False}", /lacks one of the keys/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", /where the end must stand/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", /where "\}" must stand/],
  ["{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}", /where "\}" must stand/],
  ["{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", /twice/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", /unexpectedly/],
  ["{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", /True or False/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': 1}", /where "\(" must stand/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", /where "," must stand/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': [1]}", /where "\(" must stand/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (0x1,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (01,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1e3,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", /a length from 0 on/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", /too large/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", /too many/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}", /too many/],
  [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740991,)}",
    /takes 36028797018963964 bytes/,
  ],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", /takes 8 bytes, but 4 follow/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}", /takes 0 bytes, but 4 follow/],
  [`{'descr': '<f4', 'fortran_order': False, 'shape': (${"1, ".repeat(33)})}`, /rank is above 32/],
  ["{'descr': '<U0', 'fortran_order': False, 'shape': (9007199254740991,)}", /4 follow/],
  ["{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,)}", /but 4 follow/],
  ["{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", /code point 4294967295/],
  ["{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", /Python objects/],
  ["{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", /structured type/],
  ["{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,)}", /structured type/],
  ["{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", /the type "<f16"/],
  ["{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}", /the type "<M8\[s\]"/],
  ["{'descr': '>V2', 'fortran_order': False, 'shape': (2,)}", /the type ">V2"/],
  ["{'descr': '<f4\\x00', 'fortran_order': False, 'shape': (1,)}", /the type of the elements/],
  ["{'descr': '', 'fortran_order': False, 'shape': (1,)}", /the type ""/],
  ["{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", /type of the elements/],
];

Deno.test("malformed and unsupported headers are refused with the reason", () => {
  for (const [header, reason] of REFUSED) {
    assert.throws(() => decodeNpy(npyFile(header, [255, 255, 255, 255])), (error) => {
      assert(error instanceof FormatError, header);
      assert.match(error.message, /^Cannot read npy file: [^.\n]/, header);
      assert.match(error.message, reason, header);
      return true;
    });
  }
  const empty = "{'descr': '|S0', 'fortran_order': False, 'shape': (9007199254740991,)}";
  assert.throws(() => decodeNpy(npyFile(empty, [])), /its 9007199254740991 strings have no bytes/);
});

Deno.test("a file cut off anywhere, or with bytes left over, is refused", async () => {
  const file = await fixture("float32.npy");
  for (let length = 0; length < file.length; length++) {
    assert.throws(() => decodeNpy(file.subarray(0, length)), FormatError, `${length}`);
  }
  assert.throws(() => decodeNpy(new Uint8Array([...file, 0])), FormatError);
});

Deno.test("wrong magic bytes, versions and header lengths are refused", async () => {
  const file = await fixture("float32.npy");
  for (const [at, byte] of [[0, 0x92], [5, 0x5a], [6, 0], [6, 4], [7, 1], [8, 255], [9, 255]]) {
    const wrong = file.slice();
    wrong[at!] = byte!;
    assert.throws(() => decodeNpy(wrong), FormatError, `byte ${at} ${byte}`);
  }
  const huge = npyFile("{}", [], 2);
  new DataView(huge.buffer).setUint32(8, 0xffffffff, true);
  assert.throws(() => decodeNpy(huge), /header claims 4294967295 bytes/);
  const invalid = npyFile("{}", [], 3);
  invalid[12] = 0xff;
  assert.throws(() => decodeNpy(invalid), /not UTF-8/);
});

Deno.test("mutated files are read or refused, nothing else", () => {
  fc.assert(
    fc.property(
      rawArrays(),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat()),
      (array, fortranOrder, changes, cut) => {
        const file = encodeNpy(array, { fortranOrder });
        for (const [at, byte] of changes) file[at % Math.min(file.length, 90)] = byte;
        try {
          decodeNpy(cut === null ? file : file.subarray(0, cut % file.length));
        } catch (error) {
          assert(error instanceof FormatError, String(error));
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("arrays that do not fit the format are not written", () => {
  const bytes = new Uint8Array(7);
  assert.throws(() => encodeNpy({ dtype: "float32", shape: [2], bytes }), FormatError);
  assert.throws(() => encodeNpy({ dtype: "string", shape: [2], strings: ["a"] }), FormatError);
  const strings = ["a\0b", "a\0"];
  assert.throws(() => encodeNpy({ dtype: "string", shape: [2], strings }), {
    name: "FormatError",
    message: "Cannot write npy file: string 1 ends with a NUL character, which the format drops",
  });
  const long = ["x".repeat(100_000), ...new Array<string>(99_999).fill("")];
  const shape = [long.length];
  assert.throws(() => encodeNpy({ dtype: "string", shape, strings: long }), /write long and short/);
});

Deno.test("loadNpy and saveNpy carry tensors of every dtype", async () => {
  for (const [name, { dtype, shape }] of FIXTURES) {
    const x = loadNpy(await fixture(name));
    assert.equal(x.dtype, dtype, name);
    assert.deepEqual(x.shape, shape, name);
    const again = loadNpy(saveNpy(x, { fortranOrder: true }));
    assert.deepEqual(again.toArray(), x.toArray(), name);
  }
  const file = await fixture("int16.npy");
  assert.equal(loadNpy(file, { dtype: "int16" }).dtype, "int16");
  assert.throws(
    () => loadNpy(file, { dtype: "int32" }),
    new DTypeError("Cannot load an array of int16 as int32: load it as it is and use cast"),
  );
});

numpyTest("NumPy reads our npy files", async () => {
  const arrays: RawArray[] = DTYPE_NAMES.map((dtype) =>
    dtype === "string"
      ? { dtype, shape: [2, 2], strings: ["", "é", "\u{1f600}", "abc"] }
      : { dtype, shape: [2, 3], bytes: new Uint8Array(6 * DTYPES[dtype].bytes).fill(1) }
  );
  // One stream of files, in both orders; NumPy reads one after the other.
  const files = arrays.flatMap((x) => [encodeNpy(x), encodeNpy(x, { fortranOrder: true })]);
  const said = await numpySays(
    "say = []\n" +
      `for _ in range(${files.length}):\n` +
      "  x = np.load(file)\n" +
      "  content = x.ravel().tolist() if x.dtype.kind == 'U' else x.tobytes().hex()\n" +
      "  say.append([x.dtype.str, list(x.shape), content])",
    new Uint8Array(await new Blob(files).arrayBuffer()),
  );
  const wanted = arrays.map((x): unknown[] => {
    const { shape, hex, strings } = contentOf(x);
    const width = DTYPES[x.dtype].bytes;
    const code = strings ? "<U3" : `${width === 1 || x.dtype === "bfloat16" ? "|" : "<"}`;
    return [strings ? code : code + DTYPES[x.dtype].npy, shape, hex ?? strings];
  });
  assert.deepEqual(said, wanted.flatMap((x) => [x, x]));
});
