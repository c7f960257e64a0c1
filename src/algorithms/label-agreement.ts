import type { Score } from "../core/score.ts";
import { type Estimate, RESAMPLES, ratioEstimate } from "./statistics/bootstrap.ts";
import { seededRandom } from "./statistics/random.ts";
import { clusterSums } from "./statistics/ratio.ts";
import { type SparseSums, sumsEstimate } from "./statistics/sums.ts";

/** What a classifier said of one task whose labels are known. */
export interface LabelledItem {
  readonly cluster: string;
  readonly labels: readonly string[];
  readonly predicted: readonly string[];
}

/**
 * Precision and recall of predicted CWEs against labels, in percent with clustered intervals (breakdown
 * `{kind: "agreement", level, cwe?}`): `cwe` each CWE by itself, `micro` all (task, CWE) pairs together, `macro` the mean over CWEs
 * (each resample takes those that have a denominator), `task` only whether there is any CWE at all: what the filter decides.
 * Empty when no item carries a label: then nothing is known, and tasks without labels are no evidence of errors.
 */
export function labelAgreement(items: readonly LabelledItem[], seed = 0, resamples = RESAMPLES): Score[] {
  if (items.every(({ labels }) => labels.length === 0)) return [];
  const cwes = [...new Set(items.flatMap(({ labels, predicted }) => [...labels, ...predicted]))].sort(
    (a, b) => a.localeCompare(b, "en", { numeric: true }),
  );
  const task: Pair[] = items.map(({ cluster, labels, predicted }) => ({
    cluster,
    cwe: "",
    labelled: labels.length > 0,
    predicted: predicted.length > 0,
  }));
  const pairs: Pair[] = items.flatMap(({ cluster, labels, predicted }) =>
    [...new Set([...labels, ...predicted])].map((cwe) => ({
      cluster,
      cwe,
      labelled: labels.includes(cwe),
      predicted: predicted.includes(cwe),
    })),
  );
  const rate = (level: string, of: readonly Pair[], cwe?: string) =>
    SIDES.map((side) =>
      rateScore(side, of, { kind: "agreement", level, ...(cwe && { cwe }) }, seed, resamples),
    );
  return [
    ...rate("task", task),
    ...rate("micro", pairs),
    ...SIDES.map((side) => macroScore(side, pairs, cwes, seed, resamples)),
    ...cwes.flatMap((cwe) =>
      rate(
        "cwe",
        pairs.filter((pair) => pair.cwe === cwe),
        cwe,
      ),
    ),
  ];
}

interface Pair {
  readonly cluster: string;
  readonly cwe: string;
  readonly labelled: boolean;
  readonly predicted: boolean;
}

const SIDES = ["precision", "recall"] as const;
type Side = (typeof SIDES)[number];

/** Precision asks of what was predicted, recall of what was labelled. */
function counted(side: Side, pair: Pair): boolean {
  return side === "precision" ? pair.predicted : pair.labelled;
}

function rateScore(
  side: Side,
  pairs: readonly Pair[],
  breakdown: Record<string, string>,
  seed: number,
  resamples: number,
): Score {
  const sums = clusterSums(
    pairs.map((pair) => ({
      cluster: pair.cluster,
      hit: pair.labelled && pair.predicted,
      counted: counted(side, pair),
    })),
  );
  const random = seededRandom(JSON.stringify([seed, side, breakdown]));
  const n = sums.denominator.reduce((total, one) => total + one, 0);
  return toScore(side, breakdown, n, sums.denominator.length, ratioEstimate(sums, random, resamples));
}

/** Two columns per CWE: hits and counted pairs. */
function macroScore(
  side: Side,
  pairs: readonly Pair[],
  cwes: readonly string[],
  seed: number,
  resamples: number,
): Score {
  const asked = pairs.filter((pair) => counted(side, pair));
  const clusters = new Map<string, SparseSums & { column: number[]; value: number[] }>();
  for (const pair of asked) {
    const sums = clusters.get(pair.cluster) ?? { column: [], value: [] };
    const at = 2 * cwes.indexOf(pair.cwe);
    sums.column.push(at, at + 1);
    sums.value.push(pair.labelled && pair.predicted ? 1 : 0, 1);
    clusters.set(pair.cluster, sums);
  }
  const breakdown = { kind: "agreement", level: "macro" };
  const estimate = sumsEstimate([...clusters.values()], {
    columns: 2 * cwes.length,
    statistic: (sums) => meanRatio(sums, cwes.length),
    random: seededRandom(JSON.stringify([seed, side, breakdown])),
    resamples,
    bounds: [0, 100],
  });
  return toScore(side, breakdown, asked.length, clusters.size, estimate);
}

function meanRatio(sums: Float64Array, count: number): number | null {
  let total = 0;
  let defined = 0;
  for (let i = 0; i < count; i++) {
    if (sums[2 * i + 1] === 0) continue;
    total += sums[2 * i]! / sums[2 * i + 1]!;
    defined++;
  }
  return defined === 0 ? null : (100 * total) / defined;
}

function toScore(
  name: Side,
  breakdown: Record<string, string>,
  n: number,
  clusters: number,
  { value, interval, method }: Estimate,
): Score {
  return { name, value, n, clusters, interval, method, breakdown, excluded: { error: 0, skip: 0 } };
}
