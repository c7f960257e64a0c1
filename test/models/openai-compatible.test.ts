import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { AppError } from "../../src/core/error.ts";
import {
  type GenerateRequest,
  GenerateRequestSchema,
  type Model,
  PartialReplyError,
} from "../../src/core/model.ts";
import { model as adapter } from "../../src/models/openai-compatible/index.ts";
import { contextFor, modelContract } from "../contracts/model.ts";
import {
  type OpenAiServer,
  type OpenAiServerOptions,
  type SeenRequest,
  startOpenAiServer,
} from "../fixtures/openai-server/server.ts";
import { testServices } from "./test-double.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

modelContract("openai-compatible", {
  async open() {
    const server = await startOpenAiServer();
    return { model: await create(server.url), dispose: () => server.close() };
  },
});

modelContract("openai-compatible, a server that gives one choice at a time", {
  async open() {
    const server = await startOpenAiServer({ style: { maxChoices: 1 } });
    return { model: await create(`${server.url}/v1/`), dispose: () => server.close() };
  },
});

describe("requests", () => {
  it("sends sampling, seed and n, and asks the same samples one by one", async () => {
    const { model, server } = await against({ respond: () => null });
    const four = await model.generate(chat({ n: 4 }), contextFor());
    const single = await model.generate(chat({ sampleIndex: 2 }), contextFor());
    expect(single.samples[0]!.text).toBe(four.samples[2]!.text);
    const [first, second] = server.seen as [SeenRequest, SeenRequest];
    expect(first.path).toBe("/v1/chat/completions");
    expect(first.body).toMatchObject({
      model: "fixture",
      n: 4,
      temperature: 0.8,
      top_p: 0.95,
      max_tokens: 1024,
    });
    expect(second.body.seed).toBe((first.body.seed as number) + 2);
    expect(second.body).not.toHaveProperty("n");
    expect(first.body).not.toHaveProperty("top_k");
  });

  it("continues raw text through completions and begun answers through chat", async () => {
    const { model, server } = await against({ respond: () => null });
    await model.generate(request({ prefix: "int main(", prefill: "void" }), contextFor());
    await model.generate(chat({ prefill: "```c\n" }), contextFor());
    const [text, begun] = server.seen as [SeenRequest, SeenRequest];
    expect(text.path).toBe("/v1/completions");
    expect(text.body.prompt).toBe("int main(void");
    expect(begun.body.messages!.at(-1)).toEqual({ role: "assistant", content: "```c\n" });
    expect(begun.body).toMatchObject({ continue_final_message: true, add_generation_prompt: false });
  });

  it("merges extraBody and takes out what is null", async () => {
    const config = { extraBody: { seed: null, chat_template_kwargs: { enable_thinking: false } } };
    const { model, server } = await against({ respond: () => null }, config);
    await model.generate(chat(), contextFor());
    expect(server.seen[0]!.body).not.toHaveProperty("seed");
    expect(server.seen[0]!.body.chat_template_kwargs).toEqual({ enable_thinking: false });
  });

  it("leaves earlier reasoning out unless told to send it", async () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b", reasoning: "why" },
      { role: "user", content: "c" },
    ];
    for (const sendReasoning of [false, true]) {
      const { model, server } = await against({ respond: () => null }, { sendReasoning });
      await model.generate(request({ messages }), contextFor());
      const sent = server.seen[0]!.body.messages![1] as unknown as Record<string, unknown>;
      expect(sent.reasoning_content).toBe(sendReasoning ? "why" : undefined);
      expect(sent).not.toHaveProperty("reasoning");
    }
  });

  it("asks for the rest where a server gives fewer choices than n", async () => {
    const { model, server } = await against({ style: { maxChoices: 3 } });
    const reply = await model.generate(chat({ n: 8 }), contextFor());
    expect(new Set(reply.samples.map((sample) => sample.text)).size).toBe(8);
    expect(server.stats().requests).toBe(3);
  });

  it("gives log-probabilities, for chat and for text", async () => {
    const { model } = await against();
    for (const asked of [chat({ logprobs: true }), request({ prefix: "x", logprobs: true })]) {
      const [sample] = (await model.generate(asked, contextFor())).samples;
      expect(sample!.logprobs!.map((entry) => entry.token).join("")).toBe(sample!.text);
      expect(sample!.logprobs![0]!.logprob).toBe(-0.25);
    }
  });
});

describe("limits of the account", () => {
  it("sends no more requests a minute than allowed, evenly, retries included", async () => {
    const sentAt: number[] = [];
    const respond = (seen: SeenRequest) => {
      sentAt.push(performance.now());
      return seen.attempt === 0 ? { status: 503, body: "{}" } : null;
    };
    const { model } = await against({ respond }, { requestsPerMinute: 600, retryBaseMs: 1 });
    const requests = Array.from({ length: 8 }, (_, index) => chat({ sampleIndex: index }));
    const startedAt = performance.now();
    await Promise.all(requests.map((asked) => model.generate(asked, contextFor())));
    expect(sentAt).toHaveLength(16);
    // 100 ms apart. They are seen when they arrive, which is never too early.
    for (const [index, at] of sentAt.entries()) expect(at - startedAt).toBeGreaterThan(index * 100 - 5);
  });

  it("holds tokens back by what replies used, not by what they might have", async () => {
    const { model, server } = await against({}, { tokensPerMinute: 60_000 });
    const startedAt = performance.now();
    await model.generate(chat(), contextFor());
    const { usage } = (await model.generate(chat({ sampleIndex: 1 }), contextFor())).samples[0]!;
    for (let index = 2; index < 20; index++) await model.generate(chat({ sampleIndex: index }), contextFor());
    const used = 20 * (usage.input + usage.output);
    const elapsed = performance.now() - startedAt;
    expect(server.stats().answered).toBe(20);
    // A token a millisecond; a hundred are free, and the last request is over before its tokens are earned.
    expect(elapsed).toBeGreaterThan(used - usage.input - usage.output - 150);
    expect(elapsed).toBeLessThan(20 * 1024);
  });

  it("waits no longer for its turn once no more may be sent, while what was sent goes on", async () => {
    const { model, server } = await against({ latencyMs: 200 }, { requestsPerMinute: 60 });
    const stop = new AbortController();
    const context = { ...contextFor(), queueSignal: stop.signal };
    const sent = model.generate(chat(), context);
    const waiting = model.generate(chat({ sampleIndex: 1 }), context);
    setTimeout(() => stop.abort(new Error("no more")), 50);
    await expect(waiting).rejects.toThrow("no more");
    expect((await sent).samples).toHaveLength(1);
    expect(server.stats().requests).toBe(1);
  });

  it("tells of each request", async () => {
    const { model } = await against({ style: { maxChoices: 1 } });
    let requests = 0;
    await model.generate(chat({ n: 3 }), { ...contextFor(), onRequest: () => requests++ });
    expect(requests).toBe(3);
  });
});

describe("replies", () => {
  it.each(["reasoning_content", "reasoning", "inline", "inline-closing-only"] as const)(
    "keeps reasoning apart (%s)",
    async (reasoning) => {
      const { model } = await against({ style: { reasoning } });
      const [sample] = (await model.generate(chat(), contextFor())).samples;
      expect(sample!.reasoning).toBe("check the input first");
      expect(sample!.text).toMatch(/^answer /);
      expect(sample!.usage.reasoning).toBe(5);
    },
  );

  it("treats unclosed reasoning as cut, whoever opened it", async () => {
    const inline = await against({ style: { reasoning: "inline-unclosed" } });
    const cut = (await inline.model.generate(chat(), contextFor())).samples[0]!;
    expect(cut).toMatchObject({ text: "", reasoning: "check the input first" });
    const { model } = await against();
    const begun = (await model.generate(chat({ prefill: "<think>\nfirst" }), contextFor())).samples[0]!;
    expect(begun.text).toBe("");
    expect(begun.reasoning).toMatch(/^answer /);
    const template = await against({}, { thinkingOpened: true });
    expect((await template.model.generate(chat(), contextFor())).samples[0]!.text).toBe("");
  });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
    ["tool_calls", "other"],
    [null, "other"],
  ])("maps finish reason %s to %s", async (told, finish) => {
    const { model } = await against({ respond: () => choices({ finish_reason: told }) });
    expect((await model.generate(chat(), contextFor())).samples[0]!.finish).toBe(finish);
  });

  it("reads refusals, part lists and null content", async () => {
    const messages = [
      { content: null, refusal: "no" },
      { content: null },
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
          { type: "text", text: "yes" },
        ],
      },
    ];
    const expected = [{ text: "no" }, { text: "" }, { text: "yes", reasoning: "hm" }];
    for (const [i, message] of messages.entries()) {
      const { model } = await against({ respond: () => choices({ message }) });
      expect((await model.generate(chat(), contextFor())).samples[0]).toMatchObject(expected[i]!);
    }
  });

  it("splits the usage of n choices so that the sum is what was counted", async () => {
    const { model } = await against({ style: { reasoning: "inline" } });
    const { samples } = await model.generate(chat({ n: 3 }), contextFor());
    const sum = (pick: (usage: (typeof samples)[0]["usage"]) => number) =>
      samples.reduce((total, sample) => total + pick(sample.usage), 0);
    expect(samples[1]!.usage.input).toBe(0);
    expect(sum((usage) => usage.output)).toBe(90);
    expect(sum((usage) => usage.reasoning!)).toBe(15);
  });

  it("estimates tokens, and says so once, where the server counts none", async () => {
    const { model, lines } = await against({ respond: () => choices({ message: { content: "12345678" } }) });
    for (let i = 0; i < 2; i++) {
      const [sample] = (await model.generate(chat({ sampleIndex: i }), contextFor())).samples;
      expect(sample!.usage).toEqual({ input: 1, output: 2 });
    }
    expect(lines.filter((line) => line.includes("estimated"))).toHaveLength(1);
  });
});

describe("failures", () => {
  const quick = { retries: 2, retryBaseMs: 1, rateLimitWaitMs: 1500 };

  it.each([
    [401, "provider-auth", 1],
    [403, "provider-auth", 1],
    [400, "provider-rejected", 1],
    [402, "provider-auth", 1],
    [404, "provider-rejected", 1],
    [302, "provider-rejected", 1],
    [413, "provider-rejected", 1],
    [408, "provider-timeout", 3],
    [500, "provider-unavailable", 3],
    [503, "provider-unavailable", 3],
    [529, "provider-unavailable", 3],
  ])("status %i is %s after %i attempts", async (status, code, attempts) => {
    const { model, server } = await against(
      { respond: () => ({ status, body: '{"error":{"message":"because"}}' }) },
      quick,
    );
    const error = await failure(model);
    expect(error).toMatchObject({ code, boundary: "provider", retryable: attempts > 1 });
    expect(error.message).toContain("because");
    expect(server.seen).toHaveLength(attempts);
  });

  it("tells a prompt that is flagged from a key that is refused, and an account without credit from a busy one", async () => {
    const said = (status: number, message: string) =>
      against({ respond: () => ({ status, body: JSON.stringify({ error: { message } }) }) }, quick);
    const flagged = await said(403, "Your input was flagged by the moderation model");
    expect(await failure(flagged.model)).toMatchObject({ code: "provider-rejected" });
    const empty = await said(429, "You exceeded your current quota, please check your plan");
    expect(await failure(empty.model)).toMatchObject({
      code: "provider-auth",
      hint: expect.stringContaining("no credit left"),
    });
  });

  it("asks again for an answer that the server broke off", async () => {
    const { model, server } = await against(
      {
        respond: ({ attempt }) =>
          attempt === 0 ? choices({ message: { content: "int ma" }, finish_reason: "abort" }) : null,
      },
      quick,
    );
    const [sample] = (await model.generate(chat(), contextFor())).samples;
    expect(sample!.text).not.toBe("int ma");
    expect(server.seen).toHaveLength(2);
  });

  it("hands over the samples that are there when another one fails", async () => {
    const { model } = await against(
      {
        style: { maxChoices: 1 },
        respond: ({ body }) => (body.n === 2 ? { status: 400, body: "no" } : null),
      },
      { ...quick, maxChoices: 2 },
    );
    const error = await model.generate(chat({ n: 3 }), contextFor()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PartialReplyError);
    expect(error).toMatchObject({ code: "provider-rejected" });
    expect([...(error as PartialReplyError).samples.keys()]).toEqual([2]);
  });

  it("keeps asking on 429 beyond `retries`, until the patience ends", async () => {
    const busy = await against({ respond: () => ({ status: 429, body: "busy" }) }, quick);
    expect(await failure(busy.model)).toMatchObject({ code: "provider-rate-limited", retryable: true });
    expect(busy.server.seen.length).toBeGreaterThan(3);
    const later = await against(
      { respond: ({ attempt }) => (attempt < 5 ? { status: 429, body: "busy" } : null) },
      quick,
    );
    expect((await later.model.generate(chat(), contextFor())).samples).toHaveLength(1);
  });

  it("does not wait for credit that is not there", async () => {
    const body = '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}';
    const { model, server } = await against({ respond: () => ({ status: 429, body }) }, quick);
    expect(await failure(model)).toMatchObject({ code: "provider-auth", retryable: false });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ["retry-after-ms", "120"],
    ["retry-after", "0.12"],
  ])("honours %s", async (name, value) => {
    const { model } = await against(
      {
        respond: ({ attempt }) =>
          attempt === 0 ? { status: 503, headers: { [name]: value }, body: "" } : null,
      },
      quick,
    );
    const startedAt = performance.now();
    await model.generate(chat(), contextFor());
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119);
  });

  it("gives up at once, with the wait, when asked to wait longer than its patience", async () => {
    const { model, server } = await against(
      { respond: () => ({ status: 429, headers: { "retry-after": "60" }, body: "" }) },
      quick,
    );
    expect(await failure(model)).toMatchObject({ code: "provider-rate-limited", retryAfterMs: 60_000 });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ["truncated JSON", '{"choices":[{"mess'],
    ["HTML", "<html><body>hello</body></html>"],
    ["an array", "[]"],
    ["no choices", "{}"],
    ["empty choices", '{"choices":[]}'],
    ["too many choices", '{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}'],
    ["a choice without message", '{"choices":[{"text":"a"}]}'],
    ["content that is a number", '{"choices":[{"message":{"content":1}}]}'],
  ])("%s is a bad reply, retried", async (_what, body) => {
    const { model, server } = await against({ respond: () => ({ body }) }, quick);
    const error = await failure(model);
    expect(error).toMatchObject({ code: "provider-bad-reply", retryable: true });
    expect(error.message).not.toContain("hello");
    expect(server.seen).toHaveLength(3);
  });

  it("says when log-probabilities are missing, without asking again", async () => {
    const { model, server } = await against({ respond: () => choices({}) }, quick);
    expect(await failure(model, chat({ logprobs: true }))).toMatchObject({
      code: "provider-bad-reply",
      retryable: false,
    });
    expect(server.seen).toHaveLength(1);
  });

  it("recognises an error inside a 200", async () => {
    const { model } = await against(
      { respond: () => ({ body: '{"error":{"message":"upstream is full","code":429}}' }) },
      quick,
    );
    expect(await failure(model)).toMatchObject({ code: "provider-rate-limited" });
  });

  it("bounds a hang, a dribble, a dead port, a reset and a flood", async () => {
    const faults = (kind: "hang" | "reset") => ({ faults: { rate: 1, seed: 0, kinds: [kind] } });
    const hang = await against(faults("hang"), { ...quick, timeoutMs: 60 });
    expect(await failure(hang.model)).toMatchObject({ code: "provider-timeout", retryable: true });
    expect(hang.server.stats().requests).toBe(3);
    const reset = await against(faults("reset"), quick);
    expect(await failure(reset.model)).toMatchObject({ code: "provider-unavailable" });
    const dead = await create("http://127.0.0.1:9", quick);
    expect(await failure(dead)).toMatchObject({ code: "provider-unavailable", hint: expect.any(String) });
    const dribble = await create(await dribblingServer(), { ...quick, retries: 0, timeoutMs: 150 });
    expect(await failure(dribble)).toMatchObject({ code: "provider-timeout" });
    const flood = await against({ style: { characters: 3000 } }, { ...quick, maxReplyBytes: 2000 });
    expect(await failure(flood.model)).toMatchObject({ code: "provider-bad-reply", retryable: false });
  });

  it("stops waiting when aborted: in flight, queued and between attempts", async () => {
    const { model } = await against({ latencyMs: 60_000 }, { maxConcurrency: 1 });
    const stop = new AbortController();
    const waiting = [chat(), chat({ sampleIndex: 1 })].map((asked) =>
      model.generate(asked, contextFor(stop.signal)),
    );
    const between = await against({ respond: () => ({ status: 500, body: "" }) }, { retryBaseMs: 60_000 });
    waiting.push(between.model.generate(chat(), contextFor(stop.signal)));
    setTimeout(() => stop.abort(), 50);
    const settled = await Promise.allSettled(waiting);
    expect(settled.map((result) => result.status === "rejected" && result.reason.name)).toEqual(
      Array(3).fill("AbortError"),
    );
  });

  it("loses nothing and asks nothing twice under 20 % faults", async () => {
    const kinds = ["429-retry-after", "429", "500", "reset", "truncated"] as const;
    const { model, server } = await against(
      { latencyMs: 5, faults: { rate: 0.2, seed: 7, kinds } },
      { retryBaseMs: 10, retries: 8 },
    );
    expect(await distinctAnswers(model, 400)).toBe(400);
    const stats = server.stats();
    expect(Object.keys(stats.faults).sort()).toEqual([...kinds].sort());
    expect(stats).toMatchObject({ answered: 400, bodies: 400, answeredAgain: 0 });
  });

  it("loses nothing to a server that hangs now and then", async () => {
    // A slow machine may let the deadline pass on an answer too, so repeated answers prove nothing here.
    const { model, server } = await against(
      { faults: { rate: 0.2, seed: 7, kinds: ["hang"] } },
      { timeoutMs: 400, retryBaseMs: 10, retries: 20 },
    );
    expect(await distinctAnswers(model, 100)).toBe(100);
    expect(server.stats()).toMatchObject({ bodies: 100, faults: { hang: expect.any(Number) } });
  });

  it("finds the room a server has", async () => {
    const { model, server, lines } = await against(
      { latencyMs: 50, capacity: 30 },
      { retryBaseMs: 5, maxConcurrency: 200 },
    );
    await Promise.all(
      Array.from({ length: 600 }, (_, i) => model.generate(chat({ sampleIndex: i }), contextFor())),
    );
    expect(server.stats().answered).toBe(600);
    expect(server.stats().refused).toBeLessThan(300);
    expect(lines.some((line) => line.includes("concurrency"))).toBe(server.stats().refused > 0);
  });
});

describe("probe", () => {
  it("tells a server that answers from one that does not", async () => {
    const { server } = await against({ model: "fixture" });
    const config = (url: string, model = "fixture") =>
      adapter.config.parse({ url, model, revision: "1", connectTimeoutMs: 500 });
    const services = testServices();
    expect(await adapter.probe!(config(server.url), services)).toEqual({ available: true });
    expect(await adapter.probe!(config(server.url, "other"), services)).toMatchObject({
      available: false,
      hint: expect.stringContaining("fixture"),
    });
    expect(await adapter.probe!(config("http://127.0.0.1:9"), services)).toMatchObject({ available: false });
  });
});

function request(fields: Record<string, unknown>): GenerateRequest {
  return GenerateRequestSchema.parse({ sampling: {}, ...fields });
}

function chat(fields: Record<string, unknown> = {}): GenerateRequest {
  return request({ messages: [{ role: "user", content: "hi" }], ...fields });
}

function choices(choice: Record<string, unknown>): { body: string } {
  return {
    body: JSON.stringify({ choices: [{ message: { content: "ok" }, finish_reason: "stop", ...choice }] }),
  };
}

async function create(
  url: string,
  config: Record<string, unknown> = {},
  services = testServices(),
): Promise<Model> {
  const parsed = adapter.config.parse({ url, model: "fixture", revision: "1", ...config });
  return adapter.create(parsed, services);
}

async function against(
  options: OpenAiServerOptions = {},
  config: Record<string, unknown> = {},
): Promise<{ model: Model; server: OpenAiServer; lines: string[] }> {
  const server = await startOpenAiServer(options);
  const services = testServices();
  const model = await create(server.url, config, services);
  cleanups.push(async () => {
    await model.close?.();
    await server.close();
  });
  return { model, server, lines: services.lines };
}

async function failure(model: Model, asked = chat()): Promise<AppError> {
  return model.generate(asked, contextFor()).then(
    () => {
      throw new Error("expected a failure");
    },
    (error: AppError) => error,
  );
}

async function distinctAnswers(model: Model, count: number): Promise<number> {
  const asked = Array.from({ length: count }, (_, i) => chat({ sampleIndex: i }));
  const replies = await Promise.all(asked.map((request) => model.generate(request, contextFor())));
  return new Set(replies.map((reply) => reply.samples[0]!.text)).size;
}

/** Sends one byte of a body every 20 ms, for ever: no idle time-out notices. */
async function dribblingServer(): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n");
    const timer = setInterval(() => socket.write(" "), 20);
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address() as { port: number };
  return `http://127.0.0.1:${address.port}`;
}
