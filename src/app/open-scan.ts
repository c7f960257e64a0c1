import { CweWarnings } from "../algorithms/cwe/cwe-warnings.ts";
import { fusionPolicies } from "../algorithms/fusion-policies.ts";
import { languageNamed } from "../algorithms/syntax/languages.ts";
import type { Services } from "../core/adapter.ts";
import { AppError } from "../core/error.ts";
import type { LedgerEntry } from "../core/run.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type ScannedFile, scan } from "./scan.ts";
import { type OpenAnalyzer, openAnalyzer, openAnalyzers } from "./scan-analyzers.ts";
import { resolveScan, type ScanFlags } from "./scan-config.ts";
import { type Skipped, scanInputs } from "./scan-inputs.ts";
import { askedModels, openScanModels } from "./scan-models.ts";
import { scanServices } from "./scan-services.ts";
import { storeRoot } from "./store-root.ts";
import { syntaxAnalyzer } from "./syntax-analyzer.ts";

export interface OpenScanOptions extends ScanFlags {
  /** File with settings. */
  readonly config?: string | undefined;
  readonly jobs?: number | undefined;
  /** Whether real parsers are asked about texts that an analyzer could not parse. */
  readonly syntax: boolean;
  readonly language?: string | undefined;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** A line that people should see: a CWE id that should not be named, rules that a tool refuses. */
  readonly onWarning: (line: string) => void;
}

export interface OpenScan extends AsyncDisposable {
  readonly analyzers: readonly OpenAnalyzer[];
  /** How often something was not looked at, by what it was. */
  readonly skipped: Readonly<Record<Skipped, number>>;
  /** What models were asked and paid so far. */
  ledger(): LedgerEntry[];
  files(paths: readonly string[]): AsyncGenerator<ScannedFile>;
}

/** Checks the options and starts the analyzers. Throws AppError. */
export async function openScan(options: OpenScanOptions): Promise<OpenScan> {
  const { jobs, stdin, signal, onWarning } = options;
  const language = options.language === undefined ? undefined : languageNamed(options.language);
  if (options.language !== undefined && language === undefined) {
    throw new AppError("usage", `--language ${options.language} is not a language that is known`, {
      boundary: "config",
    });
  }
  const settings = await resolveScan(options.config, options);
  const { analyzers: uses, policy, minSeverity, budget, sandbox } = settings;
  const root = storeRoot(settings);
  const checkpoints = new Checkpoints(root);
  const services = scanServices(sandbox, checkpoints, onWarning);
  const opened = await openAnalyzers({ uses, jobs, services });
  const policies = fusionPolicies(
    policy,
    opened.map(({ name, analyzer: { weights, findsNothing } }) => ({ name, weights, findsNothing })),
  );
  const models = await openScanModels({
    ...{ models: await askedModels(settings), budget, services, checkpoints, signal },
    storeRoot: root,
  });
  let checker: Promise<OpenAnalyzer | null> | undefined;
  const skipped: Record<Skipped, number> = { file: 0, link: 0, block: 0, "no-code": 0 };
  const cwes = new CweWarnings((line) => onWarning(`warning: ${line}`));
  for (const { tool, analyzer } of opened) for (const cwe of analyzer.ruleCwes ?? []) cwes.look(tool, cwe);
  return {
    analyzers: opened,
    skipped,
    ledger: () => models.ledger(),
    files: (paths) =>
      scan({
        inputs: scanInputs({ paths, language, stdin, onSkipped: (what) => skipped[what]++ }),
        analyzers: opened,
        syntax: () => {
          checker ??= options.syntax ? syntaxChecker(services) : Promise.resolve(null);
          return checker;
        },
        policies,
        minSeverity,
        cwes,
        context: { signal, onProgress: () => {}, ...(models.model && { model: models.model }) },
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...opened, await checker].map((open) => open?.analyzer.close?.()));
      await models[Symbol.asyncDispose]();
      await services.close();
    },
  };
}

/** The analyzer that answers with nothing but the word of real parsers, when it can run here. */
async function syntaxChecker(services: Services): Promise<OpenAnalyzer | null> {
  const checker = await openAnalyzer("syntax", syntaxAnalyzer, undefined, services);
  return checker.availability.available ? checker : null;
}
