import { z } from "zod";
import { FindingSchema } from "./finding.ts";

/**
 * `fail`: the answer is wrong, empty, unparsable, crashing or too slow; it stays in the denominator.
 * `error`: the grader or a tool failed; `skip`: not applicable or abstained. Both are excluded and shown. An error is never a pass.
 */
export const VerdictSchema = z.enum(["pass", "fail", "error", "skip"]);
export type Verdict = z.infer<typeof VerdictSchema>;

/** What an oracle says of one generation. `secure` is `skip` for tasks without a security side (utility). */
export const JudgementSchema = z.strictObject({
  generationId: z.string(),
  taskId: z.string(),
  /** The generation's sample index: pairs the samples of two arms. */
  sampleIndex: z.number().int().nonnegative(),
  functional: VerdictSchema,
  secure: VerdictSchema,
  oracle: z.enum(["tests", "analyzers", "llm", "human"]),
  findings: z.array(FindingSchema),
  /** Short machine-readable reasons: `wrong-answer`, `exploited`, `timeout`, `no-code`, `tampering`, `import-error`, `over-hardened` … */
  reasons: z.array(z.string()),
  /** A few lines for people: what was called, expected and got. Data from the sandbox: always shown as text. */
  evidence: z.string().optional(),
  durationMs: z.number().nonnegative().optional(),
});
export type Judgement = z.infer<typeof JudgementSchema>;

/** FuncSec of one judgement: pass only if both sides pass; error beats fail; `skip` where there is no security side. */
export function functionalAndSecure(judgement: Pick<Judgement, "functional" | "secure">): Verdict {
  const { functional, secure } = judgement;
  if (functional === "error" || secure === "error") return "error";
  if (functional === "skip" || secure === "skip") return "skip";
  return functional === "pass" && secure === "pass" ? "pass" : "fail";
}
