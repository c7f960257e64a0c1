import { z } from "zod";
import type { JsonObject } from "./json.ts";

/**
 * Which model made something. Always carries a revision or a content hash: "latest" makes caches lie.
 * - `artifact`: sha256 of a checkpoint directory (also the embedded model);
 * - `hub`: Hugging Face repository at a revision;
 * - `endpoint`: a served model, by the name the server knows it under. The url is kept for people and is not part of keys.
 */
export const ModelRefSchema = z.union([
  z.strictObject({ artifact: z.string(), name: z.string().optional() }),
  z.strictObject({ hub: z.string(), revision: z.string() }),
  z.strictObject({ endpoint: z.string(), url: z.string(), revision: z.string() }),
]);
export type ModelRef = z.infer<typeof ModelRefSchema>;

/** What identifies the model, for keys: without the url, which is only how to get there. */
export function modelIdentity(ref: ModelRef): JsonObject {
  if (!("url" in ref)) return { ...ref };
  const { url: _, ...identity } = ref;
  return identity;
}

/** Short form for people: `tiny-coder@ab12cd34`, `Qwen/Qwen3-8B@main`, `gpt-x (https://…)`. */
export function describeModelRef(ref: ModelRef): string {
  if ("artifact" in ref) return `${ref.name ?? "checkpoint"}@${ref.artifact.slice(0, 8)}`;
  if ("hub" in ref) return `${ref.hub}@${ref.revision.slice(0, 12)}`;
  return `${ref.endpoint} (${ref.url})`;
}
