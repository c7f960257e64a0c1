import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Services } from "../../src/core/adapter.ts";
import { type BadRow, isBadRow } from "../../src/core/dataset.ts";
import type { Task } from "../../src/core/task.ts";
import { dataset } from "../../src/datasets/kodcode/index.ts";
import { type HubSetup, startHub } from "../fixtures/hub/hub.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-kodcode-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of our own in the form of KodCode-V1: its fields, none of its text. */
const ROWS = [
  ["instruct", "Filter", "Own_1_I", "Write a function that reads a settings file below a folder. 😀", "easy"],
  ["complete", "Filter", "Own_2_C", 'def token(n):\n    """Return a token."""', "medium"],
  ["instruct", "Apps", "Own_3_I", "Write a function that adds two numbers.", "easy"],
  ["instruct", "Package", "Own_4_I", "Use sqlite3 to find a user by name.", "hard"],
] as const;

function parquet(rows: readonly (readonly string[])[] = ROWS, without: string[] = []): Uint8Array {
  const names = ["style", "subset", "question_id", "question", "gpt_difficulty"];
  const columns = names.map((name, index) => ({
    name,
    data: rows.map((row) => row[index]!),
    type: "STRING" as const,
  }));
  // What makes KodCode large and is not read: solutions, tests, test information, metadata.
  const solution = rows.map((_, index) => `${index}`.repeat(20_000));
  const more = [
    { name: "version", data: rows.map(() => "v1.0"), type: "STRING" as const },
    { name: "solution", data: solution, type: "STRING" as const },
    {
      name: "test_info",
      data: rows.map(() => [{ function_name: "f", parameter_list: "()" }]),
      type: "JSON" as const,
    },
  ];
  const columnData = [...more, ...columns].filter(({ name }) => !without.includes(name));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2, codec: "SNAPPY" }));
}

const logs: string[] = [];
const services = (env: Record<string, string> = {}) =>
  ({ env, log: (line: string) => logs.push(line) }) as unknown as Services;

async function read(config: object, env = {}, limit?: number): Promise<Task[]> {
  const rows = await readAll(config, env, limit);
  return rows.filter((row): row is Task => !isBadRow(row));
}
async function readAll(config: object, env = {}, limit?: number): Promise<(Task | BadRow)[]> {
  const opened = await dataset.create(dataset.config.parse(config), services(env));
  return Array.fromAsync(opened.rows({ seed: 0, limit }));
}
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe("local parquet", () => {
  test("rows become tasks with their origin and the licence, which is also logged", async () => {
    const path = write("train-00000-of-00001.parquet", parquet());
    const tasks = await read({ path });
    expect(tasks.map(({ prompt, origin }) => [prompt, origin.row])).toEqual(
      ROWS.map(([, , id, question]) => [question, id]),
    );
    expect(tasks[0]).toMatchObject({
      language: "python",
      cwes: [],
      origin: {
        dataset: "KodCode/KodCode-V1",
        revision: expect.stringMatching(/^[0-9a-f]{64}$/),
        licence: "CC-BY-NC-4.0",
      },
    });
    expect(logs.at(-1)).toMatch(/CC-BY-NC-4.0.*not for commercial use/);
    const opened = await dataset.create(dataset.config.parse({ path }), services());
    expect(opened.pin).toMatchObject({ licence: "CC-BY-NC-4.0", revision: tasks[0]!.origin.revision });
    expect(await read({ path }, {}, 2)).toEqual(tasks.slice(0, 2));
  });

  test("a folder gives the files of the split in order; subsets, styles and difficulties choose rows", async () => {
    const path = mkdtempSync(join(folder, "split-"));
    writeFileSync(join(path, "train-00001-of-00002.parquet"), parquet(ROWS.slice(2)));
    writeFileSync(join(path, "train-00000-of-00002.parquet"), parquet(ROWS.slice(0, 2)));
    writeFileSync(join(path, "use_with_caution-00000-of-00001.parquet"), parquet(ROWS.slice(0, 1)));
    const ids = async (more: object) => (await read({ path, ...more })).map(({ origin }) => origin.row);
    expect(await ids({})).toEqual(["Own_1_I", "Own_2_C", "Own_3_I", "Own_4_I"]);
    expect(await ids({ split: "use_with_caution" })).toEqual(["Own_1_I"]);
    expect(await ids({ styles: ["instruct"], subsets: ["Filter", "Apps"] })).toEqual(["Own_1_I", "Own_3_I"]);
    expect(await ids({ difficulties: ["hard"] })).toEqual(["Own_4_I"]);
  });

  test("a row that does not say how difficult it is, is not chosen by difficulty, and no bad row", async () => {
    const rows = [ROWS[3], ["instruct", "Filter", "Own_5_I", "Write a function.", ""]] as const;
    const path = write("no-difficulty.parquet", parquet(rows));
    expect(await readAll({ path, difficulties: ["hard"] })).toMatchObject([{ origin: { row: "Own_4_I" } }]);
    expect(await readAll({ path })).toHaveLength(2);
  });

  test("compressed by another codec it reads the same", async () => {
    const columns = ["style", "subset", "question_id", "question", "gpt_difficulty"];
    const columnData = columns.map((name, index) => ({
      name,
      data: ROWS.map((row) => row[index]!),
      type: "STRING" as const,
    }));
    const own = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };
    const bytes = parquetWriteBuffer({ columnData, codec: "GZIP", compressors: own });
    const tasks = await read({ path: write("gzip.parquet", new Uint8Array(bytes)) });
    expect(tasks).toHaveLength(4);
  });

  test.each([
    ["not parquet", () => new TextEncoder().encode("PK no parquet at all"), /not a readable parquet file/],
    ["a missing column", () => parquet(ROWS, ["question"]), /has no column question/],
    ["cut short", () => parquet().slice(0, -100), /not a readable parquet file/],
  ])("%s is an error that names the file", async (name, bytes, message) => {
    const path = write(`${name.replaceAll(" ", "-")}.parquet`, bytes());
    await expect(read({ path })).rejects.toMatchObject({
      code: "data-invalid",
      message: expect.stringMatching(message),
    });
  });

  test("a row without a question is told with its place and costs no other row", async () => {
    const path = write("holes.parquet", parquet([["instruct", "Apps", "x", " ", "easy"], ...ROWS]));
    const [bad, ...rest] = await readAll({ path }, {}, 2);
    expect(bad).toMatchObject({
      row: `${path}:1`,
      bad: { code: "data-invalid", message: expect.stringContaining("row 1: column question") },
    });
    expect(rest).toHaveLength(2);
  });

  test("a path that is not there, a folder without files, and neither path nor revision are told apart", async () => {
    await expect(read({ path: join(folder, "none") })).rejects.toMatchObject({ code: "data-invalid" });
    const empty = mkdtempSync(join(folder, "empty-"));
    await expect(read({ path: empty })).rejects.toThrow(/holds no file train\*\.parquet/);
    expect(() => dataset.config.parse({})).toThrow(/revision/);
    expect(() => dataset.config.parse({ revision: "main" })).toThrow(/40 hex digits/);
  });
});

describe("the hub, simulated", () => {
  const revision = "0123456789abcdef0123456789abcdef01234567";
  const setup: HubSetup = {
    repository: "KodCode/KodCode-V1",
    revision,
    files: {
      "README.md": new TextEncoder().encode("# card"),
      "data/train-00001-of-00002.parquet": parquet(ROWS.slice(2)),
      "data/train-00000-of-00002.parquet": parquet(ROWS.slice(0, 2)),
      "data/use_with_caution-00000-of-00001.parquet": parquet(ROWS.slice(0, 1)),
    },
  };
  const withHub = async <T>(
    more: Partial<HubSetup>,
    work: (hub: Awaited<ReturnType<typeof startHub>>) => Promise<T>,
  ) => {
    const hub = await startHub({ ...setup, ...more });
    try {
      return await work(hub);
    } finally {
      await hub.close();
    }
  };

  test("gives the same tasks as local files, listing page by page", () =>
    withHub({ pageSize: 2 }, async ({ url, requests }) => {
      const tasks = await read({ revision, endpoint: url });
      expect(tasks.map(({ origin }) => origin.row)).toEqual(["Own_1_I", "Own_2_C", "Own_3_I", "Own_4_I"]);
      expect(tasks[0]!.origin).toMatchObject({ dataset: "KodCode/KodCode-V1", revision });
      expect(requests.filter((line) => line.includes("/tree/"))).toHaveLength(2);
    }));

  test("reads the wanted columns of a large file by ranges, not the file", async () => {
    // Noise, so that compression does not make the unread column small. Above a megabyte the client reads ranges.
    const rows = Array.from({ length: 40 }, (_, index) => [
      "instruct",
      "Apps",
      `Own_${index}`,
      `Question ${index}.`,
      "easy",
    ]);
    const noise = rows.map(() =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64"),
    );
    const names = ["style", "subset", "question_id", "question", "gpt_difficulty"];
    const columnData = [
      { name: "solution", data: noise, type: "STRING" as const },
      ...names.map((name, index) => ({
        name,
        data: rows.map((row) => row[index]!),
        type: "STRING" as const,
      })),
    ];
    const large = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10, dictionarySize: 0 }));
    expect(large.length).toBeGreaterThan(2_000_000);
    await withHub({ files: { "data/train-00000-of-00001.parquet": large } }, async ({ url, sentBytes }) => {
      expect(await read({ revision, endpoint: url })).toHaveLength(40);
      expect(sentBytes()).toBeLessThan(large.length / 2);
    });
  });

  test("a token comes from the environment; without it the error says which variable", () =>
    withHub({ token: "hf_secret" }, async ({ url }) => {
      const config = { revision, endpoint: url, tokenEnv: "MY_TOKEN" };
      expect(await read(config, { MY_TOKEN: "hf_secret" })).toHaveLength(4);
      await expect(read(config)).rejects.toMatchObject({
        code: "provider-auth",
        hint: expect.stringContaining("tokenEnv"),
      });
    }));

  test("what fails for a while is asked again; another revision and a hub that is gone are errors", async () => {
    await withHub({ failures: 2 }, async ({ url }) => {
      expect(await read({ revision, endpoint: url })).toHaveLength(4);
      const other = read({ revision: revision.replace("0", "f"), endpoint: url });
      await expect(other).rejects.toMatchObject({ code: "data-invalid" });
    });
    const gone = read({ revision, endpoint: "http://127.0.0.1:9" });
    await expect(gone).rejects.toMatchObject({ code: "provider-unavailable", retryable: true });
  });
});
