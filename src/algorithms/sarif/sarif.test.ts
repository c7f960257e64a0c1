// The schema of SARIF 2.1.0 as Microsoft's matcher package carries it.
import published from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { RuleInfo } from "../../core/analyzer.ts";
import type { Finding } from "../../core/finding.ts";
import { severities } from "../../core/finding.ts";
import { readSarif } from "./read-sarif.ts";
import { type ToolRun, writeSarif } from "./write-sarif.ts";

// zod takes `uri-reference` for an absolute address, which relative paths are not.
const definition = JSON.stringify(published).replaceAll('"format":"uri-reference"', '"format":"regex"');
const schema = z.fromJSONSchema(JSON.parse(definition));

const text = "import os\r\n\tos.system('😀' + name)\r\nos.system('😀' + name)\n";
const at = (needle: string, from = 0) => {
  const start = text.indexOf(needle, from);
  return { file: "src/my file#1.py", start, end: start + needle.length };
};
const finding: Finding = {
  analyzer: "tool",
  analyzerVersion: "1.2",
  rule: "command",
  cwe: "CWE-78",
  severity: "critical",
  span: at("os.system('😀' + name)"),
  message: "a shell runs it",
  flows: [
    [
      { ...at("name"), message: "comes in" },
      { ...at("os.system('😀' + name)"), message: "is used" },
    ],
    [{ ...at("os.system('😀' + name)"), message: "another way" }],
  ],
};
const rule: RuleInfo = {
  id: "command",
  kind: "weakness",
  languages: ["python"],
  cwe: "CWE-78",
  severity: "high",
  message: "long",
  advice: "do",
};
const run: ToolRun = {
  tool: "tool",
  version: "1.2",
  rules: [rule],
  findings: [
    finding,
    {
      ...finding,
      span: at("os.system('😀' + name)", 20),
      flows: undefined,
      cwe: undefined,
      severity: "info",
      rule: "other",
    },
  ],
  failures: [{ file: "b.py", failure: { outcome: "failed", reason: "timed-out", message: "10 s" } }],
};
const write = (runs: readonly ToolRun[]) => JSON.parse(JSON.stringify(writeSarif(runs, () => text)));

describe("SARIF out", () => {
  it("validates against the schema, one run per tool, also without findings", () => {
    const log = write([run, { ...run, tool: "second", findings: [], failures: [] }]);
    expect(schema.safeParse(log).error).toBeUndefined();
    expect(log.runs).toHaveLength(2);
    expect(log.runs[0].invocations[0].executionSuccessful).toBe(false);
    expect(log.runs[1].invocations[0].executionSuccessful).toBe(true);
  });

  it("is checked by a schema that refuses what is wrong", () => {
    expect(schema.safeParse({ ...write([run]), version: "2.2" }).success).toBe(false);
    const log = write([run]);
    log.runs[0].results[0].locations = "here";
    expect(schema.safeParse(log).success).toBe(false);
  });

  it("names the CWE in rule, result and taxonomy, and counts columns in UTF-16 units", () => {
    const [{ tool, taxonomies, results }] = write([run]).runs;
    expect(taxonomies[0].taxa).toEqual([{ id: "CWE-78", name: expect.stringContaining("OS Command") }]);
    expect(tool.driver.rules[0].properties.tags).toContain("external/cwe/cwe-78");
    expect(results[0].taxa[0]).toMatchObject({ id: "CWE-78", index: 0 });
    expect(results[0].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "src/my%20file%231.py" },
      region: { startLine: 2, startColumn: 2, endLine: 2, endColumn: 24 },
    });
  });

  it("gives equal lines different fingerprints, and keeps them when lines above move", () => {
    const again = { ...run, findings: [finding, { ...finding, span: at("os.system('😀' + name)", 20) }] };
    const prints = (log: { runs: { results: { partialFingerprints: object }[] }[] }) =>
      log.runs[0]!.results.map(({ partialFingerprints }) => partialFingerprints);
    const before = prints(write([again]));
    expect(before[0]).not.toEqual(before[1]);
    const moved = again.findings.map((one) => ({
      ...one,
      span: { ...one.span, start: one.span.start + 5, end: one.span.end + 5 },
      flows: undefined,
    }));
    const after = JSON.parse(
      JSON.stringify(writeSarif([{ ...again, findings: moved }], () => `#ab\r\n${text}`)),
    );
    expect(prints(after)).toEqual(before);
  });
});

describe("SARIF in", () => {
  it("keeps what the tool itself knows a result by, on the way in and out", () => {
    const own = { primaryLocationLineHash: "39fa2ee980eb94b0:1" };
    const [back] = readSarif(result({ partialFingerprints: own }), () => text)[0]!.findings;
    expect(back!.fingerprints).toEqual(own);
    const log = write([{ ...run, findings: [{ ...back!, span: at("name") }] }]);
    expect(schema.safeParse(log).error).toBeUndefined();
    expect(log.runs[0].results[0].partialFingerprints).toEqual({
      ...own,
      "lineText/v1": expect.stringMatching(/:1$/),
    });
  });

  it("tells what tools say of files besides results", () => {
    const log = result({});
    const notification = (id: string, uri: string) => ({
      descriptor: { id },
      message: { text: "half" },
      locations: [{ physicalLocation: { artifactLocation: { uri } } }],
    });
    const invocations = [
      { executionSuccessful: true, toolExecutionNotifications: [notification("read", "a%20b.py")] },
    ];
    const [read] = readSarif({ ...log, runs: [{ ...log.runs[0], invocations }] }, () => text);
    expect(read!.notifications).toEqual([{ id: "read", file: "a b.py", message: "half", level: "warning" }]);
    const [unscored] = readSarif(result({}), () => text, { unscored: "critical" })[0]!.findings;
    expect(unscored!.severity).toBe("high");
  });

  it("gives back what was written, spans and flows included", () => {
    const [read] = readSarif(write([run]), () => text);
    expect(read).toMatchObject({ tool: "tool", version: "1.2", successful: false });
    const fingerprints = { "lineText/v1": expect.stringMatching(/^[0-9a-f]{32}:1$/) };
    expect(read!.findings).toEqual(
      run.findings.map((one) => ({
        ...JSON.parse(JSON.stringify({ ...one, analyzer: "tool" })),
        fingerprints,
      })),
    );
  });

  it("round-trips any span of any text", () => {
    const texts = fc
      .array(fc.constantFrom("a", "é", "😀", "\n", "\r\n", "\t", "\u2028"), { minLength: 1, maxLength: 30 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        texts,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(...severities),
        (any, from, length, severity) => {
          const start = from % any.length;
          const end = start + 1 + (length % (any.length - start));
          const one = { ...finding, severity, span: { file: "f", start, end }, flows: undefined };
          const log = JSON.parse(
            JSON.stringify(writeSarif([{ ...run, findings: [one], failures: [] }], () => any)),
          );
          const [back] = readSarif(log, () => any)[0]!.findings;
          // Lines and columns cannot tell the two halves of CRLF apart.
          const halves = any.slice(start - 1, start + 1) === "\r\n" || any.slice(end - 1, end + 1) === "\r\n";
          if (!halves) expect(back!.span).toEqual(one.span);
          expect(back!.severity).toBe(severity);
        },
      ),
    );
  });

  const result = (extra: object) => ({
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "t",
            rules: [{ id: "r", properties: { tags: ["CWE-89: SQL Injection"], "security-severity": "8.8" } }],
          },
        },
        columnKind: "unicodeCodePoints",
        results: [
          {
            ruleId: "r",
            message: { text: "m" },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "file:///x.py" },
                  region: { startLine: 2, startColumn: 14, endColumn: 18 },
                },
              },
            ],
            ...extra,
          },
        ],
      },
    ],
  });

  it("reads other tools' dialects: tags, scores, columns in code points", () => {
    const [found] = readSarif(result({}), (file) => (file === "/x.py" ? text : undefined))[0]!.findings;
    expect(found).toMatchObject({ cwe: "CWE-89", severity: "high", rule: "r" });
    expect(text.slice(found!.span.start, found!.span.end)).toBe("' + ");
  });

  it("counts what is suppressed only by a word that was not accepted, or by the code that is judged", () => {
    const count = (extra: object, options = {}) =>
      readSarif(result(extra), () => text, options)[0]!.findings.length;
    for (const status of ["rejected", "underReview"])
      expect(count({ suppressions: [{ kind: "external" }, { kind: "external", status }] })).toBe(1);
    expect(count({ suppressions: [{ kind: "external", status: "accepted" }] })).toBe(0);
    const judged = { commentsSuppressNothing: true };
    expect(count({ suppressions: [{ kind: "inSource" }] }, judged)).toBe(1);
    expect(count({ suppressions: [{ kind: "inSource" }, { kind: "external" }] }, judged)).toBe(0);
    expect(count({ suppressions: null })).toBe(1);
  });

  it("leaves out what is in the baseline only", () => {
    for (const [baselineState, expected] of [
      ["absent", 0],
      ["new", 1],
      ["unchanged", 1],
    ] as const)
      expect(readSarif(result({ baselineState }), () => text)[0]!.findings).toHaveLength(expected);
  });

  it("puts base addresses in front of paths, where the run has them", () => {
    const log = result({});
    const artifactLocation = { uri: "a.py", uriBaseId: "SRC" };
    const run = {
      ...log.runs[0]!,
      results: [{ ...log.runs[0]!.results[0], locations: [{ physicalLocation: { artifactLocation } }] }],
    };
    const fileOf = (originalUriBaseIds: object) =>
      readSarif({ ...log, runs: [{ ...run, originalUriBaseIds }] }, () => undefined)[0]!.findings[0]!.span
        .file;
    expect(fileOf({ SRC: { uri: "src", uriBaseId: "ROOT" }, ROOT: { uri: "file:///w%20k/" } })).toBe(
      "/w k/src/a.py",
    );
    expect(fileOf({ SRC: { description: { text: "unknown" } } })).toBe("a.py");
    expect(fileOf({ SRC: { uriBaseId: "SRC" } })).toBe("a.py");
  });

  it("leaves out what passes or is suppressed", () => {
    expect(readSarif(result({ kind: "pass" }), () => text)[0]!.findings).toEqual([]);
    expect(readSarif(result({ suppressions: [{ kind: "inSource" }] }), () => text)[0]!.findings).toEqual([]);
  });

  it("refuses what is no SARIF 2.1.0", () => {
    for (const wrong of [null, {}, { version: "2.0.0", runs: [] }])
      expect(() => readSarif(wrong, () => text)).toThrow();
  });
});
