import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Services } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { Endpoint, Server } from "../../core/server.ts";
import type { Worker } from "../../core/worker.ts";
import { startWorker } from "../../worker-client/start-worker.ts";
import type { LocalServerConfig } from "./config.ts";

const AddressSchema = z.strictObject({ url: z.string(), model: z.string() });
type Checkpoint = Parameters<Server["start"]>[0];

/** Serving lasts as long as the endpoint, so it has a worker of its own: the run's one stays free for jobs. */
export class LocalServer implements Server {
  readonly #config: LocalServerConfig;
  readonly #services: Services;

  constructor(config: LocalServerConfig, services: Services) {
    this.#config = config;
    this.#services = services;
  }

  async start(checkpoint: Checkpoint, { signal }: { signal: AbortSignal }): Promise<Endpoint> {
    signal.throwIfAborted();
    const { env } = this.#services;
    const worker = await startWorker({ env, log: (line) => this.#services.log(`server: ${line}`) });
    const stopping = new AbortController();
    const running = Promise.withResolvers<z.infer<typeof AddressSchema>>();
    const { maxPromptTokens, ...config } = this.#config;
    const ended = worker.run(
      {
        op: "serve",
        params: {
          ...config,
          name: checkpoint.name,
          ...(maxPromptTokens !== undefined && { maxPromptTokens }),
        },
        inputs: { checkpoint },
        answer: async ({ file }) => {
          running.resolve(AddressSchema.parse(JSON.parse(await readFile(file, "utf8"))));
          return file;
        },
      },
      { signal: AbortSignal.any([signal, stopping.signal]), onProgress() {} },
    );
    const stop = () => endServer(worker, ended, stopping);
    ended.catch(() => worker.close()).catch(() => {});
    try {
      const address = await Promise.race([running.promise, ended.then(endedEarly)]);
      return { ...address, ref: { artifact: checkpoint.sha256, name: checkpoint.name }, stop };
    } catch (error) {
      await stop();
      signal.throwIfAborted();
      throw error;
    }
  }
}

async function endServer(worker: Worker, ended: Promise<unknown>, stopping: AbortController): Promise<void> {
  stopping.abort();
  await ended.catch(() => {}); // a server always ends by being cancelled
  await worker.close();
}

function endedEarly(): never {
  throw new AppError("worker-lost", "the server ended before it answered", { boundary: "trainer" });
}
