// SecPI on the embedded model, untouched and tuned, under every prompt: the paper's figure 6 and table 7.
//   npm run verify -- secpi-prompts [--limit 300] [--set KEY=VALUE …] [--store DIR]
// The quickstart's recipe with LIMIT tasks a split and ten arms: each model without a prompt and under `generic`, `generic-secure`, `secure`
// (the arms called prompted) and `oracle`. Func, FuncSec, SecRatio, S, K and tokens per answer, and how S and K go with FuncSec. The judge is
// the embedded model itself, which cannot judge: expected of G is `skip`, with the AUC that says so. `--set` as in `sectune run`, for a try:
//   npm run verify -- secpi-prompts --limit 4 --set params.tasks=60 --set params.train.epochs=1
// Without `--set` figures go to docs/results/secpi-prompts.json. Tables are printed as Markdown. Stopped, the same command goes on.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type PromptReport, promptFigures } from "./support/prompt-figures.ts";
import { promptMarkdown } from "./support/prompt-tables.ts";
import { recordResult } from "./support/record-result.ts";
import { runExample } from "./support/run-example.ts";

const PROMPTS = ["generic", "generic-secure", "prompted", "oracle"];
const arms = ["base", "tuned"].flatMap((model) =>
  ["plain", ...PROMPTS].map((prompt) => `${model} ${prompt}`),
);

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "300" },
    set: { type: "string", multiple: true, default: [] },
    store: { type: "string", default: ".sectune/verify-secpi-prompts" },
  },
});
const settings = [
  `benchmarks.0.limit=${values.limit}`,
  `params.extraArms=[${arms.join(", ")}]`,
  "params.traceMetrics=true",
  "models.judge={adapter: local, checkpoint: tiny-coder}",
  ...values.set,
];
const finished = await runExample("quickstart", settings, values.store);
const path = join(dirname(finished.report), "report.json");
const report = JSON.parse(await readFile(path, "utf8")) as PromptReport;
// By model and prompt; a report has what is compared first and last.
const inOrder = report.arms.toSorted((a, b) => arms.indexOf(a.name) - arms.indexOf(b.name));
const figures = promptFigures({ ...report, arms: inOrder });
if (values.set.length === 0)
  await recordResult("secpi-prompts", `npm run verify -- secpi-prompts --limit ${values.limit}`, {
    limit: Number(values.limit),
    ...figures,
  });
else process.stderr.write("a try with other settings: docs/results stays as it is\n");
process.stdout.write(`${promptMarkdown(figures)}\n`);
