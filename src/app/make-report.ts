import { join } from "node:path";
import { type Headline, headline } from "../algorithms/headline.ts";
import type { Benchmark } from "../core/benchmark.ts";
import type { Calibration } from "../core/calibration.ts";
import type { Dataset } from "../core/dataset.ts";
import type { Disagreement } from "../core/disagreement.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import { disagreementRows, failureRows, generationRows, scoreRows } from "../core/row-schemas.ts";
import type { RunRecord } from "../core/run.ts";
import type { Score } from "../core/score.ts";
import type { ObjectStore } from "../engine/object-store.ts";
import { readRows } from "../engine/rows-file.ts";
import { loadPrompt } from "../prompts/load-prompt.ts";
import { buildReport } from "../report/build-report.ts";
import type { PromptSource, ReportInput, ReportSource } from "../report/report-input.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import type { RegistryPool } from "./adapter-pool.ts";
import { boundRole } from "./bound-role.ts";
import { correctRates } from "./calibration/correct-rates.ts";
import { EMBEDDED_MODEL } from "./checkpoints.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { type ArmArtifacts, headlineArms, scoredArms, trainedRows } from "./report-arms.ts";
import { chooseExamples, countReasons } from "./report-examples.ts";
import { isDemonstration, subjectName } from "./subject.ts";

/** Failure rows shown per step; the counts are always whole. */
const FAILURES_SHOWN = 10;

export interface RunReport {
  /** Paths of the report files. */
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
  readonly headline: Headline;
  readonly input: ReportInput;
}

export interface ReportRequest {
  readonly recipe: AnyRecipe;
  readonly config: ResolvedConfig;
  readonly steps: readonly Step[];
  readonly record: RunRecord;
  readonly directory: string;
  readonly objects: ObjectStore;
  readonly pool: RegistryPool;
  /** What analyzers say of the arms is shown as it is, and corrected by this. */
  readonly calibration?: Calibration | undefined;
}

/** Writes index.html, report.md and report.json of a finished run; null when its recipe makes no scores. */
export async function makeReport(request: ReportRequest): Promise<RunReport | null> {
  const { recipe, record, steps, objects, pool, config, calibration } = request;
  const scored = scoredArms(recipe, steps, record);
  if (scored === null) return null;
  const { before, after, prompted, partialPrefix } = recipe.headline;
  const scores = await Array.fromAsync(readRows(objects.path(scored.scores), scored.scores, scoreRows));
  const benchmark = await pool.get<Benchmark>(benchmarkPlace(config, scored.benchmark));
  const used = new Set(scores.map((score) => score.breakdown.split));
  const arms = headlineArms(scored.arms, scores, recipe.headline);
  const sources = { objects, tasks: scored.tasks, arms, before, after };
  const { seed } = config;
  const corrected = calibration
    ? await correctRates({ calibration, recipe, steps, record, scored, objects, seed })
    : [];
  const input: ReportInput = {
    title: `${recipe.name}: ${subjectName(config) ?? recipe.summary}`,
    demonstration: isDemonstration(config),
    run: record,
    scores,
    extraScores: [...(await extraScores(record, scored.scores.sha256, objects)), ...corrected],
    calibration: calibration?.source,
    disagreements: await disagreements(record, objects),
    trainedRows: trainedRows(scored.arms, steps, record),
    arms: arms.map(({ name }) => ({ name, title: name })),
    headline: { before, after, prompted, partialPrefix },
    splits: benchmark.splits.filter(({ name }) => used.has(name)),
    examples: await chooseExamples(sources),
    reasons: await countReasons(sources),
    failures: await sampleFailures(record, objects),
    sources: [...(await modelSources(request, arms)), ...(await dataSources(config, pool))],
    prompts: promptSources(record),
  };
  const { html, markdown, json } = await buildReport(input);
  const files = {
    html: join(request.directory, "index.html"),
    markdown: join(request.directory, "report.md"),
    json: join(request.directory, "report.json"),
  };
  await writeFileAtomic(files.html, html);
  await writeFileAtomic(files.markdown, markdown);
  await writeFileAtomic(files.json, `${JSON.stringify(json, null, 2)}\n`);
  return { ...files, headline: headline(scores, recipe.headline), input };
}

/** Scores of other steps: the filter's, the reasoning's. */
async function extraScores(record: RunRecord, headline: string, objects: ObjectStore): Promise<Score[]> {
  const schema = `${scoreRows.name}/${scoreRows.version}`;
  const found: Score[] = [];
  for (const artifact of record.steps.flatMap(({ outputs }) => Object.values(outputs))) {
    if (artifact.schema !== schema || artifact.sha256 === headline) continue;
    for await (const score of readRows(objects.path(artifact), artifact, scoreRows)) found.push(score);
  }
  return found;
}

/** How far analyzers agreed, of the steps in which several spoke. */
async function disagreements(
  record: RunRecord,
  objects: ObjectStore,
): Promise<NonNullable<ReportInput["disagreements"]>> {
  const found: { title: string; rows: Disagreement[] }[] = [];
  for (const { title, outputs } of record.steps) {
    const artifact = outputs.disagreements;
    if (artifact === undefined || artifact.count === 0) continue;
    const rows = await Array.fromAsync(readRows(objects.path(artifact), artifact, disagreementRows));
    found.push({ title, rows });
  }
  return found;
}

async function sampleFailures(record: RunRecord, objects: ObjectStore): Promise<ReportInput["failures"]> {
  const shown: NonNullable<ReportInput["failures"]>[number][] = [];
  for (const { id, outputs } of record.steps) {
    const artifact = outputs.failures;
    if (artifact === undefined || artifact.count === 0) continue;
    let left = FAILURES_SHOWN;
    for await (const failure of readRows(objects.path(artifact), artifact, failureRows)) {
      if (left-- === 0) break;
      shown.push({ step: id, ...failure });
    }
  }
  return shown;
}

/** The models by role. The revision of the measured one is what its answers name: the hash of its weights, or the server's. */
async function modelSources(
  { recipe, config, steps, objects }: ReportRequest,
  arms: readonly ArmArtifacts[],
): Promise<ReportSource[]> {
  let measured: string | undefined;
  const first = arms[0]?.generations;
  if (first !== undefined) {
    for await (const { model } of readRows(objects.path(first), first, generationRows)) {
      measured = "artifact" in model ? model.artifact : model.revision;
      break;
    }
  }
  const measuring = steps.find(({ id }) => id === arms[0]?.step);
  const measuredRole = boundRole(Object.values(measuring?.models ?? {})[0]?.role, recipe, config);
  return Object.entries(config.models).map(([role, { adapter, config: own }]) => {
    const name = own.checkpoint ?? own.model ?? adapter;
    const revision = role === measuredRole ? measured : own.revision;
    return {
      kind: `model ${role}`,
      name: String(name),
      revision: String(revision ?? "as its settings say"),
      licence: name === EMBEDDED_MODEL ? "Apache-2.0" : "not known here: see the model's card",
    };
  });
}

async function dataSources(config: ResolvedConfig, pool: RegistryPool): Promise<ReportSource[]> {
  const sources: ReportSource[] = [];
  for (const [role, { adapter, config: settings }] of Object.entries(config.datasets)) {
    const { pin } = await pool.get<Dataset>({ port: "dataset", adapter, config: settings, transport: {} });
    sources.push({ kind: `dataset ${role}`, name: pin.name, revision: pin.revision, licence: pin.licence });
  }
  for (const { name } of config.benchmarks) {
    const { revision, licence } = await pool.get<Benchmark>(benchmarkPlace(config, name));
    sources.push({ kind: "benchmark", name, revision, licence });
  }
  return sources;
}

function benchmarkPlace(config: ResolvedConfig, name: string) {
  const chosen = config.benchmarks.find((entry) => entry.name === name);
  return { port: "benchmark" as const, adapter: name, config: chosen?.config ?? {}, transport: {} };
}

/** The prompts whose hashes are in the run's keys. */
function promptSources(record: RunRecord): PromptSource[] {
  const hashes = new Map<string, string>();
  for (const { keyParts } of record.steps) {
    for (const [part, hash] of Object.entries(keyParts)) {
      if (part.startsWith("prompt ")) hashes.set(part.slice("prompt ".length), hash);
    }
  }
  return [...hashes].map(([name, hash]) => ({ name, version: loadPrompt(name).version, hash }));
}
