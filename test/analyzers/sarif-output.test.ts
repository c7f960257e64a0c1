import { describe, expect, it } from "vitest";
import { loadDescription } from "../../src/analyzers/sarif-command/description.ts";
import { readOutput } from "../../src/analyzers/sarif-command/read-output.ts";
import { sarif } from "./sarif-fixture.ts";

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

  it("in SARIF: a warning, which is what a note without a level is, counts where it says that something was not read", () => {
    const note = (message: string, more: object) => ({ message: { text: message }, ...more });
    const read = (message: string, more: object = {}, tool = "clang") =>
      readOutput(
        sarif(
          "0.c",
          {},
          { results: [], invocations: [{ toolExecutionNotifications: [note(message, more)] }] },
        ),
        loadDescription(tool),
        (file) => (file === "0.c" ? "x\n" : undefined),
      ).troubles;
    const locations = [{ physicalLocation: { artifactLocation: { uri: "0.c" } } }];
    expect([...read("could not parse the file", { locations })]).toEqual([
      ["0.c", { reason: "unparsable", message: "clang: could not parse the file" }],
    ]);
    expect(() => read("skipped a file: too large")).toThrow(/skipped/);
    expect([...read("skipped 0.c: too large").keys()]).toEqual(["0.c"]);
    for (const harmless of [{ level: "note" }, { level: "none" }])
      expect(read("could not parse the file", { locations, ...harmless }).size).toBe(0);
    expect(read("the setting x is deprecated", { locations }).size).toBe(0);
    expect(read("the setting x is deprecated").size).toBe(0);
    // CodeQL names every file that it read.
    expect(read("could not find the dependency x", {}, "codeql").size).toBe(0);
    expect(() => read("could not find the query x", { level: "error" }, "codeql")).toThrow(/the query/);
  });

  it("in SARIF: without a list of results is no scan, with an empty one it is", () => {
    const read = (results: unknown) =>
      readOutput(sarif("0.c", {}, { results }), loadDescription("clang"), () => "x\n");
    expect(() => read(undefined)).toThrow(/looked at nothing/);
    expect(() => read(null)).toThrow(/looked at nothing/);
    expect(read([])).toMatchObject({ findings: [], troubles: new Map() });
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
