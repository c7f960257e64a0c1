// The embedded model's whole corpora: that they are the ones it was trained on, and that no document of them holds what is kept from it.
//   npm run verify -- tiny-corpus [--documents N]
// Makes the four corpora of assets/tiny-coder/README.md ("Rebuild") again, compares their sha256 with assets/tiny-coder/training.json, and reads
// every document: secure code of the absent tier and reasoning that knows its weaknesses, sentences of evaluation's and dev's keys whatever their
// identifiers, evaluation's prompts, wordings kept for evaluation. What tests do with samples (test/tinytasks/corpus.test.ts, splits.test.ts), a
// few minutes long. Counted beside it: documents that show a weakness's secure form, by tier. Exit code 1 for a violation or another sha256.
// Figures go to docs/results/tiny-corpus.json. `--documents N`: a try on the first N of each; no sha256, nothing recorded.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Corpus, corpusDocuments, corpusLine } from "../src/benchmarks/tinytasks/corpus.ts";
import { CHECKS, CorpusAudit, type Sought, whatIsSought } from "./support/corpus-audit.ts";
import { recordResult } from "./support/record-result.ts";

/** In the order of training. */
const CORPORA: readonly Corpus[] = [
  { stage: "first", seed: 0, documents: 200_000 },
  { stage: "second", seed: 0, documents: 100_000 },
  { stage: "second", seed: 1, documents: 76_000 },
  { stage: "third", seed: 0, documents: 120_000 },
];
/** Seeds of measurements that are recorded, and some more. */
const TASK_SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** A training of training.json, and under `from` the one that it went on from. */
interface Training {
  readonly corpus_sha256: string;
  readonly from?: Training;
}

const { values } = parseArgs({ options: { documents: { type: "string" } } });
const limit = values.documents === undefined ? undefined : Number(values.documents);
if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
  throw new Error("--documents is a number of documents, 1 or more");

const trained = trainings(JSON.parse(readFileSync("assets/tiny-coder/training.json", "utf8")));
if (trained.length !== CORPORA.length)
  throw new Error(
    `training.json tells of ${trained.length} trainings, bench/tiny-corpus.ts of ${CORPORA.length} corpora`,
  );
const started = performance.now();
const sought = whatIsSought(TASK_SEEDS);
const corpora = CORPORA.map((corpus, index) => audited(corpus, trained[index]!.corpus_sha256, sought));
const figures = {
  seconds: Math.round((performance.now() - started) / 1000),
  documents: sum(corpora.map(({ documents }) => documents)),
  prompts: sought.prompts.size,
  violations: Object.fromEntries(
    CHECKS.map((check) => [check, sum(corpora.map(({ violations }) => violations[check]))]),
  ),
  corpora,
};
if (limit === undefined) await recordResult("tiny-corpus", "npm run verify -- tiny-corpus", figures);
else process.stderr.write("a try: docs/results stays as it is\n");
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
const clean = Object.values(figures.violations).every((count) => count === 0);
process.exitCode = clean && corpora.every(({ asTrained }) => asTrained !== false) ? 0 : 1;

function audited(corpus: Corpus, expected: string, sought: Sought) {
  const { stage, seed } = corpus;
  const documents = Math.min(corpus.documents, limit ?? corpus.documents);
  const audit = new CorpusAudit(sought);
  const hash = createHash("sha256");
  let done = 0;
  for (const messages of corpusDocuments({ ...corpus, documents })) {
    hash.update(corpusLine(messages));
    audit.add(messages);
    if (++done % 20_000 === 0) process.stderr.write(`${stage}, seed ${seed}: ${done} of ${documents}\n`);
  }
  for (const [check, text] of audit.examples) process.stdout.write(`${check}, for one:\n${text}\n\n`);
  const sha256 = hash.digest("hex");
  const whole = documents === corpus.documents;
  const { violations, tiers, rare } = audit;
  return {
    ...{ stage, seed, documents },
    ...(whole && { sha256, asTrained: sha256 === expected }),
    ...{ violations, tiers, rareFamilies: rare },
  };
}

/** The first training first. */
function trainings(last: Training): Training[] {
  return [...(last.from === undefined ? [] : trainings(last.from)), last];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
