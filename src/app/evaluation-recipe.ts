import { stringify } from "yaml";
import type { ResolvedUse } from "./config-schema.ts";

export interface EvaluationOptions {
  /** Checkpoint folder, hub id, embedded model; with `url`, the name under which the server knows it. */
  readonly model: string;
  readonly server?:
    | { readonly url: string; readonly revision: string; readonly apiKeyEnv?: string | undefined }
    | undefined;
  readonly benchmark: string;
  readonly limit?: number | undefined;
  readonly samples?: number | undefined;
  /** Read the answers too, and are measured against the exploits. */
  readonly analyzers?: readonly ResolvedUse[] | undefined;
}

/** Recipe file text that measures one model on one benchmark: what `sectune eval` runs. */
export function evaluationRecipe(options: EvaluationOptions): string {
  const { model, server, benchmark, limit, samples, analyzers = [] } = options;
  const target = server
    ? { adapter: "openai-compatible", model, ...server }
    : { adapter: "local", checkpoint: model };
  return stringify({
    recipe: "evaluate",
    models: { target },
    benchmarks: [{ name: benchmark, limit, samples }],
    ...(analyzers.length === 0
      ? {}
      : {
          analyzers: analyzers.map(({ adapter, config }) => ({ adapter, ...config })),
          params: { analyzers: true },
        }),
  });
}
