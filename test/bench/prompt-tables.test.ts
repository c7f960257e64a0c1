import { expect, test } from "vitest";
import { type PromptReport, promptFigures } from "../../bench/support/prompt-figures.ts";
import { promptMarkdown } from "../../bench/support/prompt-tables.ts";
import { type TraceSample, traceScores } from "../../src/algorithms/trace-scores.ts";
import { reportJson } from "../../src/report/build-report.ts";
import { ablationsInput } from "../fixtures/report/ablations-input.ts";

/** Answers that pass where they name security, but for every fifth. */
const samples: TraceSample[] = ["base plain", "main"].flatMap((arm) =>
  Array.from({ length: 40 }, (_, index) => ({
    ...{ arm, split: "seen", cluster: `c${index}`, securityMentioned: index % 2 === 0 ? 100 : 0 },
    ...{ keywordCoverage: 25, traceGrade: 50, tokensPerAnswer: arm === "main" ? 61 : 30 },
    funcSec: (index % 2 === 0) === (index % 5 !== 0) ? "pass" : "fail",
  })),
);
const withheld = "the judge ranks traces of known quality with AUC 0.50, 0.9 is needed";

function report(gradesWithheld: string | undefined): PromptReport {
  const extraScores = traceScores(samples, { gradesWithheld, resamples: 100 });
  return JSON.parse(JSON.stringify(reportJson({ ...ablationsInput(), extraScores }))) as PromptReport;
}

test("figures have every arm on every split, its paired change to the tuned model, and correlations together and by arm", () => {
  const { arms, correlations } = promptFigures(report(withheld));
  expect(Object.keys(arms)).toEqual(["base plain", "main"]);
  expect(arms["base plain"]!.seen).toMatchObject({
    ...{ n: 100, funcSec: { value: 10 }, s: { value: 50 }, k: { value: 25 }, tokens: { value: 30 } },
    ...{ g: { value: null }, change: { funcSec: { value: 70 } } },
  });
  expect(arms.main!.seen).not.toHaveProperty("change");
  // What does not vary goes with nothing; G, which is withheld, is not there.
  expect(correlations.map(({ arm, metric, pointBiserial: { value } }) => [arm, metric, value])).toEqual(
    [undefined, "base plain", "main"].flatMap((arm) => [
      [arm, "securityMentioned", 0.6],
      [arm, "keywordCoverage", null],
    ]),
  );
});

test("tables tell arms, correlations and why G is not shown", () => {
  const lines = promptMarkdown(promptFigures(report(withheld))).split("\n");
  expect(lines).toContain("| main | 80.0 | – | – | – | – | – | – |");
  expect(lines.find((line) => line.startsWith("| all arms together | S |"))).toMatch(
    /\| 0\.60 \[0\.\d\d, 0\.\d\d\] \| 0\.60 \[.*\] \| 80 \|$/,
  );
  expect(lines).toContain("| main | K | – | – | 40 |");
  expect(lines.join("\n")).toContain(`G is \`skip\`: ${withheld}.`);
});

test("grades of a judge that proved itself are figures like the others", () => {
  const figures = promptFigures(report(undefined));
  expect(figures.judge.withheld).toBeNull();
  expect(figures.arms.main!.seen!.g.value).toBe(50);
  expect(promptMarkdown(figures)).not.toContain("skip");
});
