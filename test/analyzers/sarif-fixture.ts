import type { AnalysisOutcome, SourceFile } from "../../src/core/analyzer.ts";

/** What the tests of SARIF and of tools that are described in YAML share. */
export const context = { signal: new AbortController().signal, onProgress() {} };
export const kind = (outcome: AnalysisOutcome) =>
  outcome.outcome === "failed" ? outcome.reason : outcome.outcome;
export const file = (path: string, language: string, text: string): SourceFile => ({ path, language, text });
export const sarif = (uri: string, region: object, more: object = {}) =>
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
