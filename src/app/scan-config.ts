import { z } from "zod";
import { type AnalyzerPolicy, AnalyzerPolicySchema } from "../core/analyzer-policy.ts";
import { AppError } from "../core/error.ts";
import { type Severity, SeveritySchema } from "../core/finding.ts";
import { parseAnalyzerList } from "./analyzer-list.ts";
import { parseSource, readSettingsFile } from "./config-file.ts";
import { configError, type Problem, problemsOf } from "./config-problems.ts";
import {
  type AdapterUse,
  AdapterUseSchema,
  BudgetSchema,
  type ResolvedAnalyzer,
  type ResolvedUse,
} from "./config-schema.ts";
import { resolveAnalyzers } from "./resolve-analyzers.ts";
import { resolveRoles, resolveUse } from "./resolve-use.ts";

/** What a file for `sectune scan --config` may hold: `analyzers`, `models`, `sandbox`, `budget` and `store` as in recipe files. */
export const ScanConfigSchema = z.strictObject({
  analyzers: z.array(AdapterUseSchema).min(1).optional(),
  /** Models that analyzers ask, by role. */
  models: z.record(z.string(), AdapterUseSchema).default({}),
  policy: AnalyzerPolicySchema.default("default"),
  minSeverity: SeveritySchema.default("low"),
  sandbox: AdapterUseSchema.default("bubblewrap"),
  /** Caps of one scan. */
  budget: BudgetSchema.default({}),
  /** Folder where replies of models are kept; default: SECTUNE_HOME, else ./.sectune. */
  store: z.string().min(1).optional(),
});

/** Settings of the command line; each wins over the file. */
export interface ScanFlags {
  /** A list in one line (`parseAnalyzerList`). */
  readonly analyzers?: string | undefined;
  readonly policy?: string | undefined;
  readonly minSeverity?: Severity | undefined;
  readonly sandbox?: string | undefined;
  readonly store?: string | undefined;
}

/** Everything of a scan's settings, checked, with every default filled in. */
export interface ResolvedScan {
  readonly analyzers: readonly ResolvedAnalyzer[];
  readonly models: Readonly<Record<string, ResolvedUse>>;
  readonly policy: AnalyzerPolicy;
  readonly minSeverity: Severity;
  readonly sandbox: ResolvedUse;
  readonly budget: z.infer<typeof BudgetSchema>;
  readonly store?: string | undefined;
}

const defaultAnalyzers: readonly AdapterUse[] = ["sectune-rules"];

/**
 * Reads the settings file, where one is given, and lays the command line's over it. Throws AppError `config-invalid` with file, line
 * and column, or the flag, of every mistake.
 */
export async function resolveScan(file: string | undefined, flags: ScanFlags): Promise<ResolvedScan> {
  const source = parseSource(file ?? "", file === undefined ? "{}" : await readSettingsFile(file, "file"));
  const fail = (problems: readonly Problem[]) =>
    configError(
      problems.map((one) => ({
        ...one,
        place: one.atKey ? source.placeOfKey(one.path) : source.place(one.path),
      })),
    );
  const parsed = ScanConfigSchema.safeParse(source.value ?? {}, { reportInput: true });
  if (!parsed.success) throw fail(problemsOf(ScanConfigSchema, parsed.error.issues, []));
  const { budget, models, ...given } = parsed.data;
  const roles = Object.keys(models);
  const problems: Problem[] = [];
  const own = await resolveAnalyzers(given.analyzers ?? defaultAnalyzers, roles, ["analyzers"], problems);
  const resolved = {
    models: await resolveRoles("model", models, "models", problems),
    sandbox: await resolveUse("sandbox", given.sandbox, ["sandbox"], problems),
  };
  if (problems.length > 0) throw fail(problems);
  return {
    ...resolved,
    analyzers:
      flags.analyzers === undefined ? own : await parseAnalyzerList("--analyzers", flags.analyzers, roles),
    policy: flags.policy === undefined ? given.policy : flaggedPolicy(flags.policy),
    minSeverity: flags.minSeverity ?? given.minSeverity,
    ...(flags.sandbox === undefined ? {} : { sandbox: await flaggedSandbox(flags.sandbox) }),
    budget,
    store: flags.store ?? given.store,
  };
}

function flaggedPolicy(text: string): AnalyzerPolicy {
  const parsed = AnalyzerPolicySchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError("usage", `--policy ${text}: expected default, any, all or K-of-N`, {
    boundary: "config",
    hint: "weights, and policies by language: `policy:` of a file for --config",
  });
}

async function flaggedSandbox(name: string): Promise<ResolvedUse> {
  const problems: Problem[] = [];
  const resolved = await resolveUse("sandbox", name, [], problems);
  if (problems.length > 0) throw configError(problems.map((one) => ({ ...one, place: `--sandbox ${name}` })));
  return resolved;
}
