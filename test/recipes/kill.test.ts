import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { type ServerProcess, spawnOpenAiServer } from "../fixtures/openai-server/spawn.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const KILLS = 20;
const IN_FLIGHT = 8;

/**
 * The promise of the engine: killed with SIGKILL at 20 moments and started again, a run ends with the artifacts of an
 * uninterrupted one; nothing that was committed is asked again; per kill at most what was in flight repeats.
 */
test("SIGKILL at 20 moments changes no artifact and repeats at most what was in flight", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sectune-kill-"));
  const server = await spawnOpenAiServer("--latency-ms", "60");
  try {
    const recipe = join(folder, "recipe.yaml");
    writeFileSync(
      recipe,
      `recipe: evaluate
models:
  target: { adapter: openai-compatible, url: "${server.url}/v1", model: fixture, revision: "1", maxConcurrency: ${IN_FLIGHT} }
benchmarks: [{ name: tinytasks, limit: 60 }]
params: { sampling: { maxTokens: 80 } }
`,
    );
    const whole = join(folder, "whole");
    expect(await runToEnd(recipe, whole)).toBe(0);
    const asked = (await server.stats()).requests;

    await server.reset();
    const broken = join(folder, "broken");
    const random = mulberry(20261121);
    let amidRequests = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const committed = committedCalls(broken);
      const before = (await server.stats()).requests;
      const child = start(recipe, broken);
      // After a share of the requests, so that a slow start does not make a kill of nothing; the last ones hit judging.
      const enough = before + (1.2 * asked * random()) / KILLS;
      await Promise.race([untilAsked(server, enough, AbortSignal.timeout(4000)), once(child, "exit")]);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      // What the killed process had sent may still be on its way into the server.
      await new Promise((done) => setTimeout(done, 100));
      const now = (await server.stats()).requests - before;
      const gained = committedCalls(broken) - committed;
      if (child.signalCode === "SIGKILL" && now > 0) amidRequests++;
      expect(now - gained, `repeated after kill ${kill}`).toBeLessThanOrEqual(IN_FLIGHT);
    }
    expect(amidRequests).toBeGreaterThanOrEqual(KILLS / 2);
    expect(await runToEnd(recipe, broken)).toBe(0);
    const repeated = (await server.stats()).requests - asked;
    expect(repeated).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
    expect(artifacts(broken)).toEqual(artifacts(whole));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);

async function untilAsked(server: ServerProcess, requests: number, signal: AbortSignal) {
  while (!signal.aborted && (await server.stats()).requests <= requests)
    await new Promise((done) => setTimeout(done, 10));
}

function start(recipe: string, store: string) {
  return spawn(process.execPath, [main, "run", recipe, "--store", store], { stdio: "ignore" });
}

async function runToEnd(recipe: string, store: string): Promise<number> {
  const [code] = (await once(start(recipe, store), "exit")) as [number];
  return code;
}

/** Model replies in the memo. */
function committedCalls(store: string): number {
  try {
    const database = new DatabaseSync(join(store, "memo.sqlite"), { readOnly: true });
    const { n } = database.prepare("SELECT count(*) AS n FROM calls WHERE port = 'model'").get() as {
      n: number;
    };
    database.close();
    return n;
  } catch {
    return 0;
  }
}

/** Output hashes of the newest run, by step. */
function artifacts(store: string): Record<string, string[]> {
  const newest = readdirSync(join(store, "runs")).sort().at(-1)!;
  const record = JSON.parse(readFileSync(join(store, "runs", newest, "run.json"), "utf8")) as RunRecord;
  expect(record.status).toBe("done");
  return Object.fromEntries(
    record.steps.map(({ id, outputs }) => [id, Object.values(outputs).map(({ sha256 }) => sha256)]),
  );
}

/** Seeded random numbers, so that a failure can be repeated. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
