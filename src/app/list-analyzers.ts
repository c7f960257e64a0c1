import type { Services } from "../core/adapter.ts";
import { messageOf } from "../core/error.ts";
import { modelRoles } from "./model-roles.ts";
import { adapters } from "./registry.gen.ts";
import { findAdapter } from "./registry.ts";
import { scanServices } from "./scan-services.ts";

export interface ListedAnalyzer {
  readonly name: string;
  readonly summary: string;
  readonly available: boolean;
  /** Of the tool and its rules. */
  readonly version?: string | undefined;
  /** Empty where it depends on settings. */
  readonly languages: readonly string[];
  /** How many rules, where the analyzer can list them. */
  readonly rules?: number | undefined;
  /** Why it cannot run here, and the command that would change that. */
  readonly reason?: string | undefined;
  readonly hint?: string | undefined;
}

/** All analyzers as they are without settings. Never throws for one of them. */
export async function listAnalyzers(): Promise<ListedAnalyzer[]> {
  await using services = scanServices();
  const listed: ListedAnalyzer[] = [];
  for (const name of Object.keys(adapters.analyzer)) listed.push(await examine(name, services));
  return listed;
}

async function examine(name: string, services: Services): Promise<ListedAnalyzer> {
  const adapter = await findAdapter("analyzer", name);
  const { summary } = adapter;
  const config = adapter.config.parse({});
  const [model] = modelRoles(adapter, config);
  if (model !== undefined) {
    const reason = `it asks a model: bind models.${model.role} in a recipe, or in a file for scan --config`;
    return { name, summary, available: false, languages: [], reason };
  }
  const probed = (await adapter.probe?.(config, services)) ?? { available: true };
  try {
    const analyzer = await adapter.create(config, services);
    const { available, version, rulesVersion, reason, hint } = await analyzer.probe();
    const known = [version, rulesVersion === undefined ? undefined : `rules ${rulesVersion.slice(0, 12)}`];
    const rules = available ? (await analyzer.rules?.())?.length : undefined;
    await analyzer.close?.();
    const { languages } = analyzer;
    return {
      name,
      summary,
      available,
      version: known.filter(Boolean).join(", "),
      languages,
      rules,
      reason,
      hint,
    };
  } catch (error) {
    // It needs settings (which tool, which model): what it says of itself without any is all there is.
    const { available, version, reason = messageOf(error), hint } = probed;
    return { name, summary, available, version, languages: [], reason, hint };
  }
}
