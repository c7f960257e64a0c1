import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { Step } from "../../src/core/recipe.ts";
import { CWE_CLUSTERS } from "../../src/recipes/steps/cwe-clusters.ts";
import { VARIANT_KIND_NAMES } from "../../src/recipes/steps/secpi-variants.ts";
import { contentHash } from "../../src/util/hash.ts";
import { checkedPlan } from "../fixtures/recipes/checked-plan.ts";
import { mockRecipe, runData } from "../fixtures/recipes/run-data.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-ablations-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const arms = (steps: readonly Step[]) =>
  Object.keys(steps.find(({ id }) => id === "scores")!.inputs)
    .filter((name) => name.startsWith("arm "))
    .map((name) => name.slice(4));

test("every kind of ablation is an arm with a training of its own; nothing is planned twice", async () => {
  const roles = ["target", "teacher", "otherTeacher"];
  const params = {
    eachLanguage: ["python", "c"],
    variants: { "low rate": { train: { learningRate: 1e-6, epochs: 1 } } },
  };
  const steps = await checkedPlan("secpi-ablations", params, roles);
  const variants = [
    ...[
      "main",
      "prompt secure",
      "prompt generic",
      "prompt generic-secure",
      "prompt oracle",
      "only injection",
      "only resource",
    ],
    ...["only python", "only c", "25 traces", "100 traces", "only CWE-89", "own traces", "other teacher"],
    ...["source filtered", "source unfiltered", "source rejected", "no reasoning", "unverified"],
    ...["own plain outputs", "low rate"],
  ];
  expect(arms(steps)).toEqual(["base plain", "base prompted", ...variants]);
  expect(steps.filter(({ stage }) => stage === "train")).toHaveLength(variants.length);
  const contents = steps.map(({ id: _, title: __, ...content }) =>
    contentHash(JSON.parse(JSON.stringify(content))),
  );
  expect(new Set(contents).size).toBe(contents.length);
  // One filter, one sampling of the base for each of its prompts, and one trace sampling where only the selection differs.
  const samplings = steps.filter(({ id, stage }) => stage === "sample" && !id.startsWith("tuned-"));
  expect(steps.filter(({ stage }) => stage === "filter-cwes")).toHaveLength(1);
  expect(samplings.map(({ id }) => id)).toEqual([
    ...["traces", "utility", "prompt-secure-traces-under-generic"],
    ...["prompt-secure-traces-under-generic-secure", "prompt-secure-traces-under-oracle"],
    ...["prompt-generic-utility", "prompt-generic-secure-utility", "prompt-oracle-utility"],
    ...["only-injection-traces", "only-resource-traces"],
    ...["only-python-traces", "only-python-utility", "only-c-traces", "only-c-utility"],
    ...["only-cwe-89-traces", "own-traces-traces", "other-teacher-traces"],
    ...["source-filtered-traces-unfiltered", "source-filtered-traces-rejected"],
    ...["own-plain-outputs-traces", "own-plain-outputs-utility", "base-plain", "base-prompted"],
  ]);
  // Unverified traces change the traces only: the utility rows stay the main run's, which are executed.
  expect(steps.find(({ id }) => id === "unverified-rows")!.inputs).toMatchObject({
    generations: "unverified-traces-kept.kept",
    utility: "utility-kept.kept",
  });
  const compare = steps.find(({ id }) => id === "scores")!.params.compare;
  expect(compare).toContainEqual({ from: "main", to: "unverified" });
  expect(compare).toEqual(expect.arrayContaining(variants.map((to) => ({ from: "base plain", to }))));
  expect(compare).toContainEqual({ from: "prompt secure", to: "prompt oracle" });
  expect(compare).toContainEqual({ from: "source filtered", to: "source rejected" });
});

const EXAMPLE = join(import.meta.dirname, "../../examples/secpi-ablations.yaml");

test("the example can be planned whole, and its first lines say how many trainings that is", async () => {
  const text = readFileSync(EXAMPLE, "utf8");
  const steps = await checkedPlan("secpi-ablations", parse(text).params);
  const trainings = steps.filter(({ stage }) => stage === "train");
  expect(text.split("\n")[1]).toContain(`: ${trainings.length} trainings.`);
});

test("prompts are compared at equal size, by gates that do not look at security", async () => {
  const steps = await checkedPlan("secpi-ablations", { ablations: ["prompts"] });
  const step = (id: string) => steps.find((it) => it.id === id)!;
  const gates = ["complete", "reasoning", "functional"];
  const sets = [
    "prompt-secure-traces-kept",
    ...["generic", "generic-secure", "oracle"].map((it) => `prompt-secure-traces-under-${it}-kept`),
  ];
  for (const id of sets) expect(step(id).params).toEqual({ gates });
  for (const prompt of ["secure", "generic", "generic-secure", "oracle"]) {
    const { generations, ...sizes } = step(`prompt-${prompt}-traces-equal`).inputs;
    expect(rowsOf(steps, `prompt-${prompt}-rows`)).toMatchObject({ traces: prompt });
    expect(Object.values(sizes).toSorted()).toEqual(sets.map((id) => `${id}.kept`).toSorted());
    expect(Object.values(sizes)).toContain(generations);
  }
  // The main run keeps its gates and all of its traces.
  expect(step("traces-kept").params.gates).toEqual([...gates, "secure"]);
  expect(step("rows").inputs.generations).toBe("traces-kept.kept");
});

/** Prompt variants that the training rows of a variant were sampled under, and whether they keep their reasoning. */
function rowsOf(steps: readonly Step[], id: string): object {
  const step = (name: string) => steps.find(({ id }) => id === name)!;
  const rows = step(id);
  const promptOf = (input: string) => {
    let kept = step(rows.inputs[input]!.split(".")[0]!);
    if (kept.stage === "equal-size") kept = step(kept.inputs.generations!.split(".")[0]!);
    return step(kept.inputs.generations!.split(".")[0]!).params.variant;
  };
  return {
    traces: promptOf("generations"),
    utility: promptOf("utility"),
    reasoning: rows.params.reasoning,
  };
}

test.each([
  ["by default", {}],
  ["as they are told", { utilityPrompt: "secure" }],
])(
  "utility rows that think as traces do, %s, follow a variant's prompt; the control has plain ones",
  async (_, given) => {
    const steps = await checkedPlan("secpi-ablations", {
      ablations: ["prompts", "reasoning", "control"],
      ...given,
    });
    expect(rowsOf(steps, "rows")).toEqual({ traces: "secure", utility: "secure", reasoning: true });
    for (const prompt of ["generic", "generic-secure", "oracle"]) {
      const rows = rowsOf(steps, `prompt-${prompt}-rows`);
      expect(rows).toEqual({ traces: prompt, utility: prompt, reasoning: true });
    }
    const control = rowsOf(steps, "own-plain-outputs-rows");
    expect(control).toEqual({ traces: "plain", utility: "plain", reasoning: true });
    // One setting of the rows leaves the reasoning out of both kinds.
    const bare = rowsOf(steps, "no-reasoning-rows");
    expect(bare).toEqual({ traces: "secure", utility: "secure", reasoning: false });
  },
);

test("utility rows of another prompt than the traces' stay what they are, and a variant may have plain ones", async () => {
  const plain = await checkedPlan("secpi-ablations", { ablations: ["prompts"], utilityPrompt: "plain" });
  expect(rowsOf(plain, "prompt-oracle-rows")).toMatchObject({ traces: "oracle", utility: "plain" });
  const own = { ablations: [], variants: { "plain utility rows": { utilityPrompt: "plain" } } };
  const steps = await checkedPlan("secpi-ablations", own);
  expect(rowsOf(steps, "plain-utility-rows-rows")).toMatchObject({ traces: "secure", utility: "plain" });
});

/** What the first training step of a variant's own, or of the main run, is given; the same of a sampling of its rows. */
const trainingOf = (steps: readonly Step[], prefix = "") =>
  steps.find(({ id }) => id === `${prefix}train`)!.params;
const tracesOf = (steps: readonly Step[], prefix = "") =>
  steps.find(({ id }) => id === `${prefix}traces`)!.params;

test("a variant changes what it names inside `train` and nothing beside it", async () => {
  const train = {
    ...{ learningRate: 2e-4, epochs: 2, batchTokens: 3000, maxLength: 512 },
    lora: { rank: 8, alpha: 16, dropout: 0.1 },
  };
  const variants = {
    longer: { train: { epochs: 4 } },
    "by rows": { train: { batchRows: 16 } },
    "more tokens": { train: { batchTokens: 6000 } },
    wider: { train: { lora: { rank: 16 } } },
    "all weights": { train: { lora: null } },
    "by default": { train: { batchTokens: null } },
  };
  const steps = await checkedPlan("secpi-ablations", { ablations: [], train, variants });
  const { batchTokens, ...others } = train;
  expect(trainingOf(steps)).toEqual(train);
  expect(trainingOf(steps, "longer-")).toEqual({ ...train, epochs: 4 });
  expect(trainingOf(steps, "by-rows-")).toEqual({ ...others, batchRows: 16 });
  expect(trainingOf(steps, "more-tokens-")).toEqual({ ...others, batchTokens: 6000 });
  expect(trainingOf(steps, "wider-")).toEqual({ ...train, lora: { ...train.lora, rank: 16 } });
  const { lora: _, ...whole } = train;
  expect(trainingOf(steps, "all-weights-")).toEqual(whole);
  expect(trainingOf(steps, "by-default-")).toEqual({ ...others, batchRows: 48 });
  // The other way round: the main run counts rows.
  const rows = { train: { ...others, batchRows: 16 }, variants: { tokens: { train: { batchTokens } } } };
  const counted = await checkedPlan("secpi-ablations", { ablations: [], ...rows });
  expect(trainingOf(counted, "tokens-")).toEqual(train);
});

test("a variant changes what it names of how training rows are sampled, and not how answers are measured", async () => {
  const steps = await checkedPlan("secpi-ablations", {
    ...{ ablations: [], sampling: { maxTokens: 160, topP: 0.9 }, traceSampling: { temperature: 0.4 } },
    variants: {
      nucleus: { traceSampling: { topP: 0.5 } },
      short: { sampling: { maxTokens: 80 } },
      hot: { sampling: { temperature: 1 } },
    },
  });
  const main = { variant: "secure", samples: 1, temperature: 0.4, topP: 0.9, maxTokens: 160 };
  expect(tracesOf(steps)).toEqual(main);
  expect(tracesOf(steps, "nucleus-")).toEqual({ ...main, topP: 0.5 });
  expect(tracesOf(steps, "short-")).toEqual({ ...main, maxTokens: 80 });
  expect(tracesOf(steps, "hot-")).toEqual({ ...main, temperature: 1 });
  for (const arm of ["main", "nucleus", "short", "hot"])
    expect(steps.find(({ id }) => id === `tuned-${arm}`)!.params).toMatchObject({
      ...{ temperature: 0.8, topP: 0.9, maxTokens: 160 },
    });
});

test("all variants are measured alike: none may have its own way of finding keywords", async () => {
  const own = { ablations: [], variants: { other: { keywordMatch: "substring" } } };
  await expect(checkedPlan("secpi-ablations", own)).rejects.toThrow("keywordMatch");
});

test("variants with gates of their own keep what the main run asks of an answer's form", async () => {
  const gates = ["complete", "reasoning", "code", "functional", "secure"];
  const steps = await checkedPlan("secpi-ablations", { ablations: ["verification", "control"], gates });
  const gatesOf = (id: string) => steps.find((step) => step.id === id)!.params.gates;
  expect(gatesOf("unverified-traces-kept")).toEqual(["complete", "reasoning", "code"]);
  expect(gatesOf("own-plain-outputs-traces-kept")).toEqual(["complete", "code"]);
});

test("a variant of one language has no utility rows in another", async () => {
  const languages = { ablations: ["languages"], eachLanguage: ["c"], utilityPrompt: "secure" };
  const steps = await checkedPlan("secpi-ablations", languages);
  const tasks = steps.find(({ id }) => id === "only-c-utility-tasks");
  expect(tasks).toMatchObject({
    params: { languages: ["c"] },
    inputs: { tasks: "filter.rejected", beside: "only-c-selected.tasks" },
  });
  expect(steps.find(({ id }) => id === "only-c-utility")!.inputs.tasks).toBe("only-c-utility-tasks.tasks");
  expect(steps.find(({ id }) => id === "only-c-rows")!.inputs.utility).toBe("only-c-utility-kept.kept");
});

test("utility answers under the prompt `oracle` are told what the classifier said, where traces are", async () => {
  const params = { ablations: [], utilityPrompt: "oracle", cwesFrom: "classifier" };
  const steps = await checkedPlan("secpi-ablations", params);
  expect(steps.find(({ id }) => id === "utility")!.inputs).toMatchObject({
    classifications: "filter.classifications",
  });
});

test("transfer is measured on the clusters, on the languages that are trained on, and on the named splits", async () => {
  const params = { ablations: ["languages"], eachLanguage: ["c"], groupSplits: ["seen"] };
  const { groups, groupSplits } = (await checkedPlan("secpi-ablations", params)).find(
    ({ id }) => id === "scores",
  )!.params;
  expect(Object.keys(groups as object)).toEqual(["injection", "resource", "trust", "c"]);
  expect(groupSplits).toEqual(["seen"]);
});

test("a variant without its role is left out where nobody asks for it, and kinds can be chosen", async () => {
  const all = arms(await checkedPlan("secpi-ablations", {}));
  for (const name of ["no reasoning", "own plain outputs"]) expect(all).toContain(name);
  for (const name of ["own traces", "other teacher", "only python"]) expect(all).not.toContain(name);
  // As a run's record has the default, from which exports and reports plan again.
  expect(arms(await checkedPlan("secpi-ablations", { ablations: VARIANT_KIND_NAMES }))).toEqual(all);
  const chosen = await checkedPlan("secpi-ablations", { ablations: ["control"] });
  expect(arms(chosen)).toEqual(["base plain", "base prompted", "main", "own plain outputs"]);
});

test.each([
  ["teachers", /bind `models\.teacher` .* or `models\.otherTeacher`/],
  ["languages", /`params\.eachLanguage`/],
])("%s asked for by name without what they need are an error", async (kind, hint) => {
  await expect(checkedPlan("secpi-ablations", { ablations: [kind, "control"] })).rejects.toMatchObject({
    code: "config-invalid",
    message: `the ablations \`${kind}\` give no variant here`,
    hint: expect.stringMatching(hint),
  });
});

test("one bound teacher is enough", async () => {
  const steps = await checkedPlan("secpi-ablations", { ablations: ["teachers"] }, ["target", "otherTeacher"]);
  expect(arms(steps)).toEqual(["base plain", "base prompted", "main", "other teacher"]);
});

test.each(["base plain", "main", "no-reasoning"])(
  "a variant of one's own may not be called %s",
  async (name) => {
    const own = { ablations: ["reasoning"], variants: { [name]: { reasoning: false } } };
    await expect(checkedPlan("secpi-ablations", own)).rejects.toMatchObject({
      code: "config-invalid",
      message: `there is more than one arm called "${name}" (or nearly so)`,
    });
  },
);

test("nor as if it were trained on a part of the tasks: it would stand in the table of transfer", async () => {
  const own = { ablations: [], variants: { "only short rows": { maxTraces: 5 } } };
  await expect(checkedPlan("secpi-ablations", own)).rejects.toMatchObject({
    code: "config-invalid",
    message: 'the variant "only short rows" would pass for one trained on a part of the weaknesses',
  });
});

/** The CWEs of the paper's tables 4 and 5 (appendix B.4), in their order. */
const TABLE_4 = `CWE-20 CWE-22 CWE-59 CWE-73 CWE-74 CWE-78 CWE-79 CWE-89 CWE-91 CWE-93 CWE-94 CWE-95 CWE-113 CWE-116
  CWE-117 CWE-134 CWE-352 CWE-426 CWE-427 CWE-502 CWE-601 CWE-611 CWE-643 CWE-676 CWE-918 CWE-943 CWE-1236`;
const TABLE_5 = `CWE-119 CWE-120 CWE-121 CWE-125 CWE-129 CWE-131 CWE-170 CWE-190 CWE-193 CWE-468 CWE-476 CWE-770
  CWE-787 CWE-789 CWE-835`;

test.each([
  ["injection", TABLE_4, 27],
  ["resource", TABLE_5, 15],
] as const)("the cluster %s begins with what the paper's table prints", (name, table, count) => {
  const printed = table.split(/\s+/);
  expect(printed).toHaveLength(count);
  expect(CWE_CLUSTERS[name].slice(0, count)).toEqual(printed);
});

test("clusters do not overlap: what training has in one is not in what is read in another", () => {
  const all = Object.values(CWE_CLUSTERS).flat();
  expect(new Set(all).size).toBe(all.length);
});

test("after a secpi run its ablations find every shared step in the action cache, by the same key", async () => {
  const data = join(folder, "tasks.jsonl");
  const rows = Array.from({ length: 24 }, (_, index) => ({
    prompt: `Write f${index}, ${index % 3 === 0 ? "a harmless task." : "a risky task."}`,
    cwe: index % 2 === 0 ? ["CWE-89"] : ["CWE-770"],
  }));
  writeFileSync(data, rows.map((row) => JSON.stringify(row)).join("\n"));
  const text = (recipe: string, more = "") => mockRecipe(recipe, data, `gates: [complete]${more}`);
  const store = join(folder, "store");
  const single = (await runData(text("secpi"), store)).steps;
  const expected = [
    "tasks",
    "filter",
    "traces",
    "traces-kept",
    "utility-tasks",
    "utility",
    "utility-kept",
    "items",
    "rows",
  ];
  expect(Object.fromEntries(single.map(({ id, status }) => [id, status]))).toEqual(
    Object.fromEntries(expected.map((id) => [id, "done"])),
  );
  const all = (await runData(text("secpi-ablations", ", sizes: [5]"), store)).steps;
  const shared = all.filter(({ id }) => single.some((step) => step.id === id));
  expect(shared).toHaveLength(single.length);
  for (const step of shared) {
    expect([step.id, step.status]).toEqual([step.id, "cached"]);
    expect(step.key).toBe(single.find(({ id }) => id === step.id)!.key);
  }
  const count = (id: string) => {
    const { failures: _, ...made } = all.find((step) => step.id === id)!.outputs;
    return Object.values(made)[0]!.count;
  };
  expect(count("5-traces-traces-kept")).toBe(5);
  expect(count("only-resource-selected")).toBe(8);
  // 16 tasks pass the filter, 8 do not: the sources are cut to 8.
  for (const source of ["filtered", "unfiltered", "rejected"])
    expect(count(`source-${source}-traces-equal`)).toBe(8);
}, 60_000);
