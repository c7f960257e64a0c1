import { availableParallelism } from "node:os";
import { z } from "zod";
import type { Adapter, Services } from "../../core/adapter.ts";
import type {
  AnalysisOutcome,
  Analyzer,
  AnalyzerAvailability,
  RuleInfo,
  SourceFile,
} from "../../core/analyzer.ts";
import { AppError, isAppError, messageOf } from "../../core/error.ts";
import { Detector } from "./detector.ts";
import { findPackage, pythonFolder } from "./package-folder.ts";
import { modes, type RuleSet } from "./rule-set.ts";
import { severityOf } from "./to-findings.ts";
import { ToolBox } from "./tool-box.ts";

/** Raised when equal rules and equal text would give another outcome. */
const VERSION = "4";
const NAME = "icd";

const ConfigSchema = z.strictObject({
  /** The package's use case: `cyberseceval` reports all findings of all rules, `codeshield` is its faster guard. */
  mode: z.enum(modes).default("cyberseceval"),
  /**
   * Text that semgrep cannot parse whole and in which nothing was found: `failed` (unparsable), or clean as the package has it,
   * to reproduce figures that were made with it.
   */
  syntaxErrors: z.enum(["failed", "as-package"]).default("failed"),
  /** Longest time for the expressions on one file. */
  fileTimeoutMs: z.number().int().positive().default(10_000),
  /** Processes of semgrep; absent: one per core, at most 4. */
  jobs: z.number().int().positive().optional(),
});
type Config = z.infer<typeof ConfigSchema>;

export const analyzer: Adapter<Analyzer, Config> = {
  name: NAME,
  version: VERSION,
  summary:
    "Meta's Insecure Code Detector as the codeshield package has it: regex in job processes, semgrep batched in the sandbox",
  config: ConfigSchema,
  variant: "mode",
  transport: ["jobs"],
  create: (config, services) => createIcd(config, services),
  fingerprint: async (_, { env }) => {
    const { version, rulesVersion, reason, hint } = await findPackage(env);
    if (version !== undefined && rulesVersion !== undefined) return `${version}, rules ${rulesVersion}`;
    throw new AppError("prerequisite-missing", `icd: ${reason}`, { boundary: "analyzer", hint });
  },
  probe: (_, services) => probe(services),
};

/** The package's names are ours too, except that nothing else here knows the last three. */
const languages = [
  "python",
  "c",
  "cpp",
  "csharp",
  "java",
  "javascript",
  "php",
  "rust",
  "ruby",
  "swift",
  "kotlin",
  "hack",
  "objective_c",
  "xml",
];

function createIcd(config: Config, services: Services): Analyzer {
  let opened: Promise<{ set: RuleSet; detector: Detector }> | undefined;
  const open = (signal: AbortSignal) => {
    opened ??= openDetector(config, services, signal).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    languages,
    probe: () => probe(services),
    analyze: async (batch, { signal }) => {
      signal.throwIfAborted();
      const outcomes = batch.map(({ language }): AnalysisOutcome => {
        const message = `codeshield has no rules for ${language}`;
        return { outcome: "failed", reason: "unsupported-language", message };
      });
      const known = batch.flatMap((file, index) => (languages.includes(file.language) ? [index] : []));
      const byLanguage = Map.groupBy(known, (index) => batch[index]!.language);
      for (const [language, indexes] of byLanguage) {
        const { detector } = await open(signal);
        const files = indexes.map((index): SourceFile => batch[index]!);
        const found = await detector.analyze(language, files, signal);
        for (const [place, index] of indexes.entries()) outcomes[index] = found[place]!;
      }
      return outcomes;
    },
    rules: async () => {
      if (!(await findPackage(services.env)).available) return [];
      const { set } = await open(new AbortController().signal);
      return listRules(set, config.mode);
    },
    close: async () => {
      const pending = opened;
      opened = undefined;
      await (await pending?.catch(() => undefined))?.detector.close();
    },
  };
}

async function openDetector(config: Config, services: Services, signal: AbortSignal) {
  const found = await findPackage(services.env);
  if (!found.available) {
    const { reason, hint } = found;
    throw new AppError("prerequisite-missing", `icd: ${reason}`, { boundary: "analyzer", hint });
  }
  const tools = new ToolBox(await services.sandbox(), pythonFolder(services.env));
  const set = await tools.rules(signal);
  const told = new Set<string>();
  const detector = new Detector(set, tools, {
    ...config,
    semgrepJobs: config.jobs ?? Math.min(4, availableParallelism()),
    identity: { analyzer: NAME, analyzerVersion: `${VERSION}+${found.version}+${found.rulesVersion}` },
    onRefusedRules: (language, rules) => {
      const line = `icd: semgrep cannot read these rules for ${language}, so nobody applies them: ${rules.join(", ")}`;
      if (rules.length > 0 && !told.has(line)) services.log(line);
      told.add(line);
    },
  });
  return { set, detector };
}

async function probe(services: Services): Promise<AnalyzerAvailability> {
  const found = await findPackage(services.env);
  if (!found.available) return found;
  try {
    await services.sandbox();
    return found;
  } catch (error) {
    return { available: false, reason: messageOf(error), hint: isAppError(error) ? error.hint : undefined };
  }
}

function listRules(set: RuleSet, mode: string): RuleInfo[] {
  const rules = new Map<string, RuleInfo>();
  for (const { language, regex, semgrepRules } of set.sets.filter((one) => one.mode === mode)) {
    for (const { id, cwe, severity, message } of [...regex, ...semgrepRules]) {
      const name = id ?? "unnamed";
      const known = rules.get(name)?.languages ?? [];
      rules.set(name, {
        id: name,
        kind: "weakness",
        languages: [...known, ...(known.includes(language) ? [] : [language])],
        ...(cwe == null ? {} : { cwe }),
        severity: severityOf(severity),
        message: message.trim(),
      });
    }
  }
  return [...rules.values()];
}
