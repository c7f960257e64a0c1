// Writes schema/*.schema.json, the JSON Schemas that editors check recipe and scan files with (--check: only compares).
import { configJsonSchema } from "../src/app/config-json-schema.ts";
import { scanJsonSchema } from "../src/app/scan-json-schema.ts";
import { writeOrCheck } from "./generate/generated-file.ts";

const text = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`;
await writeOrCheck("schema/recipe.schema.json", text(await configJsonSchema()));
await writeOrCheck("schema/scan.schema.json", text(await scanJsonSchema()));
