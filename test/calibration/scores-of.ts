interface CalibrationScore {
  readonly name: string;
  readonly value: number | null;
  readonly n: number;
  readonly clusters: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly excluded: { readonly error: number; readonly skip: number };
  readonly breakdown: Readonly<Record<string, string>>;
}

/** The scores of a `--json` line, found by what they are of. */
export function scoresOf(stdout: string) {
  const { scores } = JSON.parse(stdout) as { scores: CalibrationScore[] };
  return (name: string, labels: Readonly<Record<string, string>>): CalibrationScore | undefined =>
    scores.find(
      (score) =>
        score.name === name &&
        ("cwe" in labels || score.breakdown.cwe === undefined) &&
        Object.entries(labels).every(([label, value]) => score.breakdown[label] === value),
    );
}
