import type { Score } from "../core/score.ts";
import { differenceScore } from "./scoring/difference-score.ts";
import { type ArmJudgement, METRICS, OVER_HARDENING, type ScoredMetric } from "./scoring/metric.ts";
import { rateScore } from "./scoring/rate-score.ts";
import { RESAMPLES } from "./statistics/bootstrap.ts";

export interface ScoreInput {
  /** Arm name → its judgements; arms come out in this order. */
  readonly arms: Readonly<Record<string, readonly ArmJudgement[]>>;
  /** Splits in display order; those without a security side get `func` only, those of decoys `overHardening` besides. */
  readonly splits: readonly {
    readonly name: string;
    readonly security: boolean;
    readonly decoys?: boolean | undefined;
  }[];
  /** Pairs of arms whose differences are wanted. */
  readonly compare: readonly { readonly from: string; readonly to: string }[];
  readonly seed?: number | undefined;
  readonly resamples?: number | undefined;
}

/**
 * Scores of every arm × split × metric and of every CWE in a split (breakdown `{arm, split, metric, cwe?}`), then paired
 * differences (breakdown `{kind: "difference", from, to, split, metric, cwe?}`) with interval and p-value. Every score draws
 * from its own random stream, so adding an arm or a split changes no other number. Throws RangeError on an unknown arm.
 */
export function scoreArms(input: ScoreInput): Score[] {
  const seed = input.seed ?? 0;
  const resamples = input.resamples ?? RESAMPLES;
  const scores: Score[] = [];
  for (const slice of slices(input)) {
    for (const arm of Object.keys(input.arms)) {
      const items = select(armOf(input, arm), slice);
      if (items.length === 0 && slice.cwe !== undefined) continue;
      const breakdown = { arm, ...labels(slice) };
      scores.push(rateScore(items, slice.metric, breakdown, seed, resamples));
    }
  }
  for (const { from, to } of input.compare) {
    for (const slice of slices(input)) {
      const before = select(armOf(input, from), slice);
      const after = select(armOf(input, to), slice);
      if (before.length + after.length === 0) continue;
      const breakdown = { kind: "difference", from, to, ...labels(slice) };
      scores.push(differenceScore(before, after, slice.metric, breakdown, seed, resamples));
    }
  }
  return scores;
}

interface Slice {
  readonly split: string;
  readonly metric: ScoredMetric;
  readonly cwe?: string | undefined;
}

function slices(input: ScoreInput): Slice[] {
  const cwesOf = new Map<string, Set<string>>();
  for (const judgements of Object.values(input.arms)) {
    for (const { split, cwes } of judgements) {
      const known = cwesOf.get(split) ?? new Set<string>();
      for (const cwe of cwes) known.add(cwe);
      cwesOf.set(split, known);
    }
  }
  return input.splits.flatMap(({ name, security, decoys }) => {
    const rates: readonly ScoredMetric[] = security ? METRICS : ["func"];
    const metrics: readonly ScoredMetric[] = decoys === true ? [...rates, OVER_HARDENING] : rates;
    const cwes = [...(cwesOf.get(name) ?? [])].sort(byNumber);
    return [undefined, ...cwes].flatMap((cwe) => metrics.map((metric) => ({ split: name, metric, cwe })));
  });
}

function labels({ split, metric, cwe }: Slice): Record<string, string> {
  return cwe === undefined ? { split, metric } : { split, metric, cwe };
}

function armOf(input: ScoreInput, arm: string): readonly ArmJudgement[] {
  const judgements = input.arms[arm];
  if (!judgements) throw new RangeError(`scoreArms: no arm "${arm}" among ${Object.keys(input.arms)}`);
  return judgements;
}

function select(judgements: readonly ArmJudgement[], { split, cwe }: Slice): ArmJudgement[] {
  return judgements.filter((it) => it.split === split && (cwe === undefined || it.cwes.includes(cwe)));
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
