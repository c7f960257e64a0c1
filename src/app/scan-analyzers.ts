import type { Services } from "../core/adapter.ts";
import type { Analyzer, AnalyzerAvailability, RuleInfo } from "../core/analyzer.ts";
import { AppError } from "../core/error.ts";
import { namedAnalyzers } from "./analyzer-names.ts";
import type { ResolvedAnalyzer, ResolvedUse } from "./config-schema.ts";
import { findAdapter } from "./registry.ts";

export interface OpenAnalyzer {
  /** As reports have it: `icd`, `sarif-command:bandit`. */
  readonly name: string;
  /** Name of the tool in its findings. */
  readonly tool: string;
  readonly analyzer: Analyzer;
  readonly availability: AnalyzerAvailability;
  /** Empty where the tool does not list its rules. */
  readonly rules: readonly RuleInfo[];
}

export interface AnalyzerOptions {
  readonly uses: readonly ResolvedAnalyzer[];
  /** Threads or processes of each. */
  readonly jobs?: number | undefined;
  readonly services: Services;
}

/** Loads analyzers and asks each whether it can run. Throws AppError with the install line for one that cannot. */
export async function openAnalyzers({ uses, jobs, services }: AnalyzerOptions): Promise<OpenAnalyzer[]> {
  const opened: OpenAnalyzer[] = [];
  for (const [name, use] of Object.entries(namedAnalyzers(uses))) {
    const open = await openAnalyzer(name, use, jobs, services);
    if (!open.availability.available) {
      throw new AppError(
        "prerequisite-missing",
        `the analyzer ${name} cannot run here: ${open.availability.reason}`,
        {
          boundary: "analyzer",
          hint: open.availability.hint,
        },
      );
    }
    opened.push(open);
  }
  return opened;
}

/** The analyzer, whether or not it can run here. */
export async function openAnalyzer(
  name: string,
  { adapter: adapterName, config }: ResolvedUse,
  jobs: number | undefined,
  services: Services,
): Promise<OpenAnalyzer> {
  const adapter = await findAdapter("analyzer", adapterName);
  // Analyzers that do several files at once call it so, too; others refuse it and take their default.
  const withJobs = adapter.config.safeParse(jobs === undefined ? config : { ...config, jobs });
  const checked = withJobs.success ? withJobs.data : adapter.config.parse(config);
  const analyzer = await adapter.create(checked, services);
  const [availability, rules = []] = [await analyzer.probe(), await analyzer.rules?.()];
  return { name, tool: analyzer.tool ?? adapterName, analyzer, availability, rules };
}
