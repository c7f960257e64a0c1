import { basename, extname } from "node:path";
import type { JsonObject } from "../core/json.ts";
import type { ResolvedAnalyzer } from "./config-schema.ts";
import type { AnyAdapter } from "./registry-shape.ts";

/**
 * The analyzers of a file by name: `icd`, `sarif-command:bandit`; numbered from the second on where several share it (`icd 2`).
 */
export function namedAnalyzers<Use extends ResolvedAnalyzer>(uses: readonly Use[]): Record<string, Use> {
  const named: Record<string, Use> = {};
  const nameOf = ({ name, adapter }: Use) => name ?? adapter;
  for (const [index, use] of uses.entries()) {
    const earlier = uses.slice(0, index).filter((one) => nameOf(one) === nameOf(use)).length;
    named[earlier === 0 ? nameOf(use) : `${nameOf(use)} ${earlier + 1}`] = use;
  }
  return named;
}

/** The name of an analyzer that says which of its kinds it is; none where the adapter's own will do. */
export function analyzerName(adapter: AnyAdapter, config: JsonObject): { name?: string } {
  const field = adapter.variant as string | undefined;
  const value = field === undefined ? undefined : config[field];
  if (field === undefined || typeof value !== "string") return {};
  const usual = adapter.config.safeParse({});
  if (usual.success && (usual.data as JsonObject)[field] === value) return {};
  // A path names its file.
  return { name: `${adapter.name}:${basename(value, extname(value)).replace(/[^\w-]+/g, "-")}` };
}
