import { matchesCwe } from "../../src/algorithms/cwe/match-cwe.ts";
import { ratioEstimate } from "../../src/algorithms/statistics/bootstrap.ts";
import { seededRandom } from "../../src/algorithms/statistics/random.ts";
import { clusterSums, type RatioItem, total } from "../../src/algorithms/statistics/ratio.ts";
import { flagged, type Sample, type Verdict } from "./sample.ts";

interface Judged {
  readonly sample: Sample;
  readonly verdict: Verdict;
}

export type Measures = ReturnType<typeof measures>;

/**
 * Recall, false alarms and precision of any finding and of findings with the expected CWE, and what a commit changed. A text on which
 * the tool failed is neither found nor accused; it stays in the denominator.
 */
export function measures(samples: readonly Sample[], verdicts: readonly Verdict[]) {
  const judged = samples.map((sample, index): Judged => ({ sample, verdict: verdicts[index]! }));
  const failed = verdicts.filter((verdict) => "failed" in verdict).length;
  const paired = judged.filter(({ sample }) => sample.pair !== undefined);
  return { ...detection(judged, any), named: detection(judged, named), ...discrimination(paired), failed };
}

const any = ({ verdict }: Judged): boolean => flagged(verdict);

/** With a CWE that answers the expected one (`matchesCwe`). */
const named = ({ sample: { cwe }, verdict }: Judged): boolean =>
  cwe !== null &&
  "findings" in verdict &&
  verdict.findings.some((finding) => finding.cwe !== undefined && matchesCwe(finding.cwe, cwe));

function detection(judged: readonly Judged[], hit: (one: Judged) => boolean) {
  const rate = (counted: (one: Judged) => boolean, hits: (one: Judged) => boolean) =>
    estimate(judged.map((one) => ({ cluster: one.sample.cluster, counted: counted(one), hit: hits(one) })));
  return {
    recall: rate(({ sample }) => sample.weak, hit),
    falseAlarms: rate(({ sample }) => !sample.weak, hit),
    precision: rate(hit, ({ sample }) => sample.weak),
  };
}

/** Pairs of which only the text before the commit is flagged, and only the one after it. */
function discrimination(judged: readonly Judged[]) {
  const pairs = [...Map.groupBy(judged, ({ sample }) => sample.pair).values()].map((both) => ({
    cluster: both[0]!.sample.cluster,
    before: any(both.find(({ sample }) => sample.weak)!),
    after: any(both.find(({ sample }) => !sample.weak)!),
  }));
  const share = (hit: (pair: (typeof pairs)[number]) => boolean) =>
    estimate(pairs.map((pair) => ({ cluster: pair.cluster, counted: true, hit: hit(pair) })));
  return {
    onlyBefore: share(({ before, after }) => before && !after),
    onlyAfter: share(({ before, after }) => after && !before),
  };
}

/** In percent, with an interval from drawing whole clusters again. */
function estimate(items: readonly RatioItem[]) {
  const sums = clusterSums(items);
  const { value, interval } = ratioEstimate(sums, seededRandom("analyzers-quality"));
  return {
    hits: total(sums.numerator),
    of: total(sums.denominator),
    percent: value,
    interval,
    clusters: sums.denominator.length,
  };
}
