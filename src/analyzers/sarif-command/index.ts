import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Adapter, Availability, Services } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, AnalyzerAvailability, SourceFile } from "../../core/analyzer.ts";
import { AppError, isAppError, messageOf } from "../../core/error.ts";
import { type Severity, SeveritySchema, severities } from "../../core/finding.ts";
import { byHalves } from "../../util/by-halves.ts";
import { contentHash, sha256 } from "../../util/hash.ts";
import { toolsFolder } from "../../util/tools-folder.ts";
import { type Description, describedTools, loadDescription } from "./description.ts";
import { findTool } from "./find-tool.ts";
import { type FileReport, runTool } from "./run-tool.ts";
import { readReport } from "./sarif-report.ts";
import type { Trouble } from "./tool-output.ts";
import { readUserRules } from "./user-rules.ts";

/** Raised when equal text and an equal tool would give another outcome. */
const VERSION = "5";
const NAME = "sarif-command";

const ConfigSchema = z
  .strictObject({
    /** bandit, clang, codeql, codeql-purpcode, cppcheck, flawfinder, semgrep, or the path of a YAML description of your own. */
    tool: z.string().optional(),
    /** File or folder of rules, for tools that take the user's. */
    rules: z.string().optional(),
    /** Settings of the description (`suite` of CodeQL). */
    parameters: z.record(z.string(), z.string()).default({}),
    /** A SARIF file that a tool wrote earlier, instead of `tool`. */
    report: z.string().optional(),
    /** The report covers every file, so that silence about one is a clean bill. */
    complete: z.boolean().default(false),
    /** What the report calls the folder that is the current one here, where it was made in another (`/build/app`). */
    root: z.string().optional(),
    /** Findings below it are left out; default: what the description says, mostly none. */
    minSeverity: SeveritySchema.optional(),
  })
  .refine(({ tool, report }) => tool === undefined || report === undefined, "either tool or report");
type Config = z.infer<typeof ConfigSchema>;

export const analyzer: Adapter<Analyzer, Config> = {
  name: NAME,
  version: VERSION,
  summary:
    "external analyzers by a YAML description each (bandit, clang, codeql, cppcheck, flawfinder, semgrep), or a SARIF file",
  config: ConfigSchema,
  transport: [],
  variant: "tool",
  create: (config, services) => createAnalyzer(config, services),
  fingerprint,
  probe: (config, { env }) =>
    config.tool === undefined ? probeAll(config, env) : probeTool(config.tool, env),
};

function createAnalyzer(config: Config, services: Services): Analyzer {
  if (config.report !== undefined) return reportAnalyzer(config, config.report);
  if (config.tool === undefined) {
    throw new AppError("config-invalid", `${NAME} needs to know which tool`, {
      boundary: "config",
      hint: `tool: one of ${describedTools().join(", ")}, or the path of a YAML description; or report: a SARIF file`,
    });
  }
  return toolAnalyzer(config, loadDescription(config.tool), services);
}

function toolAnalyzer(config: Config, description: Description, services: Services): Analyzer {
  const { name, languages, batch: batchSize, perFile, weights } = description;
  const unknown = Object.keys(config.parameters).filter((key) => !(key in description.parameters));
  const misfit = config.rules === undefined ? "required" : "none";
  if (unknown.length > 0 || description.rules === misfit) {
    const message =
      unknown.length > 0
        ? `${name} has no parameter ${unknown.join(", ")}`
        : `${name} ${config.rules === undefined ? "needs" : "takes no"} rules`;
    throw new AppError("config-invalid", message, { boundary: "config" });
  }
  const tools = toolsFolder(services.env);
  return {
    languages,
    tool: name,
    weights,
    probe: async () => {
      const found = await findTool(description, services.env);
      return found.available ? withSandbox(found, services) : found;
    },
    analyze: async (files, { signal }) => {
      signal.throwIfAborted();
      const found = await findTool(description, services.env);
      const failed = (trouble: Trouble): FileReport => ({ findings: [], trouble });
      const reports = files.map(({ language }) =>
        languages.includes(language)
          ? failed({ reason: "tool-missing", message: found.reason ?? "" })
          : failed({ reason: "unsupported-language", message: `${name} does not read ${language}` }),
      );
      const rules = config.rules === undefined ? undefined : await readUserRules(config.rules);
      const version = [`${VERSION}+${found.version}`, found.rulesVersion, rules?.hash]
        .filter(Boolean)
        .join("+");
      const known = files.flatMap((file, index) => (languages.includes(file.language) ? [index] : []));
      if (known.length > 0 && found.available) {
        const run = {
          description,
          sandbox: await services.sandbox(),
          tools,
          readOnly: existsSync(tools) && "tool" in description.needs ? [tools] : [],
          rules,
          parameters: {
            ...description.parameters,
            ...(rules && description.withRules),
            ...config.parameters,
          },
          signal,
        };
        for (const indexes of Map.groupBy(known, (index) => files[index]!.language).values()) {
          for (let at = 0; at < indexes.length; at += perFile ? 1 : batchSize) {
            const some = indexes.slice(at, at + (perFile ? 1 : batchSize));
            const batch = some.map((index): SourceFile => files[index]!);
            const told = await byHalves<SourceFile, FileReport, Trouble>(
              batch,
              (part) => runTool(run, part),
              failed,
            );
            for (const [place, index] of some.entries()) reports[index] = told[place]!;
          }
        }
      }
      const least = config.minSeverity ?? description.minSeverity;
      return reports.map((report) => conclude(report, name, version, least));
    },
  };
}

function reportAnalyzer(config: Config, path: string): Analyzer {
  const read = readReport(path, config);
  return {
    // Whatever the report is about.
    languages: [],
    probe: async () => ({ available: true, version: VERSION, rulesVersion: await reportHash(path) }),
    analyze: async (files, { signal }) => {
      signal.throwIfAborted();
      const least = config.minSeverity ?? "info";
      return files.map((file) => conclude(read(file), undefined, undefined, least));
    },
  };
}

/** Findings are told even where the tool had trouble: weak is weak. Silence with trouble is never clean. */
function conclude(
  { findings, trouble }: FileReport,
  analyzerName: string | undefined,
  analyzerVersion: string | undefined,
  least: Severity,
): AnalysisOutcome {
  const kept = findings
    .filter(({ severity }) => severities.indexOf(severity) >= severities.indexOf(least))
    .map((one) => ({
      ...one,
      analyzer: analyzerName ?? one.analyzer,
      analyzerVersion: analyzerVersion ?? one.analyzerVersion,
    }))
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const otherwise = trouble === undefined ? undefined : ({ outcome: "failed", ...trouble } as const);
  if (kept.length > 0) return { outcome: "findings", findings: kept, ...(otherwise && { otherwise }) };
  return otherwise ?? { outcome: "clean" };
}

async function fingerprint(config: Config, { env }: Services): Promise<string> {
  if (config.report !== undefined) return reportHash(config.report);
  const { version, rulesVersion, reason, hint } = await probeTool(config.tool ?? "", env);
  if (version === undefined) {
    throw new AppError("prerequisite-missing", reason ?? "the tool is missing", {
      boundary: "analyzer",
      hint,
    });
  }
  const rules = config.rules === undefined ? undefined : (await readUserRules(config.rules)).hash;
  return contentHash({ version, rulesVersion, rules });
}

async function probeTool(tool: string, env: Services["env"]): Promise<AnalyzerAvailability> {
  try {
    return await findTool(loadDescription(tool), env);
  } catch (error) {
    return { available: false, reason: messageOf(error), hint: isAppError(error) ? error.hint : undefined };
  }
}

/** What `doctor` shows: which of the described tools are here, and how to get the others. */
async function probeAll({ report }: Config, env: Services["env"]): Promise<Availability> {
  if (report !== undefined) return { available: true, version: VERSION };
  const tools = await Promise.all(
    describedTools().map(async (name) => ({ name, found: await probeTool(name, env) })),
  );
  const here = tools.filter(({ found }) => found.available);
  const missing = tools.filter(({ found }) => !found.available);
  const version = here.map(({ name, found }) => `${name} ${found.version}`).join(", ");
  if (missing.length === 0) return { available: true, version };
  const hints = [...new Set(missing.map(({ found }) => found.hint).filter(Boolean))];
  const names = missing.map(({ name }) => name).join(", ");
  return {
    available: false,
    version: version || undefined,
    reason: `not installed: ${names}`,
    hint: hints.join("; "),
  };
}

async function withSandbox(found: AnalyzerAvailability, services: Services): Promise<AnalyzerAvailability> {
  try {
    await services.sandbox();
    return found;
  } catch (error) {
    return { available: false, reason: messageOf(error), hint: isAppError(error) ? error.hint : undefined };
  }
}

async function reportHash(path: string): Promise<string> {
  return sha256(await readFile(path)).slice(0, 16);
}
