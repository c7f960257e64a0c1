/**
 * Holm's step-down adjustment: p-values that may be compared with 0.05 although several tests were made (Holm 1979).
 * In the order of the input; `null` (no test) stays `null` and is not counted.
 */
export function holmAdjust(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues
    .map((p, index) => ({ p, index }))
    .filter((entry): entry is { p: number; index: number } => entry.p !== null)
    .sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let least = 0;
  order.forEach(({ p, index }, rank) => {
    least = Math.max(least, Math.min(1, p * (order.length - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}
