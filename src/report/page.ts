import { createHash } from "node:crypto";
import { armTitle, CWE_CAPTION, cweGroups, headlineGroups, promptedArm } from "./comparison.ts";
import { correctedTable } from "./corrected-table.ts";
import { disagreementTable } from "./disagreement-tables.ts";
import { type Html, html, trusted } from "./html.ts";
import { overHardeningTable } from "./over-hardening.ts";
import { legend, type Plots } from "./plots.ts";
import type { ReportInput } from "./report-input.ts";
import { exampleSection } from "./sections/examples.ts";
import { comparisonTable, otherComparisonTables, tiles } from "./sections/headline.ts";
import { leftOutSection } from "./sections/left-out.ts";
import { otherScoreSection } from "./sections/other-scores.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { stepSection } from "./sections/steps.ts";
import { STYLES } from "./styles.ts";
import { htmlTable } from "./text-table.ts";
import { agreementTable, traceTables } from "./trace-tables.ts";
import { variantComparisons } from "./variant-comparisons.ts";
import { variantTables } from "./variant-tables.ts";

export const DEMONSTRATION =
  "Demonstration. The model that is hardened here is the small embedded one, trained by this project on its own generated code. The numbers show that the pipeline works; they are not a research result and say nothing about other models.";

/**
 * The whole report as one file. It has no script, and its policy allows none: nothing in it can run or fetch anything, whatever
 * a model wrote. The style sheet is allowed by its hash.
 */
export function page(input: ReportInput, plots: Plots): string {
  const groups = headlineGroups(input);
  const cwes = cweGroups(input);
  const hash = createHash("sha256").update(STYLES).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const markup = html`<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${input.title}</title><style>${trusted(STYLES)}</style></head><body>
<a class="skip" href="#result">Skip to the result</a>
${head(input)}
<main>
<h2 id="result">Result</h2>
${tiles(input, groups)}
<p>Percentages of answers; “keys” are tasks that differ in more than names and values: of tinytasks in family, variant of the function, or wording. In brackets 95 % intervals, clustered on keys; changes are paired, p-values adjusted by Holm over their column. ▲ ▼ mark changes whose interval excludes zero.</p>
${comparisonTable(input, groups, caption(input))}
${armNotes(input)}
${overHardeningSection(input)}
${otherComparisonTables(input)}
<h2 id="plots">Plots</h2>${legend(input)}<div class="figures">${plots.intervals(input, groups)}</div>
${cwes.length > 0 && cweSection(input, cwes, plots)}
${variantSection(input, plots)}
${correctedSection(input)}
${traceSection(input)}
${filterSection(input)}
${analyzerSection(input)}
${otherScoreSection(input)}
<h2 id="examples">Examples</h2>${exampleSection(input)}
<h2 id="left-out">Failures and exclusions</h2>${leftOutSection(input)}
<h2 id="steps">Steps, time and cost</h2>${stepSection(input)}
<h2 id="provenance">Provenance</h2>${provenanceSection(input)}
</main><footer><p>Made by SecTune. This file needs no network and runs no script.</p></footer></body></html>`;
  return `<!doctype html>\n${markup.markup}\n`;
}

function head(input: ReportInput): Html {
  const links = [
    ["result", "Result"],
    ...(overHardeningTable(input) === null ? [] : [["over-hardening", "Over-hardening"]]),
    ["plots", "Plots"],
    ...(variantTables(input).length > 0 ? [["variants", "Variants"]] : []),
    ...(correctedTable(input) !== null ? [["corrected", "Corrected rates"]] : []),
    ...(traceTables(input).length > 0 ? [["reasoning", "Reasoning"]] : []),
    ...(disagreementTable(input) === null ? [] : [["analyzers", "Analyzers"]]),
    ["examples", "Examples"],
    ["left-out", "Failures and exclusions"],
    ["steps", "Steps, time and cost"],
    ["provenance", "Provenance"],
  ];
  const { run } = input;
  return html`<header><h1>${input.title}</h1><p class="quiet">Recipe ${run.recipe}, run ${run.id}, ${(run.finishedAt ?? run.startedAt).slice(0, 16).replace("T", " ")} UTC</p>
${input.demonstration && html`<div class="banner" role="note"><p>${DEMONSTRATION}</p></div>`}
${run.status !== "done" && html`<div class="banner" role="note"><p>The run is not complete (status: ${run.status}). The numbers below are of the steps that were finished.</p></div>`}
${input.notes?.map((note) => html`<div class="banner" role="note"><p>${note}</p></div>`)}</header>
<nav aria-label="Contents"><ul>${links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

function caption(input: ReportInput): string {
  const prompted = promptedArm(input);
  const change = "Before, after and the paired change";
  if (prompted === undefined) return change;
  const [from, to] = [armTitle(input, prompted), armTitle(input, input.headline.after)];
  return `${change}; last column: the paired change ${from} → ${to}`;
}

function armNotes(input: ReportInput): Html | null {
  const arms = input.arms.filter(({ description }) => description !== undefined);
  const splits = input.splits.filter(({ description }) => description !== undefined);
  if (arms.length + splits.length === 0) return null;
  return html`<details><summary>What the columns and splits are</summary><div>${[...arms, ...splits].map((it) => html`<p><strong>${it.title}</strong>: ${it.description}</p>`)}</div></details>`;
}

function overHardeningSection(input: ReportInput): Html | null {
  const table = overHardeningTable(input);
  return table && html`<h3 id="over-hardening">${table.title}</h3>${htmlTable(table)}`;
}

function variantSection(input: ReportInput, plots: Plots): Html | null {
  const tables = variantTables(input);
  if (tables.length === 0) return null;
  const figures = variantComparisons(input, "split")
    .filter(({ reference }) => reference !== input.headline.before)
    .map((it) => plots.variants(input, it));
  return html`<h2 id="variants">Variants</h2><div class="figures">${figures}</div>${tables.map((table) => html`<h3>${table.title}</h3>${htmlTable(table)}`)}`;
}

function correctedSection(input: ReportInput): Html | null {
  const table = correctedTable(input);
  return table && html`<h2 id="corrected">${table.title}</h2>${htmlTable(table)}`;
}

function traceSection(input: ReportInput): Html | null {
  const tables = traceTables(input);
  if (tables.length === 0) return null;
  return html`<h2 id="reasoning">Reasoning</h2>${tables.map((table) => htmlTable(table))}`;
}

function filterSection(input: ReportInput): Html | null {
  const table = agreementTable(input);
  if (table === null) return null;
  return html`<h2 id="filter">Filter</h2><details><summary>${table.title}</summary><div>${htmlTable(table)}</div></details>`;
}

function analyzerSection(input: ReportInput): Html | null {
  const table = disagreementTable(input);
  if (table === null) return null;
  return html`<h2 id="analyzers">${table.title}</h2>${htmlTable(table)}`;
}

function cweSection(input: ReportInput, groups: ReturnType<typeof cweGroups>, plots: Plots): Html {
  return html`<h3>By weakness (CWE)</h3><div class="figures">${plots.cwes(input, groups)}</div>
<details><summary>Table by CWE</summary><div>${comparisonTable(input, groups, CWE_CAPTION)}</div></details>`;
}
