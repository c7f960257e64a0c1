// SecPI on the embedded model at full size: what it gains, and whether it costs function (non-inferiority), on every split.
//   npm run verify -- secpi [--language python] [--limit 1500] [--seeds 0,1,2] [--store DIR]
// The quickstart's recipe, with LIMIT tasks a split and once per seed; tasks and training differ between seeds. With `--language c` it trains
// on Python and C, and measures the splits that there are in C. The answers of all
// seeds are then scored together, with intervals clustered on structural keys. Exit code 1 where a lower bound of the paired
// difference in Func, base plain to tuned plain, is not above the margin. Told beside it: the tuned model without a prompt against the
// base under the security prompt (the paper's figure 6), of all seeds as well. Stopped, the same command goes on.
// Figures go to docs/results/secpi.json, or secpi-c.json; the model card and docs/methods/secpi.md quote them.
import { parseArgs } from "node:util";
import { scoreArms } from "../src/algorithms/scores.ts";
import { type ArmJudgement, armJudgement, noJudgement } from "../src/algorithms/scoring/metric.ts";
import { readRun } from "../src/app/runs.ts";
import { EVALUATION_SPLITS, keysIn, LANGUAGES, SPLITS } from "../src/benchmarks/tinytasks/splits.ts";
import { judgementRows, taskRows } from "../src/core/row-schemas.ts";
import type { RunRecord } from "../src/core/run.ts";
import type { Score } from "../src/core/score.ts";
import type { Task } from "../src/core/task.ts";
import { readRows } from "../src/engine/rows-file.ts";
import { StoreLayout } from "../src/engine/store-layout.ts";
import { recordResult } from "./support/record-result.ts";
import { runExample } from "./support/run-example.ts";

/** Points of Func that the tuned model may be worse, at the lower end of the interval. */
const MARGIN = -2;
const BEFORE = "base plain";
const PROMPTED = "base prompted";
const AFTER = "tuned plain";
/** Arms that are compared in pairs of answers to the same task. */
interface Pair {
  readonly from: string;
  readonly to: string;
}
const CHANGE: Pair = { from: BEFORE, to: AFTER };
const BESIDE: Pair = { from: PROMPTED, to: AFTER };

const { values } = parseArgs({
  options: {
    language: { type: "string", default: "python" },
    limit: { type: "string", default: "1500" },
    seeds: { type: "string", default: "0,1,2" },
    store: { type: "string", default: ".sectune/verify-secpi" },
  },
});
const language = LANGUAGES.find((known) => known === values.language);
if (language === undefined) throw new Error(`--language is one of ${LANGUAGES.join(", ")}`);
const evaluated = EVALUATION_SPLITS.filter((split) => keysIn(split, [language]).length > 0);
const seeds = values.seeds.split(",").map(Number);
const arms: Record<string, ArmJudgement[]> = { [BEFORE]: [], [PROMPTED]: [], [AFTER]: [] };
const runs = [];
for (const seed of seeds) {
  const id = await run(seed);
  const record = await readRun(values.store, id);
  for (const [arm, judgements] of Object.entries(arms)) judgements.push(...(await judged(record, arm, seed)));
  runs.push({ seed, changeOfFunc: funcOf(scored(only(seed), CHANGE)), stats: trainingOf(record) });
}
const scores = scored(arms, CHANGE);
// What decides whether an answer works is the function that is asked for, more than how it is put: intervals clustered on that, too.
const byFunction = scored(
  Object.fromEntries(
    Object.entries(arms).map(([arm, rows]) => [
      arm,
      rows.map((row) => ({ ...row, cluster: row.cluster.slice(0, row.cluster.lastIndexOf("/")) })),
    ]),
  ),
  CHANGE,
);
const beside = scored(arms, BESIDE);
const splits = Object.fromEntries(
  evaluated.map((split) => [
    split,
    {
      ...summary(scores, split, CHANGE),
      changeOfFuncByFunction: summary(byFunction, split, CHANGE).func.change,
      besidePrompted: summary(beside, split, BESIDE),
    },
  ]),
);
const inferior = evaluated.filter((split) => !((lowestChange(split) ?? -100) > MARGIN));
const figures = { limit: Number(values.limit), seeds, marginPoints: MARGIN, inferior, splits, runs };
await recordResult(
  language === "python" ? "secpi" : `secpi-${language}`,
  `npm run verify -- secpi --language ${language} --limit ${values.limit} --seeds ${values.seeds}`,
  figures,
);
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exitCode = inferior.length === 0 ? 0 : 1;

/** Id of the finished run of one seed. */
async function run(seed: number): Promise<string> {
  const settings = [
    ...[`seed=${seed}`, `benchmarks.0.limit=${values.limit}`, "params.traceMetrics=false"],
    ...(language === "python" ? [] : otherLanguage()),
  ];
  return (await runExample("quickstart", settings, values.store)).run;
}

/** Answers in C are longer. Few families have C tasks: training on these alone would be a small training. */
function otherLanguage(): string[] {
  return [
    `datasets.tasks.languages=[python, ${language}]`,
    `benchmarks.0.languages=[${language}]`,
    `benchmarks.0.splits=[${evaluated.join(", ")}]`,
    "params.sampling.maxTokens=200",
  ];
}

/** One arm's judgements; tasks of two seeds are never the same pair. */
async function judged(record: RunRecord, arm: string, seed: number): Promise<ArmJudgement[]> {
  const layout = new StoreLayout(values.store);
  const output = (step: string, name: string) => record.steps.find(({ id }) => id === step)!.outputs[name]!;
  const items = output("items", "tasks");
  const tasks = new Map<string, Task>();
  for await (const task of readRows(layout.rowsObject(items.sha256), items, taskRows))
    tasks.set(task.id, task);
  const rows = output(`${arm.replace(" ", "-")}-judged`, "judgements");
  const out = [];
  for await (const row of readRows(layout.rowsObject(rows.sha256), rows, judgementRows)) {
    const { taskId, ...rest } = armJudgement(row, tasks.get(row.taskId)!);
    out.push({ ...rest, taskId: `${seed}/${taskId}` });
    tasks.delete(taskId);
  }
  for (const task of tasks.values()) out.push({ ...noJudgement(task, 0), taskId: `${seed}/${task.id}` });
  return out;
}

function only(seed: number): Record<string, ArmJudgement[]> {
  const own = (rows: ArmJudgement[]) => rows.filter(({ taskId }) => taskId.startsWith(`${seed}/`));
  return Object.fromEntries(Object.entries(arms).map(([arm, rows]) => [arm, own(rows)]));
}

function scored(of: Record<string, ArmJudgement[]>, pair: Pair): Score[] {
  const splits = SPLITS.filter(({ name }) => evaluated.some((split) => split === name));
  return scoreArms({ arms: of, splits, compare: [pair] });
}

function summary(all: readonly Score[], split: string, { from, to }: Pair) {
  const find = (metric: string, labels: Record<string, string>) =>
    all.find(
      ({ breakdown }) =>
        breakdown.split === split &&
        breakdown.metric === metric &&
        breakdown.cwe === undefined &&
        Object.entries(labels).every(([name, value]) => breakdown[name] === value),
    );
  const change = (metric: string) => {
    const score = find(metric, { kind: "difference" });
    if (score?.interval == null) return undefined;
    return { value: points(score.value), low: points(score.interval.low), high: points(score.interval.high) };
  };
  const metric = (name: string) => ({
    before: points(find(name, { arm: from })?.value),
    after: points(find(name, { arm: to })?.value),
    change: change(name),
  });
  const of = find("func", { arm: to });
  const security = SPLITS.find(({ name }) => name === split)!.security;
  return {
    n: of?.n,
    keys: of?.clusters,
    func: metric("func"),
    ...(security ? { funcSec: metric("funcSec") } : {}),
    ...(split === "decoys" ? { overHardening: metric("overHardening") } : {}),
  };
}

/** Lower end of the paired change of Func, not rounded. */
function lowestChange(split: string): number | undefined {
  return scores.find(
    ({ name, breakdown: it }) =>
      name === "func" && it.kind === "difference" && it.split === split && it.cwe === undefined,
  )?.interval?.low;
}

function funcOf(all: readonly Score[]) {
  return Object.fromEntries(evaluated.map((split) => [split, summary(all, split, CHANGE).func.change]));
}

function trainingOf(record: RunRecord) {
  return record.steps.find(({ id }) => id === "train")?.stats;
}

function points(value: number | null | undefined): number | null {
  return value == null ? null : Math.round(value * 10) / 10;
}
