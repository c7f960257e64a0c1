import type { Score } from "../core/score.ts";
import {
  againstPrompted,
  armTitle,
  type Change,
  type ComparisonGroup,
  type ComparisonRow,
  CWE_CAPTION,
  comparisonGroups,
  cweGroups,
  direction,
  headlineGroups,
  METRIC_TITLES,
  shownComparisons,
} from "./comparison.ts";
import { correctedTable } from "./corrected-table.ts";
import { disagreementTable } from "./disagreement-tables.ts";
import { count, decimal, dollars, duration, interval, pValue, shortHash, signed } from "./format.ts";
import { cell, fence, table } from "./markdown-text.ts";
import { otherScores, scoreTitle } from "./other-scores.ts";
import { overHardeningTable } from "./over-hardening.ts";
import { DEMONSTRATION } from "./page.ts";
import type { ReportExample, ReportInput } from "./report-input.ts";
import { MAX_TEXT } from "./sections/examples.ts";
import { armsOf, leftOut, metricOf, nothingLeftOut } from "./sections/left-out.ts";
import { markdownTable } from "./text-table.ts";
import { agreementTable, traceTables } from "./trace-tables.ts";
import { variantTables } from "./variant-tables.ts";
import { clip } from "./visible-text.ts";

/** The report for reading in a terminal, a pull request or a model card. Foreign text is fenced or escaped, never markup. */
export function markdown(input: ReportInput): string {
  const { run } = input;
  return `${[
    `# ${cell(input.title)}`,
    `Recipe ${cell(run.recipe)}, run ${cell(run.id)}, ${cell(run.finishedAt ?? run.startedAt)}`,
    input.demonstration && `> ${DEMONSTRATION}`,
    run.status !== "done" && `> The run is not complete (status: ${run.status}).`,
    ...(input.notes ?? []).map((note) => `> ${cell(note)}`),
    "## Result",
    "Percentages; in brackets 95 % intervals clustered on keys; changes are paired, p-values adjusted by Holm over their column.",
    comparisonTable(input, headlineGroups(input)),
    ...[overHardeningTable(input)].flatMap((it) => (it === null ? [] : markdownTable(it))),
    ...otherTables(input),
    ...variantTables(input).flatMap((it) => markdownTable(it)),
    ...cweTables(input),
    ...[correctedTable(input)].flatMap((it) => (it === null ? [] : markdownTable(it))),
    ...traceTables(input).flatMap((it) => markdownTable(it)),
    ...[agreementTable(input), disagreementTable(input)].flatMap((it) =>
      it === null ? [] : markdownTable(it),
    ),
    ...scoreTable(otherScores(input)),
    "## Failures and exclusions",
    exclusions(input),
    ...failures(input),
    "## Steps, time and cost",
    steps(input),
    "## Examples",
    ...input.examples.flatMap((example) => exampleText(input, example)),
    "## Provenance",
    provenance(input),
  ]
    .filter((part): part is string => typeof part === "string" && part !== "")
    .join("\n\n")}\n`;
}

function comparisonTable(input: ReportInput, groups: readonly ComparisonGroup[]): string {
  const beside = groups.some(({ rows }) => rows.some(({ fromPrompted }) => fromPrompted !== undefined));
  const changes = ["change", "p", ...(beside ? [againstPrompted(input), "p"] : [])];
  const header = ["split", "metric", ...input.arms.map(({ title }) => title), ...changes, "n", "keys"];
  const rows = groups.flatMap((group) =>
    group.rows.map((row) => [
      group.cwe === undefined ? group.split.title : `${group.cwe}, ${group.split.title}`,
      METRIC_TITLES[row.metric].title,
      ...row.arms.map(({ score }) => scoreText(score)),
      ...changeCells(row),
      ...(row.fromPrompted === undefined ? [] : changeCells(row.fromPrompted)),
      ofArms(row, ({ n }) => n),
      ofArms(row, ({ clusters }) => clusters),
    ]),
  );
  return table(header, rows);
}

/** One number where all arms have the same (SecRatio is of the answers that work, which differ). */
function ofArms({ arms }: ComparisonRow, counted: (score: Score) => number): string {
  const numbers = arms.map(({ score }) => count(score === undefined ? 0 : counted(score)));
  return [...new Set(numbers)].length === 1 ? numbers[0]! : numbers.join(" / ");
}

function otherTables(input: ReportInput): string[] {
  return shownComparisons(input).flatMap(({ from, to }) => [
    `### ${cell(armTitle(input, from))} → ${cell(armTitle(input, to))}`,
    table(
      ["split", "metric", "change", "p"],
      comparisonGroups(input, from, to).flatMap((group) =>
        group.rows
          .filter(({ difference }) => difference !== undefined)
          .map((row) => [group.split.title, METRIC_TITLES[row.metric].title, ...changeCells(row)]),
      ),
    ),
  ]);
}

function cweTables(input: ReportInput): string[] {
  const groups = cweGroups(input);
  return groups.length === 0
    ? []
    : ["## By weakness (CWE)", `${CWE_CAPTION}.`, comparisonTable(input, groups)];
}

function scoreTable(scores: readonly Score[]): string[] {
  if (scores.length === 0) return [];
  const rows = scores.map((score) => [
    scoreTitle(score),
    Object.entries(score.breakdown)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    [scoreText(score), pValue(score.pValue)].filter(Boolean).join(" "),
    count(score.n),
    score.method,
  ]);
  return ["## Other scores", table(["score", "of", "value", "n", "method"], rows)];
}

function exclusions(input: ReportInput): string {
  const rows = leftOut(input);
  if (rows.length === 0) return nothingLeftOut(input);
  return table(
    ["arm", "split", "metric", "judged", "errors", "skips", "withheld"],
    rows.map((row) => [
      armsOf(input, row),
      row.breakdown.split ?? "",
      metricOf(row),
      count(row.n),
      count(row.excluded.error),
      count(row.excluded.skip),
      row.withheld ?? "no",
    ]),
  );
}

function failures(input: ReportInput): string[] {
  const failed = input.run.steps.filter((step) => step.failures > 0);
  if (failed.length === 0) return ["No item failed in any step."];
  return [
    table(
      ["step", "items that failed"],
      failed.map((step) => [step.title, count(step.failures)]),
    ),
  ];
}

function steps(input: ReportInput): string {
  return table(
    ["step", "status", "made", "counted", "failed", "time", "tokens in / out", "cost"],
    input.run.steps.map((step) => {
      const entries = input.run.ledger.filter((entry) => entry.step === step.id);
      const sum = (pick: (entry: (typeof entries)[number]) => number) =>
        entries.reduce((total, entry) => total + pick(entry), 0);
      return [
        step.title,
        step.status,
        Object.entries(step.outputs)
          .map(([name, artifact]) => `${name} ${count(artifact.count)}`)
          .join(", "),
        Object.entries(step.stats)
          .map(([name, value]) => `${name} ${count(value)}`)
          .join(", "),
        count(step.failures),
        duration(step.durationMs),
        entries.length === 0
          ? "–"
          : `${count(sum((it) => it.usage.input))} / ${count(sum((it) => it.usage.output))}`,
        dollars(sum((it) => it.usd)),
      ];
    }),
  );
}

function exampleText(input: ReportInput, { task, answers, note }: ReportExample): string[] {
  const title = [task.split, ...task.cwes, task.language, note].filter((it) => it !== undefined).join(" · ");
  return [
    `### ${cell(title)}`,
    fence(clip(task.prompt, MAX_TEXT)),
    ...answers.flatMap(({ arm, generation, judgement }) => [
      `**${cell(armTitle(input, arm))}**: ${judgement ? `functional ${judgement.functional}, secure ${judgement.secure}` : "not judged"}`,
      ...(generation.reasoning === undefined
        ? []
        : ["Reasoning:", fence(clip(generation.reasoning, MAX_TEXT))]),
      fence(clip(generation.text, MAX_TEXT)),
      ...(judgement?.evidence === undefined ? [] : ["Evidence:", fence(clip(judgement.evidence, MAX_TEXT))]),
    ]),
  ];
}

function provenance({ run, sources = [], prompts = [] }: ReportInput): string {
  return table(
    ["what", "value"],
    [
      ["recipe", `${run.recipe} ${run.recipeVersion}`],
      ...Object.entries(run.versions),
      ...sources.map((it) => [it.kind, `${it.name} ${it.revision} (${it.licence})`]),
      ...prompts.map((it) => [`prompt ${it.name} ${it.version}`, shortHash(it.hash)]),
      ...run.steps.flatMap((step) =>
        Object.entries(step.outputs).map(([name, artifact]) => [`${step.id}.${name}`, artifact.sha256]),
      ),
    ],
  );
}

/** Without the letter, which is in the table's header. */
function pText(p: number | null): string {
  return pValue(p).replace(/^p\s(=\s)?/, "");
}

function scoreText(score: Score | undefined): string {
  if (score?.withheld !== undefined) return "withheld";
  return `${decimal(score?.value)} ${interval(score)}`.trim();
}

/** The change and its p-value. */
function changeCells({ difference, adjusted }: Change): [string, string] {
  if (difference?.withheld !== undefined) return ["withheld", pText(adjusted)];
  const mark = { up: " ▲", down: " ▼", unclear: "" }[direction(difference)];
  return [`${signed(difference?.value)}${mark} ${interval(difference)}`.trim(), pText(adjusted)];
}
