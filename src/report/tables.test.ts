import { describe, expect, test } from "vitest";
import { ablationsInput, judgements } from "../../test/fixtures/report/ablations-input.ts";
import { sampleInput } from "../../test/fixtures/report/sample-input.ts";
import { labelAgreement } from "../algorithms/label-agreement.ts";
import { scoreArms } from "../algorithms/scores.ts";
import type { ArmJudgement } from "../algorithms/scoring/metric.ts";
import { type TraceSample, traceScores } from "../algorithms/trace-scores.ts";
import { buildReport } from "./build-report.ts";
import { markdown } from "./markdown.ts";
import { otherScores } from "./other-scores.ts";
import { overHardeningTable } from "./over-hardening.ts";
import { agreementTable, traceTables } from "./trace-tables.ts";
import { variantComparisons } from "./variant-comparisons.ts";
import { variantTables } from "./variant-tables.ts";

describe("tables of variants", () => {
  test("one per reference, with paired changes and p-values adjusted over the table", () => {
    const [main, source] = variantComparisons(ablationsInput(), "split");
    expect([main!.reference, source!.reference]).toEqual(["main", "source filtered"]);
    expect(main!.rows.map(({ arm, trainedRows }) => [arm, trainedRows])).toEqual([
      ["unverified", 300],
      ["no reasoning", undefined],
      ["only injection", undefined],
    ]);
    const funcSec = main!.rows[0]!.cells.find(({ metric }) => metric === "funcSec")!;
    expect(funcSec.score?.value).toBe(50);
    expect(funcSec.difference?.value).toBe(-30);
    expect(funcSec.adjusted!).toBeGreaterThanOrEqual(funcSec.difference!.pValue!);
    expect(source!.rows[0]!.cells.find(({ metric }) => metric === "funcSec")!.difference?.value).toBe(-30);
  });

  test("they are in all three forms, apart from the headline's arms and from other scores", async () => {
    const input = ablationsInput();
    const report = await buildReport(input);
    for (const text of [report.html, report.markdown]) {
      expect(text).toContain("What each change does: compared with main");
      expect(text).toContain("compared with main on groups of tasks");
      expect(text).toContain("300 training rows");
      expect(text).toContain("−30.0 ▼");
    }
    expect(report.html).toContain('<h2 id="variants">');
    expect(report.html).toContain("Change of FuncSec on Seen CWEs by variant");
    expect(report.html).toMatch(/<title>unverified: −30\.0 \[/);
    const json = report.json as { variants: Record<string, unknown>[] };
    expect(json.variants).toContainEqual(
      expect.objectContaining({
        ...{ reference: "main", variant: "unverified", split: "seen", metric: "funcSec" },
        ...{ value: 50, change: -30, trainedRows: 300 },
      }),
    );
    expect(json.variants.some(({ group }) => group === "injection")).toBe(true);
    expect(otherScores(input)).toEqual([]);
    // Six arms, but the headline's table has its two.
    expect(report.markdown).toContain("| split | metric | base plain | main | change |");
    expect(report.markdown).not.toContain("### main → unverified");
  });

  test("gains over the untouched model are a family and a table of their own, the main run among them", () => {
    const input = ablationsInput();
    const gains = variantComparisons(input, "split").at(-1)!;
    expect(gains).toMatchObject({ reference: "base plain", family: "change against base plain, by split" });
    expect(gains.rows.map(({ arm }) => arm)).toEqual(["main", "unverified", "only injection"]);
    expect(gains.tests).toBe(9);
    const tables = variantTables(input);
    const table = tables.find(({ title }) => title === "What each variant gains over base plain")!;
    expect(table.caption).toContain("over the 9 tests of the family “change against base plain, by split”");
    expect(table.groups[0]!.rows[1]).toEqual(["unverified", expect.objectContaining({ main: "+40.0 ▲" })]);
    expect(tables.some(({ title }) => title.includes("compared with base plain"))).toBe(false);
  });

  test("arms trained on a part have a table of transfer, below the base and the one trained on all", () => {
    const transfer = variantTables(ablationsInput()).find(({ title }) => title.startsWith("Transfer"))!;
    expect(transfer.header).toEqual(["trained on", "injection"]);
    const rows = transfer.groups[0]!.rows;
    expect(rows.map(([name]) => name)).toEqual([
      ...["n (keys)", "base plain", "main (all tasks), 240 training rows", "only injection"],
    ]);
    expect(rows[3]![1]).toMatchObject({
      main: "60.0",
      small: [expect.stringMatching(/^change \+50\.0 ▲ \[/), expect.stringMatching(/^p/)],
    });
  });

  test("how variants reason is told of all arms: S, K and tokens", () => {
    const table = variantTables(ablationsInput()).find(({ title }) => title === "How each variant reasons")!;
    expect(table.groups[0]!.rows).toEqual([
      ["base plain", { main: "S 0.0", small: ["K 0.0", "60 tokens"] }],
      ["main", { main: "S 100.0", small: ["K 100.0", "61 tokens"] }],
      ["unverified", { main: "S 100.0", small: ["K 0.0", "62 tokens"] }],
    ]);
  });

  test("a run without variants has none", () => {
    expect(variantTables(sampleInput())).toEqual([]);
    expect(markdown(sampleInput())).not.toContain("What each change does");
  });
});

describe("over-hardening", () => {
  const decoys = [{ name: "decoys", title: "Decoys", security: false, decoys: true }];
  const answers = (hardened: number): ArmJudgement[] =>
    judgements(0).map((one, index) => ({
      ...{ ...one, split: "decoys", cwes: [], secure: "skip" },
      functional: index < hardened ? "fail" : "pass",
      overHardened: index < hardened,
    }));
  const arms = { "base plain": answers(0), "base secure": answers(10), "tuned plain": answers(6) };
  const compare = ["base plain", "base secure"].map((from) => ({ from, to: "tuned plain" }));
  const scores = scoreArms({ arms, splits: decoys, compare, resamples: 200 });
  const headline = { before: "base plain", after: "tuned plain", prompted: "base secure" };
  const input = sampleInput({ scores, splits: decoys, headline });

  test("has a table of its own, with the headline's changes, and is no other score then", async () => {
    const { header, groups } = overHardeningTable(input)!;
    expect(header.slice(1)).toEqual([...["before", "with prompt", "after", "change", "against with prompt"]]);
    expect(groups[0]!.rows[0]!.slice(1)).toMatchObject([
      { main: "0.0" },
      { main: "10.0" },
      { main: "6.0", small: [expect.stringMatching(/^\[/), "", ""] },
      { main: "+6.0" },
      { main: "−4.0" },
    ]);
    expect(groups[0]!.note).toBe("n 100, 50 keys");
    expect(otherScores(input)).toEqual([]);
    const { html, markdown } = await buildReport(input);
    expect(html).toContain('<a href="#over-hardening">');
    expect(markdown).toContain("## Over-hardening");
    expect(overHardeningTable(sampleInput())).toBeNull();
  });

  test("of the embedded model, and of no other, it says why a low number says little", () => {
    const sentence = "The embedded model has read in pre-training";
    expect(overHardeningTable(input)!.caption).toContain(sentence);
    expect(markdown({ ...input, demonstration: false })).not.toContain(sentence);
  });

  test("of arms without a column it stays among the other scores", () => {
    const some = { ...input, arms: input.arms.filter(({ name }) => name !== "base secure") };
    expect(otherScores(some).map(({ breakdown }) => breakdown.arm ?? breakdown.from)).toEqual([
      ...["base secure", "base secure"],
    ]);
  });
});

describe("tables of the filter and of reasoning", () => {
  const samples: TraceSample[] = Array.from({ length: 60 }, (_, index) => ({
    arm: index % 2 === 0 ? "base plain" : "tuned plain",
    split: "seen",
    cluster: `c${index % 15}`,
    securityMentioned: index % 2 === 1 ? 100 : 0,
    keywordCoverage: index % 4 === 1 ? 100 : 0,
    traceGrade: 25 * (index % 5),
    tokensPerAnswer: 80 + index,
    funcSec: index % 3 === 0 ? "fail" : "pass",
  }));
  const scored = (gradesWithheld?: string) =>
    sampleInput({ extraScores: traceScores(samples, { gradesWithheld, resamples: 100 }) });

  test("means have a column per arm, correlations two digits", () => {
    const [means, correlations] = traceTables(scored());
    expect(means!.header).toEqual(["metric", "before", "after"]);
    const [seen] = means!.groups;
    expect(seen!.title).toBe("Seen CWEs");
    expect(seen!.rows.map(([name]) => name)).toEqual([
      ...["S: security named, %", "K: CWE keywords, %", "G: judge's grade, %", "tokens per answer"],
    ]);
    expect(seen!.rows[0]![2]).toMatchObject({ main: "100.0" });
    expect(correlations!.groups[0]!.title).toBe("all arms together");
    expect((correlations!.groups[0]!.rows[1]![1] as { main: string }).main).toMatch(/^−?0\.\d\d$/);
  });

  test("a withheld grade is `skip` with its reason, and is no withheld score of the answers", () => {
    const text = markdown(scored("the judge ranks traces of known quality with AUC 0.55, 0.9 is needed"));
    expect(text).toMatch(/G: judge's grade.*\| skip \| skip \|/);
    expect(text).toContain("G is not shown: the judge ranks traces of known quality with AUC 0.55");
  });

  test("errors of the reasoning's scores are withheld by name, and what was left out says so", async () => {
    const absent = { securityMentioned: "error", tokensPerAnswer: "error", funcSec: "error" } as const;
    const rows = samples.map((one, index) => (index < 2 ? { ...one, ...absent } : one));
    const extraScores = traceScores(rows, { gradesWithheld: "no model is bound", resamples: 100 });
    const input = sampleInput({ extraScores, scores: [] });
    const report = await buildReport(input);
    for (const text of [report.html, report.markdown]) {
      expect(text).not.toContain("Nothing");
      expect(text).toContain("pointBiserial of securityMentioned and FuncSec");
      expect(text).toContain("1 of 30 have no verdict (more than 1 % errors)");
      expect(text).toContain("G is not shown: no model is bound.");
      expect(text).not.toContain("G is not shown: 1 of 30");
    }
    expect(report.markdown).toMatch(/\| before \| seen \| securityMentioned \| 29 \| 1 \| 0 \| 1 of 30/);
    expect(report.markdown).toMatch(/S: security named, % \| withheld \| withheld \|/);
    expect(report.markdown).toMatch(/all arms \| {2}\| spearman of keywordCoverage and FuncSec/);
  });

  test("of grades that no judge could give, what was left out says why, and of nothing else", async () => {
    const input = sampleInput({ ...scored("no model is bound"), scores: [] });
    const sentence =
      "Nothing else than the judge's grades of the reasoning (no model is bound) was left out: 0 errors, 0 skips, no other score withheld.";
    expect(markdown(input)).toContain(sentence);
    expect(markdown(sampleInput({ scores: [] }))).toContain("Nothing was left out: 0 errors");
  });

  test("agreement of the filter: per task, micro, macro, then each CWE", () => {
    const items = [
      { cluster: "a", labels: ["CWE-89"], predicted: ["CWE-89"] },
      { cluster: "b", labels: ["CWE-79"], predicted: [] },
    ];
    const table = agreementTable(sampleInput({ extraScores: labelAgreement(items, 0, 50) }))!;
    expect(table.groups[0]!.rows.map(([name]) => name)).toEqual([
      "any CWE at all (what the filter decides)",
      "all CWEs, each mention counts",
      "all CWEs, each CWE counts",
      "CWE-79",
      "CWE-89",
    ]);
    expect(table.groups[0]!.rows[0]![3]).toMatchObject({ main: "50.0" });
    expect(agreementTable(sampleInput())).toBeNull();
  });
});
