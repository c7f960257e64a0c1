import { DisagreementMatrix, saidOf } from "../src/algorithms/disagreement.ts";
import { fuse } from "../src/algorithms/fusion.ts";
import { fusionPolicies } from "../src/algorithms/fusion-policies.ts";
import { ratioEstimate } from "../src/algorithms/statistics/bootstrap.ts";
import { seededRandom } from "../src/algorithms/statistics/random.ts";
import { analyzer as icd } from "../src/analyzers/icd/index.ts";
import { analyzer as sarifCommand } from "../src/analyzers/sarif-command/index.ts";
import { analyzer as sectuneRules } from "../src/analyzers/sectune-rules/index.ts";
import { instantiate, keysOf } from "../src/benchmarks/tinytasks/generate.ts";
import { familiesOf } from "../src/benchmarks/tinytasks/registry.ts";
import type { Services } from "../src/core/adapter.ts";
import type { AnalysisOutcome, Analyzer } from "../src/core/analyzer.ts";
import type { AnalyzerPolicy } from "../src/core/analyzer-policy.ts";
import { severities } from "../src/core/finding.ts";
import type { Verdict } from "../src/core/judgement.ts";
import { sandbox as bubblewrap } from "../src/sandboxes/bubblewrap/index.ts";
import { recordResult } from "./support/record-result.ts";

/**
 * What policies make of several analyzers, on tinytasks' references, whose exploits were executed; and how far the analyzers agree.
 *   npm run verify -- fusion
 * Tools that are not installed are left out and named. Figures go to docs/results/fusion.json.
 */
const tasksPerFamily = 12;
const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), {} as Services);
const services = { env: process.env, log: () => {}, sandbox: async () => sandbox } as unknown as Services;
const sarif = (tool: string) => sarifCommand.create(sarifCommand.config.parse({ tool }), services);
const analyzers: Record<string, Analyzer> = {
  "sectune-rules": await sectuneRules.create(sectuneRules.config.parse({}), services),
  icd: await icd.create(icd.config.parse({}), services),
  bandit: await sarif("bandit"),
  cppcheck: await sarif("cppcheck"),
  flawfinder: await sarif("flawfinder"),
};
const languages = {
  python: ["sectune-rules", "icd", "bandit"],
  c: ["sectune-rules", "icd", "cppcheck", "flawfinder"],
} as const;

interface Reference {
  readonly family: string;
  readonly weak: boolean;
  readonly text: string;
  readonly outcomes: Record<string, AnalysisOutcome>;
}

const figures: Record<string, object> = {};
for (const [language, wanted] of Object.entries(languages)) {
  const here: string[] = [];
  for (const name of wanted) if ((await analyzers[name]!.probe()).available) here.push(name);
  const references = referencesIn(language);
  for (const name of here) await ask(name, language, references);
  const matrix = new DisagreementMatrix();
  for (const { outcomes } of references) matrix.add(saidOf(outcomes));
  const policies: Record<string, AnalyzerPolicy> = { default: "default", any: "any", all: "all" };
  for (let least = 2; least < here.length; least++) policies[`${least}-of-${here.length}`] = `${least}`;
  figures[language] = {
    analyzers: here,
    notInstalled: wanted.filter((name) => !here.includes(name)),
    alone: Object.fromEntries(here.map((name) => [name, rates(language, [name], "any", references)])),
    together: Object.fromEntries(
      Object.entries(policies).map(([name, policy]) => [name, rates(language, here, policy, references)]),
    ),
    disagreements: matrix.rows(),
  };
}
for (const one of Object.values(analyzers)) await one.close?.();
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
await recordResult("fusion", "npm run verify -- fusion", figures);

function referencesIn(language: string): Reference[] {
  return familiesOf([language as "python"]).flatMap((family) => {
    const keys = keysOf([family]);
    const step = Math.ceil(keys.length / tasksPerFamily);
    return keys.flatMap((key, index) => {
      if (index % step !== 0) return [];
      const { insecure, secure } = instantiate(key, index);
      const as = (weak: boolean) => (text: string) => ({ family: family.name, weak, text, outcomes: {} });
      return [...insecure.map(as(true)), ...secure.map(as(false))];
    });
  });
}

/** Findings below `low` do not count, as in `sectune scan`. */
async function ask(name: string, language: string, references: readonly Reference[]): Promise<void> {
  const files = references.map(({ text }, index) => ({ path: `${index}`, language, text }));
  const context = { signal: new AbortController().signal, onProgress: () => {} };
  const outcomes = await analyzers[name]!.analyze(files, context);
  for (const [index, outcome] of outcomes.entries()) {
    const counts =
      outcome.outcome !== "findings" ||
      outcome.findings.some(({ severity }) => severities.indexOf(severity) >= severities.indexOf("low"));
    references[index]!.outcomes[name] = counts ? outcome : { outcome: "clean" };
  }
}

/** In percent, with intervals from drawing whole families again: references of one family resemble each other. */
function rates(
  language: string,
  names: readonly string[],
  policy: AnalyzerPolicy,
  references: readonly Reference[],
): object {
  const weighed = names.map((name) => ({ name, weights: analyzers[name]!.weights }));
  const one = fusionPolicies(policy, weighed)(language);
  const verdictOf = ({ outcomes }: Reference): Verdict =>
    fuse(Object.fromEntries(names.map((name) => [name, outcomes[name]!])), one);
  const share = (weak: boolean) => {
    const own = references.filter((reference) => reference.weak === weak);
    const families = [...Map.groupBy(own, ({ family }) => family).values()];
    const numerator = Float64Array.from(
      families,
      (all) => all.filter((it) => verdictOf(it) === "fail").length,
    );
    const denominator = Float64Array.from(families, (all) => all.length);
    const { value, interval } = ratioEstimate({ numerator, denominator }, seededRandom("fusion"));
    return { hits: numerator.reduce((sum, it) => sum + it, 0), of: own.length, percent: value, interval };
  };
  return { insecureFound: share(true), secureAccused: share(false) };
}
