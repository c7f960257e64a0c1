import type { Generation } from "../core/generation.ts";
import type { Json } from "../core/json.ts";
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
  return lowest(
    answers.map(({ id, taskId, sampleIndex }) => ({ id, key: [seed, taskId, sampleIndex] })),
    count,
  );
}

/** `count` of the ids, drawn by the seed; a larger draw holds a smaller one. */
export function drawIds(ids: readonly string[], count: number, seed: number): Set<string> {
  return lowest(
    ids.map((id) => ({ id, key: [seed, id] })),
    count,
  );
}

function lowest(items: readonly { readonly id: string; readonly key: Json[] }[], count: number): Set<string> {
  const draws = items.map(({ id, key }) => ({ id, drawn: contentHash(key) }));
  return new Set(
    draws
      .sort((a, b) => (a.drawn < b.drawn ? -1 : 1))
      .slice(0, count)
      .map(({ id }) => id),
  );
}
