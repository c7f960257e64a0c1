import { cweEntry } from "./catalogue.ts";
import { normalizeCwe } from "./normalize-cwe.ts";

/**
 * Whether a finding's CWE answers an expected one: they are the same, or one is an ancestor of the other along ChildOf in the
 * research view (1000) and that ancestor is not a pillar. So CWE-74, 943 and 564 answer CWE-89; its sibling CWE-78 does not, nor
 * does the pillar CWE-707, under which a third of the list lies. Ids outside the list match only themselves.
 */
export function matchesCwe(found: string | number, expected: string | number): boolean {
  const [a, b] = [normalizeCwe(found), normalizeCwe(expected)];
  if (a === undefined || b === undefined) return false;
  return a === b || cweAncestors(a).has(b) || cweAncestors(b).has(a);
}

/** All ancestors of an id in view 1000 by any path, pillars left out. */
export function cweAncestors(id: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...(cweEntry(id)?.parents ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entry = cweEntry(next);
    if (entry === undefined || entry.abstraction === "Pillar" || seen.has(entry.id)) continue;
    seen.add(entry.id);
    open.push(...entry.parents);
  }
  return seen;
}
