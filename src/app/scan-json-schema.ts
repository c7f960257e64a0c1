import { adapterUse, hoistDefinitions, plain, ref, type Schema } from "./adapter-json-schema.ts";
import { ScanConfigSchema } from "./scan-config.ts";

/** JSON Schema (draft 2020-12) of files for `sectune scan --config`, for editors. */
export async function scanJsonSchema(): Promise<Schema> {
  const { properties, ...rest } = plain(ScanConfigSchema) as { properties: Schema };
  const uses: Schema = {};
  for (const port of ["analyzer", "model", "sandbox"] as const) uses[port] = await adapterUse(port);
  return hoistDefinitions({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "SecTune scan",
    ...rest,
    properties: {
      ...properties,
      analyzers: { type: "array", minItems: 1, items: ref("analyzer") },
      models: {
        type: "object",
        description: "models that analyzers ask: role → model",
        additionalProperties: ref("model"),
      },
      sandbox: ref("sandbox"),
    },
    $defs: uses,
  });
}
