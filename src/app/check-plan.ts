import type { Benchmark } from "../core/benchmark.ts";
import { AppError, isAppError } from "../core/error.ts";
import type { Step } from "../core/recipe.ts";
import type { AnyStage, Prompt } from "../core/stage.ts";
import type { Trainer, TrainParams } from "../core/trainer.ts";
import type { AdapterPool } from "../engine/binding.ts";
import { checkWiring, orderSteps, outputSchema } from "../engine/plan-graph.ts";
import type { StepResolver } from "../engine/prepare-step.ts";
import { suggestName } from "../util/nearest-name.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { asJson } from "./resolve-use.ts";

/**
 * Tells before anything runs what would fail in the middle of a run: wrong wiring, settings that a stage refuses, prompts that do not
 * exist or cannot be filled, splits that a benchmark does not have, training that the trainer cannot do. Throws AppError `config-invalid`.
 */
export async function checkPlan(
  steps: readonly Step[],
  config: ResolvedConfig,
  resolver: StepResolver,
  pool: AdapterPool,
): Promise<void> {
  const loaded = steps.map(async ({ id, stage }) => [id, await resolver.stage(stage)] as const);
  const stages = new Map(await Promise.all(loaded));
  const schemaOf = (reference: string): string | undefined => {
    const [id = "", name = ""] = reference.split(".");
    const stage = stages.get(id);
    return stage === undefined ? undefined : outputSchema(stage, name);
  };
  const secure: NamedSplits[] = [];
  for (const step of orderSteps(steps)) {
    const stage = stages.get(step.id)!;
    checkWiring(step, stage, schemaOf);
    const params = checkParams(step, stage);
    for (const name of stage.prompts?.(params) ?? []) checkPlaces(await resolver.prompt(name), step, stage);
    const named = stage.securitySplits?.(params);
    if (named !== undefined) secure.push(named);
    if (step.trainer) await checkTraining(step, stage.trainParams?.(params, config.seed), config, pool);
  }
  await checkSplits(config, secure, pool);
}

type NamedSplits = ReturnType<NonNullable<AnyStage["securitySplits"]>>;

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

async function checkSplits(
  { benchmarks }: ResolvedConfig,
  secure: readonly NamedSplits[],
  pool: AdapterPool,
): Promise<void> {
  for (const { name, splits = [], config } of benchmarks) {
    const grouped = secure.flatMap((it) => (it.benchmark === name ? it.splits : []));
    if (splits.length + grouped.length === 0) continue;
    const place = { port: "benchmark", adapter: name, config: asJson(config), transport: {} } as const;
    const all = (await pool.get<Benchmark>(place)).splits;
    const known = all.map((split) => split.name);
    const unknown = splits.find((split) => !known.includes(split));
    if (unknown !== undefined)
      throw invalid(`the benchmark ${name} has no split \`${unknown}\``, suggestName(unknown, known));
    const usable = all.flatMap((it) =>
      it.security && (splits.length === 0 || splits.includes(it.name)) ? [it.name] : [],
    );
    const unusable = grouped.find((split) => !usable.includes(split));
    if (unusable !== undefined)
      throw invalid(
        `\`${unusable}\` is no split with a security side that ${name} measures here`,
        suggestName(unusable, usable),
      );
  }
}

function invalid(message: string, hint?: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config", hint });
}
