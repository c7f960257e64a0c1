// How far analyzers can be believed: sensitivity and specificity on executed references and on vulnerable/fixed pairs of commits.
//   npm run verify -- calibrate [--pairs FOLDER …] [--semgrep-rules FOLDER] [--limit N] [--only executed|pairs]
// FOLDER of pairs: data_train_val/ of eth-sri/sven, of eth-sri/SafeCoder, or any folder of such files; each given one is a source of
// its own. With semgrep rules of your own (security rules of semgrep/semgrep-rules, say), semgrep is measured too.
// --limit: tasks of each structure of tinytasks (default 3). Figures go to docs/results/calibration.json.
// Killed, the same command goes on with the source that it was at: finished ones are kept in --work (default: a folder of the system's
// for temporary files), under the commit.
import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { runCalibration, type SourceChoice } from "../src/app/calibration/open-calibration.ts";
import { calibrationSlices, rateText, type SliceSide } from "../src/app/calibration/slices.ts";
import { writeFileAtomic } from "../src/util/atomic-file.ts";
import { contentHash } from "../src/util/hash.ts";
import { recordResult } from "./support/record-result.ts";

/** Rates of fewer weak pieces than this say little by themselves; they are in the totals. */
const MIN_WEAK = 10;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", multiple: true, default: [] },
    "semgrep-rules": { type: "string" },
    limit: { type: "string", default: "3" },
    only: { type: "string" },
    work: { type: "string", default: join(tmpdir(), "sectune-verify-calibrate") },
  },
});
const rules = values["semgrep-rules"];
const analyzers = [
  "sectune-rules, icd, {adapter: sarif-command, tool: bandit}, {adapter: sarif-command, tool: flawfinder}",
  ...(rules === undefined
    ? []
    : [`{adapter: sarif-command, tool: semgrep, rules: ${JSON.stringify(rules)}}`]),
].join(", ");

const executed = ["python", "c"].map((language): SourceChoice => {
  const config = { languages: [language] };
  const perCluster = Number(values.limit);
  return { kind: "benchmark", name: "tinytasks", config, filter: { seed: 0 }, perCluster };
});
const pairs = values.pairs.map((path): SourceChoice => ({ kind: "pairs", paths: [path] }));
const sources = [...(values.only === "pairs" ? [] : executed), ...(values.only === "executed" ? [] : pairs)];

const figures: object[] = [];
for (const from of sources) figures.push(await kept(from));
const command = `npm run verify -- calibrate${values.pairs.map(() => " --pairs FOLDER").join("")}${rules === undefined ? "" : " --semgrep-rules FOLDER"}`;
await recordResult("calibration", command, { minWeakByCwe: MIN_WEAK, sources: figures });

/** The figures of a source, measured now or kept from a run of the same commit that did not get to its end. */
async function kept(from: SourceChoice): Promise<object> {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const path = join(values.work, `${contentHash([commit, from, analyzers])}.json`);
  const known = await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as object;
  const measured = await measure(from);
  await mkdir(values.work, { recursive: true });
  await writeFileAtomic(path, JSON.stringify(measured));
  return measured;
}

async function measure(from: SourceChoice): Promise<object> {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  let told = "";
  const { calibration, scores, leftOut } = await runCalibration({
    ...{ from, analyzers, minSeverity: "info", sandbox: "bubblewrap", signal: controller.signal },
    log: (message) => process.stderr.write(`${message}\n`),
    onProgress: ({ analyzer, done = 0 }) => {
      const line = analyzer === undefined ? told : `${analyzer} at work, ${done} pieces done`;
      if (line !== told) process.stderr.write(`${line}\n`);
      told = line;
    },
  });
  const { source } = calibration;
  const { slices } = calibrationSlices(scores);
  const kept = slices.filter(({ cwe, weak }) => cwe === undefined || weak.n >= MIN_WEAK);
  return {
    source: { truth: source.truth, name: nameOf(from) ?? source.name, revision: source.revision },
    leftOut,
    analyzers: Object.fromEntries(
      calibration.analyzers.map(({ name, version }) => [
        name,
        {
          version,
          rates: kept
            .filter(({ analyzer }) => analyzer === name)
            .map(({ language, cwe, weak, secure }) => ({
              of: cwe === undefined ? language : `${language}, ${cwe}`,
              weak: side(weak, "found", "namingTheCwe"),
              secure: side(secure, "clean", "notNamingTheCwe"),
            })),
        },
      ]),
    ),
  };
}

/** Folders of pairs with what they lie in: in the public checkouts, all are called `data_train_val`. */
function nameOf(from: SourceChoice): string | undefined {
  if (from.kind !== "pairs") return undefined;
  return from.paths.map((path) => resolve(path).split(sep).slice(-2).join("/")).join(", ");
}

/** In % with 95 % intervals, over `n`; failures are in no rate. */
function side({ any, expected, n, failed }: SliceSide, anyName: string, expectedName: string): object {
  return { n, [anyName]: rateText(any) ?? null, [expectedName]: rateText(expected) ?? null, failed };
}
