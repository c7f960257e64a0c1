// SecPI's ablations on the embedded model: every variant against its reference and the base, transfer, and what Holm leaves.
//   npm run verify -- secpi-ablations [--limit 140] [--set KEY=VALUE …] [--store DIR]
// Runs examples/secpi-ablations.yaml (needs gcc in the sandbox) with LIMIT tasks a split; `--set` as in `sectune run`, for a try:
//   npm run verify -- secpi-ablations --limit 8 --set 'params.ablations=[clusters]' --set params.tasks=60
// Figures go to docs/results/secpi-ablations.json; what docs/methods/secpi.md quotes is printed as Markdown. Stopped, the same command
// goes on; in a store that has the run already, nothing is run again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { ablationFigures } from "./support/ablation-figures.ts";
import { readAblationReport } from "./support/ablation-report.ts";
import { ablationMarkdown } from "./support/ablation-tables.ts";
import { recordResult } from "./support/record-result.ts";

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "140" },
    set: { type: "string", multiple: true, default: [] },
    store: { type: "string", default: ".sectune/verify-secpi-ablations" },
  },
});
const report = await readAblationReport(await run());
const settings = values.set.map((setting) => ` --set '${setting}'`).join("");
const command = `npm run verify -- secpi-ablations --limit ${values.limit}${settings}`;
await recordResult("secpi-ablations", command, { limit: Number(values.limit), ...ablationFigures(report) });
process.stdout.write(`${ablationMarkdown(report)}\n`);

/** Path of the finished run's report.json. */
async function run(): Promise<string> {
  const settings = [`benchmarks.0.limit=${values.limit}`, ...values.set];
  const flags = [...settings.flatMap((setting) => ["--set", setting]), "--store", values.store];
  const child = spawn(
    process.execPath,
    ["src/cli/main.ts", "run", "examples/secpi-ablations.yaml", ...flags, "--json"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const { report } = JSON.parse(output.trim().split("\n").at(-1)!) as { report: string };
  return join(dirname(report), "report.json");
}
