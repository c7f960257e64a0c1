import { parsePolicy } from "../algorithms/fusion.ts";
import { languageNamed } from "../algorithms/syntax/languages.ts";
import { AppError } from "../core/error.ts";
import type { Severity } from "../core/finding.ts";
import { adapters } from "./registry.gen.ts";
import { type ScannedFile, scan } from "./scan.ts";
import { type OpenAnalyzer, openAnalyzer, openAnalyzers, scanServices } from "./scan-analyzers.ts";
import { scanInputs } from "./scan-inputs.ts";

export interface OpenScanOptions {
  readonly analyzers: readonly string[];
  /** `any`, `all` or `K-of-N`. */
  readonly policy: string;
  readonly minSeverity: Severity;
  readonly jobs?: number | undefined;
  readonly sandbox: string;
  /** Whether real parsers are asked about texts that an analyzer could not parse. */
  readonly syntax: boolean;
  readonly language?: string | undefined;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface OpenScan extends AsyncDisposable {
  readonly analyzers: readonly OpenAnalyzer[];
  /** Files of walked folders that are of no known language. */
  readonly skipped: number;
  files(paths: readonly string[]): AsyncGenerator<ScannedFile>;
}

/** Checks the options and starts the analyzers. Throws AppError. */
export async function openScan(options: OpenScanOptions): Promise<OpenScan> {
  const language = options.language === undefined ? undefined : languageNamed(options.language);
  if (options.language !== undefined && language === undefined) {
    throw new AppError("usage", `--language ${options.language} is not a language that is known`, {
      boundary: "config",
    });
  }
  const policy = parsePolicy(options.policy, options.analyzers.length);
  if (policy === null) {
    throw new AppError(
      "usage",
      `--policy ${options.policy} does not fit ${options.analyzers.length} analyzer(s)`,
      {
        boundary: "config",
        hint: "any, all, or K-of-N where N is the number of --analyzers",
      },
    );
  }
  const services = scanServices(options.sandbox, () => {});
  const opened = await openAnalyzers({ names: options.analyzers, jobs: options.jobs, services });
  let checker: Promise<OpenAnalyzer | null> | undefined;
  let skipped = 0;
  return {
    analyzers: opened,
    get skipped() {
      return skipped;
    },
    files: (paths) =>
      scan({
        inputs: scanInputs({ paths, language, stdin: options.stdin, onSkipped: () => skipped++ }),
        analyzers: opened,
        syntax: () => {
          checker ??= options.syntax ? syntaxChecker(services) : Promise.resolve(null);
          return checker;
        },
        policy,
        minSeverity: options.minSeverity,
        signal: options.signal,
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...opened, await checker].map((open) => open?.analyzer.close?.()));
      await services[Symbol.asyncDispose]();
    },
  };
}

/** The analyzer that answers with nothing but the word of real parsers, when it can run here. */
async function syntaxChecker(services: Parameters<typeof openAnalyzer>[2]): Promise<OpenAnalyzer | null> {
  if (!Object.hasOwn(adapters.analyzer, syntaxAnalyzer)) return null;
  const checker = await openAnalyzer(syntaxAnalyzer, undefined, services);
  return checker.availability.available ? checker : null;
}

const syntaxAnalyzer = "syntax";
