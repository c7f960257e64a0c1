import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { badRow, jsonRows } from "../algorithms/json-rows.ts";
import type { Artifact } from "../core/artifact.ts";
import { RowsHeaderSchema } from "../core/artifact.ts";
import { AppError } from "../core/error.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import { taskRows, trainRows } from "../core/row-schemas.ts";
import type { RunRecord } from "../core/run.ts";
import type { TrainRow } from "../core/train-row.ts";
import { readRows } from "../engine/rows-file.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import type { RowSource } from "../export/export-job.ts";
import { readLines } from "../util/read-lines.ts";
import { boundRole } from "./bound-role.ts";
import { EMBEDDED_FOLDER, EMBEDDED_MODEL, hubName, isDirectory } from "./checkpoints.ts";
import { type ResolvedConfig, ResolvedConfigSchema } from "./config-schema.ts";
import { findRecipe } from "./registry.ts";
import { planSteps } from "./session.ts";

/** What an export is made from. */
export interface ExportSource {
  readonly name: string;
  rows(): AsyncIterable<TrainRow>;
  readonly sources: readonly RowSource[];
  readonly writers: readonly string[];
  readonly train?: Readonly<Record<string, unknown>> | undefined;
  readonly base?: { readonly model: string; readonly revision?: string | undefined } | undefined;
  readonly tooLong?: number | undefined;
  readonly provenance: Readonly<Record<string, unknown>>;
}

const TRAIN_ROWS = `${trainRows.name}/${trainRows.version}`;
const TASKS = `${taskRows.name}/${taskRows.version}`;

/**
 * The training rows of a run, with everything that is known of them. `step` chooses where a run has several: the step that made the
 * rows, or the training, whose rows and settings are taken.
 */
export async function runSource(root: string, record: RunRecord, step?: string): Promise<ExportSource> {
  const layout = new StoreLayout(root);
  const config = ResolvedConfigSchema.parse(record.config);
  const recipe = await findRecipe(record.recipe);
  const plan = planSteps(recipe, config);
  const named = plan.find(({ id, trainer }) => trainer && id === step);
  const { artifact, output } = chooseRows(record, step, named);
  const rows = () => readRows(layout.rowsObject(artifact.sha256), artifact, trainRows);
  const training = named ?? onlyTraining(plan, output);
  const trained = record.steps.find(({ id }) => id === training?.id);
  const role = training === undefined ? undefined : Object.values(training.models ?? {})[0]?.role;
  const part = named?.id ?? output.split(".")[0]!;
  return {
    name: `${record.recipe}-${record.id.slice(0, 10)}${["rows", "train"].includes(part) ? "" : `-${part}`}`,
    rows,
    sources: await originsOf(rows(), record, layout),
    writers: writersOf(output, plan, recipe, config),
    // As the stage `train` counts it.
    train: training && { ...training.params, seed: Number(training.params.seed ?? 0) + config.seed },
    base: await baseOf(role === undefined ? undefined : config.models[role]?.config.checkpoint),
    tooLong: trained?.stats["rows too long, left out"],
    provenance: {
      run: record.id,
      rows: { step: output, sha256: artifact.sha256 },
      ...provenance(record, plan),
    },
  };
}

/** The models that answered in the steps that the rows come from, and only those: a judge or a classifier has written nothing. */
function writersOf(
  output: string,
  plan: readonly Step[],
  recipe: AnyRecipe,
  config: ResolvedConfig,
): string[] {
  const roles = new Set<string>();
  const visit = (name: string, seen: Set<string>) => {
    const step = plan.find(({ id }) => id === name.split(".")[0]);
    if (step === undefined || seen.has(step.id)) return;
    seen.add(step.id);
    if (step.stage === "sample") for (const { role } of Object.values(step.models ?? {})) roles.add(role);
    for (const input of Object.values(step.inputs)) visit(input, seen);
  };
  visit(output, new Set());
  return [...roles].flatMap((role) => {
    const bound = boundRole(role, recipe, config);
    if (bound === undefined) return [];
    const { adapter, config: own } = config.models[bound]!;
    const model = own.checkpoint ?? own.model;
    return [`${role}: ${adapter}${typeof model === "string" ? ` ${model}` : ""}`];
  });
}

/** Rows from a file of their own, of which nothing is known but what is said. */
export async function fileSource(path: string, licence: string | undefined): Promise<ExportSource> {
  if (licence === undefined) {
    throw new AppError("usage", `${path} does not say under which licence its rows are`, {
      boundary: "config",
      hint: "add --licence NAME (an SPDX id such as Apache-2.0), or export the run that made them",
    });
  }
  let count = 0;
  for await (const _ of fileRows(path)) count++;
  const name = basename(path).replace(/\.[a-z]+$/, "");
  return {
    name: name.toLowerCase().replace(/[^a-z0-9-]+/g, "-"),
    rows: () => fileRows(path),
    sources: [{ dataset: basename(path), revision: "local file", licence, rows: count }],
    writers: [],
    provenance: { file: basename(path) },
  };
}

async function* fileRows(path: string): AsyncGenerator<TrainRow> {
  for await (const { row, place } of jsonRows(readLines(path), path, '{"kind": "sft", …}')) {
    if (place.line === 1 && RowsHeaderSchema.safeParse(row).success) continue;
    const parsed = trainRows.row.safeParse(row);
    if (!parsed.success) {
      const problem = `not a training row: ${parsed.error.issues[0]?.message}`;
      throw badRow(place, 0, problem, "rows are NDJSON as a run's rows artifact has them");
    }
    yield parsed.data;
  }
}

/** The training that rows went into, if any. Several have the same rows where they differ in their settings alone. */
function onlyTraining(plan: readonly Step[], output: string): Step | undefined {
  const trainings = plan.filter(({ trainer, inputs }) => trainer && Object.values(inputs).includes(output));
  if (trainings.length <= 1) return trainings[0];
  throw new AppError("usage", `${trainings.length} trainings with different settings have these rows`, {
    boundary: "config",
    hint: `choose one with --step: ${trainings.map(({ id }) => id).join(", ")}`,
  });
}

function chooseRows(
  record: RunRecord,
  wanted: string | undefined,
  training: Step | undefined,
): { artifact: Artifact; output: string } {
  const found = record.steps.flatMap(({ id, outputs }) =>
    Object.entries(outputs)
      .filter(([, artifact]) => artifact.schema === TRAIN_ROWS)
      .map(([name, artifact]) => ({ step: id, output: `${id}.${name}`, artifact })),
  );
  const read = Object.values(training?.inputs ?? {});
  const chosen =
    wanted === undefined ? found : found.filter((it) => it.step === wanted || read.includes(it.output));
  if (chosen.length === 1) return chosen[0]!;
  const steps = found.map(({ step }) => step).join(", ");
  throw new AppError(
    "usage",
    found.length === 0
      ? `run ${record.id} has no training rows`
      : `run ${record.id} has training rows in ${found.length} steps`,
    {
      boundary: "config",
      hint: found.length === 0 ? "it did not get that far: run it again" : `choose one with --step: ${steps}`,
    },
  );
}

/** Counts rows by where their tasks came from. A row whose task is not in the run has no known licence: that is an error. */
async function originsOf(
  rows: AsyncIterable<TrainRow>,
  record: RunRecord,
  layout: StoreLayout,
): Promise<RowSource[]> {
  const perTask = new Map<string, number>();
  for await (const { taskId } of rows) perTask.set(taskId, (perTask.get(taskId) ?? 0) + 1);
  const sources = new Map<string, RowSource>();
  const artifacts = record.steps.flatMap(({ outputs }) => Object.values(outputs));
  for (const artifact of artifacts.filter(({ schema }) => schema === TASKS)) {
    if (perTask.size === 0) break;
    for await (const { id, origin } of readRows(layout.rowsObject(artifact.sha256), artifact, taskRows)) {
      const count = perTask.get(id);
      if (count === undefined) continue;
      perTask.delete(id);
      const { dataset, revision, licence } = origin;
      const key = JSON.stringify([dataset, revision, licence]);
      sources.set(key, { dataset, revision, licence, rows: (sources.get(key)?.rows ?? 0) + count });
    }
  }
  if (perTask.size === 0) return [...sources.values()];
  throw new AppError(
    "data-invalid",
    `${perTask.size} tasks of the rows are not in run ${record.id}: no licence is known`,
    {
      boundary: "dataset",
    },
  );
}

/** A run's checkpoint as a job elsewhere finds it: a folder by its whole path, a name of the hub with its revision apart. */
async function baseOf(checkpoint: unknown): Promise<ExportSource["base"]> {
  if (typeof checkpoint !== "string") return undefined;
  return (await knownBase(checkpoint)) ?? { model: resolve(checkpoint) };
}

/**
 * The model that `--base` names: what a recipe's `checkpoint` takes (`tiny-coder`, a folder, `owner/name@revision`), or a name of the
 * hub without a revision, which nothing here is keyed by. The job runs in its own folder: a path is made whole, there or not.
 */
export async function namedBase(name: string): Promise<NonNullable<ExportSource["base"]>> {
  const known = await knownBase(name);
  if (known !== undefined) return known;
  return { model: isPath(name) ? resolve(name) : name };
}

async function knownBase(name: string): Promise<ExportSource["base"]> {
  if (name === EMBEDDED_MODEL) return { model: EMBEDDED_FOLDER };
  if (await isDirectory(resolve(name))) return { model: resolve(name) };
  const pinned = isPath(name) ? null : hubName(name);
  return pinned === null ? undefined : { model: pinned.hub, revision: pinned.revision };
}

function isPath(name: string): boolean {
  return /^\.{0,2}\//.test(name);
}

function provenance(record: RunRecord, plan: readonly Step[]): Record<string, unknown> {
  const { recipe, recipeVersion, versions, startedAt, config } = record;
  const prompts = record.steps.flatMap(({ keyParts }) =>
    Object.entries(keyParts).filter(([part]) => part.startsWith("prompt ")),
  );
  const steps = record.steps.map(({ id, stage, key, stats }) => ({ id, stage, key, stats }));
  return {
    recipe,
    recipeVersion,
    startedAt,
    versions,
    prompts: Object.fromEntries(prompts),
    config,
    plan,
    steps,
  };
}

/** The chat template of a checkpoint folder; undefined where there is none or the model is not here. */
export async function chatTemplate(folder: string): Promise<string | undefined> {
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => undefined);
  const own = await read("chat_template.jinja");
  if (own !== undefined) return own;
  const config = parse((await read("tokenizer_config.json")) ?? "") as
    | { chat_template?: unknown }
    | undefined;
  return typeof config?.chat_template === "string" ? config.chat_template : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
