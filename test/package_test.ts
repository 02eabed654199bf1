// The package as its users meet it: no permission, nothing started at import.
import assert from "node:assert/strict";

async function run(code: string): Promise<{ readonly code: number; readonly text: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--no-config", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const { code: status, stdout, stderr } = await child.output();
  return {
    code: status,
    text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
  };
}

const entry = new URL("../mod.ts", import.meta.url).href;

Deno.test("a script without permissions can use the package", async () => {
  const { code, text } = await run(`
    import * as nd from ${JSON.stringify(entry)};
    console.log(nd.sum(nd.matmul(nd.ones([2, 3]), nd.ones([3, 2]))).item());
  `);
  assert.equal(text, "12\n");
  assert.equal(code, 0);
});

Deno.test("importing the package starts nothing", async () => {
  const { code, text } = await run(`
    for (const name of ["Memory", "Module", "Instance"]) {
      WebAssembly[name] = class { constructor() { throw new Error(name + " at import"); } };
    }
    WebAssembly.validate = () => { throw new Error("validate at import"); };
    const nd = await import(${JSON.stringify(entry)});
    try { nd.zeros([2]); } catch (error) { console.log(error.message); }
  `);
  assert.match(text, /at import|no WebAssembly/, "the first tensor does start the kernels");
  assert.equal(text.split("\n").length, 2);
  assert.equal(code, 0);
});
