import { z } from "zod";
import { failureReasons } from "./analyzer.ts";
import { rowSchema } from "./artifact.ts";
import { SeveritySchema } from "./finding.ts";

const CountSchema = z.number().int().nonnegative();

/** What an analyzer made of pieces of code whose truth is known. */
export const DetectionCountsSchema = z.strictObject({
  /** Findings, at least one of them with a CWE that answers an expected one (`matchesCwe`). */
  expected: CountSchema,
  /** Findings, all of them about something else. */
  other: CountSchema,
  clean: CountSchema,
  /** Pieces about which it could say nothing, by reason: in none of the other numbers. */
  failed: z.partialRecord(z.enum(failureReasons), CountSchema),
});
export type DetectionCounts = z.infer<typeof DetectionCountsSchema>;

/** Pieces that are alike in everything that rates are told by. */
export const CalibrationCellSchema = z.strictObject({
  kind: z.literal("cell"),
  /** Name of an `analyzer` row. */
  analyzer: z.string(),
  language: z.string(),
  /** The weaknesses that the code has, had or could have; empty: none is known of. */
  cwes: z.array(z.string().regex(/^CWE-\d+$/)),
  /** Drawn again as a whole for rates of one CWE: pieces that differ in little (one commit, one task structure). */
  cluster: z.string(),
  /** Drawn again as a whole for rates over all CWEs: clusters with something in common (one repository, one kind of task). */
  group: z.string(),
  weak: DetectionCountsSchema,
  secure: DetectionCountsSchema,
});
export type CalibrationCell = z.infer<typeof CalibrationCellSchema>;

export const CalibratedAnalyzerSchema = z.strictObject({
  kind: z.literal("analyzer"),
  name: z.string(),
  adapter: z.string(),
  /** The adapter's, the tool's and the rules' versions, as they are part of keys. */
  version: z.string(),
  /** As the key of a step that used it has it: settings included. A run's analyzer is this one when they are equal. */
  identity: z.string(),
  config: z.record(z.string(), z.json()),
  /** The models that it asked, by role, as keys have them: another model is another judge. */
  models: z.record(z.string(), z.string()).optional(),
  /** For people. */
  toolVersion: z.string().optional(),
  rulesVersion: z.string().optional(),
});
export type CalibratedAnalyzer = z.infer<typeof CalibratedAnalyzerSchema>;

export const CalibrationSourceSchema = z.strictObject({
  kind: z.literal("source"),
  /** How it is known which code is weak: its exploits were run, or a commit repaired it. */
  truth: z.enum(["executed", "commits"]),
  /** `tinytasks`, `run 2026-…`, names of files. */
  name: z.string(),
  /** Version of the benchmark, or hash of what was read. */
  revision: z.string(),
  /** Findings below it did not count. Recipes count all: `info`. */
  minSeverity: SeveritySchema,
});
export type CalibrationSource = z.infer<typeof CalibrationSourceSchema>;

/** A calibration file: NDJSON, the header `{schema, version}`, then one `source`, the analyzers and the cells. */
export const calibrationRows = rowSchema(
  "calibration",
  1,
  z.discriminatedUnion("kind", [CalibrationSourceSchema, CalibratedAnalyzerSchema, CalibrationCellSchema]),
);

/** How analyzers did on code whose truth is known. */
export interface Calibration {
  readonly source: CalibrationSource;
  readonly analyzers: readonly CalibratedAnalyzer[];
  readonly cells: readonly CalibrationCell[];
}
