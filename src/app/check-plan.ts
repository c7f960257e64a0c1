import { AppError, isAppError } from "../core/error.ts";
import type { Step } from "../core/recipe.ts";
import type { AnyStage, Prompt } from "../core/stage.ts";
import type { Trainer, TrainParams } from "../core/trainer.ts";
import type { AdapterPool } from "../engine/binding.ts";
import { checkWiring, orderSteps, outputSchema } from "../engine/plan-graph.ts";
import type { StepResolver } from "../engine/prepare-step.ts";
import { checkSplits, type UsedSplits } from "./check-splits.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { asJson } from "./resolve-use.ts";

/**
 * Tells before anything runs what would fail in the middle of a run: wrong wiring, settings that a stage refuses, prompts that do not
 * exist or cannot be filled, splits that a benchmark does not have or that have no items, training that the trainer cannot do. Throws
 * AppError `config-invalid`. Gives what is no mistake and should be known.
 */
export async function checkPlan(
  steps: readonly Step[],
  config: ResolvedConfig,
  resolver: StepResolver,
  pool: AdapterPool,
): Promise<string[]> {
  const loaded = steps.map(async ({ id, stage }) => [id, await resolver.stage(stage)] as const);
  const stages = new Map(await Promise.all(loaded));
  const schemaOf = (reference: string): string | undefined => {
    const [id = "", name = ""] = reference.split(".");
    const stage = stages.get(id);
    return stage === undefined ? undefined : outputSchema(stage, name);
  };
  const used: { [kind in keyof UsedSplits]: UsedSplits[kind][number][] } = { secure: [], taken: [] };
  for (const step of orderSteps(steps)) {
    const stage = stages.get(step.id)!;
    checkWiring(step, stage, schemaOf);
    const params = checkParams(step, stage);
    for (const name of stage.prompts?.(params) ?? []) checkPlaces(await resolver.prompt(name), step, stage);
    const [secure, taken] = [stage.securitySplits?.(params), stage.items?.(params)];
    if (secure !== undefined) used.secure.push(secure);
    if (taken !== undefined) used.taken.push(taken);
    if (step.trainer) await checkTraining(step, stage.trainParams?.(params, config.seed), config, pool);
  }
  return checkSplits(config, used, pool);
}

function checkParams({ id, params }: Step, stage: AnyStage): unknown {
  const parsed = stage.params.safeParse(params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue!.path.join(".");
  throw invalid(`step ${id} cannot take ${at === "" ? "its settings" : `\`${at}\``}: ${issue!.message}`);
}

function checkPlaces({ name, places }: Prompt, { id }: Step, { promptPlaces = {} }: AnyStage): void {
  const told = (kind: string) => Object.keys(promptPlaces).filter((place) => promptPlaces[place] === kind);
  const [needed, allowed] = [told("needed"), told("allowed")];
  const fits =
    needed.every((place) => places.includes(place)) &&
    places.every((place) => promptPlaces[place] !== undefined);
  if (fits) return;
  const list = (names: readonly string[]) => names.map((place) => `{{${place}}}`).join(", ");
  throw invalid(
    `the prompt ${name} does not fit step ${id}: it has ${list(places) || "no places"}`,
    `a prompt here has ${list(needed)}${allowed.length > 0 ? ` and may have ${list(allowed)}` : ""}`,
  );
}

async function checkTraining(
  { id }: Step,
  params: TrainParams | undefined,
  { trainer: { adapter, config } }: ResolvedConfig,
  pool: AdapterPool,
): Promise<void> {
  if (params === undefined) return;
  const trainer = await pool.get<Trainer>({
    port: "trainer",
    adapter,
    config: asJson(config),
    transport: {},
  });
  try {
    trainer.check?.(params);
  } catch (thrown) {
    throw isAppError(thrown) ? invalid(`step ${id}: ${thrown.message}`, thrown.hint) : thrown;
  }
}

function invalid(message: string, hint?: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config", hint });
}
