import type { Adapter, OperationContext } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { GenerateReply, GenerateRequest, Model, Sample } from "../../core/model.ts";
import { contentHash } from "../../util/hash.ts";
import { sleep } from "../../util/sleep.ts";
import { type MockConfig, MockConfigSchema, type MockReply } from "./config.ts";

/** Scripted answers for tests and for trying a recipe out. It is no model: nothing chooses it but a recipe that names it. */
export const model: Adapter<Model, MockConfig> = {
  name: "mock",
  version: "1",
  summary: "Scripted answers, for tests; not a model.",
  config: MockConfigSchema,
  transport: ["delayMs", "maxConcurrency"],
  create: (config) => new MockModel(config),
};

class MockModel implements Model {
  readonly ref: Model["ref"];
  readonly concurrency: number;
  readonly #config: MockConfig;

  constructor(config: MockConfig) {
    this.ref = { endpoint: "mock", url: "mock:", revision: contentHash(config.rules) };
    this.concurrency = config.maxConcurrency;
    this.#config = config;
  }

  async generate(request: GenerateRequest, context: OperationContext): Promise<GenerateReply> {
    await sleep(this.#config.delayMs, context.signal);
    const prompt = promptOf(request);
    const rule = this.#config.rules.find(
      ({ contains }) => contains === undefined || prompt.includes(contains),
    );
    if (rule === undefined) {
      throw new AppError("provider-rejected", `mock: no rule for "${prompt.slice(0, 80)}"`, {
        boundary: "provider",
        hint: "add a rule without `contains` at the end of rules",
      });
    }
    const samples = Array.from({ length: request.n }, (_, i) => {
      const index = request.sampleIndex + i;
      return sampleOf(rule.replies[index % rule.replies.length]!, prompt, index);
    });
    return { samples };
  }
}

function promptOf(request: GenerateRequest): string {
  const said = request.messages?.findLast((message) => message.role === "user")?.content;
  return said ?? request.prefix ?? "";
}

function sampleOf(reply: MockReply, prompt: string, index: number): Sample {
  if ("error" in reply) {
    throw new AppError(reply.error, `mock: scripted ${reply.error}`, {
      boundary: "provider",
      retryable: reply.error !== "provider-auth" && reply.error !== "provider-rejected",
    });
  }
  const text = reply.text.replaceAll("{{sample}}", String(index)).replaceAll("{{prompt}}", () => prompt);
  const reasoning = reply.reasoning ?? "";
  return {
    text,
    ...(reasoning === "" ? {} : { reasoning }),
    finish: reply.finish,
    usage: { input: tokens(prompt), output: tokens(text + reasoning) },
  };
}

/** Four characters a token, the usual rule of thumb. */
function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
