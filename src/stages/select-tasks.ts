import { z } from "zod";
import { AppError } from "../core/error.ts";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";
import { classificationRows } from "./filter-cwes.ts";

const Params = z.strictObject({
  /** Keep a task only if it has CWEs and all of them are among these (SecPI, appendix B.4). */
  cwes: z.array(z.string().regex(/^CWE-[1-9]\d*$/)).optional(),
  languages: z.array(z.string()).optional(),
});

/**
 * Keeps tasks by what they are about. Their CWEs are their labels; with the input `classifications`, what the classifier said, as
 * for datasets that have no labels.
 */
export const stage = defineStage({
  name: "select-tasks",
  version: 2,
  summary: "keep tasks of given CWEs or languages",
  params: Params,
  inputs: { tasks: "task", "classifications?": "classification" },
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { cwes, languages } = context.params;
    const said = new Map<string, readonly string[]>();
    if (context.has("classifications")) {
      for await (const row of context.rows("classifications", classificationRows))
        said.set(row.taskId, row.cwes);
    }
    const cwesOf = (task: Task) => said.get(task.id) ?? task.cwes;
    const wanted = (task: Task) =>
      (cwes === undefined || (cwesOf(task).length > 0 && cwesOf(task).every((cwe) => cwes.includes(cwe)))) &&
      (languages === undefined || languages.includes(task.language));
    const output = context.output("tasks", taskRows);
    const counts = { kept: 0, dropped: 0 };
    for await (const task of context.rows("tasks", taskRows)) {
      counts[wanted(task) ? "kept" : "dropped"]++;
      if (wanted(task)) await output.write(task);
    }
    if (counts.kept === 0)
      throw noneLeft(context.has("classifications"), [...(cwes ?? []), ...(languages ?? [])]);
    for (const [name, count] of Object.entries(counts)) context.stat(name, count);
  },
});

function noneLeft(classified: boolean, wanted: readonly string[]): AppError {
  const by = classified ? "what the classifier said of them" : "their labels";
  return new AppError(
    "data-invalid",
    `no task is of the chosen CWEs and languages (${wanted.join(", ")}), by ${by}`,
    {
      boundary: "dataset",
      hint: `${classified ? "" : "for tasks without labels `params.cwesFrom: classifier`; "}widen \`params.cwes\` or \`params.languages\` (in ablations \`oneCwe\`, \`eachLanguage\`), or leave the ablation out (\`params.ablations\`)`,
    },
  );
}
