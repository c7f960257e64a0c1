import { z } from "zod";
import type { Adapter, Services } from "../../core/adapter.ts";
import type { Benchmark, ItemFilter } from "../../core/benchmark.ts";
import type { Dataset } from "../../core/dataset.ts";
import { AppError } from "../../core/error.ts";
import { orderedMap } from "../../util/ordered-map.ts";
import { probeCompiler } from "./c/compiler.ts";
import { extractCode } from "./extract.ts";
import type { Language } from "./family.ts";
import { CHECKS, functionsOf, instanceOf, LICENCE, NAME, REVISION } from "./generate.ts";
import { selectTasks } from "./items.ts";
import { judgeInstance } from "./judge.ts";
import { FAMILIES, familiesOf } from "./registry.ts";
import { checkInstance } from "./self-test.ts";
import { DEFAULT_LANGUAGES, EVALUATION_SPLITS, LANGUAGES, SPLITS } from "./splits.ts";

/** Splits that are reported; `dev` and `train` are items too when a filter names them. */
const SPLIT_NAMES = SPLITS.map(({ name }) => name);

/** Items per key when a filter sets no limit. */
const PER_KEY = 2;

const LanguagesSchema = z.array(z.enum(LANGUAGES)).min(1);

const BenchmarkConfigSchema = z.strictObject({
  /** C answers are compiled: gcc is needed in the sandbox. */
  languages: LanguagesSchema.default([...DEFAULT_LANGUAGES]),
});
type BenchmarkConfig = z.infer<typeof BenchmarkConfigSchema>;

export const benchmark: Adapter<Benchmark, BenchmarkConfig> = {
  name: NAME,
  version: `${REVISION}.${CHECKS}`,
  summary:
    "Authored tasks with executable functional and exploit tests; needs only the sandbox, and gcc for C",
  config: BenchmarkConfigSchema,
  transport: [],
  create: ({ languages }, services) => createBenchmark(languages, services),
  probe: async ({ languages }, services) =>
    languages.includes("c") ? probeCompiler(() => services.sandbox()) : { available: true },
};

const DatasetConfigSchema = z.strictObject({
  /** The only one: what is held out may not become training data, whatever a recipe says. */
  split: z.enum(["train"]).default("train"),
  /** Only these families; all of the split by default. */
  families: z.array(z.enum(FAMILIES.map(({ name }) => name))).optional(),
  /** Python by default, or what the named families are written in. */
  languages: LanguagesSchema.optional(),
});
type DatasetConfig = z.infer<typeof DatasetConfigSchema>;

export const dataset: Adapter<Dataset, DatasetConfig> = {
  name: NAME,
  version: REVISION,
  summary: "Tasks of tinytasks, by default those that training data may be made from",
  config: DatasetConfigSchema,
  transport: [],
  create: ({ split, families, languages = languagesOf(families) }) => ({
    pin: { name: NAME, revision: REVISION, licence: LICENCE },
    async *rows({ seed, limit }) {
      yield* selectTasks({ split, families, languages, limit, seed, perKey: PER_KEY });
    },
  }),
};

function createBenchmark(languages: readonly Language[], services: Services): Benchmark {
  return {
    name: NAME,
    revision: `${REVISION}.${CHECKS}`,
    licence: LICENCE,
    splits: SPLITS,
    async *items({ splits = EVALUATION_SPLITS, limitPerSplit, seed }) {
      for (const split of splits) {
        const found = SPLIT_NAMES.find((name) => name === split);
        if (found === undefined) throw unknownSplit(split);
        yield* selectTasks({ split: found, languages, limit: limitPerSplit, seed, perKey: PER_KEY });
      }
    },
    prompt: (task) => [{ role: "user", content: task.prompt }],
    extract: (text, task) => {
      const { key, slots } = instanceOf(itemOf(task.oracle));
      return extractCode(text, key.family.language, functionsOf(slots.sig!));
    },
    async judge(task, answer, { signal }) {
      return judgeInstance(instanceOf(itemOf(task.oracle)), answer, await services.sandbox(), signal);
    },
    references: (task) => {
      const { key, secure, insecure } = instanceOf(itemOf(task.oracle));
      const group = key.family.name;
      return [...secure, ...insecure].map((code) => ({
        code,
        cluster: `${group}/${key.variant.name}`,
        group,
      }));
    },
    async selfTest(filter: ItemFilter, { signal, onProgress }) {
      const sandbox = await services.sandbox();
      const problems: string[] = [];
      let checked = 0;
      // What is trained on is judged by the same checks as what is measured.
      const items = this.items({ ...filter, splits: filter.splits ?? SPLIT_NAMES });
      const check = async (item: string) => checkInstance(instanceOf(item), sandbox, signal);
      for await (const found of orderedMap(itemNames(items), check, { concurrency: 4 })) {
        problems.push(...found);
        onProgress({ done: ++checked, total: null });
      }
      return { checked, problems };
    },
  };
}

function languagesOf(families: readonly string[] | undefined): readonly Language[] {
  if (families === undefined) return DEFAULT_LANGUAGES;
  return LANGUAGES.filter((language) => familiesOf([language]).some(({ name }) => families.includes(name)));
}

async function* itemNames(
  tasks: AsyncIterable<{ oracle?: { item: string } | undefined }>,
): AsyncGenerator<string> {
  for await (const { oracle } of tasks) yield oracle!.item;
}

function itemOf(oracle: { benchmark: string; item: string } | undefined): string {
  if (oracle?.benchmark === NAME) return oracle.item;
  throw new AppError("data-invalid", `the task has no ${NAME} oracle`, { boundary: "dataset" });
}

function unknownSplit(name: string): AppError {
  return new AppError("config-invalid", `${NAME} has no split "${name}"; it has ${SPLIT_NAMES.join(", ")}`, {
    boundary: "config",
  });
}
