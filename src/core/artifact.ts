import { z } from "zod";

/** Named, immutable output of a step. `sha256` is of the bytes (rows) or of the sorted manifest (directory). */
export const ArtifactSchema = z.strictObject({
  kind: z.enum(["rows", "directory"]),
  sha256: z.string(),
  bytes: z.number().int().nonnegative(),
  /** Rows in it (files, for a directory). */
  count: z.number().int().nonnegative(),
  /** Name and version of the row schema: `generation/1`. Directories: what they hold (`checkpoint/1`, `report/1`). */
  schema: z.string(),
  /** Action key of the step that made it. */
  producedBy: z.string(),
});
export type Artifact = z.infer<typeof ArtifactSchema>;

/** First line of every rows artifact. */
export const RowsHeaderSchema = z.strictObject({ schema: z.string(), version: z.number().int().positive() });

/** Row schemas by name: what a rows artifact may hold. The version rises when a reader of the old one would go wrong. */
export interface RowSchema<T> {
  readonly name: string;
  readonly version: number;
  readonly row: z.ZodType<T>;
}

export function rowSchema<T>(name: string, version: number, row: z.ZodType<T>): RowSchema<T> {
  return { name, version, row };
}
