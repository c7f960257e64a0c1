import type { Score } from "../../core/score.ts";

/** The rates of one analyzer on one language: over all CWEs, or of one (`none`: code of which no weakness is known). */
export interface CalibrationSlice {
  readonly analyzer: string;
  readonly language: string;
  readonly cwe?: string | undefined;
  /** `any`, `expected`: sensitivity, by what counts as found. */
  readonly weak: SliceSide;
  /** The same of specificity. */
  readonly secure: SliceSide;
}

export interface SliceSide {
  readonly any?: Score | undefined;
  readonly expected?: Score | undefined;
  /** Pieces in the rates. */
  readonly n: number;
  /** Pieces about which the analyzer could say nothing, in no rate. */
  readonly failed: number;
}

/** Groups the scores of a calibration; slices of which an analyzer reads nothing are in `unread`. */
export function calibrationSlices(scores: readonly Score[]): {
  slices: CalibrationSlice[];
  unread: CalibrationSlice[];
} {
  const groups = Map.groupBy(scores, ({ breakdown: it }) =>
    JSON.stringify([it.analyzer, it.language, it.cwe]),
  );
  const all = [...groups.values()].map((own): CalibrationSlice => {
    const { analyzer = "", language = "", cwe } = own[0]!.breakdown;
    return { analyzer, language, cwe, weak: sideOf(own, "sensitivity"), secure: sideOf(own, "specificity") };
  });
  const isRead = ({ weak, secure }: CalibrationSlice) => weak.n + weak.failed + secure.n + secure.failed > 0;
  return { slices: all.filter(isRead), unread: all.filter((slice) => !isRead(slice)) };
}

function sideOf(scores: readonly Score[], rate: string): SliceSide {
  const of = (match: string) =>
    scores.find(({ name, breakdown }) => name === rate && breakdown.match === match);
  const any = of("any");
  return { any, expected: of("expected"), n: any?.n ?? 0, failed: any?.excluded.error ?? 0 };
}

/** `45.6 [33.8, 57.7]`, in %; undefined where there is no rate. */
export function rateText(score: Score | undefined): string | undefined {
  if (score === undefined || score.value === null) return undefined;
  const { value, interval } = score;
  return `${value.toFixed(1)}${interval === null ? "" : ` [${interval.low.toFixed(1)}, ${interval.high.toFixed(1)}]`}`;
}
