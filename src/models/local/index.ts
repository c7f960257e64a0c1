import type { Adapter } from "../../core/adapter.ts";
import type { Model } from "../../core/model.ts";
import type { Server } from "../../core/server.ts";
import {
  type LocalConfig,
  LocalConfigSchema,
  type LocalServerConfig,
  LocalServerConfigSchema,
} from "./config.ts";
import { LocalModel } from "./local-model.ts";
import { LocalServer } from "./local-server.ts";

/** Any Hugging Face checkpoint, computed by the run's Python worker: on the CPU, or on a GPU where there is one. */
export const model: Adapter<Model, LocalConfig> = {
  name: "local",
  version: "1",
  summary:
    "A checkpoint (tiny-coder, a folder, or owner/name@revision of the hub) computed by the Python worker.",
  config: LocalConfigSchema,
  transport: [],
  create: async (config, services) =>
    new LocalModel(config, services, await services.checkpoint(config.checkpoint)),
  fingerprint: async (_config, services) => (await services.worker()).fingerprint(),
};

/** The worker behind an OpenAI-compatible endpoint on loopback, in a process of its own. */
export const server: Adapter<Server, LocalServerConfig> = {
  name: "local",
  version: "1",
  summary: "Serves a checkpoint with the Python worker: for machines without vLLM and models that fit them.",
  config: LocalServerConfigSchema,
  transport: ["gatherMs"],
  create: (config, services) => new LocalServer(config, services),
};
