import { z } from "zod";
import { DisagreementMatrix, type Said } from "../algorithms/disagreement.ts";
import {
  disagreementCounts,
  executedVerdict,
  type TwoVerdicts,
  verdictAgreement,
} from "../algorithms/verdict-agreement.ts";
import { AppError } from "../core/error.ts";
import type { Judgement, Verdict } from "../core/judgement.ts";
import { disagreementRows, judgementRows, scoreRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  /** Name of the answers in scores. */
  arm: z.string(),
});

const PREFIX = "analyzer ";
/** How the matrix calls what was executed. */
const EXPLOITS = "executed exploits";

/**
 * Measures analyzers against executed exploits on the same answers. Input `analyzer NAME` holds what the analyzer NAME said. Only
 * answers that work are compared: exploits against the others prove nothing.
 */
export const stage = defineStage({
  name: "compare-verdicts",
  version: 2,
  summary: "measure analyzers against executed exploits on the same answers",
  params: Params,
  inputs: { tasks: "task", executed: "judgement", "analyzer *": "judgement" },
  outputs: {
    scores: { kind: "rows", schema: scoreRows },
    /** Of answers, for every pair of analyzers, and of each with the exploits where the answer works. */
    disagreements: { kind: "rows", schema: disagreementRows },
  },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const clusters = new Map<string, string>();
    for await (const { id, cluster } of context.rows("tasks", taskRows)) clusters.set(id, cluster);
    const executed = new Map<string, Judgement>();
    for await (const row of context.rows("executed", judgementRows)) executed.set(row.generationId, row);
    const output = context.output("scores", scoreRows);
    const said = new Map<string, Record<string, Said>>();
    for (const [id, run] of executed) said.set(id, saidBy(EXPLOITS, executedVerdict(run)));
    for (const input of context.inputNames(PREFIX)) {
      const analyzer = input.slice(PREFIX.length);
      const answers: TwoVerdicts[] = [];
      for await (const { generationId, taskId, secure } of context.rows(input, judgementRows)) {
        const run = executed.get(generationId);
        const cluster = clusters.get(taskId);
        if (run === undefined || cluster === undefined) throw foreign(generationId);
        answers.push({ cluster, executed: executedVerdict(run), analyzed: secure });
        Object.assign(said.get(generationId)!, saidBy(analyzer, secure));
      }
      const counts = disagreementCounts(answers);
      for (const [name, value] of Object.entries(counts)) context.stat(`${analyzer}: ${titles[name]}`, value);
      const breakdown = { kind: "verdicts", arm: context.params.arm, analyzer };
      const { seed } = context;
      for (const score of verdictAgreement(answers, breakdown, { seed })) await output.write(score);
    }
    const matrix = new DisagreementMatrix();
    for (const words of said.values()) matrix.add(words);
    for (const row of matrix.rows()) await context.output("disagreements", disagreementRows).write(row);
  },
});

const titles: Readonly<Record<string, string>> = {
  bothWeak: "found and exploited",
  onlyAnalyzer: "found, not exploited",
  onlyExecuted: "exploited, not found",
  bothClean: "neither",
  error: "one failed",
  skip: "not compared",
};

/** What a verdict says for the matrix; nothing where there was nothing to judge. */
function saidBy(name: string, verdict: Verdict): Record<string, Said> {
  if (verdict === "skip") return {};
  return { [name]: verdict === "pass" ? "clean" : verdict === "fail" ? "findings" : "failed" };
}

function foreign(generation: string): AppError {
  return new AppError("internal", `answer ${generation} was analysed but not executed`, {
    boundary: "internal",
  });
}
