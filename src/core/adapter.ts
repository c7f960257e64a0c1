import type { z } from "zod";
import type { CallOptions, CallProgress } from "./call.ts";
import type { ModelHandle } from "./model-handle.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Worker } from "./worker.ts";

/**
 * How an adapter folder offers one port. `src/<port folder>/<name>/index.ts` exports it under the port's name
 * (`export const model: Adapter<Model, …>`); the registry is generated from the folders.
 */
export interface Adapter<Port, Config> {
  /** Equal to the folder's name, kebab-case. */
  readonly name: string;
  /** Raised when the same config and request would give another result. Part of every key. */
  readonly version: string;
  /** One sentence for `--help` and `doctor`. */
  readonly summary: string;
  /** Validates the YAML under the role. Defaults belong here; unknown keys are errors (`z.strictObject`). */
  readonly config: z.ZodType<Config>;
  /** Names of config fields that are only transport (see Call): not part of keys. */
  readonly transport: readonly (keyof Config & string)[];
  /** Config field that says which of its kinds it is: `sarif-command:bandit` on the command line and in reports. */
  readonly variant?: keyof Config & string;
  /**
   * Names of config fields that hold a role of the recipe's `models`. Operations find those models in their context; what identifies
   * them is part of every key, so neither `fingerprint` nor `probe` asks about them.
   */
  readonly models?: readonly (keyof Config & string)[];
  /** Cheap and without side effects: connections, processes and imports of heavy packages start on first use. */
  create(config: Config, services: Services): Port | Promise<Port>;
  /**
   * What else a result depends on: version of the tool behind the adapter, hash of a file that only its path names. Part of
   * keys, so it must not need the network, nor differ between two runs that should share results.
   */
  fingerprint?(config: Config, services: Services): Promise<string>;
  /** Whether it can run here, and the command that would make it run. Asked before a step that is not cached. Never throws. */
  probe?(config: Config, services: Services): Promise<Availability>;
}

export interface Availability {
  readonly available: boolean;
  /** Version of the tool behind the adapter, for people. */
  readonly version?: string | undefined;
  /** Why not, in a sentence. */
  readonly reason?: string | undefined;
  /** The command that would install or repair it. */
  readonly hint?: string | undefined;
}

/** What an adapter may ask of the process it runs in. Everything that leaves the process comes from here, so tests can replace it. */
export interface Services {
  /** The environment: API keys are read here at the moment of use and never stored. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The run's one Python worker, started on first use. */
  worker(): Promise<Worker>;
  /** The sandbox that the recipe names. Throws AppError `prerequisite-missing` when there is none; never falls back. */
  sandbox(): Promise<Sandbox>;
  /**
   * Directory of a checkpoint given as the embedded model's name, an artifact sha256, a local path, or hub repo@revision
   * (downloaded by the worker). Gives its content hash too, which is what keys hold.
   */
  checkpoint(name: string): Promise<ResolvedCheckpoint>;
  /** A line for the run's event log. Never holds secrets. */
  log(message: string): void;
}

export interface ResolvedCheckpoint {
  readonly path: string;
  readonly sha256: string;
  readonly name: string;
}

/** What every port operation gets besides its request. */
export interface OperationContext {
  readonly signal: AbortSignal;
  /** For what has not been sent yet, as in CallOptions; absent: `signal`. */
  readonly queueSignal?: AbortSignal | undefined;
  readonly scratch?: string | undefined;
  /** To be told before each request to a service. */
  onRequest?(): void;
  onProgress(progress: CallProgress): void;
  /**
   * A model by its role, of those that the config names (`Adapter.models`). What it is asked are Calls of their own, kept and paid
   * for on behalf of the same step. Absent where nobody offers models. Throws AppError `prerequisite-missing` for another role.
   */
  model?(role: string): Promise<ModelHandle>;
}

/** The part of CallOptions an adapter sees. */
export function operationContext(options: CallOptions): OperationContext {
  const { signal, queueSignal, scratch, onRequest = () => {}, onProgress = () => {} } = options;
  return { signal, queueSignal, scratch, onRequest, onProgress };
}
