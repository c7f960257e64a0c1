import { isDeepStrictEqual } from "node:util";
import {
  type AnalyzedAnswer,
  type CorrectionOptions,
  correctedScores,
} from "../../algorithms/calibration/corrected.ts";
import type { Artifact } from "../../core/artifact.ts";
import type { Calibration } from "../../core/calibration.ts";
import { AppError } from "../../core/error.ts";
import type { Verdict } from "../../core/judgement.ts";
import type { AnyRecipe, Step } from "../../core/recipe.ts";
import { judgementRows, taskRows } from "../../core/row-schemas.ts";
import type { RunRecord } from "../../core/run.ts";
import type { Score } from "../../core/score.ts";
import type { Task } from "../../core/task.ts";
import type { ObjectStore } from "../../engine/object-store.ts";
import { readRows } from "../../engine/rows-file.ts";
import { type AnalyzedArm, analyzedArms, type ScoredArms } from "../report-arms.ts";

/** Throws AppError `config-invalid` for a plan in which no analyzer reads an arm's answers: told before anything runs. */
export function requireCorrectable(recipe: AnyRecipe, steps: readonly Step[]): void {
  if (analyzedArms(recipe, steps).length > 0) return;
  throw new AppError(
    "config-invalid",
    "--calibration: in this recipe no analyzer reads the answers that are scored",
    {
      boundary: "config",
      hint: "`sectune eval --analyzers sectune-rules`, or in a recipe file of `evaluate`: analyzers: [sectune-rules] and params: {analyzers: true}",
    },
  );
}

export interface CorrectionRequest {
  readonly calibration: Calibration;
  readonly recipe: AnyRecipe;
  readonly steps: readonly Step[];
  readonly record: RunRecord;
  readonly scored: ScoredArms;
  readonly objects: ObjectStore;
  readonly seed: number;
}

/**
 * What the run's analyzers say of each arm, as it is and corrected by a calibration of the very same analyzer: adapter, tool, rules and
 * settings. Analyzers go by the recipe file's names. See `correctedScores`.
 */
export async function correctRates(request: CorrectionRequest): Promise<Score[]> {
  const { calibration, recipe, steps, record, scored, objects, seed } = request;
  const tasks = new Map<string, Task>();
  for await (const task of readRows(objects.path(scored.tasks), scored.tasks, taskRows))
    tasks.set(task.id, task);
  const scores: Score[] = [];
  for (const { arm, step, analyzers } of analyzedArms(recipe, steps)) {
    const own = record.steps.find(({ id }) => id === step.id)!;
    const works = await functionOf(scored, arm, objects);
    const answers = await answersOf(own.outputs.judgements!, tasks, works, objects);
    const calibrated = calibrationFor(calibration, { step, analyzers }, own.keyParts);
    const analyzer = analyzers.join(", ");
    scores.push(...correctedScores(answers, { arm, analyzer, calibrated, seed }));
  }
  return scores;
}

/** The cells of the analyzer that a step used, if it was calibrated as it is now and as recipes count. */
function calibrationFor(
  { source, analyzers, cells }: Calibration,
  { step, analyzers: names }: Pick<AnalyzedArm, "step" | "analyzers">,
  keyParts: Readonly<Record<string, string>>,
): CorrectionOptions["calibrated"] {
  const [name, ...others] = names;
  if (others.length > 0) return { reason: `the verdict of ${names.join(", ")} together is not calibrated` };
  if (source.minSeverity !== "info") {
    return {
      reason: `findings below ${source.minSeverity} did not count in the calibration, and recipes count all`,
    };
  }
  const identity = keyParts[`analyzer ${name}`] ?? `${step.id} without a key`;
  const models = modelsOf(keyParts, name!);
  const same = analyzers.find((it) => it.identity === identity && isDeepStrictEqual(it.models ?? {}, models));
  if (same !== undefined) return { cells: cells.filter(({ analyzer }) => analyzer === same.name) };
  const [adapter = "", version = ""] = splitIdentity(identity);
  const akin = analyzers.filter((it) => it.adapter === adapter);
  if (akin.length === 0)
    return {
      reason: `${adapter} is not among the calibrated analyzers (${analyzers.map((it) => it.name).join(", ")})`,
    };
  if (akin.some((it) => it.identity === identity))
    return { reason: `${adapter} was calibrated asking another model: calibrate it with the run's` };
  const versions = akin.map((it) => it.version);
  if (versions.includes(version))
    return {
      reason: `${adapter} was calibrated with other settings: calibrate it with those of the recipe file`,
    };
  return {
    reason: `calibrated with ${adapter} ${versions.join(", ")}, but the run used ${version}: calibrate again`,
  };
}

/** The models that an analyzer asked, by role, as the key's parts have them. */
function modelsOf(keyParts: Readonly<Record<string, string>>, analyzer: string): Record<string, string> {
  const prefix = `analyzer ${analyzer}, model `;
  const own = Object.entries(keyParts).filter(([part]) => part.startsWith(prefix));
  return Object.fromEntries(own.map(([part, identity]) => [part.slice(prefix.length), identity]));
}

/** Adapter and version of a key part: `ADAPTER VERSION… HASH`; versions may hold spaces. */
function splitIdentity(identity: string): string[] {
  const words = identity.split(" ");
  return [words[0]!, words.slice(1, -1).join(" ")];
}

async function functionOf(
  { arms }: ScoredArms,
  arm: string,
  objects: ObjectStore,
): Promise<Map<string, Verdict>> {
  const { judgements } = arms.find(({ name }) => name === arm)!;
  const works = new Map<string, Verdict>();
  for await (const row of readRows(objects.path(judgements), judgements, judgementRows)) {
    works.set(row.generationId, row.functional);
  }
  return works;
}

async function answersOf(
  judgements: Artifact,
  tasks: ReadonlyMap<string, Task>,
  works: ReadonlyMap<string, Verdict>,
  objects: ObjectStore,
): Promise<AnalyzedAnswer[]> {
  const answers: AnalyzedAnswer[] = [];
  for await (const row of readRows(objects.path(judgements), judgements, judgementRows)) {
    const { cluster, split = "all", language, cwes } = tasks.get(row.taskId)!;
    const functional = works.get(row.generationId) ?? "skip";
    answers.push({ cluster, split, language, cwes, analyzed: row.secure, functional });
  }
  return answers;
}
