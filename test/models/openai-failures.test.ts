import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { type Model, PartialReplyError } from "../../src/core/model.ts";
import { contextFor } from "../contracts/model.ts";
import { against, chat, choices, cleanups, create, failure } from "./openai-against.ts";

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

  it("does not sleep for a day because a server that is down asks for it", async () => {
    const { model, server } = await against(
      { respond: () => ({ status: 503, body: "down", headers: { "retry-after": "86400" } }) },
      quick,
    );
    expect(await failure(model)).toMatchObject({ code: "provider-unavailable", retryAfterMs: 86_400_000 });
    expect(server.seen).toHaveLength(1);
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
