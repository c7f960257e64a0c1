import { sha256 } from "../../util/hash.ts";

/** A stream of uniform 32-bit integers. */
export interface Random {
  /** Next integer in [0, 2^32). */
  next(): number;
  /** Integer in [0, bound). Its bias is below bound / 2^32: not for cryptography. */
  below(bound: number): number;
}

/**
 * Seeded generator (sfc32 by Chris Doty-Humphrey: 128 bits of state, passes PractRand). Equal seeds give equal streams on
 * every machine; seeds that differ anywhere give unrelated streams, because they are hashed first.
 */
export function seededRandom(seed: string | number): Random {
  const digest = sha256(String(seed));
  let a = word(digest, 0);
  let b = word(digest, 1);
  let c = word(digest, 2);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return { next, below: (bound) => Math.floor((next() * bound) / 4294967296) };
}

function word(hex: string, index: number): number {
  return Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16) | 0;
}
