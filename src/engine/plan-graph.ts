import { AppError } from "../core/error.ts";
import type { StepOutline } from "../core/event.ts";
import type { Step } from "../core/recipe.ts";
import type { AnyStage } from "../core/stage.ts";

/** `step.output` references of a step: its inputs and the checkpoints of its models. */
export function references(step: Step): string[] {
  const checkpoints = Object.values(step.models ?? {}).flatMap((use) => use.checkpoint ?? []);
  return [...Object.values(step.inputs), ...checkpoints];
}

/** Ids of the steps that `step` waits for. */
export function dependencies(step: Step): string[] {
  return [...new Set(references(step).map((reference) => reference.split(".")[0]!))];
}

/** Checks ids and references and gives the steps in an order in which each comes after what it needs. */
export function orderSteps(steps: readonly Step[]): Step[] {
  const byId = new Map<string, Step>();
  for (const step of steps) {
    if (byId.has(step.id)) throw broken(`two steps are called ${step.id}`);
    byId.set(step.id, step);
  }
  const ordered: Step[] = [];
  const state = new Map<string, "visiting" | "done">();
  const visit = (step: Step): void => {
    if (state.get(step.id) === "done") return;
    if (state.get(step.id) === "visiting") throw broken(`step ${step.id} depends on itself`);
    state.set(step.id, "visiting");
    for (const id of dependencies(step)) {
      const needed = byId.get(id);
      if (needed === undefined) throw broken(`step ${step.id} needs ${id}, which does not exist`);
      visit(needed);
    }
    state.set(step.id, "done");
    ordered.push(step);
  };
  for (const step of steps) visit(step);
  return ordered;
}

export function outline(steps: readonly Step[]): StepOutline[] {
  return steps.map((step) => ({
    id: step.id,
    title: step.title,
    stage: step.stage,
    after: dependencies(step),
  }));
}

function broken(message: string): AppError {
  return new AppError("internal", `recipe plan: ${message}`, { boundary: "internal" });
}

/** Checks a step's inputs and outputs against its stage's declaration. Throws AppError for a wiring mistake of a recipe. */
export function checkWiring(
  step: Step,
  stage: AnyStage,
  schemaOf: (reference: string) => string | undefined,
): void {
  const declared = Object.entries(stage.inputs);
  for (const [name, wanted] of declared) {
    if (name.endsWith("?") || name.endsWith("*")) continue;
    if (step.inputs[name] === undefined) throw broken(`step ${step.id} lacks the input ${name} (${wanted})`);
  }
  for (const [name, reference] of Object.entries(step.inputs)) {
    const match = declared.find(
      ([pattern]) =>
        pattern === name ||
        pattern === `${name}?` ||
        (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1))),
    );
    if (match === undefined) throw broken(`stage ${stage.name} has no input ${name} (step ${step.id})`);
    const schema = schemaOf(reference);
    if (schema === undefined) throw broken(`step ${step.id} needs ${reference}, which no step makes`);
    if (schema !== match[1])
      throw broken(`step ${step.id}: ${name} is ${match[1]}, ${reference} is ${schema}`);
  }
}

/** Schema name of a stage's output: `generation`, or `directory`. */
export function outputSchema(stage: AnyStage, name: string): string | undefined {
  if (name === "failures") return "failure";
  const output = stage.outputs[name];
  if (output === undefined) return undefined;
  return output.kind === "rows" ? output.schema.name : "directory";
}
