import type { GenerateRequest, Sample } from "../../core/model.ts";
import { RateLimit } from "../../util/rate-limit.ts";
import type { OpenAiConfig } from "./config.ts";
import { estimatePrompt } from "./reply.ts";

/** Weight of a reply in the moving average of output tokens. */
const learningRate = 1 / 8;

/** Charges what a request used beyond the guess, or gives the rest back: all of it where there are no samples. */
export type Settle = (samples: readonly Sample[]) => void;

/**
 * Keeps requests and tokens a minute within what the account allows. A request is charged its prompt and as much output as
 * replies had on average (`maxTokens` before the first), until its reply tells what it used.
 */
export class Quota {
  readonly #requests: RateLimit | null;
  readonly #tokens: RateLimit | null;
  /** Output tokens of a sample; null until there was one. */
  #usualOutput: number | null = null;

  constructor({ requestsPerMinute, tokensPerMinute }: OpenAiConfig) {
    this.#requests = requestsPerMinute === undefined ? null : new RateLimit({ perMinute: requestsPerMinute });
    this.#tokens = tokensPerMinute === undefined ? null : new RateLimit({ perMinute: tokensPerMinute });
  }

  /** Waits until `request` for `count` samples may be sent. Rejects with the signal's reason, then nothing is charged. */
  async admit(request: GenerateRequest, count: number, signal: AbortSignal): Promise<Settle> {
    const tokens = this.#tokens;
    if (tokens === null) {
      await this.#requests?.take(1, signal);
      return () => {};
    }
    const { maxTokens } = request.sampling;
    const output = Math.min(maxTokens, this.#usualOutput ?? maxTokens);
    const charged = Math.ceil(estimatePrompt(request) + count * output);
    await tokens.take(charged, signal);
    try {
      // Last, so that requests keep their distance when they are sent.
      await this.#requests?.take(1, signal);
    } catch (error) {
      tokens.adjust(-charged);
      throw error;
    }
    return (samples) => {
      let used = 0;
      for (const { usage } of samples) {
        used += usage.input + usage.output;
        this.#usualOutput ??= usage.output;
        this.#usualOutput += (usage.output - this.#usualOutput) * learningRate;
      }
      tokens.adjust(used - charged);
    };
  }

  /** Stops its timers. */
  close(): void {
    this.#requests?.close();
    this.#tokens?.close();
  }
}
