/** Splits a whole `total` in proportion to `weights` into whole parts that sum to it. Without any weight, evenly. */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const shares = sum > 0 ? weights : weights.map(() => 1);
  const whole = sum > 0 ? sum : weights.length;
  let seen = 0;
  let given = 0;
  return shares.map((share) => {
    seen += share;
    const part = Math.round((total * seen) / whole) - given;
    given += part;
    return part;
  });
}
