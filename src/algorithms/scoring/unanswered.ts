/** Place of one answer in a comparison. */
export interface Place {
  readonly taskId: string;
  readonly sampleIndex: number;
}

/** How many answers each task has, going by the highest sample index of any arm. */
export function samplesPerTask(
  arms: readonly (readonly { readonly sampleIndex?: number | undefined }[])[],
): number {
  const last = arms.flat().reduce((highest, { sampleIndex = 0 }) => Math.max(highest, sampleIndex), 0);
  return last + 1;
}

/**
 * The places that one arm left empty: a refused request or a fault of a grader. What was to be there is unknown, and must not shrink
 * the denominator in silence (filters refuse some kinds of prompts and not others).
 */
export function unanswered(
  known: readonly { readonly taskId: string; readonly sampleIndex?: number | undefined }[],
  taskIds: Iterable<string>,
  samples: number,
): Place[] {
  const filled = new Set(known.map(({ taskId, sampleIndex = 0 }) => `${taskId} ${sampleIndex}`));
  const indices = Array.from({ length: samples }, (_, index) => index);
  return [...taskIds].flatMap((taskId) =>
    indices
      .filter((sampleIndex) => !filled.has(`${taskId} ${sampleIndex}`))
      .map((sampleIndex) => ({ taskId, sampleIndex })),
  );
}
