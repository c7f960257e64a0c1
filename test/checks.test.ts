import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tally } from "../scripts/check/check.ts";
import { readPytestReport } from "../scripts/check/pytest-report.ts";
import { readVitestReport } from "../scripts/check/vitest-report.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-check-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("counting what the test runners report", () => {
  it("counts a vitest file that did not load as one failure, and names what failed", async () => {
    const path = join(folder, "vitest.json");
    const testResults = [
      {
        name: resolve("a.test.ts"),
        status: "passed",
        assertionResults: [
          { status: "passed", fullName: "one" },
          { status: "pending", fullName: "two" },
        ],
      },
      {
        name: resolve("b.test.ts"),
        status: "failed",
        assertionResults: [{ status: "failed", fullName: "three is three" }],
      },
      { name: resolve("c.test.ts"), status: "failed", assertionResults: [] },
    ];
    await writeFile(
      path,
      JSON.stringify({ numPassedTests: 1, numFailedTests: 1, numPendingTests: 1, testResults }),
    );
    expect(await readVitestReport(path)).toEqual({
      passed: 1,
      failed: 2,
      note: "1 skipped, 1 files did not load",
      names: ["b.test.ts: three is three", "c.test.ts did not load"],
    });
  });

  it("counts pytest errors as failures and leaves skipped tests out", async () => {
    const path = join(folder, "pytest.xml");
    const suite = '<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.0">';
    await writeFile(
      path,
      `<?xml version="1.0"?><testsuites name="x" tests="99">${suite}</testsuite></testsuites>`,
    );
    expect(await readPytestReport(path)).toEqual({ passed: 4, failed: 3, note: "3 skipped" });
  });

  it("has no counts without a report", async () => {
    expect(await readVitestReport(join(folder, "none"))).toBeNull();
    expect(await readPytestReport(join(folder, "none"))).toBeNull();
  });
});

describe("tally", () => {
  it("lets no bad end pass", () => {
    expect(tally(0, undefined)).toEqual({ passed: 1, failed: 0 });
    expect(tally(1, undefined)).toEqual({ passed: 0, failed: 1 });
    expect(tally(null, undefined).failed).toBe(1);
    expect(tally(0, null).failed).toBe(1);
    expect(tally(1, { passed: 5, failed: 0 })).toEqual({ passed: 5, failed: 1, note: "exit code 1" });
    expect(tally(1, { passed: 5, failed: 2 })).toEqual({ passed: 5, failed: 2 });
  });
});
