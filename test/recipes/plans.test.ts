import { expect, test } from "vitest";
import { findRecipe, findStage } from "../../src/app/registry.ts";
import type { AnyRecipe, Step } from "../../src/core/recipe.ts";
import { checkWiring, orderSteps, outputSchema } from "../../src/engine/plan-graph.ts";

/** The plan of a recipe, with every connection checked against the stages it connects. */
async function plan(name: string, params: object): Promise<Step[]> {
  const recipe: AnyRecipe = await findRecipe(name);
  const steps = recipe.plan({
    params: recipe.params.parse(params),
    seed: 0,
    benchmarks: [{ name: "tinytasks", limit: 10, samples: 2 }],
    roles: ["target"],
  });
  const stages = new Map(
    await Promise.all(steps.map(async (step) => [step.id, await findStage(step.stage)] as const)),
  );
  const schemaOf = (reference: string) => {
    const [id = "", output = ""] = reference.split(".");
    const stage = stages.get(id);
    return stage && outputSchema(stage, output);
  };
  for (const step of orderSteps(steps)) {
    checkWiring(step, stages.get(step.id)!, schemaOf);
    stages.get(step.id)!.params.parse(step.params);
  }
  return steps;
}

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
      "utility",
      "utility-judged",
      "utility-kept",
    ],
    ...["rows", "train", "items", "base-plain", "base-plain-judged", "base-prompted", "base-prompted-judged"],
    ...["tuned-plain", "tuned-plain-judged", "scores"],
  ]);
  const tuned = steps.find(({ id }) => id === "tuned-plain")!;
  expect(tuned.models).toEqual({ model: { role: "target", checkpoint: "train.checkpoint" } });
  expect(tuned.params).toMatchObject({ variant: "plain", samples: 2 });
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
