import { PARTIAL } from "../../src/recipes/steps/secpi-variants.ts";
import { count, decimal, interval, signed } from "../../src/report/format.ts";
import { families } from "./ablation-figures.ts";
import {
  type AblationReport,
  entryOf,
  reasoningOf,
  sliceOf,
  survives,
  trainedArms,
  type VariantEntry,
} from "./ablation-report.ts";
import { table } from "./markdown-table.ts";

/** Columns of the table of variants: what each change does where it can be seen. */
const COLUMNS = [
  { metric: "funcSec", title: "FuncSec", split: "seen" },
  { metric: "funcSec", title: "FuncSec", split: "heldOutCwe" },
  { metric: "funcSec", title: "FuncSec", split: "dev" },
  { metric: "func", title: "Func", split: "heldOutRare" },
  { metric: "func", title: "Func", split: "utility" },
  { metric: "func", title: "Func", split: "dev" },
] as const;
const REASONED = ["seen", "heldOutCwe", "dev"] as const;

/** The tables and sentences of docs/methods/secpi.md as Markdown, from a report. */
export function ablationMarkdown(report: AblationReport): string {
  const parts = [variantTable(report), survivors(report), transferTable(report), reasoningTable(report)];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Of these splits or columns, those that were measured. */
function measured<T>({ variants }: AblationReport, all: readonly T[], splitOf: (one: T) => string): T[] {
  return all.filter((one) => variants.some(({ split }) => split === splitOf(one)));
}

function variantTable(report: AblationReport): string {
  const columns = measured(report, COLUMNS, ({ split }) => split);
  const { before, after } = report.headline.arms;
  const untrained = [before, "base prompted"].map((arm) => [
    arm,
    "",
    ...columns.map(({ split, metric }) => decimal(rateOf(report, { arm, split }, metric))),
  ]);
  const trained = trainedArms(report).map((variant) => [
    variant === after ? `**${variant}**` : variant,
    rowsOf(report, variant),
    ...columns.map(({ split, metric }) => {
      const value = decimal(rateOf(report, { arm: variant, split }, metric));
      return `${value}${mark(entryOf(report, { variant, slice: split, metric, gain: false }))}`;
    }),
  ]);
  const header = ["variant", "training rows", ...columns.map(({ title, split }) => `${title} \`${split}\``)];
  return table(header, [...untrained, ...trained]);
}

/** What is left of each family of tests after Holm's adjustment; of gains, of which nearly all are left, only how many. */
function survivors(report: AblationReport): string {
  const lines = families(report).map(({ family, reference, tests, surviving }) => {
    const sentence = `- ${family}: of ${tests} tests ${surviving.length} are left after Holm (p < 0.05)`;
    if (surviving.length === 0 || reference === report.headline.arms.before) return `${sentence}.`;
    const named = surviving.map(
      ({ variant, slice, metric, change }) => `${variant}, ${metric} \`${slice}\` ${signed(change)}`,
    );
    return `${sentence}: ${named.join("; ")}.`;
  });
  return lines.join("\n");
}

function transferTable(report: AblationReport): string {
  const { before, after } = report.headline.arms;
  const groups = [...new Set(report.variants.filter(({ group }) => group !== undefined).map(sliceOf))];
  const arms = trainedArms(report).filter((arm) => arm === after || arm.startsWith(PARTIAL));
  if (arms.length === 1) return "";
  const base = groups.map((group) => rateOf(report, { arm: before, group }, "funcSec"));
  const rows = arms.map((variant) => [
    variant === after ? "all" : variant,
    rowsOf(report, variant),
    ...groups.map((slice) => {
      const entry = entryOf(report, { variant, slice, metric: "funcSec", gain: true });
      if (entry === undefined) return "–";
      return `${decimal(entry.value)} (${signed(entry.change)} ${interval(entry)})${mark(entry)}`;
    }),
  ]);
  const sizes = groups.map((group) => `${group}, n ${count(sizeOf(report, before, group))}`);
  return table(
    ["trained on", "training rows", ...sizes],
    [[`nothing (${before})`, "", ...base.map((value) => decimal(value))], ...rows],
  );
}

function reasoningTable(report: AblationReport): string {
  const arms = [report.headline.arms.before, "base prompted", ...trainedArms(report)];
  const splits = measured(report, REASONED, (split) => split);
  const metrics = ["securityMentioned", "keywordCoverage", "tokensPerAnswer"];
  const rows = arms.map((arm) => [
    arm,
    ...splits.flatMap((split) =>
      metrics.map((metric) =>
        decimal(reasoningOf(report, arm, split, metric), metric === metrics[2] ? 0 : 1),
      ),
    ),
  ]);
  const header = splits.flatMap((split) => ["S", "K", "tokens"].map((title) => `${title} \`${split}\``));
  return table(["variant", ...header], rows);
}

/** ▲ ▼ where the paired interval excludes zero; bold where the change is also left after Holm. */
function mark(entry: VariantEntry | undefined): string {
  if (!entry?.interval) return "";
  const arrow = entry.interval.low > 0 ? "▲" : entry.interval.high < 0 ? "▼" : "";
  if (arrow === "") return "";
  return survives(entry) ? ` **${arrow}**` : ` ${arrow}`;
}

function rowsOf(report: AblationReport, variant: string): string {
  const rows = report.variants.find((entry) => entry.variant === variant)?.trainedRows;
  return rows == null ? "" : count(rows);
}

function rateOf(report: AblationReport, labels: Record<string, string>, metric: string): number | null {
  return scoreOf(report, labels, metric)?.value ?? null;
}

function sizeOf(report: AblationReport, arm: string, group: string): number {
  return scoreOf(report, { arm, group }, "funcSec")?.n ?? 0;
}

function scoreOf({ scores }: AblationReport, labels: Record<string, string>, metric: string) {
  return scores.find(
    ({ name, breakdown: it }) =>
      name === metric &&
      it.kind === undefined &&
      it.cwe === undefined &&
      Object.entries(labels).every(([label, value]) => it[label] === value),
  );
}
