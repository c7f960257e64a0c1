import type { AnalyzerPolicy, OnePolicy } from "../core/analyzer-policy.ts";
import { AppError } from "../core/error.ts";
import { suggestName } from "../util/nearest-name.ts";
import { allAnalyzers, anyAnalyzer, type FusionPolicy } from "./fusion.ts";
import { languageNamed } from "./syntax/languages.ts";

/** An analyzer that has a say, with what its word weighs by default where several speak. */
export interface WeighedAnalyzer {
  readonly name: string;
  /** By language; 1 where there is none. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** It can give no findings: it has no vote, and may only fail. */
  readonly findsNothing?: true | undefined;
}

/** The policy for files of a language. */
export type FusionPolicies = (language: string) => FusionPolicy;

/** Makes policies of what a user wrote. Throws AppError `config-invalid` when it does not fit these analyzers. */
export function fusionPolicies(
  policy: AnalyzerPolicy,
  analyzers: readonly WeighedAnalyzer[],
): FusionPolicies {
  const policies = policiesOf(policy, analyzers);
  const voteless = analyzers.filter(({ findsNothing }) => findsNothing).map(({ name }) => name);
  if (voteless.length === 0) return policies;
  return (language) => ({ ...policies(language), voteless });
}

function policiesOf(policy: AnalyzerPolicy, analyzers: readonly WeighedAnalyzer[]): FusionPolicies {
  if (typeof policy === "string" || "atLeast" in policy) return onePolicy(policy, analyzers);
  const usual = onePolicy(policy.default, analyzers);
  const own = new Map<string, FusionPolicies>();
  for (const [name, one] of Object.entries(policy.byLanguage)) {
    const language = languageNamed(name);
    if (language === undefined) throw unfit(`the policy names the language \`${name}\`, which is not known`);
    own.set(language, onePolicy(one, analyzers));
  }
  return (language) => (own.get(language) ?? usual)(language);
}

function onePolicy(policy: OnePolicy, analyzers: readonly WeighedAnalyzer[]): FusionPolicies {
  if (typeof policy === "string") return namedPolicy(policy, analyzers);
  const names = analyzers.map(({ name }) => name);
  const unknown = Object.keys(policy.weights).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw unfit(`the policy weighs \`${unknown}\`, which is no analyzer here`, suggestName(unknown, names));
  }
  return () => policy;
}

function namedPolicy(text: string, analyzers: readonly WeighedAnalyzer[]): FusionPolicies {
  if (text === "default") return (language) => ownWeights(language, analyzers);
  if (text === "any") return () => anyAnalyzer;
  if (text === "all") return () => allAnalyzers;
  const [, least, of] = /^(\d+)(?:-of-(\d+))?$/.exec(text) ?? [];
  const atLeast = Number(least);
  const fits = of === undefined || Number(of) === analyzers.length;
  if (fits && atLeast >= 1 && atLeast <= analyzers.length) return () => ({ atLeast });
  throw unfit(
    `the policy \`${text}\` does not fit ${analyzers.length} analyzer(s)`,
    "default, any, all, or K-of-N where N is the number of analyzers",
  );
}

/** Weak when somebody whose word counts whole has findings, or enough of those whose word does not. */
function ownWeights(language: string, analyzers: readonly WeighedAnalyzer[]): FusionPolicy {
  const weights = analyzers.flatMap(({ name, weights }): [string, number][] => {
    const own = weights?.[language];
    return own === undefined ? [] : [[name, own]];
  });
  return { atLeast: 1, weights: Object.fromEntries(weights) };
}

function unfit(message: string, hint?: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config", hint });
}
