import { z } from "zod";
import { type AnalyzedCode, analysisJudgement } from "../algorithms/analysis-judgement.ts";
import { answerPieces } from "../algorithms/answer-code.ts";
import { CweWarnings } from "../algorithms/cwe/cwe-warnings.ts";
import { DisagreementMatrix, saidOf } from "../algorithms/disagreement.ts";
import { type FusionPolicies, fusionPolicies, type WeighedAnalyzer } from "../algorithms/fusion-policies.ts";
import { needsParser, settleSyntax } from "../algorithms/settle-syntax.ts";
import { type AnalysisOutcome, isTransient, type SourceFile } from "../core/analyzer.ts";
import { type AnalyzerPolicy, AnalyzerPolicySchema } from "../core/analyzer-policy.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Judgement } from "../core/judgement.ts";
import { disagreementRows, generationRows, judgementRows, taskRows } from "../core/row-schemas.ts";
import { type AnalyzerHandle, defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  /** How the word of several analyzers becomes one. */
  policy: AnalyzerPolicySchema.default("default"),
});

/** Answers that are read and analysed at once: memory stays bounded. */
const TOGETHER = 256;

const verdicts = ["clean", "weak", "errors", "abstained", "no code"] as const;

/**
 * Reads the code of answers with the step's analyzers, without running it: needs no oracle. `secure` is `pass` for clean code, `fail`
 * for findings, `error` where an analyzer failed that could have tipped it, and `skip` for answers without code and where only
 * abstentions keep it open; `functional` is always `skip`. Code that an analyzer's own parser refuses is shown to the language's,
 * whose word stands. Findings are placed in the text of the answer.
 */
export const stage = defineStage({
  name: "analyze",
  version: 5,
  summary: "look for weaknesses in answers with analyzers, without running them",
  params: Params,
  inputs: { tasks: "task", generations: "generation" },
  outputs: {
    judgements: { kind: "rows", schema: judgementRows },
    /** Of pieces of code, for every pair of analyzers. */
    disagreements: { kind: "rows", schema: disagreementRows },
  },
  uses: { analyzers: true, parser: true },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const analyzers = context.analyzers();
    const policies = policiesFor(context.params.policy, analyzers);
    const languages = new Map<string, string>();
    for await (const { id, language } of context.rows("tasks", taskRows)) languages.set(id, language);
    const generations = context.rows("generations", generationRows);
    const output = context.output("judgements", judgementRows);
    const matrix = new DisagreementMatrix();
    const stats = new Map<string, number>(verdicts.map((name) => [name, 0]));
    const count = (name: string, by = 1) => stats.set(name, (stats.get(name) ?? 0) + by);
    const cwes = new CweWarnings((line) => count(`warning: ${line}`));
    let done = 0;
    for await (const group of groups(generations)) {
      const pieces = group.flatMap((generation) =>
        piecesOf(generation, languages, (blocks) => count("blocks of something else", blocks)),
      );
      await askAll(pieces, analyzers);
      const settled = await settle(pieces, context);
      if (settled > 0) count("settled by a real parser", settled);
      for (const { outcomes } of pieces) matrix.add(saidOf(outcomes));
      const byAnswer = Map.groupBy(pieces, ({ generation }) => generation);
      for (const generation of group) {
        const own = byAnswer.get(generation) ?? [];
        const row = analysisJudgement(generation, own, policies);
        count(verdictOf(row));
        for (const [name, outcome] of own.flatMap(({ outcomes }) => Object.entries(outcomes))) {
          if (outcome.outcome === "failed") count(`failed: ${name}, ${outcome.reason}`);
          if (outcome.outcome === "findings") {
            if (outcome.otherwise !== undefined)
              count(`failed beside findings: ${name}, ${outcome.otherwise.reason}`);
            for (const { analyzer, cwe } of outcome.findings) cwes.look(analyzer, cwe);
          }
          if (isTransient(outcome)) context.markProvisional();
        }
        await output.write(row);
        context.progress({ done: ++done, total: generations.count });
      }
    }
    for (const row of matrix.rows()) await context.output("disagreements", disagreementRows).write(row);
    for (const [name, value] of stats) context.stat(name, value);
  },
});

/** The policies of that name for these analyzers. Throws AppError `config-invalid`. */
export function policiesFor(policy: AnalyzerPolicy, analyzers: readonly WeighedAnalyzer[]): FusionPolicies {
  if (analyzers.length > 0) return fusionPolicies(policy, analyzers);
  throw new AppError("config-invalid", "no analyzer is bound", {
    boundary: "config",
    hint: "add `analyzers: [sectune-rules]` to the recipe file",
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

function piecesOf(
  generation: Generation,
  languages: ReadonlyMap<string, string>,
  onLeftOut: (blocks: number) => void,
): Piece[] {
  const taskLanguage = languages.get(generation.taskId);
  if (taskLanguage === undefined) {
    throw new AppError("internal", `generation ${generation.id} belongs to no task of this input`, {
      boundary: "internal",
    });
  }
  const { code, leftOut } = answerPieces(generation, taskLanguage);
  if (leftOut > 0) onLeftOut(leftOut);
  return code.map(({ language, block }) => ({
    generation,
    language,
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

/**
 * Has the languages' own parsers read what an analyzer's parser cannot be trusted with, and takes their word; gives the number of
 * pieces of which they changed what is known.
 */
async function settle(
  pieces: readonly Piece[],
  context: Pick<StageContext<unknown>, "parser" | "markProvisional">,
): Promise<number> {
  const parser = context.parser();
  const disputed = pieces.filter(({ outcomes }) => Object.values(outcomes).some(needsParser));
  if (parser === null || disputed.length === 0) return 0;
  let settled = 0;
  for await (const word of parser.analyze(disputed, ({ file }) => file)) {
    if (!word.ok || (isTransient(word.value) && !isMissing(word.value))) context.markProvisional();
    if (!word.ok) continue;
    const { outcomes } = word.item;
    let changed = false;
    for (const [name, outcome] of Object.entries(outcomes)) {
      outcomes[name] = settleSyntax(outcome, word.value);
      changed ||= outcomes[name].outcome !== outcome.outcome;
    }
    if (changed) settled++;
  }
  return settled;
}

/** A parser that is installed later changes the step's key: until then there is nothing to try again. */
function isMissing(outcome: AnalysisOutcome): boolean {
  return outcome.outcome === "failed" && outcome.reason === "tool-missing";
}

function verdictOf({ secure, reasons }: Judgement): (typeof verdicts)[number] {
  if (secure === "pass") return "clean";
  if (secure === "fail") return "weak";
  if (secure === "error") return "errors";
  return reasons.includes("no-code") ? "no code" : "abstained";
}
