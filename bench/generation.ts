// Tokens per second of the worker's generation beside transformers' own `generate`, on the embedded model's shape.
//   npm run verify -- generation [--rounds 3]
// bench/generation.py does the work and says what is compared; figures go to docs/results/generation.json.
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { join } from "node:path";
import { findPython, workerDirectory, workerEnvironment } from "../src/worker-client/worker-environment.ts";
import { recordResult } from "./support/record-result.ts";

const argv = process.argv.slice(2);
const loadBefore = loadavg()[0]!;
const environment = workerEnvironment(process.env);
const output = execFileSync(findPython(process.env), [join(import.meta.dirname, "generation.py"), ...argv], {
  encoding: "utf8",
  env: {
    ...environment,
    PYTHONPATH: `${workerDirectory}:${join(workerDirectory, "tests")}`,
    GOMP_SPINCOUNT: "1000",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const figures = JSON.parse(output.trim().split("\n").at(-1)!) as object;
// Other work on the machine only slows: figures taken at a load above 0.5 are lower bounds.
const command = ["npm run verify -- generation", ...argv].join(" ");
await recordResult("generation", command, { loadBefore, ...figures });
process.stdout.write(`${JSON.stringify(figures)}\n`);
