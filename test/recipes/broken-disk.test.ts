import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const RECIPE = `recipe: evaluate
models:
  target: { adapter: mock, rules: [{ replies: [{ text: "\`\`\`python\\ndef f(x):\\n    return x\\n\`\`\`" }] }] }
benchmarks: [{ name: tinytasks, limit: 12 }]
`;

let folder: string;
let recipe: string;
let whole: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sectune-disk-"));
  recipe = join(folder, "recipe.yaml");
  whole = join(folder, "whole");
  writeFileSync(recipe, RECIPE);
  expect((await run([], whole)).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Bytes of the disk: too small to open a store, to keep the replies, to finish.
test.each([40_000, 200_000, 330_000])(
  "a disk of %i bytes that fills up stops the run, and nothing is damaged",
  async (bytes) => {
    const mount = join(folder, `disk-${bytes}`);
    const saved = join(folder, `saved-${bytes}`);
    for (const path of [mount, saved]) mkdirSync(path);
    // The copy is what is left on the full disk, which goes away with its mount.
    const keepCopy = `"$@"; code=$?; cp -a ${mount}/. ${saved}; exit $code`;
    const small = [
      "bwrap",
      "--dev-bind",
      "/",
      "/",
      "--size",
      String(bytes),
      "--tmpfs",
      mount,
      "sh",
      "-c",
      keepCopy,
      "sh",
    ];
    const { code, stdout } = await run(small, mount);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "store-full", hint: expect.stringContaining("free space") },
    });
    expect((await run([], saved)).code).toBe(0);
    expect(artifacts(saved)).toEqual(artifacts(whole));
  },
  120_000,
);

test("a store that cannot be written is named with the ways out, and stays as it is", async () => {
  const store = join(folder, "read-only");
  cpSync(whole, store, { recursive: true });
  const { code, stdout } = await run(["bwrap", "--dev-bind", "/", "/", "--ro-bind", store, store], store);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "store-unwritable", hint: expect.stringContaining("--store") },
  });
  expect((await run([], store)).code).toBe(0);
}, 120_000);

async function run(prefix: string[], store: string): Promise<{ code: number; stdout: string }> {
  const argv = [
    ...prefix,
    process.execPath,
    main,
    "run",
    recipe,
    "--store",
    store,
    "--json",
    "--progress",
    "none",
  ];
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ["ignore", "pipe", "ignore"] });
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout };
}

/** Output hashes of the newest run, by step. */
function artifacts(store: string): Record<string, string[]> {
  const newest = readdirSync(join(store, "runs")).sort().at(-1)!;
  const record = JSON.parse(readFileSync(join(store, "runs", newest, "run.json"), "utf8")) as RunRecord;
  return Object.fromEntries(
    record.steps.map(({ id, outputs }) => [id, Object.values(outputs).map(({ sha256 }) => sha256)]),
  );
}
