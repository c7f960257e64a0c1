import { z } from "zod";

/**
 * The part of SARIF 2.1.0 (OASIS standard, errata 01) that is read. Loose: tools add properties, and what is not used must not make
 * a file unreadable.
 */
const Text = z.looseObject({ text: z.string().optional(), markdown: z.string().optional() });
const RegionSchema = z.looseObject({
  startLine: z.number().int().optional(),
  startColumn: z.number().int().optional(),
  endLine: z.number().int().optional(),
  /** Exclusive. */
  endColumn: z.number().int().optional(),
  charOffset: z.number().int().optional(),
  charLength: z.number().int().optional(),
});
export type SarifRegion = z.infer<typeof RegionSchema>;

const ArtifactLocationSchema = z.looseObject({
  uri: z.string().optional(),
  uriBaseId: z.string().optional(),
  index: z.number().int().optional(),
});
export type SarifArtifactLocation = z.infer<typeof ArtifactLocationSchema>;

const LocationSchema = z.looseObject({
  physicalLocation: z
    .looseObject({
      artifactLocation: ArtifactLocationSchema.optional(),
      region: RegionSchema.optional(),
    })
    .optional(),
  message: Text.optional(),
});
export type SarifLocation = z.infer<typeof LocationSchema>;

const Reference = z.looseObject({ id: z.string().optional(), index: z.number().int().optional() });
const Properties = z.looseObject({}).optional();
const RuleSchema = z.looseObject({
  id: z.string(),
  shortDescription: Text.optional(),
  fullDescription: Text.optional(),
  defaultConfiguration: z.looseObject({ level: z.string().optional() }).optional(),
  relationships: z.array(z.looseObject({ target: Reference })).optional(),
  properties: Properties,
});
export type SarifRule = z.infer<typeof RuleSchema>;

const ThreadFlowSchema = z.looseObject({
  locations: z.array(z.looseObject({ location: LocationSchema.optional() })),
});
export type SarifThreadFlow = z.infer<typeof ThreadFlowSchema>;

const ResultSchema = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.number().int().optional(),
  rule: Reference.optional(),
  kind: z.string().optional(),
  level: z.string().optional(),
  message: Text,
  locations: z.array(LocationSchema).optional(),
  taxa: z.array(Reference).optional(),
  codeFlows: z.array(z.looseObject({ threadFlows: z.array(ThreadFlowSchema) })).optional(),
  suppressions: z
    .array(z.looseObject({ kind: z.string().optional(), status: z.string().optional() }))
    .nullish(),
  baselineState: z.string().optional(),
  partialFingerprints: z.record(z.string(), z.string()).optional(),
  properties: Properties,
});
export type SarifResult = z.infer<typeof ResultSchema>;

const NotificationSchema = z.looseObject({
  level: z.string().optional(),
  descriptor: Reference.optional(),
  message: Text.optional(),
  locations: z.array(LocationSchema).optional(),
});

const ToolComponent = z.looseObject({
  name: z.string(),
  version: z.string().optional(),
  semanticVersion: z.string().optional(),
  rules: z.array(RuleSchema).optional(),
});
const RunSchema = z.looseObject({
  tool: z.looseObject({ driver: ToolComponent, extensions: z.array(ToolComponent).optional() }),
  columnKind: z.string().optional(),
  originalUriBaseIds: z.record(z.string(), ArtifactLocationSchema).optional(),
  artifacts: z.array(z.looseObject({ location: ArtifactLocationSchema.optional() })).optional(),
  invocations: z
    .array(
      z.looseObject({
        executionSuccessful: z.boolean().optional(),
        toolExecutionNotifications: z.array(NotificationSchema).optional(),
        toolConfigurationNotifications: z.array(NotificationSchema).optional(),
      }),
    )
    .optional(),
  results: z.array(ResultSchema).nullish(),
});
export type SarifRun = z.infer<typeof RunSchema>;

export const SarifLogSchema = z.looseObject({ version: z.literal("2.1.0"), runs: z.array(RunSchema) });
