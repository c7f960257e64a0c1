import { z } from "zod";
import { parsedLanguages } from "../../algorithms/syntax/grammars.ts";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import type { Adapter, Services } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, AnalyzerAvailability, SourceFile } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { Checker } from "./checker.ts";
import { checkers } from "./checkers.ts";
import { findRustc } from "./find-rustc.ts";
import { outcomeOf, runChecker } from "./run-checker.ts";

/** Raised when equal tools and equal text would give another word. */
const VERSION = "4";

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

const allLanguages = [
  ...new Set([...parsedLanguages, ...checkers.flatMap(({ languages }) => languages), "rust"]),
];

function createAnalyzer(config: Config, services: Services): Analyzer {
  let known: Promise<Map<Checker, string>> | undefined;
  const tools = () => {
    known ??= toolVersions(services);
    return known;
  };
  return {
    languages: allLanguages,
    findsNothing: true,
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
        const missing = checker === undefined ? await whyMissing(language, services) : "";
        // Where tree-sitter has no grammar for the language, nobody stands in.
        const fallback = config.fallback && parsedLanguages.includes(language);
        for (const [place, index] of places.entries()) {
          const outcome = words === null ? null : outcomeOf(words[place]!, checker!.tool, fallback);
          outcomes[index] = outcome ?? treeWord(files[place]!, fallback, missing);
        }
      }
      return outcomes.map((outcome) => outcome!);
    },
  };
}

/** What tree-sitter says where nobody better does, marked as that. */
function treeWord(file: SourceFile, fallback: boolean, missing: string): AnalysisOutcome {
  if (!allLanguages.includes(file.language)) {
    return { outcome: "failed", reason: "unsupported-language", message: `no parser for ${file.language}` };
  }
  if (!fallback) return { outcome: "failed", reason: "tool-missing", message: missing };
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

async function whyMissing(language: string, services: Services): Promise<string> {
  if (language === "rust") {
    const found = await findRustc(services.env);
    if ("reason" in found) return found.reason;
  }
  return `no real parser for ${language} here`;
}

/** The checkers whose tool is there inside the sandbox, with its version. */
async function toolVersions(services: Services): Promise<Map<Checker, string>> {
  const sandbox = await services.sandbox();
  const rust = await findRustc(services.env);
  const all = "checker" in rust ? [...checkers, rust.checker] : checkers;
  const versions = await Promise.all(all.map((checker) => toolVersion(checker, sandbox)));
  return new Map(
    all.flatMap((checker, index): [Checker, string][] =>
      versions[index] === null ? [] : [[checker, versions[index]!]],
    ),
  );
}

/** Null where the tool is not there, or lies where the sandbox must not look (a root-only home). */
async function toolVersion({ versionArgv, readOnly }: Checker, sandbox: Sandbox): Promise<string | null> {
  try {
    // Long: on a busy machine, a tool that is slow to answer must not count as missing, for versions are part of keys.
    await using session = await sandbox.open({ readOnly, limits: { wallMs: 60_000 } });
    const { exitCode, stdout } = await session.exec({ argv: versionArgv });
    return exitCode === 0 ? (Buffer.from(stdout).toString().trim().split("\n")[0] ?? "") : null;
  } catch (error) {
    if (readOnly === undefined) throw error;
    return null;
  }
}
