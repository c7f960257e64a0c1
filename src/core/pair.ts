import { z } from "zod";
import { TextSpanSchema } from "./generation.ts";

/** A preference between two answers to one task (ProSec D_sec / D_norm, SRCode repairs). */
export const PairSchema = z.strictObject({
  id: z.string(),
  taskId: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  purpose: z.enum(["security", "utility"]),
  /** Where the two differ, in UTF-16 units of each side. */
  changed: z.strictObject({ chosen: z.array(TextSpanSchema), rejected: z.array(TextSpanSchema) }),
  provenance: z.strictObject({
    chosenGeneration: z.string().optional(),
    rejectedGeneration: z.string().optional(),
    findings: z.array(z.string()),
  }),
});
export type Pair = z.infer<typeof PairSchema>;
