// SecPI's ablations on the embedded model: every variant against its reference and the base, transfer, and what Holm leaves.
//   npm run verify -- secpi-ablations [--example secpi-ablations] [--set KEY=VALUE …] [--store DIR]
// Runs examples/EXAMPLE.yaml (the ablations need gcc in the sandbox; `secpi-settings` does not); `--set` as in `sectune run`, for a try:
//   npm run verify -- secpi-ablations --set benchmarks.0.limit=8 --set 'params.ablations=[clusters]' --set params.tasks=60
// Figures go to docs/results/EXAMPLE.json; what docs/methods/secpi.md quotes is printed as Markdown. Stopped, the same command
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
    example: { type: "string", default: "secpi-ablations" },
    set: { type: "string", multiple: true, default: [] },
    store: { type: "string", default: ".sectune/verify-secpi-ablations" },
  },
});
const report = await readAblationReport(await run());
const settings = values.set.map((setting) => ` --set '${setting}'`).join("");
const command = `npm run verify -- secpi-ablations --example ${values.example}${settings}`;
await recordResult(values.example, command, ablationFigures(report));
process.stdout.write(`${ablationMarkdown(report)}\n`);

/** Path of the finished run's report.json. */
async function run(): Promise<string> {
  const flags = [...values.set.flatMap((setting) => ["--set", setting]), "--store", values.store];
  const child = spawn(
    process.execPath,
    ["src/cli/main.ts", "run", `examples/${values.example}.yaml`, ...flags, "--json"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const { report } = JSON.parse(output.trim().split("\n").at(-1)!) as { report: string };
  return join(dirname(report), "report.json");
}
