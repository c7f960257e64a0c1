import type { SftRow, TrainRow } from "../core/train-row.ts";
import type { RowSummary } from "./export-job.ts";

/** Reads all rows once and counts what exporters need to know of them. */
export async function summariseRows(rows: AsyncIterable<TrainRow>): Promise<RowSummary> {
  const counts = {
    count: 0,
    withReasoning: 0,
    withoutReasoning: 0,
    earlierReasoning: 0,
    irregular: 0,
    taggedText: 0,
    longestBytes: 0,
  };
  const longer = { assistant: 0, "last-assistant": 0 };
  const byPurpose: Record<string, number> = {};
  const otherKinds: Record<string, number> = {};
  for await (const row of rows) {
    counts.count++;
    byPurpose[row.purpose] = (byPurpose[row.purpose] ?? 0) + 1;
    if (row.kind !== "sft") {
      otherKinds[row.kind] = (otherKinds[row.kind] ?? 0) + 1;
      continue;
    }
    const { messages } = row;
    counts[hasReasoning(messages.at(-1)) ? "withReasoning" : "withoutReasoning"]++;
    if (messages.slice(0, -1).some(hasReasoning)) counts.earlierReasoning++;
    if (!isRegular(row)) counts.irregular++;
    if (messages.filter(({ role }) => role === "assistant").length > 1) longer[row.lossMask]++;
    counts.longestBytes = Math.max(counts.longestBytes, bytesOf(row));
    if (messages.some(({ content }) => /<\/?think>/.test(content))) counts.taggedText++;
  }
  return { ...counts, longer, byPurpose, otherKinds };
}

/** The SFT rows of an export whose summary has shown that there are no others. */
export async function* sftRows(rows: AsyncIterable<TrainRow>): AsyncGenerator<SftRow> {
  for await (const row of rows) if (row.kind === "sft") yield row;
}

/** Room for what chat templates put around a message, in tokens. */
const MARKS = 48;

function bytesOf({ messages }: SftRow): number {
  const texts = messages.map(({ content, reasoning = "" }) => Buffer.byteLength(content + reasoning) + MARKS);
  return texts.reduce((sum, bytes) => sum + bytes, 0);
}

function hasReasoning(message: SftRow["messages"][number] | undefined): boolean {
  return (message?.reasoning ?? "") !== "";
}

function isRegular({ messages }: SftRow): boolean {
  const turns = messages[0]?.role === "system" ? messages.slice(1) : messages;
  return (
    turns.length > 0 &&
    turns.length % 2 === 0 &&
    turns.every(({ role }, index) => role === (index % 2 === 0 ? "user" : "assistant"))
  );
}
