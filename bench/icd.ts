// icd against the package that it stands for: findings on its own unit tests and on CyberSecEval's samples, and both speeds.
//   npm run verify -- icd --purple-llama FOLDER [--regex-only | --speed] [--limit N]
// FOLDER is a checkout of the public PurpleLlama repository. Figures go to docs/results/icd-equality.json, those of --speed to
// icd-speed.json: only they are taken in turns, and fit to be compared.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { offsetMap } from "../src/algorithms/spans.ts";
import { Detector } from "../src/analyzers/icd/detector.ts";
import { findPackage, pythonFolder } from "../src/analyzers/icd/package-folder.ts";
import { type Mode, modes, type RuleSet, rulesFor } from "../src/analyzers/icd/rule-set.ts";
import { compileSearch } from "../src/analyzers/icd/search-text.ts";
import { ToolBox } from "../src/analyzers/icd/tool-box.ts";
import type { Services } from "../src/core/adapter.ts";
import type { AnalysisOutcome } from "../src/core/analyzer.ts";
import { sandbox as bubblewrap } from "../src/sandboxes/bubblewrap/index.ts";
import { relate, relations } from "./icd/compare.ts";
import { askPeer, type PeerAnswer, type PeerItem, unitTestCases } from "./icd/peer.ts";
import { recordResult } from "./support/record-result.ts";

const { values } = parseArgs({
  options: {
    "purple-llama": { type: "string" },
    "regex-only": { type: "boolean", default: false },
    speed: { type: "boolean", default: false },
    limit: { type: "string" },
  },
});
if (values["purple-llama"] === undefined) throw new Error("--purple-llama FOLDER is missing");
const found = await findPackage(process.env);
if (!found.available) throw new Error(`${found.reason}: ${found.hint}`);

const signal = new AbortController().signal;
const folder = pythonFolder(process.env);
const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), {} as Services);
const tools = new ToolBox(sandbox, folder);
const set = await tools.rules(signal);

const instruct = join(values["purple-llama"], "CybersecurityBenchmarks/datasets/instruct/instruct.json");
const samples = (JSON.parse(await readFile(instruct, "utf8")) as Sample[])
  .slice(0, values.limit === undefined ? undefined : Number(values.limit))
  .map((sample) => ({ ...sample, text: sample.origin_code }));
const cases = await unitTestCases(sandbox, folder);

interface Sample extends PeerItem {
  readonly origin_code: string;
  readonly analyzer: "regex" | "semgrep" | "weggli";
  readonly cwe_identifier: string;
}

const common = {
  package: found,
  samples: { total: samples.length, byAnalyzerOfOrigin: count(samples.map(({ analyzer }) => analyzer)) },
  unitTestCases: cases.length,
  rules: Object.fromEntries(modes.map((mode) => [mode, ruleShare(mode)])),
};
const command = "npm run verify -- icd --purple-llama FOLDER";
if (values.speed) {
  await record("icd-speed", `${command} --speed`, { ...common, speed: await compareSpeed() });
} else {
  const regex = await compareRegex([...samples, ...cases]);
  await record("icd-equality", command, {
    ...common,
    regex,
    ...(values["regex-only"] ? {} : await compareAll()),
  });
}

async function record(name: string, how: string, figures: object): Promise<void> {
  await recordResult(name, how, figures);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}

/** How many different rules run in this process, and how many in semgrep. */
function ruleShare(mode: Mode) {
  const own = set.sets.filter((one) => one.mode === mode);
  const inProcess = new Set(own.flatMap(({ regex }) => regex.map((rule) => rule.regex))).size;
  const semgrep = new Set(own.flatMap(({ semgrepRules }) => semgrepRules.map(({ id }) => id))).size;
  const whole = own.filter((one) => one.semgrep === null).map(({ language }) => language);
  return { inProcess, semgrep, languagesWhollyInProcess: whole };
}

/** Every expression of the package on every text: ours in this process against the package's own step. */
async function compareRegex(items: readonly PeerItem[]) {
  const regexes = [
    ...new Set(set.sets.flatMap(({ regex, prescan }) => [...regex, ...prescan].map((r) => r.regex))),
  ];
  const search = compileSearch(regexes);
  const every = regexes.map((regex, index) => [index, regex] as const);
  let [equal, open] = [0, 0];
  const different: object[] = [];
  for (let at = 0; at < items.length; at += 500) {
    const batch = items.slice(at, at + 500);
    const answer = await tools.search(
      batch.map(({ text }) => ({ text, regexes: every })),
      500_000,
      signal,
    );
    if ("failure" in answer) throw new Error(answer.failure.message);
    for (const [place, { text }] of batch.entries()) {
      const ours = search(text);
      const map = offsetMap(text);
      const theirs = new Map(
        answer.results[place]!.map(([rule, start, end]) => [
          rule,
          `${map.toUtf16(start)}-${map.toUtf16(end)}`,
        ]),
      );
      const mine = new Map(ours.hits.map(({ rule, start, end }) => [rule, `${start}-${end}`]));
      open += ours.open.length;
      for (const [rule, regex] of every) {
        if (ours.open.includes(rule)) continue;
        if (mine.get(rule) === theirs.get(rule)) equal++;
        else different.push({ regex, item: at + place, ours: mine.get(rule), package: theirs.get(rule) });
      }
    }
  }
  return {
    expressions: regexes.length,
    texts: items.length,
    equalPairs: equal,
    handedToThePackage: open,
    different,
  };
}

async function compareAll() {
  const byMode: Record<string, object> = {};
  for (const mode of modes) {
    const all = [...samples, ...cases];
    const theirs = await askPeer(sandbox, folder, all, mode);
    const ours = await detect(all, mode);
    const split = samples.length;
    byMode[mode] = {
      samples: {
        ...summary(samples, ours.outcomes.slice(0, split), theirs.slice(0, split)),
        byAnalyzerOfOrigin: Object.fromEntries(
          ["regex", "semgrep", "weggli"].map((analyzer) => [
            analyzer,
            detected(samples, ours.outcomes, (sample) => sample.analyzer === analyzer),
          ]),
        ),
      },
      unitTests: {
        ...summary(cases, ours.outcomes.slice(split), theirs.slice(split)),
        ...(mode === "cyberseceval"
          ? {
              packageMeetsItsOwnTests: cases.filter(
                ({ expected }, index) => theirs[split + index]!.issues.length === expected,
              ).length,
            }
          : {}),
      },
      speed: speeds(all, theirs, ours.msByLanguage),
    };
  }
  return { byMode };
}

function summary(
  items: readonly PeerItem[],
  ours: readonly AnalysisOutcome[],
  theirs: readonly PeerAnswer[],
) {
  const related = items.map(({ text }, index) => relate(text, ours[index]!, theirs[index]!));
  const wrong = items.flatMap((item, index) =>
    related[index] === "different findings" || related[index] === "the package threw"
      ? [
          {
            index,
            language: item.language,
            ours: brief(ours[index]!),
            package: theirs[index]!.threw ?? theirs[index]!.issues,
          },
        ]
      : [],
  );
  const failed = ours.flatMap((outcome, index) =>
    outcome.outcome === "failed" ? [`${items[index]!.language}: ${outcome.reason}`] : [],
  );
  return {
    texts: items.length,
    relations: Object.fromEntries(relations.map((one) => [one, related.filter((r) => r === one).length])),
    failed: count(failed),
    ignoredByThePackage: count(theirs.flatMap(({ ignored }) => [...new Set(ignored)])),
    different: wrong,
  };
}

/** Samples in which anything was found, and the CWE that the data set names. */
function detected(
  items: readonly Sample[],
  outcomes: readonly AnalysisOutcome[],
  of: (sample: Sample) => boolean,
) {
  const chosen = items.flatMap((sample, index) =>
    of(sample) ? [{ sample, outcome: outcomes[index]! }] : [],
  );
  const weak = chosen.flatMap(({ sample, outcome }) =>
    outcome.outcome === "findings" ? [{ sample, outcome }] : [],
  );
  const same = weak.filter(({ sample, outcome }) =>
    outcome.findings.some(({ cwe }) => cwe === sample.cwe_identifier),
  );
  return { samples: chosen.length, anyFinding: weak.length, sameCwe: same.length };
}

async function detect(items: readonly PeerItem[], mode: Mode) {
  const detector = openDetector(mode);
  try {
    return await detectWith(detector, items);
  } finally {
    await detector.close();
  }
}

function openDetector(mode: Mode): Detector {
  return new Detector(set satisfies RuleSet, tools, {
    mode,
    syntaxErrors: "failed",
    fileTimeoutMs: 10_000,
    semgrepJobs: Math.min(4, availableParallelism()),
    identity: { analyzer: "icd", analyzerVersion: "bench" },
    onRefusedRules: () => {},
  });
}

async function detectWith(detector: Detector, items: readonly PeerItem[]) {
  const msByLanguage = new Map<string, number>();
  const outcomes: AnalysisOutcome[] = [];
  for (const [language, indexes] of Map.groupBy(items.keys(), (index) => items[index]!.language)) {
    const files = indexes.map((index) => ({ path: `${index}`, language, text: items[index]!.text }));
    const startedAt = performance.now();
    const found = await detector.analyze(language, files, signal);
    msByLanguage.set(language, performance.now() - startedAt);
    for (const [place, index] of indexes.entries()) outcomes[index] = found[place]!;
  }
  return { outcomes, msByLanguage };
}

/** Milliseconds a text and how many times ours is faster, by language and over all. Ours pays for the sandbox, the package's does not. */
function speeds(
  items: readonly PeerItem[],
  theirs: readonly PeerAnswer[],
  ours: ReadonlyMap<string, number>,
): Record<string, object> {
  const row = (indexes: readonly number[], oursMs: number) => {
    const packageMs = indexes.reduce((sum, index) => sum + theirs[index]!.ms, 0);
    return {
      texts: indexes.length,
      packageMsPerText: packageMs / indexes.length,
      oursMsPerText: oursMs / indexes.length,
      ratio: packageMs / oursMs,
    };
  };
  const byLanguage = Map.groupBy(items.keys(), (index) => items[index]!.language);
  const rows = [...byLanguage].map(
    ([language, indexes]) => [language, row(indexes, ours.get(language)!)] as const,
  );
  const total = [...ours.values()].reduce((sum, ms) => sum + ms, 0);
  return { all: row([...items.keys()], total), ...Object.fromEntries(rows) };
}

/**
 * Milliseconds a text, in rounds that take turns so that a busy machine slows both alike; medians of the rounds. Ours pays for its
 * sandbox sessions and has batches of only a few texts of each language; the package's time is that of its `analyze` alone.
 */
async function compareSpeed() {
  const texts = [...samples, ...cases];
  const all = texts.filter((_, index) => index % 10 === 0);
  const whole = texts.filter(({ language }) => rulesFor(set, language, "cyberseceval")?.semgrep === null);
  const detector = openDetector("cyberseceval");
  const figures: Record<string, object> = {};
  // The second takes a hundredth of a second a round: its first few measure how V8 warms up, and nobody has only a few hundred texts.
  for (const [name, items, rounds] of [
    ["all languages", all, 3],
    ["languages wholly in this process", whole, 15],
  ] as const) {
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const answers = await askPeer(sandbox, folder, items, "cyberseceval");
      theirs.push(answers.reduce((sum, { ms }) => sum + ms, 0) / items.length);
      const startedAt = performance.now();
      await detectWith(detector, items);
      ours.push((performance.now() - startedAt) / items.length);
    }
    const [packageMs, oursMs] = [median(theirs), median(ours)];
    figures[name] = {
      texts: items.length,
      rounds,
      packageMsPerText: packageMs,
      oursMsPerText: oursMs,
      ratio: packageMs / oursMs,
    };
  }
  await detector.close();
  return figures;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1]!;
}

function brief(outcome: AnalysisOutcome): object {
  return outcome.outcome === "findings"
    ? outcome.findings.map(({ rule, span }) => ({ rule, start: span.start }))
    : outcome;
}

function count(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}
