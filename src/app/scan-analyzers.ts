import type { Services } from "../core/adapter.ts";
import type { Analyzer, AnalyzerAvailability, RuleInfo } from "../core/analyzer.ts";
import { AppError } from "../core/error.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { openSandbox } from "./open-sandbox.ts";
import { findAdapter } from "./registry.ts";

export interface OpenAnalyzer {
  readonly name: string;
  readonly analyzer: Analyzer;
  readonly availability: AnalyzerAvailability;
  /** Empty where the tool does not list its rules. */
  readonly rules: readonly RuleInfo[];
}

export interface AnalyzerOptions {
  readonly names: readonly string[];
  /** Threads or processes of each. */
  readonly jobs?: number | undefined;
  readonly services: Services;
}

/** Loads analyzers by name and asks each whether it can run. Throws AppError with the install line for one that cannot. */
export async function openAnalyzers({ names, jobs, services }: AnalyzerOptions): Promise<OpenAnalyzer[]> {
  const opened: OpenAnalyzer[] = [];
  for (const name of names) {
    const open = await openAnalyzer(name, jobs, services);
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
  jobs: number | undefined,
  services: Services,
): Promise<OpenAnalyzer> {
  const adapter = await findAdapter("analyzer", name);
  // `threads` is what analyzers call it that run in this process; others refuse it and take their default.
  const withJobs = adapter.config.safeParse(jobs === undefined ? {} : { threads: jobs });
  const analyzer = await adapter.create(
    withJobs.success ? withJobs.data : adapter.config.parse({}),
    services,
  );
  return { name, analyzer, availability: await analyzer.probe(), rules: (await analyzer.rules?.()) ?? [] };
}

/** Services for analyzers outside of a run: a sandbox, opened on first use, and nothing else. */
export function scanServices(
  sandboxName: string,
  log: (message: string) => void,
): Services & AsyncDisposable {
  let sandbox: Promise<Sandbox> | undefined;
  const refuse = () => Promise.reject(new Error("an analyzer asked for a service of a run"));
  const services: Services = {
    env: process.env,
    worker: refuse,
    checkpoint: refuse,
    log,
    sandbox: () => {
      sandbox ??= openSandbox(sandboxName, {}, services);
      return sandbox;
    },
  };
  const close = async () => {
    const opened = await sandbox?.catch(() => undefined);
    await (opened as { close?: () => Promise<void> } | undefined)?.close?.();
  };
  return { ...services, [Symbol.asyncDispose]: close };
}
