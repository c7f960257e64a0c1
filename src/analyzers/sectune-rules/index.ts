import { availableParallelism } from "node:os";
import { z } from "zod";
import type { Adapter } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, RuleInfo, SourceFile } from "../../core/analyzer.ts";
import { AppError } from "../../core/error.ts";
import { suggestName } from "../../util/nearest-name.ts";
import { loadRules, type RuleSet } from "./load-rules.ts";
import { Scanner } from "./scanner.ts";

/** Raised when equal rules and equal text would give another outcome. */
const VERSION = "7";
const NAME = "sectune-rules";

const ConfigSchema = z.strictObject({
  /** Only these rules; a file whose language has none of them is `unsupported-rule`. */
  only: z.array(z.string()).optional(),
  /** Not these rules. */
  ignore: z.array(z.string()).default([]),
  /** Longest time for one file. */
  fileTimeoutMs: z.number().int().positive().default(10_000),
  /** Longer texts are not read: `unparsable`. */
  maxCharacters: z.number().int().positive().default(4_000_000),
  /** Files scanned at once, in a process each; absent: one per core, at most 8. */
  jobs: z.number().int().positive().optional(),
});
type Config = z.infer<typeof ConfigSchema>;

export const analyzer: Adapter<Analyzer, Config> = {
  name: NAME,
  version: VERSION,
  summary: "SecTune's own rules: patterns and data flow inside a function",
  config: ConfigSchema,
  transport: ["jobs"],
  create: (config) => createAnalyzer(config, loadRules()),
  fingerprint: async () => loadRules().version,
  probe: async () => ({ available: true, version: VERSION }),
};

/** The analyzer over a set of rules: the built-in ones, or a test's. Throws AppError for rules that do not exist. */
export function createAnalyzer(config: Config, set: RuleSet): Analyzer {
  const all = set.folders.flatMap(({ language, rules }) =>
    rules.map((rule) => ({ rule, languages: rule.languages ?? language.languages })),
  );
  const known = all.map(({ rule }) => rule.id);
  for (const id of [...(config.only ?? []), ...config.ignore]) {
    if (!known.includes(id)) {
      throw new AppError("config-invalid", `${NAME} has no rule \`${id}\``, {
        boundary: "config",
        hint: suggestName(id, known) ?? "`sectune scan --rules` lists them",
      });
    }
  }
  const wanted = all.filter(
    ({ rule: { id } }) => (config.only?.includes(id) ?? true) && !config.ignore.includes(id),
  );
  const languages = new Set(set.folders.flatMap(({ language }) => language.languages));
  const withRules = new Set(wanted.flatMap((rule) => rule.languages));
  const scanner = new Scanner({
    folders: set.folders,
    wanted: wanted.map(({ rule }) => rule.id),
    identity: { analyzer: NAME, version: `${VERSION}+${set.version}` },
    processes: config.jobs ?? Math.min(8, availableParallelism()),
    fileTimeoutMs: config.fileTimeoutMs,
  });

  /** What can be said without reading the text. */
  const refuse = (file: SourceFile): AnalysisOutcome | null => {
    const failed = (
      reason: "unsupported-language" | "unsupported-rule" | "unparsable",
      message: string,
    ): AnalysisOutcome => ({
      outcome: "failed",
      reason,
      message,
    });
    if (!languages.has(file.language))
      return failed("unsupported-language", `there are no rules for ${file.language}`);
    if (!withRules.has(file.language))
      return failed("unsupported-rule", `none of the chosen rules is for ${file.language}`);
    if (file.text.length <= config.maxCharacters) return null;
    return failed("unparsable", `${file.text.length} characters; at most ${config.maxCharacters} are read`);
  };

  return {
    languages: [...languages],
    probe: async () => ({ available: true, version: VERSION, rulesVersion: set.version }),
    analyze: async (batch, { signal }) => {
      signal.throwIfAborted();
      const drop = () => scanner.drop();
      signal.addEventListener("abort", drop, { once: true });
      try {
        const outcomes = await Promise.all(batch.map((file) => refuse(file) ?? scanner.scan(file)));
        signal.throwIfAborted();
        return outcomes;
      } finally {
        signal.removeEventListener("abort", drop);
      }
    },
    rules: async () =>
      wanted.map(({ rule, languages: own }): RuleInfo => {
        const { id, kind, cwe, severity, message, advice } = rule;
        return { id, kind, languages: own, cwe, severity, message, advice };
      }),
    ruleCwes: wanted.map(({ rule }) => rule.cwe),
    close: () => scanner.close(),
  };
}
