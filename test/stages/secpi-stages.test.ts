import { describe, expect, test } from "vitest";
import { AppError } from "../../src/core/error.ts";
import type { Generation } from "../../src/core/generation.ts";
import type { GenerateRequest } from "../../src/core/model.ts";
import type { Score } from "../../src/core/score.ts";
import { makeTask, type Task } from "../../src/core/task.ts";
import { CALIBRATION_TRACES } from "../../src/prompts/calibration-traces.ts";
import { stage as enoughTasks } from "../../src/stages/enough-tasks.ts";
import { stage as equalSize } from "../../src/stages/equal-size.ts";
import { stage as filter } from "../../src/stages/filter-cwes.ts";
import { stage as judgeTraces } from "../../src/stages/judge-traces.ts";
import { stage as loadItems } from "../../src/stages/load-items.ts";
import { stage as loadTasks } from "../../src/stages/load-tasks.ts";
import { stage as sample } from "../../src/stages/sample.ts";
import { stage as scoreTraces } from "../../src/stages/score-traces.ts";
import { stage as selectGenerations } from "../../src/stages/select-generations.ts";
import { stage as selectTasks } from "../../src/stages/select-tasks.ts";
import { runStage } from "../fixtures/stages/memory-context.ts";

const origin = { dataset: "test", revision: "1", row: "0", licence: "MIT" };
const task = (name: string, cwes: string[] = [], language = "python"): Task =>
  makeTask({ prompt: `Write ${name}.`, language, cwes, origin, split: "seen" });
const generation = (of: Task, more: Partial<Generation> = {}): Generation => ({
  id: `g-${of.id}`,
  taskId: of.id,
  model: { artifact: "0" },
  promptHash: "p",
  variant: "secure",
  sampleIndex: 0,
  text: "code",
  reasoning: "Use a parameter against SQL injection.",
  codeBlocks: [],
  usage: { input: 1, output: 40 },
  finish: "stop",
  ...more,
});
const tasks = Array.from({ length: 400 }, (_, index) => task(`f${index}`));

test("load-tasks: a dataset that gives no tasks is a mistake and not an empty result", async () => {
  const empty = runStage(loadTasks, { params: {}, dataset: [] });
  await expect(empty).rejects.toMatchObject({ code: "data-invalid", message: "the dataset holds no tasks" });
});

describe("load-items", () => {
  const fake = (splits: readonly string[]) => ({
    async *items({ splits: wanted = splits }) {
      for (const split of splits) if (wanted.includes(split)) yield { ...task(split), split };
    },
  });
  const run = (has: readonly string[], splits?: string[]) =>
    runStage(loadItems, { params: { benchmark: "fake", splits }, benchmarks: { fake: fake(has) } });

  test("takes what is there and counts it by split", async () => {
    const { outputs, stats } = await run(["seen", "utility"], ["seen"]);
    expect([outputs.tasks!.length, stats]).toEqual([1, { "items seen": 1 }]);
    expect((await run(["seen", "utility"])).stats).toEqual({ "items seen": 1, "items utility": 1 });
  });

  test.each([
    [["seen"], ["seen", "decoys"], "the benchmark fake gave no item in decoys (items: seen 1)"],
    [["seen"], ["decoys"], "the benchmark fake gave no item in decoys"],
    [[], undefined, "the benchmark fake gave no item"],
  ])("of a benchmark with items in %j, %j is no evaluation", async (has, splits, message) => {
    await expect(run(has, splits)).rejects.toMatchObject({ code: "data-invalid", message });
  });
});

test("load-tasks: rows that cannot be read are failures, and cost no other row", async () => {
  const bad = new AppError("data-invalid", "row 7: no question", { boundary: "dataset" });
  const { outputs, failures } = await runStage(loadTasks, {
    dataset: [tasks[0]!, { row: "7", bad }, tasks[1]!],
  });
  expect(outputs.tasks).toEqual(tasks.slice(0, 2));
  expect(failures).toEqual([{ item: "7", code: "data-invalid" }]);
});

test("load-tasks: where answers are to be executed, a task without tests is told before anything is paid for", async () => {
  const tested = { ...tasks[0]!, oracle: { benchmark: "fake", item: "0" } };
  const all = runStage(loadTasks, { dataset: [tested, tasks[1]!], params: { needsTests: true } });
  await expect(all).rejects.toMatchObject({
    message: "test 0 has no tests that could be executed",
    hint: expect.stringContaining("gates"),
  });
  expect(
    (await runStage(loadTasks, { dataset: [tested], params: { needsTests: true } })).outputs.tasks,
  ).toEqual([tested]);
});

test("enough-tasks: two for each row that is wanted, drawn by the seed and in their order", async () => {
  const beside = tasks.slice(300, 340);
  const take = async (of: readonly Task[], seed: number) => {
    const inputs = { tasks: of, beside };
    const { outputs, stats } = await runStage(enoughTasks, { inputs, params: { share: 0.2 }, seed });
    expect(stats).toEqual({ taken: 20 });
    return (outputs.tasks as Task[]).map(({ id }) => id);
  };
  const taken = await take(tasks, 0);
  expect(taken).toEqual(tasks.map(({ id }) => id).filter((id) => taken.includes(id)));
  expect(new Set(await take(tasks.toReversed(), 0))).toEqual(new Set(taken));
  expect(new Set(await take(tasks, 1))).not.toEqual(new Set(taken));
});

test("enough-tasks: of the wanted languages alone, even where that is none", async () => {
  const c = [task("g0", [], "c"), task("g1", [], "c")];
  const inputs = { tasks: [tasks[0]!, c[0]!, tasks[1]!, c[1]!], beside: tasks.slice(0, 40) };
  const take = async (...languages: string[]) =>
    (await runStage(enoughTasks, { inputs, params: { share: 0.2, languages } })).outputs.tasks;
  expect(await take("c")).toEqual(c);
  expect(await take("c", "python")).toEqual(inputs.tasks);
  expect(await take("rust")).toEqual([]);
});

describe("load-tasks: down-sampling", () => {
  const load = async (params: object, rows = tasks, seed = 0) =>
    (await runStage(loadTasks, { dataset: rows, params, seed })).outputs.tasks as Task[];

  const inOrderOf = (some: readonly Task[]) => {
    const ids = new Set(some.map(({ id }) => id));
    return tasks.filter(({ id }) => ids.has(id));
  };

  test("a share keeps dataset order, depends on the seed, and a larger share holds a smaller one", async () => {
    const tenth = await load({ sampleShare: 0.1 });
    const third = await load({ sampleShare: 0.3 });
    expect(tenth.length).toBeGreaterThan(20);
    expect(tenth.length).toBeLessThan(65);
    expect(inOrderOf(tenth)).toEqual(tenth);
    expect(third).toEqual(expect.arrayContaining(tenth));
    expect(await load({ sampleShare: 0.1 }, tasks, 1)).not.toEqual(tenth);
  });

  test("a count is exact, is not the first rows, and does not depend on the order of the dataset", async () => {
    const drawn = await load({ sampleCount: 50 });
    expect(drawn).toHaveLength(50);
    expect(drawn).not.toEqual(tasks.slice(0, 50));
    expect(inOrderOf(drawn)).toEqual(drawn);
    const reversed = await load({ sampleCount: 50 }, tasks.toReversed());
    expect(new Set(reversed)).toEqual(new Set(drawn));
    expect(await load({ sampleCount: 1000 })).toEqual(tasks);
  });

  test("of rows that cannot be read as small a share fails as of tasks is kept: a few in many do not end a small step", async () => {
    const bad = new AppError("data-invalid", "no question", { boundary: "dataset" });
    const rows = tasks.flatMap((one, at) => (at % 4 === 0 ? [one, { row: `bad ${at}`, bad }] : [one]));
    for (const params of [{ sampleCount: 40 }, { sampleShare: 0.1 }]) {
      const { outputs, failures, stats } = await runStage(loadTasks, { dataset: rows, params });
      expect(outputs.tasks).toEqual(await load(params));
      expect(failures.length).toBeGreaterThan(2);
      expect(failures.length).toBeLessThan(22);
      expect(stats).toMatchObject({ unreadable: 100 });
    }
    const all = await runStage(loadTasks, { dataset: rows, params: { sampleCount: 1000 } });
    expect(all.failures).toHaveLength(100);
  });

  test("without sampling the first rows are taken, duplicates once; both settings at once are refused", async () => {
    expect(await load({ limit: 3 })).toEqual(tasks.slice(0, 3));
    const twice = await runStage(loadTasks, { dataset: [tasks[0]!, tasks[0]!, tasks[1]!] });
    expect(twice.stats).toEqual({ tasks: 2, "duplicates dropped": 1 });
    expect(await load({ sampleShare: 1, limit: 2 })).toEqual(tasks.slice(0, 2));
    await expect(load({ sampleShare: 0.5, sampleCount: 5 })).rejects.toThrow(/one of/);
  });
});

describe("select-tasks", () => {
  const [sql, mixed, none, c] = [
    task("sql", ["CWE-89"]),
    task("mixed", ["CWE-89", "CWE-770"]),
    task("none"),
    task("c", ["CWE-787"], "c"),
  ] as const;
  const select = async (params: object, more: object = {}) =>
    (await runStage(selectTasks, { inputs: { tasks: [sql, mixed, none, c], ...more }, params })).outputs
      .tasks;

  test("a task is kept only if all of its CWEs are wanted", async () => {
    expect(await select({ cwes: ["CWE-89"] })).toEqual([sql]);
    expect(await select({ cwes: ["CWE-89", "CWE-770"] })).toEqual([sql, mixed]);
    expect(await select({ languages: ["c"] })).toEqual([c]);
  });
  test("none left is told at once, with what to do", async () => {
    await expect(select({ cwes: ["CWE-22"] })).rejects.toMatchObject({
      message: "no task is of the chosen CWEs and languages (CWE-22), by their labels",
      hint: expect.stringContaining("cwesFrom: classifier"),
    });
  });
  test("the classifier's CWEs take the place of labels where they are connected", async () => {
    const classifications = [{ taskId: none.id, cwes: ["CWE-22"], reply: "CWE-22" }];
    expect(await select({ cwes: ["CWE-22"] }, { classifications })).toEqual([none]);
  });
});

test("equal-size: cut to the smallest set, drawn by the seed, in input order", async () => {
  const all = tasks.slice(0, 40).map((one) => generation(one));
  const inputs = { generations: all, "size a": all.slice(0, 30), "size b": all.slice(0, 12) };
  const { outputs, stats } = await runStage(equalSize, { inputs });
  const kept = outputs.kept as Generation[];
  expect(kept).toHaveLength(12);
  expect(kept).not.toEqual(all.slice(0, 12));
  expect(all.filter(({ id }) => kept.some((one) => one.id === id))).toEqual(kept);
  expect(stats).toEqual({ kept: 12, "dropped: larger than the smallest set": 28 });
});

test("select-generations: a limit draws from the whole input, and a larger one holds a smaller one", async () => {
  const all = tasks
    .slice(0, 200)
    .map((one) => generation(one, { finish: one === tasks[0] ? "length" : "stop" }));
  const select = async (limit: number, generations = all) => {
    const { outputs, stats } = await runStage(selectGenerations, {
      inputs: { generations },
      params: { gates: ["complete"], limit },
    });
    expect(stats).toMatchObject({
      kept: limit,
      "dropped: complete": 1,
      "dropped: over the limit": 199 - limit,
    });
    return (outputs.kept as Generation[]).map(({ id }) => id);
  };
  const ids = all.map(({ id }) => id);
  const [few, many] = [await select(25), await select(100)];
  expect(many).toEqual(expect.arrayContaining(few));
  expect(ids.filter((id) => few.includes(id))).toEqual(few);
  expect(few.some((id) => ids.indexOf(id) >= 100)).toBe(true);
  expect(new Set(await select(25, all.toReversed()))).toEqual(new Set(few));
});

test("equal-size: answers under two prompts are drawn for the same tasks", async () => {
  const under = (prompt: string) =>
    tasks.slice(0, 40).map((one) => generation(one, { id: `${prompt}-${one.id}` }));
  const [secure, generic] = [under("secure"), under("generic")];
  const drawn = async (generations: Generation[]) => {
    const inputs = { generations, "size a": secure.slice(0, 10) };
    const { outputs } = await runStage(equalSize, { inputs });
    return (outputs.kept as Generation[]).map(({ taskId }) => taskId);
  };
  expect(await drawn(secure)).toEqual(await drawn(generic));
});

test("sample: the oracle prompt names the task's CWEs, or those of the classifier", async () => {
  const [labelled, bare] = [task("a", ["CWE-89"]), task("b")];
  const contents = async (inputs: object) => {
    const { requests } = await runStage(sample, {
      inputs: { tasks: [labelled, bare], ...inputs },
      params: { variant: "oracle" },
      reply: () => "x",
    });
    return requests.map(({ messages }) => messages![0]!.content);
  };
  const [first, second] = await contents({});
  expect(first).toContain("CWE-89 (SQL Injection)");
  expect(second).toContain("would have: none.");
  const classifications = [{ taskId: bare!.id, cwes: ["CWE-22"], reply: "" }];
  expect((await contents({ classifications }))[1]).toContain("CWE-22 (Path Traversal)");
});

describe("sample: where no task has a CWE label", () => {
  const asked = (variant: string, rows: readonly Task[], more: { params?: object; inputs?: object } = {}) =>
    runStage(sample, {
      inputs: { tasks: rows, ...more.inputs },
      params: { variant, ...more.params },
      reply: () => "x",
    }).then(({ requests }) => requests.length);
  const bare = tasks.slice(0, 3);

  test("a prompt that names CWEs is not asked: it would tell of every task that it has no weakness", async () => {
    await expect(asked("oracle", bare)).rejects.toMatchObject({
      code: "data-invalid",
      message: "the prompt oracle names the weaknesses of tasks, and none of these 3 has a CWE label",
      hint: expect.stringContaining("`params.cwesFrom: classifier`"),
    });
  });

  test("it is asked beside one that has one, of rejected tasks, of none, and of what the classifier said", async () => {
    expect(await asked("oracle", [...bare, task("a", ["CWE-89"])])).toBe(4);
    expect(await asked("oracle", bare, { params: { cwesMayMiss: true } })).toBe(3);
    expect(await asked("oracle", [])).toBe(0);
    expect(await asked("oracle", bare, { inputs: { classifications: [] } })).toBe(3);
    expect(await asked("secure", bare)).toBe(3);
  });
});

test("filter-cwes: precision and recall are scores with n and interval; without labels there are none", async () => {
  const rows = [task("a", ["CWE-89"]), task("b", ["CWE-89"]), task("c")];
  const reply = ({ messages }: GenerateRequest) =>
    messages![0]!.content.includes("Write a.") ? "CWE-89" : "none";
  const { outputs } = await runStage(filter, { inputs: { tasks: rows }, reply });
  const scores = outputs.scores as Score[];
  const recall = scores.find(({ name, breakdown }) => name === "recall" && breakdown.cwe === "CWE-89");
  expect(recall).toMatchObject({ value: 50, n: 2, interval: { low: expect.any(Number) } });
  const unlabelled = await runStage(filter, { inputs: { tasks: [task("a"), task("c")] }, reply });
  expect(unlabelled.outputs.scores).toEqual([]);
});

test("not-insecure: works, and secure where there is a security side; an abstaining judge is no pass", async () => {
  const rows = tasks.slice(0, 5).map((one) => generation(one));
  const verdicts = [
    ["pass", "pass", "tests"],
    ["pass", "skip", "tests"],
    ["pass", "skip", "llm"],
    ["pass", "fail", "tests"],
    ["fail", "skip", "tests"],
  ] as const;
  const judgements = rows.map((row, index) => {
    const [functional, secure, oracle] = verdicts[index]!;
    const { id: generationId, taskId, sampleIndex } = row;
    return { generationId, taskId, sampleIndex, functional, secure, oracle, findings: [], reasons: [] };
  });
  const params = { gates: ["not-insecure"] };
  const { outputs } = await runStage(selectGenerations, {
    inputs: { generations: rows, judgements },
    params,
  });
  expect(outputs.kept).toEqual(rows.slice(0, 2));
});

describe("trace metrics", () => {
  const evaluated = [task("a", ["CWE-89"]), task("b", ["CWE-89"]), task("c", ["CWE-99999"]), task("d")];
  const answers = [
    generation(evaluated[0]!),
    generation(evaluated[1]!, { reasoning: undefined }),
    generation(evaluated[2]!),
    generation(evaluated[3]!, { reasoning: "just add" }),
  ];
  const judgements = answers.map(({ id: generationId, taskId, sampleIndex }, index) => ({
    ...{ generationId, taskId, sampleIndex, oracle: "tests", findings: [], reasons: [] },
    functional: "pass",
    secure: index === 0 ? "pass" : index === 3 ? "skip" : "fail",
  }));
  const inputs = { tasks: evaluated, "arm tuned": answers };
  /** Knows the calibration traces by heart; everything else is worth 3. */
  const expert = ({ messages }: GenerateRequest) => {
    const text = messages![0]!.content;
    const known = CALIBRATION_TRACES.flatMap(({ traces }) => Object.entries(traces)).find(([, trace]) =>
      text.includes(trace),
    );
    return `grade: ${known === undefined ? 3 : { good: 4, shallow: 1, absent: 0 }[known[0] as "good"]}`;
  };
  const traceGrade = (scores: unknown[]) => (scores as Score[]).find(({ name }) => name === "traceGrade")!;

  test("a judge that proves itself grades; no reasoning is the lowest grade, tasks without CWEs get none", async () => {
    const judged = await runStage(judgeTraces, { inputs, reply: expert });
    expect(judged.stats["AUC on traces of known quality"]).toBe(1);
    expect(judged.outputs.grades).toEqual([
      { generationId: answers[1]!.id, grade: 0 },
      { generationId: answers[0]!.id, grade: 3 },
      { generationId: answers[2]!.id, grade: 3 },
    ]);
    expect(judged.outputs.calibration).toHaveLength(CALIBRATION_TRACES.length * 3);
    const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
    const { outputs, stats } = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, grades: grades!, calibration: calibration! },
    });
    expect(traceGrade(outputs.scores!)).toMatchObject({ value: 50, n: 3, excluded: { skip: 1 } });
    expect(stats["CWEs without keywords, left out of K"]).toBe(1);
    const rows = outputs.traces as { mentionsSecurity: boolean; keywordCoverage: number | null }[];
    expect(rows.map((row) => [row.mentionsSecurity, row.keywordCoverage])).toEqual([
      [true, 1],
      [false, 0],
      [true, null],
      [false, null],
    ]);
  });

  test("answers that are missing and grades that the judge owed are errors, not skips, and withhold the score", async () => {
    const second = answers.map((one) => ({ ...one, id: `second-${one.id}`, sampleIndex: 1 }));
    const both = [...answers, ...second];
    const calibration = CALIBRATION_TRACES.flatMap(({ name, traces }) =>
      Object.keys(traces).map((level) => ({
        ...{ trace: name, level, reply: "" },
        grade: { good: 4, shallow: 1, absent: 0 }[level as "good"],
      })),
    );
    // The second answer to `b` was refused in one arm; the judge did not grade the first answer to `a`.
    const arms = {
      "arm tuned": both.filter(({ id }) => id !== second[1]!.id),
      "arm base": both.map((one) => ({ ...one, id: `base-${one.id}` })),
    };
    const all = [...arms["arm tuned"], ...arms["arm base"]];
    const grades = all
      .filter(({ id, taskId }) => taskId !== evaluated[3]!.id && id !== answers[0]!.id)
      .map(({ id }) => ({ generationId: id, grade: 2 }));
    const judged = (of: readonly Generation[]) =>
      of.map(({ id: generationId, taskId, sampleIndex }) => ({
        ...{ generationId, taskId, sampleIndex, oracle: "tests", findings: [], reasons: [] },
        ...{ functional: "pass", secure: taskId === evaluated[3]!.id ? "skip" : "pass" },
      }));
    const judgedInputs = {
      "judged tuned": judged(arms["arm tuned"]),
      "judged base": judged(arms["arm base"]),
    };
    const { outputs, stats } = await runStage(scoreTraces, {
      inputs: { tasks: evaluated, ...arms, ...judgedInputs, grades, calibration },
    });
    const found = (arm: string, score: string) =>
      (outputs.scores as Score[]).find(({ name, breakdown }) => name === score && breakdown.arm === arm);
    expect(found("tuned", "securityMentioned")).toMatchObject({
      ...{ value: null, n: 7, excluded: { error: 1, skip: 0 } },
      withheld: "1 of 8 have no verdict (more than 1 % errors)",
    });
    expect(found("tuned", "keywordCoverage")).toMatchObject({ n: 3, excluded: { error: 1, skip: 4 } });
    expect(found("tuned", "traceGrade")).toMatchObject({ n: 4, excluded: { error: 2, skip: 2 } });
    expect(found("tuned", "pointBiserial")).toMatchObject({ withheld: expect.any(String) });
    expect(found("base", "traceGrade")).toMatchObject({ value: 50, n: 6, excluded: { error: 0, skip: 2 } });
    expect(found("base", "securityMentioned")).toMatchObject({ n: 8, excluded: { error: 0, skip: 0 } });
    expect(stats["answers that are missing"]).toBe(1);
  });

  test("a judge that cannot rank known traces grades nothing, and the score says why", async () => {
    const judged = await runStage(judgeTraces, { inputs, reply: () => "grade: 4" });
    expect(judged.outputs.grades).toEqual([]);
    expect(judged.requests).toHaveLength(CALIBRATION_TRACES.length * 3);
    const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
    const { outputs } = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, grades: grades!, calibration: calibration! },
    });
    expect(traceGrade(outputs.scores!)).toMatchObject({
      value: null,
      n: 0,
      withheld: "the judge ranks traces of known quality with AUC 0.50, 0.9 is needed",
    });
    const cut = await runStage(judgeTraces, { inputs, reply: () => "Let me see. The" });
    const unread = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, ...(cut.outputs as Record<string, unknown[]>) },
    });
    expect(traceGrade(unread.outputs.scores!).withheld).toMatch(
      /AUC 0\.50, .* of its 36 replies 36 had no grade .*replyTokens/,
    );
  });

  test("a judge whose replies cannot be read shows no grades, with how many; a few are errors of the score", async () => {
    const many = Array.from({ length: 40 }, (_, index) => task(`many ${index}`, ["CWE-89"]));
    const thoughts = many.map((of, index) => generation(of, { reasoning: `thought ${index}.` }));
    const verdicts = thoughts.map(({ id: generationId, taskId, sampleIndex }) => ({
      ...{ generationId, taskId, sampleIndex, oracle: "tests", findings: [], reasons: [] },
      ...{ functional: "pass", secure: "pass" },
    }));
    const scored = async (unreadable: number) => {
      const own = { tasks: many, "arm tuned": thoughts };
      const reply = (request: GenerateRequest) => {
        const index = /thought (\d+)/.exec(request.messages![0]!.content)?.[1];
        return Number(index) < unreadable ? "It is fine." : expert(request);
      };
      const judged = await runStage(judgeTraces, { inputs: own, reply });
      expect(judged.failures).toHaveLength(unreadable);
      expect(judged.stats).toMatchObject({
        ...{ graded: 40 - unreadable, "replies without a grade": unreadable },
      });
      const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
      const inputs = { ...own, "judged tuned": verdicts, grades: grades!, calibration: calibration! };
      return traceGrade((await runStage(scoreTraces, { inputs })).outputs.scores!);
    };
    expect(await scored(4)).toMatchObject({
      ...{ value: null, n: 0, excluded: { error: 0, skip: 40 } },
      withheld:
        "the judge gave no readable grade for 4 of 40 answers (at most 5 % of its grades may be missing)",
    });
    expect(await scored(3)).toMatchObject({ n: 37, excluded: { error: 3, skip: 0 } });
    expect(await scored(0)).toMatchObject({ value: 75, n: 40 });
  });

  test("without a judge the score says so", async () => {
    const { outputs } = await runStage(scoreTraces, { inputs: { ...inputs, "judged tuned": judgements } });
    expect(traceGrade(outputs.scores!).withheld).toContain("no model is bound");
  });

  test("a judge that counts words is caught", async () => {
    const longest = ({ messages }: GenerateRequest) =>
      `grade: ${Math.min(4, Math.floor(messages![0]!.content.length / 350))}`;
    const judged = await runStage(judgeTraces, { inputs, reply: longest });
    expect(judged.stats["AUC on traces of known quality"]).toBeLessThan(0.7);
  });
});
