import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { RegistryPool } from "../../src/app/adapter-pool.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Binding } from "../../src/engine/binding.ts";
import { modelHandle } from "../../src/engine/handles.ts";
import { InProcessExecutor } from "../../src/engine/in-process-executor.ts";
import { Ledger } from "../../src/engine/ledger.ts";
import { PaidExecutor } from "../../src/engine/paid-executor.ts";
import { RunRecorder } from "../../src/engine/run-recorder.ts";
import { Store } from "../../src/engine/store.ts";
import { TracedExecutor } from "../../src/engine/traced-executor.ts";
import { model as adapter } from "../../src/models/openai-compatible/index.ts";
import { requestBody } from "../../src/models/openai-compatible/request-body.ts";
import { benchRequest } from "./requests.ts";

/** Asks for every number with `inFlight` at a time; hands each answer's text to `seen`. */
export interface BenchClient {
  readonly name: string;
  run(numbers: Iterable<string>, seen: (number: string, text: string) => void): Promise<void>;
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly url: string;
  readonly inFlight: number;
  /** Further fields of the adapter's config. */
  readonly config?: Record<string, unknown>;
}

const fixed = { model: "fixture", revision: "bench" };
const noSignal = new AbortController().signal;

/** The peer: the same undici pool, request and JSON.parse, and nothing else. */
export function plainClient({ url, inFlight }: ClientOptions): BenchClient {
  const pool = new Pool(url, { connections: inFlight, allowH2: false });
  const config = adapter.config.parse({ ...fixed, url });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const path = "/v1/chat/completions";
  return {
    name: "undici pool",
    async run(numbers, seen) {
      await inParallel(numbers, inFlight, async (number) => {
        const body = requestBody(benchRequest(number), 0, 1, config);
        const reply = await pool.request({ method: "POST", path, headers, body });
        const { choices } = (await reply.body.json()) as { choices: { message: { content: string } }[] };
        seen(number, choices[0]!.message.content);
      });
    },
    close: () => pool.close(),
  };
}

/** The adapter alone: retries, adaptive limit and checks, without executor and memo. */
export async function adapterClient({ url, inFlight, config }: ClientOptions): Promise<BenchClient> {
  const parsed = adapter.config.parse({ ...fixed, url, maxConcurrency: inFlight, ...config });
  const model = await adapter.create(parsed, environment);
  const context = { signal: noSignal, onProgress() {} };
  return {
    name: "adapter",
    async run(numbers, seen) {
      await inParallel(numbers, inFlight, async (number) => {
        const { samples } = await model.generate(benchRequest(number), context);
        seen(number, samples[0]!.text);
      });
    },
    close: async () => model.close?.(),
  };
}

/** All of it, as a stage uses it: handle, fan-out in input order, budget, memo on disk, trace of the calls, journal. */
export async function engineClient({ url, inFlight, config }: ClientOptions): Promise<BenchClient> {
  const root = await mkdtemp(join(tmpdir(), "sectune-bench-"));
  const store = await Store.open(join(root, "store"));
  const recorder = new RunRecorder(store.layout, emptyRecord(), () => {});
  const ledger = new Ledger(store.memo, "bench", { tokens: 1e12 }, recorder.emit);
  const pool = new RegistryPool(environment);
  const paid = new PaidExecutor(new InProcessExecutor(pool), store.memo, ledger);
  const executor = new TracedExecutor(paid, (record) => recorder.calls.add(record));
  const settings = { ...fixed, url, maxConcurrency: inFlight, ...config };
  const binding = makeBinding(JSON.parse(JSON.stringify(adapter.config.parse(settings))));
  const options = { signal: noSignal, step: "bench" };
  const handle = await modelHandle(binding, "target", { executor, pool, options, cpuConcurrency: 1 });
  return {
    name: "executor, memo, trace and journal",
    async run(numbers, seen) {
      let done = 0;
      for await (const outcome of handle.generate(numbers, benchRequest)) {
        if (!outcome.ok) throw outcome.error;
        seen(outcome.item, outcome.value.samples[0]!.text);
        if (++done % 100 === 0) recorder.emit({ type: "step-progress", step: "bench", done, total: null });
      }
      ledger.flush();
      recorder.calls.flush();
    },
    async close() {
      recorder.close();
      await pool.close();
      store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** As the app binds a model role. */
function makeBinding(settings: JsonObject): Binding {
  const isTransport = (name: string) => (adapter.transport as readonly string[]).includes(name);
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => isTransport(name) === wanted));
  const place = { port: "model" as const, adapter: adapter.name, version: adapter.version };
  return { ...place, config: pick(false), transport: pick(true), label: "bench" };
}

const environment: Services = {
  env: {},
  worker: () => Promise.reject(new Error("the bench has no worker")),
  sandbox: () => Promise.reject(new Error("the bench has no sandbox")),
  checkpoint: () => Promise.reject(new Error("the bench has no checkpoints")),
  log() {},
};

async function inParallel(
  numbers: Iterable<string>,
  inFlight: number,
  work: (number: string) => Promise<void>,
): Promise<void> {
  const iterator = numbers[Symbol.iterator]();
  const lane = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

function emptyRecord(): ConstructorParameters<typeof RunRecorder>[1] {
  return {
    version: 1,
    id: "bench",
    recipe: "bench",
    recipeVersion: 1,
    config: {},
    versions: {},
    startedAt: new Date().toISOString(),
    finishedAt: null,
    status: "running",
    steps: [],
    ledger: [],
  };
}
