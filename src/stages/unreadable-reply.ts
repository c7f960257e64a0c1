import { AppError } from "../core/error.ts";
import type { Sample } from "../core/model.ts";

/** A reply without what was asked for (`complaint`). A model that reasons can use up its tokens before it says anything: that is told. */
export function unreadableReply(complaint: string, { text, finish }: Sample, maxTokens: number): AppError {
  const said = text.trim() === "" ? "(nothing)" : text.slice(0, 200);
  const cut = finish === "length";
  const why = cut ? `; the reply was cut at ${maxTokens} tokens` : "";
  return new AppError("data-invalid", `${complaint}: ${said}${why}`, {
    boundary: "provider",
    hint: cut ? "give it room to reason: a larger `params.replyTokens`" : undefined,
  });
}
