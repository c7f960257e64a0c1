import { existsSync } from "node:fs";
import { isAbsolute, normalize } from "node:path";
import { z } from "zod";
import type { Adapter } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { PrivateNetwork, Sandbox } from "../../core/sandbox.ts";
import { type CgroupParent, findCgroupParent } from "./cgroup.ts";
import { closeAll } from "./host.ts";
import { probe, versions } from "./probe.ts";
import { openSession } from "./session.ts";
import { createNetwork, type NetworkNamespace } from "./world.ts";

const ConfigSchema = z.strictObject({
  /** Host user that the sandbox runs as when SecTune is root; must own nothing. An ordinary user's sandboxes run as that user. */
  uid: z.int().min(1).default(20_000),
  /** `off` leaves memory and process counts to the watchdog and rlimits even where cgroups are writable. */
  cgroups: z.enum(["auto", "off"]).default("auto"),
});
type Config = z.infer<typeof ConfigSchema>;

/** Default-deny sandbox on namespaces, seccomp and rlimits. docs/sandbox.md tells what each argument is for and what is not covered. */
export const sandbox: Adapter<Sandbox, Config> = {
  name: "bubblewrap",
  version: "1",
  summary: "Linux namespaces, seccomp and limits through bubblewrap, as an unprivileged user",
  config: ConfigSchema,
  transport: ["uid", "cgroups"],
  create: (config) => createBubblewrap(config),
  probe: (config) => probe(ConfigSchema.parse(config)),
};

function createBubblewrap({ uid, cgroups }: Config): Sandbox {
  const networks = new Map<string, NetworkNamespace>();
  let parent: CgroupParent | undefined | null = cgroups === "off" ? undefined : null;
  let fingerprint: Promise<string> | undefined;
  let sequence = 0;
  const self: Sandbox = {
    name: "bubblewrap",
    isolated: true,
    fingerprint: () => {
      fingerprint ??= versions(self);
      return fingerprint;
    },
    open: async (spec = {}) => {
      if (parent === null) parent = findCgroupParent();
      const network = spec.network && networks.get(spec.network.id);
      if (spec.network && !network) {
        throw new AppError("internal", "the private network is closed or belongs to another sandbox", {
          boundary: "sandbox",
        });
      }
      return openSession({
        spec,
        readOnly: (spec.readOnly ?? []).map(checkReadOnly),
        network,
        uid,
        cgroups: parent,
      });
    },
    network: async (): Promise<PrivateNetwork> => {
      const id = `network-${sequence++}`;
      networks.set(id, await createNetwork(uid));
      return {
        id,
        [Symbol.asyncDispose]: async () => {
          const namespace = networks.get(id);
          networks.delete(id);
          if (namespace) closeAll([namespace.userFd, namespace.networkFd]);
        },
      };
    },
  };
  return self;
}

/** Folders that are not files of a tool: binding them would open the sandbox. */
const NEVER_SHOWN = [
  "/",
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/var/run",
  "/box",
  "/tmp",
  "/etc",
  "/home",
  "/root",
  "/var",
];

function checkReadOnly(path: string): string {
  const clean = normalize(path).replace(/(.)\/$/, "$1");
  const reason = !isAbsolute(path)
    ? "is not an absolute path"
    : NEVER_SHOWN.includes(clean) || /^\/(proc|sys|dev|run|box)\//.test(clean)
      ? "may never be shown in a sandbox"
      : existsSync(clean)
        ? undefined
        : "does not exist";
  if (reason === undefined) return clean;
  throw new AppError("config-invalid", `read-only folder ${path} ${reason}`, { boundary: "sandbox" });
}
