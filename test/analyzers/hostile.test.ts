import { afterAll, describe, expect, it } from "vitest";
import { createAnalyzer, analyzer as sectuneRules } from "../../src/analyzers/sectune-rules/index.ts";
import type { RuleSet } from "../../src/analyzers/sectune-rules/load-rules.ts";
import { loadRules } from "../../src/analyzers/sectune-rules/load-rules.ts";
import { Scanner } from "../../src/analyzers/sectune-rules/scanner.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { Analyzer, SourceFile } from "../../src/core/analyzer.ts";
import { hostileFiles } from "./hostile-inputs.ts";

const context = { signal: new AbortController().signal, onProgress: () => {} };
const opened: Analyzer[] = [];
afterAll(() => Promise.all(opened.map((analyzer) => analyzer.close?.())));

async function open(config: object = {}): Promise<Analyzer> {
  const analyzer = await sectuneRules.create(
    sectuneRules.config.parse({ jobs: 1, ...config }),
    {} as Services,
  );
  opened.push(analyzer);
  return analyzer;
}
const python = (text: string): SourceFile => ({ path: "f.py", language: "python", text });
const weak = python("import os\ndef f(a):\n    os.system('ls ' + a)\n");

describe("hostile input", { timeout: 120_000 }, () => {
  it("gives every one of many malformed texts an outcome, and reads the next", async () => {
    const outcomes = await (await open()).analyze([...hostileFiles(0, 400), weak], context);
    expect(outcomes).toHaveLength(401);
    expect(outcomes.at(-1)!.outcome).toBe("findings");
    const crashed = outcomes.filter(
      (outcome) => outcome.outcome === "failed" && outcome.reason === "crashed",
    );
    expect(crashed).toEqual([]);
  });

  it("refuses 100,000 nested parentheses and a text of 10 MB without reading them", async () => {
    const nested = `${"(".repeat(100_000)}${")".repeat(100_000)}`;
    const outcomes = await (await open()).analyze(
      [python(nested), python("x".repeat(10_000_000)), weak],
      context,
    );
    expect(outcomes).toMatchObject([
      { outcome: "failed", reason: "unparsable", message: expect.stringContaining("nested") },
      { outcome: "failed", reason: "unparsable", message: expect.stringContaining("10000000 characters") },
      { outcome: "findings" },
    ]);
  });

  it("reads a line of a megabyte", async () => {
    // Time enough for a machine without air: quadratic work would not end in it.
    const analyzer = await open({ fileTimeoutMs: 60_000 });
    const outcomes = await analyzer.analyze([python(`x = "${"a".repeat(1_000_000)}"\n`)], context);
    expect(outcomes).toMatchObject([{ outcome: "clean" }]);
  });

  it("says timed-out of a rule that backtracks for ever, and goes on with a new process", async () => {
    const set = loadRules();
    const slow: RuleSet = {
      ...set,
      folders: set.folders.map((folder) => ({
        ...folder,
        rules: folder.rules.map((rule) =>
          rule.id === "python-debug-server" ? { ...rule, when: "^(x+x+)+y" } : rule,
        ),
      })),
    };
    const config = sectuneRules.config.parse({ jobs: 1, fileTimeoutMs: 1_000 });
    const analyzer = createAnalyzer(config, slow);
    opened.push(analyzer);
    const trap = python(`${"x".repeat(60)}\napp.run(debug=True)\n`);
    const outcomes = await analyzer.analyze([weak, trap, weak, weak], context);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["findings", "failed", "findings", "findings"]);
    expect(outcomes[1]).toMatchObject({ reason: "timed-out" });
  });

  it("goes on with a fresh process after a text that wore the old one out", async () => {
    const large = python(`x = "${"a".repeat(600_000)}"\n`);
    const analyzer = await open({ fileTimeoutMs: 60_000 });
    const outcomes = await analyzer.analyze([weak, large, weak, large, weak], context);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      "findings",
      "clean",
      "findings",
      "clean",
      "findings",
    ]);
  });

  it("says crashed of each file that a process could not look at, and of no other", async () => {
    // Without rules there is nothing to scan with: what a fault of the engine looks like from outside.
    const identity = { analyzer: "a", version: "1" };
    const scanner = new Scanner({ folders: [], wanted: [], identity, processes: 1, fileTimeoutMs: 5_000 });
    const outcomes = await Promise.all([weak, weak, weak].map((file) => scanner.scan(file)));
    await scanner.close();
    expect(outcomes).toMatchObject([weak, weak, weak].map(() => ({ outcome: "failed", reason: "crashed" })));
  });

  it("answers concurrent batches each with its own outcomes", async () => {
    const analyzer = await open({ jobs: 2 });
    const clean = python("x = 1\n");
    const batches = [[weak, clean], [clean], [clean, weak, weak], []];
    const outcomes = await Promise.all(batches.map((batch) => analyzer.analyze(batch, context)));
    expect(outcomes.map((batch) => batch.map(({ outcome }) => outcome))).toEqual([
      ["findings", "clean"],
      ["clean"],
      ["clean", "findings", "findings"],
      [],
    ]);
  });

  it("knows when it was not asked for anything that fits the file", async () => {
    const analyzer = await open({ only: ["python-weak-hash"] });
    const java: SourceFile = { path: "A.java", language: "java", text: "class A {}" };
    expect(await analyzer.analyze([weak, java], context)).toMatchObject([
      { outcome: "clean" },
      { outcome: "failed", reason: "unsupported-rule" },
    ]);
    await expect(open({ only: ["python-weak-hsh"] })).rejects.toThrow("no rule `python-weak-hsh`");
  });
});
