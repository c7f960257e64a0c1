import { z } from "zod";
import { parsedLanguages } from "../../algorithms/syntax/grammars.ts";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import type { Adapter, Services } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, AnalyzerAvailability, SourceFile } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { Checker } from "./checker.ts";
import { checkers } from "./checkers.ts";
import { outcomeOf, runChecker } from "./run-checker.ts";

/** Raised when equal tools and equal text would give another word. */
const VERSION = "2";

const ConfigSchema = z.strictObject({
  /** Whether tree-sitter speaks where no real parser does. Its `clean` carries a note: it accepts half of what is wrong. */
  fallback: z.boolean().default(true),
});
type Config = z.infer<typeof ConfigSchema>;

export const analyzer: Adapter<Analyzer, Config> = {
  name: "syntax",
  version: VERSION,
  summary:
    "Whether code parses, by the languages' own parsers in the sandbox: clean or unparsable, no findings",
  config: ConfigSchema,
  transport: [],
  create: (config, services) => createAnalyzer(config, services),
  fingerprint: async (_, services) =>
    [...(await toolVersions(services))].map(([{ tool }, version]) => `${tool} ${version}`).join(", "),
  probe: async (config, services) => await createAnalyzer(config, services).probe(),
};

function createAnalyzer(config: Config, services: Services): Analyzer {
  let known: Promise<Map<Checker, string>> | undefined;
  const tools = () => {
    known ??= toolVersions(services);
    return known;
  };
  return {
    languages: parsedLanguages,
    probe: async (): Promise<AnalyzerAvailability> => {
      try {
        const found = [...(await tools())].map(([{ tool }, version]) => `${tool} ${version}`);
        if (found.length > 0) return { available: true, version: `${VERSION} (${found.join(", ")})` };
        return {
          available: false,
          reason: "no parser is there inside the sandbox",
          hint: "apt-get install python3 gcc g++ nodejs",
        };
      } catch (error) {
        return { available: false, reason: messageOf(error), hint: "sectune doctor" };
      }
    },
    analyze: async (batch, { signal }) => {
      signal.throwIfAborted();
      const outcomes: (AnalysisOutcome | undefined)[] = batch.map(() => undefined);
      for (const [language, places] of Map.groupBy(batch.keys(), (index) => batch[index]!.language)) {
        const checker = [...(await tools()).keys()].find(({ languages }) => languages.includes(language));
        const files = places.map((index) => batch[index]!);
        const words =
          checker === undefined
            ? null
            : await runChecker(checker, language, files, await services.sandbox(), signal);
        for (const [place, index] of places.entries()) {
          const outcome = words === null ? null : outcomeOf(words[place]!, checker!.tool);
          outcomes[index] = outcome ?? treeWord(files[place]!, config.fallback);
        }
      }
      return outcomes.map((outcome) => outcome!);
    },
  };
}

/** What tree-sitter says where nobody better does, marked as that. */
function treeWord(file: SourceFile, fallback: boolean): AnalysisOutcome {
  if (!parsedLanguages.includes(file.language)) {
    return { outcome: "failed", reason: "unsupported-language", message: `no parser for ${file.language}` };
  }
  if (!fallback)
    return { outcome: "failed", reason: "tool-missing", message: `no real parser for ${file.language} here` };
  try {
    const problem = new SyntaxTree(file.language, file.text).problem();
    if (problem === undefined) return { outcome: "clean", note: "by tree-sitter, which is permissive" };
    return {
      outcome: "failed",
      reason: "unparsable",
      message: `offset ${problem.offset}: ${problem.message} (tree-sitter)`,
    };
  } catch (error) {
    return { outcome: "failed", reason: "unparsable", message: `${messageOf(error)} (tree-sitter)` };
  }
}

/** The checkers whose tool is there inside the sandbox, with its version. */
async function toolVersions(services: Services): Promise<Map<Checker, string>> {
  const sandbox = await services.sandbox();
  const found = new Map<Checker, string>();
  for (const checker of checkers) {
    const version = await toolVersion(checker, sandbox);
    if (version !== null) found.set(checker, version);
  }
  return found;
}

/** Null where the tool is not there, or lies where the sandbox must not look (a root-only home). */
async function toolVersion({ versionArgv, readOnly }: Checker, sandbox: Sandbox): Promise<string | null> {
  try {
    await using session = await sandbox.open({ readOnly });
    const { exitCode, stdout } = await session.exec({ argv: versionArgv });
    return exitCode === 0 ? (Buffer.from(stdout).toString().trim().split("\n")[0] ?? "") : null;
  } catch (error) {
    if (readOnly === undefined) throw error;
    return null;
  }
}
