import type { OperationContext, ResolvedCheckpoint, Services } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import {
  type GenerateReply,
  type GenerateRequest,
  type Model,
  type ScoreReply,
  ScoreReplySchema,
  type ScoreRequest,
  type SliceReply,
  SliceReplySchema,
} from "../../core/model.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { runRowsJob } from "../../worker-client/run-rows-job.ts";
import type { LocalConfig } from "./config.ts";

/** Tokens, padding included, of one forward pass when scoring: bounds its memory. */
const SCORE_BATCH_TOKENS = 8192;

export class LocalModel implements Model {
  readonly ref: ModelRef;
  readonly slice: number;
  /** One process computes one job at a time. */
  readonly concurrency = 1;
  readonly #config: LocalConfig;
  readonly #services: Services;
  readonly #checkpoint: ResolvedCheckpoint;

  constructor(config: LocalConfig, services: Services, checkpoint: ResolvedCheckpoint) {
    this.#config = config;
    this.#services = services;
    this.#checkpoint = checkpoint;
    this.slice = config.slice;
    this.ref = { artifact: checkpoint.sha256, name: checkpoint.name };
  }

  async generate(request: GenerateRequest, context: OperationContext): Promise<GenerateReply> {
    const [reply] = await this.generateSlice([request], context);
    if (!("failure" in reply!)) return reply!;
    const { code, message, hint } = reply.failure;
    throw new AppError(code, message, { boundary: "provider", hint });
  }

  generateSlice(requests: readonly GenerateRequest[], context: OperationContext): Promise<SliceReply[]> {
    const { batchSize, maxPromptTokens } = this.#config;
    const params = { batchSize, ...(maxPromptTokens !== undefined && { maxPromptTokens }) };
    return this.#run("generate", params, requests, SliceReplySchema, context);
  }

  score(requests: readonly ScoreRequest[], context: OperationContext): Promise<ScoreReply[]> {
    const params = { batchTokens: SCORE_BATCH_TOKENS, perToken: true };
    return this.#run("score", params, requests, ScoreReplySchema, context);
  }

  async #run<Reply>(
    op: "generate" | "score",
    params: JsonObject,
    requests: readonly (GenerateRequest | ScoreRequest)[],
    schema: { parse(row: unknown): Reply },
    context: OperationContext,
  ): Promise<Reply[]> {
    context.signal.throwIfAborted();
    const job = { op, params, inputs: { checkpoint: this.#checkpoint }, rows: { requests } };
    const replies = await runRowsJob(await this.#services.worker(), job, context);
    if (replies.length !== requests.length) {
      throw new AppError("internal", `${op}: ${replies.length} replies to ${requests.length} requests`, {
        boundary: "trainer",
      });
    }
    return replies.map((reply) => schema.parse(reply));
  }
}
