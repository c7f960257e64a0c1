import { needsParser, settleSyntax } from "../../src/algorithms/settle-syntax.ts";
import { analyzer as icd } from "../../src/analyzers/icd/index.ts";
import { analyzer as sarifCommand } from "../../src/analyzers/sarif-command/index.ts";
import { analyzer as sectuneRules } from "../../src/analyzers/sectune-rules/index.ts";
import { openAnalyzer } from "../../src/app/scan-analyzers.ts";
import { scanServices } from "../../src/app/scan-services.ts";
import { syntaxAnalyzer } from "../../src/app/syntax-analyzer.ts";
import { operationContext } from "../../src/core/adapter.ts";
import type { AnalysisOutcome, Analyzer, SourceFile } from "../../src/core/analyzer.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { Verdict } from "./sample.ts";
import { chooseSemgrepRules } from "./semgrep-rules.ts";

/** A tool as its users run it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly languages: readonly string[];
  analyze(files: readonly SourceFile[]): Promise<Verdict[]>;
  /** A stricter reading of the same findings, which the tool's own people offer. */
  readonly strict?: { readonly name: string; keeps(finding: Finding): boolean };
}

const context = operationContext({ signal: new AbortController().signal, step: "bench" });

/** The tools by name, in the order of the tables. `semgrepRules`: a checkout of semgrep/semgrep-rules. */
export async function openTools(semgrepRules: string) {
  const services = scanServices();
  const syntax = await openAnalyzer("syntax", syntaxAnalyzer, undefined, services);
  const bandit = sarifCommand.create(sarifCommand.config.parse({ tool: "bandit" }), services);
  const tools: Tool[] = [
    await tool("sectune-rules", await sectuneRules.create(sectuneRules.config.parse({}), services), {
      settle: syntax.analyzer,
    }),
    {
      ...(await tool("bandit", await bandit)),
      strict: { name: "bandit, medium and up", keeps: ({ severity }) => severity !== "low" },
    },
    await semgrep(semgrepRules, services),
    await tool("icd", await icd.create(icd.config.parse({}), services)),
  ];
  return { tools, [Symbol.asyncDispose]: () => services[Symbol.asyncDispose]() };
}

async function tool(name: string, analyzer: Analyzer, options: { settle?: Analyzer } = {}): Promise<Tool> {
  const { version = "", rulesVersion } = await analyzer.probe();
  return {
    name,
    version: rulesVersion === undefined ? version : `${version}, rules ${rulesVersion.slice(0, 12)}`,
    languages: analyzer.languages,
    analyze: async (files) => {
      const outcomes = await analyzer.analyze(files, context);
      const settled = options.settle === undefined ? outcomes : await settle(files, outcomes, options.settle);
      return settled.map(verdict);
    },
  };
}

/** As `sectune scan` does it: the language's own parser is asked where tree-sitter's word is not enough. */
async function settle(
  files: readonly SourceFile[],
  outcomes: readonly AnalysisOutcome[],
  syntax: Analyzer,
): Promise<AnalysisOutcome[]> {
  const disputed = [...outcomes.keys()].filter((index) => needsParser(outcomes[index]!));
  const words = await syntax.analyze(
    disputed.map((index) => files[index]!),
    context,
  );
  const settled = [...outcomes];
  for (const [place, index] of disputed.entries())
    settled[index] = settleSyntax(outcomes[index]!, words[place]!);
  return settled;
}

/** semgrep takes one set of rules a run: a tool of its own for each language. */
async function semgrep(checkout: string, services: Parameters<typeof sarifCommand.create>[1]): Promise<Tool> {
  const rules = await chooseSemgrepRules(checkout);
  const config = (folder: string) => sarifCommand.config.parse({ tool: "semgrep", rules: folder });
  const byLanguage = new Map<string, Analyzer>();
  for (const [language, { folder }] of rules)
    byLanguage.set(language, await sarifCommand.create(config(folder), services));
  const { version = "" } = await [...byLanguage.values()][0]!.probe();
  const precise = new Set([...rules.values()].flatMap((chosen) => [...chosen.precise]));
  return {
    name: "semgrep",
    version: `${version}, ${[...rules].map(([language, { count }]) => `${count} rules for ${language}`).join(", ")}`,
    languages: [...rules.keys()],
    analyze: async (files) => {
      const verdicts: Verdict[] = [];
      for (const [language, indexes] of Map.groupBy(files.keys(), (index) => files[index]!.language)) {
        const own = indexes.map((index) => files[index]!);
        const outcomes = await byLanguage.get(language)!.analyze(own, context);
        for (const [place, index] of indexes.entries()) verdicts[index] = verdict(outcomes[place]!);
      }
      return verdicts;
    },
    strict: {
      name: "semgrep, without audit rules",
      keeps: ({ rule }) => precise.has(rule.slice(rule.lastIndexOf(".") + 1)),
    },
  };
}

function verdict(outcome: AnalysisOutcome): Verdict {
  if (outcome.outcome === "failed") return { failed: outcome.reason };
  if (outcome.outcome === "clean") return { findings: [] };
  return { findings: outcome.findings.filter(({ severity }) => severity !== "info") };
}
