import type { Artifact } from "../core/artifact.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import type { RunRecord } from "../core/run.ts";

/** One arm of the comparison: where its answers and judgements lie. */
export interface ArmArtifacts {
  readonly name: string;
  readonly generations: Artifact;
  readonly judgements: Artifact;
}

export interface ScoredArms {
  readonly scores: Artifact;
  readonly tasks: Artifact;
  readonly benchmark: string;
  /** In display order. */
  readonly arms: readonly ArmArtifacts[];
}

/** Follows the plan back from the recipe's scores to the arms they compare; null when the run has no scores. */
export function scoredArms(recipe: AnyRecipe, steps: readonly Step[], record: RunRecord): ScoredArms | null {
  const artifact = (reference: string): Artifact => {
    const [id, name = ""] = reference.split(".");
    return record.steps.find((step) => step.id === id)!.outputs[name]!;
  };
  const find = (reference: string) => steps.find((step) => step.id === reference.split(".")[0]);
  const scoring = find(recipe.headline.scores);
  if (scoring === undefined) return null;
  const arms = Object.entries(scoring.inputs)
    .filter(([name]) => name.startsWith("arm "))
    .map(([name, reference]) => ({
      name: name.slice("arm ".length),
      judgements: artifact(reference),
      generations: artifact(find(reference)!.inputs.generations!),
    }));
  return {
    scores: artifact(recipe.headline.scores),
    tasks: artifact(scoring.inputs.tasks!),
    benchmark: String(scoring.params.benchmark),
    arms,
  };
}
