import { z } from "zod";

/** An adapter by name with its own settings beside it; the name alone where the defaults do. */
export const AdapterUseSchema = z.union([z.string(), z.looseObject({ adapter: z.string() })]);

const BenchmarkUseSchema = z.looseObject({
  /** Name of the benchmark adapter. */
  name: z.string(),
  /** Items per split; absent = all. */
  limit: z.number().int().positive().optional(),
  /** Splits that are measured; absent = those that the benchmark reports. `[dev]` is for choosing settings. */
  splits: z
    .array(z.string())
    .min(1)
    .refine((names) => new Set(names).size === names.length, { message: "each split once" })
    .optional(),
  /** Answers per item. */
  samples: z.number().int().positive().default(1),
});

export const BudgetSchema = z.strictObject({
  /** Hard cap on money, in US dollars. */
  usd: z.number().nonnegative().optional(),
  /** Hard cap on input + output tokens that are paid for. */
  tokens: z.number().int().nonnegative().optional(),
});

const settings = {
  seed: z.number().int().nonnegative().default(0),
  /** Folder of the store; absent: SECTUNE_HOME, else ./.sectune. */
  store: z.string().min(1).optional(),
  models: z.record(z.string(), AdapterUseSchema).default({}),
  datasets: z.record(z.string(), AdapterUseSchema).default({}),
  trainer: AdapterUseSchema.default("worker"),
  embedder: AdapterUseSchema.optional(),
  sandbox: AdapterUseSchema.default("bubblewrap"),
  analyzers: z.array(AdapterUseSchema).default([]),
  benchmarks: z.array(BenchmarkUseSchema).default([]),
  budget: BudgetSchema.default({}),
  params: z.record(z.string(), z.unknown()).default({}),
};

/** What a recipe file may hold, before adapters and the recipe have looked at their own parts. */
export const ConfigSchema = z.strictObject({
  recipe: z.string(),
  ...settings,
  /** Values that replace those above for a run of a size for tests: objects are merged, everything else replaced. */
  smoke: z.record(z.string(), z.unknown()).optional(),
});
export type Config = z.infer<typeof ConfigSchema>;
export type AdapterUse = z.infer<typeof AdapterUseSchema>;

const ResolvedUseSchema = z.strictObject({ adapter: z.string(), config: z.record(z.string(), z.json()) });
export type ResolvedUse = z.infer<typeof ResolvedUseSchema>;

/** `name`: what it is called where the adapter's name does not say it all. */
const ResolvedAnalyzerSchema = ResolvedUseSchema.extend({ name: z.string().optional() });
export type ResolvedAnalyzer = z.infer<typeof ResolvedAnalyzerSchema>;

/** A config with every name checked and every default filled in: what runs, and what the run record keeps. No secrets. */
export const ResolvedConfigSchema = z.strictObject({
  recipe: z.string(),
  seed: z.number().int(),
  store: z.string().optional(),
  models: z.record(z.string(), ResolvedUseSchema),
  datasets: z.record(z.string(), ResolvedUseSchema),
  trainer: ResolvedUseSchema,
  embedder: ResolvedUseSchema.optional(),
  sandbox: ResolvedUseSchema,
  analyzers: z.array(ResolvedAnalyzerSchema),
  benchmarks: z.array(
    z.strictObject({
      name: z.string(),
      limit: z.number().int().optional(),
      splits: z.array(z.string()).optional(),
      samples: z.number().int(),
      config: z.record(z.string(), z.json()),
    }),
  ),
  budget: BudgetSchema,
  params: z.record(z.string(), z.json()),
});
export type ResolvedConfig = z.infer<typeof ResolvedConfigSchema>;
