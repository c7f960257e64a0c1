import { readTree } from "../../algorithms/syntax/readings.ts";
import type { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import type { Finding, SafePattern } from "../../core/finding.ts";
import { codeText } from "./code-text.ts";
import type { CompiledMatch, CompiledRule, CompiledRules } from "./compile-rules.ts";
import { FileContext } from "./file-context.ts";
import type { Hit } from "./matchers/matcher.ts";
import { strongestHits } from "./strongest-hits.ts";

/** Name and version that findings carry. */
export interface Identity {
  readonly analyzer: string;
  readonly version: string;
}

/**
 * Where tree-sitter takes what is no program (a missing indentation, `print "x"`, back-ticks for strings), and asking the language's own
 * parser about every file costs little.
 */
const permissive: ReadonlySet<string> = new Set(["python"]);

/** Runs the rules of the file's language over it. What goes wrong inside is this file's `failed`. */
export function scanText(file: SourceFile, rules: CompiledRules, identity: Identity): AnalysisOutcome {
  try {
    const { tree, also, before, note, problem } = readTree(file.language, file.text);
    const hits = hitsOf([tree, ...also], rules);
    const place = placeIn(file, before);
    const findings = hits
      .filter(([rule]) => rule.rule.kind === "weakness")
      .map((hit) => finding(hit, place, identity));
    const safe = hits
      .filter(([rule]) => rule.rule.kind === "safe")
      .map((hit) => safePattern(hit, place, identity));
    if (problem !== undefined) {
      const line = lineOf(file.text, problem.offset);
      return {
        outcome: "failed",
        reason: "unparsable",
        message: `line ${line}: ${problem.message}`,
        provisional: findings,
      };
    }
    const unconfirmed = permissive.has(file.language) ? { unconfirmed: true as const } : {};
    if (findings.length > 0) return { outcome: "findings", findings, safe, ...unconfirmed };
    return { outcome: "clean", safe, note, ...unconfirmed };
  } catch (error) {
    // Brackets nested too deep for the parser, or expressions too deep for the stack: nothing was found out about it.
    if (error instanceof RangeError)
      return { outcome: "failed", reason: "unparsable", message: messageOf(error) };
    return { outcome: "failed", reason: "crashed", message: messageOf(error) };
  }
}

type RuleHit = readonly [CompiledRule, Hit];

/** Hits in all readings of a text, in document order. */
function hitsOf(trees: readonly SyntaxTree[], rules: CompiledRules): RuleHit[] {
  const [first, ...others] = trees.map((tree) => findHits(new FileContext(tree, rules.sources), rules));
  if (others.length === 0) return first!;
  const found = new Map<string, RuleHit>();
  for (const hit of [first!, ...others].flat()) {
    const [{ rule }, { node }] = hit;
    const key = `${rule.id} ${node.start}`;
    if (!found.has(key)) found.set(key, hit);
  }
  return [...found.values()].sort(byPlace);
}

/** Hits in document order, each place once per weakness. */
function findHits(file: FileContext, rules: CompiledRules): RuleHit[] {
  const applying = new Map<CompiledRule, boolean>();
  const applies = (rule: CompiledRule) => {
    let known = applying.get(rule);
    if (known === undefined) {
      known = rule.applies(codeText(file.tree));
      applying.set(rule, known);
    }
    return known;
  };
  const found = new Map<string, RuleHit>();
  const add = ({ rule, surroundings }: CompiledMatch<unknown>, hit: Hit | null) => {
    if (hit === null || !surroundings(hit)) return;
    const key = `${rule.rule.id} ${hit.node.start}`;
    if (!found.has(key)) found.set(key, [rule, hit]);
  };
  const anyCall = rules.anyCall.filter(({ rule }) => applies(rule));
  for (const call of file.calls) {
    for (const match of rules.calls.get(call.last) ?? [])
      if (applies(match.rule)) add(match, match.matcher.check(call, file));
    for (const match of anyCall) add(match, match.matcher.check(call, file));
  }
  for (const match of rules.others) {
    if (applies(match.rule)) for (const hit of match.matcher.find(file)) add(match, hit);
  }
  return strongestHits([...found.values()].sort(byPlace));
}

function byPlace([a, x]: RuleHit, [b, y]: RuleHit): number {
  return x.node.start - y.node.start || (a.rule.id < b.rule.id ? -1 : 1);
}

type Place = (node: Hit["node"]) => Finding["span"];

/** Where a node lies in the file, `before` being how much was put in front of it to be read. */
function placeIn({ path, text }: SourceFile, before: number): Place {
  const within = (offset: number) => Math.min(Math.max(0, offset - before), text.length);
  return ({ start, end }) => ({ file: path, start: within(start), end: within(end) });
}

function finding(
  [{ rule }, { node, taint }]: RuleHit,
  span: Place,
  { analyzer, version }: Identity,
): Finding {
  const flow = taint?.steps.map((step) => ({ ...span(step.node), message: step.message }));
  return {
    analyzer,
    analyzerVersion: version,
    rule: rule.id,
    cwe: rule.cwe,
    severity: rule.severity,
    span: span(node),
    message: rule.message,
    ...(flow === undefined ? {} : { flows: [[...flow, { ...span(node), message: "and is used here" }]] }),
  };
}

function safePattern(
  [{ rule }, { node }]: RuleHit,
  span: Place,
  { analyzer, version }: Identity,
): SafePattern {
  return {
    analyzer,
    analyzerVersion: version,
    rule: rule.id,
    cwe: rule.cwe,
    span: span(node),
    message: rule.message,
  };
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let index = 0; index < offset && index < text.length; index++) if (text[index] === "\n") line++;
  return line;
}
