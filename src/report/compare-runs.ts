import type { RunRecord } from "../core/run.ts";
import type { Score } from "../core/score.ts";
import { decimal, dollars, duration, interval, signed } from "./format.ts";
import { columns, fold } from "./text-columns.ts";
import { visibleLine } from "./visible-text.ts";

export interface ScoredRun {
  readonly run: RunRecord;
  readonly scores: readonly Score[];
}

/** One score that both runs have. */
export interface ScoreChange {
  readonly name: string;
  /** Labels that are the same in both: arm, split, metric. */
  readonly breakdown: Readonly<Record<string, string>>;
  readonly a: Score;
  readonly b: Score;
  /** b − a in points; null where one has no value. */
  readonly difference: number | null;
  /** Whether the two 95 % intervals have no point in common. Runs are not paired, so there is no test. */
  readonly apart: boolean;
}

export interface RunComparison {
  readonly changes: readonly ScoreChange[];
  /** Labels of scores that only one run has. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Versions, recipe and settings in which the runs differ: `torch: 2.13.0 → 2.14.0`. */
  readonly settings: readonly string[];
}

/** Sets the rates of two runs (CWE rows and differences left out) side by side. */
export function compareRuns(a: ScoredRun, b: ScoredRun): RunComparison {
  const [inA, inB] = [byLabel(a.scores), byLabel(b.scores)];
  const changes: ScoreChange[] = [];
  for (const [label, first] of inA) {
    const second = inB.get(label);
    if (second === undefined) continue;
    const difference = first.value === null || second.value === null ? null : second.value - first.value;
    changes.push({
      name: first.name,
      breakdown: first.breakdown,
      a: first,
      b: second,
      difference,
      apart: areApart(first, second),
    });
  }
  return {
    changes,
    onlyA: [...inA.keys()].filter((label) => !inB.has(label)),
    onlyB: [...inB.keys()].filter((label) => !inA.has(label)),
    settings: differences(facts(a.run), facts(b.run)),
  };
}

/** The comparison as text that fits 60 columns. */
export function compareRunsText(a: ScoredRun, b: ScoredRun, width = 80): string {
  const { changes, onlyA, onlyB, settings } = compareRuns(a, b);
  const lines = [
    ...fold(`a  ${a.run.id}  ${a.run.recipe}  ${summary(a.run)}`, width),
    ...fold(`b  ${b.run.id}  ${b.run.recipe}  ${summary(b.run)}`, width),
  ];
  if (settings.length > 0) lines.push("", "Settings that differ (a → b)");
  for (const setting of settings) lines.push(...fold(`  ${visibleLine(setting)}`, width));
  const groups = Map.groupBy(changes, ({ breakdown: { arm, split, group } }) =>
    [arm, split, group]
      .filter(Boolean)
      .map((label) => visibleLine(label!))
      .join(" · "),
  );
  for (const [group, members] of groups) {
    lines.push("", ...fold(group, width));
    const rows = members.map(({ name, a: first, b: second, difference, apart }) => [
      visibleLine(name),
      `${rate(first)} ${interval(first)}`.trim(),
      `${rate(second)} ${interval(second)}`.trim(),
      `${signed(difference)}${apart ? " *" : ""}`,
    ]);
    const table = columns(rows, ["left", "left", "left", "right"]);
    lines.push(...table.map((line) => `  ${line}`.trimEnd()));
  }
  if (changes.length === 0) lines.push("", "The runs have no score in common.");
  else
    lines.push(
      "",
      ...fold("* the 95 % intervals do not overlap. Runs are not paired: no test is made.", width),
    );
  for (const [name, labels] of [
    ["a", onlyA],
    ["b", onlyB],
  ] as const) {
    if (labels.length > 0)
      lines.push(...fold(`Only in ${name}: ${labels.map(visibleLine).join("; ")}`, width));
  }
  return lines.join("\n");
}

function byLabel(scores: readonly Score[]): Map<string, Score> {
  const rates = scores.filter(({ breakdown }) => breakdown.kind === undefined && breakdown.cwe === undefined);
  return new Map(rates.map((score) => [labelOf(score), score]));
}

function labelOf({ name, breakdown }: Score): string {
  const labels = Object.entries(breakdown).filter(([key]) => key !== "metric");
  return [...labels.sort().map(([, value]) => value), name].join(" ");
}

function areApart(a: Score, b: Score): boolean {
  if (!a.interval || !b.interval) return false;
  return a.interval.high < b.interval.low || b.interval.high < a.interval.low;
}

function facts(run: RunRecord): Map<string, string> {
  const recipe: [string, string] = ["recipe", `${run.recipe} ${run.recipeVersion}`];
  return new Map([recipe, ...Object.entries(run.versions), ...leaves(run.config, "")]);
}

/** `models.target.adapter` → `"local"` for every leaf of the settings. */
function leaves(value: unknown, path: string): [string, string][] {
  if (value === null || typeof value !== "object") return [[path, JSON.stringify(value) ?? ""]];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, path === "" ? key : `${path}.${key}`),
  );
}

function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key}: ${a.get(key) ?? "none"} → ${b.get(key) ?? "none"}`);
}

function summary(run: RunRecord): string {
  const usd = run.ledger.reduce((sum, entry) => sum + entry.usd, 0);
  const time = run.steps.reduce((sum, step) => sum + (step.durationMs ?? 0), 0);
  return `${run.status}, ${duration(time)}, ${dollars(usd)}`;
}

function rate(score: Score): string {
  return score.withheld === undefined ? decimal(score.value) : "withheld";
}
