import type { ModelRef } from "./model-ref.ts";

/** A running OpenAI-compatible endpoint. `stop` ends the process and all its children; idempotent. */
export interface Endpoint {
  /** Base URL up to and including `/v1`, on loopback. */
  readonly url: string;
  /** Name under which requests address the model. */
  readonly model: string;
  readonly ref: ModelRef;
  stop(): Promise<void>;
}

/**
 * Serves a checkpoint behind an OpenAI-compatible endpoint: chat completions with `n`, `seed`, `logprobs`, and `/v1/models`.
 * `start` resolves when the endpoint answers; it throws AppError `prerequisite-missing`, `data-invalid` (checkpoint) or
 * `worker-lost` with the last lines the server printed. Aborting the signal stops the server.
 */
export interface Server {
  start(
    checkpoint: { path: string; sha256: string; name: string },
    options: { signal: AbortSignal },
  ): Promise<Endpoint>;
}
