import { expect, test } from "vitest";
import type { Step } from "../../src/core/recipe.ts";
import { checkedPlan as plan } from "../fixtures/recipes/checked-plan.ts";

const ids = (steps: readonly Step[]) => steps.map(({ id }) => id);

test("secpi: filter, traces, training and three arms; the tuned arm uses the trained checkpoint", async () => {
  const steps = await plan("secpi", {});
  expect(ids(steps)).toEqual([
    ...[
      "tasks",
      "filter",
      "traces",
      "traces-judged",
      "traces-kept",
      "utility-tasks",
      "utility",
      "utility-judged",
      "utility-kept",
    ],
    ...["rows", "train", "items", "base-plain", "base-plain-judged", "base-prompted", "base-prompted-judged"],
    ...["tuned-plain", "tuned-plain-judged", "scores", "trace-scores"],
  ]);
  const tuned = steps.find(({ id }) => id === "tuned-plain")!;
  expect(tuned.models).toEqual({ model: { role: "target", checkpoint: "train.checkpoint" } });
  expect(tuned.params).toMatchObject({ variant: "plain", samples: 2 });
});

test("secpi: without a share of utility rows nobody is asked for any", async () => {
  const steps = await plan("secpi", { utilityShare: 0 });
  expect(ids(steps).filter((id) => id.startsWith("utility"))).toEqual([]);
  expect(steps.find(({ id }) => id === "rows")!.inputs).not.toHaveProperty("utility");
});

test("secpi: classifier and judge may answer as long as the target does, and longer than their own replies are", async () => {
  const params = { traceMetrics: true, sampling: { maxTokens: 8192 } };
  const limits = async (given: object) =>
    (await plan("secpi", given, ["target", "judge"]))
      .filter(({ id }) => ["filter", "trace-grades"].includes(id))
      .map(({ params: { maxTokens } }) => maxTokens);
  expect(await limits(params)).toEqual([8192, 8192]);
  expect(await limits({ ...params, sampling: { maxTokens: 100 } })).toEqual([256, 100]);
});

test("secpi: training rows may be sampled otherwise than answers that are measured", async () => {
  const steps = await plan("secpi", { traceSampling: { temperature: 0.4 }, sampling: { maxTokens: 99 } });
  const of = (id: string) => {
    const { temperature, maxTokens } = steps.find((one) => one.id === id)!.params;
    return [temperature, maxTokens];
  };
  expect(["traces", "utility", "base-plain", "tuned-plain"].map(of)).toEqual([
    ...[
      [0.4, 99],
      [0.4, 99],
    ],
    ...[
      [0.8, 99],
      [0.8, 99],
    ],
  ]);
});

test("secpi: utility answers think as traces do unless another prompt is asked for", async () => {
  const promptOf = async (params: object) =>
    (await plan("secpi", params)).find(({ id }) => id === "utility")!.params.variant;
  expect(await promptOf({})).toBe("secure");
  expect(await promptOf({ tracePrompt: "generic" })).toBe("generic");
  expect(await promptOf({ utilityPrompt: "plain" })).toBe("plain");
});

test("secpi: where traces are executed or read by analyzers, an insecure answer is no utility row", async () => {
  const gatesOf = async (params: object) =>
    (await plan("secpi", params, ["target"], ["icd"])).find(({ id }) => id === "utility-kept")!.params.gates;
  const real = ["complete", "reasoning", "analyzers", "code"];
  expect(await gatesOf({ gates: real })).toEqual(["complete", "reasoning", "code", "analyzers"]);
  expect(await gatesOf({ gates: real, utilityPrompt: "plain" })).toEqual(["complete", "code", "analyzers"]);
  expect(await gatesOf({ gates: [...real, "secure"] })).toEqual([
    ...["complete", "reasoning", "code", "analyzers", "functional", "not-insecure"],
  ]);
  expect(await gatesOf({})).toEqual(["complete", "reasoning", "functional", "not-insecure"]);
  expect(await gatesOf({ gates: ["complete"] })).toEqual(["complete"]);
  expect(await gatesOf({ utilityGates: ["complete", "functional"] })).toEqual(["complete", "functional"]);
});

test("secpi: the gate `code` is told the tasks, whose languages it asks for; other gates are not", async () => {
  const kept = async (gates: string[]) =>
    (await plan("secpi", { gates, cwes: ["CWE-89"] })).find(({ id }) => id === "traces-kept")!.inputs;
  expect((await kept(["complete", "code"])).tasks).toBe("selected.tasks");
  expect(await kept(["complete"])).not.toHaveProperty("tasks");
});

test("secpi: settings of the training that are not given keep their defaults", async () => {
  const train = async (params: object) =>
    (await plan("secpi", { train: params })).find(({ id }) => id === "train")!.params;
  expect(await train({ epochs: 7 })).toMatchObject({
    epochs: 7,
    learningRate: 1e-5,
    batchRows: 48,
    maxLength: 8192,
  });
  const counted = await train({ batchTokens: 3000 });
  expect(counted).toMatchObject({ batchTokens: 3000, epochs: 3 });
  expect(counted.batchRows).toBeUndefined();
  // null is as good as nothing said: a file's setting can be taken out on the command line.
  const again = await train({ batchTokens: null, batchRows: 4, lora: null });
  expect(again).toEqual({ learningRate: 1e-5, epochs: 3, batchRows: 4, maxLength: 8192 });
});

test("secpi without executed gates judges no trace, so tasks need no tests; the evaluation still executes", async () => {
  const steps = await plan("secpi", { gates: ["complete", "reasoning"], promptedArm: false });
  expect(ids(steps)).not.toContain("traces-judged");
  expect(ids(steps)).not.toContain("base-prompted");
  expect(ids(steps)).toContain("tuned-plain-judged");
});

test("evaluate: two arms", async () => {
  expect(ids(await plan("evaluate", {}))).toEqual([
    ...["items", "plain", "plain-judged", "prompted", "prompted-judged", "scores"],
  ]);
});

test("evaluate: further prompts are arms of their own, and a judge is asked only where one is bound", async () => {
  const params = { extraVariants: ["generic", "oracle", "secure"], traceMetrics: true };
  const steps = await plan("evaluate", params, ["target", "judge"]);
  const variants = steps.filter(({ stage }) => stage === "sample").map((step) => step.params.variant);
  expect(variants).toEqual(["plain", "generic", "oracle", "secure"]);
  expect(ids(steps)).toContain("trace-grades");
  expect(ids(await plan("evaluate", params))).not.toContain("trace-grades");
});

test.each(["secpi", "secpi-ablations", "evaluate"])(
  "%s: keywords of the trace metrics are whole words unless the paper's other reading is asked for",
  async (name) => {
    const match = async (params: object) =>
      (await plan(name, params)).find(({ id }) => id === "trace-scores")!.params.match;
    const given = name === "evaluate" ? { traceMetrics: true } : {};
    expect(await match(given)).toBe("word");
    expect(await match({ ...given, keywordMatch: "substring" })).toBe("substring");
  },
);

test("secpi: further arms stand before tuned plain, with which all are compared", async () => {
  const steps = await plan("secpi", {
    extraArms: ["tuned prompted", "base oracle", "tuned plain"],
    tracePrompt: "generic-secure",
  });
  const sampling = Object.fromEntries(
    steps.filter(({ stage }) => stage === "sample").map((step) => [step.id, step]),
  );
  expect(sampling["tuned-prompted"]).toMatchObject({
    params: { variant: "generic-secure" },
    models: { model: { checkpoint: "train.checkpoint" } },
  });
  expect(sampling["base-oracle"]).toMatchObject({ params: { variant: "oracle" } });
  const scores = steps.find(({ id }) => id === "scores")!;
  const names = ["base plain", "base prompted", "tuned prompted", "base oracle"];
  expect(scores.params.compare).toEqual(names.map((from) => ({ from, to: "tuned plain" })));
});

test("secpi: labels or the classifier say what the oracle prompt names and what is selected", async () => {
  const params = { tracePrompt: "oracle", cwes: ["CWE-89"], cwesFrom: "classifier" };
  const steps = await plan("secpi", params);
  const inputs = (id: string) => steps.find((step) => step.id === id)!.inputs;
  expect(inputs("selected")).toEqual({
    tasks: "filter.kept",
    classifications: "filter.classifications",
  });
  expect(inputs("traces")).toEqual({
    tasks: "selected.tasks",
    classifications: "filter.classifications",
  });
  expect(inputs("base-prompted")).toEqual({ tasks: "items.tasks" });
});

test("secpi: other sources under the gate `secure` are refused, since it drops tasks without a weakness", async () => {
  for (const params of [{ source: "rejected" }, { source: "unfiltered" }, { equalSources: true }])
    await expect(plan("secpi", params)).rejects.toMatchObject({
      code: "config-invalid",
      hint: expect.stringContaining("not-insecure"),
    });
  expect(ids(await plan("secpi", { equalPrompts: ["generic", "generic"] }))).toContain(
    "traces-under-generic",
  );
});

test("secpi: the classifier and the judge have room of their own where that is asked for", async () => {
  const room = async (params: object) => {
    const steps = await plan("secpi", params, ["target", "judge"]);
    return ["filter", "trace-grades"].map((id) => steps.find((step) => step.id === id)!.params.maxTokens);
  };
  expect(await room({ sampling: { maxTokens: 160 } })).toEqual([256, 160]);
  expect(await room({ sampling: { maxTokens: 160 }, replyTokens: 4000 })).toEqual([4000, 4000]);
});

test("secpi: sources of equal size are all of the chosen languages", async () => {
  const gates = ["complete", "reasoning", "functional", "not-insecure"];
  const steps = await plan("secpi", { languages: ["python"], equalSources: true, utilityShare: 0, gates });
  const inputs = (id: string) => steps.find((step) => step.id === id)!.inputs;
  expect(inputs("selected")).toEqual({ tasks: "filter.kept" });
  for (const [source, from] of [
    ["unfiltered", "tasks.tasks"],
    ["rejected", "filter.rejected"],
  ]) {
    expect(inputs(`selected-${source}`)).toEqual({ tasks: from });
    expect(inputs(`traces-${source}`)).toEqual({ tasks: `selected-${source}.tasks` });
  }
});

test("secpi: only rejected tasks, of which the oracle prompt may know nothing, may be without any CWE", async () => {
  const spared = async (params: object, recipe = "secpi") =>
    (await plan(recipe, params)).filter((step) => step.params.cwesMayMiss).map(({ id }) => id);
  expect(await spared({ tracePrompt: "oracle", extraArms: ["base oracle"] })).toEqual(["utility"]);
  expect(await spared({ utilityPrompt: "oracle" })).toEqual(["utility"]);
  expect(
    await spared({ tracePrompt: "oracle", source: "rejected", utilityShare: 0, gates: ["complete"] }),
  ).toEqual(["traces"]);
  expect(await spared({ tracePrompt: "oracle", cwesFrom: "classifier" })).toEqual([]);
  const sources = { tracePrompt: "oracle", utilityShare: 0, ablations: ["sources"] };
  expect(await spared(sources, "secpi-ablations")).toEqual(["source-filtered-traces-rejected"]);
  // Elsewhere nothing is said: it would be another key for answers that are there.
  const others = (await plan("secpi", {})).filter(({ stage }) => stage === "sample");
  for (const { params } of others) expect(JSON.stringify(params)).not.toContain("cwesMayMiss");
});

test("secpi: down-sampling takes the place of the limit", async () => {
  const load = async (params: object) =>
    (await plan("secpi", params)).find(({ id }) => id === "tasks")!.params;
  const needsTests = true;
  expect(await load({})).toEqual({ limit: 2000, needsTests });
  expect(await load({ sampleCount: 20_000 })).toEqual({ sampleCount: 20_000, needsTests });
  expect(await load({ sampleShare: 0.1 })).toEqual({ sampleShare: 0.1, needsTests });
  // Nothing is executed before the evaluation: tasks need no tests.
  expect(await load({ gates: ["complete"] })).toEqual({ limit: 2000 });
});

test("secpi: the gate `analyzers` reads the traces by the file's analyzers; the default plan has no such step", async () => {
  const gates = ["complete", "reasoning", "analyzers", "functional", "secure"];
  const steps = await plan("secpi", { gates, analyzerPolicy: "2-of-2" }, ["target"], ["icd", "icd 2"]);
  expect(ids(steps).slice(2, 8)).toEqual([
    ...["traces", "traces-judged", "traces-analyzed", "traces-kept", "utility-tasks", "utility"],
  ]);
  const step = (id: string) => steps.find((one) => one.id === id)!;
  expect(step("traces-analyzed")).toMatchObject({
    stage: "analyze",
    params: { policy: "2-of-2" },
    inputs: { tasks: "filter.kept", generations: "traces.generations" },
    analyzers: ["icd", "icd 2"],
  });
  expect(step("traces-kept").inputs).toEqual({
    generations: "traces.generations",
    judgements: "traces-judged.judgements",
    analyses: "traces-analyzed.judgements",
  });
  const usual = (await plan("secpi", {}, ["target"], ["icd"])).find(({ id }) => id === "traces-kept")!;
  expect(usual).toEqual((await plan("secpi", {})).find(({ id }) => id === "traces-kept"));
  expect(Object.keys(usual.inputs)).toEqual(["generations", "judgements"]);
});

test("secpi: a gate without analyzers, or a policy for another number of them, is told before anything runs", async () => {
  const params = { gates: ["analyzers"] };
  await expect(plan("secpi", params)).rejects.toMatchObject({
    code: "config-invalid",
    hint: expect.stringContaining("analyzers: [sectune-rules]"),
  });
  const two = plan("secpi", { ...params, analyzerPolicy: "2-of-3" }, ["target"], ["icd", "sectune-rules"]);
  await expect(two).rejects.toMatchObject({ message: expect.stringContaining("2-of-3") });
});

test("evaluate: every analyzer by itself against the exploits, on the answers of every arm, when asked for", async () => {
  const steps = await plan("evaluate", { analyzers: true }, ["target"], ["icd", "icd 2"]);
  expect(ids(steps).slice(6)).toEqual([
    ...["plain-read-by-icd", "plain-read-by-icd-2", "plain-verdicts"],
    ...["prompted-read-by-icd", "prompted-read-by-icd-2", "prompted-verdicts"],
  ]);
  expect(steps.find(({ id }) => id === "plain-read-by-icd-2")!.analyzers).toEqual(["icd 2"]);
  expect(steps.find(({ id }) => id === "prompted-verdicts")!.inputs).toEqual({
    tasks: "items.tasks",
    executed: "prompted-judged.judgements",
    "analyzer icd": "prompted-read-by-icd.judgements",
    "analyzer icd 2": "prompted-read-by-icd-2.judgements",
  });
  await expect(plan("evaluate", { analyzers: true })).rejects.toMatchObject({ code: "config-invalid" });
});
