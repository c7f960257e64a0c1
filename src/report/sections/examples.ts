import { armTitle } from "../comparison.ts";
import { type Html, html, shown } from "../html.ts";
import type { ReportAnswer, ReportExample, ReportInput } from "../report-input.ts";
import { clip } from "../visible-text.ts";

/** Longest text of an answer that is shown whole, in UTF-16 units. */
export const MAX_TEXT = 12_000;

/** Task by task, the arms' answers side by side; all of it is text from models or data and stays text. */
export function exampleSection(input: ReportInput): Html {
  if (input.examples.length === 0) return html`<p class="quiet">This run kept no examples.</p>`;
  return html`<p>Answers of the models, unchanged; characters that cannot be seen are shown by their code.</p>
${input.examples.map((example, i) => exampleDetails(input, example, i === 0))}`;
}

function exampleDetails(input: ReportInput, example: ReportExample, open: boolean): Html {
  const { task } = example;
  const split = input.splits.find(({ name }) => name === task.split)?.title ?? task.split;
  return html`<details${open && html` open`}><summary>${[split, ...task.cwes, task.language].filter(Boolean).join(" · ")}${example.note !== undefined && ` — ${example.note}`}</summary><div>
<p class="label">Task <code>${task.id}</code></p><pre tabindex="0">${shown(clip(task.prompt, MAX_TEXT))}</pre>
${task.context !== undefined && html`<p class="label">Context</p><pre tabindex="0">${shown(clip(task.context, MAX_TEXT))}</pre>`}
<div class="answers">${example.answers.map((answer) => answerSection(input, answer))}</div></div></details>`;
}

function answerSection(input: ReportInput, { arm, generation, judgement }: ReportAnswer): Html {
  const { text, reasoning, finish, usage } = generation;
  return html`<section><h4>${armTitle(input, arm)}</h4>
<p class="chips">${
    judgement
      ? html`<span class="chip ${judgement.functional}">functional: ${judgement.functional}</span> <span class="chip ${judgement.secure}">secure: ${judgement.secure}</span> ${judgement.reasons.map((reason) => html`<span class="chip">${reason}</span> `)}`
      : html`<span class="chip">not judged</span> `
  }${finish !== "stop" && html`<span class="chip">finish: ${finish}</span> `}<span class="chip">${usage.output} tokens</span></p>
${reasoning !== undefined && html`<p class="label">Reasoning</p><pre tabindex="0">${shown(clip(reasoning, MAX_TEXT))}</pre>`}
<p class="label">Answer</p><pre tabindex="0">${text === "" ? html`<span class="quiet">(empty)</span>` : shown(clip(text, MAX_TEXT))}</pre>
${judgement?.evidence !== undefined && html`<p class="label">Evidence</p><pre tabindex="0">${shown(clip(judgement.evidence, MAX_TEXT))}</pre>`}
${judgement?.findings.map((finding) => html`<p class="label">${finding.severity} · ${finding.cwe ?? finding.rule} · ${finding.analyzer} ${finding.analyzerVersion}: ${finding.message}</p>`)}</section>`;
}
