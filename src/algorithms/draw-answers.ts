import type { Generation } from "../core/generation.ts";
import { contentHash } from "../util/hash.ts";

/**
 * Ids of `count` of the answers, drawn by the seed. The draw goes by task and sample index alone: input order does not matter, a larger
 * draw holds a smaller one, and of answers under two prompts those to the same tasks are drawn, as far as both have them.
 */
export function drawAnswers(
  answers: readonly Pick<Generation, "id" | "taskId" | "sampleIndex">[],
  count: number,
  seed: number,
): Set<string> {
  const draws = answers.map(({ id, taskId, sampleIndex }) => ({
    id,
    drawn: contentHash([seed, taskId, sampleIndex]),
  }));
  const lowest = draws.sort((a, b) => (a.drawn < b.drawn ? -1 : 1)).slice(0, count);
  return new Set(lowest.map(({ id }) => id));
}
