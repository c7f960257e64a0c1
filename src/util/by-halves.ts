/** What a batch gave: one result per item, or why nothing of it can be told. */
export type BatchResult<R, F> = { readonly results: readonly R[] } | { readonly failure: F };

/**
 * Runs a batch; one that fails as a whole is run again in halves until the items that make it fail stand alone. A batch of n with
 * one culprit costs about 2·log2(n) runs more. `failed` makes the result of an item that fails by itself.
 */
export async function byHalves<I, R, F>(
  items: readonly I[],
  run: (items: readonly I[]) => Promise<BatchResult<R, F>>,
  failed: (failure: F) => R,
): Promise<R[]> {
  if (items.length === 0) return [];
  const outcome = await run(items);
  if ("results" in outcome) return [...outcome.results];
  if (items.length === 1) return [failed(outcome.failure)];
  const middle = Math.ceil(items.length / 2);
  return [
    ...(await byHalves(items.slice(0, middle), run, failed)),
    ...(await byHalves(items.slice(middle), run, failed)),
  ];
}
