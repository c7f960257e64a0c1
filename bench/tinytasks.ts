// Every key of tinytasks, Python and C: that its references, constants and empty answers are judged as promised.
//   npm run verify -- tinytasks [--per-key 2] [--language python,c] [--split NAME]
// What `sectune bench validate` does, but tasks that behave are kept in .sectune/verify-tinytasks, under the sources of tasks, checks and
// sandbox: hours of compiling and running that may be stopped, and go on with the same command. Exit code 1 where a task does not behave.
// Figures go to docs/results/tinytasks.json, unless only a part was asked for; `ranNow`: tasks that were not kept from before.
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CHECKS, instanceOf, REVISION } from "../src/benchmarks/tinytasks/generate.ts";
import { selectTasks } from "../src/benchmarks/tinytasks/items.ts";
import { checkInstance } from "../src/benchmarks/tinytasks/self-test.ts";
import { LANGUAGES, SPLITS } from "../src/benchmarks/tinytasks/splits.ts";
import type { Services } from "../src/core/adapter.ts";
import { sandbox as bubblewrap } from "../src/sandboxes/bubblewrap/index.ts";
import { contentHash } from "../src/util/hash.ts";
import { orderedMap } from "../src/util/ordered-map.ts";
import { recordResult } from "./support/record-result.ts";

const { values } = parseArgs({
  options: {
    "per-key": { type: "string", default: "2" },
    language: { type: "string", default: LANGUAGES.join() },
    split: { type: "string" },
  },
});
const perKey = Number(values["per-key"]);
const asked = values.language.split(",");
const languages = LANGUAGES.filter((language) => asked.includes(language));
const splits = SPLITS.filter(({ name }) => values.split === undefined || name === values.split);
if (!(perKey >= 1) || languages.length < asked.length || splits.length === 0)
  throw new Error("see the first lines of bench/tinytasks.ts for the options");

const folder = ".sectune/verify-tinytasks";
const kept = join(folder, `${await sourcesHash()}.txt`);
const behaving = new Set(await read());
const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), {} as Services);
const found: string[] = [];
let ranNow = 0;
const figures: Record<string, Record<string, { tasks: number; keys: number; problems: number }>> = {};
for (const language of languages) {
  figures[language] = {};
  for (const { name: split } of splits) {
    const tasks = [...selectTasks({ split, languages: [language], seed: 0, perKey })];
    if (tasks.length === 0) continue;
    const problems: string[] = [];
    let done = 0;
    const items = tasks.map(({ oracle }) => oracle!.item);
    for await (const told of orderedMap(items, check, { concurrency: 4 })) {
      problems.push(...told);
      if (++done % 100 === 0) process.stderr.write(`${language}, ${split}: ${done} of ${tasks.length}\n`);
    }
    found.push(...problems);
    const keys = new Set(tasks.map(({ cluster }) => cluster)).size;
    figures[language][split] = { tasks: tasks.length, keys, problems: problems.length };
  }
}
// A part is no proof of the whole.
if (splits.length === SPLITS.length && languages.length === LANGUAGES.length)
  await recordResult("tinytasks", `npm run verify -- tinytasks --per-key ${perKey}`, {
    ...{ revision: REVISION, checks: CHECKS, perKey, ranNow },
    ...figures,
  });
for (const problem of found) process.stdout.write(`${problem}\n`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exitCode = found.length === 0 ? 0 : 1;

async function check(item: string): Promise<readonly string[]> {
  const instance = instanceOf(item);
  const { secure, insecure, otherSecure, otherInsecure, hardened } = instance;
  const key = contentHash([item, secure, insecure, otherSecure, otherInsecure, hardened]);
  if (behaving.has(key)) return [];
  const problems = await checkInstance(instance, sandbox);
  ranNow++;
  await mkdir(folder, { recursive: true });
  if (problems.length === 0) await appendFile(kept, `${key}\n`);
  return problems;
}

/** Of everything that decides whether a task behaves and is ours: tasks, checks and the sandbox. */
async function sourcesHash(): Promise<string> {
  const sources: string[] = [];
  for (const folder of ["src/benchmarks/tinytasks", "src/sandboxes/bubblewrap"]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.sort()) sources.push(file, await readFile(file, "utf8"));
  }
  return contentHash(sources);
}

async function read(): Promise<string[]> {
  const text = await readFile(kept, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  // A hard kill may leave the last line unfinished: it is taken off, and its task checked again.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) await writeFile(kept, whole);
  return whole.split("\n");
}
