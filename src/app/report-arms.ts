import type { Artifact } from "../core/artifact.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import type { RunRecord } from "../core/run.ts";
import type { Score } from "../core/score.ts";

/** One arm of the comparison: where its answers and judgements lie. */
export interface ArmArtifacts {
  readonly name: string;
  /** Step that made its answers. */
  readonly step: string;
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
      step: find(reference)!.inputs.generations!.split(".")[0]!,
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

/** A step that only lets analyzers read the answers of an arm. */
export interface AnalyzedArm {
  readonly arm: string;
  readonly step: Step;
  /** Names as in the recipe file; their verdicts are one. */
  readonly analyzers: readonly string[];
}

/** Where analyzers read the very answers that the recipe's scores are about. */
export function analyzedArms(recipe: AnyRecipe, steps: readonly Step[]): AnalyzedArm[] {
  const find = (reference: string) => steps.find((step) => step.id === reference.split(".")[0]);
  const scoring = find(recipe.headline.scores);
  const arms = Object.entries(scoring?.inputs ?? {}).filter(([name]) => name.startsWith("arm "));
  return arms.flatMap(([name, reference]) => {
    const answers = find(reference)!.inputs.generations;
    return steps.flatMap((step) => {
      const { analyzers = [], inputs } = step;
      if (analyzers.length === 0 || inputs.generations !== answers) return [];
      return [{ arm: name.slice("arm ".length), step, analyzers }];
    });
  });
}

/** The arms of the headline: its two, and those that are compared with its last. Others belong to tables of variants. */
export function headlineArms(
  arms: readonly ArmArtifacts[],
  scores: readonly Score[],
  { before, after }: AnyRecipe["headline"],
): ArmArtifacts[] {
  const compared = new Set(scores.flatMap(({ breakdown: it }) => (it.to === after ? (it.from ?? []) : [])));
  return arms.filter(({ name }) => name === before || name === after || compared.has(name));
}

/** Rows that the checkpoint behind each arm was trained on, where a step of the run trained it. */
export function trainedRows(
  arms: readonly ArmArtifacts[],
  steps: readonly Step[],
  record: RunRecord,
): Record<string, number> {
  const entries = arms.flatMap(({ name, step: id }): [string, number][] => {
    const uses = Object.values(steps.find((step) => step.id === id)?.models ?? {});
    const training = uses.flatMap(({ checkpoint }) => checkpoint?.split(".")[0] ?? [])[0];
    const rows = record.steps.find((step) => step.id === training)?.stats.rows;
    return rows === undefined ? [] : [[name, rows]];
  });
  return Object.fromEntries(entries);
}
