import type { Adapter } from "../core/adapter.ts";
import type { Analyzer } from "../core/analyzer.ts";
import type { Benchmark } from "../core/benchmark.ts";
import type { Dataset } from "../core/dataset.ts";
import type { Embedder } from "../core/embedder.ts";
import type { Model } from "../core/model.ts";
import type { Reward } from "../core/reward.ts";
import type { Sandbox } from "../core/sandbox.ts";
import type { Server } from "../core/server.ts";
import type { Trainer } from "../core/trainer.ts";

/** The port behind each adapter group of the registry. */
export interface Ports {
  model: Model;
  server: Server;
  sandbox: Sandbox;
  benchmark: Benchmark;
  dataset: Dataset;
  trainer: Trainer;
  embedder: Embedder;
  analyzer: Analyzer;
  reward: Reward;
}
export type AdapterPort = keyof Ports;

/** Things by name, loaded on first use. */
export type Loaders<T> = Readonly<Record<string, () => Promise<T>>>;

// biome-ignore lint/suspicious/noExplicitAny: a registry holds adapters of all configs; each validates its own
export type AnyAdapter<Port = unknown> = Adapter<Port, any>;

export type AdapterRegistry = { readonly [P in AdapterPort]: Loaders<AnyAdapter<Ports[P]>> };
