/**
 * Unbiased estimate of the chance that at least one of `k` samples passes, from `n` samples of which `passes` did
 * (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", eq. 1). In 0–1; throws RangeError when k > n.
 */
export function passAtK(n: number, passes: number, k: number): number {
  if (k < 1 || k > n) throw new RangeError(`passAtK: k = ${k} needs between 1 and n = ${n} samples`);
  if (passes < 0 || passes > n) throw new RangeError(`passAtK: ${passes} passes of ${n} samples`);
  if (n - passes < k) return 1;
  let allFail = 1;
  for (let i = n - passes + 1; i <= n; i++) allFail *= 1 - k / i;
  return 1 - allFail;
}
