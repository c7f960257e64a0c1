import { count, decimal, interval, pValue } from "../format.ts";
import { type Html, html } from "../html.ts";
import { otherScores, scoreTitle } from "../other-scores.ts";
import type { ReportInput } from "../report-input.ts";

/** Scores that have no table of their own, with their labels as they are. */
export function otherScoreSection(input: ReportInput): Html | null {
  const scores = otherScores(input);
  if (scores.length === 0) return null;
  return html`<h2 id="other-scores">Other scores</h2><div class="scroll" tabindex="0" role="region" aria-label="Other scores"><table>
<thead><tr><th scope="col">score</th><th scope="col" class="text">of</th><th scope="col">value</th><th scope="col">n</th><th scope="col" class="text">method</th></tr></thead>
<tbody>${scores.map((score) => {
    const labels = Object.entries(score.breakdown).map(([name, value]) => `${name} ${value}`);
    return html`<tr><th scope="row">${scoreTitle(score)}</th><td class="text">${labels.join(", ")}</td><td>${score.withheld === undefined ? decimal(score.value) : "withheld"}<small>${interval(score)}</small><small>${pValue(score.pValue)}</small></td><td>${count(score.n)}</td><td class="text">${score.method}</td></tr>`;
  })}</tbody></table></div>`;
}
