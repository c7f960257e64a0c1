import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Services } from "../../src/core/adapter.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { findCgroupParent } from "../../src/sandboxes/bubblewrap/cgroup.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { deniedSystemCalls, specialSystemCalls } from "../../src/sandboxes/bubblewrap/system-calls.ts";
import { sandbox as plain } from "../../src/sandboxes/process/index.ts";
import { type AttackContext, type Probe, pythonProgram } from "./probe.ts";
import { fileProbes } from "./probes-files.ts";
import { kernelProbes } from "./probes-kernel.ts";
import { networkProbes } from "./probes-network.ts";
import { outcomeProbes } from "./probes-outcome.ts";
import { resourceProbes } from "./probes-resources.ts";
import { hostProcesses, sessionProbes } from "./probes-session.ts";

/** One line of output per probe. */
export interface ProbeOutcome {
  readonly name: string;
  /** What was breached, or null. */
  readonly breach: string | null;
  /** Why nothing can be said, or null: a probe that did not run proves nothing. */
  readonly broken: string | null;
  readonly durationMs: number;
}

export const allProbes: readonly Probe[] = [
  ...fileProbes,
  ...networkProbes,
  ...kernelProbes,
  ...resourceProbes,
  ...outcomeProbes,
];

/** Probes that must breach a plain process. */
export const controlProbes = allProbes.filter((probe) => probe.control === true);

export const probeNames: readonly string[] = [...allProbes, ...sessionProbes].map(({ name }) => name);

const CONCURRENCY = 3;

/**
 * Usage: run-probes.ts bubblewrap-auto | bubblewrap-off | process [NAME…]. NDJSON of ProbeOutcome on stdout. With names, those
 * probes alone, each as often as it is named: how a probe that rarely comes through is looked into.
 */
async function main(mode: string, names: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sectune-attacks-"));
  execFileSync("chmod", ["755", folder]);
  const sandbox = await openSandbox(mode);
  const { context, close } = await attackedHost(folder);
  const cgroup = mode === "bubblewrap-auto" ? findCgroupParent()?.version : undefined;
  process.stdout.write(`${JSON.stringify({ uid: process.getuid?.(), cgroup: cgroup ?? null })}\n`);
  try {
    const ofProbe = (probe: Probe): Named => ({
      name: probe.name,
      run: () => runProbe(sandbox, probe, context, folder),
    });
    const print = (outcome: ProbeOutcome) => process.stdout.write(`${JSON.stringify(outcome)}\n`);
    const all: readonly Named[] =
      mode === "process"
        ? controlProbes.map(ofProbe)
        : [
            ...allProbes.map(ofProbe),
            ...sessionProbes.map(({ name, run }) => ({
              name,
              run: () => timed(name, async () => [await run(sandbox, context), null]),
            })),
          ];
    const work = names.length === 0 ? [...all] : names.map((name) => called(name, all));
    const lane = async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) print(await next.run());
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lane));
    if (mode !== "process" && context.victimPid !== 0) {
      const alive = hostProcesses(`94.${process.pid}`).length === 1;
      const untouched = readFileSync(context.bait, "utf8").includes(context.secret);
      print({
        name: "the host afterwards",
        breach: alive && untouched ? null : "harmed",
        broken: null,
        durationMs: 0,
      });
    }
  } finally {
    await close();
    for (const pid of controlProbes.flatMap((probe) => hostProcesses(daemonMarker(probe))))
      process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Named {
  readonly name: string;
  run(): Promise<ProbeOutcome>;
}

function called(name: string, all: readonly Named[]): Named {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no probe is called ${name}`);
  return found;
}

async function openSandbox(mode: string): Promise<Sandbox> {
  const services = {} as Services; // neither adapter asks anything of the process
  if (mode === "process") return plain.create({ unsafe: true }, services);
  return bubblewrap.create(
    bubblewrap.config.parse({ cgroups: mode === "bubblewrap-off" ? "off" : "auto" }),
    services,
  );
}

async function runProbe(
  sandbox: Sandbox,
  probe: Probe,
  context: AttackContext,
  folder: string,
): Promise<ProbeOutcome> {
  return await timed(probe.name, async () => {
    await using session = await sandbox.open();
    const argv = await prepare(probe, session, folder);
    const result = await session.exec({ argv, stdin: JSON.stringify(context), limits: probe.limits });
    const output = Buffer.from(result.stdout).toString();
    const errors = Buffer.from(result.stderr.subarray(0, 2000)).toString();
    const daemons = probe.name.includes("daemon") ? hostProcesses(daemonMarker(probe)).length : 0;
    const breach =
      /^BREACH.*/m.exec(output)?.[0] ??
      probe.check?.(result, output) ??
      (daemons > 0 ? "BREACH daemon" : undefined);
    const ran = output.includes("TRIED") || probe.mayDie === true;
    // A Python error other than one of the operating system is a mistake in the probe.
    const mistake = /^(SyntaxError|NameError|TypeError|AttributeError|ImportError|ValueError).*/m.exec(
      errors,
    )?.[0];
    return [
      breach,
      mistake ?? (ran ? null : `did not finish: ${result.exitCode} ${result.signal} ${errors.slice(-300)}`),
    ];
  });
}

async function prepare(probe: Probe, session: Awaited<ReturnType<Sandbox["open"]>>, folder: string) {
  if (probe.language === "python") {
    await session.put("probe.py", pythonProgram(probe.code).replaceAll("97.531", daemonMarker(probe)));
    return ["/usr/bin/python3", "-I", "-S", "probe.py"] as const;
  }
  const name = join(folder, probe.name.replaceAll(/\W/g, "-"));
  writeFileSync(`${name}.c`, probe.code);
  execFileSync("gcc", ["-O1", "-w", "-o", name, `${name}.c`]);
  await session.put("probe", readFileSync(name), { executable: true });
  return ["./probe"] as const;
}

/** Seconds of sleep by which a probe's daemon is found among the host's processes. */
function daemonMarker({ name }: Probe): string {
  return `97.${process.pid}${name.length}`;
}

async function timed(
  name: string,
  work: () => Promise<[string | undefined, string | null]>,
): Promise<ProbeOutcome> {
  const startedAt = performance.now();
  try {
    const [breach, broken] = await work();
    return { name, breach: breach ?? null, broken, durationMs: performance.now() - startedAt };
  } catch (error) {
    return { name, breach: null, broken: String(error), durationMs: performance.now() - startedAt };
  }
}

/** Everything on the host that a probe may want: a bait, servers, a victim with the sandbox's own user id. */
async function attackedHost(folder: string): Promise<{ context: AttackContext; close: () => Promise<void> }> {
  // Given by whoever starts this, so that it is in /proc/PID/environ of the launcher.
  const secret = process.env.SECTUNE_ATTACK_SECRET;
  if (secret === undefined) throw new Error("SECTUNE_ATTACK_SECRET is not set");
  const bait = join(folder, "bait.txt");
  writeFileSync(bait, `${secret}\n`, { mode: 0o644 });
  const servers = [createServer(), createServer(), createServer()];
  const abstractSocket = `sectune-attack-${process.pid}`;
  const pathSocket = join(folder, "socket");
  const [tcp, abstract, path] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]];
  tcp.listen(0, "0.0.0.0");
  abstract.listen(`\0${abstractSocket}`);
  path.listen(pathSocket);
  await Promise.all(servers.map((server) => once(server, "listening")));
  execFileSync("chmod", ["777", pathSocket]);
  const identity = process.getuid?.() === 0 ? { uid: 20_000, gid: 20_000 } : {};
  // Ten minutes more than its mark says: on a busy machine the probes take longer than that.
  const victim = spawn("/bin/sleep", [`94.${process.pid}`, "600"], {
    stdio: "ignore",
    cwd: "/",
    env: {},
    ...identity,
  });
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const context: AttackContext = {
    secret,
    bait,
    checkout: join(import.meta.dirname, "../.."),
    tcpPort: (tcp.address() as { port: number }).port,
    addresses: Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address),
    ),
    abstractSocket,
    pathSocket,
    victimPid: victim.pid ?? 0,
    launcherPid: process.pid,
    calls: {
      ...Object.fromEntries(deniedSystemCalls(arch).map(({ name, number }) => [name, number])),
      ...specialSystemCalls(arch),
    },
  };
  return {
    context,
    close: async () => {
      victim.kill("SIGKILL");
      for (const server of servers) server.close();
    },
  };
}

if (process.argv[1] === import.meta.filename)
  await main(process.argv[2] ?? "bubblewrap-auto", process.argv.slice(3));
