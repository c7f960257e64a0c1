import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Embedder } from "../../src/core/embedder.ts";
import { embedder as adapter } from "../../src/embedders/local/index.ts";
import { context } from "../worker/host.ts";
import { makeTinyCheckpoint, type TinyCheckpoint, workerServices } from "../worker/tiny-checkpoint.ts";

// Importing torch takes seconds of processor time, which a loaded machine stretches to a minute and more.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

let checkpoint: TinyCheckpoint;
let services: ReturnType<typeof workerServices>;
let embedder: Embedder;
beforeAll(async () => {
  checkpoint = await makeTinyCheckpoint();
  services = workerServices(checkpoint);
  embedder = await adapter.create(adapter.config.parse({}), services);
});
afterAll(async () => {
  await services.close();
  await checkpoint.remove();
});

it("maps texts to unit vectors of its dimension, in order", async () => {
  const texts = ["read a file", "größe 🙂", "", "read a file"];
  const vectors = await embedder.embed(texts, context());
  expect(embedder.dimension).toBe(64);
  for (const vector of vectors) {
    expect(vector).toBeInstanceOf(Float32Array);
    expect(vector).toHaveLength(64);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
  expect(cosine(vectors[0]!, vectors[3]!)).toBeCloseTo(1, 5);
  expect(cosine(vectors[0]!, vectors[1]!)).toBeLessThan(0.999);
});

it("gives the same bits for the same texts, and nothing for none", async () => {
  const texts = Array.from({ length: 30 }, (_, index) => "word ".repeat(index));
  expect(await embedder.embed(texts, context())).toEqual(await embedder.embed(texts, context()));
  expect(await embedder.embed([], context())).toEqual([]);
});

it("stops on abort", async () => {
  await expect(embedder.embed(["x"], context(AbortSignal.abort()))).rejects.toMatchObject({
    name: "AbortError",
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
