import type { z } from "zod";
import type { AnyRecipe } from "../core/recipe.ts";
import { layOver } from "../util/lay-over.ts";
import { suggestName } from "../util/nearest-name.ts";
import { parseSource, readSettingsFile } from "./config-file.ts";
import { applyOverride, type Override, parseOverride } from "./config-overrides.ts";
import { configError, type Problem, problemsOf } from "./config-problems.ts";
import {
  type AdapterUse,
  type Config,
  ConfigSchema,
  type ResolvedConfig,
  type ResolvedUse,
} from "./config-schema.ts";
import { modelRoles } from "./model-roles.ts";
import { findAdapter, findRecipe } from "./registry.ts";
import type { AdapterPort } from "./registry-shape.ts";
import { resolveAnalyzers } from "./resolve-analyzers.ts";
import { asJson, collect, resolveNamed, resolveRoles, resolveUse } from "./resolve-use.ts";
import type { Path, YamlSource } from "./yaml-source.ts";

export type { ResolvedConfig } from "./config-schema.ts";

export interface LoadOptions {
  /** `a.b=c` overrides, in order. */
  readonly set?: readonly string[] | undefined;
  /** Lay the file's `smoke` block over the rest: a tiny size for tests and demonstrations. */
  readonly smoke?: boolean | undefined;
}

/**
 * Reads a recipe file and checks all of it: YAML, keys, adapter settings, roles and params; fills every default in.
 * Throws AppError `config-invalid` that names file, line and column of every mistake, or `usage` for a bad override.
 */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<ResolvedConfig> {
  return parseConfig(path, await readSettingsFile(path, "recipe file"), options);
}

/** The same for YAML text; `file` is its name in messages. */
export async function parseConfig(
  file: string,
  text: string,
  options: LoadOptions = {},
): Promise<ResolvedConfig> {
  const source = parseSource(file, text);
  const overrides = (options.set ?? []).map(parseOverride);
  const { smoke, ...rest } = isObject(source.value) ? source.value : {};
  let value: unknown = isObject(source.value) ? rest : source.value;
  if (options.smoke) value = layOver(value, smoke ?? {});
  for (const override of overrides) value = applyOverride(value, override);

  const place = placeIn(source, overrides, options.smoke === true);
  const fail = (problems: readonly Problem[]) =>
    configError(problems.map((problem) => ({ ...problem, place: place(problem) })));

  const parsed = ConfigSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw fail(problemsOf(ConfigSchema, parsed.error.issues, []));
  const problems: Problem[] = [];
  const resolved = await resolve(parsed.data, problems);
  if (problems.length > 0 || resolved === undefined) throw fail(problems);
  return resolved;
}

/** Where a value came from: an override, the smoke block, or the file. */
function placeIn(
  source: YamlSource,
  overrides: readonly Override[],
  smoke: boolean,
): (problem: Problem) => string {
  return ({ path, atKey }) => {
    const override = overrides.findLast(
      ({ path: set }) => isPrefix(set, path) || (isPrefix(path, set) && !source.has(path)),
    );
    if (override) return `--set ${override.text}`;
    const inSmoke: Path = ["smoke", ...path];
    const from = smoke && source.has(inSmoke) ? inSmoke : path;
    return atKey ? source.placeOfKey(from) : source.place(from);
  };
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => String(key) === String(path[index]));
}

async function resolve(config: Config, problems: Problem[]): Promise<ResolvedConfig | undefined> {
  const recipe = await collect(problems, ["recipe"], () => findRecipe(config.recipe));
  if (recipe === undefined) return undefined;
  const analyzers = await resolveAnalyzers(
    config.analyzers,
    Object.keys(config.models),
    ["analyzers"],
    problems,
  );
  const known = problems.length === 0 ? await rolesOfAnalyzers(analyzers) : Object.keys(config.models);
  checkRoles("models", config.models, recipe.models, known, problems);
  checkRoles("datasets", config.datasets, recipe.datasets, [], problems);
  const use = (port: AdapterPort, given: AdapterUse, path: Path) => resolveUse(port, given, path, problems);
  const benchmarks: ResolvedConfig["benchmarks"] = [];
  for (const [index, { name, limit, splits, samples, ...settings }] of config.benchmarks.entries()) {
    const path = ["benchmarks", index];
    const { config: checked } = await resolveNamed("benchmark", name, settings, path, "name", problems);
    const optional = {
      ...(limit === undefined ? {} : { limit }),
      ...(splits === undefined ? {} : { splits }),
    };
    benchmarks.push({ name, ...optional, samples, config: checked });
  }
  return {
    recipe: config.recipe,
    seed: config.seed,
    ...(config.store === undefined ? {} : { store: config.store }),
    models: await resolveRoles("model", config.models, "models", problems),
    datasets: await resolveRoles("dataset", config.datasets, "datasets", problems),
    trainer: await use("trainer", config.trainer, ["trainer"]),
    ...(config.embedder === undefined
      ? {}
      : { embedder: await use("embedder", config.embedder, ["embedder"]) }),
    sandbox: await use("sandbox", config.sandbox, ["sandbox"]),
    analyzers,
    benchmarks,
    budget: config.budget,
    params: resolveParams(recipe, config.params, problems),
  };
}

/** Roles that analyzers ask: the recipe need not know them. */
async function rolesOfAnalyzers(analyzers: readonly ResolvedUse[]): Promise<string[]> {
  const asked = analyzers.map(async ({ adapter, config }) =>
    modelRoles(await findAdapter("analyzer", adapter), config).map(({ role }) => role),
  );
  return (await Promise.all(asked)).flat();
}

function checkRoles(
  key: "models" | "datasets",
  given: Readonly<Record<string, unknown>>,
  roles: AnyRecipe["models"] | AnyRecipe["datasets"],
  others: readonly string[],
  problems: Problem[],
): void {
  const kind = key === "models" ? "model" : "dataset";
  for (const role of Object.keys(given)) {
    if (Object.hasOwn(roles, role) || others.includes(role)) continue;
    const fix = suggestName(role, Object.keys(roles));
    problems.push({
      path: [key, role],
      atKey: true,
      text: `the recipe has no ${kind} role \`${role}\``,
      fix,
    });
  }
  for (const [role, { summary, ...rest }] of Object.entries(roles)) {
    if (Object.hasOwn(given, role) || ("default" in rest && rest.default !== undefined)) continue;
    const text = `the recipe needs the ${kind} role \`${role}\` (${summary})`;
    problems.push({ path: [key], atKey: true, text, fix: `add \`${key}.${role}: {adapter: …}\`` });
  }
}

function resolveParams(recipe: AnyRecipe, params: Readonly<Record<string, unknown>>, problems: Problem[]) {
  const schema: z.ZodType = recipe.params;
  const parsed = schema.safeParse(params, { reportInput: true });
  if (parsed.success) return asJson(parsed.data);
  problems.push(...problemsOf(schema, parsed.error.issues, ["params"]));
  return {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
