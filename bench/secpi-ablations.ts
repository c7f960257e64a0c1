// SecPI's ablations on the embedded model: every variant against its reference and the base, transfer, and what Holm leaves.
//   npm run verify -- secpi-ablations [--example secpi-ablations] [--set KEY=VALUE …] [--store DIR]
// Runs examples/EXAMPLE.yaml (the ablations need gcc in the sandbox; `secpi-settings` does not); `--set` as in `sectune run`, for a try:
//   npm run verify -- secpi-ablations --set benchmarks.0.limit=8 --set 'params.ablations=[clusters]' --set params.tasks=60
// Without `--set` figures go to docs/results/EXAMPLE.json; what docs/methods/secpi.md quotes is printed as Markdown. Stopped, the same command
// goes on; in a store that has the run already, nothing is run again.
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ablationFigures } from "./support/ablation-figures.ts";
import { readAblationReport } from "./support/ablation-report.ts";
import { ablationMarkdown } from "./support/ablation-tables.ts";
import { recordResult } from "./support/record-result.ts";
import { runExample } from "./support/run-example.ts";

const { values } = parseArgs({
  options: {
    example: { type: "string", default: "secpi-ablations" },
    set: { type: "string", multiple: true, default: [] },
    store: { type: "string", default: ".sectune/verify-secpi-ablations" },
  },
});
const finished = await runExample(values.example, values.set, values.store);
const report = await readAblationReport(join(dirname(finished.report), "report.json"));
const command = `npm run verify -- secpi-ablations --example ${values.example}`;
if (values.set.length === 0) await recordResult(values.example, command, ablationFigures(report));
else process.stderr.write("a try with other settings: docs/results stays as it is\n");
process.stdout.write(`${ablationMarkdown(report)}\n`);
