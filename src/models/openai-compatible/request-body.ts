import type { GenerateRequest } from "../../core/model.ts";
import type { OpenAiConfig } from "./config.ts";
import { sampleSeed } from "./seed.ts";

type Fields = Record<string, unknown>;

/** JSON text of the request for `n` samples beginning with number `sampleIndex`. */
export function requestBody(
  request: GenerateRequest,
  sampleIndex: number,
  n: number,
  config: OpenAiConfig,
): string {
  const { sampling } = request;
  const fields: Fields = { model: config.model, ...conversation(request, config) };
  fields[config.maxTokensField] = sampling.maxTokens;
  fields.temperature = sampling.temperature;
  fields.top_p = sampling.topP;
  if (sampling.topK !== undefined) fields.top_k = sampling.topK;
  if (sampling.stop !== undefined && sampling.stop.length > 0) fields.stop = sampling.stop;
  fields.seed = sampleSeed(sampling.seed, sampleIndex);
  if (n > 1) fields.n = n;
  // Chat takes a boolean; completions take how many alternatives.
  if (request.logprobs) fields.logprobs = request.messages === undefined ? 1 : true;
  for (const [name, value] of Object.entries(config.extraBody ?? {})) {
    if (value === null) delete fields[name];
    else fields[name] = value;
  }
  return JSON.stringify(fields);
}

function conversation(request: GenerateRequest, config: OpenAiConfig): Fields {
  const { messages, prefill } = request;
  if (messages === undefined) return { prompt: `${request.prefix}${prefill ?? ""}` };
  const sent: Fields[] = messages.map(({ role, content, reasoning }) =>
    config.sendReasoning && reasoning !== undefined
      ? { role, content, reasoning_content: reasoning }
      : { role, content },
  );
  if (prefill === undefined || prefill === "") return { messages: sent };
  // vLLM and SGLang continue the last message only when told to; llama.cpp and Ollama do it anyway and ignore the fields.
  // A server that can do neither refuses the unknown fields, which is better than an answer that begins afresh.
  return {
    messages: [...sent, { role: "assistant", content: prefill }],
    add_generation_prompt: false,
    continue_final_message: true,
  };
}
