import type { Adapter } from "../../core/adapter.ts";
import type { Model } from "../../core/model.ts";
import { type OpenAiConfig, OpenAiConfigSchema, transportFields } from "./config.ts";
import { OpenAiModel } from "./openai-model.ts";
import { probe } from "./probe.ts";

/** OpenAI, vLLM, SGLang, llama.cpp, Ollama, and gateways that speak their protocol. */
export const model: Adapter<Model, OpenAiConfig> = {
  name: "openai-compatible",
  version: "1",
  summary: "A model behind an OpenAI-compatible API (OpenAI, vLLM, SGLang, llama.cpp, Ollama, gateways).",
  config: OpenAiConfigSchema,
  transport: transportFields,
  create: (config, services) => new OpenAiModel(config, services),
  probe,
};
