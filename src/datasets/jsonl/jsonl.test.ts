import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Services } from "../../core/adapter.ts";
import type { Task } from "../../core/task.ts";
import { dataset } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jsonl-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("rows become tasks in file order, with mapped fields and the file's hash", async () => {
  const path = await file(
    '\ufeff{"task": {"text": "Sort it 😀"}, "weakness": ["CWE-089", 79], "id": 7}\r\n\n{"task": {"text": "Two\u2028lines"}, "weakness": "CWE-22: path", "id": "b"}',
  );
  const given = {
    path,
    licence: "MIT",
    language: "go",
    fields: { prompt: "task.text", cwes: "weakness", row: "id" },
  };
  const tasks = await read(given);
  expect(
    tasks.map(({ prompt, language, cwes, origin }) => [prompt, language, cwes, origin.row, origin.licence]),
  ).toEqual([
    ["Sort it 😀", "go", ["CWE-89", "CWE-79"], "7", "MIT"],
    ["Two\u2028lines", "go", ["CWE-22"], "b", "MIT"],
  ]);
  expect(tasks[0]!.origin.revision).toMatch(/^[0-9a-f]{64}$/);
  expect(await read(given, 1)).toEqual(tasks.slice(0, 1));
});

test.each([
  ['{"prompt": "a"}\n{"prompt": "b",}', "2:16: not JSON from here: }"],
  ['{"prompt": "a"}\nbad', "2:1: not JSON from here: bad"],
  ['{"prompt": "a"', "1:15: the JSON ends too early"],
  ['{"prompt": "a\\x"}', "1:14: not JSON from here: \\x"],
  ['{"prompt": 01}', "1:12: not JSON"],
  ['{"prompt": "a"} {}', "1:17: not JSON from here: {}"],
  ["[1]", "1:1: expected an object"],
  ['\n\n{"promt": "a"}', '3:1: no field "prompt"; the row has promt'],
  ['{"n": 1, "prompt": ["a"]}', '1:10: field "prompt" must be a text'],
  ['{"prompt": "  "}', '1:2: field "prompt" must be a text'],
])("a bad row names file, line and column: %j", async (content, message) => {
  const path = await file(content);
  await expect(read({ path, licence: "MIT" })).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining(`${path}:${message}`),
    hint: expect.any(String),
  });
});

test("what is not UTF-8, not there or not configured is told apart", async () => {
  const latin = await file(Buffer.from('{"prompt": "a"}\n{"prompt": "caf\xe9"}', "latin1"));
  await expect(read({ path: latin, licence: "MIT" })).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining(`${latin}:2:16: not UTF-8`),
    hint: expect.stringContaining("iconv"),
  });
  await expect(read({ path: join(folder, "none"), licence: "MIT" })).rejects.toMatchObject({
    code: "data-invalid",
  });
  expect(() => dataset.config.parse({ path: "x" })).toThrow(/licence/);
  expect(() => dataset.config.parse({ path: "x", licence: "MIT", field: {} })).toThrow(/field/);
});

let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.jsonl`);
  await writeFile(path, content);
  return path;
}

async function read(config: object, limit?: number): Promise<Task[]> {
  const opened = await dataset.create(dataset.config.parse(config), {} as Services);
  return Array.fromAsync(opened.rows({ seed: 0, limit })) as Promise<Task[]>;
}
