import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../core/error.ts";
import { Checkpoints } from "./checkpoints.ts";
import { adapterComponents } from "./doctor-adapters.ts";
import { machineComponents } from "./doctor-machine.ts";
import { workerComponents } from "./doctor-worker.ts";
import { RunServices } from "./run-services.ts";

/** One thing that SecTune can use: there, or the command that makes it so. */
export interface Component {
  readonly group: string;
  readonly name: string;
  /** `optional`: missing, but the embedded default does without. */
  readonly state: "ok" | "missing" | "optional";
  readonly version?: string | undefined;
  /** A sentence about what was found. */
  readonly detail?: string | undefined;
  /** The command or setting that installs or repairs it. */
  readonly hint?: string | undefined;
}

/** A check that took longer than this has failed. */
const checkTimeoutMs = 30_000;

/** Looks at every component. Never throws: a check that fails is a component that is missing. */
export async function examine(store: string): Promise<Component[]> {
  // Probes may want a store for hashes; doctor leaves the user's alone.
  const scratch = await mkdtemp(join(tmpdir(), "sectune-doctor-"));
  const services = new RunServices({
    sandbox: { adapter: "bubblewrap", config: {} },
    checkpoints: new Checkpoints(scratch),
    startWorker: async () => {
      const { startWorker } = await import("../worker-client/start-worker.ts");
      return startWorker({ log: () => {} });
    },
    log: () => {},
  });
  try {
    const parts = await Promise.all([
      guarded("machine", machineComponents(store)),
      guarded("worker", workerComponents()),
      guarded("adapters", adapterComponents(services)),
    ]);
    return parts.flat();
  } finally {
    await services.close().catch(() => {});
    await rm(scratch, { recursive: true, force: true });
  }
}

async function guarded(group: string, work: Promise<Component[]>): Promise<Component[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${checkTimeoutMs / 1000} s`)), checkTimeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    return [{ group, name: `checks of ${group}`, state: "missing", detail: messageOf(error) }];
  } finally {
    clearTimeout(timer);
  }
}
