import { createHash } from "node:crypto";

const bases = new Map<number, number>();

/**
 * The `seed` sent for a sample: a start that depends on the run's seed (30 bits of sha256), plus the sample's index. Servers that
 * give choice `k` of a request the seed `seed + k` (vLLM) so draw the same samples whether asked for n at once or one by one.
 * Below 2^31, which is what llama.cpp and Ollama take.
 */
export function sampleSeed(seed: number, sampleIndex: number): number {
  let base = bases.get(seed);
  if (base === undefined) {
    base = createHash("sha256").update(`seed ${seed}`).digest().readUInt32BE(0) >>> 2;
    bases.set(seed, base);
  }
  return (base + sampleIndex) % 2 ** 31;
}
