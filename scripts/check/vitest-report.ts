import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { z } from "zod";
import type { Counts } from "./check.ts";

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** Counts of vitest's JSON report. A file that could not be loaded has no tests and counts as one failure. */
export async function readVitestReport(path: string): Promise<Counts | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const report = VitestReport.parse(JSON.parse(text));
  const notLoaded = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const notes = [
    report.numPendingTests > 0 ? `${report.numPendingTests} skipped` : "",
    notLoaded.length > 0 ? `${notLoaded.length} files did not load` : "",
  ];
  const failedTests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName }) => `${relative(".", name)}: ${fullName}`),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + notLoaded.length,
    names: [...failedTests, ...notLoaded.map(({ name }) => `${relative(".", name)} did not load`)],
    note: notes.filter((note) => note !== "").join(", ") || undefined,
  };
}
