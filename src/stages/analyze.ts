import { z } from "zod";
import { type AnalyzedCode, analysisJudgement } from "../algorithms/analysis-judgement.ts";
import { answerCode } from "../algorithms/answer-code.ts";
import { type FusionPolicy, parsePolicy } from "../algorithms/fusion.ts";
import { type AnalysisOutcome, isTransient, type SourceFile } from "../core/analyzer.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Verdict } from "../core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../core/row-schemas.ts";
import { type AnalyzerHandle, defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  /** How the word of several analyzers becomes one: `any`, `all`, or `K-of-N`. */
  policy: z.string().default("any"),
});

/** Answers that are read and analysed at once: memory stays bounded. */
const TOGETHER = 256;

const statOf: Record<Verdict, string> = { pass: "clean", fail: "weak", error: "errors", skip: "no code" };

/**
 * Reads the code of answers with the step's analyzers, without running it: needs no oracle. `secure` is `pass` for clean code, `fail`
 * for findings, `error` where an analyzer failed that could have tipped it, and `skip` for answers without code; `functional` is
 * always `skip`. Findings are placed in the text of the answer.
 */
export const stage = defineStage({
  name: "analyze",
  version: 1,
  summary: "look for weaknesses in answers with analyzers, without running them",
  params: Params,
  inputs: { tasks: "task", generations: "generation" },
  outputs: { judgements: { kind: "rows", schema: judgementRows } },
  uses: { analyzers: true },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const analyzers = context.analyzers();
    const policy = policyFor(context.params.policy, analyzers.length);
    const languages = new Map<string, string>();
    for await (const { id, language } of context.rows("tasks", taskRows)) languages.set(id, language);
    const generations = context.rows("generations", generationRows);
    const output = context.output("judgements", judgementRows);
    const stats = new Map(Object.values(statOf).map((name) => [name, 0]));
    const count = (name: string) => stats.set(name, (stats.get(name) ?? 0) + 1);
    let done = 0;
    for await (const group of groups(generations)) {
      const pieces = group.flatMap((generation) => piecesOf(generation, languages));
      await askAll(pieces, analyzers);
      const byAnswer = Map.groupBy(pieces, ({ generation }) => generation);
      for (const generation of group) {
        const own = byAnswer.get(generation) ?? [];
        const row = analysisJudgement(generation, own, policy);
        count(statOf[row.secure]);
        for (const [name, outcome] of own.flatMap(({ outcomes }) => Object.entries(outcomes))) {
          if (outcome.outcome === "failed") count(`failed: ${name}, ${outcome.reason}`);
          if (isTransient(outcome)) context.markProvisional();
        }
        await output.write(row);
        context.progress({ done: ++done, total: generations.count });
      }
    }
    for (const [name, value] of stats) context.stat(name, value);
  },
});

/** The policy of that name for so many analyzers. Throws AppError `config-invalid`. */
export function policyFor(text: string, analyzers: number): FusionPolicy {
  const policy = analyzers === 0 ? null : parsePolicy(text, analyzers);
  if (policy !== null) return policy;
  throw new AppError("config-invalid", `the policy \`${text}\` does not fit ${analyzers} analyzer(s)`, {
    boundary: "config",
    hint:
      analyzers === 0
        ? "add `analyzers: [sectune-rules]` to the recipe file"
        : "any, all, or K-of-N where N is the number of `analyzers` in the recipe file",
  });
}

interface Piece extends AnalyzedCode {
  readonly generation: Generation;
  readonly file: SourceFile;
  readonly outcomes: Record<string, AnalysisOutcome>;
}

async function* groups(generations: AsyncIterable<Generation>): AsyncGenerator<Generation[]> {
  let group: Generation[] = [];
  for await (const generation of generations) {
    group.push(generation);
    if (group.length < TOGETHER) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function piecesOf(generation: Generation, languages: ReadonlyMap<string, string>): Piece[] {
  const taskLanguage = languages.get(generation.taskId);
  if (taskLanguage === undefined) {
    throw new AppError("internal", `generation ${generation.id} belongs to no task of this input`, {
      boundary: "internal",
    });
  }
  return answerCode(generation, taskLanguage).map(({ language, block }) => ({
    generation,
    block,
    file: { path: generation.id, language, text: block.code },
    outcomes: {},
  }));
}

/** Fills the outcomes in. Analyzers work one after another: each spreads its batch over the cores itself. */
async function askAll(pieces: readonly Piece[], analyzers: readonly AnalyzerHandle[]): Promise<void> {
  for (const { name, analyze } of analyzers) {
    for await (const outcome of analyze(pieces, ({ file }) => file)) {
      // A batch of which nothing can be told has brought the tool down, whatever the code was.
      outcome.item.outcomes[name] = outcome.ok
        ? outcome.value
        : { outcome: "failed", reason: "crashed", message: outcome.error.message };
    }
  }
}
