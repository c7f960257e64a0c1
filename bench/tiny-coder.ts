// What tiny-coder can do: its code by split and prompt, and its roles (classify, judge, repair, compose) beside baselines.
//   npm run verify -- tiny-coder [--checkpoint assets/tiny-coder] [--tasks 300] [--rows 200] [--language python] [--quick]
// Answers are sampled as in recipes (T 0.8, top-p 0.95; roles greedily) and executed in the sandbox. `--quick`: a sixth of the size.
// Figures of the shipped checkpoint go to docs/results/tiny-coder.json (tiny-coder-c.json), which the model card quotes; of others to stdout.
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { EVALUATION_SPLITS } from "../src/benchmarks/tinytasks/splits.ts";
import { recordResult } from "./support/record-result.ts";
import { type Ask, openBench } from "./tiny-coder/bench.ts";
import { PROMPTS, scoreCode } from "./tiny-coder/code.ts";
import { scoreRoles } from "./tiny-coder/roles.ts";

const SHIPPED = "assets/tiny-coder";
const { values } = parseArgs({
  options: {
    checkpoint: { type: "string", default: SHIPPED },
    tasks: { type: "string", default: "300" },
    rows: { type: "string", default: "200" },
    language: { type: "string", default: "python" },
    quick: { type: "boolean", default: false },
  },
});
const share = values.quick ? 6 : 1;
const tasks = Math.ceil(Number(values.tasks) / share);
const rows = Math.ceil(Number(values.rows) / share);
const language = values.language === "c" ? "c" : "python";
const path = resolve(import.meta.dirname, "..", values.checkpoint);

const bench = await openBench({ path, sha256: "verify", name: basename(path) });
try {
  const ask: Ask = bench.ask;
  const code: Record<string, Record<string, object>> = {};
  for (const split of EVALUATION_SPLITS) {
    for (const prompt of Object.keys(PROMPTS)) {
      const scored = await scoreCode({ split, prompt, language, limit: tasks, ask, sandbox: bench.sandbox });
      if (scored === null) continue;
      code[split] = { ...code[split], [prompt]: scored };
      process.stderr.write(`${split} ${prompt}: ${JSON.stringify(scored)}\n`);
    }
  }
  const roles = await scoreRoles({ language, limit: rows, ask, sandbox: bench.sandbox });
  process.stderr.write(`${JSON.stringify(roles, null, 1)}\n`);
  const figures = { checkpoint: values.checkpoint, language, code, roles };
  const name = `tiny-coder${language === "python" ? "" : `-${language}`}${values.quick ? "-quick" : ""}`;
  const flags = `--tasks ${tasks} --rows ${rows} --language ${language}`;
  // The record is of the model that is shipped.
  if (values.quick || values.checkpoint !== SHIPPED) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else await recordResult(name, `npm run verify -- tiny-coder ${flags}`, figures);
} finally {
  await bench.close();
}
