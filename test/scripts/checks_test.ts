// Each check is seen to fail on a planted mistake.
import assert from "node:assert/strict";
import { missingTags } from "../../scripts/check_docs.ts";
import { findCycle } from "../../scripts/check_imports.ts";
import plugin from "../../scripts/lint_plugin.ts";

function complaints(file: string, source: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, file, source).map(({ message }) => message);
}

Deno.test("a layer does not import a higher one", () => {
  const upward = 'import { add } from "../ops/arithmetic.ts";';
  assert.deepEqual(complaints("/x/src/core/tensor.ts", upward), [
    'Layer "core" must not import layer "ops"',
  ]);
  assert.equal(
    complaints("/x/src/devices/wasm/map.ts", 'export * from "../../io/a.ts";').length,
    1,
  );
  assert.deepEqual(complaints("/x/src/functions/angle.ts", upward), []);
  assert.deepEqual(complaints("/x/src/io/npy.ts", 'import "../core/tensor.ts";'), []);
});

Deno.test("a file has at most 600 lines, unless it is generated", () => {
  const long = "\n".repeat(600) + "export {};";
  assert.deepEqual(complaints("/x/src/core/a.ts", long), ["File has 601 lines: the limit is 600"]);
  assert.deepEqual(complaints("/x/src/devices/wasm/generated/a.ts", long), []);
  assert.deepEqual(complaints("/x/src/core/a.ts", "\n".repeat(599) + "export {};"), []);
});

Deno.test("file names are in snake case", () => {
  for (const name of ["Tensor.ts", "my-file.ts", "index.ts"]) {
    assert.equal(complaints(`/x/src/core/${name}`, "").length, 1, name);
  }
  assert.deepEqual(complaints("/x/src/core/print_float.ts", ""), []);
});

Deno.test("the library exports no default and does not write to the console", () => {
  assert.equal(complaints("/x/src/core/a.ts", "export default 1;").length, 1);
  assert.equal(complaints("/x/src/core/a.ts", "console.log(1);").length, 1);
  assert.deepEqual(complaints("/x/bench/a.ts", "console.log(1);"), []);
});

Deno.test("error messages follow the grammar", () => {
  const thrown = (text: string): readonly string[] =>
    complaints("/x/src/core/a.ts", `throw new ShapeError(${text});`);
  assert.equal(thrown('"cannot add"').length, 1);
  assert.equal(thrown('"Cannot add."').length, 1);
  assert.equal(thrown("`Cannot add: it doesn't fit`").length, 1);
  assert.equal(thrown("`Cannot add ${x}: ` + `see there.`").length, 1);
  assert.deepEqual(thrown("`Cannot add ${x}: cast it`"), []);
});

Deno.test("import cycles are found", () => {
  const imports = new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", []], ["d", ["b"]]]);
  assert.deepEqual(findCycle(imports), ["b", "d", "b"]);
  imports.set("d", ["c"]);
  assert.equal(findCycle(imports), undefined);
  assert.deepEqual(findCycle(new Map([["a", ["a"]]])), ["a", "a"]);
});

Deno.test("functions without documentation are found", () => {
  const def = {
    params: [{ kind: "identifier", name: "x" }],
    typeParams: [{ name: "D" }],
    returnType: { repr: "Tensor" },
  };
  assert.deepEqual(missingTags({ kind: "function", def }), [
    "@param x",
    "@param for each parameter",
    "@typeParam D",
    "@returns",
    "@example with a title and an assertion",
  ]);
  const tags = [
    { kind: "param", name: "x", doc: "The operand." },
    { kind: "template", name: "D", doc: "Dtype." },
    { kind: "return", doc: "A tensor." },
    { kind: "example", doc: "Usage\n```ts\nassert.ok(true);\n```" },
  ];
  assert.deepEqual(missingTags({ kind: "function", def, jsDoc: { tags } }), []);
});

Deno.test("classes and constants need an example, too; errors and types do not", () => {
  const lacking = ["@example with a title and an assertion"];
  assert.deepEqual(missingTags({ kind: "variable", def: {} }), lacking);
  assert.deepEqual(missingTags({ kind: "class", def: { extends: "Array" } }), lacking);
  assert.deepEqual(missingTags({ kind: "class", def: { typeParams: [{ name: "D" }] } }), [
    "@typeParam D",
    ...lacking,
  ]);
  assert.deepEqual(missingTags({ kind: "class", def: { extends: "RangeError" } }), []);
  assert.deepEqual(missingTags({ kind: "interface", def: {} }), []);
});
