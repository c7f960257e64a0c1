import { z } from "zod";
import type { FailureReason } from "../../core/analyzer.ts";

/** The part of semgrep's JSON (1.100) that is read. Loose: what is not used must not make it unreadable. */
const OutputSchema = z.looseObject({
  results: z.array(
    z.looseObject({
      check_id: z.string(),
      path: z.string(),
      start: z.looseObject({ line: z.number().int(), offset: z.number().int() }),
      end: z.looseObject({ offset: z.number().int() }),
      extra: z.looseObject({
        message: z.string(),
        severity: z.string(),
        metadata: z.looseObject({ cwe_id: z.string().optional() }).optional(),
      }),
    }),
  ),
  errors: z.array(
    z.looseObject({
      level: z.string(),
      /** A name, or a name with details behind it. */
      type: z.union([z.string(), z.tuple([z.string()], z.unknown())]),
      rule_id: z.string().optional(),
      message: z.string().optional(),
      path: z.string().optional(),
    }),
  ),
  paths: z.looseObject({ scanned: z.array(z.string()) }),
});

/** One match; offsets are UTF-8 bytes, `line` counts from 1 at line feeds. */
export interface SemgrepMatch {
  readonly rule: string;
  readonly line: number;
  readonly startByte: number;
  readonly endByte: number;
  readonly cwe: string | undefined;
  readonly severity: string;
  readonly message: string;
}

/** What semgrep says of one file. `trouble` is why its silence would mean nothing. */
export interface SemgrepReport {
  readonly matches: readonly SemgrepMatch[];
  readonly trouble?: { readonly reason: FailureReason; readonly message: string } | undefined;
}

export interface SemgrepOutput {
  reportOf(path: string): SemgrepReport;
  /** Rules that semgrep itself cannot read: nobody applies them, the package neither. */
  readonly refusedRules: readonly string[];
}

/** Reads semgrep's output; null when it is no complete answer (then nothing is known of any file). */
export function parseSemgrepOutput(stdout: string): SemgrepOutput | null {
  // As in the package: whatever stands before the first brace is no part of it.
  const start = stdout.indexOf("{");
  if (start < 0) return null;
  let json: unknown;
  try {
    json = JSON.parse(stdout.slice(start));
  } catch {
    return null;
  }
  const parsed = OutputSchema.safeParse(json);
  if (!parsed.success) return null;
  const { results, errors, paths } = parsed.data;
  const aboutNoFile = errors.filter(({ path }) => path === undefined);
  // Memory that ran out, a fatal error: whichever file it was, it may have been any.
  if (aboutNoFile.some(({ type }) => !isAboutRule(type))) return null;
  const scanned = new Set(paths.scanned);
  const byPath = Map.groupBy(results, ({ path }) => path);
  const troubles = Map.groupBy(errors, ({ path }) => path);
  return {
    refusedRules: aboutNoFile.map(({ rule_id: id }) => id ?? "unknown"),
    reportOf: (path) => {
      const own = troubles.get(path) ?? [];
      // A file that was only read in part may yet be judged as the package does; one that ran out of time never.
      const worst = own.find(({ type }) => reasonOf(nameOf(type)) !== "unparsable") ?? own[0];
      return {
        matches: (byPath.get(path) ?? []).map((result) => ({
          rule: result.check_id,
          line: result.start.line,
          startByte: result.start.offset,
          endByte: result.end.offset,
          cwe: result.extra.metadata?.cwe_id,
          severity: result.extra.severity,
          message: result.extra.message,
        })),
        trouble:
          worst !== undefined
            ? { reason: reasonOf(nameOf(worst.type)), message: `semgrep: ${worst.message ?? "error"}` }
            : scanned.has(path)
              ? undefined
              : { reason: "crashed", message: "semgrep did not scan the file (it skips those above 1 MB)" },
      };
    },
  };
}

/** "Rule parse error", which is what 1.100 says without a path, "PatternParseError", "IncompatibleRule". */
function isAboutRule(type: string | [string, ...unknown[]]): boolean {
  return /rule|pattern/i.test(nameOf(type));
}

function nameOf(type: string | [string, ...unknown[]]): string {
  return typeof type === "string" ? type : type[0];
}

function reasonOf(type: string): FailureReason {
  if (/timeout/i.test(type)) return "timed-out";
  return /pars|syntax|lexical|ast/i.test(type) ? "unparsable" : "crashed";
}
