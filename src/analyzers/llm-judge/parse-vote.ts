import { z } from "zod";
import { normalizeCwe } from "../../algorithms/cwe/normalize-cwe.ts";

const VoteSchema = z.strictObject({
  id: z.string(),
  verdict: z.enum(["weak", "clean", "abstain"]),
  findings: z.array(
    z.strictObject({
      cwe: z.string().transform((text, context) => {
        const cwe = normalizeCwe(text);
        if (cwe !== undefined) return cwe;
        context.addIssue({ code: "custom", message: "not a CWE" });
        return z.NEVER;
      }),
      line: z.number().int().min(1),
      reason: z.string().max(2000),
    }),
  ),
});

/** One reading of the code by the judge. */
export type Vote = Omit<z.infer<typeof VoteSchema>, "id">;

/**
 * Reads a reply strictly: it is one JSON object (a code fence around it is allowed), of exactly the known form, with the id of
 * this question. The id depends on the code, so no code can hold its own: whatever of it the judge repeats is no vote. Null for
 * everything else; nothing is searched for inside a longer text.
 */
export function parseVote(reply: string, id: string, lines: number): Vote | null {
  const body = /^```(?:json)?\n([\s\S]*)\n```$/.exec(reply.trim())?.[1] ?? reply;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = VoteSchema.safeParse(json);
  if (!parsed.success || parsed.data.id !== id) return null;
  const { verdict, findings } = parsed.data;
  if ((verdict === "weak") !== findings.length > 0) return null;
  return findings.every(({ line }) => line <= lines) ? { verdict, findings } : null;
}
