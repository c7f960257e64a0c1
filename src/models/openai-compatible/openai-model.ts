import type { OperationContext, Services } from "../../core/adapter.ts";
import { AppError, isAbort, isAppError, messageOf } from "../../core/error.ts";
import {
  type GenerateReply,
  type GenerateRequest,
  type Model,
  PartialReplyError,
  type Sample,
} from "../../core/model.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { AdaptiveLimit } from "../../util/adaptive-limit.ts";
import { backoffMs } from "../../util/backoff.ts";
import { redact } from "../../util/redact.ts";
import { sleep } from "../../util/sleep.ts";
import { parseBaseUrl } from "./base-url.ts";
import type { OpenAiConfig } from "./config.ts";
import { Failures } from "./failures.ts";
import { HttpClient, HttpFailure, type HttpReply } from "./http.ts";
import { Quota } from "./quota.ts";
import { BadReply, readReply } from "./reply.ts";
import { requestBody } from "./request-body.ts";
import { Secrets } from "./secrets.ts";

/** Refusals in a row, without one success between, that make a Retry-After count for every request and not for one. */
const refusalsThatPause = 3;
const maxBackoffMs = 30_000;

/** A model behind an OpenAI-compatible API. Opens connections on first use. */
export class OpenAiModel implements Model {
  readonly ref: ModelRef;
  readonly concurrency: number;
  readonly #config: OpenAiConfig;
  readonly #services: Services;
  readonly #limit: AdaptiveLimit;
  readonly #quota: Quota;
  readonly #secrets: Secrets;
  readonly #failures: Failures;
  readonly #origin: string;
  readonly #chatPath: string;
  readonly #textPath: string;
  readonly #headers: readonly string[];
  #http: HttpClient | null = null;
  #maxChoices: number;
  #refusalsInRow = 0;
  #toldAboutUsage = false;

  constructor(config: OpenAiConfig, services: Services) {
    const { origin, path, query } = parseBaseUrl(config.url);
    this.ref = { endpoint: config.model, url: origin + path, revision: config.revision };
    this.concurrency = config.maxConcurrency;
    this.#config = config;
    this.#services = services;
    this.#secrets = new Secrets(config, services.env);
    this.#failures = new Failures(`${config.model} at ${origin}`, (text) => this.#clean(text));
    this.#origin = origin;
    this.#chatPath = `${path}/chat/completions${query}`;
    this.#textPath = `${path}/completions${query}`;
    const headers = { "content-type": "application/json", accept: "application/json", ...config.headers };
    this.#headers = Object.entries(headers).flat();
    this.#maxChoices = config.maxChoices ?? Number.POSITIVE_INFINITY;
    this.#quota = new Quota(config);
    this.#limit = new AdaptiveLimit({
      max: config.maxConcurrency,
      onDecrease: (from, to) => services.log(`${config.model}: overloaded, concurrency ${from} → ${to}`),
    });
  }

  async generate(request: GenerateRequest, context: OperationContext): Promise<GenerateReply> {
    if (request.n === 1) return { samples: await this.#complete(request, request.sampleIndex, 1, context) };
    const samples = new Map<number, Sample>();
    let missing = [{ from: 0, count: request.n }];
    while (missing.length > 0) {
      // Servers may give fewer choices than asked for: the rest is asked for until it is there.
      const rests = await allSettled(
        missing
          .flatMap((part) => this.#split(part))
          .map(async (part) => {
            const got = await this.#complete(request, request.sampleIndex + part.from, part.count, context);
            for (const [i, sample] of got.entries()) samples.set(part.from + i, sample);
            if (got.length === 1 && part.count > 1) this.#maxChoices = 1;
            return { from: part.from + got.length, count: part.count - got.length };
          }),
      ).catch((error: unknown) => {
        throw samples.size > 0 ? new PartialReplyError(asAppError(error), samples) : error;
      });
      missing = rests.filter((part) => part.count > 0);
    }
    return { samples: Array.from({ length: request.n }, (_, i) => samples.get(i)!) };
  }

  async close(): Promise<void> {
    this.#limit.close();
    this.#quota.close();
    const http = this.#http;
    this.#http = null;
    await http?.close();
  }

  /** Between 1 and `count` samples; retries what may pass, as often and as long as the config says. */
  async #complete(
    request: GenerateRequest,
    sampleIndex: number,
    count: number,
    context: OperationContext,
  ): Promise<Sample[]> {
    const body = requestBody(request, sampleIndex, count, this.#config);
    const { signal, queueSignal = signal } = context;
    let failures = 0;
    let refusedSince: number | null = null;
    for (let attempt = 0; ; attempt++) {
      const slot = this.#limit.tryAcquire() ?? (await this.#limit.acquire(queueSignal));
      let outcome: "success" | "overloaded" | "neutral" = "neutral";
      let error: AppError;
      try {
        const settle = await this.#quota.admit(request, count, queueSignal);
        context.onRequest?.();
        let samples: Sample[] = [];
        try {
          samples = await this.#attempt(request, body, count, signal);
        } finally {
          settle(samples);
        }
        outcome = "success";
        this.#refusalsInRow = 0;
        return samples;
      } catch (thrown) {
        if (!isAppError(thrown)) throw thrown;
        error = thrown;
        if (meansOverload(error)) outcome = "overloaded";
      } finally {
        this.#limit.release(slot, outcome);
      }
      const limited = error.code === "provider-rate-limited";
      if (!limited) failures++;
      const waitMs = this.#waitMs(error, limited ? attempt : failures - 1);
      if (limited) refusedSince ??= performance.now();
      const { rateLimitWaitMs, retries } = this.#config;
      const patient = limited
        ? performance.now() - refusedSince! + waitMs <= rateLimitWaitMs
        : failures <= retries && (error.retryAfterMs ?? 0) <= rateLimitWaitMs;
      if (!error.retryable || !patient) throw attempt === 0 ? error : afterAttempts(error, attempt + 1);
      await sleep(waitMs, queueSignal);
    }
  }

  async #attempt(
    request: GenerateRequest,
    body: string,
    count: number,
    signal: AbortSignal,
  ): Promise<Sample[]> {
    const headers = [...this.#headers];
    this.#secrets.addHeaders(headers);
    const path = request.messages === undefined ? this.#textPath : this.#chatPath;
    let reply: HttpReply;
    try {
      reply = await this.#client().exchange("POST", path, headers, body, signal);
    } catch (error) {
      throw error instanceof HttpFailure ? this.#failures.transport(error) : error;
    }
    // A server that echoes headers into its answer must not get the key into artifacts.
    const parsed = parseJson(this.#secrets.leaked(reply.body) ? this.#clean(reply.body) : reply.body);
    const fine = reply.status >= 200 && reply.status < 300;
    if (!fine || isErrorBody(parsed)) throw this.#failures.status(reply, parsed);
    if (parsed === undefined) throw this.#failures.badReply(describeBroken(reply), true);
    try {
      return readReply(parsed, request, {
        wanted: count,
        thinkingOpened: this.#config.thinkingOpened,
        onMissingUsage: () => this.#tellAboutUsage(),
      });
    } catch (error) {
      if (error instanceof BadReply)
        throw this.#failures.badReply(`the reply cannot be used: ${error.message}`, error.retryable);
      throw error;
    }
  }

  #waitMs(error: AppError, attempt: number): number {
    const own = backoffMs(attempt, { baseMs: this.#config.retryBaseMs, maxMs: maxBackoffMs });
    const asked = error.retryAfterMs;
    if (error.code === "provider-rate-limited") {
      this.#refusalsInRow++;
      if (
        asked !== undefined &&
        this.#refusalsInRow >= refusalsThatPause &&
        asked <= this.#config.rateLimitWaitMs
      )
        this.#limit.pause(asked);
    }
    // Jitter on top: everybody was told the same moment.
    return asked === undefined ? own : asked + Math.random() * Math.min(own, 1000);
  }

  #split(part: { from: number; count: number }): { from: number; count: number }[] {
    const parts: { from: number; count: number }[] = [];
    for (let done = 0; done < part.count; ) {
      const count = Math.min(this.#maxChoices, part.count - done);
      parts.push({ from: part.from + done, count });
      done += count;
    }
    return parts;
  }

  #client(): HttpClient {
    this.#http ??= new HttpClient(this.#origin, {
      connections: this.#config.maxConcurrency,
      connectTimeoutMs: this.#config.connectTimeoutMs,
      timeoutMs: this.#config.timeoutMs,
      maxBytes: this.#config.maxReplyBytes,
    });
    return this.#http;
  }

  #clean(text: string): string {
    return redact(text, this.#secrets.values());
  }

  #tellAboutUsage(): void {
    if (this.#toldAboutUsage) return;
    this.#toldAboutUsage = true;
    this.#services.log(
      `${this.#config.model}: the server counts no tokens; usage is estimated from text length`,
    );
  }
}

function meansOverload(error: AppError): boolean {
  return (
    error.code === "provider-rate-limited" ||
    error.code === "provider-unavailable" ||
    error.code === "provider-timeout"
  );
}

function afterAttempts(error: AppError, attempts: number): AppError {
  return new AppError(error.code, `${error.message} (after ${attempts} attempts)`, {
    boundary: error.boundary,
    hint: error.hint,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
  });
}

function asAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (!isAbort(error)) throw error;
  return new AppError("interrupted", messageOf(error), {
    boundary: "internal",
    retryable: true,
    cause: error,
  });
}

/** Undefined for what is not JSON. V8's own message quotes the body, so it is dropped. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isErrorBody(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    Boolean(body.error) &&
    !("choices" in body)
  );
}

function describeBroken(reply: HttpReply): string {
  const type = reply.header("content-type") ?? "no content type";
  return `the reply is not complete JSON (${reply.body.length} characters, ${type})`;
}

/** Waits for all, so that nothing runs on behind the caller's back; then throws the first failure if there is one. */
async function allSettled<T>(work: Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
