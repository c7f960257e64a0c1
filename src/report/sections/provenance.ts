import { shortHash } from "../format.ts";
import { type Html, html, shown } from "../html.ts";
import type { ReportInput } from "../report-input.ts";

/** From what, by which versions and with which settings the numbers were made. */
export function provenanceSection(input: ReportInput): Html {
  const { run } = input;
  const facts: [string, string][] = [
    ["run", run.id],
    ["recipe", `${run.recipe} ${run.recipeVersion}`],
    ["status", run.status],
    ["started", run.startedAt],
    ["finished", run.finishedAt ?? "–"],
    ...Object.entries(run.versions),
  ];
  return html`<dl class="facts wide">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${sourceTable(input)}${promptTable(input)}${artifactTable(input)}
<details><summary>Settings of the run, defaults filled in</summary><div><pre tabindex="0">${shown(JSON.stringify(run.config, null, 2))}</pre></div></details>`;
}

function sourceTable({ sources = [] }: ReportInput): Html | null {
  if (sources.length === 0) return null;
  return html`<h3>What went in</h3><div class="scroll" tabindex="0" role="region" aria-label="What went in"><table>
<thead><tr><th scope="col">kind</th><th scope="col" class="text">name</th><th scope="col" class="text">revision</th><th scope="col" class="text">licence</th></tr></thead>
<tbody>${sources.map((it) => html`<tr><th scope="row">${it.kind}</th><td class="text">${it.name}</td><td class="text"><code>${it.revision}</code></td><td class="text">${it.licence}</td></tr>`)}</tbody></table></div>`;
}

function promptTable({ prompts = [] }: ReportInput): Html | null {
  if (prompts.length === 0) return null;
  return html`<h3>Prompts</h3><dl class="facts wide">${prompts.map((it) => html`<div><dt>${it.name} ${it.version}</dt><dd><code>${shortHash(it.hash)}</code></dd></div>`)}</dl>`;
}

function artifactTable({ run }: ReportInput): Html {
  const rows = run.steps.flatMap((step) =>
    Object.entries(step.outputs).map(([name, artifact]) => ({ name: `${step.id}.${name}`, artifact })),
  );
  return html`<details><summary>Artifacts and their hashes (${rows.length})</summary><div>${rows.map(
    ({ name, artifact }) =>
      html`<p class="label">${name} <small>${artifact.schema}</small><br><code>${artifact.sha256}</code></p>`,
  )}</div></details>`;
}
