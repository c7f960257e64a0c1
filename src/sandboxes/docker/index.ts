import { z } from "zod";
import type { Adapter, Availability } from "../../core/adapter.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { holderArguments } from "./arguments.ts";
import { type DockerCli, dockerCli } from "./cli.ts";
import { openSession } from "./session.ts";

const ConfigSchema = z.strictObject({
  /** The CLI: `docker`, `podman`, or a path. */
  command: z.string().min(1).default("docker"),
  /** Pinned: a tag other than `latest`, or better a digest. Needs /bin/sh, tar and whatever the tasks call (python3, gcc, …). */
  image: z
    .string()
    .regex(
      /(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/,
      "pin the image by a tag other than latest, or by its digest",
    )
    .default("python:3.11-bookworm"),
});
type Config = z.infer<typeof ConfigSchema>;

/**
 * Containers without network, capabilities and writable root, as user nobody, under the daemon's default seccomp profile.
 * As strong as the daemon's set-up; slower to start than bubblewrap by about half a second a command.
 */
export const sandbox: Adapter<Sandbox, Config> = {
  name: "docker",
  version: "1",
  summary: "Containers through the docker (or podman) command line",
  config: ConfigSchema,
  transport: ["command"],
  create: (config) => createDocker(config),
  probe: (config) => probe(ConfigSchema.parse(config)),
};

function createDocker({ command, image }: Config): Sandbox {
  const docker = dockerCli(command);
  let fingerprint: Promise<string> | undefined;
  return {
    name: "docker",
    isolated: true,
    fingerprint: () => {
      fingerprint ??= docker
        .run(["image", "inspect", "--format", "{{.Id}}", image])
        .then((id) => `docker ${image} ${id.trim()}`);
      return fingerprint;
    },
    open: async (spec = {}) => openSession({ docker, image, spec }),
    network: async () => {
      const id = docker.newName("network");
      await docker.run(holderArguments({ name: id, image, network: "none", mounts: [] }));
      return { id, [Symbol.asyncDispose]: () => docker.remove(id) };
    },
  };
}

async function probe({ command, image }: Config): Promise<Availability> {
  const docker: DockerCli = dockerCli(command);
  let version: string | undefined;
  try {
    version = (await docker.run(["version", "--format", "{{.Server.Version}}"])).trim();
  } catch (error) {
    const hint =
      error instanceof AppError && error.code === "prerequisite-missing"
        ? "apt-get install -y docker.io"
        : `start the daemon (systemctl start docker), and let this user reach it (\`${command} version\`)`;
    return { available: false, reason: messageOf(error), hint };
  }
  try {
    await docker.run(["image", "inspect", "--format", "{{.Id}}", image]);
    return { available: true, version };
  } catch {
    return {
      available: false,
      version,
      reason: `the image ${image} is not here`,
      hint: `${command} pull ${image}`,
    };
  }
}
