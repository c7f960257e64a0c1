import { z } from "zod";

/** A weakness that an analyzer reports at a place. Offsets are UTF-16 units of the analysed text. */
export const FindingSchema = z.strictObject({
  analyzer: z.string(),
  analyzerVersion: z.string(),
  rule: z.string(),
  cwe: z
    .string()
    .regex(/^CWE-\d+$/)
    .optional(),
  severity: z.enum(["info", "low", "medium", "high", "critical"]),
  span: z.strictObject({ file: z.string(), start: z.number().int(), end: z.number().int() }),
  message: z.string(),
});
export type Finding = z.infer<typeof FindingSchema>;
