import { z } from "zod";

const FieldPathSchema = z.string().min(1);

/** Which field of a row holds what; `a.b` reaches into objects. A field that is named here must be there in every row. */
export const MappingSchema = z.strictObject({
  prompt: FieldPathSchema.default("prompt"),
  language: FieldPathSchema.optional(),
  cwes: FieldPathSchema.optional(),
  context: FieldPathSchema.optional(),
  split: FieldPathSchema.optional(),
  cluster: FieldPathSchema.optional(),
  /** Names the row in `origin`; the line number by default. */
  row: FieldPathSchema.optional(),
});

export const ConfigSchema = z.strictObject({
  path: z.string().min(1),
  /** Name under which the file appears in reports. */
  name: z.string().min(1).default("jsonl"),
  /** SPDX id or name. Required: rows carry it into everything that is made of them. */
  licence: z.string().min(1),
  /** Language of all rows, where the mapping names no field for it. */
  language: z.string().min(1).default("python"),
  fields: MappingSchema.prefault({}),
});
export type JsonlConfig = z.infer<typeof ConfigSchema>;
