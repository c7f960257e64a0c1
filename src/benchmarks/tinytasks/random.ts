import { sha256 } from "../../util/hash.ts";

/** A seeded stream of numbers: equal seeds give equal streams on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Integer in [low, high], both included. */
  int(low: number, high: number): number;
  pick<T>(pool: readonly T[]): T;
  /** A new array in another order. */
  shuffle<T>(items: readonly T[]): T[];
  /** `count` different members of the pool. */
  sample<T>(pool: readonly T[], count: number): T[];
}

/** splitmix32 seeded with the first 32 bits of the seed text's sha256. */
export function seededRandom(seed: string): Random {
  let state = Number.parseInt(sha256(seed).slice(0, 8), 16) | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const shuffle = <T>(items: readonly T[]) => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = int(0, i);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  };
  return {
    next,
    int,
    pick: (pool) => pool[int(0, pool.length - 1)]!,
    shuffle,
    sample: (pool, count) => shuffle(pool).slice(0, count),
  };
}
