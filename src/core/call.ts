import { z } from "zod";
import { contentHash } from "../util/hash.ts";
import type { Usage } from "./generation.ts";
import type { Json, JsonObject } from "./json.ts";

/** The ports whose operations are stateless and therefore run as Calls. */
export type PortName =
  | "model"
  | "sandbox"
  | "analyzer"
  | "benchmark"
  | "trainer"
  | "reward"
  | "embedder"
  | "dataset"
  | "server";

/**
 * One stateless port operation, whole and serialisable: whoever has the Call can run it, here or in a queue.
 *
 * `config` and `request` decide the result and are part of the key; so are the versions of adapter and tool.
 * `transport` (URLs, time-outs, concurrency, names of environment variables that hold keys) does not: it is only how to get there.
 * Secrets are in neither. `models` is what the operation may ask models with: it names them as a Call does, so that whoever runs
 * this one can make theirs, and what identifies them is part of this key too.
 */
export interface Call {
  readonly port: PortName;
  readonly adapter: string;
  /** Adapter version, plus the tool's and rules' version where there is one. */
  readonly version: string;
  readonly op: string;
  readonly config: JsonObject;
  readonly request: Json;
  /** Index of the first sample that this call draws: equal requests with other indexes are other samples. */
  readonly sampleIndex: number;
  readonly transport?: JsonObject;
  /** Models that the operation may ask, by role (an analyzer's judge). */
  readonly models?: Readonly<Record<string, CallTemplate>>;
}

/** The part that all Calls of one binding have in common. */
export type CallTemplate = Pick<Call, "port" | "adapter" | "version" | "config"> & {
  readonly transport: JsonObject;
};

/** What running a Call gave. */
export interface CallResult {
  readonly value: Json;
  /** Tokens that were paid for, per call; zero or absent for anything that is not a model. */
  readonly usage?: Usage | undefined;
  readonly usd?: number | undefined;
  /** True when the memo answered: nothing was paid or executed. */
  readonly cached: boolean;
  readonly durationMs: number;
}

/**
 * Runs Calls. In-process now; a queue or Ray later, without touching a stage.
 * Throws AppError; whoever wraps it (memo, budget, rate limit, trace) sees only Calls.
 */
export interface Executor {
  run(call: Call, options: CallOptions): Promise<CallResult>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Step on whose behalf the call runs: the ledger, budget and trace book it there. */
  readonly step: string;
  /** Model role of the recipe, or name of the benchmark or analyzer, for the trace. */
  readonly role?: string | undefined;
  /** Aborts before `signal` does: what has not been sent to a service by then is not sent any more. */
  readonly queueSignal?: AbortSignal | undefined;
  /** Told before each request to a service, retries included. */
  readonly onRequest?: (() => void) | undefined;
  /** Directory that survives a kill, for calls that keep checkpoints (training). */
  readonly scratch?: string | undefined;
  readonly onProgress?: ((progress: CallProgress) => void) | undefined;
  /**
   * Runs the Calls that this one makes in its turn. Set by the outermost executor to itself, so that memo, budget and ledger see
   * them like any other: what a judge answered is kept although the call that asked it was killed.
   */
  readonly executor?: Executor | undefined;
}

export const CallProgressSchema = z.strictObject({
  done: z.number(),
  total: z.number().nullable(),
  metrics: z.record(z.string(), z.number()).optional(),
  note: z.string().optional(),
});
/** How far one long call is: steps of training, rows of a slice. */
export type CallProgress = z.infer<typeof CallProgressSchema>;

const keys = new WeakMap<Call, string>();

/**
 * Memo key of a call: sha256 of its canonical JSON without `transport`, its own and that of its models. Computed once per call:
 * hashing is what costs most.
 */
export function callKey(call: Call): string {
  const known = keys.get(call);
  if (known !== undefined) return known;
  const { transport: _, models, ...identity } = call;
  const key = contentHash(
    models === undefined ? identity : { ...identity, models: withoutTransport(models) },
  );
  keys.set(call, key);
  return key;
}

function withoutTransport(models: NonNullable<Call["models"]>): object {
  const named = Object.entries(models).map(([role, { transport: _, ...model }]) => [role, model] as const);
  return Object.fromEntries(named);
}
