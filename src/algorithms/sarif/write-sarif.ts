import { createHash } from "node:crypto";
import type { FailedAnalysis, RuleInfo } from "../../core/analyzer.ts";
import type { FileSpan, Finding, Severity } from "../../core/finding.ts";
import { cweCatalogue, cweEntry } from "../cwe/catalogue.ts";
import { type LineMap, lineMap } from "../line-map.ts";

/** What one tool said, as one SARIF run. */
export interface ToolRun {
  readonly tool: string;
  readonly version: string;
  readonly rules: readonly RuleInfo[];
  readonly findings: readonly Finding[];
  /** Files about which the tool said nothing, or not all, because it or a part of it failed. */
  readonly failures: readonly { readonly file: string; readonly failure: FailedAnalysis }[];
  /** What ended the run before it had looked at everything. */
  readonly stopped?: string | undefined;
}

const levels: Record<Severity, string> = {
  info: "note",
  low: "note",
  medium: "warning",
  high: "error",
  critical: "error",
};
/** GitHub's scale of 0 to 10 for security results. */
const scores: Record<Severity, string> = {
  info: "1.0",
  low: "3.0",
  medium: "5.5",
  high: "8.0",
  critical: "9.5",
};

/**
 * A SARIF 2.1.0 log with one run per tool: rules, CWE taxonomy, places by line, column and offset (UTF-16 units), partial
 * fingerprints, code flows. `textOf` gives the text that a file's offsets are about.
 */
export function writeSarif(runs: readonly ToolRun[], textOf: (file: string) => string): object {
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: runs.map((run) => toRun(run, textOf)),
  };
}

function toRun(
  { tool, version, rules, findings, failures, stopped }: ToolRun,
  textOf: (file: string) => string,
): object {
  const maps = new Map<string, LineMap>();
  const places: Places = (file) => {
    let map = maps.get(file);
    if (map === undefined) {
      map = lineMap(textOf(file));
      maps.set(file, map);
    }
    return map;
  };
  const used = usedRules(rules, findings);
  const ids = [...used.keys()];
  const cwes = [...new Set([...used.values()].flatMap(({ cwe }) => cwe ?? []))].sort();
  const fingerprint = fingerprints(places);
  return {
    tool: {
      driver: {
        name: tool,
        version,
        rules: [...used.values()].map((rule) => toRule(rule, cwes)),
        supportedTaxonomies: [{ name: "CWE", index: 0 }],
      },
    },
    taxonomies: [
      {
        name: "CWE",
        version: cweCatalogue().version,
        organization: "MITRE",
        shortDescription: { text: "The MITRE Common Weakness Enumeration" },
        isComprehensive: false,
        taxa: cwes.map((cwe) => ({ id: cwe, name: cweEntry(cwe)?.name ?? cwe })),
      },
    ],
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: failures.length === 0 && stopped === undefined,
        toolExecutionNotifications: [
          ...failures.map(({ file, failure }) => ({
            level: "error",
            message: { text: `${failure.reason}: ${failure.message}` },
            descriptor: { id: failure.reason },
            locations: [{ physicalLocation: { artifactLocation: { uri: toUri(file) } } }],
          })),
          ...(stopped === undefined
            ? []
            : [{ level: "error", message: { text: stopped }, descriptor: { id: "stopped" } }]),
        ],
      },
    ],
    results: findings.map((finding) => ({
      ruleId: finding.rule,
      ruleIndex: ids.indexOf(finding.rule),
      level: levels[finding.severity],
      message: { text: finding.message },
      locations: [toLocation(finding.span, places)],
      partialFingerprints: { ...finding.fingerprints, "lineText/v1": fingerprint(finding) },
      ...(finding.cwe === undefined ? {} : { taxa: [cweReference(finding.cwe, cwes)] }),
      ...(finding.flows && { codeFlows: finding.flows.map((flow) => toCodeFlow(flow, places)) }),
      properties: { severity: finding.severity },
    })),
  };
}

type Places = (file: string) => LineMap;

/** The rules that spoke; those of tools that list none are made from their findings. */
function usedRules(
  rules: readonly RuleInfo[],
  findings: readonly Finding[],
): Map<string, Omit<RuleInfo, "languages" | "kind">> {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  return new Map(
    findings.map(({ rule, cwe, severity, message }) => [
      rule,
      known.get(rule) ?? { id: rule, cwe, severity, message },
    ]),
  );
}

function toRule(
  { id, cwe, severity, message, advice }: Omit<RuleInfo, "languages" | "kind">,
  cwes: readonly string[],
): object {
  const tags = ["security", ...(cwe === undefined ? [] : [`external/cwe/${cwe.toLowerCase()}`])];
  return {
    id,
    shortDescription: { text: message },
    fullDescription: { text: message },
    ...(advice === undefined ? {} : { help: { text: advice } }),
    defaultConfiguration: { level: levels[severity] },
    ...(cwe === undefined
      ? {}
      : { relationships: [{ target: cweReference(cwe, cwes), kinds: ["superset"] }] }),
    properties: { tags, "security-severity": scores[severity] },
  };
}

function cweReference(cwe: string, cwes: readonly string[]): object {
  const index = cwes.indexOf(cwe);
  return { id: cwe, ...(index < 0 ? {} : { index }), toolComponent: { name: "CWE", index: 0 } };
}

function toLocation({ file, start, end }: FileSpan, places: Places): object {
  const [from, to] = [places(file).position(start), places(file).position(end)];
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(file) },
      region: {
        startLine: from.line,
        startColumn: from.column,
        endLine: to.line,
        endColumn: to.column,
        charOffset: start,
        charLength: end - start,
      },
    },
  };
}

function toCodeFlow(flow: NonNullable<Finding["flows"]>[number], places: Places): object {
  const locations = flow.map(({ message, ...span }) => ({
    location: { ...toLocation(span, places), message: { text: message } },
  }));
  return { threadFlows: [{ locations }] };
}

/** Stays the same while lines above move: rule and text of the line, and which of the equal ones in the file it is. */
function fingerprints(places: Places): (finding: Finding) => string {
  const seen = new Map<string, number>();
  return ({ rule, span }) => {
    const map = places(span.file);
    const line = map.line(map.position(span.start).line).trim().replace(/\s+/g, " ");
    const hash = createHash("sha256")
      .update(JSON.stringify([rule, line]))
      .digest("hex")
      .slice(0, 32);
    const key = `${span.file} ${hash}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${hash}:${count}`;
  };
}

/** A path as a URI reference: `#` and spaces encoded, absolute ones as `file:`. */
export function toUri(path: string): string {
  const encoded = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${encoded}` : encoded;
}
