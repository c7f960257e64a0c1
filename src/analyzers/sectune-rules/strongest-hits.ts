import { severities } from "../../core/finding.ts";
import type { Hit } from "./matchers/matcher.ts";
import type { Rule } from "./rule-schema.ts";

type RuleHit = readonly [{ readonly rule: Rule }, Hit];

/**
 * Leaves out what a stronger rule says of the same weakness: a rule that follows data to a call makes those superfluous that only see
 * the call's text being put together. `hits` come by their start. Safe patterns are not findings and stay.
 */
export function strongestHits<T extends RuleHit>(hits: readonly T[]): T[] {
  const outdone = new Set<T>();
  /** Hits whose nodes lie around the present one, outermost first: nodes nest. */
  const around: T[] = [];
  for (const hit of hits.toSorted(([, a], [, b]) => a.node.start - b.node.start || b.node.end - a.node.end)) {
    while (around.length > 0 && around.at(-1)![1].node.end <= hit[1].node.start) around.pop();
    for (const other of around) {
      if (outdoes(other, hit)) outdone.add(hit);
      if (outdoes(hit, other)) outdone.add(other);
    }
    around.push(hit);
  }
  return hits.filter((hit) => !outdone.has(hit));
}

function outdoes(strong: RuleHit, hit: RuleHit): boolean {
  const [{ rule }, { node }] = hit;
  const [{ rule: other }, { node: place, taint }] = strong;
  if (rule.kind === "safe" || other.kind === "safe" || rule.cwe !== other.cwe) return false;
  if (place.start > node.start || node.end > place.end) return false;
  const [less, more] = [weight(hit), weight(strong)];
  // At one place the first of equals stays; around it, only what knows where the data comes from counts.
  if (place.start === node.start && place.end === node.end)
    return more > less || (more === less && other.id < rule.id);
  return taint !== null && more > less;
}

function weight([{ rule }, { taint }]: RuleHit): number {
  return 2 * severities.indexOf(rule.severity) + (taint === null ? 0 : 1);
}
