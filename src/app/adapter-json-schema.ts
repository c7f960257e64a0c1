import { z } from "zod";
import { adapters } from "./registry.gen.ts";
import type { AdapterPort, AnyAdapter } from "./registry-shape.ts";

export type Schema = Record<string, unknown>;

interface AdapterSettings {
  properties?: Schema;
  required?: string[];
  $defs?: Schema;
}

/** One adapter's entry: its name and its settings side by side, or the name alone. Benchmarks are named by `name`. */
export async function adapterUse(port: AdapterPort): Promise<Schema> {
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
  splits: {
    ...{ type: "array", items: { type: "string" }, minItems: 1 },
    description: "splits that are measured; absent = those that the benchmark reports",
  },
  samples: { type: "integer", exclusiveMinimum: 0, default: 1, description: "answers per item" },
};

/** A setting's JSON Schema as users write it. */
export function plain(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** Any adapter of a port. */
export function ref(port: AdapterPort): Schema {
  return { $ref: `#/$defs/${port}` };
}

/**
 * Recursive parts of settings (any JSON value) come from zod as `$defs` of their own schema, but `#/$defs/…` is read from the
 * root: moves them there under names of their own.
 */
export function hoistDefinitions(root: Schema): Schema {
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
