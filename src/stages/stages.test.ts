import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { codeBlocks } from "../algorithms/code-blocks.ts";
import { parseCweList } from "../algorithms/parse-cwe-list.ts";
import { splitReasoning } from "../algorithms/reasoning.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Judgement, Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { makeTask, type Task } from "../core/task.ts";
import type { SftRow } from "../core/train-row.ts";
import { stage as filter } from "./filter-cwes.ts";
import { stage as judge } from "./judge.ts";
import { stage as project } from "./project-sft.ts";
import { stage as sample } from "./sample.ts";
import { stage as score } from "./score.ts";
import { stage as select } from "./select-generations.ts";

const origin = { dataset: "test", revision: "1", row: "0", licence: "MIT" };
const task = (name: string, cwes: string[] = [], split = "seen"): Task =>
  makeTask({
    prompt: `Write ${name}.`,
    language: "python",
    cwes,
    origin,
    split,
    oracle: { benchmark: "fake", item: name },
  });
const generation = (of: Task, index = 0, more: Partial<Generation> = {}): Generation => ({
  id: `${of.id}-${index}`,
  taskId: of.id,
  model: { artifact: "0" },
  promptHash: "p",
  variant: "secure",
  sampleIndex: index,
  text: "```python\npass\n```",
  reasoning: "Weakness: none.",
  codeBlocks: [],
  usage: { input: 1, output: 1 },
  finish: "stop",
  ...more,
});
const judgement = (of: Generation, functional: Verdict, secure: Verdict): Judgement => ({
  generationId: of.id,
  taskId: of.taskId,
  sampleIndex: of.sampleIndex,
  functional,
  secure,
  oracle: "tests",
  findings: [],
  reasons: [],
});

test("CWE lists are read in the forms that models write, and what is neither list nor none is null", () => {
  expect(parseCweList("CWE-089, cwe_79 and CWE 22; CWE-89 again")).toEqual(["CWE-89", "CWE-79", "CWE-22"]);
  expect(parseCweList("None.")).toEqual([]);
  expect(parseCweList("no relevant CWEs")).toEqual([]);
  expect(parseCweList("[]")).toEqual([]);
  expect(parseCweList("It doesn't involve any CWE.")).toEqual([]);
  expect(parseCweList("It could be CWE-22.\nNot a query, so none of CWE-89.\nAnswer: CWE-022")).toEqual([
    "CWE-22",
  ]);
  expect(parseCweList("This task does not exhibit CWE-89. Answer: none")).toEqual([]);
  expect(parseCweList("CWE-79 would need a page.\nnone")).toEqual([]);
  expect(parseCweList("CWE-79 (text that is not escaped)\nCWE-20")).toEqual(["CWE-79", "CWE-20"]);
  expect(parseCweList("CWE-89: the query is built without any escaping")).toEqual(["CWE-89"]);
  expect(parseCweList("CWE-209, where errors must not show internals")).toEqual(["CWE-209"]);
  for (const guess of [
    "none of CWE-79 or CWE-89 applies",
    "This does not exhibit CWE-89.",
    "This task doesn't exhibit CWE-89.",
    "It can’t exhibit CWE-89.",
    "A plausible implementation cannot exhibit CWE-89.",
    "CWE-0",
    "CWE-79, CWE-9999",
    "I think this is fine, 89 times out of 100",
    "",
  ])
    expect(parseCweList(guess), guess).toBeNull();
});

describe("filter-cwes", () => {
  test("keeps, rejects, reports agreement with labels, and does not guess at an unreadable reply", async () => {
    const tasks = [task("query", ["CWE-89"]), task("sum"), task("page", ["CWE-79"]), task("odd")];
    const reply = ({ messages }: { messages?: { content: string }[] | undefined }) => {
      const text = messages![0]!.content;
      if (text.includes("query")) return "CWE-89";
      if (text.includes("page")) return "CWE-79, CWE-80";
      return text.includes("odd") ? "hm" : "none";
    };
    const { outputs, stats, failures } = await runStage(filter, { inputs: { tasks }, reply });
    expect(outputs.kept).toEqual([tasks[0], tasks[2]]);
    expect(outputs.rejected).toEqual([tasks[1]]);
    expect(failures).toEqual([{ item: tasks[3]!.id, code: "data-invalid" }]);
    expect(stats).toMatchObject({ kept: 2, rejected: 1, unreadable: 1, "CWE recall %": 100 });
    expect(stats["CWE precision %"]).toBeCloseTo(66.67, 1);
  });

  test("a reply that cannot be read found nothing: it stays in the denominator of recall, and says where it was cut", async () => {
    const tasks = [task("query", ["CWE-89"]), task("page", ["CWE-79"])];
    const { stats, errors } = await runStage(filter, {
      inputs: { tasks },
      params: { maxTokens: 300 },
      reply: ({ messages }) =>
        messages![0]!.content.includes("query")
          ? "CWE-89"
          : { text: "", reasoning: "The page shows", finish: "length" },
    });
    expect(stats["CWE recall %"]).toBe(50);
    expect(errors[0]!.message).toMatch(/\(nothing\); the reply was cut at 300 tokens/);
    expect(errors[0]!.hint).toMatch(/params\.replyTokens/);
  });
});

describe("sample", () => {
  test("asks every task n times under the variant; reasoning stays apart; a failed item is a failure row", async () => {
    const tasks = [task("a"), task("b")];
    const { outputs, failures, requests } = await runStage(sample, {
      inputs: { tasks },
      params: { variant: "secure", samples: 2, maxTokens: 50 },
      reply: ({ messages, sampleIndex }) =>
        messages![0]!.content.includes("Write b.") && sampleIndex === 1
          ? new AppError("provider-timeout", "slow", { boundary: "provider", retryable: true })
          : { text: `answer ${sampleIndex}`, reasoning: "because" },
    });
    expect(requests.map(({ sampleIndex }) => sampleIndex)).toEqual([0, 1, 0, 1]);
    expect(requests[0]!.messages![0]!.content).toMatch(/^Write a\.[\s\S]*security/);
    const rows = outputs.generations as Generation[];
    expect(rows.map(({ taskId, sampleIndex, text }) => [taskId, sampleIndex, text])).toEqual([
      [tasks[0]!.id, 0, "answer 0"],
      [tasks[0]!.id, 1, "answer 1"],
      [tasks[1]!.id, 0, "answer 0"],
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    expect(rows[0]!.reasoning).toBe("because");
    expect(failures).toEqual([{ item: `${tasks[1]!.id}#1`, code: "provider-timeout" }]);
  });
});

test("what a task is about stands below its prompt wherever a model reads it, and in the training row", async () => {
  const [first, second] = ["def a(): ...", "def b(): ..."].map((context) =>
    makeTask({ prompt: "Mend this function.", language: "python", cwes: [], origin, context }),
  );
  const tasks = [first!, second!];
  const asked = (requests: { messages?: { content: string }[] | undefined }[]) =>
    requests.map(({ messages }) => /def .*/.exec(messages![0]!.content)?.[0]);
  const reply = () => "CWE-89";
  expect(asked((await runStage(sample, { inputs: { tasks }, reply })).requests)).toEqual([
    first!.context,
    second!.context,
  ]);
  expect(asked((await runStage(filter, { inputs: { tasks }, reply })).requests)).toEqual([
    first!.context,
    second!.context,
  ]);
  const generations = tasks.map((one) => generation(one));
  // Equal prompts are not the same task where their context differs.
  const { outputs } = await runStage(project, { inputs: { tasks, generations, items: [second!] } });
  expect((outputs.rows as SftRow[]).map(({ messages }) => messages[0]!.content)).toEqual([
    "Mend this function.\n\ndef a(): ...",
  ]);
});

describe("judge", () => {
  const tasks = [task("a"), task("b")];
  const generations = tasks.map((one) => generation(one));
  const benchmark = (outcomes: unknown[]) => ({
    extract: () => "pass",
    async *judge(items: Iterable<unknown>) {
      let index = 0;
      for (const item of items) yield { item, ...(outcomes[index++] as object) };
    },
  });

  test("verdicts become rows without timings; a grader that fails is an error verdict and makes the result provisional", async () => {
    const verdicts = {
      functional: "pass",
      secure: "fail",
      findings: [],
      reasons: ["exploited"],
      durationMs: 12,
    };
    const lost = new AppError("sandbox-failed", "lost", { boundary: "sandbox" });
    const fake = benchmark([
      { ok: true, value: verdicts },
      { ok: false, error: lost },
    ]);
    const { outputs, stats, provisional } = await runStage(judge, {
      inputs: { tasks, generations },
      benchmarks: { fake },
    });
    const rows = outputs.judgements as Judgement[];
    expect(rows[0]).toMatchObject({ functional: "pass", secure: "fail", reasons: ["exploited"] });
    expect(rows[0]!.durationMs).toBeUndefined();
    expect(rows[1]).toMatchObject({ functional: "error", secure: "error", reasons: ["sandbox-failed"] });
    expect(stats).toEqual({ functional: 1, errors: 1 });
    expect(provisional).toBe(true);
  });

  test("a generation without an oracle is refused, not skipped", async () => {
    const orphan = generation(task("c"));
    const run = runStage(judge, { inputs: { tasks, generations: [orphan] }, benchmarks: {} });
    await expect(run).rejects.toMatchObject({ code: "data-invalid" });
  });
});

describe("select-generations", () => {
  const tasks = ["a", "b", "c", "d", "e"].map((name) => task(name));
  const [a, b, c, d, e] = tasks.map((one) => generation(one)) as [Generation, ...Generation[]] & Generation[];
  const generations = [a, b!, { ...c!, reasoning: undefined }, { ...d!, finish: "length" as const }, e!];
  const judgements = [
    judgement(a, "pass", "pass"),
    judgement(b!, "pass", "fail"),
    judgement(c!, "pass", "pass"),
    judgement(d!, "pass", "pass"),
    judgement(e!, "error", "error"),
  ];

  test("all gates: only complete, reasoned, working and secure answers stay; an error is not a pass; drops are counted", async () => {
    const params = { gates: ["complete", "reasoning", "functional", "secure"] };
    const { outputs, stats } = await runStage(select, { inputs: { generations, judgements }, params });
    expect(outputs.kept).toEqual([a]);
    expect(stats).toEqual({
      kept: 1,
      "dropped: secure": 1,
      "dropped: reasoning": 1,
      "dropped: complete": 1,
      "dropped: functional": 1,
    });
  });

  test("an answer that is empty without its reasoning is not complete: it would be a row whose target has no answer", async () => {
    const cut = splitReasoning("<think>It could be injected, so");
    const inputs = { generations: [{ ...a, ...cut }, { ...b!, text: " \n" }, e!] };
    const params = { gates: ["complete", "reasoning"] };
    const { outputs, stats } = await runStage(select, { inputs, params });
    expect(outputs.kept).toEqual([e]);
    expect(stats).toEqual({ kept: 1, "dropped: complete": 2 });
  });

  test("the gate `code` wants fenced code in the language of the answer's task", async () => {
    const inC = { ...task("in C"), language: "c" };
    const answer = (of: Generation, text: string) => ({ ...of, text, codeBlocks: codeBlocks(text) });
    const fenced = "```python\npass\n```";
    const generations = [answer(a, fenced), answer(b!, "I would not."), answer(generation(inC), fenced)];
    const params = { gates: ["complete", "reasoning", "code"] };
    const { outputs, stats } = await runStage(select, {
      inputs: { generations, tasks: [...tasks, inC] },
      params,
    });
    expect(outputs.kept).toEqual([generations[0]]);
    expect(stats).toEqual({ kept: 1, "dropped: code": 2 });
    const unknown = runStage(select, { inputs: { generations, tasks }, params });
    await expect(unknown).rejects.toMatchObject({ code: "internal" });
  });

  test("no gates: the paper's way, all stay up to the limit", async () => {
    const { outputs, stats } = await runStage(select, {
      inputs: { generations },
      params: { gates: [], limit: 3 },
    });
    expect(outputs.kept).toHaveLength(3);
    expect(stats["dropped: over the limit"]).toBe(2);
  });
});

describe("project-sft", () => {
  const tasks = Array.from({ length: 20 }, (_, index) => task(`t${index}`));
  const security = tasks.slice(0, 8).map((one) => generation(one));
  const utility = tasks.slice(8).map((one) => generation(one, 0, { reasoning: undefined, variant: "plain" }));
  const run = (params: object) =>
    runStage(project, { inputs: { tasks, generations: security, utility }, params });

  test("the prompt is the bare task, the completion has the reasoning, and the share of utility rows is as asked", async () => {
    const { outputs, stats } = await run({ utilityShare: 0.2 });
    const rows = outputs.rows as SftRow[];
    expect(stats).toEqual({ "security rows": 8, "utility rows": 2 });
    for (const row of rows) {
      expect(row.messages[0]).toEqual({
        role: "user",
        content: tasks.find(({ id }) => id === row.taskId)!.prompt,
      });
      expect(row.messages[1]!.reasoning).toBe(row.purpose === "security" ? "Weakness: none." : undefined);
    }
    expect(rows.map(({ id }) => id)).not.toEqual([...rows].map(({ id }) => id).sort());
    expect((await run({ utilityShare: 0.2 })).outputs.rows).toEqual(rows);
  });

  test("a task that is evaluated, by id, by text or by structure, is left out and counted", async () => {
    const [byId, byText, byCluster] = security.map(({ taskId }) => tasks.find(({ id }) => id === taskId)!);
    const items = [
      byId!,
      { ...byText!, id: "other-1", prompt: `  ${byText!.prompt.replace(" ", "\n")}`, cluster: "other-1" },
      { ...byCluster!, id: "other-2", prompt: "Something else." },
    ];
    const inputs = { tasks, generations: security, utility, items };
    const { outputs, stats } = await runStage(project, { inputs, params: { utilityShare: 0.2 } });
    expect(stats).toMatchObject({ "security rows": 5, "left out: task is evaluated": 3 });
    const trained = new Set((outputs.rows as SftRow[]).map(({ taskId }) => taskId));
    for (const task of [byId, byText, byCluster]) expect(trained.has(task!.id)).toBe(false);
    const all = runStage(project, { inputs: { ...inputs, items: tasks } });
    await expect(all).rejects.toMatchObject({ message: expect.stringContaining("all 20 answers") });
  });

  test("a task that has a trace gives no utility row: it would be taught both ways", async () => {
    const own = tasks.slice(0, 12).map((one) => generation(one, 1, { reasoning: undefined }));
    const inputs = { tasks, generations: security, utility: own };
    const { stats } = await runStage(project, { inputs, params: { utilityShare: 0.5 } });
    expect(stats).toEqual({
      "security rows": 8,
      "utility rows": 4,
      "utility rows left out: task has a trace": 8,
    });
  });

  test("reasoning can be left out, and nothing to train on is an error that says what to do", async () => {
    const thinking = utility.map((one) => ({ ...one, reasoning: "Nothing to find." }));
    const inputs = { tasks, generations: security, utility: thinking };
    const bare = await runStage(project, { inputs, params: { reasoning: false, utilityShare: 0.5 } });
    expect(bare.stats).toEqual({ "security rows": 8, "utility rows": 8 });
    const rows = bare.outputs.rows as SftRow[];
    expect(rows.every(({ messages }) => messages[1]!.reasoning === undefined)).toBe(true);
    const empty = runStage(project, { inputs: { tasks, generations: [], utility } });
    await expect(empty).rejects.toMatchObject({
      code: "stage-failed",
      hint: expect.stringContaining("gates"),
    });
  });
});

test("score: arms by input name, differences as asked, errors withheld", async () => {
  const tasks = Array.from({ length: 30 }, (_, index) => task(`t${index}`, ["CWE-89"]));
  const rows = (functional: Verdict, secure: Verdict) =>
    tasks.map((one) => judgement(generation(one), functional, secure));
  const fake = {
    splits: [
      { name: "seen", title: "seen", security: true },
      { name: "utility", title: "u", security: false },
    ],
  };
  const { outputs } = await runStage(score, {
    inputs: { tasks, "arm before": rows("pass", "fail"), "arm after": rows("pass", "pass") },
    params: { benchmark: "fake", compare: [{ from: "before", to: "after" }] },
    benchmarks: { fake },
  });
  const scores = outputs.scores as { name: string; value: number; breakdown: Record<string, string> }[];
  const find = (labels: object) =>
    scores.find(
      ({ name, breakdown }) => name === "funcSec" && JSON.stringify(breakdown) === JSON.stringify(labels),
    );
  const of = (kind: object) =>
    scores.filter(({ breakdown }) => Object.entries(kind).every(([k, v]) => breakdown[k] === v));
  expect(find({ arm: "before", split: "seen", metric: "funcSec" })?.value).toBe(0);
  expect(of({ arm: "after", split: "seen", metric: "funcSec" })[0]!.value).toBe(100);
  expect(of({ kind: "difference", metric: "funcSec" })[0]!.value).toBe(100);
  expect(of({ split: "utility" })).toEqual([]);
});

test("score: a group is made of the splits that are named, and of no others", async () => {
  const tasks = ["seen", "rare"].flatMap((split) =>
    Array.from({ length: 20 }, (_, index) => ({ ...task(`${split}${index}`, ["CWE-89"]), split })),
  );
  const rows = tasks.map((one) => judgement(generation(one), "pass", one.split === "seen" ? "pass" : "fail"));
  const splits = ["seen", "rare"].map((name) => ({ name, title: name, security: true }));
  const scored = (groupSplits?: string[]) =>
    runStage(score, {
      inputs: { tasks, "arm main": rows },
      params: { benchmark: "fake", compare: [], groups: { injection: { cwes: ["CWE-89"] } }, groupSplits },
      benchmarks: { fake: { splits } },
    });
  const injection = async (...given: Parameters<typeof scored>) =>
    ((await scored(...given)).outputs.scores as Score[]).find(
      ({ name, breakdown }) => name === "funcSec" && breakdown.group === "injection",
    );
  expect(await injection()).toMatchObject({ value: 50, n: 40 });
  expect(await injection(["seen"])).toMatchObject({ value: 100, n: 20 });
  await expect(scored(["sen"])).rejects.toMatchObject({
    code: "config-invalid",
    hint: expect.stringContaining("seen, rare"),
  });
});

test("score: an answer that was never given is an error, not a smaller denominator", async () => {
  const tasks = Array.from({ length: 30 }, (_, index) => task(`t${index}`, ["CWE-89"]));
  const rows = tasks.map((one) => judgement(generation(one), "pass", "pass"));
  const inputs = { tasks, "arm whole": rows, "arm refused": rows.slice(2) };
  const params = { benchmark: "fake", compare: [{ from: "whole", to: "refused" }] };
  const benchmarks = { fake: { splits: [{ name: "seen", title: "seen", security: true }] } };
  const { outputs } = await runStage(score, { inputs, params, benchmarks });
  const scores = outputs.scores as Score[];
  const func = (labels: object) =>
    scores.find(
      ({ name, breakdown }) =>
        name === "func" &&
        breakdown.cwe === undefined &&
        Object.entries(labels).every(([key, value]) => breakdown[key] === value),
    )!;
  expect(func({ arm: "whole" })).toMatchObject({ value: 100, n: 30, excluded: { error: 0 } });
  expect(func({ arm: "refused" })).toMatchObject({ value: null, n: 28, excluded: { error: 2 } });
  expect(func({ arm: "refused" }).withheld).toMatch(/2 of 30 have no verdict/);
  expect(func({ kind: "difference" }).withheld).toMatch(/2 of 30/);
});
