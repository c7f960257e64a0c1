/**
 * Places intervals in as few lanes as possible so that none overlap within a lane: the lane of each, from 0. Equal ends and starts
 * do not overlap.
 */
export function assignLanes(starts: Float64Array, ends: Float64Array): Uint32Array {
  const order = Uint32Array.from(starts, (_, index) => index).sort(
    (a, b) => starts[a]! - starts[b]! || ends[a]! - ends[b]!,
  );
  const lanes = new Uint32Array(starts.length);
  const freeAt: number[] = [];
  for (const index of order) {
    const free = freeAt.findIndex((at) => at <= starts[index]!);
    const lane = free < 0 ? freeAt.length : free;
    lanes[index] = lane;
    freeAt[lane] = ends[index]!;
  }
  return lanes;
}
