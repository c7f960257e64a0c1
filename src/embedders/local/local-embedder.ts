import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OperationContext, ResolvedCheckpoint, Services } from "../../core/adapter.ts";
import type { Embedder } from "../../core/embedder.ts";
import { AppError } from "../../core/error.ts";
import { withOutputDirectory } from "../../worker-client/run-rows-job.ts";
import type { LocalEmbedderConfig } from "./index.ts";

/** Tokens, padding included, of one forward pass: bounds its memory. */
const BATCH_TOKENS = 8192;

export class LocalEmbedder implements Embedder {
  readonly dimension: number;
  readonly #config: LocalEmbedderConfig;
  readonly #services: Services;
  readonly #checkpoint: ResolvedCheckpoint;

  constructor(
    config: LocalEmbedderConfig,
    services: Services,
    checkpoint: ResolvedCheckpoint,
    dimension: number,
  ) {
    this.#config = config;
    this.#services = services;
    this.#checkpoint = checkpoint;
    this.dimension = dimension;
  }

  async embed(texts: readonly string[], context: OperationContext): Promise<Float32Array[]> {
    context.signal.throwIfAborted();
    if (texts.length === 0) return [];
    const job = {
      op: "embed",
      params: { batchTokens: BATCH_TOKENS, maxTokens: this.#config.maxTokens },
      inputs: { checkpoint: this.#checkpoint },
      rows: { texts },
    } as const;
    return withOutputDirectory(await this.#services.worker(), job, context, async (directory) => {
      const bytes = await readFile(join(directory, "vectors.f32"));
      return this.#rows(bytes, texts.length);
    });
  }

  #rows(bytes: Buffer, count: number): Float32Array[] {
    const size = this.dimension * Float32Array.BYTES_PER_ELEMENT;
    if (bytes.length !== count * size) {
      throw new AppError("internal", `embed: ${bytes.length} bytes, expected ${count} × ${size}`, {
        boundary: "trainer",
      });
    }
    // A copy: Float32Array must be aligned, and a pooled Buffer need not be. (The file is little-endian, as every machine torch runs on.)
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return Array.from({ length: count }, (_, row) =>
      all.slice(row * this.dimension, (row + 1) * this.dimension),
    );
  }
}

/** Width of the checkpoint's hidden states, from its config.json. Throws AppError `data-invalid`. */
export async function hiddenSize(checkpoint: string): Promise<number> {
  const config = JSON.parse(await readFile(join(checkpoint, "config.json"), "utf8")) as Record<
    string,
    unknown
  >;
  for (const name of ["hidden_size", "n_embd", "d_model"]) {
    const size = config[name];
    if (typeof size === "number") return size;
  }
  throw new AppError("data-invalid", `${checkpoint}/config.json states no hidden size`, {
    boundary: "config",
    hint: "use a text model: vision-language checkpoints keep it elsewhere",
  });
}
