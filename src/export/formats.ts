import type { Exporter } from "./export-job.ts";
import { huggingFace } from "./hugging-face.ts";
import { llamaFactory } from "./llama-factory.ts";
import { trl } from "./trl.ts";

/** Formats by the name that `sectune export --format` takes. */
export const EXPORTERS = { hf: huggingFace, "llama-factory": llamaFactory, trl } satisfies Record<
  string,
  Exporter
>;
export type ExportFormat = keyof typeof EXPORTERS;
export const EXPORT_FORMATS = Object.keys(EXPORTERS) as ExportFormat[];
