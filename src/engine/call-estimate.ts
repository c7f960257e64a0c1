import type { Call } from "../core/call.ts";
import type { Message } from "../core/message.ts";
import type { GenerateRequest } from "../core/model.ts";
import { priceOf } from "./in-process-executor.ts";
import type { Estimate } from "./ledger.ts";

/** Worst case: every byte pair of the prompt a token, every sample as long as it may be. */
export function estimateOf(call: Call): Estimate {
  if (call.port !== "model" || call.op === "score") return { tokens: 0, usd: 0 };
  const requests = (Array.isArray(call.request)
    ? call.request
    : [call.request]) as unknown as GenerateRequest[];
  let input = 0;
  let output = 0;
  for (const request of requests) {
    input += Math.ceil(promptBytes(request) / 2) + 16;
    output += request.sampling.maxTokens * request.n;
  }
  return { tokens: input + output, usd: priceOf(call, { input, output }) };
}

function promptBytes(request: GenerateRequest): number {
  const messages: readonly Pick<Message, "content">[] = request.messages ?? [
    { content: request.prefix ?? "" },
  ];
  return messages.reduce((sum, message) => sum + Buffer.byteLength(message.content) + 8, 0);
}
