import { AppError } from "../../core/error.ts";
import type { BackgroundProcess, ExecSpec, SandboxSpec, Session } from "../../core/sandbox.ts";
import { boxPath, readBelow } from "./box-files.ts";
import type { BundleFile } from "./bundle.ts";
import type { CgroupParent } from "./cgroup.ts";
import { closeAll } from "./host.ts";
import { type Launched, launch } from "./launch.ts";
import { resolveLimits } from "./limits.ts";
import { createNetwork, createWorld, type NetworkNamespace, type OpenFolders, type World } from "./world.ts";

export interface SessionOptions {
  readonly spec: SandboxSpec;
  readonly readOnly: readonly string[];
  /** Shared with other sessions; absent = its own. */
  readonly network: NetworkNamespace | undefined;
  readonly uid: number;
  readonly cgroups: CgroupParent | undefined;
}

const DEFAULT_GET_BYTES = 16 * 1024 * 1024;

/**
 * The first command runs in a bwrap of its own with fresh folders: one start, nothing else. Only a session that goes on (second
 * command, background process, shared network) gets a world that its later commands share; what the first one left is copied in.
 */
export function openSession(options: SessionOptions): Session {
  const running = new Set<Launched>();
  const pending = new Map<string, BundleFile>();
  let folders: OpenFolders | undefined;
  let world: World | undefined;
  let used = false;
  let closed = false;
  /** Commands in the foreground, puts and the making of the world happen one after another. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  };

  const ensureWorld = async () => {
    if (world) return world;
    const network = options.network ?? (await createNetwork(options.uid));
    try {
      world = await createWorld(network, resolveLimits(options.spec.limits), options.uid, folders);
    } catch (error) {
      if (network !== options.network) closeAll([network.userFd, network.networkFd]);
      throw error;
    }
    if (folders) closeAll([folders.boxFd, folders.tmpFd]);
    folders = world;
    return world;
  };

  const begin = async (exec: ExecSpec, background: boolean): Promise<Launched> => {
    if (closed) throw new AppError("internal", "the sandbox session is closed", { boundary: "sandbox" });
    exec.signal?.throwIfAborted();
    const shared = background || used || options.network !== undefined;
    const files = [...pending.values()];
    const launched = await launch({
      exec,
      files,
      limits: resolveLimits(options.spec.limits, exec.limits),
      readOnly: options.readOnly,
      world: shared ? await ensureWorld() : undefined,
      uid: options.uid,
      cgroups: options.cgroups,
    });
    for (const file of files) if (pending.get(file.path) === file) pending.delete(file.path);
    used = true;
    folders ??= launched.folders;
    running.add(launched);
    const forget = () => running.delete(launched);
    launched.ended.then(forget, forget);
    if (closed) launched.kill();
    return launched;
  };

  return {
    exec: (spec) => inTurn(async () => await (await begin(spec, false)).ended),
    start: async (spec): Promise<BackgroundProcess> => {
      const launched = await inTurn(() => begin(spec, true));
      return {
        ended: launched.ended,
        kill: async () => {
          launched.kill();
          await launched.ended.catch(() => {});
        },
      };
    },
    put: async (path, data, putOptions) => {
      boxPath(path);
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      pending.delete(path); // the last writer comes last
      pending.set(path, { path, data: bytes, executable: putOptions?.executable ?? false });
    },
    get: async (path, getOptions) => {
      boxPath(path);
      const waiting = pending.get(path);
      if (waiting) return waiting.data;
      return folders ? readBelow(folders.boxFd, path, getOptions?.maxBytes ?? DEFAULT_GET_BYTES) : null;
    },
    [Symbol.asyncDispose]: async () => {
      if (closed) return;
      closed = true;
      for (const launched of running) launched.kill();
      await Promise.allSettled([turn, ...[...running].map((launched) => launched.ended)]);
      if (folders) closeAll([folders.boxFd, folders.tmpFd]);
      if (world) closeAll([world.mountFd]);
      if (world && world.network !== options.network)
        closeAll([world.network.userFd, world.network.networkFd]);
    },
  };
}
