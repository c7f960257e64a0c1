import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Worker } from "../../src/core/worker.ts";
import { startWorker } from "../../src/worker-client/start-worker.ts";
import { context, probeJob, probeWorker, processRuns, until } from "./host.ts";

let folder: string;
let worker: Worker;
const extra: Worker[] = [];
const temporary = process.env.TMPDIR;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-host-test-"));
  process.env.TMPDIR = folder; // job directories are looked for below
  worker = await probeWorker();
});
afterEach(async () => {
  for (const other of extra.splice(0)) await other.close();
});
afterAll(async () => {
  await worker.close();
  await worker.close();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  await rm(folder, { recursive: true, force: true });
});

const echo = { rows: { rows: [{ a: "é\u2028🙂" }, "x"] } };

it("runs a job with rows and linked inputs, and clears its directory", async () => {
  const input = join(folder, "input.txt");
  await writeFile(input, "content");
  const inputs = { input: { path: input, sha256: "ab/../12" } };
  const result = await worker.run(probeJob("echo", {}, { inputs, ...echo }), context());
  expect(result).toMatchObject({ rows: '{"a":"é\u2028🙂"}\n"x"\n', input: "content" });
  expect(existsSync(result.directory as string)).toBe(false);
  expect(await readFile(input, "utf8")).toBe("content");
});

it("has a fingerprint that two processes share", async () => {
  const fingerprint = await worker.fingerprint();
  expect(fingerprint).toMatch(/torch=\S+ .*device=\S+ threads=\d+/);
  const other = await probeWorker();
  extra.push(other);
  expect(await other.fingerprint()).toBe(fingerprint);
});

it("takes jobs in turn on one process", async () => {
  const results = await Promise.all([1, 2, 3].map(() => worker.run(probeJob("echo", {}, echo), context())));
  expect(new Set(results.map((result) => result.pid)).size).toBe(1);
});

it.each([
  ["oom", "train-oom"],
  ["data", "data-invalid"],
  ["dependency", "prerequisite-missing"],
  ["internal", "train-failed"],
])("gives the worker's error %s as %s, with its hint", async (code, expected) => {
  await expect(worker.run(probeJob("error", { code }), context())).rejects.toMatchObject({
    code: expected,
    boundary: "trainer",
    message: "embed: what happened",
    hint: "what to do",
    retryable: false,
  });
});

it("passes progress on, and an abort ends that job alone", async () => {
  const stop = new AbortController();
  const seen: unknown[] = [];
  const waiting = worker.run(
    probeJob("wait"),
    context(stop.signal, (progress) => {
      seen.push(progress);
      stop.abort();
    }),
  );
  const next = worker.run(probeJob("echo", {}, echo), context());
  await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
  expect(seen[0]).toEqual({ done: 1, total: 3, metrics: { loss: 0.5 }, note: "waiting" });
  expect(await next).toMatchObject({ input: null });
});

it("answers an aborted job in the queue without waiting for the one that runs", async () => {
  const first = new AbortController();
  const second = new AbortController();
  const running = worker.run(probeJob("wait"), context(first.signal));
  const queued = worker.run(probeJob("echo", {}, echo), context(second.signal));
  second.abort();
  await expect(queued).rejects.toMatchObject({ code: "interrupted" });
  first.abort();
  await expect(running).rejects.toMatchObject({ code: "interrupted" });
  const dead = AbortSignal.abort();
  await expect(worker.run(probeJob("echo", {}, echo), context(dead))).rejects.toMatchObject({
    code: "interrupted",
  });
});

it("kills a process whose job does not heed its abort, and starts another for the next", async () => {
  const impatient = await probeWorker({ graceMs: 300 });
  extra.push(impatient);
  const stop = new AbortController();
  const deaf = impatient.run(
    probeJob("deaf"),
    context(stop.signal, () => stop.abort()),
  );
  await expect(deaf).rejects.toMatchObject({ code: "interrupted" });
  expect(await impatient.run(probeJob("echo", {}, echo), context())).toMatchObject({ input: null });
});

it("tells of a lost process with its last words, and goes on with a new one", async () => {
  const before = await worker.run(probeJob("echo", {}, echo), context());
  const lost = worker.run(probeJob("die"), context());
  await expect(lost).rejects.toMatchObject({ code: "worker-lost", retryable: true });
  await expect(lost).rejects.toThrow(/killed by SIGKILL[\s\S]*a last word/);
  const after = await worker.run(probeJob("echo", {}, echo), context());
  expect(after.pid).not.toBe(before.pid);
});

it("gives a silent process up", async () => {
  const strict = await probeWorker({ silenceTimeoutMs: 4000 });
  extra.push(strict);
  const stopped = strict.run(probeJob("stop"), context());
  await expect(stopped).rejects.toThrow(/silent for 4 s/);
  expect(await strict.run(probeJob("echo", {}, echo), context())).toMatchObject({ input: null });
});

it("brings questions to whoever answers, and fails the job where nobody does", async () => {
  const answer = async ({ kind, file }: { kind: string; file: string }) => {
    const path = join(folder, "answer.txt");
    await writeFile(path, `${kind}: ${await readFile(file, "utf8")} = 42`);
    return path;
  };
  const result = await worker.run(probeJob("ask", {}, { answer }), context());
  expect(result).toEqual({ answer: "reward: 6 * 7 = 42" });
  await expect(worker.run(probeJob("ask"), context())).rejects.toThrow(/nobody answers/);
  const failing = { answer: () => Promise.reject(new Error("no reward")) };
  await expect(worker.run(probeJob("ask", {}, failing), context())).rejects.toThrow("no reward");
  expect(await worker.run(probeJob("echo", {}, echo), context())).toMatchObject({ input: null });
});

it("hands no secret to the worker", async () => {
  const env = { ...process.env, OPENAI_API_KEY: "k", HF_TOKEN: "t", MY_VARIABLE: "x", SECTUNE_TOKEN: "t" };
  const clean = await probeWorker({
    env: { ...env, CUDA_VISIBLE_DEVICES: "", TOKENIZERS_PARALLELISM: "true" },
  });
  extra.push(clean);
  const { names } = await clean.run(probeJob("environment"), context());
  for (const name of ["OPENAI_API_KEY", "HF_TOKEN", "SECTUNE_TOKEN", "MY_VARIABLE"])
    expect(names).not.toContain(name);
  for (const name of ["PATH", "CUDA_VISIBLE_DEVICES", "HF_HUB_DISABLE_TELEMETRY"])
    expect(names).toContain(name);
});

it.each([
  ["speaks no protocol", ["node", "-e", "console.log('hello')"], /not of the protocol: hello/],
  [
    "ends at once",
    ["node", "-e", "console.error('no torch'); process.exit(3)"],
    /exited with 3[\s\S]*no torch/,
  ],
  ["is not there", ["/nonexistent/python"], /could not be started/],
  ["says nothing", ["node", "-e", "setInterval(() => {}, 1000)"], /silent for 0.5 s/],
  [
    "is of another version",
    ["node", "-e", `console.log(${JSON.stringify(JSON.stringify(helloOf(2)))}); setInterval(() => {}, 1000)`],
    /speaks protocol 2, expected 1/,
  ],
])("explains a worker that %s", async (_, command, message) => {
  const [program, ...args] = command as [string, ...string[]];
  const path = program === "node" ? process.execPath : program;
  const silent = /silent/.test(message.source);
  const broken = await startWorker({ command: [path, ...args], helloTimeoutMs: silent ? 500 : 20_000 });
  extra.push(broken);
  await expect(broken.run(probeJob("echo", {}, echo), context())).rejects.toMatchObject({
    code: "worker-lost",
    message: expect.stringMatching(message),
  });
});

it("says how to get a missing Python", async () => {
  const missing = { SECTUNE_PYTHON: "/nonexistent/python" };
  await expect(startWorker({ env: missing })).rejects.toMatchObject({
    code: "prerequisite-missing",
    hint: expect.stringContaining("SECTUNE_PYTHON"),
  });
});

it("leaves no directory behind", async () => {
  const left = (await readdir(folder)).filter((name) => name.startsWith("sectune-"));
  expect(left).toEqual([]);
});

it("leaves no process behind: closed, and killed with its host", async () => {
  const closing = await probeWorker();
  const { pid } = await closing.run(probeJob("echo", {}, echo), context());
  await closing.close();
  expect(processRuns(pid as number)).toBe(false);
  await expect(closing.run(probeJob("echo", {}, echo), context())).rejects.toThrow(/closed/);

  const host = spawn(process.execPath, ["--input-type=module", "-e", hostProgram()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = await once(host.stdout, "data");
  const orphan = Number(chunk);
  expect(processRuns(orphan)).toBe(true);
  host.kill("SIGKILL");
  await until(() => !processRuns(orphan) || isDead(orphan));
});

function helloOf(protocol: number) {
  const packages = {};
  return {
    type: "hello",
    protocol,
    pid: 1,
    fingerprint: "",
    python: "3",
    packages,
    device: "cpu",
    threads: 1,
  };
}

/** A host that starts a job which never ends, tells the worker's process id, and waits to be killed. */
function hostProgram(): string {
  const helper = new URL("./host.ts", import.meta.url).href;
  return `
    const { probeWorker, probeJob, context } = await import(${JSON.stringify(helper)});
    const worker = await probeWorker();
    const { pid } = await worker.run(probeJob("echo", {}, { rows: { rows: [] } }), context());
    worker.run(probeJob("deaf"), context(undefined, () => process.stdout.write(String(pid)))).catch(() => {});
  `;
}

function isDead(pid: number): boolean {
  try {
    const { readFileSync } = process.getBuiltinModule("node:fs");
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.startsWith("Z");
  } catch {
    return true;
  }
}
