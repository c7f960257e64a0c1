// Writes src/app/registry.gen.ts from the adapter, stage and recipe folders (--check: only compares).
import { resolve } from "node:path";
import { writeOrCheck } from "./generate/generated-file.ts";
import { registrySource } from "./generate/registry-source.ts";

await writeOrCheck(
  "src/app/registry.gen.ts",
  await registrySource(resolve(import.meta.dirname, "..", "src")),
);
