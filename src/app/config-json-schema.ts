import { adapterUse, hoistDefinitions, plain, ref, type Schema } from "./adapter-json-schema.ts";
import { BudgetSchema } from "./config-schema.ts";
import { recipes } from "./registry.gen.ts";
import type { AdapterPort } from "./registry-shape.ts";

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
          models: { ...roles(recipe.models, "model"), additionalProperties: ref("model") },
          datasets: roles(recipe.datasets, "dataset"),
          params: plain(recipe.params),
        },
        // Only analyzers may name roles of their own.
        if: { not: { required: ["analyzers"] } },
        // biome-ignore lint/suspicious/noThenProperty: as above
        then: { properties: { models: roles(recipe.models, "model") } },
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
