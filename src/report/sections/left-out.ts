import type { Score } from "../../core/score.ts";
import { armTitle } from "../comparison.ts";
import { count } from "../format.ts";
import { type Html, html, shown } from "../html.ts";
import type { ReportInput } from "../report-input.ts";

/**
 * Rows of the whole splits from which something was left out, or whose value is withheld; of differences only the latter. Then those
 * of the reasoning; there, a metric that has no meaning on a split, and tasks that have no FuncSec to go with it, are not left out.
 */
export function leftOut(input: ReportInput): Score[] {
  const rates = input.scores.filter(({ breakdown: { kind, group, cwe }, excluded, withheld }) => {
    if (group !== undefined || cwe !== undefined) return false;
    if (kind === "difference") return withheld !== undefined;
    return kind === undefined && (excluded.error > 0 || excluded.skip > 0 || withheld !== undefined);
  });
  const traces = (input.extraScores ?? []).filter(({ breakdown: { kind }, n, excluded }) => {
    if (kind === "correlation") return excluded.error > 0;
    return kind === "trace" && (excluded.error > 0 || (n > 0 && excluded.skip > 0));
  });
  return [...rates, ...traces];
}

/** What may be said where no such row is. A judge that may not grade leaves all grades out, which is no matter of single answers. */
export function nothingLeftOut(input: ReportInput): string {
  const reasons = new Set(
    (input.extraScores ?? []).flatMap(({ breakdown: { kind }, excluded, withheld }) =>
      kind === "trace" && excluded.error === 0 ? (withheld ?? []) : [],
    ),
  );
  if (reasons.size === 0) return "Nothing was left out: 0 errors, 0 skips, no score withheld.";
  return `Nothing else than the judge's grades of the reasoning (${[...reasons].join("; ")}) was left out: 0 errors, 0 skips, no other score withheld.`;
}

/** How such a row's metric is called. */
export function metricOf({ name, breakdown: { kind, metric } }: Score): string {
  return kind === "correlation" ? `${name} of ${metric} and FuncSec` : name;
}

/** The arm such a row is of, or the two. */
export function armsOf(input: ReportInput, { breakdown: { arm, from, to } }: Score): string {
  if (arm !== undefined) return armTitle(input, arm);
  if (from === undefined || to === undefined) return "all arms";
  return `${armTitle(input, from)} → ${armTitle(input, to)}`;
}

/** What is not in the numbers, and why answers did not pass. Shown even when there is nothing, so that it can be relied on. */
export function leftOutSection(input: ReportInput): Html {
  const rows = leftOut(input);
  return html`<p>Wrong, empty, crashing or endless answers count as failed and are in the numbers. Faults of a grader or tool (errors) and tasks without such a verdict (skips) are left out; above 1 % errors a score is withheld.</p>
${rows.length === 0 ? html`<p>${nothingLeftOut(input)}</p>` : exclusionTable(input, rows)}
${reasonTable(input)}
${failureList(input)}`;
}

function exclusionTable(input: ReportInput, rows: readonly Score[]): Html {
  const caption = "Left out of the scores";
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">arm</th><th scope="col" class="text">of</th><th scope="col">judged</th><th scope="col">errors</th><th scope="col">skips</th><th scope="col" class="text">note</th></tr></thead>
<tbody>${rows.map((row) => {
    const { breakdown, n, excluded, withheld } = row;
    const of = [splitTitle(input, breakdown.split), metricOf(row)].filter((part) => part !== "").join(" · ");
    return html`<tr><th scope="row">${armsOf(input, row)}</th><td class="text">${of}</td><td>${count(n)}</td><td>${count(excluded.error)}</td><td>${count(excluded.skip)}</td><td class="text">${withheld !== undefined && `withheld: ${withheld}`}</td></tr>`;
  })}</tbody></table></div>`;
}

function reasonTable(input: ReportInput): Html | null {
  const reasons = [...new Set((input.reasons ?? []).map(({ reason }) => reason))];
  if (reasons.length === 0) return null;
  const total = (arm: string, reason: string) =>
    (input.reasons ?? [])
      .filter((it) => it.arm === arm && it.reason === reason)
      .reduce((sum, it) => sum + it.count, 0);
  const caption = "Why answers did not pass (all splits; an answer may have several reasons)";
  return html`<h3>Reasons</h3><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">reason</th>${input.arms.map((arm) => html`<th scope="col">${arm.title}</th>`)}</tr></thead>
<tbody>${reasons.map(
    (reason) =>
      html`<tr><th scope="row"><code>${reason}</code></th>${input.arms.map((arm) => html`<td>${count(total(arm.name, reason))}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

function failureList(input: ReportInput): Html {
  const failed = input.run.steps.filter(({ failures }) => failures > 0);
  if (failed.length === 0) return html`<p>No item failed in any step.</p>`;
  return html`<h3>Items that could not be processed</h3>${failed.map((step) => {
    const known = (input.failures ?? []).filter((failure) => failure.step === step.id);
    return html`<details><summary>${step.title}: ${count(step.failures)} failed</summary><div>
${known.map((failure) => html`<p class="label"><code>${failure.item}</code> · ${failure.boundary} · ${failure.code}</p><pre tabindex="0">${shown(failure.message)}</pre>`)}
${known.length < step.failures && html`<p class="quiet">${count(step.failures - known.length)} more are in the step's <code>failures</code> output.</p>`}</div></details>`;
  })}`;
}

function splitTitle(input: ReportInput, name: string | undefined): string {
  return input.splits.find((split) => split.name === name)?.title ?? name ?? "";
}
