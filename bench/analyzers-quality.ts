// How well sectune-rules finds weaknesses, next to bandit, semgrep and icd on the same files.
//   npm run verify -- analyzers-quality --sven FOLDER --safecoder FOLDER --semgrep-rules FOLDER [--code LANGUAGE=FOLDER,FOLDER …]
// The folders are checkouts of eth-sri/sven, eth-sri/SafeCoder and semgrep/semgrep-rules; --code names further ordinary code.
// --keep FOLDER: what the other tools said stays there and is not asked again. For work on rules, when nothing is recorded:
// --only TOOL, --details FOLDER (every text with what was said of it).
// Figures go to docs/results/analyzers-quality.json.
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commitPairs, isHeldOut } from "./analyzers-quality/commit-pairs.ts";
import { executedReferences } from "./analyzers-quality/executed-references.ts";
import { drawFindings, judgedShares } from "./analyzers-quality/judged.ts";
import { keepVerdicts } from "./analyzers-quality/kept-verdicts.ts";
import { measures } from "./analyzers-quality/measures.ts";
import { noise } from "./analyzers-quality/noise.ts";
import { ordinaryCode, standardLibraries } from "./analyzers-quality/ordinary-code.ts";
import { byCluster, runTools, type Verdicts } from "./analyzers-quality/run-tools.ts";
import type { Sample } from "./analyzers-quality/sample.ts";
import { type QualityFigures, qualityTables } from "./analyzers-quality/tables.ts";
import { openTools } from "./analyzers-quality/tools.ts";
import { recordResult } from "./support/record-result.ts";

const { values } = parseArgs({
  options: {
    sven: { type: "string" },
    safecoder: { type: "string" },
    "semgrep-rules": { type: "string" },
    code: { type: "string", multiple: true, default: [] },
    keep: { type: "string" },
    only: { type: "string" },
    details: { type: "string" },
  },
});
const { sven, safecoder, "semgrep-rules": semgrepRules } = values;
if (sven === undefined || safecoder === undefined || semgrepRules === undefined)
  throw new Error("--sven, --safecoder and --semgrep-rules are needed: checkouts of the public repositories");

/** Languages of one family are counted together: the commits hold few of some. */
const groups = [
  ["python", ["python"]],
  ["c, c++", ["c", "cpp"]],
  ["javascript, typescript", ["javascript", "typescript", "tsx"]],
  ["java", ["java"]],
  ["go", ["go"]],
] as const;

const { keep } = values;
await using opened = await openTools(semgrepRules);
const tools = opened.tools
  .filter(({ name }) => values.only === undefined || name === values.only)
  .map((tool) => (keep === undefined || tool.name === "sectune-rules" ? tool : keepVerdicts(tool, keep)));

const figures = {
  tools: Object.fromEntries(tools.map(({ name, version }) => [name, version])),
  sources: Object.fromEntries(
    [sven, safecoder, semgrepRules].map((folder) => [folder.split("/").at(-1), revisionOf(folder)]),
  ),
  executed: await executed(),
  pairs: await pairs([sven, safecoder]),
  ordinary: await ordinary(),
};
if (values.only === undefined && values.details === undefined) {
  const command =
    "npm run verify -- analyzers-quality --sven FOLDER --safecoder FOLDER --semgrep-rules FOLDER --code LANGUAGE=FOLDER …";
  await recordResult("analyzers-quality", command, figures);
}
process.stdout.write(`${qualityTables(figures)}\n`);

async function executed(): Promise<QualityFigures["executed"]> {
  const all = executedReferences();
  const result: Record<string, QualityFigures["executed"][string]> = {};
  for (const language of ["python", "c"]) {
    const samples = all.filter((sample) => sample.language === language);
    const verdicts = await runTools(tools, samples);
    await detail(`executed-${language}`, samples, verdicts);
    result[language] = {
      tools: eachTool(verdicts, (own) => measures(samples, own)),
      families: eachTool(verdicts, (own) => byCluster(samples, own)),
    };
  }
  return result;
}

async function pairs(checkouts: readonly string[]): Promise<QualityFigures["pairs"]> {
  const result: Record<string, QualityFigures["pairs"][string]> = {};
  const all = await commitPairs(checkouts);
  for (const [group, languages] of groups) {
    const samples = all.filter(({ language }) => languages.some((one) => one === language));
    const verdicts = await runTools(tools, samples);
    await detail(`pairs-${languages[0]}`, samples, verdicts);
    const part = (chosen: (sample: Sample) => boolean) => {
      const indexes = [...samples.keys()].filter((index) => chosen(samples[index]!));
      const some = indexes.map((index) => samples[index]!);
      return {
        pairs: some.length / 2,
        tools: eachTool(verdicts, (own) =>
          measures(
            some,
            indexes.map((index) => own[index]!),
          ),
        ),
      };
    };
    result[group] = {
      all: part(() => true),
      heldOut: part(isHeldOut),
      lookedAt: part((sample) => !isHeldOut(sample)),
    };
  }
  return result;
}

async function ordinary(): Promise<QualityFigures["ordinary"]> {
  const result: Record<string, QualityFigures["ordinary"][string]> = {};
  const others = await Promise.all(values.code.map(ordinaryCode));
  for (const { language, what, files } of [...(await standardLibraries()), ...others]) {
    const verdicts = await runTools(tools, files);
    await detail(`ordinary-${language}`, files, verdicts);
    const found = Object.fromEntries(
      [...verdicts].map(([tool, own]) => {
        const judged = judgedShares(language, tool, drawFindings(files, own, language, tool));
        return [tool, { ...noise(files, own), judged }];
      }),
    );
    result[language] = { what, files: files.length, tools: found };
  }
  return result;
}

function eachTool<T>(verdicts: Verdicts, of: (own: NonNullable<ReturnType<Verdicts["get"]>>) => T) {
  return Object.fromEntries([...verdicts].map(([name, own]) => [name, of(own)]));
}

async function detail(name: string, files: readonly object[], verdicts: Verdicts): Promise<void> {
  if (values.details === undefined) return;
  await mkdir(values.details, { recursive: true });
  const lines = files.map((file, index) => {
    const said = Object.fromEntries([...verdicts].map(([tool, own]) => [tool, own[index]]));
    const heldOut = "pair" in file && isHeldOut(file as Sample);
    return JSON.stringify({ ...file, heldOut, said });
  });
  await writeFile(join(values.details, `${name}.jsonl`), `${lines.join("\n")}\n`);
}

function revisionOf(folder: string): string {
  return execFileSync("git", ["-C", folder, "rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
}
