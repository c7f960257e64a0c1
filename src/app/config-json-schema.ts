import { z } from "zod";
import { BudgetSchema } from "./config-schema.ts";
import { adapters, recipes } from "./registry.gen.ts";
import type { AdapterPort, AnyAdapter } from "./registry-shape.ts";

type Schema = Record<string, unknown>;

/** JSON Schema (draft 2020-12) of recipe files, for editors: all recipes with their roles and params, all adapters with their settings. */
export async function configJsonSchema(): Promise<Schema> {
  const loaded = await Promise.all(Object.values(recipes).map((load) => load()));
  const uses: Schema = {};
  for (const port of configurable) uses[port] = await adapterUse(port);
  const settings: Schema = {
    seed: { type: "integer", minimum: 0, default: 0, description: "decides every random choice" },
    store: { type: "string", description: "folder of the store; default: SECTUNE_HOME, else ./.sectune" },
    models: { type: "object", description: "role → model", additionalProperties: ref("model") },
    datasets: { type: "object", description: "role → dataset", additionalProperties: ref("dataset") },
    trainer: ref("trainer"),
    embedder: ref("embedder"),
    sandbox: ref("sandbox"),
    analyzers: { type: "array", items: ref("analyzer") },
    benchmarks: { type: "array", items: ref("benchmark") },
    budget: {
      ...plain(BudgetSchema),
      description: "hard caps; a run that reaches one stops cleanly and can go on",
    },
    params: { type: "object", description: "settings of the recipe" },
  };
  return hoistDefinitions({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "SecTune recipe",
    type: "object",
    required: ["recipe"],
    additionalProperties: false,
    properties: {
      recipe: {
        description: "which method",
        oneOf: loaded.map(({ name, summary }) => ({ const: name, description: summary })),
      },
      ...settings,
      smoke: {
        type: "object",
        description: "values that replace those above in a run of test size (--smoke)",
        additionalProperties: false,
        properties: Object.fromEntries(Object.keys(settings).map((key) => [key, {}])),
      },
    },
    allOf: loaded.map((recipe) => ({
      if: { properties: { recipe: { const: recipe.name } }, required: ["recipe"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; this object is never awaited
      then: {
        properties: {
          models: roles(recipe.models, "model"),
          datasets: roles(recipe.datasets, "dataset"),
          params: plain(recipe.params),
        },
      },
    })),
    $defs: uses,
  });
}

/** Ports whose adapters a recipe file names. */
const configurable = [
  "model",
  "dataset",
  "trainer",
  "embedder",
  "sandbox",
  "analyzer",
  "benchmark",
] as const satisfies readonly AdapterPort[];

interface AdapterSettings {
  properties?: Schema;
  required?: string[];
  $defs?: Schema;
}

/** One adapter's entry: its name and its settings side by side, or the name alone. Benchmarks are named by `name`. */
async function adapterUse(port: AdapterPort): Promise<Schema> {
  const loaded = await Promise.all(Object.values(adapters[port]).map((load): Promise<AnyAdapter> => load()));
  const key = port === "benchmark" ? "name" : "adapter";
  const objects = loaded.map(({ name, summary, config }) => {
    const { properties = {}, required = [], $defs } = plain(config) as AdapterSettings;
    const own: Schema = port === "benchmark" ? benchmarkSettings : {};
    return {
      type: "object",
      description: summary,
      properties: { [key]: { const: name, description: summary }, ...own, ...properties },
      required: [key, ...required],
      additionalProperties: false,
      ...($defs === undefined ? {} : { $defs }),
    };
  });
  if (loaded.length === 0) return { not: {}, description: `there are no ${port} adapters yet` };
  const names = { enum: loaded.map(({ name }) => name) };
  return { anyOf: port === "benchmark" ? objects : [...objects, names] };
}

const benchmarkSettings: Schema = {
  limit: { type: "integer", exclusiveMinimum: 0, description: "items per split; absent = all" },
  samples: { type: "integer", exclusiveMinimum: 0, default: 1, description: "answers per item" },
};

function roles(
  of: Readonly<Record<string, { readonly summary: string; readonly default?: string }>>,
  port: AdapterPort,
) {
  const properties = Object.entries(of).map(([role, { summary, default: standIn }]) => {
    const description = standIn === undefined ? summary : `${summary}; default: the one of ${standIn}`;
    return [role, { ...ref(port), description }] as const;
  });
  return { properties: Object.fromEntries(properties), additionalProperties: false };
}

function plain(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

function ref(port: AdapterPort): Schema {
  return { $ref: `#/$defs/${port}` };
}

/**
 * Recursive parts of settings (any JSON value) come from zod as `$defs` of their own schema, but `#/$defs/…` is read from the
 * root: moves them there under names of their own.
 */
function hoistDefinitions(root: Schema): Schema {
  const definitions: Schema = {};
  let count = 0;
  const visit = (node: unknown, names: ReadonlyMap<string, string>, top: boolean): unknown => {
    if (Array.isArray(node)) return node.map((item) => visit(item, names, false));
    if (typeof node !== "object" || node === null) return node;
    const { $defs, ...members } = node as Schema & { $defs?: Schema };
    const known = new Map(names);
    if ($defs !== undefined) {
      for (const name of Object.keys($defs)) known.set(`#/$defs/${name}`, top ? name : `recursive${++count}`);
      for (const [name, value] of Object.entries($defs)) {
        definitions[known.get(`#/$defs/${name}`)!] = visit(value, known, false);
      }
    }
    return Object.fromEntries(
      Object.entries(members).map(([key, value]) => {
        const target = key === "$ref" ? known.get(String(value)) : undefined;
        return [key, target === undefined ? visit(value, known, false) : `#/$defs/${target}`];
      }),
    );
  };
  const visited = visit(root, new Map(), true) as Schema;
  return { ...visited, $defs: definitions };
}
