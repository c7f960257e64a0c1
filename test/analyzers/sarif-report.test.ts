import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReport } from "../../src/analyzers/sarif-command/sarif-report.ts";
import { scan } from "./run-scan.ts";

const text = "import os\nos.system(input())\n";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-report-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (uri: string, more: object = {}) => ({
  physicalLocation: {
    artifactLocation: { uri, ...more },
    region: { startLine: 2, startColumn: 1, endColumn: 10 },
  },
});
const result = (uri: string, more: object = {}) => ({
  ruleId: "r",
  message: { text: "m" },
  locations: [at(uri)],
  ...more,
});
const artifacts = (...uris: string[]) => uris.map((uri) => ({ location: { uri } }));
const told = (note: object) => [{ executionSuccessful: true, toolExecutionNotifications: [note] }];

/** What a report with one run says of a file. */
async function said(
  run: object,
  path = "a.py",
  options: { complete?: boolean; root?: string; before?: string } = {},
) {
  const report = join(folder, "report.sarif");
  const runs = [{ tool: { driver: { name: "tool" } }, results: [], ...run }];
  await writeFile(report, `${options.before ?? ""}${JSON.stringify({ version: "2.1.0", runs })}`);
  const { findings, trouble } = readReport(report, { complete: false, ...options })({
    path,
    language: "python",
    text,
  });
  return findings.length > 0
    ? findings.map(({ span }) => [span.file, span.start, span.end])
    : (trouble?.reason ?? "clean");
}

describe("a SARIF report", () => {
  it("that notes an error says nothing by its silence", async () => {
    const known = { artifacts: artifacts("a.py", "b.py") };
    const note = (level: string | undefined, message: string, uri?: string) => ({
      ...(level !== undefined && { level }),
      message: { text: message },
      ...(uri !== undefined && { locations: [at(uri)] }),
    });
    const with_ = (one: object) => said({ ...known, invocations: told(one) });
    expect(await with_(note("error", "could not parse a.py", "a.py"))).toBe("unparsable");
    expect(await with_(note("error", "rule r took too long: timeout", "./a.py"))).toBe("timed-out");
    expect(await with_(note("error", "the rule r crashed"))).toBe("crashed");
    expect(await with_(note(undefined, "could not parse the file", "a.py"))).toBe("unparsable");
    expect(await with_(note("warning", "skipped a.py: too large"))).toBe("crashed");
    // Of another file, and no trouble at all.
    expect(await with_(note("error", "could not parse b.py", "b.py"))).toBe("clean");
    expect(await with_(note("note", "parsed in 3 s", "a.py"))).toBe("clean");
    expect(await with_(note("warning", "the setting x is deprecated", "a.py"))).toBe("clean");
    const setting = {
      executionSuccessful: true,
      toolConfigurationNotifications: [note("error", "no such rule")],
    };
    expect(await said({ ...known, invocations: [setting] })).toBe("crashed");
    expect(await said({ invocations: told(note("error", "boom")) }, "a.py", { complete: true })).toBe(
      "crashed",
    );
    // What was found counts all the same.
    const invocations = told(note("error", "could not parse all of it", "a.py"));
    expect(await said({ results: [result("a.py")], invocations })).toEqual([["a.py", 10, 19]]);
  });

  it("without a list of results, or a run, is no scan", async () => {
    const known = { artifacts: artifacts("a.py") };
    expect(await said({ ...known, results: undefined })).toBe("crashed");
    expect(await said({ ...known, results: null }, "a.py", { complete: true })).toBe("crashed");
    expect(await said(known)).toBe("clean");
    await writeFile(join(folder, "none.sarif"), JSON.stringify({ version: "2.1.0", runs: [] }));
    expect(() => readReport(join(folder, "none.sarif"), { complete: true })).toThrow(/holds no run/);
  });

  it("is about the same file, however it spells the path", async () => {
    const here = resolve("src/a b.py").split("/").map(encodeURIComponent).join("/");
    for (const uri of [
      "src/a%20b.py",
      "./src/a%20b.py",
      "src/x/../a%20b.py",
      "src%5Ca%20b.py",
      `file://${here}`,
      `file://localhost${here}`,
      `file:${here}`,
    ])
      expect([uri, await said({ results: [result(uri)] }, "src/a b.py")]).toEqual([
        uri,
        [["src/a b.py", 10, 19]],
      ]);
    expect(await said({ results: [result("src/a.py")] }, resolve("src/a.py"))).toEqual([
      [resolve("src/a.py"), 10, 19],
    ]);
    const base = { originalUriBaseIds: { SRC: { uri: "file:///build/app/" } } };
    const based = {
      ...base,
      results: [{ ...result(""), locations: [at("src/a.py", { uriBaseId: "SRC" })] }],
    };
    expect(await said(based, "src/a.py")).toBe("crashed");
    expect(await said(based, "src/a.py", { root: "/build/app" })).toEqual([["src/a.py", 10, 19]]);
    // The end of a path alone is another file.
    expect(await said({ results: [result("lib/a.py")], artifacts: artifacts("lib/a.py") })).toBe("crashed");
    expect(await said({ results: [result("100%2525.py")] }, "100%25.py")).toEqual([["100%25.py", 10, 19]]);
  });

  it("may begin with a byte order mark", async () => {
    expect(await said({ results: [result("a.py")] }, "a.py", { before: "\ufeff" })).toEqual([
      ["a.py", 10, 19],
    ]);
  });

  it("of our own about an answer is read back at the same places, and no block gets another's", async () => {
    const rows = join(folder, "g.jsonl");
    const answer = `First:\n- so\n  \`\`\`python\n  import os\n  os.system(input())\n  \`\`\`\nor 😀\n\`\`\`python\neval(input())\n\`\`\`\n`;
    await writeFile(rows, JSON.stringify({ text: answer }));
    const direct = await scan([rows]);
    const sarif = join(folder, "own.sarif");
    await writeFile(sarif, (await scan(["--sarif", rows])).stdout);
    const back = await scan(["--analyzers", `{adapter: sarif-command, report: ${sarif}}`, rows]);
    expect(back.stdout).toBe(direct.stdout);
    expect(back.stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(back.code).toBe(1);
  }, 30_000);
});

describe("a part that failed beside findings", () => {
  it("is told in every format, decides nothing, and is no clean file for whoever reads the SARIF", async () => {
    const code = join(folder, "part.py");
    await writeFile(code, text);
    const report = join(folder, "part.sarif");
    const invocations = told({ level: "error", message: { text: "rules timed out" }, locations: [at(code)] });
    const runs = [{ tool: { driver: { name: "half" } }, results: [result(code)], invocations }];
    await writeFile(report, JSON.stringify({ version: "2.1.0", runs }));
    const from = (path: string) => ["--analyzers", `{adapter: sarif-command, report: ${path}}`, code];
    const lines = await scan(from(report));
    expect([lines.code, lines.stdout.trim().split("\n")]).toEqual([
      1,
      [`${code}:2:1  medium  -  r: m`, `${code}  FAILED IN PART  timed-out: rules timed out (sarif-command)`],
    ]);
    const json = await scan(["--json", ...from(report)]);
    expect(JSON.parse(json.stdout.split("\n")[0]!)).toMatchObject({
      verdict: "fail",
      failures: [{ reason: "timed-out", message: "rules timed out", inPart: true }],
    });
    const own = join(folder, "part-own.sarif");
    await writeFile(own, (await scan(["--sarif", ...from(report)])).stdout);
    expect((await scan(from(own))).code).toBe(1);
    const severe = await scan(["--min-severity", "high", ...from(own)]);
    expect([severe.code, severe.stdout]).toEqual([5, expect.stringContaining("FAILED  timed-out")]);
  }, 30_000);
});

describe("a CWE id that should not be named", () => {
  it("is told once for each tool, on stderr", async () => {
    const code = join(folder, "w.py");
    await writeFile(code, text);
    const tag = (cwe: string) => ({ properties: { tags: [`external/cwe/${cwe}`] } });
    const report = join(folder, "vague.sarif");
    const results = ["cwe-20", "cwe-20", "cwe-99999", "cwe-78"].map((cwe) => result(code, tag(cwe)));
    await writeFile(
      report,
      JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "vague" } }, results }] }),
    );
    const { stderr, code: exit } = await scan([
      "--analyzers",
      `{adapter: sarif-command, report: ${report}}`,
      code,
    ]);
    expect(exit).toBe(1);
    const warnings = stderr.split("\n").filter((line) => line.startsWith("warning: "));
    expect(warnings).toEqual([
      expect.stringMatching(/^warning: vague: mapping to CWE-20 \(.*\) is discouraged/),
      expect.stringMatching(/^warning: vague: CWE-99999 is not in the CWE list/),
    ]);
  });
});
