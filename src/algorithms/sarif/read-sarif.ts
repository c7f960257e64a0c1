import type { FileSpan, Finding, Severity } from "../../core/finding.ts";
import { normalizeCwe } from "../cwe/normalize-cwe.ts";
import { lineMap } from "../line-map.ts";
import { offsetMap } from "../spans.ts";
import { artifactFile, listedFiles } from "./artifact-file.ts";
import {
  type SarifLocation,
  SarifLogSchema,
  type SarifRegion,
  type SarifResult,
  type SarifRule,
  type SarifRun,
  type SarifThreadFlow,
} from "./sarif-log.ts";

/** One run of a SARIF log in our nouns. */
export interface SarifFindings {
  readonly tool: string;
  readonly version: string;
  readonly findings: readonly Finding[];
  /** False when the tool says that it did not run to its end: silence about a file proves nothing then. */
  readonly successful: boolean;
  /** False for a run without a list of results: it is no scan, whatever else it tells. */
  readonly scanned: boolean;
  /** What it says besides results, by the id of its kind: that files were read, not read, half read. */
  readonly notifications: readonly SarifNotification[];
  /** Files that it lists. */
  readonly artifacts: readonly string[];
}

export interface SarifNotification {
  readonly id: string;
  /** Absent where it is about no file, or about all of them. */
  readonly file?: string | undefined;
  readonly message: string;
  /** `error`, `warning` (where the log has none), `note` or `none`. */
  readonly level: string;
}

export interface ReadOptions {
  /** Severity of results without a `security-severity`; default: what their level says. */
  readonly unscored?: Severity | undefined;
  /** Results that a comment in the code suppresses count: the code is what is judged, and has no say in it. */
  readonly commentsSuppressNothing?: boolean | undefined;
}

/**
 * Reads a SARIF 2.1.0 log. `textOf` gives the text of a path (URI decoded, `file://` taken off) or undefined when there is none:
 * then a finding keeps its file and the empty span 0–0. Results that pass, are not applicable, are suppressed (a suppression that is
 * under review or rejected suppresses nothing) or are only in the baseline are left out.
 * Throws ZodError for anything that is no SARIF 2.1.0.
 */
export function readSarif(log: unknown, textOf: TextOf, options: ReadOptions = {}): SarifFindings[] {
  return SarifLogSchema.parse(log).runs.map((run) => {
    const { driver } = run.tool;
    const version = driver.semanticVersion ?? driver.version ?? "unknown";
    const results = (run.results ?? []).filter((result) => isFinding(result, options));
    return {
      tool: driver.name,
      version,
      findings: results.map((result) => toFinding(result, run, version, textOf, options)),
      successful: (run.invocations ?? []).every(({ executionSuccessful }) => executionSuccessful !== false),
      scanned: run.results != null,
      notifications: notificationsOf(run),
      artifacts: listedFiles(run),
    };
  });
}

type TextOf = (file: string) => string | undefined;

function isFinding(
  { kind, suppressions, baselineState }: SarifResult,
  { commentsSuppressNothing = false }: ReadOptions,
): boolean {
  const own = suppressions ?? [];
  const counted = own.filter((one) => !(commentsSuppressNothing && one.kind === "inSource"));
  const open = counted.some(({ status }) => status === "rejected" || status === "underReview");
  return (
    (kind === undefined || kind === "fail" || kind === "open" || kind === "review") &&
    baselineState !== "absent" &&
    (counted.length === 0 || open)
  );
}

function notificationsOf(run: SarifRun): SarifFindings["notifications"] {
  const all = (run.invocations ?? []).flatMap((one) => [
    ...(one.toolExecutionNotifications ?? []),
    ...(one.toolConfigurationNotifications ?? []),
  ]);
  return all.flatMap(({ descriptor, message, level = "warning", locations = [] }) => {
    const told = { id: descriptor?.id ?? "", message: message?.text ?? message?.markdown ?? "", level };
    const files = locations.map((location) => fileOf(location, run)).filter((file) => file !== "");
    return files.length === 0 ? [told] : files.map((file) => ({ ...told, file }));
  });
}

function toFinding(
  result: SarifResult,
  run: SarifRun,
  version: string,
  textOf: TextOf,
  { unscored }: ReadOptions,
): Finding {
  const rule = ruleOf(result, run);
  const cwe = cweOf(result, rule);
  const flows = (result.codeFlows ?? []).flatMap(({ threadFlows }) => threadFlows.map(stepsOf));
  return {
    analyzer: run.tool.driver.name,
    analyzerVersion: version,
    rule: result.ruleId ?? result.rule?.id ?? rule?.id ?? "unknown",
    ...(cwe === undefined ? {} : { cwe }),
    severity: severityOf(result, rule, unscored),
    span: spanOf(result.locations?.[0], run, textOf),
    message: result.message.text ?? result.message.markdown ?? rule?.shortDescription?.text ?? "",
    ...(result.partialFingerprints && { fingerprints: result.partialFingerprints }),
    ...(flows.length > 0 && {
      flows: flows.map((flow) =>
        flow.map((location) => ({
          ...spanOf(location, run, textOf),
          message: location.message?.text ?? "",
        })),
      ),
    }),
  };
}

function stepsOf({ locations }: SarifThreadFlow): SarifLocation[] {
  return locations.flatMap(({ location }) => (location === undefined ? [] : [location]));
}

function ruleOf(result: SarifResult, run: SarifRun): SarifRule | undefined {
  const rules = run.tool.driver.rules ?? [];
  const index = result.ruleIndex ?? result.rule?.index;
  if (index !== undefined && index >= 0 && rules[index] !== undefined) return rules[index];
  const all = [...rules, ...(run.tool.extensions ?? []).flatMap((extension) => extension.rules ?? [])];
  return all.find(({ id }) => id === (result.ruleId ?? result.rule?.id));
}

/** Tools disagree on where the CWE goes: taxa, relationships, tags (`external/cwe/cwe-089`, `CWE-89: …`), a property. */
function cweOf(result: SarifResult, rule: SarifRule | undefined): string | undefined {
  const references = [...(result.taxa ?? []), ...(rule?.relationships ?? []).map(({ target }) => target)].map(
    ({ id }) => id,
  );
  const properties = [result.properties, rule?.properties].flatMap((bag) =>
    [bag?.cwe, bag?.["cwe-id"], bag?.cweId, bag?.tags].flat(),
  );
  for (const candidate of [...references, ...properties]) {
    if (typeof candidate !== "string" && typeof candidate !== "number") continue;
    const found = normalizeCwe(candidate) ?? /\bcwe[-_/ ]?0*(\d+)\b/i.exec(String(candidate))?.[1];
    const cwe = found === undefined ? undefined : normalizeCwe(found);
    if (cwe !== undefined) return cwe;
  }
  return undefined;
}

function severityOf(
  result: SarifResult,
  rule: SarifRule | undefined,
  unscored: Severity | undefined,
): Severity {
  const told = result.properties?.severity;
  if (told === "info" || told === "low" || told === "medium" || told === "high" || told === "critical")
    return told;
  const score = Number(
    result.properties?.["security-severity"] ?? rule?.properties?.["security-severity"] ?? Number.NaN,
  );
  if (!Number.isNaN(score))
    return score >= 9 ? "critical" : score >= 7 ? "high" : score >= 4 ? "medium" : "low";
  if (unscored !== undefined) return unscored;
  const level = result.level ?? rule?.defaultConfiguration?.level ?? "warning";
  return level === "error" ? "high" : level === "warning" ? "medium" : level === "note" ? "low" : "info";
}

function spanOf(location: SarifLocation | undefined, run: SarifRun, textOf: TextOf): FileSpan {
  const file = fileOf(location, run);
  const text = textOf(file);
  if (text === undefined) return { file, start: 0, end: 0 };
  const { start, end } = regionSpan(
    location?.physicalLocation?.region ?? {},
    text,
    run.columnKind === "unicodeCodePoints",
  );
  return { file, start, end: Math.max(start, end) };
}

function fileOf(location: SarifLocation | undefined, run: SarifRun): string {
  return artifactFile(location?.physicalLocation?.artifactLocation, run);
}

function regionSpan(region: SarifRegion, text: string, codePoints: boolean): { start: number; end: number } {
  const { startLine, charOffset, charLength } = region;
  if (startLine === undefined) {
    if (charOffset === undefined || charOffset < 0) return { start: 0, end: text.length };
    const span = {
      start: Math.min(charOffset, text.length),
      end: Math.min(charOffset + (charLength ?? 0), text.length),
    };
    return codePoints ? offsetMap(text).toUtf16Span(span) : span;
  }
  const map = lineMap(text);
  const offset = (line: number, column: number) => {
    const before = codePoints ? [...map.line(line)].slice(0, column - 1).join("").length : column - 1;
    return map.offset({ line, column: before + 1 });
  };
  const endLine = region.endLine ?? startLine;
  const start = offset(startLine, region.startColumn ?? 1);
  const end =
    region.endColumn === undefined
      ? map.offset({ line: endLine, column: Number.MAX_SAFE_INTEGER })
      : offset(endLine, region.endColumn);
  return { start, end };
}
