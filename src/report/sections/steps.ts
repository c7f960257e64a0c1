import type { LedgerEntry, StepRecord } from "../../core/run.ts";
import { bytes, count, dollars, duration, shortHash } from "../format.ts";
import { type Html, html, shown } from "../html.ts";
import type { ReportInput } from "../report-input.ts";

/** Every step with what it made, counted, cost and took; hashes on opening. */
export function stepSection(input: ReportInput): Html {
  return html`${input.run.steps.map((step) => stepDetails(step, entriesOf(input, step.id)))}
<h3>Tokens and money</h3>${ledgerTable(input)}`;
}

/** What the run paid, by step and model, with a total. */
export function ledgerTable(input: ReportInput): Html {
  const { ledger } = input.run;
  if (ledger.length === 0) return html`<p class="quiet">No model was asked in this run.</p>`;
  const caption = "Tokens as the provider counted them. Cached calls were paid for by an earlier run.";
  const title = (id: string) => input.run.steps.find((step) => step.id === id)?.title ?? id;
  const sum = (pick: (entry: LedgerEntry) => number) => ledger.reduce((total, it) => total + pick(it), 0);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Tokens and money"><table><caption>${caption}</caption>
<thead><tr><th scope="col">step</th><th scope="col">calls</th><th scope="col">cached</th><th scope="col">tokens in / out</th><th scope="col">cost</th></tr></thead>
<tbody>${ledger.map(
    (it) =>
      html`<tr><th scope="row">${title(it.step)} <small>${it.model}</small></th><td>${count(it.calls)}</td><td>${count(it.cachedCalls)}</td><td>${count(it.usage.input)} / ${count(it.usage.output)}</td><td>${dollars(it.usd)}</td></tr>`,
  )}<tr><th scope="row">total</th><td>${count(sum((it) => it.calls))}</td><td>${count(sum((it) => it.cachedCalls))}</td><td>${count(sum((it) => it.usage.input))} / ${count(sum((it) => it.usage.output))}</td><td>${dollars(sum((it) => it.usd))}</td></tr></tbody></table></div>`;
}

function stepDetails(step: StepRecord, entries: readonly LedgerEntry[]): Html {
  const tokens = entries.reduce((sum, { usage }) => sum + usage.input + usage.output, 0);
  const usd = entries.reduce((sum, entry) => sum + entry.usd, 0);
  const parts = [
    duration(step.durationMs),
    tokens > 0 && `${count(tokens)} tokens`,
    usd > 0 && dollars(usd),
    step.failures > 0 && `${count(step.failures)} items failed`,
  ];
  const stats = Object.entries(step.stats);
  return html`<article class="step"><h3>${step.title} <span class="chip ${step.status}">${step.status}</span> <small>${parts.filter(Boolean).join(" · ")}</small></h3>
${stats.length > 0 && html`<dl class="facts">${stats.map(([name, value]) => html`<div><dt>${name}</dt><dd>${count(value)}</dd></div>`)}</dl>`}
${step.error && html`<pre tabindex="0">${shown([`${step.error.code}: ${step.error.message}`, step.error.hint ?? ""].join("\n").trim())}</pre>`}
<details><summary>Outputs and key</summary><div><p class="label">Step <code>${step.id}</code>, stage <code>${step.stage}</code>${step.key !== null && html`, key <code>${shortHash(step.key)}</code>`}</p>
<dl class="facts wide">${Object.entries(step.outputs).map(([name, artifact]) => html`<div><dt>${name}: ${count(artifact.count)} ${artifact.kind === "rows" ? "rows" : "files"}, ${bytes(artifact.bytes)}</dt><dd><code>${shortHash(artifact.sha256)}</code></dd></div>`)}
${Object.entries(step.keyParts).map(([name, value]) => html`<div><dt>key: ${name}</dt><dd><code>${shortHash(value)}</code></dd></div>`)}</dl></div></details></article>`;
}

function entriesOf(input: ReportInput, step: string): LedgerEntry[] {
  return input.run.ledger.filter((entry) => entry.step === step);
}
