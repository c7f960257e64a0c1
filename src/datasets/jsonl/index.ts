import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { jsonRows } from "../../algorithms/json-rows.ts";
import type { Adapter } from "../../core/adapter.ts";
import type { Dataset } from "../../core/dataset.ts";
import { AppError, messageOf } from "../../core/error.ts";
import { makeTask, type Task } from "../../core/task.ts";
import { readLines } from "../../util/read-lines.ts";
import { ConfigSchema, type JsonlConfig } from "./config.ts";
import { fieldsOf, type RowFields } from "./fields.ts";

/** Tasks from the user's own JSON Lines file, read line by line in file order (the seed changes nothing). */
export const dataset: Adapter<Dataset, JsonlConfig> = {
  name: "jsonl",
  version: "1",
  summary: "Tasks from a JSON Lines file, with a mapping of its fields",
  config: ConfigSchema,
  transport: ["path"],
  create: async (config) => {
    const revision = await hashOf(config.path);
    const name = config.name;
    return {
      pin: { name, revision, licence: config.licence },
      rows: ({ limit }) => rowsOf(config, revision, limit),
    };
  },
  probe: async ({ path }) => {
    try {
      await hashOf(path);
      return { available: true };
    } catch (error) {
      return { available: false, reason: messageOf(error), hint: "Check `path` in the recipe." };
    }
  },
};

async function* rowsOf(
  config: JsonlConfig,
  revision: string,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Task> {
  let given = 0;
  for await (const { row, text, place } of jsonRows(readLines(config.path), config.path, '{"prompt": …}')) {
    if (given >= limit) return;
    yield toTask(fieldsOf(row, text, config, place), config, revision, place.line);
    given++;
  }
}

function toTask(fields: RowFields, config: JsonlConfig, revision: string, line: number): Task {
  const { row, ...rest } = fields;
  return makeTask({
    ...rest,
    origin: { dataset: config.name, revision, row: row ?? String(line), licence: config.licence },
  });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    throw new AppError("data-invalid", `the dataset file ${path} cannot be read: ${messageOf(cause)}`, {
      boundary: "dataset",
      hint: "Relative paths start at the directory in which sectune runs.",
      cause,
    });
  }
  return hash.digest("hex");
}
