import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GenerateRequestSchema } from "../../src/core/model.ts";
import { ModelRefSchema } from "../../src/core/model-ref.ts";
import type { Server } from "../../src/core/server.ts";
import { model as client } from "../../src/models/openai-compatible/index.ts";
import { testServices } from "../models/test-double.ts";
import { contextFor } from "./model.ts";

export interface ServerContractOptions {
  /** A server and a checkpoint that it can serve. */
  open(): Promise<{ server: Server; checkpoint: Parameters<Server["start"]>[0]; dispose?(): Promise<void> }>;
  /** Longest start to allow, in milliseconds. */
  readonly startTimeoutMs?: number;
}

const never = new AbortController().signal;

/** What every adapter of the Server port promises. */
export function serverContract(name: string, options: ServerContractOptions): void {
  const timeout = options.startTimeoutMs ?? 20_000;
  describe(`server contract: ${name}`, () => {
    let under: Awaited<ReturnType<ServerContractOptions["open"]>>;
    beforeAll(async () => {
      under = await options.open();
    }, timeout);
    afterAll(() => under.dispose?.());

    it(
      "serves an OpenAI-compatible endpoint on loopback until stopped, and stops twice",
      async () => {
        const endpoint = await under.server.start(under.checkpoint, { signal: never });
        try {
          expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
          expect(ModelRefSchema.parse(endpoint.ref)).toEqual(endpoint.ref);
          const models = (await (await fetch(`${endpoint.url}/models`)).json()) as { data: { id: string }[] };
          expect(models.data.map((model) => model.id)).toContain(endpoint.model);
          const config = { url: endpoint.url, model: endpoint.model, revision: "1", retries: 0 };
          const model = await client.create(client.config.parse(config), testServices());
          const request = GenerateRequestSchema.parse({
            messages: [{ role: "user", content: "Write a function." }],
            sampling: { maxTokens: 16, seed: 3 },
            n: 2,
            logprobs: true,
          });
          const first = await model.generate(request, contextFor());
          expect(first.samples).toHaveLength(2);
          for (const sample of first.samples) expect(sample.logprobs!.length).toBeGreaterThan(0);
          expect(await model.generate(request, contextFor())).toEqual(first);
          await model.close?.();
        } finally {
          await endpoint.stop();
        }
        await endpoint.stop();
        await expect(fetch(`${endpoint.url}/models`)).rejects.toThrow();
      },
      timeout,
    );

    it(
      "stops when the signal aborts",
      async () => {
        const stop = new AbortController();
        const endpoint = await under.server.start(under.checkpoint, { signal: stop.signal });
        stop.abort();
        await endpoint.stop();
        await expect(fetch(`${endpoint.url}/models`)).rejects.toThrow();
        await expect(under.server.start(under.checkpoint, { signal: stop.signal })).rejects.toThrow();
      },
      timeout,
    );

    it("refuses what is no checkpoint", async () => {
      const checkpoint = { ...under.checkpoint, path: "/nonexistent/checkpoint" };
      await expect(under.server.start(checkpoint, { signal: never })).rejects.toMatchObject({
        code: "data-invalid",
        hint: expect.any(String),
      });
    });
  });
}
