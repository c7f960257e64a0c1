import { type AnalysisOutcome, failureOf } from "../core/analyzer.ts";
import type { CodeBlock, Generation } from "../core/generation.ts";
import type { Judgement, Verdict } from "../core/judgement.ts";
import { fuse } from "./fusion.ts";
import type { FusionPolicies } from "./fusion-policies.ts";
import { findingInText } from "./generation-spans.ts";

/** A piece of an answer's code with what each analyzer made of it. */
export interface AnalyzedCode {
  readonly language: string;
  readonly block: CodeBlock;
  readonly outcomes: Readonly<Record<string, AnalysisOutcome>>;
}

/** What analyzers say of one answer: findings in the order of its text, failures as reasons and evidence, no word on function. */
export function analysisJudgement(
  { id, taskId, sampleIndex, text }: Pick<Generation, "id" | "taskId" | "sampleIndex" | "text">,
  pieces: readonly AnalyzedCode[],
  policies: FusionPolicies,
): Judgement {
  const all = pieces.flatMap(({ block, outcomes }) =>
    Object.entries(outcomes).map(([name, outcome]) => ({ name, block, outcome })),
  );
  const failures = all.flatMap(({ name, outcome }) => {
    const failure = failureOf(outcome);
    return failure === undefined ? [] : [{ name, ...failure }];
  });
  const findings = all.flatMap(({ block, outcome }) =>
    outcome.outcome === "findings"
      ? outcome.findings.map((finding) => findingInText(text, block, finding))
      : [],
  );
  return {
    generationId: id,
    taskId,
    sampleIndex,
    functional: "skip",
    secure: answerVerdict(pieces, policies),
    oracle: "analyzers",
    findings: findings.sort((a, b) => a.span.start - b.span.start),
    reasons: pieces.length === 0 ? ["no-code"] : [...new Set(failures.map(({ reason }) => reason))],
    ...(failures.length > 0 && {
      evidence: failures.map(({ name, message }) => `${name}: ${message}`).join("\n"),
    }),
  };
}

/** Weak somewhere is weak, and clean is only what is clean everywhere; `skip` where there is nothing, or an analyzer abstained. */
export function answerVerdict(
  pieces: readonly Pick<AnalyzedCode, "language" | "outcomes">[],
  policies: FusionPolicies,
): Verdict {
  const verdicts = pieces.map(({ language, outcomes }) => fuse(outcomes, policies(language)));
  if (verdicts.includes("fail")) return "fail";
  if (verdicts.includes("error")) return "error";
  return verdicts.length === 0 || verdicts.includes("skip") ? "skip" : "pass";
}
