import { answerCode } from "../../algorithms/answer-code.ts";
import { executedVerdict } from "../../algorithms/verdict-agreement.ts";
import { AppError } from "../../core/error.ts";
import type { Judgement } from "../../core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../../core/row-schemas.ts";
import type { Task } from "../../core/task.ts";
import { ObjectStore } from "../../engine/object-store.ts";
import { readRows } from "../../engine/rows-file.ts";
import { StoreLayout } from "../../engine/store-layout.ts";
import { contentHash } from "../../util/hash.ts";
import { ResolvedConfigSchema } from "../config-schema.ts";
import { findRecipe } from "../registry.ts";
import { type ScoredArms, scoredArms } from "../report-arms.ts";
import { readRun } from "../runs.ts";
import { planSteps } from "../session.ts";
import { type LabelledCode, type LabelledSource, LeftOut } from "./labelled-code.ts";

/**
 * The answers of a run's arms, labelled by the exploits that were run against them: weak where one got through, secure where all were
 * resisted. Answers that do not work, or that nobody executed, say nothing. Throws AppError `usage` for a run without such answers.
 */
export async function openRunAnswers(store: string, id: string): Promise<LabelledSource> {
  const record = await readRun(store, id);
  const recipe = await findRecipe(record.recipe);
  const steps = planSteps(recipe, ResolvedConfigSchema.parse(record.config));
  const scored = record.status === "done" ? scoredArms(recipe, steps, record) : null;
  if (scored === null) {
    const why = record.status === "done" ? "has no judged answers" : `is not complete (${record.status})`;
    throw new AppError("usage", `run ${record.id} ${why}: there is nothing to calibrate on`, {
      boundary: "config",
      hint: "a finished run of `evaluate` or `secpi` has answers whose exploits were executed",
    });
  }
  const objects = new ObjectStore(new StoreLayout(store));
  const leftOut = new LeftOut();
  return {
    truth: "executed",
    name: `run ${record.id}`,
    revision: contentHash(scored.arms.map(({ judgements }) => judgements.sha256)).slice(0, 16),
    leftOut,
    code: () => answers(scored, objects, leftOut),
  };
}

async function* answers(
  scored: ScoredArms,
  objects: ObjectStore,
  leftOut: LeftOut,
): AsyncGenerator<LabelledCode> {
  const tasks = new Map<string, Task>();
  for await (const task of readRows(objects.path(scored.tasks), scored.tasks, taskRows))
    tasks.set(task.id, task);
  for (const { generations, judgements } of scored.arms) {
    const judged = new Map<string, Judgement>();
    for await (const row of readRows(objects.path(judgements), judgements, judgementRows)) {
      if (row.oracle === "tests") judged.set(row.generationId, row);
    }
    for await (const generation of readRows(objects.path(generations), generations, generationRows)) {
      const task = tasks.get(generation.taskId);
      const judgement = judged.get(generation.id);
      const verdict = judgement === undefined ? "skip" : executedVerdict(judgement);
      if (task === undefined || verdict === "error" || verdict === "skip") {
        leftOut.count(
          judgement?.functional === "fail"
            ? "answer that does not work"
            : "answer without an executed verdict",
        );
        continue;
      }
      const { language, cwes, cluster } = task;
      const pieces = answerCode(generation, language).map(({ language: own, block }) => ({
        language: own,
        text: block.code,
      }));
      const group = cwes.length === 0 ? cluster : cwes.join("+");
      yield { id: generation.id, language, pieces, cwes, cluster, group, weak: verdict === "fail" };
    }
  }
}
