import { z } from "zod";
import type { Adapter } from "../../core/adapter.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { openSession } from "./session.ts";

const ConfigSchema = z.strictObject({
  /** Must be written out: model-written code then runs with all your rights, on your files and your network. */
  unsafe: z.literal(true),
});
type Config = z.infer<typeof ConfigSchema>;

/** No isolation at all: plain child processes in a temporary folder. Only for machines that are thrown away afterwards. */
export const sandbox: Adapter<Sandbox, Config> = {
  name: "process",
  version: "1",
  summary: "UNSAFE: plain child processes without isolation; needs `unsafe: true`",
  config: ConfigSchema,
  transport: [],
  create: () => ({
    name: "process",
    isolated: false,
    fingerprint: async () => `process, node ${process.version}`,
    open: async (spec = {}) => openSession(spec),
    // Every session has the host's network already.
    network: async () => ({ id: "host", [Symbol.asyncDispose]: async () => {} }),
  }),
  probe: async () => ({ available: true, reason: "runs model-written code without isolation" }),
};
