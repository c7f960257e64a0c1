/**
 * BLAKE2 (RFC 7693) of one block without a key, for every length of the digest: node:crypto has the longest ones only.
 * `b` works on 64-bit words and gives up to 64 bytes, `s` on 32-bit words and gives up to 32.
 */
export function blake2(kind: "b" | "s", text: string, bytes: number): string {
  const { bits, rounds, rotations, iv } = KINDS[kind];
  const size = bits / 8;
  const message = Buffer.alloc(size * 16);
  const length = Buffer.from(text).copy(message);
  if (Buffer.byteLength(text) > length) throw new Error("more than one block");
  const words = Array.from({ length: 16 }, (_, i) =>
    littleEndian(message.subarray(i * size, (i + 1) * size)),
  );
  const h = iv.map((word, i) => (i === 0 ? word ^ 0x01010000n ^ BigInt(bytes) : word));
  const v = [...h, ...iv];
  v[12]! ^= BigInt(length);
  v[14] = ~v[14]! & mask(bits);
  const rotate = (word: bigint, by: number) =>
    ((word >> BigInt(by)) | (word << BigInt(bits - by))) & mask(bits);
  for (let round = 0; round < rounds; round++) {
    const order = SIGMA[round % 10]!;
    COLUMNS.forEach(([a, b, c, d], i) => {
      [0, 1].forEach((half) => {
        v[a] = (v[a]! + v[b]! + words[order[i * 2 + half]!]!) & mask(bits);
        v[d] = rotate(v[d]! ^ v[a]!, rotations[half * 2]!);
        v[c] = (v[c]! + v[d]!) & mask(bits);
        v[b] = rotate(v[b]! ^ v[c]!, rotations[half * 2 + 1]!);
      });
    });
  }
  const digest = h.map((word, i) => word ^ v[i]! ^ v[i + 8]!);
  const hex = digest.map((word) => reversed(word.toString(16).padStart(size * 2, "0"))).join("");
  return hex.slice(0, bytes * 2);
}

const IV64 = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];
const KINDS = {
  b: { bits: 64, rounds: 12, rotations: [32, 24, 16, 63], iv: IV64 },
  s: { bits: 32, rounds: 10, rotations: [16, 12, 8, 7], iv: IV64.map((word) => word >> 32n) },
} as const;
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const COLUMNS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

function mask(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(data).reverse().toString("hex")}`);
}

function reversed(hex: string): string {
  return Buffer.from(hex, "hex").reverse().toString("hex");
}
