import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describedTools, loadDescription } from "../../src/analyzers/sarif-command/description.ts";
import { findTool } from "../../src/analyzers/sarif-command/find-tool.ts";
import { analyzer } from "../../src/analyzers/sarif-command/index.ts";
import { readOutput } from "../../src/analyzers/sarif-command/read-output.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { AnalysisOutcome, SourceFile } from "../../src/core/analyzer.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { analyzerContract } from "../contracts/analyzer.ts";
import { type FakeResult, type FakeRun, fakeSandbox, servicesWith } from "./fake-sandbox.ts";

const context = { signal: new AbortController().signal, onProgress() {} };
const kind = (outcome: AnalysisOutcome) => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);
const file = (path: string, language: string, text: string): SourceFile => ({ path, language, text });
const sarif = (uri: string, region: object, more: object = {}) =>
  JSON.stringify({
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "tool",
            version: "9",
            rules: [{ id: "r", properties: { tags: ["external/cwe/cwe-089"], "security-severity": "8.8" } }],
          },
        },
        results: [
          {
            ruleId: "r",
            message: { text: "m" },
            locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
          },
        ],
        ...more,
      },
    ],
  });

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

describe("a tool's output", () => {
  const text = "# é😀\ny='😀'; eval(x)\n";
  const bandit = (results: object[], errors: object[] = []) =>
    readOutput(JSON.stringify({ results, errors }), loadDescription("bandit"), (name) =>
      name === "0.py" ? text : undefined,
    );

  it("has its columns translated from bytes, CWEs and severities by the description", () => {
    const { findings } = bandit([
      {
        filename: "0.py",
        line_number: 2,
        col_offset: 10,
        end_col_offset: 17,
        test_id: "B307",
        issue_text: "eval ",
        issue_severity: "HIGH",
        issue_cwe: { id: 78 },
      },
    ]);
    expect(findings).toMatchObject([{ rule: "B307", cwe: "CWE-78", severity: "high", message: "eval" }]);
    const { start, end } = findings[0]!.span;
    expect(text.slice(start, end)).toBe("eval(x)");
  });

  it("ends in the line where the result ends", () => {
    const call = "x = call(a,\n  shell=True)\n";
    const told = {
      ...{ filename: "1.py", line_number: 1, line_range: [1, 2], col_offset: 4, end_col_offset: 13 },
      ...{ test_id: "B602", issue_text: "shell", issue_severity: "HIGH", issue_cwe: { id: 78 } },
    };
    const raw = JSON.stringify({ results: [told], errors: [] });
    const [found] = readOutput(raw, loadDescription("bandit"), () => call).findings;
    expect(call.slice(found!.span.start, found!.span.end)).toBe("call(a,\n  shell=True)");
  });

  it("tells why a file was not looked at", () => {
    const { troubles } = bandit(
      [],
      [
        { filename: "0.py", reason: "syntax error while parsing AST from file" },
        { filename: "1.py", reason: "exception while scanning file" },
      ],
    );
    expect([...troubles.values()].map(({ reason }) => reason)).toEqual(["unparsable", "crashed"]);
  });

  it.each([
    "",
    "[]",
    "{",
    '{"results": []}',
    '{"results": [{"filename": "0.py"}], "errors": []}',
    '{"results": [], "errors": [{"reason": "rules are broken"}]}',
  ])("that is %s is no answer", (raw) => {
    expect(() => readOutput(raw, loadDescription("bandit"), () => undefined)).toThrow();
  });

  it("by lines: findings, rules that mean failure, rules that are left out, and no line that is not understood", () => {
    const cppcheck = loadDescription("cppcheck");
    const read = (raw: string) => readOutput(raw, cppcheck, () => "int *é; *p = 1;\n");
    const output = read(
      "0.c\t1\t10\terror\tnullPointer\t476\tNull pointer: p\n0.c\t0\t0\tinformation\tmissingInclude\t0\tx\n1.c\t2\t1\terror\tsyntaxError\t0\tsyntax error\n",
    );
    expect(output.findings).toMatchObject([
      { rule: "nullPointer", cwe: "CWE-476", severity: "high", span: { start: 8, end: 9 } },
    ]);
    expect([...output.troubles]).toMatchObject([["1.c", { reason: "unparsable" }]]);
    expect(() => read("cppcheck: error: unrecognised option\n")).toThrow(/no result/);
  });

  it("in SARIF: an error that it notes is a failure, of the file that it names or of the batch", () => {
    const note = (more: object) => ({
      invocations: [
        {
          executionSuccessful: true,
          toolExecutionNotifications: [{ level: "error", message: { text: "syntax error" }, ...more }],
        },
      ],
    });
    const read = (more: object) =>
      readOutput(sarif("0.c", { startLine: 1 }, note(more)), loadDescription("clang"), () => "x\n");
    const locations = [{ physicalLocation: { artifactLocation: { uri: "1.c" } } }];
    expect([...read({ locations }).troubles]).toEqual([
      ["1.c", { reason: "unparsable", message: "clang: syntax error" }],
    ]);
    expect(() => read({})).toThrow(/syntax error/);
  });

  it("in SARIF: columns as the description has them, no empty place, and no log of a run that broke off", () => {
    const flawfinder = loadDescription("flawfinder");
    const read = (raw: string) => readOutput(raw, flawfinder, () => "😀 gets(x)");
    expect(read(sarif("0.c", { startLine: 1, startColumn: 3, endColumn: 3 })).findings).toMatchObject([
      { cwe: "CWE-89", severity: "high", span: { start: 3, end: 7 } },
    ]);
    expect(() => read(sarif("0.c", {}, { invocations: [{ executionSuccessful: false }] }))).toThrow(
      /to its end/,
    );
    expect(() => read('{"version": "2.1.0", "runs": []}')).toThrow(/without a run/);
    expect(() => read("Segmentation fault")).toThrow(/no SARIF/);
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
const fakeCodeql = `#!/bin/sh
case "$1 $2" in
  "version "*) echo 2.22.1 ;;
  "database create")
    for argument; do case "$argument" in --source-root=*) root=\${argument#*=} ;; --language=*) language=\${argument#*=} ;; esac; done
    mkdir "$3" && echo "$language $root" > "$3/info" ;;
  "database analyze")
    [ "$(cat "$3/info")" = "python /box/source" ] || exit 32
    shift 3
    queries= output=
    for argument; do case "$argument" in --output=*) output=\${argument#*=} ;; --*) ;; *) queries="$queries $argument" ;; esac; done
    results= notes=
    for file in /box/source/*; do
      place="\\"locations\\":[{\\"physicalLocation\\":{\\"artifactLocation\\":{\\"uri\\":\\"\${file##*/}\\"},\\"region\\":{\\"startLine\\":1,\\"startColumn\\":1,\\"endColumn\\":5}}}]"
      grep -q unread "$file" || notes="$notes{\\"descriptor\\":{\\"id\\":\\"py/diagnostics/successfully-extracted-files\\"},$place},"
      grep -q 'f(:' "$file" && notes="$notes{\\"descriptor\\":{\\"id\\":\\"py/diagnostics/extraction-warnings\\"},\\"message\\":{\\"text\\":\\"Extraction failed\\"},$place},"
      grep -q 'eval(' "$file" && results="$results{\\"ruleId\\":\\"py/code-injection\\",\\"message\\":{\\"text\\":\\"injection\\"},$place},"
      grep -q 'import' "$file" && results="$results{\\"ruleId\\":\\"py/unused-import\\",\\"level\\":\\"note\\",\\"message\\":{\\"text\\":\\"by$queries\\"},$place},"
    done
    printf '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","semanticVersion":"2.22.1","rules":[{"id":"py/code-injection","properties":{"tags":["external/cwe/cwe-094"],"security-severity":"9.3"}}]}},"invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[%s]}],"results":[%s]}]}' "\${notes%,}" "\${results%,}" > "$output" ;;
esac
`;

describe("CodeQL's database step, in the sandbox", { timeout: 60_000 }, () => {
  const make = async (config: object) => {
    await mkdir(join(folder, "codeql"), { recursive: true });
    await writeFile(join(folder, "codeql", "codeql"), fakeCodeql);
    await chmod(join(folder, "codeql", "codeql"), 0o755);
    const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), {} as Services);
    return analyzer.create(analyzer.config.parse(config), servicesWith(sandbox, { SECTUNE_TOOLS: folder }));
  };
  const python = (path: string, text: string) => file(path, "python", text);

  it("makes one database per language and reads what was written", async () => {
    const codeql = await make({ tool: "codeql" });
    expect(await codeql.probe()).toMatchObject({ available: true, version: "2.22.1" });
    const outcomes = await codeql.analyze(
      [
        python("a.py", "eval(x)"),
        python("b.py", "x = 1"),
        python("c.py", "eval(y)"),
        file("d.js", "javascript", "eval(z)"),
      ],
      context,
    );
    // The pretended CodeQL knows no JavaScript: exit code 32.
    expect(outcomes.map(kind)).toEqual(["findings", "clean", "findings", "crashed"]);
    expect(outcomes[2]).toMatchObject({
      findings: [
        { analyzer: "codeql", cwe: "CWE-94", severity: "critical", span: { file: "c.py", start: 0, end: 4 } },
      ],
    });
  });

  it("calls no file clean that it did not read, or read in part", async () => {
    const codeql = await make({ tool: "codeql" });
    const texts = ["x = 1", "def f(:", "unread", "eval(x); def f(:"];
    const outcomes = await codeql.analyze(
      texts.map((text, index) => python(`${index}.py`, text)),
      context,
    );
    expect(outcomes.map(kind)).toEqual(["clean", "unparsable", "crashed", "findings"]);
  });

  it("runs the suite, severity and threshold of each description, or queries of the user's", async () => {
    const importing = [python("a.py", "import os")];
    const findingsOf = async (config: object) => {
      const [outcome] = await (await make(config)).analyze(importing, context);
      return outcome!.outcome === "findings" ? outcome!.findings : [];
    };
    const suite = (name: string) => `by codeql/python-queries:codeql-suites/python-${name}.qls`;
    expect(await findingsOf({ tool: "codeql" })).toMatchObject([
      { severity: "medium", message: suite("security-extended") },
    ]);
    expect(await findingsOf({ tool: "codeql-purpcode" })).toMatchObject([
      { severity: "medium", message: suite("security-and-quality") },
    ]);
    expect(await findingsOf({ tool: "codeql-purpcode", minSeverity: "high" })).toEqual([]);
    await mkdir(join(folder, "queries"), { recursive: true });
    await writeFile(join(folder, "queries", "qlpack.yml"), "name: mine\n");
    expect(await findingsOf({ tool: "codeql", rules: join(folder, "queries") })).toMatchObject([
      { message: "by /box/rules codeql/python-queries:Diagnostics" },
    ]);
  });
});

const real = async (config: object) =>
  analyzer.create(
    analyzer.config.parse(config),
    servicesWith(await bubblewrap.create(bubblewrap.config.parse({}), {} as Services), process.env),
  );
const states = new Map(
  await Promise.all(
    describedTools().map(async (name) => [name, await findTool(loadDescription(name), process.env)] as const),
  ),
);
const weakC = file("a.c", "c", "int f(void) { int *p = 0; return *p; }\n");
const cases: Record<string, Parameters<typeof analyzerContract>[2]> = {
  bandit: {
    vulnerable: [
      file("a.py", "python", "y = '😀'; eval(x)\n"),
      file("b.py", "python", "import os\r\nos.system('ls ' + x)\r\n"),
    ],
    clean: [file("c.py", "python", "def f(x):\n    return x\n")],
    broken: [file("d.py", "python", "def f(:\n"), file("e.py", "python", "return )\n")],
  },
  cppcheck: {
    vulnerable: [weakC],
    clean: [file("c.c", "c", "int f(int a) { return a + 1; }\n")],
    broken: [file("d.c", "c", "int f( { return \n")],
  },
  clang: {
    vulnerable: [weakC],
    clean: [file("c.c", "c", "int f(int a) { return a + 1; }\n")],
    broken: [file("d.c", "c", "int f( { return \n")],
  },
};
for (const [tool, files] of Object.entries(cases)) {
  const { available, reason, version } = states.get(tool)!;
  describe.skipIf(!available)(`the installed ${tool} (${reason ?? version})`, () => {
    analyzerContract(tool, () => real({ tool }), files);
  });
}

it.skipIf(!states.get("bandit")!.available)(
  "code cannot switch bandit off",
  { timeout: 60_000 },
  async () => {
    const bandit = await real({ tool: "bandit" });
    const texts = ["eval(x)  # nosec\n", "eval(x)  # nosec B307\n", "# nosec\neval(x)\n"];
    const outcomes = await bandit.analyze(
      texts.map((text, index) => file(`${index}.py`, "python", text)),
      context,
    );
    expect(outcomes.map(kind)).toEqual(["findings", "findings", "findings"]);
  },
);

describe.skipIf(!states.get("semgrep")!.available)(
  "the installed semgrep and flawfinder",
  { timeout: 60_000 },
  () => {
    it("find what the user's rules and flawfinder's name", async () => {
      const rules = join(folder, "rules.yaml");
      await writeFile(
        rules,
        "rules:\n- {id: my-eval, languages: [python], severity: ERROR, message: eval, pattern: eval(...), metadata: {cwe: 'CWE-95: x'}}\n",
      );
      const semgrep = await real({ tool: "semgrep", rules });
      const [weak, clean] = await semgrep.analyze(
        [file("a.py", "python", "y = '😀'; eval(x)\n"), file("b.py", "python", "x = 1\n")],
        context,
      );
      expect(weak).toMatchObject({
        findings: [{ rule: "my-eval", cwe: "CWE-95", severity: "high", span: { start: 10, end: 17 } }],
      });
      expect(clean).toEqual({ outcome: "clean" });
      await writeFile(
        rules,
        "rules:\n- {id: broken, languages: [python], severity: ERROR, message: m, pattern: 'eval('}\n",
      );
      expect((await semgrep.analyze([file("a.py", "python", "eval(x)\n")], context)).map(kind)).toEqual([
        "crashed",
      ]);
      const flawfinder = await real({ tool: "flawfinder" });
      await writeFile(
        rules,
        "rules:\n- {id: my-eval, languages: [python], severity: ERROR, message: eval, pattern: eval(...)}\n",
      );
      const switched = "eval(x)  # nosemgrep\neval(y)  # nosemgrep: my-eval\n";
      expect((await semgrep.analyze([file("a.py", "python", switched)], context))[0]).toMatchObject({
        findings: [{ span: { start: 0 } }, { span: { start: 21 } }],
      });
      const ignored = "void f(char *d, char *s) {\n  strcpy(d, s); /* Flawfinder: ignore */\n}\n";
      expect((await flawfinder.analyze([file("a.c", "c", ignored)], context)).map(kind)).toEqual([
        "findings",
      ]);
      const outcomes = await flawfinder.analyze(
        [file("a.c", "c", "/* 😀 */ void f(char *d, char *s) { strcpy(d, s); }\n")],
        context,
      );
      expect(outcomes).toMatchObject([{ findings: [{ cwe: "CWE-120", span: { start: 36 } }] }]);
    });
  },
);
