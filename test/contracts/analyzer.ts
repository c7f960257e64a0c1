import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AnalysisOutcome,
  type Analyzer,
  failureReasons,
  type SourceFile,
} from "../../src/core/analyzer.ts";
import { FindingSchema, SafePatternSchema } from "../../src/core/finding.ts";

export interface AnalyzerContractOptions {
  /** Files with at least one weakness that the analyzer finds; empty for one that finds none (a syntax checker). */
  readonly vulnerable: readonly SourceFile[];
  readonly clean: readonly SourceFile[];
  /** Texts that are no program in their language. */
  readonly broken: readonly SourceFile[];
}

/** What every analyzer must do, whoever uses it. */
export function analyzerContract(
  name: string,
  make: () => Promise<Analyzer>,
  { vulnerable, clean, broken }: AnalyzerContractOptions,
): void {
  describe(`analyzer contract: ${name}`, { timeout: 60_000 }, () => {
    let analyzer: Analyzer;
    beforeAll(async () => {
      analyzer = await make();
    });
    afterAll(() => analyzer.close?.());
    const analyze = (batch: readonly SourceFile[], signal = new AbortController().signal) =>
      analyzer.analyze(batch, { signal, onProgress: () => {} });
    const kinds = (outcomes: readonly AnalysisOutcome[]) => outcomes.map(({ outcome }) => outcome);

    it("tells its versions, always the same", async () => {
      const probe = await analyzer.probe();
      expect(probe.available).toBe(true);
      expect(probe.version ?? "").not.toBe("");
      expect(await analyzer.probe()).toEqual(probe);
    });

    it("tells weak, clean and broken files apart", async () => {
      expect(kinds(await analyze(vulnerable))).toEqual(vulnerable.map(() => "findings"));
      expect(kinds(await analyze(clean))).toEqual(clean.map(() => "clean"));
      const outcomes = await analyze(broken);
      expect(outcomes.map((outcome) => outcome.outcome === "failed" && outcome.reason)).toEqual(
        broken.map(() => "unparsable"),
      );
    });

    it("gives one outcome per file, in order, whatever is in the batch", async () => {
      const unknown: SourceFile = { path: "x.cob", language: "cobol", text: "DISPLAY 'X'." };
      const batch = [...broken, ...vulnerable, unknown, ...clean, ...vulnerable, unknown];
      expect(kinds(await analyze(batch))).toEqual([
        ...broken.map(() => "failed"),
        ...vulnerable.map(() => "findings"),
        "failed",
        ...clean.map(() => "clean"),
        ...vulnerable.map(() => "findings"),
        "failed",
      ]);
      expect(await analyze([unknown])).toMatchObject([{ outcome: "failed", reason: "unsupported-language" }]);
      expect(await analyze([])).toEqual([]);
    });

    it("gives findings with places inside the text they are about", async () => {
      const batch = [...vulnerable, ...clean];
      const rules = await analyzer.rules?.();
      for (const [index, outcome] of (await analyze(batch)).entries()) {
        const { path, text } = batch[index]!;
        if (outcome.outcome === "failed") throw new Error(outcome.message);
        const findings = outcome.outcome === "findings" ? outcome.findings : [];
        for (const safe of outcome.safe ?? []) SafePatternSchema.parse(safe);
        for (const finding of findings) {
          FindingSchema.parse(finding);
          expect(finding.analyzer).toBe(name);
          if (rules !== undefined) expect(rules.map(({ id }) => id)).toContain(finding.rule);
          for (const { file, start, end } of [finding.span, ...(finding.flows ?? []).flat()]) {
            expect(file).toBe(path);
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
        }
        const starts = findings.map(({ span }) => span.start);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      }
    });

    it("answers equal files equally", async () => {
      const batch = [...vulnerable, ...clean, ...broken];
      expect(await analyze(batch)).toEqual(await analyze(batch));
    });

    it("never throws for a text, and never calls one clean that it did not read", async () => {
      const { path, language } = [...vulnerable, ...clean][0]!;
      const texts = [
        "",
        "\0",
        "\ud800 \udfff",
        "\ufeff",
        "((((((((((",
        "é😀".repeat(1000),
        "x".repeat(100_000),
        "\r\r\n\n",
      ];
      const outcomes = await analyze(texts.map((text) => ({ path, language, text })));
      for (const outcome of outcomes)
        if (outcome.outcome === "failed") expect(failureReasons).toContain(outcome.reason);
      expect(outcomes[4]!.outcome).toBe("failed");
    });

    it("stops when it is told to", async () => {
      const stopped = AbortSignal.abort(new Error("stopped"));
      await expect(analyze([...vulnerable, ...clean], stopped)).rejects.toThrow("stopped");
    });
  });
}
