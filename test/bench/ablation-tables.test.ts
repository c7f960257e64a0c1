import { expect, test } from "vitest";
import { ablationFigures } from "../../bench/support/ablation-figures.ts";
import type { AblationReport } from "../../bench/support/ablation-report.ts";
import { ablationMarkdown } from "../../bench/support/ablation-tables.ts";
import { reportJson } from "../../src/report/build-report.ts";
import { ablationsInput } from "../fixtures/report/ablations-input.ts";

const report = JSON.parse(JSON.stringify(reportJson(ablationsInput()))) as AblationReport;

test("the document's tables are read from a report as it is written", () => {
  const lines = ablationMarkdown(report).split("\n");
  expect(lines).toContain("| base plain |  | 10.0 |");
  expect(lines).toContain("| unverified | 300 | 50.0 **▼** |");
  expect(lines.find((line) => line.startsWith("| only injection |"))).toMatch(/60\.0 \*\*▼\*\*/);
  const [, transfer] = lines.filter((line) => line.startsWith("| only injection |"));
  expect(transfer).toMatch(/60\.0 \(\+50\.0 \[[0-9.]+, [0-9.]+\]\) \*\*▲\*\*/);
  expect(lines.find((line) => line.includes("change against main, by split"))).toMatch(
    /of \d+ tests \d+ are left .*unverified, funcSec `seen` −30\.0/,
  );
});

test("the kept figures hold every variant's change against its reference and its gain over the base", () => {
  const { variants } = ablationFigures(report) as {
    variants: Record<string, { reference: string; splits: { seen: { funcSec: object } } }>;
  };
  expect(variants.unverified!.reference).toBe("main");
  expect(variants.unverified!.splits.seen.funcSec).toMatchObject({
    ...{ n: 100, value: 50 },
    ...{ change: { value: -30 }, gain: { value: 40 } },
  });
});
