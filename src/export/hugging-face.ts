import { datasetCard } from "./dataset-card.ts";
import type { Exporter, ExportJob, RowSummary } from "./export-job.ts";
import { fieldReasoning } from "./inline-reasoning.ts";
import { sftRows } from "./summarise-rows.ts";
import { wrongKinds } from "./wrong-kinds.ts";

/**
 * A dataset in Hugging Face's chat format: `messages` with the reasoning in `reasoning_content`, the field that reasoning models'
 * chat templates read. Nothing is lost: loss mask, purpose and origin stay beside the messages.
 */
export const huggingFace: Exporter = {
  summary: "Hugging Face chat format (JSONL) with a dataset card",
  problems: (_, rows) => wrongKinds(rows),
  files: (job, rows) => [
    { path: "README.md", text: datasetCard(job, rows, [fields(rows)]) },
    { path: "data/train.jsonl", lines: lines(job) },
    { path: "provenance.json", text: `${JSON.stringify(job.provenance, null, 2)}\n` },
  ],
};

async function* lines(job: ExportJob): AsyncGenerator<string> {
  for await (const { id, taskId, purpose, lossMask, messages } of sftRows(job.rows()))
    yield JSON.stringify({
      messages: messages.map(fieldReasoning),
      id,
      task_id: taskId,
      purpose,
      loss_mask: lossMask,
    });
}

function fields(rows: RowSummary): string {
  return `## Fields

- \`messages\`: \`role\`, \`content\`, \`reasoning_content\` (null where the answer has no reasoning: ${rows.withoutReasoning} rows). Chat templates
  of reasoning models take it; one that does not leaves it out in silence, so look at a rendered row before training.
- \`loss_mask\`: \`last-assistant\` or \`assistant\`: the turns that are to be learnt.
- \`purpose\`: \`security\` or \`utility\`. \`task_id\` joins rows that were made from one task.`;
}
