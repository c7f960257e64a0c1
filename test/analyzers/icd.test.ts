import { describe, expect, it } from "vitest";
import { Detector, type DetectorOptions } from "../../src/analyzers/icd/detector.ts";
import { analyzer } from "../../src/analyzers/icd/index.ts";
import type { LanguageRules } from "../../src/analyzers/icd/rule-set.ts";
import { parseSemgrepOutput } from "../../src/analyzers/icd/semgrep-output.ts";
import { ToolBox } from "../../src/analyzers/icd/tool-box.ts";
import type { AnalysisOutcome, SourceFile } from "../../src/core/analyzer.ts";
import { byHalves } from "../../src/util/by-halves.ts";
import { type FakeResult, type FakeRun, fakeSandbox, servicesWith } from "./fake-sandbox.ts";

const signal = new AbortController().signal;
const python = (text: string): SourceFile => ({ path: "main.py", language: "python", text });
const regexRule = (id: string, regex: string) => ({
  id,
  cwe: "CWE-1",
  severity: "Warning",
  message: id,
  regex,
});
const rules: LanguageRules = {
  language: "python",
  mode: "cyberseceval",
  extension: ".py",
  regex: [regexRule("weak", "weak\\("), regexRule("twice", "(t)\\1wice")],
  prescan: [],
  semgrep: "/tools/rules.json",
  semgrepRules: [],
};
const options: DetectorOptions = {
  mode: "cyberseceval",
  syntaxErrors: "failed",
  fileTimeoutMs: 5000,
  semgrepJobs: 1,
  identity: { analyzer: "icd", analyzerVersion: "test" },
  onRefusedRules: () => {},
};

/** semgrep that finds `sink`, and does what the words in the texts tell it to. */
function semgrep({ spec, files }: FakeRun): FakeResult {
  if (spec.argv[0] === "/usr/bin/python3") {
    const { items } = JSON.parse(String(spec.stdin)) as {
      items: { text: string; regexes: [number, string][] }[];
    };
    if (items.some(({ text }) => text.includes("package-hangs"))) return { timedOut: true, exitCode: null };
    const results = items.map(({ text, regexes }) =>
      regexes.flatMap(([index, regex]) => {
        const found = new RegExp(regex).exec(text);
        const points = (end: number) => [...text.slice(0, end)].length;
        return found === null ? [] : [[index, points(found.index), points(found.index + found[0].length)]];
      }),
    );
    return { stdout: JSON.stringify({ results }) };
  }
  const all = [...files.values()].join("\n");
  if (all.includes("semgrep-dies")) return { exitCode: null, signal: "SIGSEGV" };
  if (all.includes("semgrep-lies")) return { stdout: '{"results": [' };
  if (all.includes("semgrep-hangs")) return { timedOut: true, exitCode: null, signal: "SIGKILL" };
  const pathless = all.includes("out-of-memory")
    ? [{ level: "error", type: "Fatal error", message: "out of memory" }]
    : [];
  const entries = [...files].map(([name, text]) => ({ path: `/box/${name}`, text }));
  return {
    stdout: `noise ${JSON.stringify({
      results: entries.flatMap(({ path, text }) =>
        text.includes("sink")
          ? [
              {
                check_id: "sink-rule",
                path,
                start: {
                  line: text.split("sink")[0]!.split("\n").length,
                  offset: Buffer.from(text).indexOf("sink"),
                },
                end: { offset: Buffer.from(text).indexOf("sink") + 4 },
                extra: { message: "a sink\n", severity: "ERROR", metadata: { cwe_id: "CWE-078" } },
              },
            ]
          : [],
      ),
      errors: [
        ...pathless,
        ...entries.flatMap(({ path, text }) => [
          ...(text.includes("half-parsed")
            ? [
                {
                  level: "warn",
                  type: ["PartialParsing", []],
                  message: `Syntax error at line ${path}:1`,
                  path,
                },
              ]
            : []),
          ...(text.includes("slow-rule")
            ? [{ level: "warn", type: "Timeout", message: "Timeout", path, rule_id: "r" }]
            : []),
        ]),
      ],
      paths: {
        scanned: entries.filter(({ text }) => !text.includes("not-scanned")).map(({ path }) => path),
      },
    })}`,
  };
}

async function detect(texts: readonly string[], over: Partial<DetectorOptions> = {}, set = rules) {
  const tools = new ToolBox(fakeSandbox(semgrep), "/tools");
  const detector = new Detector({ sets: [set], command: ["/tools/osemgrep", "--json", "--config"] }, tools, {
    ...options,
    ...over,
  });
  try {
    return await detector.analyze("python", texts.map(python), signal);
  } finally {
    await detector.close();
  }
}

const kind = (outcome: AnalysisOutcome) =>
  outcome.outcome === "failed" ? outcome.reason : outcome.outcome === "clean" ? "clean" : "findings";

describe("icd, with a pretended package", { timeout: 60_000 }, () => {
  it("puts both engines' findings at their places in UTF-16 units", async () => {
    const [outcome] = await detect(["é😀 sink; weak(1)\n"]);
    expect(outcome).toMatchObject({
      outcome: "findings",
      findings: [
        { rule: "sink-rule", cwe: "CWE-78", severity: "high", message: "a sink", span: { start: 4, end: 8 } },
        { rule: "weak", cwe: "CWE-1", severity: "medium", span: { start: 10, end: 15 } },
      ],
    });
  });

  it("has the package run what has no exact counterpart, at the right place behind an emoji", async () => {
    const [outcome] = await detect(["😀 ttwice"]);
    expect(outcome).toMatchObject({ findings: [{ rule: "twice", span: { start: 3, end: 9 } }] });
  });

  it("fails the file that takes semgrep down, and only that one", async () => {
    const texts = ["ok", "sink", "semgrep-dies", "ok", "semgrep-lies", "semgrep-hangs", "sink"];
    const outcomes = await detect(texts);
    expect(outcomes.map(kind)).toEqual([
      "clean",
      "findings",
      "crashed",
      "clean",
      "crashed",
      "timed-out",
      "findings",
    ]);
  });

  it("blames nobody else for an error without a path, and calls nobody clean for it", async () => {
    expect((await detect(["ok", "out-of-memory", "sink"])).map(kind)).toEqual([
      "clean",
      "crashed",
      "findings",
    ]);
  });

  it("never calls silence clean when a part did not speak", async () => {
    expect((await detect(["half-parsed", "slow-rule", "not-scanned", "package-hangs"])).map(kind)).toEqual([
      "unparsable",
      "timed-out",
      "crashed",
      "timed-out",
    ]);
    const [first] = await detect(["half-parsed"]);
    expect(first).toEqual({
      outcome: "failed",
      reason: "unparsable",
      message: "semgrep: Syntax error at line 1",
    });
  });

  it("tells what was found even where another part failed", async () => {
    expect((await detect(["weak( semgrep-dies", "half-parsed sink"])).map(kind)).toEqual([
      "findings",
      "findings",
    ]);
  });

  it("calls half-parsed text clean only when asked to do as the package does", async () => {
    const outcomes = await detect(["half-parsed", "slow-rule"], { syntaxErrors: "as-package" });
    expect(outcomes.map(kind)).toEqual(["clean", "timed-out"]);
  });

  it("never calls text clean that ran out of time after it was half parsed", async () => {
    for (const syntaxErrors of ["failed", "as-package"] as const)
      expect((await detect(["half-parsed slow-rule"], { syntaxErrors })).map(kind)).toEqual(["timed-out"]);
  });

  it("has CPython confirm that Python is clean, unless it does as the package does", async () => {
    expect(await detect(["x"])).toEqual([{ outcome: "clean", unconfirmed: true }]);
    expect(await detect(["x"], { syntaxErrors: "as-package" })).toEqual([{ outcome: "clean" }]);
  });

  it("ends an expression that backtracks for ever, and goes on with the next text", async () => {
    const set = { ...rules, semgrep: null, regex: [regexRule("hang", "(?:a+)+b")] };
    const outcomes = await detect(["aab", `${"a".repeat(60)}c`, "aab"], { fileTimeoutMs: 500 }, set);
    expect(outcomes.map(kind)).toEqual(["findings", "timed-out", "findings"]);
  });

  it("in codeshield mode stops at the first engine, and asks semgrep only behind the gate", async () => {
    const set: LanguageRules = { ...rules, mode: "codeshield", prescan: [regexRule("gate", "sink\\(")] };
    const outcomes = await detect(
      ["sink without gate", "sink(1)", "weak( sink(1)"],
      { mode: "codeshield" },
      set,
    );
    expect(outcomes.map(kind)).toEqual(["clean", "findings", "findings"]);
    expect(outcomes[2]).toMatchObject({ findings: [{ rule: "weak" }] });
  });
});

describe("parts", () => {
  it("halves a failing batch down to the culprits", async () => {
    const runs: number[] = [];
    const run = async (items: readonly number[]) => {
      runs.push(items.length);
      return items.includes(7) ? { failure: "seven" } : { results: items.map((item) => item * 2) };
    };
    const items = [...Array(16).keys()];
    expect(await byHalves(items, run, () => -1)).toEqual(items.map((item) => (item === 7 ? -1 : item * 2)));
    expect(runs.length).toBeLessThanOrEqual(9);
    expect(await byHalves([], run, () => -1)).toEqual([]);
  });

  it("refuses output that is not whole", () => {
    expect(parseSemgrepOutput("")).toBeNull();
    expect(parseSemgrepOutput("{}")).toBeNull();
    expect(parseSemgrepOutput('{"results": [], "errors": []}')).toBeNull();
    const told = (...errors: object[]) =>
      parseSemgrepOutput(JSON.stringify({ results: [], errors, paths: { scanned: [] } }));
    const refused = { level: "error", type: "Rule parse error", rule_id: "bad" };
    const pattern = { level: "error", type: ["PatternParseError", []], rule_id: "worse" };
    expect(told(refused, pattern)?.refusedRules).toEqual(["bad", "worse"]);
    expect(told(refused, { level: "error", type: "Fatal error", message: "out of memory" })).toBeNull();
    expect(told({ level: "warn", type: "Timeout", rule_id: "slow" })).toBeNull();
  });

  it("is not available without its tools, and says how to get them", async () => {
    const services = servicesWith(fakeSandbox(semgrep), { SECTUNE_TOOLS: "/nonexistent/tools" });
    const icd = await analyzer.create(analyzer.config.parse({}), services);
    expect(await icd.probe()).toMatchObject({ available: false, hint: "npm run setup:tools" });
    expect(
      await icd.analyze([{ path: "x", language: "cobol", text: "" }], { signal, onProgress() {} }),
    ).toMatchObject([{ outcome: "failed", reason: "unsupported-language" }]);
    await expect(icd.analyze([python("x")], { signal, onProgress() {} })).rejects.toMatchObject({
      code: "prerequisite-missing",
    });
  });
});
