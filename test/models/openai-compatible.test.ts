import { describe, expect, it } from "vitest";
import { model as adapter } from "../../src/models/openai-compatible/index.ts";
import { contextFor, modelContract } from "../contracts/model.ts";
import { type SeenRequest, startOpenAiServer } from "../fixtures/openai-server/server.ts";
import { against, chat, choices, create, request } from "./openai-against.ts";
import { testServices } from "./test-double.ts";

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
    // A beginning of the answer that has closed the block leaves nothing open.
    const closed = await template.model.generate(chat({ prefill: "why</think>\n\n" }), contextFor());
    expect(closed.samples[0]!.text).toMatch(/^answer /);
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
