import { benchmark } from "../../src/benchmarks/tinytasks/index.ts";
import { operationContext } from "../../src/core/adapter.ts";
import type { Benchmark } from "../../src/core/benchmark.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { sandbox } from "../../src/sandboxes/bubblewrap/index.ts";

const services = {
  env: process.env,
  worker: () => Promise.reject(new Error("no worker in this test")),
  checkpoint: () => Promise.reject(new Error("no checkpoint in this test")),
  sandbox: () => openSandbox(),
  log: () => {},
};

/** The real sandbox: these tests run model-like code. */
export async function openSandbox(): Promise<Sandbox> {
  return sandbox.create(sandbox.config.parse({}), services);
}

export async function openBenchmark(config = {}): Promise<Benchmark> {
  return benchmark.create(benchmark.config.parse(config), services);
}

export const context = operationContext({ signal: new AbortController().signal, step: "test" });
