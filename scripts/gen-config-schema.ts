// Writes schema/recipe.schema.json, the JSON Schema that editors check recipe files with (--check: only compares).
import { configJsonSchema } from "../src/app/config-json-schema.ts";
import { writeOrCheck } from "./generate/generated-file.ts";

await writeOrCheck("schema/recipe.schema.json", `${JSON.stringify(await configJsonSchema(), null, 2)}\n`);
