import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type GenerateRequest, GenerateRequestSchema } from "../../src/core/model.ts";
import { model as adapter, server } from "../../src/models/local/index.ts";
import type { LocalModel } from "../../src/models/local/local-model.ts";
import { contextFor, modelContract } from "../contracts/model.ts";
import { serverContract } from "../contracts/server.ts";
import { makeTinyCheckpoint, type TinyCheckpoint, workerServices } from "../worker/tiny-checkpoint.ts";

// Importing torch takes seconds of processor time, which a loaded machine stretches to a minute and more.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

let checkpoint: TinyCheckpoint;
let services: ReturnType<typeof workerServices>;
beforeAll(async () => {
  checkpoint = await makeTinyCheckpoint();
  services = workerServices(checkpoint);
});
afterAll(async () => {
  await services.close();
  await checkpoint.remove();
});

modelContract("local", { open: async () => ({ model: await local() }) });

serverContract("local", {
  open: async () => ({ server: await server.create(server.config.parse({}), services), checkpoint }),
  startTimeoutMs: 120_000,
});

describe("local", () => {
  it("keeps a request that cannot be answered from failing its slice", async () => {
    const model = await local({ maxPromptTokens: 40 });
    const requests = [ask("short"), ask("long ".repeat(100)), ask("short too")];
    const replies = await model.generateSlice!(requests, contextFor());
    expect(replies[1]).toMatchObject({ failure: { code: "provider-rejected", message: /40 is the limit/ } });
    expect([replies[0], replies[2]]).toEqual([
      { samples: [expect.anything()] },
      { samples: [expect.anything()] },
    ]);
    await expect(model.generate(requests[1]!, contextFor())).rejects.toMatchObject({
      code: "provider-rejected",
      boundary: "provider",
      hint: expect.stringContaining("512 tokens"),
    });
  });

  it("scores what it generates: sums over all tokens, the end token included", async () => {
    const model = await local();
    const messages = [{ role: "user" as const, content: "Write f." }];
    const completion = { role: "assistant" as const, content: "def f(): pass", reasoning: "it is short" };
    const [first, again] = await model.score!(
      [
        { messages, completion },
        { messages, completion },
      ],
      contextFor(),
    );
    expect(again!.logprob).toBeCloseTo(first!.logprob, 4);
    expect(first!.perToken).toHaveLength(first!.tokens);
    expect(first!.perToken!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(first!.logprob, 6);
    const shorter = { role: "assistant" as const, content: "def f(): pass" };
    const [bare] = await model.score!([{ messages, completion: shorter }], contextFor());
    expect(bare!.tokens).toBeLessThan(first!.tokens);
  });

  it("is part of the key with everything its results depend on", async () => {
    const config = adapter.config.parse({ checkpoint: "x" });
    expect(await adapter.fingerprint!(config, services)).toMatch(/torch=.* threads=\d+/);
    expect(adapter.transport).toEqual([]);
    const model = (await local()) as LocalModel;
    expect(model.ref).toEqual({ artifact: checkpoint.sha256, name: "tiny" });
  });

  it("tells what is wrong with a checkpoint", async () => {
    const broken = workerServices({ path: "/nonexistent", sha256: "0", name: "broken" });
    try {
      const model = await adapter.create(adapter.config.parse({}), broken);
      await expect(model.generate(ask("x"), contextFor())).rejects.toMatchObject({
        code: "data-invalid",
        message: expect.stringContaining("no config.json"),
      });
    } finally {
      await broken.close();
    }
  });
});

async function local(config: Record<string, unknown> = {}) {
  return adapter.create(adapter.config.parse({ batchSize: 16, slice: 24, ...config }), services);
}

function ask(content: string): GenerateRequest {
  return GenerateRequestSchema.parse({ messages: [{ role: "user", content }], sampling: { maxTokens: 8 } });
}
