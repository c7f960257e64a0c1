import type { RowSummary } from "./export-job.ts";

/** Rows that are no plain SFT rows: span weights, preferences and rollout tasks have no place in an SFT format. */
export function wrongKinds({ otherKinds, count }: RowSummary): string[] {
  const found = Object.entries(otherKinds).map(([kind, n]) => `${n} ${kind}`);
  if (count === 0) return ["there are no rows"];
  if (found.length === 0) return [];
  return [
    `${found.join(", ")} rows: only sft rows can be exported to this format, anything else in them would be lost`,
  ];
}
