import type { Vote } from "./parse-vote.ts";

/** What the votes come to. `undecided` has the reason in words. */
export type Tally =
  | { readonly verdict: "weak"; readonly findings: Vote["findings"] }
  | { readonly verdict: "clean" }
  | { readonly verdict: "abstain" | "unreadable"; readonly message: string };

/**
 * More than half of all votes that were asked for must agree, so that neither abstentions nor unreadable replies make a verdict.
 * Of a weak verdict's findings those count that more than half of the weak votes name; all, if there is none.
 */
export function countVotes(votes: readonly (Vote | null)[]): Tally {
  const by = (verdict: Vote["verdict"]) => votes.filter((vote) => vote?.verdict === verdict);
  const [weak, clean, abstained] = [by("weak") as Vote[], by("clean").length, by("abstain").length];
  if (weak.length * 2 > votes.length) return { verdict: "weak", findings: agreed(weak) };
  if (clean * 2 > votes.length) return { verdict: "clean" };
  const unreadable = votes.filter((vote) => vote === null).length;
  const counts = `${weak.length} weak, ${clean} clean, ${abstained} abstained, ${unreadable} unreadable`;
  // Where readable replies could have made a majority, it is the replies that failed and not the judge that hesitates.
  const missed = (Math.max(weak.length, clean) + unreadable) * 2 > votes.length && unreadable > 0;
  return missed
    ? { verdict: "unreadable", message: `the judge's replies make no verdict: ${counts}` }
    : { verdict: "abstain", message: `the judge abstains: ${counts}` };
}

function agreed(weak: readonly Vote[]): Vote["findings"] {
  const byPlace = new Map<string, { finding: Vote["findings"][number]; votes: Set<Vote> }>();
  for (const vote of weak) {
    for (const finding of vote.findings) {
      const key = `${finding.cwe} ${finding.line}`;
      const known = byPlace.get(key) ?? { finding, votes: new Set() };
      known.votes.add(vote);
      byPlace.set(key, known);
    }
  }
  const all = [...byPlace.values()];
  const most = all.filter(({ votes }) => votes.size * 2 > weak.length);
  return (most.length > 0 ? most : all).map(({ finding }) => finding);
}
