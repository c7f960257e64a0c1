import fc from "fast-check";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { sampleInput } from "../../test/fixtures/report/sample-input.ts";
import { compareRuns, compareRunsText } from "./compare-runs.ts";
import { bytes, decimal, dollars, duration, pValue, signed } from "./format.ts";
import { html, shown } from "./html.ts";
import { cell, fence } from "./markdown-text.ts";
import { terminalSummary } from "./terminal-summary.ts";
import { displayWidth, fold } from "./text-columns.ts";
import { clip, visibleText } from "./visible-text.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("<", ">", '"', "'", "&", "`", "|", "\n", "\u202e", "\u2028", "\ud83d", "a", " "),
  }),
);

describe("html", () => {
  it("gives any text back as text, in content and in attributes", () => {
    fc.assert(
      fc.property(text, (value) => {
        const page = html`<html><body><p title="${value}">${value}</p><pre>${shown(value)}</pre></body></html>`;
        const { document } = parseHTML(page.markup);
        expect(document.querySelector("p")!.textContent).toBe(visibleText(value));
        expect(document.querySelector("p")!.getAttribute("title")).toBe(visibleText(value));
        expect(document.querySelectorAll("*:not(.hidden-character)").length).toBe(4);
        expect(document.querySelector("pre")!.textContent).toBe(visibleText(value).replace(/[⟨⟩]/g, ""));
      }),
      { numRuns: 300 },
    );
  });
});

describe("visible text", () => {
  it("names what cannot be seen and leaves the rest alone", () => {
    expect(visibleText("a\u202eb\u2028\u0000\ufeff\u{e0041}\r\n\tc")).toBe(
      "a⟨U+202E⟩b⟨U+2028⟩⟨U+0000⟩⟨U+FEFF⟩⟨U+E0041⟩\n\tc",
    );
    expect(visibleText("naïve 中文 😀 ❤️")).toBe("naïve 中文 😀 ❤️");
    expect(visibleText("\ud800")).toBe("⟨U+D800⟩");
  });

  it("clips between characters", () => {
    expect(clip("ab😀cd", 3)).toBe("ab\n… (4 more characters)");
    expect(clip("abc", 3)).toBe("abc");
  });
});

describe("Markdown", () => {
  it("no text closes its fence", () => {
    fc.assert(
      fc.property(text, (value) => {
        const [first, ...rest] = fence(value).split("\n");
        const mark = first!.slice(0, -"text".length);
        expect(rest.at(-1)).toBe(mark);
        expect(rest.slice(0, -1).some((line) => line.includes(mark))).toBe(false);
      }),
    );
  });

  it("no text leaves its cell", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(cell(value)).not.toMatch(/\n|[<>]|(?<!\\)(\\\\)*(?<!\\)\|/);
      }),
    );
  });
});

describe("formats", () => {
  it("shows numbers as people read them", () => {
    expect([decimal(-3.72), decimal(-0.01), decimal(null), signed(77), signed(0.04)]).toEqual([
      "−3.7",
      "0.0",
      "–",
      "+77.0",
      "0.0",
    ]);
    expect([pValue(0.0004), pValue(0.0123), pValue(null)]).toEqual([
      "p\u00a0<\u00a00.001",
      "p\u00a0=\u00a00.012",
      "",
    ]);
    expect([duration(840), duration(59_990), duration(125_400), duration(11_400_000)]).toEqual([
      "0.8 s",
      "1 min 00 s",
      "2 min 05 s",
      "3 h 10 min",
    ]);
    expect([bytes(0), bytes(999_900), bytes(7_240_000)]).toEqual(["0 B", "1.0 MB", "7.2 MB"]);
    expect([dollars(0), dollars(0.00031), dollars(12.345)]).toEqual(["$0.00", "$0.0003", "$12.35"]);
  });
});

describe("terminal tables", () => {
  const input = sampleInput();

  it.each([60, 71, 72, 80, 120])("the summary fits %i columns", (width) => {
    const lines = terminalSummary(input, width).split("\n");
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toMatch(
      /Held-out CWEs .*\n.*Func .*\n +FuncSec +10\.8 +\d+\.\d +\+\d+\.\d ▲ +\[/,
    );
    expect(lines.at(-1)).toMatch(/research result\.$/);
  });

  const beside = { ...input, headline: { ...input.headline, prompted: "base secure" } };

  it.each([60, 63, 64, 73, 74, 80])(
    "the prompted base stands beside them, where %i columns have room",
    (width) => {
      const summary = terminalSummary(beside, width);
      expect(Math.max(...summary.split("\n").map(displayWidth))).toBeLessThanOrEqual(width);
      const shown = width >= 64;
      expect(
        summary.startsWith(shown ? "before → after beside with prompt, in %" : "before → after, in %"),
      ).toBe(true);
      const number = "\\d+\\.\\d";
      const rates = ["10\\.8", ...(shown ? [number] : []), number];
      expect(summary).toMatch(new RegExp(`FuncSec +${rates.join(" +")} +\\+${number} ▲ +\\[`));
      expect(/before +prompted +after +change/.test(summary)).toBe(shown);
      expect(/ p\n/.test(summary)).toBe(width >= 74);
    },
  );

  it("has no such column where the run has no such arm", () => {
    const arms = input.arms.filter(({ name }) => name !== "base secure");
    expect(terminalSummary({ ...beside, arms }, 80)).toBe(terminalSummary({ ...input, arms }, 80));
  });

  it.each([60, 64, 74])("fits %i columns at the widest numbers and with hostile titles", (width) => {
    const wide = {
      ...beside,
      arms: input.arms.map((arm) => ({ ...arm, title: "\u001b[2Ja very long title of an arm" })),
      scores: input.scores.map((score) => ({
        ...score,
        value: score.value === null ? null : -100,
        interval: score.interval && { low: -100, high: -100, level: 0.95 },
      })),
    };
    const summary = terminalSummary(wide, width);
    expect(Math.max(...summary.split("\n").map(displayWidth))).toBeLessThanOrEqual(width);
    expect(summary).not.toContain("\u001b");
  });

  it("sets two runs side by side", () => {
    const a = { run: input.run, scores: input.scores };
    const lower = input.scores.map((score) =>
      score.value === null || score.interval === null
        ? score
        : { ...score, value: score.value - 40, interval: { ...score.interval, low: -20, high: 30 } },
    );
    const run = {
      ...input.run,
      id: "other",
      versions: { ...input.run.versions, torch: "2.14.0" },
      config: { seed: 1 },
    };
    const b = { run, scores: lower.filter(({ breakdown }) => breakdown.arm !== "base secure") };
    const comparison = compareRuns(a, b);
    expect(comparison.settings).toContain("torch: 2.13.0 → 2.14.0");
    expect(comparison.settings).toContain("seed: 0 → 1");
    expect(comparison.onlyA).toContain("base secure seen func");
    expect(comparison.onlyB).toEqual([]);
    expect(comparison.changes.length).toBe(2 * 13);
    expect(comparison.changes.find(({ name }) => name === "func")).toMatchObject({
      difference: -40,
      apart: true,
    });
    const lines = compareRunsText(a, b, 60).split("\n");
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(60);
    expect(compareRunsText(a, { ...b, scores: [] })).toContain("no score in common");
    const grouped = {
      ...a,
      scores: a.scores.map((score) => ({ ...score, breakdown: { ...score.breakdown, group: "injection" } })),
    };
    expect(compareRunsText(grouped, grouped)).toContain("seen · injection");
  });

  it("folds any line to any width", () => {
    fc.assert(
      // A terminal without a size says 0.
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 40 }), (line, width) => {
        for (const piece of fold(line, width))
          expect(displayWidth(piece)).toBeLessThanOrEqual(Math.max(width, 12));
      }),
    );
  });
});
