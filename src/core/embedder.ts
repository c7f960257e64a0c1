import type { OperationContext } from "./adapter.ts";

/** Maps texts to unit vectors, one Float32Array of `dimension` each, in order. */
export interface Embedder {
  readonly dimension: number;
  embed(texts: readonly string[], context: OperationContext): Promise<Float32Array[]>;
}
