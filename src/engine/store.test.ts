import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { rowSchema } from "../core/artifact.ts";
import { readRows } from "./rows-file.ts";
import { Store } from "./store.ts";
import { storeError } from "./store-errors.ts";

const numbers = rowSchema("number", 1, z.strictObject({ n: z.number(), text: z.string().optional() }));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-store-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function writeNumbers(store: Store, values: number[]) {
  const pending = await store.objects.beginRows(numbers);
  for (const n of values) await pending.writer.write({ text: "é\u2028😀", n });
  return store.objects.sealRows(pending, "key");
}

test("rows round trip; equal rows are one object; the header names the schema; the index points at rows", async () => {
  const store = await Store.open(root);
  const artifact = await writeNumbers(store, [1, 2, 3]);
  const again = await writeNumbers(store, [1, 2, 3]);
  expect(again.sha256).toBe(artifact.sha256);
  expect(artifact).toMatchObject({ kind: "rows", count: 3, schema: "number/1" });
  const rows = await Array.fromAsync(readRows(store.objects.path(artifact), artifact, numbers));
  expect(rows.map(({ n }) => n)).toEqual([1, 2, 3]);
  const text = readFileSync(store.objects.path(artifact));
  expect(text.subarray(0, text.indexOf("\n")).toString()).toBe('{"schema":"number","version":1}');
  const index = readFileSync(store.layout.rowsIndex(artifact.sha256));
  const offset = new Float64Array(index.buffer, index.byteOffset, 3)[2]!;
  // Offsets count from the end of the header line's start: row bytes begin exactly there.
  expect(JSON.parse(text.subarray(offset).toString().split("\n")[0]!)).toMatchObject({ n: 3 });
  store.close();
});

test("a row that does not fit its schema is refused and nothing is left behind", async () => {
  const store = await Store.open(root);
  const pending = await store.objects.beginRows(numbers);
  await expect(pending.writer.write({ n: "one" })).rejects.toThrow(/not a number/);
  await store.objects.abandonRows(pending);
  expect(existsSync(pending.path)).toBe(false);
  store.close();
});

test("a truncated object is store-corrupt, not a shorter input", async () => {
  const store = await Store.open(root);
  const artifact = await writeNumbers(store, [1, 2, 3]);
  const path = store.objects.path(artifact);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1));
  await expect(Array.fromAsync(readRows(path, artifact, numbers))).rejects.toMatchObject({
    code: "store-corrupt",
  });
  expect(await store.objects.has(artifact)).toBe(false);
  store.close();
});

test("directories are hashed by content, wherever they were filled", async () => {
  const store = await Store.open(root);
  const fill = async () => {
    const path = await store.objects.beginDirectory();
    writeFileSync(join(path, "b.txt"), "b");
    writeFileSync(join(path, "a.txt"), "a");
    return store.objects.sealDirectory(path, "checkpoint/1", "key");
  };
  const [one, two] = [await fill(), await fill()];
  expect(two.sha256).toBe(one.sha256);
  expect(one.count).toBe(2);
  expect(statSync(store.objects.path(one)).isDirectory()).toBe(true);
  store.close();
});

test("what is left of a directory that could not be removed whole gives way to a complete one", async () => {
  const store = await Store.open(root);
  const fill = async () => {
    const path = await store.objects.beginDirectory();
    for (const name of ["config.json", "model.safetensors"]) writeFileSync(join(path, name), name);
    return store.objects.sealDirectory(path, "checkpoint/1", "key");
  };
  const artifact = await fill();
  rmSync(join(store.objects.path(artifact), "model.safetensors"));
  expect(await fill()).toEqual(artifact);
  expect(readFileSync(join(store.objects.path(artifact), "model.safetensors"), "utf8")).toBe(
    "model.safetensors",
  );
  store.close();
});

test("a folder that holds other things is no store, and nothing in it is touched", async () => {
  mkdirSync(join(root, "tmp"));
  writeFileSync(join(root, "tmp", "precious.txt"), "mine");
  await expect(Store.open(root)).rejects.toMatchObject({
    code: "store-unwritable",
    message: expect.stringContaining("is not a store"),
    hint: expect.stringContaining(join(root, ".sectune")),
  });
  expect(readFileSync(join(root, "tmp", "precious.txt"), "utf8")).toBe("mine");
  const own = join(root, "own");
  (await Store.open(own)).close();
  (await Store.open(own)).close();
});

test("an action whose output vanished is not cached", async () => {
  const store = await Store.open(root);
  const artifact = await writeNumbers(store, [1]);
  const record = { version: 1 as const, key: "k".repeat(64), keyParts: {}, outputs: { rows: artifact } };
  await store.actions.put({ ...record, stats: {}, failures: 0, durationMs: 1, ledger: [] });
  expect(await store.actions.get(record.key)).toMatchObject({ outputs: { rows: artifact } });
  rmSync(store.objects.path(artifact));
  expect(await store.actions.get(record.key)).toBeNull();
  store.close();
});

test("a second coordinator is refused by name, also from another process; a killed one leaves no lock", async () => {
  const script = `
    const { Store } = await import(${JSON.stringify(new URL("./store.ts", import.meta.url).href)});
    await Store.open(${JSON.stringify(root)});
    console.log("open");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await expect(Store.open(root)).rejects.toMatchObject({
    code: "store-locked",
    message: expect.stringContaining(`process ${child.pid}`),
    hint: expect.stringContaining("--store"),
  });
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const store = await Store.open(root);
  store.close();
});

test("what the memo committed is there after SIGKILL", async () => {
  const script = `
    const { CallMemo } = await import(${JSON.stringify(new URL("./call-memo.ts", import.meta.url).href)});
    const memo = new CallMemo(${JSON.stringify(join(root, "memo.sqlite"))});
    for (let i = 0; ; i++) {
      await memo.put({ key: "k" + i, port: "model", adapter: "a", op: "generate", lineage: "l", value: i, usage: { input: 1, output: 2 } });
      process.stdout.write(i + "\\n");
    }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      acknowledged += chunk;
      if (acknowledged.length > 400) resolve();
    });
  });
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const { CallMemo } = await import("./call-memo.ts");
  const memo = new CallMemo(join(root, "memo.sqlite"));
  const last = Number(acknowledged.trimEnd().split("\n").at(-1));
  for (let i = 0; i <= last; i++) expect(memo.get(`k${i}`)?.value).toBe(i);
  expect(memo.spent("l").tokens).toBe(3 * memo.count());
  memo.close();
});

test("full, read-only and damaged stores say what to do", async () => {
  expect(storeError(Object.assign(new Error("x"), { code: "ENOSPC" }), root)).toMatchObject({
    code: "store-full",
  });
  expect(storeError(new Error("database or disk is full"), root)).toMatchObject({ code: "store-full" });
  expect(storeError(Object.assign(new Error("x"), { code: "EROFS" }), root)).toMatchObject({
    code: "store-unwritable",
    hint: expect.stringContaining("SECTUNE_HOME"),
  });
  writeFileSync(
    join(root, "memo.sqlite"),
    "this is not a database at all, just some text that is long enough",
  );
  await expect(Store.open(root)).rejects.toMatchObject({ code: "store-corrupt" });
  rmSync(join(root, "memo.sqlite"));
  (await Store.open(root)).close();
});

test.skipIf(process.getuid?.() === 0)("a read-only store folder is store-unwritable", async () => {
  chmodSync(root, 0o500);
  await expect(Store.open(join(root, "store"))).rejects.toMatchObject({ code: "store-unwritable" });
  chmodSync(root, 0o700);
});
