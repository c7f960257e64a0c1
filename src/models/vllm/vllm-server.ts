import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Services } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { Endpoint, Server } from "../../core/server.ts";
import { findExecutable } from "../../util/find-executable.ts";
import { freePort } from "../../util/free-port.ts";
import { abortError, onAbort } from "../../util/on-abort.ts";
import { sleep } from "../../util/sleep.ts";
import { type SupervisedProcess, superviseProcess } from "../../util/supervised-process.ts";
import { serveArguments, serverEnvironment } from "./command.ts";
import type { VllmConfig } from "./config.ts";
import { isPortTaken, startFailure } from "./start-failure.ts";

const pollMs = 200;
const portAttempts = 3;

type Checkpoint = Parameters<Server["start"]>[0];

/** Starts `vllm serve` for a checkpoint directory and ends it with the run, whatever happens to this process. */
export class VllmServer implements Server {
  readonly #config: VllmConfig;
  readonly #services: Services;

  constructor(config: VllmConfig, services: Services) {
    this.#config = config;
    this.#services = services;
  }

  async start(checkpoint: Checkpoint, { signal }: { signal: AbortSignal }): Promise<Endpoint> {
    if (signal.aborted) throw abortError(signal);
    await checkCheckpoint(checkpoint.path);
    const { executable } = this.#config;
    const program = await findExecutable(executable, this.#services.env.PATH);
    if (program === null) throw missingVllm(executable);
    for (let attempt = 1; ; attempt++) {
      const port = this.#config.port === 0 ? await freePort() : this.#config.port;
      const child = superviseProcess([program, ...serveArguments(this.#config, checkpoint, port)], {
        env: serverEnvironment(this.#services.env, this.#config.gpus),
      });
      const stop = () => child.stop(this.#config.stopGraceMs);
      try {
        await this.#untilReady(child, checkpoint.name, port, signal);
      } catch (error) {
        await stop();
        if (isPortTaken(child.lastLines()) && this.#config.port === 0 && attempt < portAttempts) continue;
        throw error;
      }
      const forget = onAbort(signal, () => void stop());
      return {
        url: `http://127.0.0.1:${port}/v1`,
        model: checkpoint.name,
        ref: { artifact: checkpoint.sha256, name: checkpoint.name },
        stop: () => {
          forget();
          return stop();
        },
      };
    }
  }

  async #untilReady(
    child: SupervisedProcess,
    name: string,
    port: number,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = performance.now() + this.#config.startTimeoutMs;
    let status: number | null = null;
    void child.exited.then((code) => {
      status = code;
    });
    for (;;) {
      if (status !== null)
        throw startFailure(`ended with status ${status} before it was ready`, child.lastLines());
      if (await serves(port, name)) return;
      if (performance.now() > deadline)
        throw startFailure(`not ready after ${this.#config.startTimeoutMs} ms`, child.lastLines());
      await sleep(pollMs, signal);
    }
  }
}

/** Command that would install what is missing. */
export const installHint = "pip install vllm (needs a GPU), then set `executable` to its path";

function missingVllm(executable: string): AppError {
  return new AppError("prerequisite-missing", `there is no program "${executable}" to serve the model with`, {
    boundary: "provider",
    hint: installHint,
  });
}

async function checkCheckpoint(path: string): Promise<void> {
  try {
    await access(join(path, "config.json"));
  } catch {
    throw new AppError(
      "data-invalid",
      `${path} is not a Hugging Face checkpoint: it has no readable config.json`,
      {
        boundary: "dataset",
        hint: "name a directory with config.json, weights and tokenizer",
      },
    );
  }
}

/** Whether this very model answers on the port: some other server may have taken it meanwhile. */
async function serves(port: number, name: string): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/models`, { signal: AbortSignal.timeout(5000) });
    const { data } = (await reply.json()) as { data?: { id?: unknown }[] };
    return reply.ok && data?.some((model) => model.id === name) === true;
  } catch {
    return false;
  }
}
