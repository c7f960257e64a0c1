import { contentHash } from "../util/hash.ts";
import { suggestName } from "../util/nearest-name.ts";
import { analyzerName } from "./analyzer-names.ts";
import type { Problem } from "./config-problems.ts";
import type { AdapterUse, ResolvedAnalyzer } from "./config-schema.ts";
import { modelRoles } from "./model-roles.ts";
import { findAdapter } from "./registry.ts";
import { resolveUse } from "./resolve-use.ts";
import { withoutTransport } from "./without-transport.ts";
import type { Path } from "./yaml-source.ts";

/**
 * A list of analyzers, which stands at `at`: their settings, their names, and whether the models that they ask are bound among `roles`.
 */
export async function resolveAnalyzers(
  given: readonly AdapterUse[],
  roles: readonly string[],
  at: Path,
  problems: Problem[],
): Promise<ResolvedAnalyzer[]> {
  const resolved: ResolvedAnalyzer[] = [];
  const seen = new Set<string>();
  for (const [index, use] of given.entries()) {
    const path = [...at, index];
    const before = problems.length;
    const one = await resolveUse("analyzer", use, path, problems);
    resolved.push(one);
    if (problems.length > before) continue;
    const adapter = await findAdapter("analyzer", one.adapter);
    resolved[index] = { ...one, ...analyzerName(adapter, one.config) };
    const same = contentHash([one.adapter, withoutTransport(adapter, one.config)]);
    if (seen.has(same)) {
      problems.push({
        path,
        text: `${resolved[index].name ?? one.adapter} is named twice with the same settings`,
        fix: "name it once: it would have two votes",
      });
    }
    seen.add(same);
    for (const { field, role } of modelRoles(adapter, one.config)) {
      if (roles.includes(role)) continue;
      problems.push({
        path: [...path, field],
        text: `${one.adapter} asks the model \`${role}\`, which is not bound`,
        fix: `add \`models.${role}: {adapter: …}\`${roles.length > 0 ? `, or ${suggestName(role, roles)}` : ""}`,
      });
    }
  }
  return resolved;
}
