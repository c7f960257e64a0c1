import { z } from "zod";

/** In rising order: `severities.indexOf` compares. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;
export const SeveritySchema = z.enum(severities);
export type Severity = z.infer<typeof SeveritySchema>;

/** Half-open range [start, end) of a file, in UTF-16 units of the analysed text. */
export const FileSpanSchema = z.strictObject({
  file: z.string(),
  start: z.number().int(),
  end: z.number().int(),
});
export type FileSpan = z.infer<typeof FileSpanSchema>;

/** A weakness that an analyzer reports at a place. Offsets are UTF-16 units of the analysed text. */
export const FindingSchema = z.strictObject({
  analyzer: z.string(),
  analyzerVersion: z.string(),
  rule: z.string(),
  cwe: z
    .string()
    .regex(/^CWE-\d+$/)
    .optional(),
  severity: SeveritySchema,
  span: FileSpanSchema,
  message: z.string(),
  /** The ways that the data took, each from where it came in to the span itself: SARIF's code flows, one per thread flow. */
  flows: z.array(z.array(FileSpanSchema.extend({ message: z.string() }))).optional(),
  /** What the tool itself knows the result by from run to run: SARIF's partial fingerprints. */
  fingerprints: z.record(z.string(), z.string()).optional(),
});
export type Finding = z.infer<typeof FindingSchema>;

/**
 * A place where code does the right thing against a weakness (a parameterised query, an escaped output): what token rewards
 * praise. It says nothing about the rest of the file and never outweighs a finding.
 */
export const SafePatternSchema = FindingSchema.pick({
  analyzer: true,
  analyzerVersion: true,
  rule: true,
  cwe: true,
  span: true,
  message: true,
});
export type SafePattern = z.infer<typeof SafePatternSchema>;
