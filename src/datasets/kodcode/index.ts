import type { Adapter } from "../../core/adapter.ts";
import type { Dataset } from "../../core/dataset.ts";
import { messageOf } from "../../core/error.ts";
import { ConfigSchema, type KodCodeConfig } from "./config.ts";
import { localSource } from "./local-source.ts";
import { LICENCE, type Source, tasksOf } from "./rows.ts";

/**
 * Tasks of KodCode-V1 (484k Python problems), the dataset of SecPI, from local parquet files or a pinned commit on the hub, in file
 * order (the seed changes nothing: down-sampling is `load-tasks`'s). Its licence does not allow commercial use, so SecTune brings
 * none of it along. Its tests and solutions are not read.
 */
export const dataset: Adapter<Dataset, KodCodeConfig> = {
  name: "kodcode",
  version: "1",
  summary: "Tasks of KodCode-V1, from parquet files or the hub (CC BY-NC 4.0: not for commercial use)",
  config: ConfigSchema,
  transport: ["path", "endpoint", "tokenEnv"],
  create: async (config, services) => {
    const source = await sourceOf(config, services.env);
    services.log(
      `${source.name} is licensed ${LICENCE}: models and data made of it are not for commercial use.`,
    );
    return {
      pin: { name: source.name, revision: source.revision, licence: LICENCE },
      rows: ({ limit }) => tasksOf(source, config, limit),
    };
  },
  probe: async ({ path, split, repository }) => {
    if (path === undefined) return { available: true };
    try {
      await localSource(path, split, repository);
      return { available: true };
    } catch (error) {
      return { available: false, reason: messageOf(error), hint: "check `path` in the recipe" };
    }
  },
};

async function sourceOf(
  { path, repository, revision, split, endpoint, tokenEnv }: KodCodeConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Source> {
  if (path !== undefined) return localSource(path, split, repository);
  // The hub's client is large: it is loaded when it is needed.
  const { hubSource } = await import("./hub-source.ts");
  return hubSource({ repository, revision: revision!, split, endpoint, token: env[tokenEnv] });
}
