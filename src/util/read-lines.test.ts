import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLines } from "./read-lines.ts";

let path: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-lines-"));
  path = join(folder, "file");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string | Uint8Array, options?: { lenient: boolean }): Promise<string[]> {
  writeFileSync(path, content);
  return Array.fromAsync(readLines(path, options));
}

test.each([
  ["", []],
  ["\n", [""]],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\n\nb", ["a", "", "b"]],
  ["a\r\nb\u2028c\n", ["a\r", "b\u2028c"]],
  ["\ufeffa\n\ufeffb", ["a", "\ufeffb"]],
])("%j", async (content, lines) => {
  expect(await read(content)).toEqual(lines);
});

test("lines and characters across the edges of what is read at once", async () => {
  const lines = Array.from({ length: 3000 }, (_, index) => "ü€🙂".repeat(index % 97));
  expect(await read(`${lines.join("\n")}\n`)).toEqual(lines);
  const long = "€".repeat(300_000);
  expect(await read(`a\n${long}\nb`)).toEqual(["a", long, "b"]);
});

test("what is not UTF-8 is told with line and column, after the lines before it; or read leniently", async () => {
  const latin = Buffer.concat([Buffer.from("zwölf\nok\ncafé "), Buffer.from([0xe9]), Buffer.from("x\nmore")]);
  writeFileSync(path, latin);
  const seen: string[] = [];
  const reading = async () => {
    for await (const line of readLines(path)) seen.push(line);
  };
  await expect(reading()).rejects.toMatchObject({ name: "NotUtf8", line: 3, column: 6 });
  expect(seen).toEqual(["zwölf", "ok"]);
  expect(await read(latin, { lenient: true })).toEqual(["zwölf", "ok", "café \ufffdx", "more"]);
  // A character that is cut by the end of the file.
  const cut = Buffer.from("a\n€").subarray(0, 4);
  await expect(read(cut)).rejects.toMatchObject({ line: 2, column: 1 });
});
