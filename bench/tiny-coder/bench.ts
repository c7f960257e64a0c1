import type { ResolvedCheckpoint, Services } from "../../src/core/adapter.ts";
import type { Message } from "../../src/core/message.ts";
import type { Sample } from "../../src/core/model.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { model as local } from "../../src/models/local/index.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { startWorker } from "../../src/worker-client/start-worker.ts";

/** One answer per conversation, in order. Temperature 0 is greedy. */
export type Ask = (conversations: readonly (readonly Message[])[], temperature: number) => Promise<Sample[]>;

export interface TinyBench {
  readonly ask: Ask;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

const MAX_TOKENS = 220;

/** The checkpoint in a worker, and a sandbox. */
export async function openBench(checkpoint: ResolvedCheckpoint): Promise<TinyBench> {
  const worker = await startWorker();
  const services: Services = {
    env: process.env,
    worker: async () => worker,
    sandbox: () => Promise.reject(new Error("not needed")),
    checkpoint: async () => checkpoint,
    log: () => {},
  };
  const model = await local.create(local.config.parse({ checkpoint: checkpoint.path }), services);
  const context = { signal: new AbortController().signal, onProgress() {} };
  return {
    sandbox: await bubblewrap.create(bubblewrap.config.parse({}), services),
    async ask(conversations, temperature) {
      const sampling = { temperature, topP: 0.95, maxTokens: MAX_TOKENS, seed: 0 };
      const requests = conversations.map((messages) => ({
        messages: [...messages],
        sampling,
        n: 1,
        sampleIndex: 0,
      }));
      const replies = await model.generateSlice!(requests, context);
      return replies.map((reply) => {
        if ("failure" in reply) throw new Error(reply.failure.message);
        return reply.samples[0]!;
      });
    },
    close: () => worker.close(),
  };
}
