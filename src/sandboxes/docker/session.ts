import { AppError } from "../../core/error.ts";
import type { ExecSpec, SandboxSpec, Session } from "../../core/sandbox.ts";
import { commandArguments, holderArguments, type Mount, volumeArguments } from "./arguments.ts";
import { type DockerCli, failed } from "./cli.ts";
import { type RunningCommand, startCommand, waitUntilStarted } from "./command.ts";
import { resolveLimits } from "./limits.ts";

export interface SessionOptions {
  readonly docker: DockerCli;
  readonly image: string;
  readonly spec: SandboxSpec;
}

/** Exit code of the reading script for "no regular file there". */
const NO_FILE = 44;
const TOO_LARGE = 45;
/** $1 = path below /box, $2 = most bytes. A link anywhere in the path makes the real path differ. */
const READ_SCRIPT =
  `p="/box/$1"; [ "$(readlink -f -- "$p")" = "$p" ] && [ -f "$p" ] || exit ${NO_FILE}; ` +
  `[ "$(wc -c < "$p")" -le "$2" ] || exit ${TOO_LARGE}; exec cat -- "$p"`;
const WRITE_SCRIPT =
  'set -e; mkdir -p -- "$(dirname -- "/box/$1")"; rm -rf -- "/box/$1"; cat > "/box/$1"; chmod "$2" "/box/$1"';

/** One holder container keeps network and volumes; each command is a container of its own that joins them. */
export function openSession({ docker, image, spec }: SessionOptions): Session {
  const holder = docker.newName("session");
  const mounts: readonly Mount[] = [
    { volume: `${holder}-box`, target: "/box" },
    { volume: `${holder}-tmp`, target: "/tmp" },
  ];
  const running = new Set<RunningCommand>();
  let opened: Promise<void> | undefined;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  };
  const open = async () => {
    const limits = resolveLimits(spec.limits);
    for (const { volume } of mounts) await docker.run(volumeArguments(volume, limits));
    const network = spec.network ? `container:${spec.network.id}` : "none";
    await docker.run(holderArguments({ name: holder, image, network, mounts }));
  };
  const begin = async (exec: ExecSpec): Promise<RunningCommand & { name: string }> => {
    if (closed) throw new AppError("internal", "the sandbox session is closed", { boundary: "sandbox" });
    exec.signal?.throwIfAborted();
    opened ??= open();
    await opened;
    const name = docker.newName("command");
    const limits = resolveLimits(spec.limits, exec.limits);
    await docker.run(
      commandArguments({
        name,
        image,
        holder: spec.network?.id ?? holder,
        mounts,
        readOnly: spec.readOnly ?? [],
        limits,
        env: exec.env ?? {},
        cwd: exec.cwd ?? "/box",
        withInput: exec.stdin !== undefined,
        argv: exec.argv,
      }),
    );
    const command = startCommand(docker, name, exec, limits);
    running.add(command);
    const forget = () => running.delete(command);
    command.ended.then(forget, forget);
    return { ...command, name };
  };
  const script = async (text: string, args: readonly string[], exec: Partial<ExecSpec>) =>
    await (await begin({ argv: ["/bin/sh", "-c", text, "sh", ...args], cwd: "/", ...exec })).ended;

  return {
    exec: (exec) => inTurn(async () => await (await begin(exec)).ended),
    start: (exec) =>
      inTurn(async () => {
        const command = await begin(exec);
        await waitUntilStarted(docker, command.name, command);
        return {
          ended: command.ended,
          kill: async () => {
            command.kill();
            await command.ended.catch(() => {});
          },
        };
      }),
    put: (path, data, options) =>
      inTurn(async () => {
        const mode = options?.executable ? "755" : "644";
        const result = await script(WRITE_SCRIPT, [checkPath(path), mode], { stdin: data });
        if (result.exitCode !== 0)
          throw failed(`/box/${path} could not be written: ${Buffer.from(result.stderr)}`);
      }),
    get: (path, options) =>
      inTurn(async () => {
        const maxBytes = options?.maxBytes ?? 16 * 1024 * 1024;
        const limits = { outputBytes: maxBytes + 1 };
        const result = await script(READ_SCRIPT, [checkPath(path), String(maxBytes)], { limits });
        if (result.exitCode === 0) return result.stdout;
        if (result.exitCode === NO_FILE) return null;
        throw failed(
          result.exitCode === TOO_LARGE
            ? `/box/${path} has more than the ${maxBytes} bytes asked for`
            : `/box/${path} could not be read: ${Buffer.from(result.stderr)}`,
        );
      }),
    [Symbol.asyncDispose]: async () => {
      if (closed) return;
      closed = true;
      for (const command of running) command.kill();
      await Promise.allSettled([turn, ...[...running].map((command) => command.ended)]);
      if (opened === undefined) return;
      await opened.catch(() => {});
      await docker.remove(holder);
      await docker.run(["volume", "rm", "--force", ...mounts.map(({ volume }) => volume)]).catch(() => {});
    },
  };
}

function checkPath(path: string): string {
  const bad = path
    .split("/")
    .some((part) => part === "" || part === "." || part === ".." || part.includes("\0"));
  if (!bad && Buffer.byteLength(path) < 4096) return path;
  throw new AppError("internal", `"${path}" is not a relative path below /box`, { boundary: "sandbox" });
}
