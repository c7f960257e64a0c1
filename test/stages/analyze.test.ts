import { describe, expect, test } from "vitest";
import { codeBlocks } from "../../src/algorithms/code-blocks.ts";
import type { AnalysisOutcome, FailedAnalysis, FailureReason, SourceFile } from "../../src/core/analyzer.ts";
import { AppError } from "../../src/core/error.ts";
import type { Generation } from "../../src/core/generation.ts";
import type { Judgement } from "../../src/core/judgement.ts";
import { makeTask } from "../../src/core/task.ts";
import { stage as analyze } from "../../src/stages/analyze.ts";
import { stage as select } from "../../src/stages/select-generations.ts";
import { runStage } from "../fixtures/stages/memory-context.ts";

const origin = { dataset: "test", revision: "1", row: "0", licence: "MIT" };
const task = makeTask({ prompt: "Write it.", language: "python", cwes: [], origin });
const generation = (id: string, text: string): Generation => ({
  ...{ id, taskId: task.id, model: { artifact: "0" }, promptHash: "p", variant: "secure", sampleIndex: 0 },
  ...{ text, codeBlocks: codeBlocks(text), usage: { input: 1, output: 1 }, finish: "stop" },
});

type Look = (file: SourceFile) => AnalysisOutcome | AppError;
const failed = (reason: FailureReason): AnalysisOutcome => ({
  outcome: "failed",
  reason,
  message: "no luck",
});
/** Finds the word `eval`. */
const finder: Look = ({ path, text }) => {
  const start = text.indexOf("eval");
  if (start < 0) return { outcome: "clean" };
  const finding = {
    ...{ analyzer: "finder", analyzerVersion: "1", rule: "eval", cwe: "CWE-95", severity: "high" as const },
    ...{ message: "no eval", span: { file: path, start, end: start + 4 } },
  };
  return { outcome: "findings", findings: [finding] };
};
const clean: Look = () => ({ outcome: "clean" });

async function judged(
  text: string,
  analyzers: Record<string, Look>,
  params: object = {},
  more: { parser?: Look } = {},
) {
  const inputs = { tasks: [task], generations: [generation("g", text)] };
  const { outputs, stats, provisional } = await runStage(analyze, { inputs, analyzers, params, ...more });
  return { row: outputs.judgements![0] as Judgement, stats, provisional, outputs };
}

test("clean is pass, findings are fail, no code is skip; what it does is never said", async () => {
  const one = { finder };
  expect((await judged("```python\nf()\n```", one)).row).toMatchObject({
    ...{ secure: "pass", functional: "skip", oracle: "analyzers", findings: [], reasons: [] },
  });
  expect((await judged("```python\neval(x)\n```", one)).row).toMatchObject({ secure: "fail" });
  const none = await judged("Run this:\n```bash\nls\n```", one);
  expect(none.row).toMatchObject({ secure: "skip", reasons: ["no-code"] });
  expect(none.stats).toEqual({
    clean: 0,
    weak: 0,
    errors: 0,
    abstained: 0,
    "no code": 1,
    "blocks of something else": 1,
  });
});

test("a block counts by what its tag means, wherever the fence stands", async () => {
  const secure = async (text: string) => (await judged(text, { finder })).row.secure;
  for (const tag of ["Python3.11", "app.py", "text", "[python]", "whatever"])
    expect([tag, await secure(`\`\`\`${tag}\neval(x)\n\`\`\``)]).toEqual([tag, "fail"]);
  for (const text of ["Sure! ```python\neval(x)\n```", "eval(x)\n```", "```python eval(x)```"])
    expect([text, await secure(text)]).toEqual([text, "fail"]);
});

test("a CWE that should not be named is told, once for each tool", async () => {
  const vague: Look = (file) => {
    const found = finder(file);
    if ("code" in found || found.outcome !== "findings") return found;
    return { ...found, findings: found.findings.map((one) => ({ ...one, cwe: "CWE-20" })) };
  };
  const { stats } = await judged("```python\neval(x)\n```\n```python\neval(y)\n```\n", { vague });
  const warnings = Object.entries(stats).filter(([name]) => name.startsWith("warning: "));
  expect(warnings).toEqual([
    [expect.stringMatching(/^warning: finder: mapping to CWE-20 .* discouraged/), 1],
  ]);
});

test("findings are placed in the text of the answer, in its order, with emoji, CRLF and an indented fence before them", async () => {
  const text =
    "😀 first\r\n```python\r\ns = '😀'; eval(s)\r\n```\r\n- then\n  ```python\n  x = 1\n  eval(x)\n  ```\n";
  const { row } = await judged(text, { finder });
  expect(row.findings.map(({ span }) => span.start)).toEqual([
    text.indexOf("eval"),
    text.lastIndexOf("eval"),
  ]);
  expect(row.findings.map(({ span }) => text.slice(span.start, span.end))).toEqual(["eval", "eval"]);
});

test.each([
  ["crashed", true],
  ["timed-out", true],
  ["tool-missing", true],
  ["unparsable", false],
  ["unsupported-language", false],
  ["unsupported-rule", false],
] as const)("failed (%s) is an error and never a pass; provisional: %s", async (reason, provisional) => {
  const alone = await judged("f()", { broken: () => failed(reason) });
  expect(alone.row).toMatchObject({ secure: "error", reasons: [reason], evidence: "broken: no luck" });
  expect(alone.provisional).toBe(provisional);
  expect(alone.stats).toMatchObject({ clean: 0, errors: 1, [`failed: broken, ${reason}`]: 1 });
});

test.each([
  ["timed-out", true],
  ["unparsable", false],
] as const)(
  "a part that failed beside findings (%s) is told; provisional: %s",
  async (reason, provisional) => {
    const half: Look = (file) => ({
      ...(finder(file) as AnalysisOutcome & { outcome: "findings" }),
      otherwise: failed(reason) as FailedAnalysis,
    });
    const word = await judged("eval(x)", { half });
    expect(word.row).toMatchObject({ secure: "fail", reasons: [reason], evidence: "half: no luck" });
    expect(word.stats).toMatchObject({ weak: 1, errors: 0, [`failed beside findings: half, ${reason}`]: 1 });
    expect(word.provisional).toBe(provisional);
  },
);

test("a batch of which nothing can be told is an error, and so is an answer of which one block failed", async () => {
  const lost = new AppError("sandbox-failed", "the sandbox is gone", { boundary: "sandbox" });
  const whole = await judged("f()", { finder, remote: () => lost });
  expect(whole.row).toMatchObject({ secure: "error", evidence: "remote: the sandbox is gone" });
  expect(whole.provisional).toBe(true);
  const half: Look = ({ text }) => (text.includes("odd") ? failed("unparsable") : { outcome: "clean" });
  const text = "```python\nf()\n```\n```python\nodd(\n```\n";
  expect((await judged(text, { half })).row.secure).toBe("error");
  expect((await judged(`${text}\`\`\`python\neval(x)\n\`\`\``, { finder, half })).row.secure).toBe("fail");
});

test("the policy fuses several analyzers; a failure counts as clean under none of them", async () => {
  const secure = async (analyzers: Record<string, Look>, policy: string) =>
    (await judged("eval(x)", analyzers, { policy })).row.secure;
  const broken: Look = () => failed("timed-out");
  expect(await secure({ finder, clean }, "any")).toBe("fail");
  expect(await secure({ finder, clean }, "all")).toBe("pass");
  expect(await secure({ finder, clean, other: finder }, "2-of-3")).toBe("fail");
  expect(await secure({ finder, clean, broken }, "2-of-3")).toBe("error");
  expect(await secure({ finder, broken }, "all")).toBe("error");
  expect(await secure({ clean, broken }, "any")).toBe("error");
  await expect(secure({ finder }, "2-of-3")).rejects.toMatchObject({ code: "config-invalid" });
  await expect(secure({}, "any")).rejects.toMatchObject({ code: "config-invalid" });
});

test("who abstains is no error: where only that keeps the verdict open it is skip, and never a pass", async () => {
  const judge: Look = () => failed("abstained");
  const { row, stats, provisional } = await judged("f()", { clean, judge });
  expect(row).toMatchObject({ secure: "skip", reasons: ["abstained"] });
  expect(stats).toMatchObject({ abstained: 1, clean: 0, errors: 0, "failed: judge, abstained": 1 });
  expect(provisional).toBe(false);
  expect((await judged("eval(x)", { finder, judge })).row.secure).toBe("fail");
  expect((await judged("f()", { judge, broken: () => failed("crashed") })).row.secure).toBe("error");
});

test("policies differ by language and weight", async () => {
  const secure = async (fence: string, policy: object) =>
    (await judged(`\`\`\`${fence}\neval(x)\n\`\`\``, { finder, clean }, { policy })).row.secure;
  const policy = { default: "any", byLanguage: { javascript: { atLeast: 1, weights: { finder: 0.5 } } } };
  expect(await secure("python", policy)).toBe("fail");
  expect(await secure("js", policy)).toBe("pass");
  expect(await secure("js", { ...policy, default: "all" })).toBe("pass");
});

test("every pair of analyzers is compared on every piece of code", async () => {
  const text = "```python\neval(x)\n```\n```python\nf()\n```\n";
  const { outputs } = await judged(text, { clean, finder, broken: () => failed("unparsable") });
  const none = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0, failed: 0 };
  expect(outputs.disagreements).toEqual([
    { ...none, first: "clean", second: "finder", onlySecond: 1, neither: 1 },
    { ...none, first: "clean", second: "broken", failed: 2 },
    { ...none, first: "finder", second: "broken", failed: 2 },
  ]);
  expect((await judged(text, { finder })).outputs.disagreements).toEqual([]);
});

describe("code that an analyzer's own parser refuses", () => {
  /** Like a rule engine on tree-sitter: finds things beyond an error, but says that it could not parse. */
  const picky: Look = (file) => {
    const found = finder(file) as AnalysisOutcome;
    const provisional = found.outcome === "findings" ? found.findings : [];
    return { ...(failed("unparsable") as FailedAnalysis), provisional };
  };
  const seen: string[] = [];
  const parser: Look = ({ text }) => {
    seen.push(text);
    return text.includes("odd(") ? failed("unparsable") : { outcome: "clean" };
  };

  test("is what the language's parser says: then what was found around the error counts", async () => {
    expect((await judged("eval(x)", { picky }, {}, { parser })).row).toMatchObject({
      ...{ secure: "fail", findings: [{ rule: "eval" }], reasons: [] },
    });
    const { stats, provisional } = await judged("eval(x)", { picky }, {}, { parser });
    expect(stats).toMatchObject({ weak: 1, "settled by a real parser": 1 });
    expect(provisional).toBe(false);
    // A program that the analyzer has not read is not clean because its parser is at fault.
    expect((await judged("f()", { picky }, {}, { parser })).row).toMatchObject({
      ...{ secure: "error", reasons: ["unparsable"] },
    });
    expect((await judged("odd(", { picky }, {}, { parser })).row).toMatchObject({ secure: "error" });
    expect((await judged("f()", { picky })).row.secure).toBe("error");
  });

  test("is shown to the parser only where it is disputed", async () => {
    seen.length = 0;
    await judged("f()", { clean, broken: () => failed("unparsable"), picky }, {}, { parser });
    expect(seen).toEqual([]);
  });

  test("is no clean code either where a permissive one takes it, and stays clean where nobody can tell", async () => {
    const lax: Look = () => ({ outcome: "clean", unconfirmed: true });
    const refused = await judged("odd(", { lax }, {}, { parser });
    expect(refused.row).toMatchObject({ secure: "error", reasons: ["unparsable"] });
    expect(refused.stats).toMatchObject({ "settled by a real parser": 1 });
    expect((await judged("f()", { lax }, {}, { parser })).row.secure).toBe("pass");
    expect((await judged("odd(", { lax })).row.secure).toBe("pass");
  });

  test.each([
    ["crashed", true],
    ["timed-out", true],
    ["tool-missing", false],
    ["unparsable", false],
    ["unsupported-language", false],
  ] as const)("stays an error where the parser is %s; provisional: %s", async (reason, provisional) => {
    const word = await judged("eval(x)", { picky }, {}, { parser: () => failed(reason) });
    expect([word.row.secure, word.provisional]).toEqual(["error", provisional]);
  });

  test("stays an error where the parser is lost altogether", async () => {
    const lost = new AppError("sandbox-failed", "gone", { boundary: "sandbox" });
    const word = await judged("eval(x)", { picky }, {}, { parser: () => lost });
    expect([word.row.secure, word.provisional]).toEqual(["error", true]);
  });
});

test("the gate keeps what is clean and counts weak, failed, code-less and unread answers apart", async () => {
  const look: Look = (file) => (file.text.includes("odd") ? failed("crashed") : finder(file));
  const texts = { good: "f()", weak: "eval(x)", odd: "odd(", none: "```bash\nls\n```", bad: "eval(y)" };
  const generations = Object.entries(texts).map(([id, text]) => generation(id, text));
  const inputs = { tasks: [task], generations };
  const analyses = (await runStage(analyze, { inputs, analyzers: { look } })).outputs.judgements!;
  const unread = generation("unread", "g()");
  const selected = await runStage(select, {
    inputs: { generations: [...generations, unread], analyses },
    params: { gates: ["complete", "analyzers"] },
  });
  expect(selected.outputs.kept).toEqual([generations[0]]);
  expect(selected.stats).toEqual({
    ...{ kept: 1, "dropped: analyzers": 2, "dropped: analyzers (no code)": 1 },
    "dropped: analyzers (error)": 2,
  });
});
