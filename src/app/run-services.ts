import type { Services } from "../core/adapter.ts";
import type { Sandbox } from "../core/sandbox.ts";
import type { Worker } from "../core/worker.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { openSandbox } from "./open-sandbox.ts";

export interface RunServicesOptions {
  readonly sandbox: { adapter: string; config: unknown };
  readonly checkpoints: Checkpoints;
  readonly startWorker: () => Promise<Worker>;
  readonly log: (message: string) => void;
  readonly env?: Services["env"];
}

/** What adapters of one run share: one worker, one sandbox, the checkpoints. Started on first use, closed together. */
export class RunServices implements Services, AsyncDisposable {
  readonly env: Services["env"];
  readonly #options: RunServicesOptions;
  #worker: Promise<Worker> | undefined;
  #sandbox: Promise<Sandbox> | undefined;

  constructor(options: RunServicesOptions) {
    this.#options = options;
    this.env = options.env ?? process.env;
  }

  worker(): Promise<Worker> {
    this.#worker ??= this.#options.startWorker();
    return this.#worker;
  }

  sandbox(): Promise<Sandbox> {
    this.#sandbox ??= openSandbox(this.#options.sandbox.adapter, this.#options.sandbox.config, this);
    return this.#sandbox;
  }

  checkpoint(name: string) {
    return this.#options.checkpoints.resolve(name);
  }

  log(message: string): void {
    this.#options.log(message);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    await worker?.close();
    const sandbox = await this.#sandbox?.catch(() => undefined);
    await (sandbox as { close?: () => Promise<void> } | undefined)?.close?.();
  }
}
