import { expect, test } from "vitest";
import { codeBlocks } from "../../src/algorithms/code-blocks.ts";
import type { AnalysisOutcome, FailureReason, SourceFile } from "../../src/core/analyzer.ts";
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

async function judged(text: string, analyzers: Record<string, Look>, params: object = {}) {
  const inputs = { tasks: [task], generations: [generation("g", text)] };
  const { outputs, stats, provisional } = await runStage(analyze, { inputs, analyzers, params });
  return { row: outputs.judgements![0] as Judgement, stats, provisional };
}

test("clean is pass, findings are fail, no code is skip; what it does is never said", async () => {
  const one = { finder };
  expect((await judged("```python\nf()\n```", one)).row).toMatchObject({
    ...{ secure: "pass", functional: "skip", oracle: "analyzers", findings: [], reasons: [] },
  });
  expect((await judged("```python\neval(x)\n```", one)).row).toMatchObject({ secure: "fail" });
  const none = await judged("Run this:\n```bash\nls\n```", one);
  expect(none.row).toMatchObject({ secure: "skip", reasons: ["no-code"] });
  expect(none.stats).toEqual({ clean: 0, weak: 0, errors: 0, "no code": 1 });
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
