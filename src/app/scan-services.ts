import { startWorker } from "../worker-client/start-worker.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { ResolvedUse } from "./config-schema.ts";
import { RunServices } from "./run-services.ts";
import { storeRoot } from "./store-root.ts";

const defaultSandbox: ResolvedUse = { adapter: "bubblewrap", config: {} };

/** What analyzers share outside of a run: a sandbox, and a worker for local models, each started on first use. */
export function scanServices(
  sandbox: ResolvedUse = defaultSandbox,
  checkpoints: Checkpoints = new Checkpoints(storeRoot({})),
  log: (line: string) => void = () => {},
): RunServices {
  return new RunServices({ sandbox, checkpoints, startWorker: () => startWorker({ log }), log });
}
