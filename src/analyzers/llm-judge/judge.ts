import { type LineMap, lineMap } from "../../algorithms/line-map.ts";
import type { Span } from "../../algorithms/spans.ts";
import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import type { AppError } from "../../core/error.ts";
import type { Finding } from "../../core/finding.ts";
import type { GenerateRequest, Sampling } from "../../core/model.ts";
import type { ModelHandle } from "../../core/model-handle.ts";
import type { Prompt } from "../../core/stage.ts";
import { sha256 } from "../../util/hash.ts";
import { countVotes } from "./count-votes.ts";
import { parseVote, type Vote } from "./parse-vote.ts";

export interface JudgeOptions {
  readonly model: ModelHandle;
  readonly prompt: Prompt;
  readonly votes: number;
  readonly sampling: Sampling;
  readonly identity: { readonly analyzer: string; readonly analyzerVersion: string };
}

/**
 * Asks the judge about files, one request each, and gives what it makes of them in their order. Trouble with one question is that
 * file's failure. Throws AppError for what concerns every file: no access, no budget left, hardly any reply at all, the signal.
 */
export async function* judgeFiles<I>(
  items: readonly I[],
  fileOf: (item: I) => SourceFile,
  options: JudgeOptions,
): AsyncGenerator<{ readonly item: I; readonly outcome: AnalysisOutcome }> {
  const { model, prompt } = options;
  const replies = model.generate(items, (item) => question(fileOf(item), options), items.length);
  for await (const reply of replies) {
    const { item } = reply;
    const file = fileOf(item);
    const outcome = reply.ok
      ? verdict(
          file,
          reply.value.samples.map(({ text }) => text),
          questionId(prompt, file),
          options,
        )
      : unanswered(reply.error);
    yield { item, outcome };
  }
}

function question(file: SourceFile, { prompt, sampling, votes }: JudgeOptions): GenerateRequest {
  const id = questionId(prompt, file);
  const { language, text: code } = file;
  const content = prompt.render({ language, fence: `-----${id}-----`, code, nonce: id });
  return { messages: [{ role: "user", content }], sampling, n: votes, sampleIndex: 0 };
}

/** Depends on all of the code, so code cannot contain it; the same for equal code, so that equal requests have equal keys. */
export function questionId(prompt: Prompt, { language, text }: SourceFile): string {
  return sha256(JSON.stringify([prompt.hash, language, text])).slice(0, 24);
}

function unanswered({ code, message }: AppError): AnalysisOutcome {
  const reason = code === "provider-timeout" ? "timed-out" : "crashed";
  return { outcome: "failed", reason, message: `the judge could not be asked: ${message}` };
}

function verdict(
  { path, text }: SourceFile,
  replies: readonly string[],
  id: string,
  { identity }: JudgeOptions,
): AnalysisOutcome {
  const map = lineMap(text);
  const lines = map.position(text.length).line;
  const tally = countVotes(replies.map((reply): Vote | null => parseVote(reply, id, lines)));
  if (tally.verdict === "clean") return { outcome: "clean" };
  if (tally.verdict !== "weak") {
    const reason = tally.verdict === "abstain" ? "abstained" : "crashed";
    return { outcome: "failed", reason, message: tally.message };
  }
  const findings = tally.findings.map(
    ({ cwe, line, reason }): Finding => ({
      ...identity,
      rule: `judge-${cwe.toLowerCase()}`,
      cwe,
      severity: "medium",
      span: { file: path, ...lineSpan(map, line, text) },
      message: reason,
    }),
  );
  return { outcome: "findings", findings: findings.sort((a, b) => a.span.start - b.span.start) };
}

/** What stands on the line; on the nearest one above where it is blank (judges miscount), else the whole text. */
function lineSpan(map: LineMap, line: number, text: string): Span {
  for (let at = line; at >= 1; at--) {
    const own = map.line(at);
    if (own.trim() === "") continue;
    const start = map.offset({ line: at, column: 1 });
    return { start: start + own.length - own.trimStart().length, end: start + own.length };
  }
  return { start: 0, end: text.length };
}
