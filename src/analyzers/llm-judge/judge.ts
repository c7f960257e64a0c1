import { lineMap } from "../../algorithms/line-map.ts";
import type { OperationContext } from "../../core/adapter.ts";
import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import { isAppError } from "../../core/error.ts";
import type { Finding } from "../../core/finding.ts";
import type { GenerateRequest, Model, Sampling } from "../../core/model.ts";
import type { Prompt } from "../../core/stage.ts";
import { sha256 } from "../../util/hash.ts";
import { countVotes } from "./count-votes.ts";
import { parseVote, type Vote } from "./parse-vote.ts";

export interface JudgeOptions {
  readonly model: Model;
  readonly prompt: Prompt;
  readonly votes: number;
  readonly sampling: Sampling;
  readonly maxCharacters: number;
  readonly identity: { readonly analyzer: string; readonly analyzerVersion: string };
}

/**
 * Asks the judge about one file. An abstention is `failed` (`unsupported-rule`: it stays so when asked again), as are replies that
 * cannot be read (`crashed`). Throws AppError for what concerns every file: no access, no budget left, the signal.
 */
export async function judgeFile(
  file: SourceFile,
  options: JudgeOptions,
  context: OperationContext,
): Promise<AnalysisOutcome> {
  const { model, prompt, votes, sampling, maxCharacters } = options;
  if (file.text.length > maxCharacters) {
    const message = `${file.text.length} characters; the judge is shown at most ${maxCharacters}`;
    return { outcome: "failed", reason: "unsupported-rule", message };
  }
  const id = questionId(prompt, file);
  const content = prompt.render({
    language: file.language,
    fence: `-----${id}-----`,
    code: file.text,
    nonce: id,
  });
  const request: GenerateRequest = {
    messages: [{ role: "user", content }],
    sampling,
    n: votes,
    sampleIndex: 0,
  };
  let replies: readonly string[];
  try {
    replies = (await model.generate(request, context)).samples.map(({ text }) => text);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isAppError(error) || concernsAll.has(error.code)) throw error;
    const reason = error.code === "provider-timeout" ? "timed-out" : "crashed";
    return { outcome: "failed", reason, message: `the judge could not be asked: ${error.message}` };
  }
  const map = lineMap(file.text);
  const lines = map.position(file.text.length).line;
  const tally = countVotes(replies.map((reply): Vote | null => parseVote(reply, id, lines)));
  if (tally.verdict === "clean") return { outcome: "clean" };
  if (tally.verdict !== "weak") {
    const reason = tally.verdict === "abstain" ? "unsupported-rule" : "crashed";
    return { outcome: "failed", reason, message: tally.message };
  }
  const findings = tally.findings
    .map(({ cwe, line, reason }): Finding => {
      const start = map.offset({ line, column: 1 }) + (/^\s*(?=\S)/.exec(map.line(line))?.[0].length ?? 0);
      const end = map.offset({ line, column: Number.MAX_SAFE_INTEGER });
      return {
        ...options.identity,
        rule: `judge-${cwe.toLowerCase()}`,
        cwe,
        severity: "medium",
        span: { file: file.path, start, end },
        message: reason,
      };
    })
    .sort((a, b) => a.span.start - b.span.start);
  return { outcome: "findings", findings };
}

const concernsAll: ReadonlySet<string> = new Set([
  "provider-auth",
  "budget-reached",
  "interrupted",
  "replay-miss",
  "config-invalid",
  "prerequisite-missing",
]);

/** Depends on all of the code, so code cannot contain it; the same for equal code, so that equal requests have equal keys. */
export function questionId(prompt: Prompt, { language, text }: SourceFile): string {
  return sha256(JSON.stringify([prompt.hash, language, text])).slice(0, 24);
}
