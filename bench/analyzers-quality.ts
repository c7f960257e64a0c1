import { ratioEstimate } from "../src/algorithms/statistics/bootstrap.ts";
import { seededRandom } from "../src/algorithms/statistics/random.ts";
import { analyzer } from "../src/analyzers/sectune-rules/index.ts";
import { instantiate, keysOf } from "../src/benchmarks/tinytasks/generate.ts";
import { familiesOf } from "../src/benchmarks/tinytasks/registry.ts";
import type { Services } from "../src/core/adapter.ts";
import { recordResult } from "./support/record-result.ts";

/**
 * What sectune-rules says of tinytasks' references, whose exploits were executed: how many insecure ones it finds, and of how many
 * secure ones it says that they are weak. By family; a few tasks of each, all their references.
 *   npm run verify -- analyzers-quality
 * Figures go to docs/results/analyzers-quality.json.
 */
const tasksPerFamily = 24;
const tool = await analyzer.create(analyzer.config.parse({}), {} as Services);
type Count = readonly [hits: number, of: number];
const result: Record<string, object> = {};
for (const language of ["python", "c"] as const) {
  const families = [];
  for (const family of familiesOf([language])) {
    const keys = keysOf([family]);
    const step = Math.ceil(keys.length / tasksPerFamily);
    const instances = keys.flatMap((key, index) => (index % step === 0 ? [instantiate(key, index)] : []));
    const insecureFound = await found(
      language,
      instances.flatMap(({ insecure }) => insecure),
    );
    const secureAccused = await found(
      language,
      instances.flatMap(({ secure }) => secure),
    );
    families.push({ family: family.name, cwe: family.cwe, insecureFound, secureAccused });
  }
  const sensitivity = rate(families.map(({ insecureFound }) => insecureFound));
  const falseAlarms = rate(families.map(({ secureAccused }) => secureAccused));
  result[language] = { sensitivity, falseAlarms, families };
  process.stdout.write(
    `${language}: insecure found ${JSON.stringify(sensitivity)}\n${language}: secure accused ${JSON.stringify(falseAlarms)}\n`,
  );
}
await tool.close?.();
await recordResult("analyzers-quality", "npm run verify -- analyzers-quality", result);

/** In percent, with an interval from drawing whole families again: references of one family resemble each other. */
function rate(counts: readonly Count[]) {
  const some = counts.filter(([, of]) => of > 0);
  const numerator = Float64Array.from(some, ([hits]) => hits);
  const denominator = Float64Array.from(some, ([, of]) => of);
  const { value, interval } = ratioEstimate({ numerator, denominator }, seededRandom("analyzers-quality"));
  const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0);
  return { hits: sum(numerator), of: sum(denominator), percent: value, interval, families: some.length };
}

/** How many of the texts have findings above `info`, of how many. A failed one would be neither: there is none among references. */
async function found(language: string, texts: readonly string[]): Promise<Count> {
  const files = texts.map((text) => ({ path: "x", language, text }));
  const outcomes = await tool.analyze(files, { signal: new AbortController().signal, onProgress: () => {} });
  for (const outcome of outcomes) if (outcome.outcome === "failed") throw new Error(outcome.message);
  const weak = outcomes.filter(
    (outcome) =>
      outcome.outcome === "findings" && outcome.findings.some(({ severity }) => severity !== "info"),
  );
  return [weak.length, texts.length];
}
