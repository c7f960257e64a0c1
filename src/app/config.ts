import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { AppError, messageOf } from "../core/error.ts";
import type { AnyRecipe } from "../core/recipe.ts";
import { suggestName } from "../util/nearest-name.ts";
import { applyOverride, mergeSmoke, type Override, parseOverride } from "./config-overrides.ts";
import { configError, type Problem, problemsOf } from "./config-problems.ts";
import {
  type AdapterUse,
  type Config,
  ConfigSchema,
  type ResolvedConfig,
  type ResolvedUse,
} from "./config-schema.ts";
import { findRecipe } from "./registry.ts";
import type { AdapterPort } from "./registry-shape.ts";
import { asJson, collect, resolveNamed, resolveUse } from "./resolve-use.ts";
import { type Path, readYaml, YamlError, type YamlSource } from "./yaml-source.ts";

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
  return parseConfig(path, await readText(path), options);
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
  if (options.smoke) value = mergeSmoke(value, smoke ?? {});
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

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("config-invalid", `cannot read the recipe file ${path}: ${messageOf(cause)}`, {
      boundary: "config",
      hint: "name an existing YAML file; examples/ has some to start from",
      cause,
    });
  }
}

function parseSource(file: string, text: string): YamlSource {
  try {
    return readYaml(file, text);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new AppError("config-invalid", cause.message, {
      boundary: "config",
      hint: "the file is not valid YAML there: check indentation, quotes and colons",
      cause,
    });
  }
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
  checkRoles("models", config.models, recipe.models, problems);
  checkRoles("datasets", config.datasets, recipe.datasets, problems);
  const use = (port: AdapterPort, given: AdapterUse, path: Path) => resolveUse(port, given, path, problems);
  const uses = async (port: AdapterPort, given: Readonly<Record<string, AdapterUse>>, at: string) => {
    const entries: [string, ResolvedUse][] = [];
    for (const [role, one] of Object.entries(given)) entries.push([role, await use(port, one, [at, role])]);
    return Object.fromEntries(entries);
  };
  const analyzers: ResolvedUse[] = [];
  for (const [index, one] of config.analyzers.entries()) {
    analyzers.push(await use("analyzer", one, ["analyzers", index]));
  }
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
    models: await uses("model", config.models, "models"),
    datasets: await uses("dataset", config.datasets, "datasets"),
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

function checkRoles(
  key: "models" | "datasets",
  given: Readonly<Record<string, unknown>>,
  roles: AnyRecipe["models"] | AnyRecipe["datasets"],
  problems: Problem[],
): void {
  const kind = key === "models" ? "model" : "dataset";
  for (const role of Object.keys(given)) {
    if (Object.hasOwn(roles, role)) continue;
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
