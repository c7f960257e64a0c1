import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { JobPool, type JobPoolOptions } from "../../src/util/job-pool.ts";
import type { Job } from "../fixtures/job-process/program.ts";

const program = new URL("../fixtures/job-process/program.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "sectune-job-process-"));
afterAll(() => rmSync(folder, { recursive: true }));
const pools: JobPool<Job, string>[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function open(options: Partial<JobPoolOptions<Job, string>> = {}): JobPool<Job, string> {
  const data = { greeting: "hello" };
  const pool = new JobPool<Job, string>({
    file: program,
    ...{ data, processes: 1, jobTimeoutMs: 20_000 },
    ...options,
  });
  pools.push(pool);
  return pool;
}
const answer = (text: string) => ({ answer: text });

describe("job pool", { timeout: 60_000 }, () => {
  it("answers each job with its own answer, on several processes", async () => {
    const pool = open({ processes: 3 });
    const names = Array.from({ length: 100 }, (_, index) => `${index}`);
    const answers = await Promise.all(names.map((echo) => pool.run({ echo })));
    expect(answers).toEqual(names.map((name) => answer(`hello ${name}`)));
  });

  it("gives a job over which a process has died another one", async () => {
    const pool = open();
    const jobs: Job[] = [{ echo: "a" }, { dieOnce: join(folder, "mark") }, { echo: "b" }];
    expect(await Promise.all(jobs.map((job) => pool.run(job)))).toEqual(
      ["hello a", "survived", "hello b"].map(answer),
    );
  });

  it.each([
    ["a signal", { die: true }, "SIGKILL"],
    ["an exception", { throws: true }, "exit code 1"],
  ] as const)(
    "says crashed of a job over which two have died of %s, and of no other",
    async (_, job, how) => {
      const pool = open();
      const jobs: Job[] = [{ echo: "a" }, job, { echo: "b" }, job, { echo: "c" }];
      const outcomes = await Promise.all(jobs.map((one) => pool.run(one)));
      const crashed = { failure: "crashed", message: expect.stringContaining(how) };
      expect(outcomes).toEqual([answer("hello a"), crashed, answer("hello b"), crashed, answer("hello c")]);
    },
  );

  it("says timed-out of a job that goes on for ever, and goes on itself", async () => {
    const pool = open({ jobTimeoutMs: 500 });
    const outcomes = await Promise.all([{ spin: true } as const, { echo: "b" }].map((job) => pool.run(job)));
    expect(outcomes).toEqual([
      { failure: "timed-out", message: "took longer than 0.5 s" },
      answer("hello b"),
    ]);
  });

  it("says crashed where no process gets to its start", async () => {
    const file = new URL("../fixtures/job-process/stuck.ts", import.meta.url);
    const pool = open({ file, startTimeoutMs: 500 });
    const message = "its process did not start within 0.5 s";
    const startedAt = performance.now();
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => pool.run({ echo: "a" })));
    expect(outcomes).toEqual(outcomes.map(() => ({ failure: "crashed", message })));
    // Two starts, not two for each job.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("begins with a fresh process where one is worn", async () => {
    const pool = open({ isWorn: (job) => "echo" in job && job.echo === "worn" });
    const jobs = ["a", "worn", "b", "worn", "c"];
    const answers = await Promise.all(jobs.map((echo) => pool.run({ echo })));
    expect(answers).toEqual(jobs.map((echo) => answer(`hello ${echo}`)));
  });

  it("leaves no process behind when it is closed at work, and no promise open", async () => {
    const pool = open({ processes: 2 });
    const outcomes = Promise.all([
      pool.run({ spin: true }),
      pool.run({ echo: "behind it" }),
      pool.run({ spin: true }),
    ]);
    await sleep(500);
    const running = processesOf(process.pid);
    expect(running.length).toBe(2);
    await pool.close();
    expect(running.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(await outcomes).toMatchObject([1, 2, 3].map(() => ({ failure: "crashed" })));
  });

  it("keeps no program from ending that has nothing to ask, and ends with one that is killed", async () => {
    const pool = new URL("../../src/util/job-pool.ts", import.meta.url).href;
    const script = (job: string) => `
      import { JobPool } from ${JSON.stringify(pool)};
      const file = new URL(${JSON.stringify(program.href)});
      const pool = new JobPool({ file, data: { greeting: "hi" }, processes: 1, jobTimeoutMs: 60_000 });
      console.log((await pool.run({ echo: "x" })).answer);
      ${job}`;
    const run = (job: string) =>
      spawn(process.execPath, ["--input-type=module", "-e", script(job)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
    const [code] = await once(run(""), "exit");
    expect(code).toBe(0);

    const stuck = run("await pool.run({ spin: true });");
    await once(stuck.stdout!, "data");
    await sleep(300);
    const processes = processesOf(stuck.pid!);
    expect(processes.length).toBe(1);
    stuck.kill("SIGINT");
    stuck.kill("SIGKILL");
    await once(stuck, "exit");
    await expect
      .poll(() => processes.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 })
      .toEqual([]);
  });

  it("is not shaken by a signal to the whole terminal", async () => {
    const pool = open();
    expect(await pool.run({ echo: "a" })).toEqual(answer("hello a"));
    const [pid] = processesOf(process.pid);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid!, signal);
    expect(await pool.run({ echo: "b" })).toEqual(answer("hello b"));
    expect(processesOf(process.pid)).toEqual([pid]);
  });
});

/** Children of a process that run the fixture. */
function processesOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/stat`, "utf8");
        const own = status.slice(status.lastIndexOf(")") + 2).split(" ");
        return (
          Number(own[1]) === parent &&
          own[0] !== "Z" &&
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("fixtures/job-process/program")
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
