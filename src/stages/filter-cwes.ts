import { z } from "zod";
import { type LabelledItem, labelAgreement } from "../algorithms/label-agreement.ts";
import { parseCweList } from "../algorithms/parse-cwe-list.ts";
import { rowSchema } from "../core/artifact.ts";
import { scoreRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import { type Task, taskText } from "../core/task.ts";
import { unreadableReply } from "./unreadable-reply.ts";

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
 * section 3.1). Output `scores`: precision and recall per CWE, micro, macro and per task against the tasks' own labels; empty
 * where the dataset has none.
 */
export const stage = defineStage({
  name: "filter-cwes",
  version: 5,
  summary: "keep the tasks that can carry a weakness, by an LLM classifier",
  params: Params,
  inputs: { tasks: "task" },
  outputs: {
    kept: { kind: "rows", schema: taskRows },
    rejected: { kind: "rows", schema: taskRows },
    classifications: { kind: "rows", schema: classificationRows },
    scores: { kind: "rows", schema: scoreRows },
  },
  uses: { models: ["classifier"] },
  prompts: ({ prompt }) => [prompt],
  promptPlaces: { task: "needed" },
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
    const labelled: LabelledItem[] = [];
    let done = 0;
    const outcomes = context.model("classifier").generate(
      tasks,
      (task) => ({
        messages: [{ role: "user", content: prompt.render({ task: taskText(task) }) }],
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
      const sample = outcome.value.samples[0]!;
      const reply = sample.text;
      const cwes = parseCweList(reply);
      if (cwes === null) {
        counts.unreadable++;
        // An answer that names nothing has found nothing: it stays in the denominator of recall.
        labelled.push({ cluster: task.cluster, labels: task.cwes, predicted: [] });
        const complaint = "the classifier neither listed CWEs nor said none";
        await context.fail(task.id, unreadableReply(complaint, sample, params.maxTokens));
        continue;
      }
      const kept = cwes.length > 0;
      counts[kept ? "kept" : "rejected"]++;
      labelled.push({ cluster: task.cluster, labels: task.cwes, predicted: cwes });
      await outputs[kept ? "kept" : "rejected"].write(task);
      await outputs.classifications.write({ taskId: task.id, cwes, reply });
    }
    for (const [name, count] of Object.entries(counts)) context.stat(name, count);
    const scores = context.output("scores", scoreRows);
    for (const score of labelAgreement(labelled, context.seed)) {
      await scores.write(score);
      const { level } = score.breakdown;
      if (level === "micro" && score.value !== null) context.stat(`CWE ${score.name} %`, score.value);
    }
  },
  // A classifier that does not answer in the agreed form now and then is usual; half of it is not.
  tolerance: 0.05,
});
