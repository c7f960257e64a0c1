/**
 * Runs a benchmark's references in the sandbox and prints what does not behave as promised; exit code 1 if anything.
 * Usage: node scripts/with-node.mjs scripts/validate-benchmark.ts NAME [--limit ITEMS_PER_SPLIT] [--split NAME]… [--seed 0]
 *   [--config JSON]: the benchmark's configuration, {"languages": ["c"]} for instance
 */
import { parseArgs } from "node:util";
import { adapters } from "../src/app/registry.gen.ts";
import type { Services } from "../src/core/adapter.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: "string" },
    split: { type: "string", multiple: true },
    seed: { type: "string", default: "0" },
    config: { type: "string", default: "{}" },
  },
});
const load = adapters.benchmark[positionals[0] ?? ""];
if (load === undefined) {
  console.error(`usage: validate-benchmark NAME; benchmarks: ${Object.keys(adapters.benchmark).join(", ")}`);
  process.exit(2);
}

const box = await adapters.sandbox.bubblewrap!();
const none = () => Promise.reject(new Error("not available here"));
const services: Services = {
  env: process.env,
  worker: none,
  checkpoint: none,
  sandbox: async () => box.create(box.config.parse({}), services),
  log: () => {},
};
const adapter = await load();
const benchmark = await adapter.create(adapter.config.parse(JSON.parse(values.config)), services);
const { checked, problems } = await benchmark.selfTest(
  {
    seed: Number(values.seed),
    limitPerSplit: values.limit === undefined ? undefined : Number(values.limit),
    splits: values.split,
  },
  {
    signal: new AbortController().signal,
    onProgress: ({ done }) => process.stderr.write(`\r${done} items`),
  },
);
process.stderr.write("\r");
for (const problem of problems) console.log(problem);
console.log(`${checked} items checked, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
