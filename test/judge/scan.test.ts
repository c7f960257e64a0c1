import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scan } from "../analyzers/run-scan.ts";
import { findsEval, type JudgeServer, startJudgeServer } from "./judge-server.ts";

const FILES = 24;
const IN_FLIGHT = 4;

let folder: string;
let server: JudgeServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-judge-scan-"));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Settings whose judge is the server, and rows of answers: every third is weak. */
function settings(more = ""): string[] {
  const rows = Array.from({ length: FILES }, (_, index) => ({
    text: `\`\`\`python\nf(${index})\n${index % 3 === 0 ? "eval(x)" : "g()"}\n\`\`\`\n`,
  }));
  const [config, data] = [join(folder, "scan.yaml"), join(folder, "rows.jsonl")];
  writeFileSync(data, rows.map((row) => JSON.stringify(row)).join("\n"));
  writeFileSync(
    config,
    `analyzers: [llm-judge]
models:
  judge:
    adapter: openai-compatible
    url: "${server.url}/v1"
    model: careful
    revision: "1"
    maxConcurrency: ${IN_FLIGHT}
    price: { inputPerMTok: 10, outputPerMTok: 100 }
${more}`,
  );
  return ["--config", config, "--store", join(folder, "store"), data];
}

function start(argv: readonly string[]): ChildProcess {
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  return spawn(process.execPath, [main, "scan", ...argv], { stdio: "ignore" });
}

/** Starts a scan and sends it a signal when so many questions have been answered. */
async function stopAfter(answers: number, signal: NodeJS.Signals, argv: readonly string[]): Promise<unknown> {
  const child = start(argv);
  const ended = once(child, "exit");
  while (server.codes().length < answers && child.exitCode === null)
    await new Promise((done) => setTimeout(done, 5));
  child.kill(signal);
  const [code] = await ended;
  return code;
}

function keptReplies(): number {
  const database = new DatabaseSync(join(folder, "store", "memo.sqlite"), { readOnly: true });
  const { n } = database.prepare("SELECT count(*) AS n FROM calls").get() as { n: number };
  database.close();
  return n;
}

describe("sectune scan with a judge", { timeout: 180_000 }, () => {
  it("asks the model that the file binds, keeps its replies and says what they cost", async () => {
    server = await startJudgeServer(findsEval);
    const argv = settings();
    const first = await scan(["--json", ...argv]);
    expect(first.code).toBe(1);
    const [summary, ...weak] = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .reverse();
    expect(weak).toHaveLength(FILES / 3);
    expect(weak[0].findings).toMatchObject([{ analyzer: "llm-judge", cwe: "CWE-95", line: 3, column: 1 }]);
    expect(summary).toMatchObject({ files: FILES, weak: FILES / 3, failed: 0 });
    expect(summary.models).toMatchObject([{ calls: FILES, cachedCalls: 0, usage: { input: 100 * FILES } }]);
    expect(first.stderr).toMatch(/openai-compatible:careful: 24 calls, 3120 tokens, \$0\.0960/);
    const again = await scan(argv);
    expect(again.stderr).toMatch(/24 calls \(24 answered before\), 0 tokens/);
    expect(server.codes()).toHaveLength(FILES);
  });

  it("killed at any moment, asks nothing again that was kept", async () => {
    server = await startJudgeServer(findsEval, { latencyMs: 40 });
    const argv = settings();
    for (const answers of [1, 7, 14]) {
      await stopAfter(answers, "SIGKILL", argv);
      await new Promise((done) => setTimeout(done, 100));
      expect(server.codes().length - keptReplies()).toBeLessThanOrEqual(IN_FLIGHT * 3);
    }
    const kept = keptReplies();
    const before = server.codes().length;
    const [code] = await once(start(argv), "exit");
    expect(code).toBe(1);
    expect(server.codes().length - before).toBe(FILES - kept);
    expect(new Set(server.codes()).size).toBe(FILES);
  });

  it("interrupted, waits for the replies under way and keeps them: nothing is asked twice", async () => {
    server = await startJudgeServer(findsEval, { latencyMs: 40 });
    const argv = settings();
    expect(await stopAfter(6, "SIGINT", argv)).toBe(130);
    const asked = server.codes().length;
    expect(asked).toBeLessThan(FILES);
    expect(keptReplies()).toBe(asked);
    expect((await scan(argv)).code).toBe(1);
    expect(server.codes()).toHaveLength(FILES);
  });

  it("stops at the budget of one scan; the next one goes on", async () => {
    server = await startJudgeServer(findsEval);
    // Worst case of a question, and little more than what six of them cost.
    const argv = settings("budget: { tokens: 4600 }\n");
    const first = await scan(argv);
    expect([first.code, first.stderr]).toEqual([
      4,
      expect.stringContaining("the budget of 4600 tokens is reached"),
    ]);
    const asked = server.codes().length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(FILES);
    await scan(argv);
    expect(server.codes().length).toBeGreaterThan(asked);
    expect(new Set(server.codes()).size).toBe(server.codes().length);
  });

  it("ends with 5 where the judge will not say, with the others' word where that settles it", async () => {
    server = await startJudgeServer((code) => (code.includes("f(0)") ? ["abstain"] : ["clean"]));
    const argv = settings();
    const alone = await scan(argv);
    expect([alone.code, alone.stderr]).toEqual([5, expect.stringContaining("1 FAILED")]);
    expect(alone.stdout).toContain("FAILED  abstained: the judge abstains");
    const beside = (policy: string) =>
      scan(["--analyzers", "llm-judge, sectune-rules", "--policy", policy, ...argv]);
    const any = await beside("any");
    expect([any.code, any.stderr]).toEqual([
      5,
      expect.stringMatching(/llm-judge, sectune-rules +0 +0 +0 +23 +1/),
    ]);
    // The rules' word alone keeps it from being weak for all.
    expect((await beside("all")).code).toBe(0);
  });

  it("names what is missing before it asks anybody", async () => {
    server = await startJudgeServer(findsEval);
    const argv = settings();
    const unbound = await scan(["--analyzers", "llm-judge", join(folder, "rows.jsonl")]);
    expect([unbound.code, unbound.stderr]).toEqual([2, expect.stringContaining("models.judge")]);
    await server.close();
    const away = await scan(argv);
    expect([away.code, away.stdout]).toEqual([3, ""]);
  });
});
