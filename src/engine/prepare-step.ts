import type { Artifact } from "../core/artifact.ts";
import type { Json } from "../core/json.ts";
import type { Step } from "../core/recipe.ts";
import type { AnyStage, Prompt, StageUses } from "../core/stage.ts";
import { actionKey, keyParts } from "./action-key.ts";
import type { Binding } from "./binding.ts";
import type { StepBindings } from "./step-context.ts";

/** What is known of a step besides its inputs; the app resolves it from registries and recipe. */
export interface StepResolver {
  stage(name: string): Promise<AnyStage>;
  prompt(name: string): Promise<Prompt>;
  /** Bindings of the step; `output` gives the artifacts of finished steps by `step.output`, `uses` is what its stage takes. */
  bindings(
    step: Step,
    output: (reference: string) => Artifact,
    uses?: StageUses | undefined,
  ): Promise<StepBindings>;
  /** Throws AppError `prerequisite-missing` when something that a step is about to use cannot run here. */
  requireAvailable(bindings: StepBindings): Promise<void>;
}

/** A step with everything resolved, and the key that all of it makes. */
export interface PreparedStep {
  readonly stage: AnyStage;
  readonly params: unknown;
  readonly inputs: Record<string, Artifact>;
  readonly prompts: Record<string, Prompt>;
  readonly bindings: StepBindings;
  readonly parts: Record<string, string>;
  readonly key: string;
}

/** Resolves a step whose inputs are there. */
export async function prepareStep(
  resolver: StepResolver,
  seed: number,
  step: Step,
  output: (reference: string) => Artifact,
): Promise<PreparedStep> {
  const stage = await resolver.stage(step.stage);
  const params: unknown = stage.params.parse(step.params);
  const inputs: Record<string, Artifact> = {};
  for (const [name, reference] of Object.entries(step.inputs)) inputs[name] = output(reference);
  const prompts: Record<string, Prompt> = {};
  for (const name of stage.prompts?.(params) ?? []) prompts[name] = await resolver.prompt(name);
  const bindings = await resolver.bindings(step, output, stage.uses);
  const parts = keyParts({
    stage: stage.name,
    stageVersion: stage.version,
    params: params as Json,
    seed,
    inputs,
    prompts: Object.fromEntries(Object.entries(prompts).map(([name, prompt]) => [name, prompt.hash])),
    bindings: namedBindings(bindings),
  });
  return { stage, params, inputs, prompts, bindings, parts, key: actionKey(parts) };
}

function namedBindings(bindings: StepBindings): Record<string, Binding> {
  const named: Record<string, Binding> = {};
  for (const [role, binding] of Object.entries(bindings.models)) named[`model ${role}`] = binding;
  for (const [role, binding] of Object.entries(bindings.datasets)) named[`dataset ${role}`] = binding;
  for (const [name, binding] of Object.entries(bindings.benchmarks)) named[`benchmark ${name}`] = binding;
  for (const [name, binding] of Object.entries(bindings.analyzers ?? {})) {
    named[`analyzer ${name}`] = binding;
    for (const [role, model] of Object.entries(binding.models ?? {}))
      named[`analyzer ${name}, model ${role}`] = model;
  }
  if (bindings.parser !== undefined) named.parser = bindings.parser;
  if (bindings.trainer !== undefined) named.trainer = bindings.trainer;
  return named;
}
