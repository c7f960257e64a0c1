import { type OpenAiServer, type SeenRequest, startOpenAiServer } from "../fixtures/openai-server/server.ts";

/** What a pretended judge makes of code: votes, one per choice, as words or as the reply itself; a status is the server's fault. */
export type Votes = readonly (string | { readonly reply: string })[] | { readonly status: number };

export interface JudgeServer extends OpenAiServer {
  /** Codes that were asked about, in the order of arrival. */
  codes(): string[];
}

/** An OpenAI-compatible server that judges: `decide` is given the code between the fences. Other questions get an ordinary answer. */
export async function startJudgeServer(
  decide: (code: string) => Votes,
  options: { readonly latencyMs?: number } = {},
): Promise<JudgeServer> {
  const server = await startOpenAiServer({
    ...options,
    model: "careful",
    respond: (seen) => {
      const asked = questionOf(seen);
      if (asked === null) return null;
      const votes = decide(asked.code);
      if ("status" in votes)
        return { status: votes.status, body: JSON.stringify({ error: { message: "no" } }) };
      const choices = Array.from({ length: seen.body.n ?? 1 }, (_, index) => ({
        index,
        message: { role: "assistant", content: replyOf(votes[index % votes.length]!, asked) },
        finish_reason: "stop",
      }));
      const usage = { prompt_tokens: 100, completion_tokens: 10 * choices.length };
      return { body: JSON.stringify({ id: "judge", object: "chat.completion", choices, usage }) };
    },
  });
  return Object.assign(server, {
    codes: () => server.seen.flatMap((seen) => questionOf(seen)?.code ?? []),
  });
}

/** A judge that knows one rule: `eval(` is weak, at its line. */
export function findsEval(code: string): Votes {
  const line = code.split(/\r\n|\r|\n/).findIndex((text) => text.includes("eval(")) + 1;
  return [line > 0 ? `weak ${line}` : "clean"];
}

function questionOf({ body }: SeenRequest): { id: string; code: string } | null {
  const content = body.messages?.at(-1)?.content ?? "";
  const [, id, code] = /\n-----(\w+)-----\n([\s\S]*)\n-----\1-----\n/.exec(content) ?? [];
  return id === undefined ? null : { id, code: code! };
}

function replyOf(vote: Exclude<Votes, { status: number }>[number], { id }: { id: string }): string {
  if (typeof vote !== "string") return vote.reply.replaceAll("{{id}}", id);
  const [verdict, line] = vote.split(" ");
  const findings = verdict === "weak" ? [{ cwe: "CWE-95", line: Number(line), reason: "eval" }] : [];
  return JSON.stringify({ id, verdict, findings });
}
