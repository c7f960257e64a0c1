import type { Score } from "../../core/score.ts";
import {
  againstPrompted,
  armTitle,
  type Change,
  type ComparisonGroup,
  comparisonGroups,
  direction,
  METRIC_TITLES,
  shownComparisons,
} from "../comparison.ts";
import { count, decimal, interval, pValue, signed } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportInput } from "../report-input.ts";

/** One tile per split: the metric that matters there, before → after. */
export function tiles(input: ReportInput, groups: readonly ComparisonGroup[]): Html {
  const { before, after } = input.headline;
  return html`<ul class="tiles">${groups.map((group) => {
    const metric = group.split.security ? "funcSec" : "func";
    const row = group.rows.find((it) => it.metric === metric)!;
    const of = (arm: string) => row.arms.find((it) => it.arm === arm)?.score;
    return html`<li><div>${group.split.title} <span class="quiet">${METRIC_TITLES[metric].title}</span></div>
<div class="values"><span>${value(of(before))} →</span> ${value(of(after))}</div>
${changeText(row.difference)}</li>`;
  })}</ul>`;
}

/** Splits (or CWEs) × metrics with every arm, the paired change, and in the headline's table that from the prompted model. */
export function comparisonTable(
  input: ReportInput,
  groups: readonly ComparisonGroup[],
  caption: string,
): Html {
  const beside = groups.some(({ rows }) => rows.some(({ fromPrompted }) => fromPrompted !== undefined));
  const changes = ["change", ...(beside ? [againstPrompted(input)] : [])];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">%</th>${input.arms.map((arm) => html`<th scope="col">${arm.title}</th>`)}${changes.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${groups.map(
    (
      group,
    ) => html`<tr><th scope="rowgroup" colspan="${1 + input.arms.length + changes.length}">${groupTitle(group)} <small>n ${group.n}, ${group.keys} keys</small></th></tr>
${group.rows.map(
  (row) =>
    html`<tr><th scope="row"><abbr title="${METRIC_TITLES[row.metric].meaning}">${METRIC_TITLES[row.metric].title}</abbr></th>${row.arms.map(
      ({ score }) =>
        html`<td>${value(score)}<small>${interval(score)}${score !== undefined && score.n !== group.n && ` n ${count(score.n)}`}</small></td>`,
    )}<td>${changeCell(row)}</td>${row.fromPrompted && html`<td>${changeCell(row.fromPrompted)}</td>`}</tr>`,
)}`,
  )}</tbody></table></div>`;
}

/** Differences of further pairs of arms, as small tables. */
export function otherComparisonTables(input: ReportInput): Html | null {
  const pairs = shownComparisons(input);
  if (pairs.length === 0) return null;
  return html`<h3>Other comparisons</h3>${pairs.map(({ from, to }) => {
    const title = `${armTitle(input, from)} → ${armTitle(input, to)}`;
    const groups = comparisonGroups(input, from, to).filter(({ rows }) => rows.some((row) => row.difference));
    return html`<details><summary>${title}</summary><div><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr><th scope="col">change in points</th>${["func", "funcSec", "secRatio"].map((metric) => html`<th scope="col">${METRIC_TITLES[metric as "func"].title}</th>`)}</tr></thead>
<tbody>${groups.map(
      (group) =>
        html`<tr><th scope="row">${group.split.title}</th>${["func", "funcSec", "secRatio"].map((metric) => {
          const row = group.rows.find((it) => it.metric === metric);
          return html`<td>${row ? changeCell(row) : "–"}</td>`;
        })}</tr>`,
    )}</tbody></table></div></div></details>`;
  })}`;
}

export function groupTitle(group: ComparisonGroup): string {
  return group.cwe === undefined ? group.split.title : `${group.cwe} · ${group.split.title}`;
}

function value(score: Score | undefined): string {
  return score?.withheld === undefined ? decimal(score?.value) : "withheld";
}

function changeCell({ difference, adjusted }: Change): Html {
  if (difference?.withheld !== undefined) return html`withheld`;
  return html`${arrow(difference)}<small>${interval(difference)}</small><small>${pValue(adjusted)}</small>`;
}

function changeText(difference: Score | undefined): Html {
  if (difference === undefined || difference.value === null)
    return html`<span class="quiet">no change can be given</span>`;
  return html`${arrow(difference)} <small>${interval(difference)}</small>`;
}

function arrow(difference: Score | undefined): Html {
  const way = direction(difference);
  const mark = { up: " ▲", down: " ▼", unclear: "" }[way];
  return html`<span class="${way}">${signed(difference?.value)}${mark}</span>`;
}
