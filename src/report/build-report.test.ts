import { createHash } from "node:crypto";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleInput } from "../../test/fixtures/report/sample-input.ts";
import { buildReport, type Report } from "./build-report.ts";
import type { ReportInput } from "./report-input.ts";

type Page = ReturnType<typeof parseHTML>["document"];

const HIDDEN = /(?!\n)\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029]/u;

/** Everything that once broke out of something. */
const ATTACKS = [
  "<script>alert(1)</script>",
  "</pre></details></textarea></title></style><img src=x onerror=alert(1)>",
  '" onmouseover="alert(1)" x="',
  "' autofocus onfocus='alert(1)",
  "]]><svg/onload=alert(1)>",
  "<!--",
  "&lt;script&gt; &amp;#60;",
  "line\u2028separator\u2029 \u202eright to left\u202c \u2066isolated\u2069 zero\u200bwidth \u001b[31m \u0000 \ud800",
  "```\n<iframe src=javascript:alert(1)>\n````",
  "| a | [x](javascript:alert(1)) ![i](https://example.test/i.png) https://example.test",
];

describe("buildReport", () => {
  let input: ReportInput;
  let report: Report;
  let document: Page;

  beforeAll(async () => {
    input = sampleInput();
    report = await buildReport(input);
    document = parseHTML(report.html).document;
    // The plot library loads here: slow where other processes hold the cores.
  }, 60_000);

  it("gives the same bytes for the same input", async () => {
    expect(await buildReport(sampleInput())).toEqual(report);
  });

  it("shows before, after, the change with interval and p-value for every split and metric", () => {
    const table = document.querySelector("table")!;
    const headings = [...table.querySelectorAll("thead th")].map((it) => it.textContent);
    expect(headings).toEqual(["%", "before", "with prompt", "after", "change"]);
    // Four security splits with three metrics, utility with one; a heading row for each split.
    expect(table.querySelectorAll("tbody tr")).toHaveLength(4 * 3 + 1 + 5);
    expect(table.textContent).toMatch(/FuncSec.*\[\d.*▲.*p\s[<=]/s);
    expect(report.markdown).toMatch(/\| Seen CWEs \| FuncSec \| .* ▲ \\\[/);
  });

  it("sets after beside the prompted base in the headline's table, where the run has that arm", async () => {
    const headline = { ...input.headline, prompted: "base secure" };
    const other = await buildReport(sampleInput({ headline }));
    const page = parseHTML(other.html).document;
    const table = page.querySelector("table");
    const headings = [...table!.querySelectorAll("thead th")].map((it) => it.textContent);
    expect(headings).toEqual(["%", "before", "with prompt", "after", "change", "against with prompt"]);
    expect(table!.closest("details")).toBeNull();
    for (const row of table!.querySelectorAll("tbody tr:has(td)"))
      expect(row.querySelectorAll("td")[4]!.textContent).toMatch(/^[+−]?\d.*\[.*\].*p\s[<=]/);
    const folded = [...page.querySelectorAll("details summary")].map((it) => it.textContent);
    expect(folded).toContain("before → with prompt");
    expect(folded).not.toContain("with prompt → after");
    expect(other.markdown).toContain("| change | p | against with prompt | p | n | keys |");
    expect(other.json).toMatchObject({
      version: 2,
      headline: {
        arms: headline,
        prompted: { seen: { n: 120, keys: 60 } },
        deltaFromPrompted: { seen: { funcSec: { value: expect.any(Number), low: expect.any(Number) } } },
      },
    });
    expect(Object.keys((report.json as { headline: object }).headline)).toEqual([
      ...["arms", "before", "after", "delta"],
    ]);
  });

  it("draws plots without markup of their own style or scripts", () => {
    const plots = [...document.querySelectorAll("figure svg")];
    expect(plots.length).toBe(3 + 4);
    for (const plot of plots) {
      expect(plot.getAttribute("aria-label")).toMatch(/FuncSec|Func|SecRatio/);
      expect(plot.querySelector("style, script, image, foreignObject")).toBeNull();
    }
    expect(plots[0]!.querySelectorAll("title").length).toBe(15);
  });

  it("says what was left out and which items failed", () => {
    const text = document.querySelector("main")!.textContent!;
    expect(text).toContain("Left out of the scores");
    expect(text).toContain("no reply within 60 s <b>after</b> 5 attempts");
    // One error among 60 answers of CWE-601 is more than 1 %.
    expect(text).toContain("withheld");
    expect(report.markdown).toContain("| traces under the security prompt | 1 |");
  });

  it("says so when nothing was left out", async () => {
    const { html } = await buildReport(sampleInput({ scores: [], reasons: [], failures: [] }));
    expect(html).toContain("Nothing was left out: 0 errors, 0 skips, no score withheld.");
  });

  it("shows how far analyzers agree, where several had a say", async () => {
    const text = document.querySelector("main")!.textContent!;
    expect(text).not.toContain("Analyzers against each other");
    const counts = { both: 3, onlyFirst: 1, onlySecond: 2, neither: 4, failed: 5 };
    const rows = [{ first: "icd", second: "sarif-command:<b>bandit</b>", ...counts }];
    const disagreements = [
      { title: "traces, read by analyzers", rows },
      { title: "read by one", rows: [] },
    ];
    const other = await buildReport(sampleInput({ disagreements }));
    const table = parseHTML(other.html).document.querySelector(
      "[aria-label='Analyzers against each other']",
    )!;
    const cells = [...table.querySelectorAll("tbody td")].map((it) => it.textContent);
    expect(cells).toEqual(["3", "1", "2", "4", "70.0", "5"]);
    expect(table.textContent).toContain("icd, sarif-command:<b>bandit</b>");
    expect(table.textContent).not.toContain("read by one");
    expect(other.markdown).toMatch(
      /traces, read by analyzers, icd, .* \| 3 \| 1 \| 2 \| 4 \| \\?70\.0 \| 5 \|/,
    );
    expect(other.json).toMatchObject({ disagreements });
  });

  it("labels demonstrations and unfinished runs", async () => {
    expect(document.querySelector(".banner")!.textContent).toMatch(/^Demonstration/);
    expect(report.markdown).toContain("> Demonstration");
    const run = { ...input.run, status: "budget" as const };
    const other = await buildReport({ ...input, demonstration: false, run });
    expect(other.html).not.toContain("Demonstration");
    expect(other.html).toContain("not complete (status: budget)");
  });

  it("carries statistics, cost and provenance of every step", () => {
    const text = document.querySelector("main")!.textContent!;
    for (const step of input.run.steps) expect(text).toContain(step.title);
    expect(text).toMatch(/kept403/);
    expect(text).toMatch(/excludedTooLong2/);
    expect(text).toContain("132,310");
    for (const { outputs } of input.run.steps) {
      for (const { sha256 } of Object.values(outputs)) {
        expect(report.html).toContain(sha256);
        expect(report.markdown).toContain(sha256);
      }
    }
  });

  it("gives machines the headline, all scores and the run", () => {
    expect(report.json).toMatchObject({
      schema: "sectune-report",
      version: 2,
      demonstration: true,
      headline: { before: { utility: { funcSec: null, n: 120, keys: 60 } } },
      run: { id: input.run.id },
    });
    expect(JSON.parse(JSON.stringify(report.json)).scores).toEqual(input.scores);
  });

  it("asks the network for nothing and allows no script", () => {
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!;
    const styles = document.querySelectorAll("style");
    expect(styles).toHaveLength(1);
    const hash = createHash("sha256").update(styles[0]!.textContent!).digest("base64");
    expect(policy.getAttribute("content")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(report.html.indexOf("Content-Security-Policy")).toBeLessThan(report.html.indexOf("<style"));
    expectInert(document);
  });

  it("can be used with the keyboard", () => {
    for (const region of document.querySelectorAll(".scroll, pre")) {
      expect(region.getAttribute("tabindex")).toBe("0");
    }
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      expect(document.querySelector(link.getAttribute("href")!)).not.toBeNull();
    }
    expect(document.querySelectorAll("details > summary").length).toBe(
      document.querySelectorAll("details").length,
    );
  });

  it.each(ATTACKS)("keeps %j text, wherever it stands", async (attack) => {
    const hostile = poison(input, attack);
    const { html, markdown } = await buildReport(hostile);
    const page = parseHTML(html).document;
    expectInert(page);
    // The same elements as with harmless text in the same places.
    const harmless = parseHTML((await buildReport(poison(input, "harmless"))).html).document;
    const shape = (it: Page) =>
      [...it.querySelectorAll("*:not(.hidden-character)")].map((element) => element.localName).join(" ");
    expect(shape(page)).toBe(shape(harmless));
    expect(html).not.toMatch(HIDDEN);
    expect(markdown).not.toMatch(HIDDEN);
    // Outside fences, Markdown holds no tag and no link of foreign text.
    const prose = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
    expect(prose).not.toMatch(/<[a-z!/]/i);
    expect(prose).not.toMatch(/[^\\]\]\(|https?:\/\//);
  });

  it("shows a model's answer to the last character", async () => {
    const text = ATTACKS.filter((attack) => !HIDDEN.test(attack)).join("\n");
    const page = parseHTML((await buildReport(poison(input, text))).html).document;
    const shown = [...page.querySelectorAll("pre")].map((it) => it.textContent);
    expect(shown).toContain(text);
  });

  it("cuts endless answers visibly", async () => {
    const { html } = await buildReport(poison(input, "x".repeat(100_000)));
    expect(html).toContain("… (88000 more characters)");
  });

  function expectInert(page: Page): void {
    const banned = "script, iframe, object, embed, img, image, link, form, input, base, foreignObject";
    expect([...page.querySelectorAll(banned)].map((it) => it.outerHTML)).toEqual([]);
    for (const element of page.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        expect(name).not.toMatch(/^on|^style$|^src|^autofocus$/i);
        if (/href/i.test(name)) expect(value).toMatch(/^#[a-z-]+$/);
      }
    }
  }
});

/** Puts a text into every place of the input that a model, a dataset, a provider or a config can write to. */
function poison(input: ReportInput, text: string): ReportInput {
  const [first] = input.examples;
  const finding = {
    analyzer: text,
    analyzerVersion: text,
    rule: text,
    severity: "high" as const,
    span: { file: text, start: 0, end: 1 },
    message: text,
  };
  return {
    ...input,
    title: text,
    notes: [text],
    arms: input.arms.map((arm) => ({ ...arm, title: text, description: text })),
    splits: input.splits.map((split) => ({ ...split, title: `${split.name} ${text}`, description: text })),
    reasons: [{ arm: "base plain", split: "seen", reason: text, count: 3 }],
    failures: [{ step: "traces", item: text, code: text, boundary: text, message: text }],
    sources: [{ kind: text, name: text, revision: text, licence: text }],
    prompts: [{ name: text, version: text, hash: text }],
    examples: [
      {
        note: text,
        task: { ...first!.task, id: text, prompt: text, language: text, context: text },
        answers: first!.answers.map(({ arm, generation }) => ({
          arm,
          generation: { ...generation, text, reasoning: text },
          judgement: {
            functional: "fail",
            secure: "fail",
            reasons: [text],
            evidence: text,
            findings: [finding],
          },
        })),
      },
    ],
    run: {
      ...input.run,
      config: { [text]: text },
      versions: { [text]: text },
      steps: input.run.steps.map((step) => ({ ...step, title: text, stats: { [text]: 1 } })),
      ledger: input.run.ledger.map((entry) => ({ ...entry, model: text })),
    },
  };
}
