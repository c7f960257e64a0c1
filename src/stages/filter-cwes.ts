import { z } from "zod";
import { parseCweList } from "../algorithms/parse-cwe-list.ts";
import { rowSchema } from "../core/artifact.ts";
import { AppError } from "../core/error.ts";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";

const Params = z.strictObject({
  /** Prompt with a `{{task}}` place whose reply lists CWEs or says none. */
  prompt: z.string().default("classify-cwes"),
  temperature: z.number().min(0).default(0),
  maxTokens: z.number().int().positive().default(256),
});

/** What the classifier said of a task. Kept for rejected tasks too: an ablation trains on those. */
const ClassificationSchema = z.strictObject({
  taskId: z.string(),
  cwes: z.array(z.string()),
  /** The classifier's own words. */
  reply: z.string(),
});
export const classificationRows = rowSchema("classification", 1, ClassificationSchema);

/**
 * Keeps the tasks in which a plausible implementation could exhibit a weakness, as an LLM classifier judges them (SecPI,
 * section 3.1). Precision and recall against the tasks' own labels are reported where the data set has labels.
 */
export const stage = defineStage({
  name: "filter-cwes",
  version: 1,
  summary: "keep the tasks that can carry a weakness, by an LLM classifier",
  params: Params,
  inputs: { tasks: "task" },
  outputs: {
    kept: { kind: "rows", schema: taskRows },
    rejected: { kind: "rows", schema: taskRows },
    classifications: { kind: "rows", schema: classificationRows },
  },
  uses: { models: ["classifier"] },
  prompts: ({ prompt }) => [prompt],
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { params } = context;
    const prompt = context.prompt(params.prompt);
    const tasks = context.rows("tasks", taskRows);
    const outputs = {
      kept: context.output("kept", taskRows),
      rejected: context.output("rejected", taskRows),
      classifications: context.output("classifications", classificationRows),
    };
    const counts = { kept: 0, rejected: 0, unreadable: 0 };
    const agreement = new LabelAgreement();
    let done = 0;
    const outcomes = context.model("classifier").generate(
      tasks,
      (task) => ({
        messages: [{ role: "user", content: prompt.render({ task: task.prompt }) }],
        sampling: {
          temperature: params.temperature,
          topP: 1,
          maxTokens: params.maxTokens,
          seed: context.seed,
        },
        n: 1,
        sampleIndex: 0,
      }),
      tasks.count,
    );
    for await (const outcome of outcomes) {
      const task: Task = outcome.item;
      context.progress({ done: ++done, total: tasks.count });
      if (!outcome.ok) {
        await context.fail(task.id, outcome.error);
        continue;
      }
      const reply = outcome.value.samples[0]!.text;
      const cwes = parseCweList(reply);
      if (cwes === null) {
        counts.unreadable++;
        await context.fail(task.id, unreadable(reply));
        continue;
      }
      const kept = cwes.length > 0;
      counts[kept ? "kept" : "rejected"]++;
      agreement.add(task.cwes, cwes);
      await outputs[kept ? "kept" : "rejected"].write(task);
      await outputs.classifications.write({ taskId: task.id, cwes, reply });
    }
    for (const [name, count] of Object.entries(counts)) context.stat(name, count);
    agreement.report((name, value) => context.stat(name, value));
  },
  // A classifier that does not answer in the agreed form now and then is usual; half of it is not.
  tolerance: 0.05,
});

/** Counts label against prediction, per (task, CWE). */
class LabelAgreement {
  #both = 0;
  #predicted = 0;
  #labelled = 0;

  add(labels: readonly string[], predicted: readonly string[]): void {
    this.#both += predicted.filter((cwe) => labels.includes(cwe)).length;
    this.#predicted += predicted.length;
    this.#labelled += labels.length;
  }

  report(stat: (name: string, value: number) => void): void {
    if (this.#labelled === 0) return;
    if (this.#predicted > 0) stat("CWE precision %", (100 * this.#both) / this.#predicted);
    stat("CWE recall %", (100 * this.#both) / this.#labelled);
  }
}

function unreadable(reply: string): AppError {
  return new AppError(
    "data-invalid",
    `the classifier neither listed CWEs nor said none: ${reply.slice(0, 200)}`,
    {
      boundary: "provider",
    },
  );
}
