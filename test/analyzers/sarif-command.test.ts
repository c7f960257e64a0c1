import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describedTools, loadDescription } from "../../src/analyzers/sarif-command/description.ts";
import { analyzer } from "../../src/analyzers/sarif-command/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import { type FakeResult, type FakeRun, fakeSandbox, servicesWith } from "./fake-sandbox.ts";
import { context, file, kind, sarif } from "./sarif-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-sarif-"));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A description of a tool that does not exist, around an answer. */
async function toolFrom(yaml: string, answer: (run: FakeRun) => FakeResult) {
  const path = join(folder, "own-tool.yaml");
  await writeFile(
    path,
    `name: own-tool\nsummary: s\nlanguages: [python]\nneeds: { program: sh }\ninstall: x\nversion: { argv: [echo, "1.2.3"] }\n${yaml}`,
  );
  return analyzer.create(analyzer.config.parse({ tool: path }), servicesWith(fakeSandbox(answer)));
}

describe("descriptions", () => {
  it("are all readable, and name a command that installs the tool", () => {
    const names = ["bandit", "clang", "codeql", "codeql-purpcode", "cppcheck", "flawfinder", "semgrep"];
    expect(describedTools()).toEqual(names);
    for (const name of describedTools()) {
      expect(loadDescription(name)).toMatchObject({ name });
      expect(loadDescription(name).install).not.toBe("");
    }
  });

  it("are refused with the place of the mistake", async () => {
    const path = join(folder, "bad.yaml");
    await writeFile(path, "name: bad\nlanguages: []\ncolour: red\n");
    expect(() => loadDescription(path)).toThrow(/languages/);
    expect(() => loadDescription("bandot")).toThrow(/no description of the tool bandot/);
    await expect(async () =>
      analyzer.create(analyzer.config.parse({}), servicesWith(fakeSandbox(() => ({})))),
    ).rejects.toThrow(/which tool/);
    await expect(async () =>
      analyzer.create(analyzer.config.parse({ tool: "semgrep" }), servicesWith(fakeSandbox(() => ({})))),
    ).rejects.toThrow(/needs rules/);
    expect(() => analyzer.config.parse({ tool: "bandit", report: "x.sarif" })).toThrow(/either/);
  });

  it("without the tool: unavailable with its install line, and every file is tool-missing", async () => {
    const services = servicesWith(
      fakeSandbox(() => ({})),
      { SECTUNE_TOOLS: "/nonexistent/tools" },
    );
    const bandit = await analyzer.create(analyzer.config.parse({ tool: "bandit" }), services);
    expect(await bandit.probe()).toMatchObject({ available: false, hint: "npm run setup:tools" });
    expect((await bandit.analyze([file("a.py", "python", "x")], context)).map(kind)).toEqual([
      "tool-missing",
    ]);
    const all = await analyzer.probe!(analyzer.config.parse({}), services);
    expect(all).toMatchObject({
      available: false,
      reason: expect.stringMatching(/bandit.*flawfinder.*semgrep/),
    });
    expect(all.hint).toContain("npm run setup:tools");
  });
});

describe("running a tool", () => {
  const yaml =
    'steps: [{ argv: [tool, "{files}"], good: [0, 1] }]\noutput: { format: sarif, from: stdout }\n';
  /** Finds `bad` in every file; `boom` in a file takes the process down. */
  const answer = ({ files }: FakeRun): FakeResult => {
    if ([...files.values()].some((text) => text.includes("boom")))
      return { exitCode: null, signal: "SIGSEGV" };
    const results = [...files].flatMap(([name, text]) =>
      text.includes("bad")
        ? [
            {
              ruleId: "r",
              message: { text: "m" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: `/box/${name}` },
                    region: { startLine: 1, startColumn: 1, endColumn: 4 },
                  },
                },
              ],
            },
          ]
        : [],
    );
    return {
      exitCode: 1,
      stdout: JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "t" } }, results }] }),
    };
  };

  it("maps results back to the files, and fails only the one that crashes it", async () => {
    const tool = await toolFrom(yaml, answer);
    const files = ["bad", "fine", "boom", "bad"].map((text, index) =>
      file(`../${index} $(x).py`, "python", text),
    );
    const outcomes = await tool.analyze(files, context);
    expect(outcomes.map(kind)).toEqual(["findings", "clean", "crashed", "findings"]);
    expect(outcomes[3]).toMatchObject({
      findings: [{ analyzer: "own-tool", span: { file: "../3 $(x).py", start: 0, end: 3 } }],
    });
  });

  it.each([
    ["another exit code", { exitCode: 7, stdout: sarif("x", {}) }, "crashed"],
    ["a time-out", { timedOut: true, exitCode: null }, "timed-out"],
    ["lack of memory", { outOfMemory: true, exitCode: null }, "crashed"],
    ["cut output", { truncated: true, stdout: sarif("x", {}) }, "crashed"],
    ["output that is no SARIF", { stdout: "all good" }, "crashed"],
  ] as const)("%s is never clean", async (_, result, reason) => {
    const tool = await toolFrom(yaml, () => result);
    expect((await tool.analyze([file("a.py", "python", "fine")], context)).map(kind)).toEqual([reason]);
  });

  it("leaves out what is not severe enough, but not why silence means nothing", async () => {
    await toolFrom(yaml, answer);
    const tool = await analyzer.create(
      analyzer.config.parse({ tool: join(folder, "own-tool.yaml"), minSeverity: "critical" }),
      servicesWith(fakeSandbox(answer)),
    );
    expect(
      (await tool.analyze([file("a.py", "python", "bad"), file("b.py", "python", "boom")], context)).map(
        kind,
      ),
    ).toEqual(["clean", "crashed"]);
  });
});

describe("a finished SARIF report", () => {
  it("answers for files that it names, and for others only when it is said to be complete", async () => {
    const path = join(folder, "report.sarif");
    await writeFile(
      path,
      sarif(
        "src/a%20b.py",
        { startLine: 2, startColumn: 1, endColumn: 4 },
        { artifacts: [{ location: { uri: "src/seen.py" } }] },
      ),
    );
    const files = ["src/a b.py", "./src/seen.py", "src/unseen.py"].map((name) =>
      file(name, "python", "x\nbad\n"),
    );
    const kinds = async (complete: boolean) => {
      const report = await analyzer.create(
        analyzer.config.parse({ report: path, complete }),
        servicesWith(fakeSandbox(() => ({}))),
      );
      return report.analyze(files, context);
    };
    const outcomes = await kinds(false);
    expect(outcomes.map(kind)).toEqual(["findings", "clean", "crashed"]);
    expect(outcomes[0]).toMatchObject({
      findings: [{ analyzer: "tool", cwe: "CWE-89", span: { file: "src/a b.py", start: 2, end: 5 } }],
    });
    expect((await kinds(true)).map(kind)).toEqual(["findings", "clean", "clean"]);
    await expect(async () =>
      analyzer.create(analyzer.config.parse({ report: join(folder, "none") }), {} as Services),
    ).rejects.toThrow(/no SARIF/);
  });
});

/**
 * Does what CodeQL's two steps do: one database per language, SARIF with a notification for each file that was read, and for each
 * that was read in part. Refuses to analyse without a database, and notes the queries that it was given.
 */
